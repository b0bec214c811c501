"""One customer from product page to partial refund, with the wallet at each step: `python -m pricing.ledger.demo`.

Works in a folder of its own that is gone afterwards.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pricing.api import Engine
from pricing.ledger import Ledger, Shortage
from pricing.ledger.store.tables import Table, offers_table, wallet_table
from pricing.model.cart import Cart, Customer, Line, ShippingCharge
from pricing.model.refund import Refund
from pricing.money import show

RULES = """
campaign summer-week "Summer week"
  currency    USD
  zone        America/Los_Angeles
  valid       from 2026-06-18 through 2026-06-24

store discount nova-five "5 off 80"
  stores      nova-home
  spend       80.00  take 5.00 off

seller coupon nova-6-off-60 "Nova Home: 6 off 60"
  stores      nova-home
  claim       from 2026-06-15 through 2026-06-23
  lasts       7 days
  spend       60.00  take 6.00 off
  limit       1 use per customer
  limit       1000 uses in total

select coupon select-summer "Select coupon"
  piece       2.00
  spend       65.00  take 6.00 off
  budget      250000.00 in total

coin exchange coins-for-select "10 coins for a select coupon"
  trade       10 coins for 1 select-summer
  limit       5 uses per customer

coin payment summer-coins "Pay part with coins"
  rate        100 coins = 1.00
  at most     10% per item
  at most     5.00 per order
"""

ANN = Customer("ann")
NOON = datetime(2026, 6, 20, 19, tzinfo=UTC)
KETTLE = Line(id="kettle", sku="NH-1001", store="nova-home", price=(4500, "USD"), quantity=2)
RUG = Line(id="rug", sku="NH-2002", store="nova-home", price=(2500, "USD"), quantity=1)


def main() -> None:
    """Walks through the whole life of a coupon and prints what the customer sees."""
    engine = Engine.from_texts({"campaigns/summer.promo": RULES})
    print("The rules of this shop, as marketing wrote them:\n" + RULES)
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.db", engine) as ledger:
        _get(ledger)
        _buy(ledger)
        _give_back(ledger)
        order = ledger.order("order-1")
        assert order is not None
        print(f"\nPaid {show(order.total, 'USD')}, paid back {show(order.cash_back, 'USD')}. ", end="")
        print("The books are right." if not ledger.verify() else "The books are wrong!")


def _get(ledger: Ledger) -> None:
    _say("1. Ann, who has nothing yet, looks at the page of a kettle")
    offers_table("Offers", ledger.offers(KETTLE, ANN, NOON), NOON).print()
    _wallet(ledger, NOON)

    _say("2. She picks the coupon up; a second one is refused")
    ledger.pick_up(ANN, "nova-6-off-60", NOON)
    try:
        ledger.pick_up(ANN, "nova-6-off-60", NOON + timedelta(minutes=1))
    except Shortage as shortage:
        print(f"Refused: {shortage}")
    _wallet(ledger, NOON)

    _say("3. Seven days of check-in bring 320 coins; 20 of them buy two select coupons")
    ledger.grant(ANN, NOON, "seven days of check-in", coins=320)
    ledger.exchange(ANN, "coins-for-select", NOON, times=2)
    _wallet(ledger, NOON)


def _buy(ledger: Ledger) -> None:
    _say("4. Checkout of two kettles and a rug: the best price, and all that it uses is held for half an hour")
    cart = Cart(
        currency="USD",
        at=NOON + timedelta(minutes=5),
        lines=[KETTLE, RUG],
        customer=ANN,
        shipping=[ShippingCharge(store="nova-home", method="standard", amount=(650, "USD"))],
    )
    quote = ledger.checkout(cart, "order-1").quote
    rows = tuple(
        (use.rule, use.kind.value, str(use.pieces or ""), str(use.coins or ""), show(use.amount, "USD"))
        for use in quote.used
    )
    headings = ("rule", "kind", "pieces", "coins", "saves")
    Table(f"order-1: {show(quote.total_minor, 'USD')} to pay", headings, rows, frozenset({2, 3, 4})).print()
    for one in quote.bought:
        print(f"{one.pieces} of the pieces of {one.coupon} was bought on the way, for {one.coins} coins.")
    _wallet(ledger, cart.at)

    _say("5. The payment is being checked, which may take six hours: the hold stays")
    checked = ledger.verifying("order-1", NOON + timedelta(minutes=8))
    print(f"order-1 is {checked.state}, held until {checked.hold_until:%Y-%m-%d %H:%M} UTC.")
    _wallet(ledger, NOON + timedelta(minutes=8))

    _say("6. It is paid: what was held is used")
    ledger.commit("order-1", NOON + timedelta(hours=2))
    _wallet(ledger, NOON + timedelta(hours=2))


def _give_back(ledger: Ledger) -> None:
    _say("7. One kettle comes back: its share of the money and of the coins, but no coupon while the rest is kept")
    later = NOON + timedelta(days=2)
    _refund(ledger.refund("order-1", {"kettle": 1}, later, key="return-1", why="dented"))
    _wallet(ledger, later)

    _say("8. Ann complains about a scratch on the rug; she and the seller agree on 2.00, and she keeps it")
    later = NOON + timedelta(days=3)
    _refund(ledger.dispute("order-1", 200, later, key="dispute-1", line="rug", why="scratch"))
    _wallet(ledger, later)

    _say("9. In the end everything comes back, less the 2.00 that she has; so do the coupons, which still last")
    _refund(ledger.refund("order-1", {"kettle": 1, "rug": 1}, later, key="return-2", shipping=True))
    _wallet(ledger, later)


def _say(what: str) -> None:
    print(f"\n\n{what}\n")


def _wallet(ledger: Ledger, at: datetime) -> None:
    """My Coupons at that instant."""
    print()
    wallet_table(ledger.wallet("ann", at)).print()


def _refund(back: Refund) -> None:
    """One line: what came back."""
    pieces = ", ".join(f"{many} of {rule}" for rule, many in back.coupons.items())
    print(f"Paid back {show(back.cash, back.currency)}, {back.coins} coins" + (f", {pieces}" if pieces else ""))


if __name__ == "__main__":
    main()
