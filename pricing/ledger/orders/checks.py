"""Whether a quote holds together, line by line, and may be reserved now: what was changed on its way is refused.

Quotes are made by the engine, in the shop's own programs; they never come from a customer. These checks catch what went
wrong on the way between those programs. They do not price anew: whoever may make quotes up can make up whole ones.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import datetime, timedelta

from pricing.ledger.errors import LedgerError
from pricing.model.cart import Cart
from pricing.model.errors import shown
from pricing.model.quote import Quote, QuoteCharge, QuoteLine, Saving


def check_quote(quote: object, rules: Container[str], at: datetime, most: timedelta, customer: str | None) -> None:
    """LedgerError unless it is a quote of these rules (fingerprints), for this customer, and not older than `most`."""
    if not isinstance(quote, Quote) or not isinstance(quote.cart, Cart):
        raise LedgerError("bad-quote", f"expected a Quote, not {shown(quote)}", "quote")
    if customer is not None and customer != quote.cart.customer.id:
        raise LedgerError("foreign-quote", "this quote was made for another customer", "quote.cart.customer")
    if quote.rules not in rules:
        what = (
            f"the quote was priced under other rules ({shown(quote.rules)}): quote again, or open the ledger with their"
            " fingerprint in `also`"
        )
        raise LedgerError("other-rules", what, "quote.rules")
    if at - quote.cart.at > most:
        what = f"the quote was priced for {quote.cart.at.isoformat()}, too long before {at.isoformat()}: quote again"
        raise LedgerError("old-quote", what, "quote.cart.at")
    if quote.cart.at - at > most:
        what = f"the quote was priced for {quote.cart.at.isoformat()}, too long after {at.isoformat()}"
        raise LedgerError("bad-quote", what, "quote.cart.at")


def check_sums(quote: Quote) -> None:
    """LedgerError when its numbers cannot be: amounts, lines and charges against the cart, totals, coins."""
    if any(type(number) is not int or number < 0 for number in _numbers(quote)):
        raise LedgerError("bad-quote", "an amount of the quote is not a whole number from 0", "quote")
    if quote.currency != quote.cart.currency:
        what = f"is in {shown(quote.currency)}, but its cart is in {quote.cart.currency}"
        raise LedgerError("bad-quote", what, "quote.currency")
    _check_lines(quote)
    _check_charges(quote)
    spent = sum(use.coins for use in quote.used) + sum(one.coins for one in quote.bought)
    if spent != quote.coins_spent:
        raise LedgerError("bad-quote", f"spends {quote.coins_spent} coins, but its parts spend {spent}", "quote")
    pays = sum(line.pays for line in quote.lines) + sum(charge.pays for charge in quote.shipping)
    if pays != quote.total_minor:
        raise LedgerError("bad-quote", f"total is {quote.total_minor}, but its lines pay {pays}", "quote")
    bought_by_customer = bool(quote.bought) or bool(spent) or any(use.pieces_taken for use in quote.used)
    if bought_by_customer and not quote.cart.customer.id:
        raise LedgerError("no-customer", "coupons and coins need a customer with an id", "quote.cart.customer")


def check_used(quote: Quote, saved: Mapping[str, int]) -> None:
    """Refuses a quote whose savings, by rule, are not those of what it says it uses: nothing is saved by what is not
    taken."""
    used: dict[str, int] = {}
    for use in quote.used:
        used[use.rule] = used.get(use.rule, 0) + use.amount
    for name in sorted({*used, *saved}):
        if saved.get(name, 0) != used.get(name, 0):
            what = f"its lines save {saved.get(name, 0)} by {name!r}, but it uses that for {used.get(name, 0)}"
            raise LedgerError("bad-quote", what, "quote.used")


def _numbers(quote: Quote) -> Iterator[object]:
    """All numbers of the quote; none of them is ever negative."""
    for line in quote.lines:
        yield from (line.quantity, line.list, line.item, line.pays)
    for charge in quote.shipping:
        yield from (charge.list, charge.pays)
    for savings in (*[line.savings for line in quote.lines], *[charge.savings for charge in quote.shipping]):
        for saving in savings:
            yield from (saving.amount, saving.platform)
            yield from (share for _, share in saving.payers)
            yield saving.seller
    for use in quote.used:
        yield from (use.pieces, use.coins, use.amount)
    for one in quote.bought:
        yield from (one.pieces, one.coins)
        yield from (times for _, times in one.trades)
    yield from (one.pieces for one in quote.kept)


def _check_lines(quote: Quote) -> None:
    """Every line is one of the cart, at its list price, less its savings."""
    asked = {line.id: line for line in quote.cart.lines}
    if sorted(asked) != sorted(line.id for line in quote.lines):
        raise LedgerError("bad-quote", "its lines are not those of its cart", "quote.lines")
    for line in quote.lines:
        path, wanted = f"quote.lines[{line.id}]", asked[line.id]
        if (line.sku, line.store, line.quantity) != (wanted.sku, wanted.store, wanted.quantity):
            raise LedgerError("bad-quote", "this line is another one in its cart", path)
        _check_price(line, wanted.unit_price * wanted.quantity, line.savings, path)
        if not line.pays <= line.item <= line.list:
            what = f"costs {line.item} at item prices, which is not between {line.pays} and {line.list}"
            raise LedgerError("bad-quote", what, path)


def _check_charges(quote: Quote) -> None:
    """Every charge is one of the cart, less its savings."""
    asked = {(charge.store, charge.method, charge.id): charge.minor for charge in quote.cart.shipping}
    if sorted(asked) != sorted((charge.store, charge.method, charge.id) for charge in quote.shipping):
        raise LedgerError("bad-quote", "its shipping is not that of its cart", "quote.shipping")
    for charge in quote.shipping:
        path = f"quote.shipping[{charge.store}/{charge.method}]"
        _check_price(charge, asked[charge.store, charge.method, charge.id], charge.savings, path)


def _check_price(priced: QuoteLine | QuoteCharge, listed: int, savings: tuple[Saving, ...], path: str) -> None:
    if priced.list != listed:
        raise LedgerError("bad-quote", f"has a list amount of {priced.list}, but its cart says {listed}", path)
    saved = sum(saving.amount for saving in savings)
    if priced.list - saved != priced.pays:
        what = f"pays {priced.pays}, but {priced.list} less savings of {saved} is {priced.list - saved}"
        raise LedgerError("bad-quote", what, path)
