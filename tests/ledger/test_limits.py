"""Every limit that a card can say, kept over orders: what the engine is told, and what no two orders at once can pass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pricing import Engine
from pricing.ledger import Ledger, Shortage
from pricing.model.quote import Quote
from tests.ledger.shop import ANN, BOB, NOON, at, cart, engine_with, line

CARDS = """
promo code DAILY "3 off, once a day each"
  spend       10.00  take 3.00 off
  limit       1 use per customer and day

promo code WEEKLY "3 off, twice a week each"
  spend       10.00  take 3.00 off
  limit       2 uses per customer and week

promo code MONTHLY "3 off, twice a month each"
  spend       10.00  take 3.00 off
  limit       2 uses per customer and month

promo code DAYPOT "Up to 7 off, 10.00 a day"
  spend       10.00  take 50% off, at most 7.00
  budget      10.00 per day

flash sale few "Five lamps at 9.00"
  price       LL-9 at 9.00
  limit       5 items in total
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_with(CARDS)


def saved(quote: Quote, rule: str) -> int:
    return sum(use.amount for use in quote.used if use.rule == rule)


@pytest.mark.parametrize(
    ("code", "days", "uses"),
    [
        ("DAILY", [0, 0, 1, 1, 2], [1, 0, 1, 0, 1]),
        # 10 June 2026 is a Wednesday: the days after four are of the next week.
        ("WEEKLY", [0, 1, 4, 5, 6, 11, 12], [1, 1, 0, 1, 1, 0, 1]),
        ("MONTHLY", [-9, 0, 20], [1, 1, 0]),
    ],
)
def test_uses_in_a_day_a_week_and_a_month(
    where: str, engine: Engine, code: str, days: list[int], uses: list[int]
) -> None:
    found = []
    with Ledger(where, engine, ahead=None) as ledger:
        for number, day in enumerate(days):
            done = ledger.checkout(cart(codes=(code,), when=at(number, day)), f"o-{number}")
            found.append(saved(done.quote, code) // 300)
            others = ledger.checkout(cart(codes=(code,), when=at(number, day), customer=BOB), f"b-{number}")
            assert saved(others.quote, code) // 300 == found[-1]
        assert ledger.verify() == ()
    assert found == uses


def test_two_orders_at_once_pass_no_limit_of_a_week(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        quote = engine.quote(cart(codes=("WEEKLY",)))

        def reserve(number: int) -> bool:
            try:
                ledger.reserve(quote, f"o-{number}", NOON)
            except Shortage as short:
                assert (short.of, short.rule, short.left) == ("uses per customer and week", "WEEKLY", 0)
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(reserve, range(8))) == 2
        assert ledger.usage("ann", ["WEEKLY"], NOON)["WEEKLY"].customer_week == 2
        ledger.release(next(f"o-{n}" for n in range(8) if ledger.order(f"o-{n}")), NOON)
        assert ledger.usage("ann", ["WEEKLY"], NOON)["WEEKLY"].customer_week == 1
        assert ledger.verify() == ()


def test_a_day_s_budget_is_there_again_the_next_day(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        totals = [
            saved(ledger.checkout(cart(codes=("DAYPOT",), when=when, customer=who), name).quote, "DAYPOT")
            for name, who, when in [("1", ANN, NOON), ("2", BOB, at(1)), ("3", ANN, at(2)), ("4", ANN, at(0, 1))]
        ]
        # 10.00 a day: what is left after 7.00 is less than a whole saving, and the ledger keeps to the cent.
        assert totals[0] == 700 and totals[3] == 700
        assert totals[0] + totals[1] + totals[2] <= 1000
        assert ledger.usage("ann", ["DAYPOT"], at(3, 1))["DAYPOT"].spent_today == 700
        ledger.release("4", at(4, 1))
        assert ledger.usage("ann", ["DAYPOT"], at(5, 1))["DAYPOT"].spent_today == 0
        assert ledger.verify() == ()


def test_items_in_total_are_sold_once(where: str, engine: Engine) -> None:
    lamp = line("LL-9", 1200, units=2)
    with Ledger(where, engine) as ledger:
        paid = [
            ledger.checkout(cart(lamp, customer=who), name).quote for name, who in (("1", ANN), ("2", BOB), ("3", ANN))
        ]
        assert [saved(quote, "few") for quote in paid] == [600, 600, 300]
        ledger.commit("1", NOON)
        ledger.refund("1", {"LL-9": 1}, at(1))
        assert ledger.usage("ann", ["few"], at(2))["few"].items_total == 4
        assert saved(ledger.checkout(cart(lamp, customer=BOB, when=at(3)), "4").quote, "few") == 300
        assert ledger.verify() == ()


def test_a_budget_of_the_day_runs_out_between_quote_and_order(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        quote = engine.quote(cart(codes=("DAYPOT",)))
        ledger.reserve(quote, "1", NOON)
        with pytest.raises(Shortage) as failed:
            ledger.reserve(quote, "2", NOON)
        assert (failed.value.of, failed.value.left) == ("budget per day", 300)
