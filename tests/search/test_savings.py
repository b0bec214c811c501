"""The bound on all savings is never above what a selection totals, and close where applications share places."""

from __future__ import annotations

import pytest

from benchmarks import shapes
from pricing import Cart, Engine
from pricing.engine.matching.case import case_of
from pricing.engine.search.savings import least_total
from pricing.engine.search.walk import Walk
from tests.markets import market

BATCH = 40


@pytest.mark.no_cover
@pytest.mark.parametrize("size", ["small", "large", "words", "more words"])
def test_no_market_totals_less_than_its_bound(size: str) -> None:
    close = 0
    for seed in range(BATCH):
        book, cart, usage = market(seed, size)
        problem = case_of(Engine(book).plan, cart, usage, frozenset()).problem
        walk = Walk(problem, 10**5)
        best = walk.run()
        low = least_total(problem)
        assert low <= best.total, seed
        close += 10 * low >= 9 * best.total
    assert close > BATCH // 8


@pytest.mark.parametrize(
    ("shape", "share"),
    [(shapes.never_web(60), 0.97), (shapes.many_codes(200), 0.99), (shapes.coupons_each(12, 5, 5), 1)],
    ids=lambda each: each.name if isinstance(each, shapes.Shape) else "",
)
def test_where_applications_take_turns_it_is_close(shape: shapes.Shape, share: float) -> None:
    engine = Engine.from_texts(shape.texts())
    problem = case_of(engine.plan, Cart.from_dict(shape.cart), {}, frozenset()).problem
    assert least_total(problem) >= share * engine.quote(Cart.from_dict(shape.cart)).total_minor
