"""Decisions of the service as orders, and whether each recomputes (docs/decision-log.md).

Reads a line of a decision log and the quote that is made of it anew; says in what the two differ, and which change of the
rules moved a price from one version to another.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from pricing import __version__
from pricing.api import Engine
from pricing.model.cart import Cart, RuleUsage
from pricing.model.kind import Kind
from pricing.model.quote import Quote
from pricing.model.rulebook import RuleBook
from pricing.simulate.both import BothVersions
from pricing.simulate.watch import Watch
from pricing.wire import Decision, decision_from_dict, digest_of, quote_to_json

MOST_CHANGES = 50
"""Changed cards that are tried alone on one order; of more, all are named together."""
MOST_ENGINES = 200
"""Engines with one change each that are kept."""
POLICY = "the policy"
_KINDS = frozenset(kind.value for kind in Kind)


@frozen
class Recorded:
    """A decision as an order."""

    told: Decision
    version: str
    """Of the package that answered."""
    total: str | None
    """What the customer was told to pay, in major units, where the log has whole quotes."""

    def without(self, engine: Engine) -> tuple[str, ...]:
        """What the customer declined, as far as these rules know it."""
        return tuple(name for name in self.told.without if name in _KINDS or engine.plan.rules.find(name) is not None)

    def usage(self) -> dict[str, RuleUsage]:
        """What earlier orders had used then."""
        return self.told.usage


def is_decision(data: object) -> bool:
    """Whether a line is a decision, not a cart."""
    return isinstance(data, dict) and "lines" not in data and "cart" in data


def recorded(data: Any) -> Recorded:
    """A line of a decision log. Raises CartError."""
    told = decision_from_dict(data)
    quote = data.get("quote")
    total = quote.get("total") if isinstance(quote, dict) else None
    return Recorded(told, str(data.get("pricing", "")), None if total is None else str(total))


def difference(order: Recorded, quote: Quote) -> str | None:
    """Why the quote is not, byte for byte, the answer that was given; None when it is."""
    if digest_of(quote_to_json(quote, **order.told.wishes)) == order.told.answer:
        return None
    found = f"these rules give {quote.total} to pay"
    if order.total is not None:
        same = str(quote.to_dict()["total"]) == order.total
        found = "the same total, other details" if same else f"the answer was {order.total}, {found}"
    if order.version != __version__:
        return f"{found}; answered by version {order.version or 'unknown'}, this is {__version__}"
    return f"{found}; the same rules and version, so the line is not what was answered, or the program is at fault"


class Causes:
    """Which change between two versions moved a price: each is made alone, on top of the old version."""

    def __init__(self, pair: BothVersions) -> None:
        self.pair = pair
        old, new = pair.old.book, pair.new.book
        self.before = {rule.name: rule for rule in old.rules}
        self.after = {rule.name: rule for rule in new.rules}
        names = {name for name in {**self.before, **self.after} if self._moves(name)}
        self.names = sorted(names)
        self._engines: dict[str, Engine] = {}
        self._watches = {
            name: tuple(Watch(book, {name}) for book in (old, new) if any(rule.name == name for rule in book.rules))
            for name in self.names
        }

    def _moves(self, name: str) -> bool:
        return self.before.get(name) != self.after.get(name)

    def of(self, order: Recorded, cart: Cart, old: Quote, new: Quote) -> tuple[str, ...]:
        """The one change that by itself moves the price as far as it went; else all that move it, or could."""
        if old.total_minor == new.total_minor:
            return ()
        could = [name for name in self.names if any(watch.met(watch.situation(cart)) for watch in self._watches[name])]
        policy = [POLICY] if self.pair.everything else []
        if len(could) > MOST_CHANGES:
            return (*could, *policy)
        alone: list[str] = []
        for name in [*could, *policy]:
            engine = self._engine(name)
            total = engine.quote(cart, order.usage(), order.without(engine), work=order.told.work).total_minor
            if total == new.total_minor:
                return (name,)
            if total != old.total_minor:
                alone.append(name)
        return tuple(alone) or (*could, *policy)

    def _engine(self, name: str) -> Engine:
        if name not in self._engines:
            if len(self._engines) >= MOST_ENGINES:
                self._engines.clear()
            self._engines[name] = Engine(self._book(name))
        return self._engines[name]

    def _book(self, name: str) -> RuleBook:
        old = self.pair.old.book
        if name == POLICY:
            return evolve(old, policy=self.pair.new.book.policy)
        come = self.after.get(name)
        kept = tuple(rule for rule in old.rules if rule.name != name)
        return evolve(old, rules=kept if come is None else (*kept, come))
