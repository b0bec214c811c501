"""The ledger over HTTP: reads bodies, calls the ledger at the service's clock, and makes documents with major units.

Every write has an Idempotency-Key. The ledger's calls may each be repeated; once one is done its whole answer is kept
under the key, in the ledger's own table of answers, and from then on it is the answer, after a crash too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from attrs import evolve

from pricing.ledger import Checkout, Got, Ledger, LedgerError, Order, TooManyGuesses
from pricing.ledger.core import Quoter
from pricing.model.cart import Cart, Customer, Line
from pricing.model.quote import Quote
from pricing.model.refund import Refund
from pricing.money import AmountError, parse, show
from pricing.service import answers, shapes, singles
from pricing.service.asks import Ask, bounded, read
from pricing.service.problems import Refused
from pricing.service.settings import Settings

LATE = timedelta(minutes=15)
"""So far a cart's instant may be from the service's clock: a wrong one would end other customers' holds."""
READS = frozenset({"offers", "wallet", "order", "sweep", "resolve", "codes"})
WRITES = (
    "pick-up", "exchange", "grant", "checkout", "reserve", "verifying", "commit", "settled", "release", "refund", "agreed",
    "mint", "void",
)  # fmt: skip
CALLS = READS.union(WRITES)
"""Tasks that are done here."""


class Cashier:
    """One call at one instant."""

    def __init__(
        self, ledger: Ledger, engine: Quoter, settings: Settings, now: datetime, decide: Callable[[Quote], None]
    ) -> None:
        self.ledger = ledger
        self.engine = engine
        self.settings = settings
        self.now = now
        self.decide = decide
        """Is told each quote that an order stands on."""

    def done(self, name: str, ask: Ask) -> Any:
        """The document of a call. Raises LedgerError, CartError, Refused."""
        work: dict[str, Callable[[Ask], Any]] = {
            "offers": self.offers,
            "wallet": self.wallet,
            "order": self.order,
            "sweep": lambda _: self.ledger.expire_holds(self.now),
            "pick-up": self.pick_up,
            "exchange": self.exchange,
            "grant": self.grant,
            "checkout": self.checkout,
            "reserve": self.reserve,
            "verifying": lambda ask: self.step(ask, self.ledger.verifying),
            "commit": lambda ask: self.step(ask, self.ledger.commit),
            "release": self.release,
            "refund": self.refund,
            "agreed": self.agreed,
            "settled": lambda ask: self.step(ask, self.ledger.settled),
            "resolve": lambda ask: singles.resolve(self.ledger, ask, self.now),
            "codes": lambda ask: singles.listed(self.ledger, ask),
            "mint": lambda ask: singles.mint(self.ledger, ask, self.now, self._key(ask)),
            "void": lambda ask: singles.void(self.ledger, ask, self.now, self._key(ask)),
        }
        try:
            return self._kept(work[name], name, ask)
        except TooManyGuesses as error:
            raise singles.refused(error, self.now) from None

    def _kept(self, work: Callable[[Ask], Any], name: str, ask: Ask) -> Any:
        """The answer; of a write the one that is kept under its key."""
        if name in READS:
            return work(ask)
        digest = hashlib.sha256(ask.route.encode() + b"\0" + ask.body).hexdigest()
        kept = answers.find(self.ledger, ask.key, digest)
        if kept is not None:
            return kept
        made = msgspec.to_builtins(work(ask))
        return answers.keep(self.ledger, ask.key, digest, self.now, made)

    # Looking

    def offers(self, ask: Ask) -> list[shapes.Offered]:
        query = ask.query
        what: Line | str = query.get("campaign", "")
        if not what:
            try:
                what = Line(
                    query["sku"],
                    query["store"],
                    (parse(query.get("price", "0"), query.get("currency", "USD")), query.get("currency", "USD")),
                    1,
                    categories=tuple(query.get("category", ())),
                    brand=query.get("brand", ""),
                    tags=tuple(query.get("tag", ())),
                )
            except KeyError as error:
                raise Refused(422, "wrong-query", [("needs campaign, or sku and store", f"/{error.args[0]}")]) from None
            except AmountError as error:
                raise Refused(422, "wrong-query", [(str(error), "/price")]) from None
        who = Customer(query.get("customer", ""), tuple(query.get("segment", ())))
        where = (query.get("country", ""), query.get("channel", ""), query.get("region", ""))
        found = self.ledger.offers(what, who, self.now, *where)
        return [
            shapes.Offered(
                one.rule, str(one.kind), one.label, one.campaign, list(one.words), one.state,
                _instant(one.starts), _instant(one.ends), one.held, one.left, list(one.codes),
                [shapes.More(each.store, each.units, list(each.skus)) for each in one.unclaimed],
            )
            for one in found
        ]  # fmt: skip

    def wallet(self, ask: Ask) -> shapes.Holdings:
        found = self.ledger.wallet(ask.path["customer"], self.now)
        cards = [
            shapes.Held(one.rule, one.label, one.state, one.pieces, _instant(one.when), one.why) for one in found.cards
        ]
        return shapes.Holdings(
            found.customer, found.known, found.coins, found.coins_held, found.coins_pending, found.coins_owed, cards
        )

    def order(self, ask: Ask) -> shapes.Ordered:
        return _ordered(self._order(ask.path["order"]))

    def _order(self, name: str) -> Order:
        """The order. Raises LedgerError when there is none."""
        found = self.ledger.order(name)
        if found is None:
            raise LedgerError("unknown-order", "there is no such order")
        return found

    # Getting

    def pick_up(self, ask: Ask) -> shapes.Received:
        body = read(ask.body, shapes.PickUp)
        who = Customer(ask.path["customer"], tuple(body.segments))
        return _received(self.ledger.pick_up(who, body.rule, self.now, body.pieces, self._key(ask)))

    def exchange(self, ask: Ask) -> shapes.Received:
        body = read(ask.body, shapes.Exchange)
        who = Customer(ask.path["customer"], tuple(body.segments))
        return _received(self.ledger.exchange(who, body.rule, self.now, body.times, self._key(ask)))

    def grant(self, ask: Ask) -> shapes.Received:
        body = read(ask.body, shapes.Grant)
        who = ask.path["customer"]
        got = self.ledger.grant(who, self.now, body.why, body.rule, body.pieces, body.coins, self._key(ask))
        return _received(got)

    # Orders

    def checkout(self, ask: Ask) -> shapes.CheckedOut:
        body = read(ask.body, shapes.CheckOut)
        found = self.ledger.checkout(self._cart(body.cart), body.order, tuple(body.without))
        self.decide(found.quote)
        return _checked_out(found)

    def reserve(self, ask: Ask) -> shapes.CheckedOut:
        body, order = read(ask.body, shapes.Reserve), ask.path["order"]
        cart = self._cart(body.cart)
        if body.total and self.ledger.order(order) is None:
            customer = cart.customer.id
            known = evolve(cart, wallet=self.ledger.wallet_for_cart(customer, cart.at))
            quote = self.engine.quote(known, self.ledger.usage(customer, None, cart.at), tuple(body.without))
            self._same(show(quote.total_minor, quote.currency), body.total)
        found = self.ledger.checkout(cart, order, tuple(body.without))
        if body.total and show(found.quote.total_minor, found.quote.currency) != body.total:
            self.ledger.release(order, self.now, "the price has changed")
            self._same(show(found.quote.total_minor, found.quote.currency), body.total)
        self.decide(found.quote)
        return _checked_out(found)

    @staticmethod
    def _same(now: str, shown: str) -> None:
        if now != shown:
            raise Refused(409, "price-changed", [(f"the total is {now} now", "/total")])

    def step(self, ask: Ask, call: Callable[[str, datetime, str | None], Order]) -> shapes.Ordered:
        body = read(ask.body or b"{}", shapes.OrderStep)
        return _ordered(call(ask.path["order"], self.now, body.customer))

    def release(self, ask: Ask) -> shapes.Ordered:
        body = read(ask.body or b"{}", shapes.OrderStep)
        return _ordered(self.ledger.release(ask.path["order"], self.now, body.why, body.customer))

    def refund(self, ask: Ask) -> shapes.PaidBack:
        body, order = read(ask.body, shapes.Return), ask.path["order"]
        shipping: bool | dict[str, int] = bool(body.shipping)
        if isinstance(body.shipping, dict):
            currency = self._order(order).currency
            shipping = {
                name: _minor(amount, currency, f"/shipping/{name.replace('~', '~0').replace('/', '~1')}")
                for name, amount in body.shipping.items()
            }
        back = self.ledger.refund(order, body.lines, self.now, self._key(ask), shipping, body.why, body.customer)
        return _paid_back(back)

    def agreed(self, ask: Ask) -> shapes.PaidBack:
        body, order = read(ask.body, shapes.Agreement), ask.path["order"]
        amount = _minor(body.amount, self._order(order).currency, "/amount")
        more = {"store": body.store} if body.store is not None else {}
        return _paid_back(
            self.ledger.dispute(order, amount, self.now, self._key(ask), body.line, body.why, body.customer, **more)
        )

    def _cart(self, data: dict[str, Any]) -> Cart:
        cart = bounded(data, self.settings.bounds, "/cart")
        if abs(cart.at - self.now) > LATE:
            raise Refused(422, "wrong-clock", [("is not within a quarter of an hour of now", "/cart/at")])
        return cart

    @staticmethod
    def _key(ask: Ask) -> str:
        return f"service:{hashlib.sha256(f'{ask.route} {ask.key}'.encode()).hexdigest()}"


