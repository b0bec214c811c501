"""Picking up, being granted, exchanging: windows, limits, stock to the last piece, keys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pricing.ledger import Ledger, LedgerError, Shortage
from tests.ledger.shop import ANN, BOB, NOON, at, engine_with


def _code(failed: pytest.ExceptionInfo[LedgerError]) -> str:
    return failed.value.code


def test_a_piece_lasts_as_the_card_says_and_never_past_the_campaign(ledger: Ledger) -> None:
    got = ledger.pick_up("ann", "one-each", NOON)
    assert got.expires == NOON + timedelta(days=7)
    granted = ledger.grant("ann", NOON, "sorry", rule="one-each", pieces=1)
    assert granted.expires == NOON + timedelta(days=7)
    late = ledger.grant("ann", at(days=18), "sorry", rule="one-each", pieces=1)
    assert late.expires is not None and late.expires.isoformat() == "2026-07-01T00:00:00+00:00"


def test_picking_up_has_its_time(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="picking up starts 2026-06-05") as early:
        ledger.pick_up("ann", "one-each", at(days=-6))
    assert _code(early) == "not-yet"
    with pytest.raises(LedgerError, match="picking up ended") as late:
        ledger.pick_up("ann", "one-each", at(days=11))
    assert _code(late) == "over"
    assert not ledger.wallet("ann", NOON).known


def test_a_customer_gets_as_many_as_may_be_used(ledger: Ledger) -> None:
    ledger.pick_up("ann", "one-each", NOON)
    with pytest.raises(Shortage) as failed:
        ledger.pick_up("ann", "one-each", at(1))
    assert (failed.value.of, failed.value.left) == ("uses per customer", 0)
    with pytest.raises(Shortage):
        ledger.pick_up("bob", "one-each", at(1), pieces=2)


def test_without_a_limit_one_piece_is_picked_up_at_a_time(ledger: Ledger) -> None:
    ledger.pick_up("ann", "welcome", NOON)
    with pytest.raises(Shortage, match="pick-ups at a time"):
        ledger.pick_up("ann", "welcome", at(1))
    # When it has expired, or was used, there is another.
    assert ledger.grant("bob", NOON, "game", rule="welcome", pieces=3).pieces == 3


def test_the_last_piece_is_handed_out_and_none_after_it(ledger: Ledger) -> None:
    for customer in ("a", "b", "c"):
        ledger.pick_up(customer, "one-each", NOON)
    ledger.grant("d", NOON, "won a game", rule="one-each", pieces=2)
    with pytest.raises(Shortage) as failed:
        ledger.pick_up("e", "one-each", NOON)
    assert (failed.value.of, failed.value.left) == ("stock", 0)
    assert not ledger.wallet("e", NOON).known


def test_cards_are_for_whom_they_say(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="for other customers"):
        ledger.pick_up(ANN, "for-vips", NOON)
    assert ledger.pick_up(BOB, "for-vips", NOON).pieces == 1
    # A grant is the house's own decision.
    assert ledger.grant(ANN, NOON, "a thank-you", rule="for-vips", pieces=1).pieces == 1


def test_coins_buy_pieces_within_the_exchange_s_limits(ledger: Ledger) -> None:
    ledger.grant("ann", NOON, "check-in", coins=35)
    assert ledger.exchange("ann", "coins-for-select", NOON, times=2).coins == -20
    with pytest.raises(Shortage) as poor:
        ledger.exchange("ann", "coins-for-select", at(1), times=2)
    assert (poor.value.of, poor.value.asked, poor.value.left) == ("coins", 20, 15)
    ledger.grant("ann", at(1), "check-in", coins=100)
    with pytest.raises(Shortage) as over:
        ledger.exchange("ann", "coins-for-select", at(2), times=2)
    assert (over.value.of, over.value.left) == ("uses per customer", 1)
    ledger.exchange("ann", "coins-for-select", at(2), times=1)
    wallet = ledger.wallet("ann", at(3))
    assert wallet.coins == 105
    assert [(card.rule, card.state, card.pieces) for card in wallet.cards] == [("select", "usable", 3)]


def test_a_repeated_call_gets_the_first_answer(ledger: Ledger) -> None:
    first = ledger.pick_up("ann", "one-each", NOON)
    assert ledger.pick_up("ann", "one-each", NOON) == first
    named = ledger.grant("ann", NOON, "game", coins=5, key="game-17")
    assert ledger.grant("ann", at(9), "game", coins=5, key="game-17") == named
    assert ledger.wallet("ann", at(9)).coins == 5
    with pytest.raises(LedgerError) as failed:
        ledger.grant("ann", NOON, "game", coins=6, key="game-17")
    assert _code(failed) == "key-taken"
    with pytest.raises(LedgerError):
        ledger.pick_up("bob", "one-each", NOON, key="game-17")
    assert ledger.wallet("ann", at(9)).coins == 5


def test_a_grant_is_pieces_or_coins(ledger: Ledger) -> None:
    for wrong in ({}, {"coins": 3, "rule": "welcome"}, {"pieces": 3}, {"coins": -4}, {"rule": "welcome", "pieces": -1}):
        with pytest.raises(LedgerError):
            ledger.grant("ann", NOON, "game", **wrong)  # type: ignore[arg-type]
    assert not ledger.wallet("ann", NOON).known


def test_an_exchange_keeps_its_hours(where: str) -> None:
    trade = "  trade       10 coins for 1 select"
    engine = engine_with(**{trade: trade + "\n  hours       from 18:00 until 20:00"})
    with Ledger(where, engine) as ledger:
        ledger.grant("ann", NOON, "game", coins=10)
        with pytest.raises(LedgerError, match="closed on this day or at this hour"):
            ledger.exchange("ann", "coins-for-select", NOON)
        assert ledger.exchange("ann", "coins-for-select", at(6 * 60)).pieces == 1
        assert ledger.verify() == ()
