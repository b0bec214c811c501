"""What a worker process does: it holds the rules (and the ledger) and answers one task after another.

Reads the bytes of a body and a few words of the request; makes the bytes of the answer. Knows nothing of HTTP but statuses.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import pickle
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from attrs import frozen

from pricing import __version__
from pricing.adapters import acp, ucp
from pricing.api import Engine
from pricing.language.loading.load import load_texts
from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Cart, Usage
from pricing.model.errors import CartError, RuleErrors
from pricing.model.kind import CODE
from pricing.model.quote import Quote
from pricing.service import shapes
from pricing.service.asks import AGAIN, Ask, Reply, bounded, read
from pricing.service.problems import Refused, of_cart, of_ledger
from pricing.service.settings import Settings
from pricing.service.singles import Tries
from pricing.service.till import CALLS, Cashier
from pricing.wire import decision_to_dict, json_from_text, quote_to_json

AWAY = frozenset({"busy", "unavailable", "storage", "no-database"})
"""Codes of a ledger that cannot be reached now."""
REASONS = 50
"""How many times the work of a quote its reasons may take."""


@frozen
class Load:
    """What came of reading the folder."""

    fingerprint: str
    """Empty when the rules are wrong."""
    report: str


class Costly(Exception):
    """A cart was not done within the work of a small one."""


class Sparing:
    """The rules in force as the ledger asks them: a cart that is no small one is left to a worker for costly carts."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.book, self.fingerprint = desk.in_force.book, desk.in_force.fingerprint

    def quote(self, cart: Cart, usage: Usage | None = None, without: Iterable[str] = ()) -> Quote:
        """As the engine's. Raises Costly."""
        engine, most = self.desk.in_force, self.desk.most
        quote = engine.quote(cart, usage, without, work=most)
        if not quote.optimal and most < engine.work:
            raise Costly
        return quote


