"""Paying back: in part, in sequence, once for each key; disputes; what comes back to wallets, limits and budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from money.currency import Currency
from money.money import Money

from pricing.api import Engine
from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Cart
from tests.ledger.shop import NOON, at, cart, engine_with, line


def bought(ledger: Ledger, order: str, asked: Cart) -> int:
    """Checks out and pays; minor units paid."""
    total = ledger.checkout(asked, order).quote.total_minor
    ledger.commit(order, at(1))
    return total


def test_partial_returns_end_at_what_was_paid(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", rule="select", pieces=4)
    ledger.grant("ann", NOON, "game", coins=333)
    total = bought(ledger, "o-1", cart(line(units=3), line("X", 999, 2), codes=("CODE10",), shipping=495))
    parts = [
        ledger.refund("o-1", {"LL-2": 1}, at(days=1), why="broken"),
        ledger.refund("o-1", {"X": 1, "LL-2": 1}, at(days=2)),
        ledger.refund("o-1", {"X": 1}, at(days=2), shipping=True),
    ]
    assert all(part.coupons == {} for part in parts)
    parts.append(ledger.refund("o-1", {"LL-2": 1}, at(days=3)))
    assert sum(part.cash for part in parts) == total
    order = ledger.order("o-1")
    assert order is not None and order.cash_back == total
    wallet = ledger.wallet("ann", at(days=4))
    assert wallet.coins == 333 and [(card.rule, card.state, card.pieces) for card in wallet.cards] == [
        ("select", "usable", 4)
    ]
    usage = ledger.usage("ann", None, NOON)
    assert usage["CODE10"].customer == usage["CODE10"].total == 0
    assert usage["select"].spent == 0


def test_a_return_is_paid_once_for_each_key(ledger: Ledger) -> None:
    bought(ledger, "o-1", cart(line(units=3, price=1500)))
    first = ledger.refund("o-1", {"LL-2": 1}, at(9), key="return-1")
    assert ledger.refund("o-1", {"LL-2": 1}, at(99), key="return-1") == first
    assert ledger.refund("o-1", {"LL-2": 1}, at(99), key="return-2").cash == first.cash
    with pytest.raises(LedgerError, match="this key was used"):
        ledger.refund("o-1", {"LL-2": 2}, at(99), key="return-1")
    with pytest.raises(LedgerError, match="only 1 of 3 units are left"):
        ledger.refund("o-1", {"LL-2": 2}, at(99), key="return-3")
    order = ledger.order("o-1")
    assert order is not None and order.cash_back == 2 * first.cash


def test_the_budget_that_a_return_frees_is_given_again(ledger: Ledger) -> None:
    bought(ledger, "o-1", cart(line(units=2), codes=("POT",)))
    assert ledger.usage("", ["POT"], NOON)["POT"].spent == 700
    ledger.refund("o-1", {"LL-2": 1}, at(5))
    assert ledger.usage("", ["POT"], NOON)["POT"].spent == 350


def test_items_bought_at_a_limited_price_may_be_bought_again_when_they_came_back(ledger: Ledger) -> None:
    bought(ledger, "o-1", cart(line("LL-1", 1000, 3)))
    ledger.refund("o-1", {"LL-1": 2}, at(5))
    assert ledger.usage("ann", ["lamp-hour"], NOON)["lamp-hour"].items_customer == 1


def test_each_line_gives_back_its_own_units_of_a_limited_price(where: str) -> None:
    """Not a share of the savings: one dear unit that comes back must not make room for two cheap ones."""
    engine = engine_with(**{"price       LL-1 at 8.00": "price       LL-1 at 8.00\n  price       LL-9 at 24.99"})
    with Ledger(where, engine) as ledger:
        bought(ledger, "o-1", cart(line("LL-1", 9999, 1), line("LL-9", 2500, 2)))
        ledger.refund("o-1", {"LL-1": 1}, at(5))
        assert ledger.usage("ann", ["lamp-hour"], NOON)["lamp-hour"].items_customer == 2
        ledger.refund("o-1", {"LL-9": 2}, at(5))
        assert ledger.usage("ann", ["lamp-hour"], NOON)["lamp-hour"].items_customer == 0
        assert ledger.verify() == ()


def test_a_coupon_that_expired_in_the_meantime_does_not_come_back(ledger: Ledger) -> None:
    ledger.pick_up("ann", "one-each", NOON)
    bought(ledger, "o-1", cart())
    back = ledger.refund("o-1", {"LL-2": 1}, at(days=8))
    assert back.coupons == {} and [lot.pieces for lot in back.expired] == [1]
    assert ledger.usage("ann", ["one-each"], NOON)["one-each"].customer == 1
    assert [card.state for card in ledger.wallet("ann", at(days=8)).cards] == ["used"]


def test_pieces_bought_by_the_way_come_back_as_pieces(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=20)
    checked = ledger.checkout(cart(), "o-1", without=["coin payment"])
    assert [(one.pieces, one.coins) for one in checked.quote.bought] == [(2, 20)]
    assert ledger.wallet("ann", NOON).coins_held == 20
    ledger.commit("o-1", at(1))
    assert ledger.refund("o-1", {"LL-2": 1}, at(2)).coupons == {"select": 2}
    wallet = ledger.wallet("ann", at(3))
    assert (wallet.coins, [(card.state, card.pieces) for card in wallet.cards]) == (0, [("usable", 2)])


def test_pieces_bought_by_the_way_vanish_when_the_order_is_released(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=20)
    ledger.checkout(cart(), "o-1", without=["coin payment"])
    ledger.release("o-1", at(1))
    wallet = ledger.wallet("ann", at(3))
    assert (wallet.coins, wallet.coins_held, wallet.cards) == (20, 0, ())
    assert ledger.usage("ann", ["coins-for-select"], NOON)["coins-for-select"].customer == 0


def _in_threes(returns: str = "full-only") -> Engine:
    """One trade brings three pieces, each good for seven days."""
    return engine_with(
        policy=f"  set returns to {returns}\n",
        **{
            "10 coins for 1 select": "10 coins for 3 select",
            "  piece       2.00\n": "  lasts       7 days\n  piece       2.00\n",
        },
    )


def _grant(ledger: Ledger, held: int) -> None:
    """Coins for one trade, and so many pieces of the select coupon."""
    ledger.grant("ann", NOON, "game", coins=10)
    if held:
        ledger.grant("ann", NOON, "game", rule="select", pieces=held)


def _pieces(ledger: Ledger, when: datetime) -> dict[datetime | None, int]:
    """Free pieces of the select coupon by expiry."""
    return {lot.expires: lot.pieces for lot in ledger.wallet_for_cart("ann", when).coupons if lot.rule == "select"}


@pytest.mark.parametrize("held", [0, 1])
def test_pieces_of_a_trade_that_the_order_does_not_need_stay(where: str, held: int) -> None:
    with Ledger(where, _in_threes()) as ledger:
        _grant(ledger, held)
        quote = ledger.checkout(cart(when=at(days=1)), "o-1", without=["coin payment"]).quote
        assert [(one.pieces, one.coins) for one in quote.bought] == [(3, 10)]
        # Two are needed; a held one goes first.
        assert [(one.pieces, one.expires) for one in quote.kept] == [(1 + held, at(days=8))]
        assert _pieces(ledger, at(days=1)) == {}
        ledger.commit("o-1", at(days=1, minutes=1))
        assert _pieces(ledger, at(days=2)) == {one.expires: one.pieces for one in quote.kept}
        mine = ledger.wallet("ann", at(days=2))
        assert [(card.state, card.pieces) for card in mine.cards] == [("usable", 1 + held), ("used", 2)]
        assert ledger.verify() == ()


@pytest.mark.parametrize("held", [0, 1])
def test_a_trade_of_an_order_that_is_not_paid_leaves_nothing(where: str, held: int) -> None:
    with Ledger(where, _in_threes()) as ledger:
        _grant(ledger, held)
        before = ledger.wallet("ann", at(days=1))
        ledger.checkout(cart(when=at(days=1)), "o-1", without=["coin payment"])
        ledger.release("o-1", at(days=1, minutes=1))
        assert ledger.wallet("ann", at(days=1)) == before
        assert ledger.verify() == ()


@pytest.mark.parametrize(
    ("returns", "first", "second"),
    [("full-only", [], [8, 7]), ("by-share", [8], [7]), ("never", [], [])],
)
def test_only_the_pieces_that_an_order_used_come_back(
    where: str, returns: str, first: list[int], second: list[int]
) -> None:
    """It used one piece that was held until the 17th and one of the three bought, which last until the 18th."""
    with Ledger(where, _in_threes(returns)) as ledger:
        ledger.grant("ann", NOON, "game", coins=10)
        ledger.grant("ann", NOON, "game", rule="select", pieces=1)
        ledger.checkout(cart(line(price=1200, units=2), when=at(days=1)), "o-1", without=["coin payment"])
        ledger.commit("o-1", at(days=1, minutes=1))
        for number, expected in enumerate((first, second)):
            back = ledger.refund("o-1", {"LL-2": 1}, at(days=2, minutes=number))
            found = {lot.expires: lot.pieces for lot in back.pieces}
            assert found == {at(days=day): 1 for day in expected}
        came = [*first, *second]
        kept = {at(days=8): 2 + came.count(8), at(days=7): came.count(7)}
        assert _pieces(ledger, at(days=3)) == {expires: many for expires, many in kept.items() if many}
        assert ledger.verify() == ()


def test_a_dispute_ends_with_an_amount_that_both_agree_on(ledger: Ledger) -> None:
    total = bought(ledger, "o-1", cart(line(units=2), line("X", 1000)))
    assert ledger.dispute("o-1", 300, at(5), key="d-1", line="X", why="scratched").cash == 300
    assert ledger.dispute("o-1", 300, at(6), key="d-1", line="X").cash == 300
    with pytest.raises(LedgerError, match="at most"):
        ledger.dispute("o-1", 1000, at(7), line="X")
    with pytest.raises(LedgerError, match="at most"):
        ledger.dispute("o-1", total - 299, at(7))
    for wrong in (0, -1, True):
        with pytest.raises(LedgerError, match="above zero"):
            ledger.dispute("o-1", wrong, at(7))
    rest = ledger.refund("o-1", {"LL-2": 2, "X": 1}, at(8)).cash
    assert rest == total - 300
    with pytest.raises(LedgerError, match="at most 0"):
        ledger.dispute("o-1", 1, at(9))


def test_impossible_returns_write_nothing(ledger: Ledger) -> None:
    total = bought(ledger, "o-1", cart(line(units=2)))
    for wrong in ({"LL-2": 3}, {"LL-2": -1}, {"no-such": 1}, {}, {"LL-2": 0}, {"LL-2": "1"}, {"LL-2": 10**30}):
        with pytest.raises(LedgerError) as failed:
            ledger.refund("o-1", wrong, at(5))  # type: ignore[arg-type]
        assert failed.value.code == "bad-return"
    with pytest.raises(LedgerError):
        ledger.refund("o-1", ["LL-2"], at(5))  # type: ignore[arg-type]
    order = ledger.order("o-1")
    assert order is not None and (order.total, order.cash_back) == (total, 0)


def test_shipping_is_paid_back_once(ledger: Ledger) -> None:
    bought(ledger, "o-1", cart(shipping=495))
    assert ledger.refund("o-1", {}, at(5), key="a", shipping=True).cash == 495
    with pytest.raises(LedgerError, match="shipping was paid back before"):
        ledger.refund("o-1", {"LL-2": 1}, at(5), key="b", shipping=True)


def test_shipping_comes_back_in_part_and_never_more_than_was_paid(ledger: Ledger) -> None:
    total = bought(ledger, "o-1", cart(shipping=495))
    assert ledger.refund("o-1", {}, at(5), key="a", shipping={"lamps/standard": 200}).cash == 200
    assert ledger.refund("o-1", {}, at(6), key="a", shipping={"lamps/standard": 200}).cash == 200  # the same return
    with pytest.raises(LedgerError, match="this key was used"):
        ledger.refund("o-1", {}, at(6), key="a", shipping={"lamps/standard": 201})
    assert ledger.refund("o-1", {}, at(7), key="b", shipping={"lamps/standard": Money("0.50", Currency.USD)}).cash == 50
    wrong: list[Any] = [
        {"lamps/standard": 246},
        {"lamps/express": 1},
        {"lamps/standard": 0},
        "yes",
        {"lamps/standard": 1.5},
    ]
    for asked in wrong:
        with pytest.raises(LedgerError) as failed:
            ledger.refund("o-1", {}, at(8), shipping=asked)
        assert failed.value.code == "bad-return"
    back = ledger.refund("o-1", {"LL-2": 1}, at(9), key="c", shipping=True)
    assert (back.shipping, back.cash) == (245, total - 250)
    order = ledger.order("o-1")
    assert order is not None and order.cash_back == order.total
    for asked in (True, {"lamps/standard": 1}):
        with pytest.raises(LedgerError, match=r"shipping was paid back before|at most 0"):
            ledger.refund("o-1", {}, at(10), key="d", shipping=asked)


def test_an_agreed_amount_is_paid_for_a_line_or_a_store(ledger: Ledger) -> None:
    bought(ledger, "o-1", cart(line(), line("K", 1000, store="kettles")))
    with pytest.raises(LedgerError, match="name the line or the store that it is for: kettles, lamps") as failed:
        ledger.dispute("o-1", 100, at(5))
    assert failed.value.code == "bad-amount"
    back = ledger.dispute("o-1", 100, at(5), key="d", store="kettles")
    assert [(one.id, one.cash) for one in back.lines] == [("K", 100)]
    assert ledger.dispute("o-1", 100, at(6), key="d", store="kettles") == back
    assert ledger.dispute("o-1", 100, at(6), key="e", line="LL-2").cash == 100
    for other in ({"store": "nobody"}, {"line": "K", "store": "lamps"}):
        with pytest.raises(LedgerError, match="the order has no"):
            ledger.dispute("o-1", 1, at(7), **other)  # type: ignore[arg-type]


def _recomputing() -> Engine:
    return engine_with(policy="  set refund to recompute\n")


def test_recompute_prices_what_is_kept(where: str) -> None:
    with Ledger(where, _recomputing()) as ledger:
        total = bought(ledger, "o-1", cart(line(units=2), line("X", 1000)))
        assert total == 5000 + 1000 - 500
        # One lamp less, and 5 off 50 is lost: 35.00 is kept at full price.
        assert ledger.refund("o-1", {"LL-2": 1}, at(5)).cash == total - 3500
        assert ledger.refund("o-1", {"LL-2": 1, "X": 1}, at(5)).cash == 3500
        assert ledger.verify() == ()


def test_recompute_asks_what_was_asked_when_the_order_was_priced(where: str) -> None:
    """Neither what the customer declined nor what was used up then makes the kept cart cheaper."""
    with Ledger(where, _recomputing()) as ledger:
        ledger.grant("ann", NOON, "game", coins=1000)
        for number in range(2):
            ledger.checkout(cart(codes=("CODE10",), when=at(number)), f"code-{number}")
        declined = ["coin payment", "coins-for-select"]
        asked = cart(line(units=2, price=1000), codes=("CODE10",), when=at(2))
        assert ledger.checkout(asked, "o-1", without=declined).quote.total_minor == 2000
        ledger.commit("o-1", at(3))
        assert ledger.refund("o-1", {"LL-2": 1}, at(4)).cash == 1000
        engine = _recomputing()
        usage = ledger.usage("ann", None, at(5))
        quote = engine.quote(cart(line(units=3, price=1000), codes=("CODE10",), when=at(5)), usage, declined)
        ledger.reserve(quote, "o-2", at(5), without=declined)
        ledger.commit("o-2", at(6))
        assert [ledger.refund("o-2", {"LL-2": 1}, at(7 + number)).cash for number in range(3)] == [1000] * 3
        assert ledger.verify() == ()


def test_recompute_does_not_take_back_what_was_agreed_on(where: str) -> None:
    with Ledger(where, _recomputing()) as ledger:
        total = bought(ledger, "o-1", cart(line(units=2, price=1000), line("X", 1000)))
        ledger.dispute("o-1", 200, at(5), line="X", why="scratched, and kept")
        parts = [ledger.refund("o-1", {"LL-2": 1}, at(6 + number)).cash for number in range(2)]
        assert parts == [1000, 1000]
        assert ledger.refund("o-1", {"X": 1}, at(9)).cash == total - 2200
        assert ledger.verify() == ()


def test_recompute_needs_the_rules_that_priced_the_order(where: str) -> None:
    with Ledger(where, _recomputing()) as ledger:
        bought(ledger, "o-1", cart(line(units=2)))
    changed = engine_with(policy="  set refund to recompute\n", **{"take 5.00 off": "take 4.00 off"})
    with Ledger(where, changed) as ledger, pytest.raises(LedgerError) as failed:
        ledger.refund("o-1", {"LL-2": 1}, at(5))
    assert failed.value.code == "other-rules"


def test_a_free_item_s_worth_is_shared_with_the_one_that_was_paid_for(where: str) -> None:
    """`gets to rounds`: sending back the one that was paid for does not leave the other for nothing."""
    pair = "store discount pair\n  stores      shirts\n  buy         1  get 1 free\n"
    engine = engine_with(pair, "  set         gets to rounds\n")
    goods = (line("a", 3000, store="shirts"), line("b", 2000, store="shirts"))
    with Ledger(where, engine) as ledger:
        for order, sent_back, cash in (("o-1", "a", 1800), ("o-2", "b", 1200)):
            assert ledger.checkout(cart(*goods), order).quote.total_minor == 3000
            ledger.commit(order, NOON)
            assert ledger.refund(order, {sent_back: 1}, at(1)).cash == cash
        assert ledger.verify() == ()
