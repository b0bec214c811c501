"""When a budget is gone: on histories whose future is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest

from pricing.simulate.forecast import outlook

FIRST = date(2026, 3, 2)
WEEK = (70, 60, 60, 75, 110, 150, 130)


def history(days: int, seed: int, noise: int) -> dict[str, int]:
    """Weeks of sales in minor units, with a level and a noise of their own; `noise` in per cent of a day."""
    chance = Random(seed)
    level = chance.randrange(50, 500)
    made = {}
    for day in range(days):
        usual = WEEK[day % 7] * level
        made[(FIRST + timedelta(days=day)).isoformat()] = usual * (100 + chance.randrange(-noise, noise + 1)) // 100
    return made


@pytest.mark.parametrize("seed", range(20))
def test_the_day_is_right_within_one(seed: int) -> None:
    """Six weeks are known; the money lasts for one to three weeks more."""
    every = history(120, seed, 12)
    days = sorted(every)
    known = {day: every[day] for day in days[:42]}
    gone = 42 + 7 + seed % 14
    budget = sum(every[day] for day in days[:gone]) + every[days[gone]] // 2
    found = outlook(known, days[0], days[41], budget)
    assert found.ran_out is None and found.likely is not None and found.early is not None and found.late is not None
    off = date.fromisoformat(found.likely) - date.fromisoformat(days[gone])
    assert abs(off.days) <= 1
    assert found.early <= days[gone] <= found.late


def ramp(at: int) -> int:
    """Two per cent of the first day more on each day."""
    return 100 + 2 * at


def decline(at: int) -> int:
    """Weeks that ebb away."""
    return 200 - 2 * at


def sale(at: int) -> int:
    """One day of sevenfold sales, three weeks before the end of what is known."""
    return 700 if at == 21 else 100


def ramp_and_sale(at: int) -> int:
    return ramp(at) * sale(at) // 100


def slow_start(at: int) -> int:
    """Two weeks until everybody knows of it."""
    return 100 * min(at + 1, 14) // 14


@pytest.mark.parametrize("shape", [ramp, decline, sale, ramp_and_sale, slow_start])
@pytest.mark.parametrize("seed", range(20))
def test_the_day_is_right_within_one_on_odd_histories(shape: Callable[[int], int], seed: int) -> None:
    """The same where sales grow, ebb, leap for a day or begin slowly, each with its weeks."""
    every = [amount * shape(at) // 100 for at, amount in enumerate(history(120, seed, 5).values())]
    days = [(FIRST + timedelta(days=at)).isoformat() for at in range(len(every))]
    gone = 42 + 7 + seed % 14
    budget = sum(every[:gone]) + every[gone] // 2
    found = outlook(dict(zip(days[:42], every[:42], strict=True)), days[0], days[41], budget)
    assert found.likely is not None and found.early is not None and found.late is not None
    assert abs((date.fromisoformat(found.likely) - date.fromisoformat(days[gone])).days) <= 1
    assert found.early <= days[gone] <= found.late


def test_what_seldom_gives_is_not_taken_for_a_sale() -> None:
    """Every tenth day gives something: what comes is what came."""
    every = {(FIRST + timedelta(days=at)).isoformat(): 5000 * (at % 10 == 0) for at in range(56)}
    coming = outlook(every, min(every), max(every), 10**6).coming
    assert coming[27].likely - 30_000 == pytest.approx(28 * 30_000 / 56, rel=0.3)


def test_a_budget_that_is_gone_says_on_which_day() -> None:
    found = outlook({"2026-03-02": 500, "2026-03-04": 600}, "2026-03-01", "2026-03-09", 1000)
    assert (found.spent, found.ran_out, found.likely, found.coming) == (1100, "2026-03-04", None, ())


def test_a_short_past_says_nothing() -> None:
    assert outlook({"2026-03-02": 500}, "2026-03-02", "2026-03-05", 10_000).coming == ()


def test_nothing_is_expected_after_a_rule_ends() -> None:
    every = history(28, 1, 0)
    days = sorted(every)
    budget = sum(every.values()) + 10 * max(every.values())
    assert outlook(every, days[0], days[-1], budget).likely is not None
    found = outlook(every, days[0], days[-1], budget, end="2026-04-02")
    assert found.likely is None and [one.day for one in found.coming] == ["2026-03-30", "2026-03-31", "2026-04-01"]


def test_a_restless_past_has_a_wide_spread() -> None:
    found = []
    for noise in (2, 60):
        every = history(42, 3, noise)
        days = sorted(every)
        ahead = outlook(every, days[0], days[-1], 10 * sum(every.values())).coming[13]
        assert ahead.least <= ahead.likely <= ahead.most
        found.append((ahead.most - ahead.least) * 100 // ahead.likely)
    assert found[1] > 4 * found[0]
