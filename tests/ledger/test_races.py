"""The same customer, the same key, the same order from many threads at once: everything happens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Customer
from tests.ledger.shop import NOON, at, cart

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
    again = at_once([lambda key=key: ledger.refund("o-1", {"LL-2": 1}, at(1), key=f"r-{key}") for key in range(16)])
    assert not succeeded(again)


def test_units_come_back_once_whoever_asks(ledger: Ledger) -> None:
    from tests.ledger.shop import line

    total = ledger.checkout(cart(line(units=5)), "o-1").quote.total_minor
    ledger.commit("o-1", NOON)
    answers = at_once([lambda key=key: ledger.refund("o-1", {"LL-2": 1}, at(1), key=f"r-{key}") for key in range(12)])
    assert len(succeeded(answers)) == 5
    assert sum(back.cash for back in succeeded(answers)) == total


def test_coins_are_spent_once(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=25)
    answers = at_once(
        [lambda key=key: ledger.exchange("ann", "coins-for-select", NOON, key=f"e-{key}") for key in range(12)]
    )
    assert len(succeeded(answers)) == 2
    assert ledger.wallet("ann", NOON).coins == 5


def test_a_coupon_is_picked_up_once(ledger: Ledger) -> None:
    for rule in ("one-each", "welcome"):

        def pick_up(key: int, rule: str = rule) -> object:
            return ledger.pick_up("ann", rule, NOON, key=f"{rule}-{key}")

        assert len(succeeded(at_once([partial(pick_up, key) for key in range(12)]))) == 1


def test_the_last_piece_goes_to_one_of_many(ledger: Ledger) -> None:
    answers = at_once([lambda who=who: ledger.pick_up(f"c-{who}", "one-each", NOON) for who in range(20)])
    assert len(succeeded(answers)) == 5


def test_pieces_are_used_once_in_two_carts(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", rule="select", pieces=3)
    answers = at_once([lambda order=order: ledger.checkout(cart(), f"o-{order}") for order in range(6)])
    used = [sum(use.pieces for use in checked.quote.used) for checked in succeeded(answers)]
    assert len(used) == 6 and sum(used) == 3


def test_checkouts_releases_and_sweeps_do_not_disturb_each_other(ledger: Ledger) -> None:
    for number in range(12):
        ledger.checkout(cart(customer=Customer(f"c-{number}"), codes=("TODAY3",), when=at(number)), f"o-{number}")
    calls: list[Callable[[], Any]] = [lambda: ledger.expire_holds(at(34))] * 4
    calls += [lambda number=number: ledger.commit(f"o-{number}", at(20)) for number in range(12)]
    calls += [lambda number=number: ledger.release(f"o-{number}", at(20)) for number in range(12)]
    at_once(calls)
    states = {ledger.order(f"o-{number}").state for number in range(12)}  # type: ignore[union-attr]
    assert states <= {"committed", "released"}
