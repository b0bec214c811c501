"""`Ledger`: who holds and used what, over one database. The only state of the product.

Time is always given (`at`), never read. Every call may be repeated; one that cannot be done raises a LedgerError and
has written nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pricing.engine import Plan
from pricing.ledger.books import owed as owing
from pricing.ledger.books import report as reporting
from pricing.ledger.books import verify as verifying_books
from pricing.ledger.books.findings import Finding
from pricing.ledger.books.owed import OwedReport
from pricing.ledger.books.report import RuleReport
from pricing.ledger.codes import codes as single_codes
from pricing.ledger.codes.codes import SingleCode
from pricing.ledger.core import Core, Holds
from pricing.ledger.errors import LedgerError
from pricing.ledger.orders import checkout as checking
from pricing.ledger.orders import orders, refunds, rewards
from pricing.ledger.orders.checkout import Checkout
from pricing.ledger.orders.orders import Order
from pricing.ledger.store.clock import AHEAD
from pricing.ledger.store.database import Database
from pricing.ledger.store.migrate import migrate, newest, version
from pricing.ledger.wallet import offers as offering
from pricing.ledger.wallet import reading, ways
from pricing.ledger.wallet.eligible import customer_of
from pricing.ledger.wallet.limits import Rules
from pricing.ledger.wallet.offers import Offer
from pricing.ledger.wallet.reading import MyCoupons
from pricing.ledger.wallet.ways import Got
from pricing.model.cart import Cart, Customer, Line, TypedCode, Usage, Wallet
from pricing.model.quote import Quote
from pricing.model.refund import Refund
from pricing.model.rulebook import RuleBook

if TYPE_CHECKING:
    from money.money import Money


@runtime_checkable
class Pricing(Protocol):
    """What the ledger needs of `pricing.Engine`."""

    @property
    def book(self) -> RuleBook: ...
    @property
    def fingerprint(self) -> str: ...
    def quote(self, cart: Cart, usage: Usage | None = None, without: Iterable[str] = ()) -> Quote: ...


class Ledger:
    """Wallets, holds, uses and refunds. One for each process; its connections are pooled and may be shared by threads.

    `where` is a path (SQLite) or a `postgresql://` URL; `rules` the engine, or a rule book where nothing is priced. A
    new SQLite file gets its tables by itself; otherwise `migrate=True` or `pricing ledger migrate` makes them.

    `also` are fingerprints of other rules (`engine.fingerprint`) whose quotes may be reserved: those of yesterday. What
    is written may lie at most `ahead` after the newest entry of the journal, for a wrong clock has long shadows; None:
    any. `pool_size` is how many connections there are at most, `connect_args` what the database's driver is given.

    Whatever the database does wrong is a LedgerError too, `unavailable` (call again) or `storage`, with the driver's
    error as its cause. Quotes are the shop's own: they are checked, but never take one from outside.
    """

    def __init__(
        self,
        where: str | Path,
        rules: Pricing | RuleBook,
        *,
        holds: Holds | None = None,
        shards: int | None = None,
        migrate: bool = False,
        also: Iterable[str] = (),
        ahead: timedelta | None = AHEAD,
        pool_size: int | None = None,
        connect_args: Mapping[str, Any] | None = None,
    ) -> None:
        self._engine = None if isinstance(rules, RuleBook) else rules
        book = rules if isinstance(rules, RuleBook) else rules.book
        self._database = Database(where, pool_size, connect_args)
        _ready(self._database, migrate)
        self._core = Core(self._database, Rules(book), holds or Holds(), shards, ahead)
        others = frozenset((also,) if isinstance(also, str) else also)
        self._core.fingerprints = lambda: others | {self._fingerprint()}
        self._plan: Plan | None = None

    def close(self) -> None:
        """Gives the database's connections back."""
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Looking

    def offers(
        self,
        what: Line | Cart | str,
        customer: str | Customer | None,
        at: datetime,
        country: str = "",
        channel: str = "",
        region: str = "",
    ) -> tuple[Offer, ...]:
        """What to show on a product page (a Line), in a cart, or on the page of a campaign (its name).

        A visitor without an id (None, or empty) sees what somebody new would see. Codes are told only of `public` cards.
        With an engine, offers that give goods say what is unclaimed.
        """
        visitor = not (customer.id if isinstance(customer, Customer) else customer)
        segments = customer.segments if isinstance(customer, Customer) else ()
        who = customer_of(customer) if customer and not visitor else Customer("", segments)
        if isinstance(what, str) and not any(rule.campaign == what for rule in self._core.rules.book.rules):
            raise LedgerError("unknown-campaign", f"there is no campaign called {what!r:.80}", "offers")
        visit = offering.Visit(who, at, country, channel, region)
        return offering.offers(self._core, self._planned(), what, visit, self._engine)

    def wallet(self, customer: str, at: datetime) -> MyCoupons:
        """My Coupons: usable now, later, held, used, expired; with when and why."""
        return reading.wallet(self._core, customer, at)

    def wallet_for_cart(self, customer: str, at: datetime) -> Wallet:
        """What a cart's wallet is: free coins and pieces that can be used at `at`."""
        return reading.wallet_for_cart(self._core, customer, at)

    def usage(self, customer: str, rules: Iterable[str] | None, at: datetime, currency: str | None = None) -> Usage:
        """What `engine.quote` needs to know of earlier orders; None: of all limited rules. One query.

        Budgets are those in `currency`, the cart's; None: in the first one of each card.
        """
        return reading.usage(self._core, customer, rules, at, currency)

    def order(self, order_id: str) -> Order | None:
        """The order, or None when the ledger has never seen it."""
        kept = orders.find(self._core, order_id)
        return kept.order if kept else None

    # Getting

    def pick_up(
        self, customer: str | Customer, rule: str, at: datetime, pieces: int = 1, key: str | None = None
    ) -> Got:
        """Puts a coupon into the wallet."""
        return ways.pick_up(self._core, customer, rule, at, pieces, key)

    def grant(
        self,
        customer: str | Customer,
        at: datetime,
        why: str,
        rule: str = "",
        pieces: int = 0,
        coins: int = 0,
        key: str | None = None,
    ) -> Got:
        """Gives pieces or coins with a reason."""
        return ways.grant(self._core, customer, at, why, rule, pieces, coins, key)

    def exchange(
        self, customer: str | Customer, rule: str, at: datetime, times: int = 1, key: str | None = None
    ) -> Got:
        """Trades coins for pieces."""
        return ways.exchange(self._core, customer, rule, at, times, key)

    # Orders

    def checkout(self, cart: Cart, order_id: str, without: Iterable[str] = ()) -> Checkout:
        """Quotes and reserves at `cart.at`; when something ran out in between, quotes again and says what changed."""
        return checking.checkout(self._core, self._pricing("checkout"), cart, order_id, without)

    def reserve(
        self,
        quote: Quote,
        order_id: str,
        at: datetime,
        usage: Usage | None = None,
        without: Iterable[str] = (),
        customer: str | None = None,
    ) -> Order:
        """Holds pieces, coins, uses, items and budget before payment.

        The quote is of these rules (or of `also`), not older than `Holds.quote`, and holds together line by line. Give
        `customer`, who is logged in, where it has travelled: a quote of somebody else is refused. `usage` and `without`
        are what `engine.quote` was given: `refund to recompute` prices the kept cart with them.
        """
        asked = orders.Asked(usage, tuple(without))
        return orders.reserve(self._core, quote, order_id, at, asked, customer)

    def verifying(self, order_id: str, at: datetime, customer: str | None = None) -> Order:
        """Keeps the hold while the payment is being checked."""
        return orders.verifying(self._core, order_id, at, customer)

    def commit(self, order_id: str, at: datetime, customer: str | None = None) -> Order:
        """The order is paid. After the hold ran out too, while all that it had held can still be had; else Shortage."""
        return orders.commit(self._core, order_id, at, customer)

    def settled(self, order_id: str, at: datetime, customer: str | None = None) -> Order:
        """Nobody returns the paid order any more: coins that it earned, pending until now, can be spent.

        A return after it takes them back all the same; those that are spent by then are owed, and taken off the next.
        """
        return rewards.settled(self._core, order_id, at, customer)

    def release(self, order_id: str, at: datetime, why: str = "", customer: str | None = None) -> Order:
        """Payment failed, or the order was cancelled before it."""
        return orders.release(self._core, order_id, at, why, customer)

    def expire_holds(self, at: datetime, most: int = 1000) -> list[str]:
        """Releases orders whose hold ran out at `at`; returns their ids. No other call does: run it every minute."""
        return orders.expire_holds(self._core, at, most)

    def refund(
        self,
        order_id: str,
        returned: Mapping[str, int],
        at: datetime,
        key: str | None = None,
        shipping: bool | Mapping[str, Money | int] = False,
        why: str = "",
        customer: str | None = None,
    ) -> Refund:
        """Pays back returned units (line id: units) by SPEC section 8.

        `shipping`: True, what is left of all charges; or so much of some, as in `{"nova-home/standard": 200}` (a Money,
        or minor units), never more than was paid.
        """
        price = self._price_for(order_id)
        return refunds.refund(self._core, order_id, returned, at, key, shipping, why, price, customer)

    def dispute(
        self,
        order_id: str,
        amount: int,
        at: datetime,
        key: str | None = None,
        line: str | None = None,
        why: str = "",
        customer: str | None = None,
        store: str | None = None,
    ) -> Refund:
        """Pays back an amount (minor units) that buyer and seller agreed on, for a line or a store.

        Refused without either when the order has several stores: somebody has to bear it.
        """
        return refunds.dispute(self._core, order_id, amount, at, key, line, why, customer, store)

    # Single codes

    def mint_codes(self, rule: str, many: int, at: datetime, key: str | None = None) -> tuple[str, ...]:
        """Makes so many new codes of a card with `codes N like PATTERN`; with the same `key` the same codes."""
        return single_codes.mint(self._core, rule, many, at, key)

    def codes(self, rule: str, states: Iterable[str] = single_codes.STATES) -> tuple[SingleCode, ...]:
        """The single codes of a card that are `free`, `held`, `used` or `void`."""
        return tuple(single_codes.codes(self._core, rule, states))

    def void_codes(self, rule: str, single: Iterable[str] | None, at: datetime, key: str | None = None) -> int:
        """Takes these codes (None: all free ones) out of use; how many there were."""
        return single_codes.void(self._core, rule, single, at, key)

    def resolve_code(self, typed: str, customer: str, at: datetime) -> str | TypedCode:
        """What a customer has typed, as it belongs into a cart's `codes`: the text where it stands on a card, else the
        single code with its rule. Raises LedgerError (`unknown-code`, `code-taken`, `code-void`) with a sentence for the
        customer; TooManyGuesses after ten codes within an hour that do not exist."""
        return single_codes.resolve(self._core, typed, customer, at)

    # Books

    def verify(self) -> tuple[Finding, ...]:
        """Where balances differ from the journal; empty when the books are right."""
        return verifying_books.verify(self._core)

    def repair(self) -> None:
        """Makes the balances of limits anew from the journal."""
        verifying_books.repair(self._core)

    def report(self, start: datetime | None = None, end: datetime | None = None) -> tuple[RuleReport, ...]:
        """What every rule cost and did."""
        return reporting.report(self._core, start, end)

    def owed(
        self, by: Sequence[str], start: datetime | None = None, end: datetime | None = None, zone: str = "UTC"
    ) -> OwedReport:
        """Who gave what in paid orders, and had back by returns, from `start` until `end`.

        `by`: any of seller, month (of `zone`), campaign, rule, payer. Amounts are minor units; rows differ by currency.
        """
        return owing.owed(self._core, by, start, end, zone)

    def _planned(self) -> Plan:
        if self._plan is None:
            self._plan = Plan(self._core.rules.book)
        return self._plan

    def _fingerprint(self) -> str:
        return self._planned().fingerprint if self._engine is None else self._engine.fingerprint

    def _pricing(self, what: str) -> Pricing:
        if self._engine is None:
            raise LedgerError("no-engine", f"{what} needs an engine, not only a rule book", "ledger")
        return self._engine

    def _price_for(self, order_id: str) -> checking.Price | None:
        """The price function for `refund to recompute`; only the rules that priced the order may price it again."""
        kept = orders.find(self._core, order_id)
        if kept is None or kept.refund_policy.refund != "recompute":
            return None
        engine = self._pricing("`refund to recompute`")
        if engine.fingerprint != kept.quote.rules:
            what = "the rules have changed since; open the ledger with an engine of the rules that priced the order"
            raise LedgerError("other-rules", what, f"order {order_id}")
        return checking.goods_price(engine, kept.asked)


def _ready(database: Database, wanted: bool) -> None:
    """Makes the tables where that is wanted or harmless; LedgerError when the schema does not fit."""
    try:
        before = version(database)
    except LedgerError:
        database.close()
        raise
    except TypeError as error:  # the driver knows no such argument
        database.close()
        raise LedgerError("bad-address", str(error), "connect_args") from error
    if wanted or (before == 0 and database.is_sqlite):
        migrate(database)
    elif before < newest():
        database.close()
        what = f"the database has schema {before}, this program needs {newest()}: run `pricing ledger migrate`"
        raise LedgerError("old-schema", what, "schema")
    elif before > newest():
        database.close()
        what = f"the database has schema {before}, this program knows {newest()}: use a newer program"
        raise LedgerError("new-schema", what, "schema")
