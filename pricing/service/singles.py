"""Single codes over HTTP: what a customer typed is looked up; batches are made, listed and taken out of use.

Failed codes are limited for each customer: by the ledger where one is looked up or checked out, and here where a cart is
only priced, for a quote tells which codes it does not know.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from pricing.ledger import Ledger, TooManyGuesses
from pricing.model.cart import Cart
from pricing.model.codes import normalised
from pricing.service import shapes
from pricing.service.asks import Ask, read
from pricing.service.problems import Refused

PAGE = 10_000
"""Codes in one answer."""


def resolve(ledger: Ledger, ask: Ask, now: datetime) -> shapes.Resolved:
    """POST /v1/wallets/{customer}/codes."""
    found = ledger.resolve_code(read(ask.body, shapes.Typed).code, ask.path["customer"], now)
    if isinstance(found, str):
        return shapes.Resolved(found, None)
    return shapes.Resolved(found.code, found.rule)


def mint(ledger: Ledger, ask: Ask, now: datetime, key: str) -> shapes.Minted:
    """POST /v1/codes/{rule}/mint."""
    rule = ask.path["rule"]
    return shapes.Minted(rule, list(ledger.mint_codes(rule, read(ask.body, shapes.Mint).many, now, key)))


def void(ledger: Ledger, ask: Ask, now: datetime, key: str) -> shapes.Voided:
    """POST /v1/codes/{rule}/void."""
    rule, body = ask.path["rule"], read(ask.body, shapes.Void)
    if bool(body.codes) == body.all:
        raise Refused(422, "wrong-body", [("name the codes, or say all: true", "/codes")])
    return shapes.Voided(rule, ledger.void_codes(rule, None if body.all else body.codes, now, key))


def listed(ledger: Ledger, ask: Ask) -> shapes.CodePage:
    """GET /v1/codes/{rule}: a page of at most `PAGE`, from the code number `from` on."""
    rule, start = ask.path["rule"], ask.query.get("from", "0")
    if not (start.isascii() and start.isdigit() and len(start) < 10):
        raise Refused(422, "wrong-query", [("is a whole number from 0", "/from")])
    states: Iterable[str] = ask.query.get("state") or ("free", "held", "used", "void")
    found = ledger.codes(rule, states)
    page = found[int(start) : int(start) + PAGE]
    more = int(start) + PAGE if len(found) > int(start) + PAGE else None
    rows = [shapes.CodeRow(one.code, one.state, one.order_id or None, one.at.isoformat()) for one in page]
    return shapes.CodePage(rule, rows, more)


def refused(error: TooManyGuesses, now: datetime) -> Refused:
    """429, with the seconds until a code is looked up again."""
    seconds = max(1, ceil((error.until - now).total_seconds()))
    return Refused(429, error.code, [("too many codes were tried that do not exist", "")], retry=seconds)


class Tries:
    """Codes that carts named in vain, by customer, in this worker. The same code again, as a page is shown anew, is one.

    Guests are told apart by nobody, and not limited here: what is told of a code that is not public is the same to all.
    """

    def __init__(self, most: int, within: timedelta = timedelta(hours=1), customers: int = 10_000) -> None:
        self._most = most
        self._within = within
        self._customers = customers
        self._known: OrderedDict[str, tuple[datetime, set[str]]] = OrderedDict()

    def check(self, cart: Cart, now: datetime) -> None:
        """Refuses a cart with further codes of a customer who tried too many. Raises Refused."""
        known = self._known.get(cart.customer.id) if cart.customer.id else None
        if known is None or len(known[1]) < self._most:
            return
        if all(normalised(code if isinstance(code, str) else code.code) in known[1] for code in cart.codes):
            return
        left = (known[0] + self._within - now).total_seconds()
        if left <= 0:
            del self._known[cart.customer.id]
            return
        told = "too many codes were tried that do not exist"
        raise Refused(429, "too-many-guesses", [(told, "/codes")], retry=ceil(left))

    def count(self, cart: Cart, unknown: Iterable[str], now: datetime) -> None:
        """Keeps what a quote did not know."""
        names = {normalised(code) for code in unknown}
        who = cart.customer.id
        if not names or not who:
            return
        since, before = self._known.pop(who, (now, set()))
        if now - since >= self._within:
            since, before = now, set()
        self._known[who] = (since, before | names)
        if len(self._known) > self._customers:
            self._known.popitem(last=False)
