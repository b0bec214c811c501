"""Money of a card in several currencies, and item prices that a floor holds up: counted as they are."""

from __future__ import annotations

from attrs import evolve

from pricing.api import Engine
from pricing.ledger import Ledger
from pricing.model.cart import Cart, Line
from tests.ledger.shop import ANN, at, cart, line
from tests.ledger.shop import ENGINE as SHOP

TWO_CURRENCIES = """
campaign twin "Twin"
  currency    USD, EUR
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30

promo code TWIN "Two purses"
  spend       10.00  take 2.00 | 1.50 off
  budget      3.00 | 4.00 in total

flash sale twin-lamp "Lamp"
  price       TW-1 at 5.00 | 4.00
  limit       3 items per customer
"""


def test_a_budget_is_one_of_its_currency(where: str) -> None:
    engine = Engine.from_texts({"campaigns/twin.promo": TWO_CURRENCIES})

    def asked(currency: str, sku: str = "X", units: int = 1) -> Cart:
        goods = Line(sku=sku, store="lamps", price=(1200, currency), quantity=units)
        return Cart(currency=currency, at=at(0), lines=[goods], customer=ANN, codes=["TWIN"])

    with Ledger(where, engine) as ledger:
        for number, (currency, saved) in enumerate((("USD", 200), ("EUR", 150), ("EUR", 150), ("EUR", 0), ("USD", 0))):
            found = ledger.checkout(asked(currency), f"o-{number}")
            assert sum(use.amount for use in found.quote.used) == saved, (number, currency)
        spent = [ledger.usage("ann", ["TWIN"], at(1), currency)["TWIN"].spent for currency in ("USD", "EUR")]
        assert spent == [200, 300]
        assert ledger.usage("ann", ["TWIN"], at(1))["TWIN"].spent == 200
        found = ledger.checkout(asked("EUR", "TW-1", 4), "o-9")
        assert {use.rule: use.amount for use in found.quote.used} == {"twin-lamp": 2400}
        assert ledger.usage("ann", ["twin-lamp"], at(1))["twin-lamp"].items_customer == 3
        told = [(one.rule, one.currency, one.uses, one.money, one.budget) for one in ledger.report()]
        assert told[:2] == [("TWIN", "EUR", 2, 300, 400), ("TWIN", "USD", 1, 200, 300)]
        ledger.release("o-1", at(2))
        assert ledger.usage("ann", ["TWIN"], at(3), "EUR")["TWIN"].spent == 150
        assert ledger.verify() == ()


def test_units_of_a_limited_price_are_counted_where_a_floor_holds_it_up(where: str) -> None:
    asked = cart(evolve(line("LL-1", 1000, 4), floor=(850, "USD")))
    with Ledger(where, SHOP) as ledger:
        found = ledger.checkout(asked, "o-1")
        assert {use.rule: use.amount for use in found.quote.used} == {"lamp-hour": 450}
        assert ledger.usage("ann", ["lamp-hour"], at(1))["lamp-hour"].items_customer == 3
