"""Codes that serve several applications: each counts once, for limits and among equal totals (SPEC 5.3 and 6.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pricing import Lot, Wallet
from pricing.engine.search import codes
from pricing.engine.search.search import by_cells
from pricing.engine.search.walk import Walk
from tests.hand import AT, case, line

STORES = [line(f"line-{store}", 2000 + 100 * place, store=store) for place, store in enumerate("abcd")]


def code(name: str, gives: str, *more: str) -> str:
    """A discount in each store, for who has typed the code."""
    lines = "".join(f"  {each}\n" for each in more)
    return (
        f'store discount {name} "{name}"\n  code        {name.upper()}\n  spend       1.00  take {gives} off\n{lines}'
    )


def found(*cards: str, policy: str = "", **cart: Any) -> tuple[int, list[str]]:
    """The best total and who is used, proved by cells, and the same as of the walk through all selections."""
    typed = tuple(card.split()[2].upper() for card in cards if "  code " in card)
    problem = case("".join(cards), *STORES, policy=policy, codes=typed, **cart).problem
    assert problem.codes_serve_many
    best = by_cells(problem, 400_000)
    assert best is not None and best.optimal
    walked = Walk(problem, 10**7).run()
    assert (best.total, best.counts) == (walked.total, walked.counts)
    return best.total, [app.name for app in problem.applications if best.counts[app.index]]


def test_a_code_of_every_store_is_used_in_every_store() -> None:
    assert found(code("one", "1.00")) == (8600 - 400, ["one"] * 4)


def test_a_limit_on_codes_counts_a_code_once_however_many_stores_it_serves() -> None:
    two = code("one", "1.00"), code("two", "2.00", "combines with one")
    assert found(*two, policy="limit 1 code per order\n") == (8600 - 800, ["two"] * 4)
    assert found(*two, policy="limit 2 codes per order\n") == (8600 - 1200, ["one"] * 4 + ["two"] * 4)


def test_a_limit_per_store_lets_each_store_have_another_code() -> None:
    here = code("here", "3.00", "stores a, b", "combines with there")
    there = code("there", "2.00")
    total, used = found(here, there, policy="limit 1 code per store\n")
    assert (total, used) == (8600 - 600 - 400, ["here"] * 2 + ["there"] * 2)


def test_of_equal_totals_the_one_with_fewer_codes() -> None:
    wide = code("wide", "1.00")
    parts = code("left", "1.00", "stores a, b"), code("right", "1.00", "stores c, d")
    assert found(*parts, wide) == (8600 - 400, ["wide"] * 4)


def test_a_branch_that_is_a_cent_dearer_does_not_tie_with_what_is_known() -> None:
    wide = code("wide", "1.00")
    parts = code("left", "1.00", "stores a, b, c"), code("right", "0.99", "stores d")
    soon = Wallet(0, [Lot("soon", 1, AT + timedelta(days=1))])
    coupon = 'platform coupon soon "S"\n  spend       1.00  take 0.10 off\n'
    assert found(*parts, wide, coupon, wallet=soon) == (8600 - 410, ["wide"] * 4 + ["soon"])


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("choices", [codes.MOST_CHOICES, 0])
def test_of_many_codes_a_limit_lets_only_the_best_few_work(
    choices: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "MOST_CHOICES", choices)
    names = ("ant", "bee", "cat", "dog")
    cards = [
        code(name, f"{1 + place}.00", f"combines with {', '.join(other for other in names if other != name)}")
        for place, name in enumerate(names)
    ]
    total, used = found(*cards, policy=f"limit {most} code{'s' if most > 1 else ''} per order\n")
    best = sorted(range(1, 5), reverse=True)[:most]
    assert (total, set(used)) == (8600 - 400 * sum(best), set(sorted(names, reverse=True)[:most]))
