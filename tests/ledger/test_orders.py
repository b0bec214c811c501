"""Reserve, verify, commit, release: each step once, in the right order, holds that run out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve

from pricing.ledger import Ledger, LedgerError, Shortage
from pricing.model.cart import Customer
from pricing.model.quote import Quote
from tests.ledger.shop import ANN, BOB, ENGINE, NOON, at, cart, engine_with, line


def quoted(ledger: Ledger, *lines: object, codes: tuple[str, ...] = (), customer: Customer = ANN) -> Quote:
    asked = cart(*lines, codes=codes, customer=customer)  # type: ignore[arg-type]
    asked = evolve(asked, wallet=ledger.wallet_for_cart(customer.id, NOON))
    return ENGINE.quote(asked, usage=ledger.usage(customer.id, None, NOON))


def test_what_an_order_holds_is_not_there_for_others(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=300)
    ledger.grant("ann", NOON, "game", rule="select", pieces=3)
    quote = quoted(ledger, codes=("CODE10",))
    order = ledger.reserve(quote, "o-1", NOON)
    assert (order.state, order.total, order.hold_until) == ("reserved", quote.total_minor, at(30))
    wallet = ledger.wallet("ann", NOON)
    assert wallet.coins == 300 - quote.coins_spent and wallet.coins_held == quote.coins_spent > 0
    assert [(card.rule, card.pieces) for card in wallet.of("held")] == [("select", 2)]
    assert ledger.usage("ann", ["CODE10"], NOON)["CODE10"].customer == 1
    assert ledger.usage("bob", ["CODE10"], NOON)["CODE10"].total == 1
    assert ledger.verify() == ()


def test_released_is_as_if_it_never_was(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=300)
    ledger.grant("ann", NOON, "game", rule="select", pieces=3)
    before = ledger.wallet("ann", NOON), ledger.usage("ann", None, NOON)
    ledger.reserve(quoted(ledger, codes=("CODE10",)), "o-1", NOON)
    assert ledger.release("o-1", at(5), "card refused").state == "released"
    usage = {rule: use for rule, use in ledger.usage("ann", None, NOON).items() if use.customer or use.total}
    assert (ledger.wallet("ann", NOON), usage) == before


def test_committed_is_used(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", rule="select", pieces=3)
    ledger.reserve(quoted(ledger), "o-1", NOON)
    assert ledger.commit("o-1", at(5)).state == "committed"
    wallet = ledger.wallet("ann", at(6))
    assert [(card.rule, card.state, card.pieces, card.why) for card in wallet.cards] == [
        ("select", "usable", 1, ""),
        ("select", "used", 2, "order o-1"),
    ]
    assert wallet.of("used")[0].when == at(5)


def test_every_step_may_be_repeated(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=300)
    quote = quoted(ledger)
    assert ledger.reserve(quote, "o-1", NOON) == ledger.reserve(quote, "o-1", at(3))
    assert ledger.verifying("o-1", at(4)) == ledger.verifying("o-1", at(5))
    assert ledger.commit("o-1", at(6)) == ledger.commit("o-1", at(7))
    # Even `reserve` again, by a worker that crashed before it heard the answer.
    assert ledger.reserve(quote, "o-1", at(8)).state == "committed"
    assert ledger.wallet("ann", at(8)).coins == 300 - quote.coins_spent


def test_steps_in_the_wrong_order_are_refused(ledger: Ledger) -> None:
    for step in (ledger.commit, ledger.verifying, ledger.release):
        with pytest.raises(LedgerError, match="no such order") as unknown:
            step("nobody-s", NOON)
        assert unknown.value.code == "unknown-order"
    quote = quoted(ledger)
    ledger.reserve(quote, "o-1", NOON)
    with pytest.raises(LedgerError, match="the order is reserved"):
        ledger.refund("o-1", {"LL-2": 1}, NOON)
    ledger.commit("o-1", NOON)
    for step in (ledger.verifying, ledger.release):
        with pytest.raises(LedgerError, match="the order is committed"):
            step("o-1", NOON)
    ledger.reserve(quote, "o-2", NOON)
    ledger.release("o-2", NOON)
    with pytest.raises(LedgerError, match="new order id"):
        ledger.reserve(quote, "o-2", NOON)
    with pytest.raises(LedgerError, match="the order is released"):
        ledger.commit("o-2", NOON)
    with pytest.raises(LedgerError, match="the order is released"):
        ledger.refund("o-2", {"LL-2": 1}, NOON)


def test_another_quote_or_another_customer_does_not_get_the_order(ledger: Ledger) -> None:
    ledger.reserve(quoted(ledger), "o-1", NOON)
    with pytest.raises(LedgerError) as taken:
        ledger.reserve(quoted(ledger, line(units=2)), "o-1", NOON)
    assert taken.value.code == "order-taken"
    for step in (ledger.verifying, ledger.commit, ledger.release):
        with pytest.raises(LedgerError) as foreign:
            step("o-1", NOON, customer="bob")
        assert foreign.value.code == "foreign-order"
    ledger.commit("o-1", NOON, customer="ann")
    with pytest.raises(LedgerError, match="another customer"):
        ledger.refund("o-1", {"LL-2": 1}, NOON, customer="bob")


def test_a_hold_runs_out_after_thirty_minutes_and_after_six_hours_once_verifying(ledger: Ledger) -> None:
    ledger.reserve(quoted(ledger), "o-1", NOON)
    ledger.reserve(quoted(ledger), "o-2", NOON)
    ledger.verifying("o-2", at(10))
    assert ledger.expire_holds(at(29)) == []
    with pytest.raises(LedgerError) as late:
        ledger.verifying("o-1", at(30))
    assert late.value.code == "hold-ran-out"
    assert ledger.expire_holds(at(30)) == ["o-1"]
    assert ledger.expire_holds(at(30)) == []
    assert ledger.expire_holds(at(10 + 6 * 60 - 1)) == []
    ledger.commit("o-2", at(10 + 6 * 60 - 1))
    order = ledger.order("o-1")
    assert order is not None and order.state == "released"


def test_what_a_hold_that_ran_out_kept_is_sold_to_the_next(ledger: Ledger) -> None:
    for number in range(4):
        who = Customer(f"c-{number}")
        ledger.reserve(quoted(ledger, codes=("CODE10",), customer=who), f"o-{number}", at(number))
    quote = ENGINE.quote(cart(codes=("CODE10",), customer=BOB))
    with pytest.raises(Shortage) as failed:
        ledger.reserve(quote, "late", at(29))
    assert failed.value.of == "uses in total"
    assert ledger.expire_holds(at(30)) == ["o-0"]
    assert ledger.reserve(quote, "late", at(30)).state == "reserved"


def test_nobody_s_clock_ends_the_holds_of_others(ledger: Ledger) -> None:
    """A call that fails writes nothing, whatever instant it gives."""
    ledger.checkout(cart(codes=("TODAY3",)), "honest")
    ledger.pick_up("eve", "one-each", NOON)
    with pytest.raises(Shortage):
        ledger.pick_up("eve", "one-each", at(days=1))
    with pytest.raises(Shortage):
        ledger.exchange("eve", "coins-for-select", at(120))
    order = ledger.order("honest")
    assert order is not None and order.state == "reserved"
    assert ledger.commit("honest", at(1)).state == "committed"


def test_an_instant_far_ahead_of_the_journal_is_refused(where: str) -> None:
    far = at(days=32)
    with Ledger(where, ENGINE) as ledger:
        ledger.checkout(cart(), "o-1")
        calls: list[Callable[[], object]] = [
            lambda: ledger.expire_holds(far),
            lambda: ledger.verifying("o-1", far),
            lambda: ledger.release("o-1", far),
            lambda: ledger.commit("o-1", far),
            lambda: ledger.grant("ann", far, "game", coins=1),
            lambda: ledger.checkout(cart(when=far), "o-2"),
        ]
        for call in calls:
            with pytest.raises(LedgerError, match="is the clock right") as failed:
                call()
            assert failed.value.code == "far-ahead"
        ledger.grant("ann", at(days=20), "game", coins=1)
        assert ledger.grant("ann", far, "game", coins=1).coins == 1  # time has gone on
    with Ledger(where, ENGINE, ahead=timedelta(hours=1)) as ledger, pytest.raises(LedgerError, match="2 days"):
        ledger.grant("ann", far + timedelta(days=2), "game", coins=1)
    with Ledger(where, ENGINE, ahead=None) as ledger:
        assert ledger.grant("ann", far + timedelta(days=999), "game", coins=1).coins == 1
        assert ledger.verify() == ()


def test_a_payment_after_the_hold_ran_out_is_not_lost(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "game", coins=300)
    ledger.grant("ann", NOON, "game", rule="select", pieces=3)
    ledger.reserve(quoted(ledger, codes=("CODE10",)), "nobody-swept", NOON)
    assert ledger.commit("nobody-swept", at(45)).state == "committed"
    quote = ledger.checkout(cart(customer=BOB, codes=("TODAY3",)), "swept").quote
    assert ledger.expire_holds(at(60)) == ["swept"]
    assert ledger.commit("swept", at(61), customer="bob").total == quote.total_minor
    assert ledger.commit("swept", at(62)).state == "committed"
    assert ledger.usage("", ["TODAY3"], NOON)["TODAY3"].today == 1
    assert ledger.verify() == ()
    assert ledger.refund("swept", {"LL-2": 1}, at(70)).cash == quote.total_minor


def test_what_a_late_payment_cannot_have_any_more_is_told(ledger: Ledger) -> None:
    ledger.pick_up("ann", "one-each", NOON)
    ledger.checkout(cart(codes=("CODE10",)), "late")
    ledger.checkout(cart(), "released")
    ledger.release("released", at(5))
    ledger.expire_holds(at(30))
    ledger.checkout(cart(when=at(31)), "faster")
    before = ledger.wallet("ann", at(40)), ledger.usage("ann", None, at(40))
    with pytest.raises(Shortage) as failed:
        ledger.commit("late", at(40))
    assert (failed.value.of, failed.value.rule) == ("pieces", "one-each")
    assert (ledger.wallet("ann", at(40)), ledger.usage("ann", None, at(40))) == before
    with pytest.raises(LedgerError, match="the order is released"):
        ledger.commit("released", at(40))  # somebody released it: nobody's payment was late
    ledger.release("faster", at(41))
    assert ledger.commit("late", at(42)).state == "committed"


def test_limits_by_day_begin_anew_at_midnight(ledger: Ledger) -> None:
    quote = ENGINE.quote(cart(codes=("TODAY3",)))
    ledger.reserve(quote, "o-1", NOON)
    ledger.reserve(quote, "o-2", NOON)
    assert ledger.usage("", ["TODAY3"], NOON)["TODAY3"].today == 2
    with pytest.raises(Shortage, match="uses per day"):
        ledger.reserve(quote, "o-3", at(20))
    assert ledger.usage("", ["TODAY3"], at(days=1)).get("TODAY3") is None
    ledger.reserve(quote, "o-3", at(days=1))
    assert ledger.usage("", ["TODAY3"], at(days=1))["TODAY3"].today == 1


def test_a_budget_is_kept_to_the_cent(ledger: Ledger) -> None:
    def take(order: str, price: int) -> int:
        quote = ENGINE.quote(cart(line(price=price), codes=("POT",)))
        (use,) = (use for use in quote.used if use.rule == "POT")
        ledger.reserve(quote, order, NOON)
        return use.amount

    assert take("o-1", 1400) == 700
    with pytest.raises(Shortage) as failed:
        take("o-2", 1002)
    assert (failed.value.of, failed.value.asked, failed.value.left) == ("budget", 501, 300)
    ledger.release("o-1", NOON)
    assert take("o-3", 1000) + take("o-4", 1000) == 1000
    assert ledger.usage("", ["POT"], NOON)["POT"].spent == 1000
    with pytest.raises(Shortage):
        take("o-5", 1000)


def test_items_at_a_limited_price_are_counted_by_the_unit(ledger: Ledger) -> None:
    ledger.reserve(quoted(ledger, line("LL-1", 1000, 2)), "o-1", NOON)
    assert ledger.usage("ann", ["lamp-hour"], NOON)["lamp-hour"].items_customer == 2
    second = quoted(ledger, line("LL-1", 1000, 2))
    assert second.total_minor == 800 + 1000
    ledger.reserve(second, "o-2", NOON)
    with pytest.raises(Shortage, match="items per customer"):
        ledger.reserve(ENGINE.quote(cart(line("LL-1", 1000, 2))), "o-3", NOON)


def test_guests_may_buy_but_have_nothing(ledger: Ledger) -> None:
    guest = Customer("")
    order = ledger.reserve(ENGINE.quote(cart(customer=guest, codes=("TODAY3",))), "o-1", NOON)
    assert ledger.commit(order.id, NOON).state == "committed"
    # What is limited for each customer is nobody's who cannot be counted: one price, with the ledger's usage or without.
    for number, usage in enumerate((None, ledger.usage("", None, NOON)), 2):
        quote = ENGINE.quote(cart(customer=guest, codes=("CODE10",)), usage)
        assert ledger.reserve(quote, f"o-{number}", NOON).total == 2500
    checked = ledger.checkout(cart(customer=guest, codes=("CODE10",)), "o-4")
    assert (checked.quote.total_minor, checked.changes) == (2500, ())


def test_pieces_that_are_not_in_the_ledger_are_not_believed(ledger: Ledger) -> None:
    from pricing.model.cart import Lot, Wallet

    boast = evolve(cart(), wallet=Wallet(1000, [Lot("select", 4)]))
    with pytest.raises(Shortage, match="coins") as failed:
        ledger.reserve(ENGINE.quote(boast), "o-1", NOON)
    assert failed.value.left == 0
    with pytest.raises(Shortage, match="pieces"):
        ledger.reserve(ENGINE.quote(boast, without=["coin payment"]), "o-1", NOON)
    assert ledger.order("o-1") is None and not ledger.wallet("ann", NOON).known


def test_a_quote_that_saves_by_what_it_does_not_use_is_refused(ledger: Ledger) -> None:
    ledger.pick_up("ann", "one-each", NOON)
    with pytest.raises(LedgerError, match="save 600 by 'one-each', but it uses that for 0") as failed:
        ledger.reserve(evolve(quoted(ledger), used=()), "o-1", NOON)
    assert failed.value.code == "bad-quote"


def test_a_clock_that_goes_back_does_not_shorten_a_hold(ledger: Ledger) -> None:
    until = ledger.reserve(quoted(ledger), "o-1", NOON).hold_until
    assert ledger.verifying("o-1", at(days=-1)).hold_until == until
    assert ledger.commit("o-1", at(29)).state == "committed"


def test_a_piece_that_expired_since_the_quote_is_not_held(ledger: Ledger) -> None:
    ledger.pick_up("ann", "one-each", NOON)
    quote = quoted(ledger)
    assert [use.rule for use in quote.used] == ["one-each"]
    quote = evolve(quote, cart=evolve(quote.cart, at=at(days=7)))
    with pytest.raises(Shortage, match="pieces of 'one-each'"):
        ledger.reserve(quote, "o-1", at(days=7))
    assert ledger.reserve(quote, "o-1", at(days=7, minutes=-1)).state == "reserved"
    # Held in time is held: payment may take until after the expiry.
    ledger.verifying("o-1", at(days=7, minutes=5))
    assert ledger.commit("o-1", at(days=7, minutes=60)).state == "committed"


def test_the_ledger_s_own_expiries_count_not_the_quote_s(ledger: Ledger) -> None:
    from pricing.model.cart import Lot, Wallet

    got = ledger.pick_up("ann", "one-each", NOON)
    quote = ENGINE.quote(evolve(cart(), wallet=Wallet(0, [Lot("one-each", 1)])))
    ledger.reserve(quote, "o-1", NOON)
    ledger.release("o-1", at(1))
    assert [card.when for card in ledger.wallet("ann", at(2)).of("usable")] == [got.expires]
    ledger.reserve(quote, "o-2", NOON)
    ledger.commit("o-2", at(1))
    back = ledger.refund("o-2", {"LL-2": 1}, at(2))
    assert [lot.expires for lot in back.pieces] == [got.expires]


def test_a_day_is_a_day_in_the_rule_s_zone(where: str) -> None:
    engine = engine_with(**{"zone        UTC": "zone        America/Los_Angeles"})
    midnight = at(minutes=19 * 60)  # 7 in the morning UTC
    with Ledger(where, engine) as ledger:
        for number, minutes in enumerate((-2, -1, 0, 1)):
            when = midnight + timedelta(minutes=minutes)
            ledger.reserve(engine.quote(cart(codes=("TODAY3",), when=when)), f"o-{number}", when)
        assert ledger.usage("", ["TODAY3"], midnight)["TODAY3"].today == 2
        assert ledger.verify() == ()