def _minor(amount: str, currency: str, pointer: str) -> int:
    """Minor units of an amount in a body. Raises Refused."""
    try:
        return parse(amount, currency)
    except AmountError as error:
        raise Refused(422, "wrong-body", [(str(error), pointer)]) from None


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _received(got: Got) -> shapes.Received:
    return shapes.Received(got.customer, got.rule, got.pieces, got.coins, _instant(got.expires), got.key)


def _ordered(order: Order) -> shapes.Ordered:
    return shapes.Ordered(
        order.id,
        order.customer,
        order.state,
        order.hold_until.isoformat(),
        order.currency,
        show(order.total, order.currency),
        show(order.cash_back, order.currency),
        order.coins_back,
        order.settled,
    )


def _checked_out(found: Checkout) -> shapes.CheckedOut:
    currency = found.quote.currency
    changes = [
        shapes.Changed(one.rule, one.of, one.left, show(one.total_before, currency), show(one.total_after, currency))
        for one in found.changes
    ]
    return shapes.CheckedOut(_ordered(found.order), found.quote.to_dict(why="none"), changes)


def _paid_back(back: Refund) -> shapes.PaidBack:
    return shapes.PaidBack(
        back.currency,
        show(back.cash, back.currency),
        back.coins,
        show(back.shipping, back.currency),
        [shapes.LineBack(one.id, one.units, show(one.cash, back.currency), one.coins) for one in back.lines],
        back.coupons,
        {name: show(amount, back.currency) for name, amount in back.charges},
        dict(back.earned),
    )
