"""The same customer, the same key, the same order from many threads at once: everything happens once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Customer, RuleUsage
from tests.ledger.shop import ENGINE, NOON, at, cart, engine_with, line

pytestmark = pytest.mark.slow

THREADS = 8


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What the calls return or raise, made by eight threads."""

    def tried(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except LedgerError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(tried, calls))


def succeeded(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if not isinstance(answer, LedgerError)]


def test_one_key_is_one_call(ledger: Ledger) -> None:
    answers = at_once([lambda: ledger.grant("ann", NOON, "game", coins=7, key="k")] * 24)
    assert len(set(map(str, answers))) == 1
    assert ledger.wallet("ann", NOON).coins == 7


def test_one_order_is_reserved_and_paid_once(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", rule="select", pieces=4)
    asked = cart(codes=("CODE10",))
    orders = succeeded(at_once([lambda: ledger.checkout(asked, "o-1")] * 16))
    assert orders and len({checked.order for checked in orders}) == 1
    assert [card.pieces for card in ledger.wallet("ann", NOON).of("held")] == [2]
    assert len(succeeded(at_once([lambda: ledger.commit("o-1", NOON)] * 16))) == 16
    refunds = at_once([lambda: ledger.refund("o-1", {"LL-2": 1}, at(1), key="r")] * 16)
    assert len(set(map(str, refunds))) == 1
    again = at_once([partial(ledger.refund, "o-1", {"LL-2": 1}, at(1), key=f"r-{key}") for key in range(16)])
    assert not succeeded(again)


def test_units_come_back_once_whoever_asks(ledger: Ledger) -> None:
    total = ledger.checkout(cart(line(units=5)), "o-1").quote.total_minor
    ledger.commit("o-1", NOON)
    answers = at_once([partial(ledger.refund, "o-1", {"LL-2": 1}, at(1), key=f"r-{key}") for key in range(12)])
    assert len(succeeded(answers)) == 5
    assert sum(back.cash for back in succeeded(answers)) == total


def test_coins_are_spent_once(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=25)
    answers = at_once([partial(ledger.exchange, "ann", "coins-for-select", NOON, key=f"e-{key}") for key in range(12)])
    assert len(succeeded(answers)) == 2
    assert ledger.wallet("ann", NOON).coins == 5


def test_a_coupon_is_picked_up_once(ledger: Ledger) -> None:
    for rule in ("one-each", "welcome"):

        def pick_up(key: int, rule: str = rule) -> object:
            return ledger.pick_up("ann", rule, NOON, key=f"{rule}-{key}")

        assert len(succeeded(at_once([partial(pick_up, key) for key in range(12)]))) == 1


def test_the_last_piece_goes_to_one_of_many(ledger: Ledger) -> None:
    answers = at_once([partial(ledger.pick_up, f"c-{who}", "one-each", NOON) for who in range(20)])
    assert len(succeeded(answers)) == 5


def test_pieces_are_used_once_in_two_carts(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", rule="select", pieces=3)
    answers = at_once([partial(ledger.checkout, cart(), f"o-{order}") for order in range(6)])
    used = [sum(use.pieces for use in checked.quote.used) for checked in succeeded(answers)]
    assert len(used) == 6 and sum(used) == 3


def test_checkouts_releases_and_sweeps_do_not_disturb_each_other(ledger: Ledger) -> None:
    for number in range(12):
        ledger.checkout(cart(customer=Customer(f"c-{number}"), codes=("TODAY3",), when=at(number)), f"o-{number}")
    calls: list[Callable[[], Any]] = [lambda: ledger.expire_holds(at(34))] * 4
    calls += [partial(ledger.commit, f"o-{number}", at(20)) for number in range(12)]
    calls += [partial(ledger.release, f"o-{number}", at(20)) for number in range(12)]
    at_once(calls)
    states = {ledger.order(f"o-{number}").state for number in range(12)}  # type: ignore[union-attr]
    assert states <= {"committed", "released"}


def test_a_storm_on_few_orders_leaves_every_book_right(ledger: Ledger) -> None:
    """Steps, returns, disputes, sweeps and purchases with the same coins, pieces and pot, all at once, in no order."""
    chance = random.Random(7)
    for who in ("ann", "bob"):
        ledger.grant(who, NOON, "game", coins=400)
        ledger.grant(who, NOON, "game", rule="select", pieces=3)
    calls: list[Callable[[], Any]] = []
    for number in range(24):
        order, who = f"o-{number % 8}", ("ann", "bob")[number % 2]
        asked = cart(line(units=2), line("LL-1", 1000), customer=Customer(who), codes=("POT",), shipping=495)
        if number == 0:  # one is paid before the storm: who comes first in it is chance, and all others may be released
            ledger.checkout(asked, order)
            ledger.commit(order, at(5))
        calls += [
            partial(ledger.checkout, asked, order),
            partial(ledger.verifying, order, at(5)),
            partial(ledger.commit, order, at(29)),
            partial(ledger.release, order, at(29)),
            partial(ledger.expire_holds, at(30)),
            partial(ledger.refund, order, {"LL-2": 1}, at(40), key=f"r-{number}"),
            partial(ledger.refund, order, {"LL-1": 1}, at(40), key=f"s-{number}", shipping=True),
            partial(ledger.dispute, order, 1500, at(40), key=f"d-{number}"),
            partial(ledger.exchange, who, "coins-for-select", at(number)),
        ]
    chance.shuffle(calls)
    answers = at_once(calls * 2)
    assert len(succeeded(answers)) > 30
    paid = 0
    for number in range(8):
        there = ledger.order(f"o-{number}")
        if there is not None and there.state == "committed":
            assert there.cash_back <= there.total
            paid += 1
    assert paid
    assert ledger.usage("", ["POT"], NOON)["POT"].spent <= 1000
    for who in ("ann", "bob"):
        wallet = ledger.wallet(who, at(50))
        assert wallet.coins >= 0 and wallet.coins_held >= 0
        assert ledger.usage(who, ["lamp-hour"], NOON).get("lamp-hour", RuleUsage()).items_customer <= 3


def test_a_hold_that_runs_out_while_it_is_paid_is_one_or_the_other(ledger: Ledger) -> None:
    """Commits just before the end of the hold and sweeps at its end: paid or released, and each told so."""
    ledger.grant("ann", NOON, "game", coins=100)
    orders = [ledger.checkout(cart(line(price=1000 + number)), f"o-{number}").order for number in range(8)]
    commits = [partial(ledger.commit, order.id, order.hold_until - timedelta(microseconds=1)) for order in orders]
    sweeps = [partial(ledger.expire_holds, orders[0].hold_until)] * 8
    answers = at_once([call for pair in zip(commits, sweeps, strict=True) for call in pair])
    for order, answer in zip(orders, answers[::2], strict=True):
        known = ledger.order(order.id)
        assert known is not None
        assert known.state == ("released" if isinstance(answer, LedgerError) else "committed")
    assert ledger.wallet("ann", at(40)).coins_held == 0


def test_a_sharded_budget_is_spent_to_the_cent_and_no_further(where: str) -> None:
    """Many small takes and give-backs at once on a budget that is dealt out over sixteen rows."""
    with Ledger(where, ENGINE, shards=16) as ledger:

        def buy(number: int) -> int:
            asked = cart(line(price=1000 + number % 7), customer=Customer(f"c-{number}"), codes=("POT",))
            quote = ENGINE.quote(asked)
            reserved = ledger.reserve(quote, f"o-{number}", NOON)
            if number % 3 == 0:
                ledger.release(reserved.id, NOON)
                return 0
            return next(use.amount for use in quote.used if use.rule == "POT")

        spent = sum(succeeded(at_once([partial(buy, number) for number in range(40)])))
        left = 1000 - spent
        assert ledger.usage("", ["POT"], NOON)["POT"].spent == spent
        assert 0 <= left < 503
        assert ledger.verify() == ()


def test_midnight_in_the_campaign_s_zone_parts_two_days_for_many_at_once(where: str) -> None:
    engine = engine_with(**{"zone        UTC": "zone        America/Los_Angeles"})
    midnight = at(minutes=19 * 60)  # 7 in the morning UTC
    with Ledger(where, engine) as ledger:

        def buy(number: int) -> str:
            when = midnight + timedelta(microseconds=-1 if number % 2 else 0)
            asked = cart(customer=Customer(f"c-{number}"), codes=("TODAY3",), when=when)
            return ledger.reserve(engine.quote(asked), f"o-{number}", when).id

        done = succeeded(at_once([partial(buy, number) for number in range(16)]))
        assert sorted(int(order[2:]) % 2 for order in done) == [0, 0, 1, 1]
        assert ledger.verify() == ()
