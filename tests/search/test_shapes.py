"""Carts that are hostile by their shape: right, proved, and at little work; small ones against the exhaustive search too."""

from __future__ import annotations

import json

import pytest

from benchmarks import shapes
from benchmarks.shapes import Shape
from benchmarks.workloads import workload
from pricing import Cart, Engine
from pricing.engine.matching.case import case_of
from pricing.engine.search import search
from pricing.engine.search.walk import Walk
from tests.pages import ROOT

SMALL = [
    shapes.product_coupons(9),
    shapes.product_coupons(9, dressed=1),
    shapes.product_coupons(9, dressed=2),
    shapes.automatic_pairs(5),
    shapes.coupons_each(4, 4),
    shapes.platform_coupons(40),
    shapes.platform_coupons(8, codes=6),
    shapes.many_codes(6, lines=8),
    shapes.never_web(9),
    shapes.grid(4, reach=False),
    shapes.grid(4, reach=True),
    shapes.code_in_reach(10, 500),
    shapes.deep(5),
]

LARGE = [
    (shapes.product_coupons(30), 1_000),
    (shapes.product_coupons(200), 5_000),
    (shapes.product_coupons(60, dressed=1), 5_000),
    (shapes.product_coupons(60, dressed=2), 5_000),
    (shapes.automatic_pairs(100), 5_000),
    (shapes.coupons_each(8, 5), 1_000),
    (shapes.coupons_each(12, 5, 5), 5_000),
    (shapes.platform_coupons(700), 10_000),
    (shapes.platform_coupons(1_000, codes=3), 20_000),
    (shapes.platform_coupons(20, codes=50), 5_000),
    (shapes.many_codes(200), 20_000),
    (shapes.never_web(60), 40_000),
    (shapes.grid(15, reach=False), 5_000),
    (shapes.grid(6, reach=True), 30_000),
    (shapes.code_in_reach(60, 5_000), 5_000),
    (shapes.many_lines(1_000), 5_000),
]
"""With the steps that each may take."""


@pytest.mark.parametrize("shape", SMALL, ids=lambda shape: shape.name)
def test_a_small_one_is_priced_as_by_the_exhaustive_search(shape: Shape, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine.from_texts(shape.texts())
    problem = case_of(engine.plan, Cart.from_dict(shape.cart), {}, frozenset()).problem
    best = Walk(problem, 10**6).run()
    monkeypatch.setattr(search, "SMALL", 0)
    found = search.search(problem)
    assert found.optimal
    assert (found.total, found.counts) == (best.total, best.counts)


@pytest.mark.parametrize(("shape", "steps"), LARGE, ids=lambda each: each.name if isinstance(each, Shape) else "")
def test_a_large_one_is_proved_at_little_work(shape: Shape, steps: int) -> None:
    quote = Engine.from_texts(shape.texts()).quote(Cart.from_dict(shape.cart))
    assert quote.optimal
    assert quote.steps <= steps
    assert shape.best in (None, quote.total_minor)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("shape", "gap"),
    [
        (shapes.deep(48), 0.01),
        (shapes.four_pieces(20), 0.01),
        (shapes.grid(12, reach=True), 0.01),
        (shapes.cent_pieces(12), 0.01),
    ],
    ids=lambda each: each.name if isinstance(each, Shape) else "",
)
def test_a_hard_one_is_within_a_hundredth_of_its_bound(shape: Shape, gap: float) -> None:
    quote = Engine.from_texts(shape.texts()).quote(Cart.from_dict(shape.cart))
    assert quote.total_minor - quote.lower_bound_minor <= gap * quote.total_minor
    assert quote.steps <= 2 * search.STEP_LIMIT


def test_five_codes_of_the_demonstration_are_no_dearer_than_two() -> None:
    engine = Engine.load(ROOT / "rules")
    cart = json.loads((ROOT / "rules/demo/hard-cart.json").read_text(encoding="utf-8"))
    for codes in (["SUMMER60", "SUMMER40"], ["SUMMER60", "SUMMER40", "SUMMER30", "SUMMER25", "SUMMER12"]):
        quote = engine.quote(Cart.from_dict(cart | {"codes": codes}))
        assert quote.total_minor == quote.lower_bound_minor == 99871


SWITCHES = ["measured-on to item-price", "overflow to void", "share-by to item-price", "remainder to lost"]


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_policy_that_could_cut_savings_costs_no_more_where_none_is_cut(switch: str) -> None:
    made = workload("M", "tight", 4)
    texts = made.book.texts()
    usual = Engine.from_texts(texts)
    other = Engine.from_texts({**texts, "policy.promo": texts["policy.promo"] + f"  set {switch}\n"})
    carts = [Cart.from_dict(cart) for cart in made.carts]
    steps = sum(other.quote(cart).steps for cart in carts)
    assert steps <= 2 * sum(usual.quote(cart).steps for cart in carts)
    assert all(other.quote(cart).optimal for cart in carts)
