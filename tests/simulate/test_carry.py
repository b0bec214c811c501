"""Uses and budgets carried along: the same as pricing one order after another, by hand, with whatever was used before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pricing import Cart, Engine
from pricing.model.cart import RuleUsage
from pricing.model.quote import Quote
from pricing.model.rulebook import RuleBook
from pricing.money import LARGEST
from pricing.simulate import carry, orders
from pricing.simulate.price import ReplayWishes
from pricing.simulate.run import ReplayPlan, replay, task_of
from tests.simulate import shop

ZONE = ZoneInfo("America/Los_Angeles")
EACH = {"lamp-hour": 400, "n2-sale": 500}
"""What item rules save on one unit."""
BOOKS = (
    shop.counted_in_every_way(shop.book(**shop.OLD)),
    shop.counted_in_every_way(shop.book(**shop.NEW)),
)


def by_hand(book: RuleBook, carts: list[dict[str, Any]]) -> list[int]:
    """Totals in the order of the carts, which are worked off in order of time. Counts on its own."""
    engine = Engine(book)
    totals: dict[int, int] = {}
    rows: dict[tuple[str, str], int] = defaultdict(int)
    for number, cart in sorted(enumerate(map(Cart.from_dict, carts)), key=lambda one: (one[1].at, one[0])):
        local = cart.at.astimezone(ZONE).date()
        day, who = local.isoformat(), cart.customer.id
        week = f"{who} week {(local - timedelta(days=local.weekday())).isoformat()}"
        usage = {
            rule.name: RuleUsage(
                customer=rows[rule.name, who], today=rows[rule.name, day], total=rows[rule.name, "all"],
                spent=rows[rule.name, "money"], items_customer=rows[rule.name, f"items {who}"],
                spent_today=rows[rule.name, f"money {day}"], customer_week=rows[rule.name, week],
                items_total=rows[rule.name, "items"],
            )
            for rule in book.rules
        }  # fmt: skip
        quote = engine.quote(cart, usage)
        totals[number] = quote.total_minor
        for rule, uses in uses_of(quote).items():
            for key in (who, day, "all", week):
                rows[rule, key] += uses
        for line in quote.lines:
            for saving in line.savings:
                rows[saving.rule, "money"] += saving.amount
                rows[saving.rule, f"money {day}"] += saving.amount
                units = saving.amount // EACH.get(saving.rule, LARGEST)
                rows[saving.rule, f"items {who}"] += units
                rows[saving.rule, "items"] += units
    return [totals[number] for number in range(len(carts))]


def uses_of(quote: Quote) -> dict[str, int]:
    found = {use.rule: 0 for use in quote.used}
    for use in quote.used:
        found[use.rule] += max(use.pieces, 1)
    for bought in quote.bought:
        found.update(dict(bought.trades))
    return found


def replayed(carts: list[dict[str, Any]], place: Path, jobs: int = 1, work: str | None = None) -> tuple[Any, list[Any]]:
    file = shop.write(place / "orders.jsonl", carts)
    task = task_of(*BOOKS, ReplayWishes())
    rows: list[Any] = []
    answer = replay(task, ReplayPlan((str(file),), jobs=jobs, work=work), each=rows.append)
    return answer, rows


@pytest.mark.parametrize("in_order", [True, False])
def test_prices_are_those_of_one_order_after_another(
    in_order: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "ORDERS", 16)
    carts = shop.orders(150, in_order=in_order)
    answer, rows = replayed(carts, tmp_path)
    expected = [by_hand(book, carts) for book in BOOKS]
    for name, totals in zip(("old", "new"), expected, strict=True):
        assert [total for batch in rows for total in batch.column(name).to_pylist()] == totals
    sums = answer.by_currency["USD"]
    assert (sums.old, sums.new) == (sum(expected[0]), sum(expected[1]))
    alone = [by_hand(BOOKS[0], [cart])[0] for cart in carts]
    assert sum(one != other for one, other in zip(alone, expected[0], strict=True)) > 20  # the limits do bite


def test_a_budget_runs_out_on_its_day(tmp_path: Path) -> None:
    carts = shop.orders(150)
    answer, _ = replayed(carts, tmp_path)
    spent = answer.by_currency["USD"].spent["select"]
    assert spent.budget_old == 6000 and spent.budget_new == 9000
    for place, budget in ((0, 6000), (1, 9000)):
        given = sum(day[place] for day in spent.days.values())
        assert budget <= given < budget + 600  # the last use may go beyond it, by less than one step


def test_a_walk_that_was_stopped_goes_on_from_its_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "ORDERS", 8)
    monkeypatch.setattr(carry, "KEEP_EVERY", 3)
    carts = shop.orders(96)
    whole, rows = replayed(carts, tmp_path)
    count = carry.TimeWalk._count
    left = 60

    def stopping(walk: carry.TimeWalk, batch: carry.OpenBatch, order: carry.Met) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        count(walk, batch, order)

    monkeypatch.setattr(carry.TimeWalk, "_count", stopping)
    with pytest.raises(KeyboardInterrupt):
        replayed(carts, tmp_path, work=str(tmp_path / "work"))
    assert (tmp_path / "work" / "counters.json").exists()
    counted = _counting(monkeypatch, count)
    again, rows_again = replayed(carts, tmp_path, work=str(tmp_path / "work"))
    assert 0 < counted() < 96 - 30
    assert again == whole
    assert rows_again == rows


def _counting(monkeypatch: pytest.MonkeyPatch, count: Callable[..., None]) -> Callable[[], int]:
    calls: list[int] = []

    def each(walk: carry.TimeWalk, batch: carry.OpenBatch, order: carry.Met) -> None:
        calls.append(order.number)
        count(walk, batch, order)

    monkeypatch.setattr(carry.TimeWalk, "_count", each)
    return lambda: len(calls)


def test_moved_orders_meet_the_campaign_of_another_month(tmp_path: Path) -> None:
    """Orders of May, 31 days later, cost what the same orders of June cost."""
    june = shop.orders(40)
    may = [{**cart, "at": (Cart.from_dict(cart).at - timedelta(days=31)).isoformat()} for cart in june]
    books = shop.book(**shop.OLD), shop.book(**shop.NEW)
    found = []
    for carts, days in ((june, 0), (may, 31)):
        file = shop.write(tmp_path / f"{days}.jsonl", carts)
        answer = replay(task_of(*books, ReplayWishes(shift_days=days)), ReplayPlan((str(file),)))
        found.append((answer.by_currency["USD"].old, answer.by_currency["USD"].new))
    assert found[0] == found[1]
    unmoved = replay(task_of(*books, ReplayWishes()), ReplayPlan((str(tmp_path / "31.jsonl"),)))
    assert unmoved.by_currency["USD"].old > found[0][0]