class Desk:
    """The rules in force and all that is done with them."""

    def __init__(self, settings: Settings, place: str) -> None:
        """In the folder `place` the rules in force are kept, for a process that reads rules anew."""
        self.settings = settings
        self.kept = Path(place) / "rules"
        self.engine: Engine | None = None
        self.ledger: Ledger | None = None
        self.tries = Tries(settings.guesses)
        self.loaded: Engine | None = None
        """In the process that reads rules: what was read last, so that the next time only changed files are."""
        self.whole = False
        """Whether the task in hand may take all the work that a cart may."""
        self.decided: list[bytes] = []
        """What the task in hand has decided, for the log."""

    # Rules

    def load(self) -> Load:
        """Reads the folder as it is now."""
        try:
            if self.loaded is not None:
                self.loaded = self.loaded.reload()
            elif self.settings.work is None:
                self.loaded = Engine.load(self.settings.rules)
            else:
                self.loaded = Engine.load(self.settings.rules, work=self.settings.work)
        except RuleErrors as error:
            return Load("", str(error))
        except OSError as error:
            return Load("", f"the folder of rules cannot be read: {error.strerror}")
        return Load(self.loaded.fingerprint, "")

    def take(self) -> None:
        """What was read last is in force from now on."""
        self.engine = self.loaded
        new = self.kept.with_suffix(".new")
        new.write_bytes(pickle.dumps(self.engine))
        new.replace(self.kept)

    def found(self) -> None:
        """Takes the rules in force from where an earlier process has kept them."""
        if self.kept.exists():
            self.engine = pickle.loads(self.kept.read_bytes())  # noqa: S301  # our own, in a folder of our own

    def open(self) -> str:
        """Opens the ledger; why it cannot be used with these rules, or nothing. One that is away is asked for again."""
        try:
            self.till()
        except LedgerError as error:
            return "" if error.code in AWAY else error.what
        return ""

    def till(self) -> Ledger | None:
        """The ledger, where there is one. Raises LedgerError when it cannot be reached."""
        if self.ledger is None and self.settings.ledger:
            self.ledger = Ledger(self.settings.ledger, Sparing(self))
        return self.ledger

    @property
    def fingerprint(self) -> str:
        """Of the rules in force; empty where there are none."""
        return self.engine.fingerprint if self.engine is not None else ""

    # Tasks

    def answer(self, name: str, ask: Ask) -> Reply:
        """The answer to a task; raises nothing that a request could cause."""
        self.decided, self.whole = [], ask.whole
        try:
            reply = self.answered(name, ask)
            return reply._replace(decided=tuple(self.decided)) if self.decided else reply
        except Costly:
            return Reply(AGAIN, b"")
        except Refused as refused:
            told = refused
        except CartError as error:
            told = of_cart(error)
        except LedgerError as error:
            told = of_ledger(error)
        except Exception:
            logging.getLogger("pricing.service").exception("a fault of the program")
            told = Refused(500, "fault")
        return Reply(told.status, told.body(), self.fingerprint, problem=told.code, retry=told.retry)

    def answered(self, name: str, ask: Ask) -> Reply:
        if self.engine is None:
            raise Refused(503, "no-rules", [("there are no rules in force yet", "")], retry=1)
        if ask.pinned and ask.pinned != self.engine.fingerprint:
            raise Refused(409, "other-rules", [(f"the rules in force are {self.engine.fingerprint}", "")])
        if name == "quote":
            return self.quote(ask)
        if name == "quotes":
            return self.quotes(ask)
        if name in CALLS:
            ledger = self.till()
            if ledger is None:
                raise Refused(404, "no-ledger", [("this service keeps no ledger", "")])
            decide = partial(self.decide, ask=Ask(whole=ask.whole))
            cashier = Cashier(ledger, Sparing(self), self.settings, self.now(), decide)
            document = cashier.done(name, ask)
        else:
            asked: dict[str, Callable[[Ask], Any]] = {
                "explain": self.explain,
                "cards": self.cards,
                "check": self.check,
                "ucp": self.ucp,
                "acp": self.acp,
            }
            document = asked[name](ask)
        return Reply(200, msgspec.json.encode(document), self.engine.fingerprint)

    def now(self) -> datetime:
        """The service's clock."""
        return self.settings.now or datetime.now(UTC)

    def cart(self, body: bytes) -> Cart:
        """The cart of a body, within the bounds of one request."""
        return bounded(json_from_text(body), self.settings.bounds)

    def quote(self, ask: Ask) -> Reply:
        """POST /v1/quote."""
        engine, query = self.in_force, ask.query
        why = query.get("why", "none")
        cart = self.cart(ask.body)
        limited = bool(cart.codes) and ask.first is None  # carts of a batch are nobody's who types
        if limited:
            self.tries.check(cart, self.now())
        quote = self.priced(cart, ask, with_reasons=why != "none")
        if limited:
            self.tries.count(cart, quote.unknown_codes, self.now())
        self.decide(quote, ask)
        told = engine.reasons(quote, why) if why != "none" else None
        text = quote_to_json(quote, why, query.get("units", False), query.get("language"))
        reasons = tuple(one.reason for one in told.refused) if told is not None else ()
        return Reply(200, text.encode(), engine.fingerprint, quote.steps, int(not quote.optimal), reasons)

    def priced(self, cart: Cart, ask: Ask, *, with_reasons: bool = False) -> Quote:
        """The quote of a cart. Raises Costly when only small ones are to be done, and this is none."""
        without = ask.query.get("without", ())
        quote = self.in_force.quote(cart, without=without, work=self.most)
        if not ask.whole and (not quote.optimal or (with_reasons and quote.steps * REASONS > self.settings.quick)):
            raise Costly
        return quote

    @property
    def most(self) -> int:
        """The work that a cart of the task in hand may take."""
        return self.in_force.work if self.whole else min(self.settings.quick, self.in_force.work)

    @property
    def in_force(self) -> Engine:
        assert self.engine is not None
        return self.engine

    def quotes(self, ask: Ask) -> Reply:
        """A few carts of POST /v1/quotes, one a line; for each a quote or a problem on a line."""
        carts = pickle.loads(ask.body)  # noqa: S301  # cut by our own front
        first = ask.first or 0
        found = [self.answer("quote", Ask(one, ask.query, first=place)) for place, one in enumerate(carts, first)]
        self.decided = [line for one in found for line in one.decided]
        lines = b"".join([one.body + b"\n" for one in found])  # an empty one is of a costly cart
        steps, unproved = sum([one.steps for one in found]), sum([one.unproved for one in found])
        return Reply(200, lines, self.in_force.fingerprint, steps, unproved)

    def decide(self, quote: Quote, ask: Ask) -> None:
        """Notes a quote for the decision log, where one is kept."""
        if not self.settings.decisions:
            return
        who, keep = quote.cart.customer.id, self.settings.decisions_with
        if who and "customers" not in keep:
            who = hmac.digest(self.settings.salt, who.encode(), hashlib.sha256).hex()[:16]
        made = decision_to_dict(quote, self.most, ask.query, customer=who, whole="quotes" in keep)
        more = {} if ask.first is None else {"place": ask.first}
        text = json.dumps({"pricing": __version__, **more, **made}, ensure_ascii=False)
        self.decided.append(text.removeprefix("{").encode())

    def explain(self, ask: Ask) -> shapes.Explained:
        """POST /v1/explain."""
        quote = self.priced(self.cart(ask.body), ask, with_reasons=True)
        self.decide(quote, ask)
        parts = [
            shapes.Chapter(
                part.title,
                [shapes.Told(one.text, one.rule, one.place.file, one.place.line) for one in part.sentences],
            )
            for part in self.in_force.explain(quote).parts
        ]
        return shapes.Explained(str(quote.to_dict(why="none")["total"]), parts)

    def cards(self, ask: Ask) -> list[shapes.CardNow]:
        """The cards that hold now, without secret codes."""
        at = self.now()
        return [
            shapes.CardNow(rule.name, str(rule.kind), rule.label, rule.campaign)
            for rule in self.in_force.book.rules
            if (rule.given != CODE or rule.public)
            and (rule.valid.start is None or rule.valid.start <= at)
            and (rule.valid.end is None or at < rule.valid.end)
        ]

    def check(self, ask: Ask) -> shapes.Checked:
        """POST /v1/rules/check."""
        loaded = load_texts(read(ask.body, shapes.Texts).texts).filled()
        found = [shapes.Finding(one.code, one.severity, one.message, one.file, one.line) for one in loaded.diagnostics]
        return shapes.Checked(loaded.book is not None, found)

    def ucp(self, ask: Ask) -> dict[str, Any]:
        """POST /ucp/discounts."""
        return ucp.discounts(self.protocol(ucp.to_cart(self._with_clock(ask.body)), ask))

    def acp(self, ask: Ask) -> dict[str, Any]:
        """POST /acp/discounts."""
        return acp.discounts(self.protocol(acp.to_cart(self._with_clock(ask.body)), ask))

    def protocol(self, cart: Cart, ask: Ask) -> Quote:
        """A quote that a protocol's body asked for."""
        quote = self.priced(cart, ask)
        self.decide(quote, ask)
        return quote

    def _with_clock(self, body: bytes) -> object:
        """The body with the service's clock where it names no instant: the protocols' bodies have none."""
        data = json_from_text(body)
        if isinstance(data, dict) and "at" not in data:
            data["at"] = self.now().isoformat()
        return data
