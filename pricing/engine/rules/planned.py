"""One rule made ready for carts, and the rules of a plan, each made ready when a cart first meets it.

Reads a `Rule`; makes a `PlannedRule`: what `match`, `case` and `answer` ask of it, as plain values worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pricing.engine.problem import NO_CAP, Rung
from pricing.model.kind import AUTOMATIC_KINDS, COUPON_KINDS, ITEM_KINDS, Kind
from pricing.model.ladder import Caps, Step
from pricing.model.packed import found_by, index_keys, place_of
from pricing.model.rule import Rule
from pricing.model.scope import Clause

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)

ONCE_KINDS = frozenset({Kind.SELLER_COUPON, Kind.PLATFORM_COUPON, Kind.PROMO_CODE})
"""Used at most once in an order unless the card says `limit N uses per order`."""

Test = tuple[str, frozenset[str], frozenset[str]]
"""A scope clause made ready: word, values, removed values."""


class PlannedRule:
    """A rule with its sets, its window and its steps made ready."""

    __slots__ = (
        "automatic",
        "cap_item",
        "cap_item_denominator",
        "cap_item_numerator",
        "cap_order",
        "cap_store",
        "combines",
        "currency",
        "end",
        "exchanges",
        "excluded",
        "has_audience",
        "has_caps",
        "has_limits",
        "has_unit_steps",
        "index",
        "index_keys",
        "is_code",
        "is_coins",
        "is_coupon",
        "is_item",
        "is_select",
        "is_shipping",
        "item_only",
        "kind",
        "layer",
        "methods",
        "methods_excluded",
        "name",
        "never",
        "once",
        "per_order",
        "piece",
        "platform_denominator",
        "platform_numerator",
        "prices",
        "rate",
        "residual",
        "rule",
        "rungs",
        "start",
        "tests",
        "zone",
    )

    def __init__(self, index: int, rule: Rule, layer: int, exchanges: tuple[PlannedRule, ...] = ()) -> None:
        self.index = index
        self.rule = rule
        self.name = rule.name
        self.kind = rule.kind
        self.layer = layer
        self.currency = rule.currency
        self.automatic = rule.kind in AUTOMATIC_KINDS
        self.is_coupon = rule.kind in COUPON_KINDS
        self.is_item = rule.kind in ITEM_KINDS
        self.is_code = rule.kind is Kind.PROMO_CODE
        self.is_select = rule.kind is Kind.SELECT_COUPON
        self.is_shipping = rule.kind is Kind.FREE_SHIPPING
        self.is_coins = rule.kind is Kind.COIN_PAYMENT and rule.rate is not None
        self.once = rule.kind in ONCE_KINDS
        self.per_order = rule.ladder_per == "order"
        self.piece = rule.piece
        self.rate = (0, 0) if rule.rate is None else (rule.rate.coins, rule.rate.amount)
        """So many coins pay so many minor units."""
        self.start = rule.valid.start or _EARLIEST
        self.end = rule.valid.end or _LATEST
        self.zone = ZoneInfo(rule.zone) if rule.days or rule.hours else None
        self.tests: tuple[Test, ...] = tuple([_test(clause) for clause in rule.scope.only if clause.word != "methods"])
        self.excluded: tuple[Test, ...] = tuple(
            [_test(clause) for clause in rule.scope.never if clause.word != "methods"]
        )
        self.methods: tuple[Test, ...] = tuple(
            [_test(clause) for clause in rule.scope.only if clause.word == "methods"]
        )
        self.methods_excluded: tuple[Test, ...] = tuple(
            [_test(clause) for clause in rule.scope.never if clause.word == "methods"]
        )
        self.prices = dict(rule.prices)
        self.item_only = bool(rule.prices) and not rule.ladder
        """An item rule that gives prices to named skus and nothing to others."""
        found = None if self.item_only else found_by(rule)
        self.residual: tuple[Test, ...] = tuple(
            [
                _test(clause)
                for clause in rule.scope.only
                if clause.word != "methods" and (clause is not found or clause.removed)
            ]
        )
        """The tests that finding the rule by its key has not made already."""
        self.rungs = [_rung(step) for step in rule.ladder]
        self.never = frozenset(rule.never)
        self.combines = frozenset(rule.combines)
        self.exchanges = exchanges
        """Of a coupon: the exchange rules that sell its pieces, best price per piece first."""
        self.has_caps = rule.caps != Caps()
        self._set_caps(rule.caps)
        self.has_unit_steps = any(rung.units for rung in self.rungs)
        self.has_audience = bool(rule.audience.only or rule.audience.never)
        self.has_limits = bool(rule.limits) or rule.budget is not None
        self.platform_numerator: int = rule.platform_share.numerator
        """The part of a saving that the platform pays."""
        self.platform_denominator: int = rule.platform_share.denominator
        self.index_keys = index_keys(rule)
        """Where the rule stands in the index: under one of these a line must be found, or it is out of scope."""

    def _set_caps(self, caps: Caps) -> None:
        share = caps.per_item_share
        self.cap_item = NO_CAP if caps.per_item is None else caps.per_item
        self.cap_item_numerator = NO_CAP if share is None else share.numerator
        self.cap_item_denominator = 1 if share is None else share.denominator
        self.cap_store = NO_CAP if caps.per_store is None else caps.per_store
        self.cap_order = NO_CAP if caps.per_order is None else caps.per_order


def _test(clause: Clause) -> Test:
    return clause.word, frozenset(clause.values), frozenset(clause.removed)


def _rung(step: Step) -> Rung:
    return Rung(
        step.measure == "units",
        step.reach,
        step.repeats,
        step.amount,
        step.share.numerator,
        step.share.denominator,
        step.given_units,
        NO_CAP if step.at_most is None else step.at_most,
    )


class PlannedRules:
    """The rules of a plan by place and by name, each made ready once."""

    __slots__ = ("_make", "_named", "names", "ready")

    def __init__(self, names: Sequence[str], make: Callable[[int], PlannedRule]) -> None:
        self.names = names
        """Sorted; the place of a rule is that of its name."""
        self._make = make
        self.ready: dict[int, PlannedRule] = {}
        """Those that were asked for. Of two threads that make a rule at once, both get the one that was there first."""
        self._named: dict[str, PlannedRule] = {}

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, at: int) -> PlannedRule:
        ready = self.ready.get(at)
        if ready is None:
            if not 0 <= at < len(self.names):
                raise IndexError(at)
            ready = self.ready.setdefault(at, self._make(at))
        return ready

    def __iter__(self) -> Iterator[PlannedRule]:
        return iter([self[at] for at in range(len(self.names))])

    def find(self, name: str) -> PlannedRule | None:
        """The rule of this name; None when there is none."""
        known = self._named.get(name)
        if known is None:
            at = place_of(self.names, name)
            if at < 0:
                return None
            known = self._named.setdefault(name, self[at])
        return known

    def named(self, name: str) -> PlannedRule:
        """The rule of this name. Raises KeyError when there is none."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found
