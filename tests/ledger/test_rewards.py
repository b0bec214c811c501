"""Coins that orders earn: pending until settled, taken back by share, owed when they are spent already."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pricing.ledger import Ledger, LedgerError, Shortage
from pricing.model.cart import Customer
from tests.ledger.crash import Crash, crashing
from tests.ledger.shop import NOON, at, cart, engine_with, line
from tests.ledger.test_races import at_once, succeeded

ENGINE = engine_with(
    """
coin reward earn "A coin for every 1.00"
  earn        1 coin every 1.00
  at most     60 coins per order

coin reward first "50 coins for the first 10.00"
  spend       10.00 earn 50 coins
  limit       1 use per customer
"""
)


def buy(ledger: Ledger, order: str = "o-1", *goods: Any, who: str = "ann", minutes: int = 0) -> None:
    ledger.checkout(cart(*goods, customer=Customer(who), when=at(minutes)), order)
    ledger.commit(order, at(minutes))


def purse(ledger: Ledger, who: str = "ann") -> tuple[int, int, int]:
    """Free, pending, owed."""
    wallet = ledger.wallet(who, at(50))
    return wallet.coins, wallet.coins_pending, wallet.coins_owed


def test_coins_are_pending_until_the_order_is_settled(shop: Ledger) -> None:
    shop.checkout(cart(line(units=2)), "o-1")
    assert purse(shop) == (0, 0, 0)
    shop.commit("o-1", at(1))
    assert purse(shop) == (0, 45 + 50, 0)  # five-off leaves 45.00
    assert shop.wallet_for_cart("ann", at(2)).coins == 0
    order = shop.settled("o-1", at(3))
    assert order.settled and order.state == "committed"
    assert purse(shop) == (95, 0, 0)
    assert shop.settled("o-1", at(9)) == order
    assert purse(shop) == (95, 0, 0)
    assert shop.checkout(cart(when=at(4)), "o-2").quote.coins_spent == 95


def test_a_reward_s_own_limits_are_kept(shop: Ledger) -> None:
    buy(shop)
    buy(shop, "o-2", minutes=1)
    assert purse(shop) == (0, 25 + 50 + 25, 0)


def test_what_is_not_paid_cannot_be_settled(shop: Ledger) -> None:
    shop.checkout(cart(), "o-1")
    for order, code in (("o-1", "wrong-state"), ("o-9", "unknown-order")):
        with pytest.raises(LedgerError) as raised:
            shop.settled(order, at(1))
        assert raised.value.code == code
    shop.release("o-1", at(2))
    assert purse(shop) == (0, 0, 0)
    buy(shop, "o-2", minutes=3)
    with pytest.raises(LedgerError, match="another customer"):
        shop.settled("o-2", at(4), customer="bob")


def test_a_return_before_takes_pending_coins_and_one_after_free_ones(shop: Ledger) -> None:
    goods = (line("A", 1000), line("B", 1000), line("C", 1000))
    buy(shop, "o-1", *goods)  # 30 and 50 coins
    assert shop.refund("o-1", {"A": 1}, at(1)).earned == (("earn", 10), ("first", 16))
    assert purse(shop) == (0, 20 + 34, 0)
    shop.settled("o-1", at(2))
    assert purse(shop) == (54, 0, 0)
    shop.refund("o-1", {"B": 1}, at(3))
    assert purse(shop) == (10 + 17, 0, 0)
    shop.refund("o-1", {"C": 1}, at(4))
    assert purse(shop) == (0, 0, 0)


def test_coins_that_are_spent_are_owed_and_taken_off_the_next(shop: Ledger) -> None:
    buy(shop, "o-1", line("A", 3000, 2))
    shop.settled("o-1", at(1))
    earned = purse(shop)[0]
    assert earned == 55 + 50
    shop.exchange("ann", "coins-for-select", at(2), times=3)
    assert shop.refund("o-1", {"A": 2}, at(3)).coins == 0
    assert purse(shop) == (0, 0, 30)
    with pytest.raises(Shortage) as raised:
        shop.exchange("ann", "coins-for-select", at(4))
    assert raised.value.left == 0
    shop.grant("ann", at(5), "sorry", coins=42)
    assert purse(shop) == (12, 0, 0)
    assert shop.wallet_for_cart("ann", at(6)).coins == 12
    with pytest.raises(Shortage):
        shop.exchange("ann", "coins-for-select", at(7), times=2)


def test_a_guest_earns_nothing_to_keep(shop: Ledger) -> None:
    buy(shop, "o-1", who="")
    shop.settled("o-1", at(1))
    back = shop.refund("o-1", {"LL-2": 1}, at(2))
    assert back.cash == 2500


def test_settled_once_by_whoever_asks_and_returns_at_the_same_time(shop: Ledger) -> None:
    buy(shop, "o-1", line("A", 1000, 4))
    calls: list[Callable[[], Any]] = [partial(shop.settled, "o-1", at(1)) for _ in range(8)]
    calls += [partial(shop.refund, "o-1", {"A": 1}, at(1), key=f"r-{number}") for number in range(3)]
    assert len(succeeded(at_once(calls))) == 11
    free, pending, owed = purse(shop)
    assert (free, pending, owed) == (10 + 13, 0, 0)


def test_a_crash_between_any_two_statements_of_a_reward_s_life(shop: Ledger) -> None:
    steps: list[Callable[[], Any]] = [
        partial(buy, shop, "o-1", line("A", 1000, 4)),
        partial(shop.refund, "o-1", {"A": 1}, at(1), key="r-1"),
        partial(shop.settled, "o-1", at(2)),
        partial(shop.refund, "o-1", {"A": 1}, at(3), key="r-2"),
    ]
    for step in steps:
        number = 1
        while True:
            try:
                with crashing(shop, number):
                    step()
                break
            except Crash:
                assert shop.verify() == ()
                number += 1
        before = purse(shop)
        step()
        assert purse(shop) == before
    assert purse(shop) == (20 + 25, 0, 0)


def test_an_order_paid_after_its_hold_ran_out_earns_once(shop: Ledger) -> None:
    shop.checkout(cart(), "o-1")
    shop.expire_holds(at(31))
    assert purse(shop) == (0, 0, 0)
    shop.commit("o-1", at(40))
    shop.commit("o-1", at(41))
    assert purse(shop) == (0, 25 + 50, 0)


def test_tampered_pending_coins_are_found(where: str) -> None:
    from sqlalchemy import text

    with Ledger(where, ENGINE) as ledger:
        ledger.checkout(cart(), "o-1")
        ledger.commit("o-1", NOON)
        ledger._database.write(lambda it: it.execute(text("UPDATE coin_balance SET pending = 99, owed = 3")))
        assert {one.table for one in ledger.verify()} == {"coin_balance.pending", "coin_balance.owed"}
