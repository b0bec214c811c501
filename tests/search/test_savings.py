"""The bound on all savings is never above what a selection totals, and close where applications share places."""

from __future__ import annotations

import pytest

from benchmarks import mixes, shapes
from pricing import Cart, Engine
from pricing.engine.matching.case import case_of
from pricing.engine.problem import NO_CAP, Application, Group, Rung
from pricing.engine.search.savings import least_total
from pricing.engine.search.search import search
from pricing.engine.search.walk import Walk
from tests.hand import bare, over
from tests.markets import market

BATCH = 40


def test_one_discount_saves_what_it_gives_and_no_place_more_than_it_costs() -> None:
    problem = bare(1000, 300)
    over(problem, "a", [0], (0, 200)), over(problem, "b", [1], (0, 500))
    assert least_total(problem) == 1300 - 200 - 300


def test_those_that_bar_each_other_take_turns_on_a_place() -> None:
    problem = bare(1000)
    one, two = over(problem, "a", [0], (0, 200)), over(problem, "b", [0], (0, 300))
    one.clash, two.clash = 0b10, 0b01
    assert least_total(problem) == 700
    one.clash = two.clash = 0
    assert least_total(problem) == 500


def test_layers_add_up_as_far_as_the_goods_go() -> None:
    problem = bare(1000)
    over(problem, "a", [0], (0, 700)), over(problem, "b", [0], (0, 200), layer=1)
    assert least_total(problem) == 100
    over(problem, "c", [0], (0, 900), layer=2)
    assert least_total(problem) == 0


def test_no_line_is_sold_below_its_floor() -> None:
    problem = bare(1000)
    over(problem, "a", [0], (0, 700)), over(problem, "b", [0], (0, 700), layer=1)
    problem.floors = [400]
    assert least_total(problem) == 400


def test_a_limit_has_its_price() -> None:
    """Of three codes on a product each, of which one may be used, no selection saves more than the best one."""
    problem = bare(1000, 1000, 1000)
    for place, amount in enumerate((100, 300, 300)):
        over(problem, "abc"[place], [place], (0, amount)).groups = [0]
    problem.groups = [Group([0, 1, 2], 1, 1)]
    assert least_total(problem) == 2700


def test_steps_out_of_reach_save_nothing() -> None:
    problem = bare(1000)
    over(problem, "a", [0], (1001, 200))
    assert least_total(problem) == 1000


def test_a_percentage_is_taken_off_what_earlier_layers_leave() -> None:
    """20 % off 100.00 and then 10 % off 80.00: 28.00, and a few cents for what might be rounded; no 30.00."""
    problem = bare(6000, 4000)
    percent(over(problem, "a", [0, 1], (0, 0)), 20)
    percent(over(problem, "b", [0, 1], (0, 0), layer=1), 10)
    assert 7200 - 10 <= least_total(problem) <= 7200
    # A fixed amount has no rate. Off goods for 80.00 at the least, it would have one of a tenth.
    over(problem, "c", [0, 1], (0, 800), layer=2)
    assert 6400 - 10 <= least_total(problem) <= 6400


def test_what_follows_a_percentage_takes_no_more_than_is_left() -> None:
    """Half of 100.00, then units for 60.00 may be free: a rate of one half is worth 50.00, the free units 50.00 of 50.00."""
    problem = bare(10_000)
    percent(over(problem, "a", [0], (0, 0)), 50)
    over(problem, "b", [0], (0, 6000), layer=1)
    assert least_total(problem) == 0


def percent(app: Application, of: int) -> None:
    """Let it take so many per cent off."""
    app.rungs = [Rung(0, 0, of, 100, NO_CAP, 0, NO_CAP, NO_CAP, None)]


@pytest.mark.no_cover
def test_no_small_mix_totals_less_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Percentages in every layer, units for nothing, limits, caps and floors, on a few lines."""
    monkeypatch.setattr(mixes, "SIZES", (3, 6, 12))
    for seed in range(BATCH):
        made = mixes.mix(seed)
        engine = Engine.from_texts(made.texts)
        problem = case_of(engine.plan, Cart.from_dict(made.cart), {}, frozenset()).problem
        assert least_total(problem) <= search(problem, 5_000).total, seed


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
