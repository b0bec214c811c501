"""One rule made ready for carts, and the rules of a plan, each made ready when a cart first meets it.

Reads a `Rule`; makes a `PlannedRule`: what `match`, `case` and `answer` ask of it, as plain values worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from pricing.engine.problem import NO_CAP, Gift, Rung
from pricing.forms import Form, Goods, Lowered
from pricing.model.kind import AUTOMATIC, CODE, HELD, TRAITS, Kind
from pricing.model.ladder import MONEY, Caps, Step
from pricing.model.packed import found_by, index_keys, place_of
from pricing.model.rule import PLATFORM, Rule
from pricing.model.scope import Clause, Scope

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)

NO_END: Final = -1


class Test:
    """A scope clause made ready."""

    __slots__ = ("any_of", "but_not", "high", "low", "removed", "values", "word")

    def __init__(self, clause: Clause) -> None:
        self.word = clause.word
        self.values: frozenset[str] = frozenset(clause.values)
        self.removed: frozenset[str] = frozenset(clause.removed)
        self.low = clause.low
        self.high = NO_END if clause.high is None else clause.high
        self.any_of: list[Test] = [Test(each) for each in clause.any_of]
        self.but_not: list[Test] = [Test(each) for each in clause.but_not]


class Tests:
    """A scope made ready: all of `only`, none of `never`. `methods` are not asked of lines."""

    __slots__ = ("never", "only")

    def __init__(self, scope: Scope, found: Clause | None = None) -> None:
        self.only: list[Test] = [
            Test(clause)
            for clause in scope.only
            if clause.word != "methods" and (clause is not found or clause.removed or clause.but_not)
        ]
        """Without the clause by which the rule is found, where that leaves nothing to ask."""
        self.never: list[Test] = [Test(clause) for clause in scope.never if clause.word != "methods"]


class PlannedRule:
    """A rule with its sets, its window and its steps made ready."""

    __slots__ = (
        "also",
        "automatic",
        "cap_item",
        "cap_item_denominator",
        "cap_item_numerator",
        "cap_order",
        "cap_order_share",
        "cap_store",
        "combines",
        "counts",
        "counts_stores",
        "currency",
        "end",
        "exchanges",
        "groups",
        "has_audience",
        "has_caps",
        "has_limits",
        "index",
        "index_keys",
        "is_code",
        "is_coins",
        "is_coupon",
        "is_item",
        "is_reward",
        "is_select",
        "is_shipping",
        "item_only",
        "kind",
        "label",
        "labels",
        "layer",
        "methods",
        "methods_excluded",
        "name",
        "names_customer",
        "never",
        "on_units",
        "once",
        "payers",
        "per",
        "piece",
        "platform_alone",
        "platform_of",
        "prices",
        "rate",
        "residual",
        "rule",
        "rungs",
        "scope",
        "start",
        "unit_rungs",
        "zone",
    )

    def __init__(self, index: int, rule: Rule, layer: int, exchanges: tuple[PlannedRule, ...] = ()) -> None:
        traits = TRAITS[rule.kind]
        self.index = index
        self.rule = rule
        self.name = rule.name
        self.kind = rule.kind
        self.label = rule.label
        self.labels = rule.labels
        self.layer = layer
        self.currency = rule.currency
        self.also: list[PlannedRule] = [PlannedRule(index, each, layer, exchanges) for each in rule.also]
        """The same card in other currencies."""
        self.is_item: bool = traits.sets_prices
        self.is_coupon = rule.given == HELD
        """Whether a use takes a piece from the wallet."""
        self.is_code = rule.given == CODE
        self.automatic = rule.given == AUTOMATIC and rule.kind is not Kind.COIN_PAYMENT
        self.is_select = rule.kind is Kind.SELECT_COUPON
        self.is_shipping = rule.kind is Kind.FREE_SHIPPING
        self.is_coins = rule.kind is Kind.COIN_PAYMENT and rule.rate is not None
        self.is_reward = rule.kind is Kind.COIN_REWARD
        self.once: bool = traits.once
        self.on_units: bool = traits.on_units
        """Whether benefits on units may stand on it."""
        self.per = rule.ladder_per
        self.piece = rule.piece
        self.rate = (0, 0, False) if rule.rate is None else (rule.rate.coins, rule.rate.amount, rule.rate.in_steps)
        """So many coins pay so many minor units; whether only whole steps of that."""
        self.start = rule.valid.start or _EARLIEST
        self.end = rule.valid.end or _LATEST
        self.zone = ZoneInfo(rule.zone) if rule.days or rule.hours else None
        self.scope = Tests(rule.scope)
        self.counts = None if rule.counts is None else Tests(rule.counts)
        """What steps look at; None: the scope."""
        self.counts_stores = Tests(_stores_of(rule.scope))
        """Counted lines fit these as well."""
        self.methods: list[Test] = [Test(clause) for clause in rule.scope.only if clause.word == "methods"]
        self.methods_excluded: list[Test] = [Test(clause) for clause in rule.scope.never if clause.word == "methods"]
        self.prices = dict(rule.prices)
        self.item_only = bool(rule.prices) and not rule.ladder
        """An item rule that gives prices to named skus and nothing to others."""
        self.residual = Tests(rule.scope, None if self.item_only else found_by(rule))
        """The tests that finding the rule by its key has not made already."""
        self.rungs: list[Rung] = _rungs(rule) if is_settled(rule, traits.on_units) else []
        """The steps of a rule whose lowered steps do not depend on the cart; else they are made for each application."""
        self.unit_rungs: list[Rung] = _rungs(rule) if _is_by_units(rule, traits.on_units) else []
        """The same of a rule with steps by units, of which an application has the one that is reached."""
        self.never = frozenset(rule.never)
        self.combines = frozenset(rule.combines)
        self.groups = frozenset([f"group {name}" for name in rule.groups])
        """As `never`, `combines` and limits name them."""
        self.exchanges = exchanges
        """Of a coupon: the exchange rules that sell its pieces, best price per piece first."""
        self.has_caps = rule.caps != Caps()
        self._set_caps(rule.caps)
        self.has_audience = bool(rule.audience.only or rule.audience.never)
        self.has_limits = bool(rule.limits) or rule.budget is not None or rule.budget_day is not None
        self.names_customer = any(limit.per.startswith("customer") for limit in rule.limits)
        """Whether a limit needs a cart that names its customer (SPEC 2)."""
        self.payers: list[tuple[str, int, int]] = [
            (name, share.numerator, share.denominator) for name, share in rule.payers
        ]
        """(payer, numerator, denominator) of what each pays of a saving besides the seller, in the order written."""
        alone = len(rule.payers) == 0 or (len(rule.payers) == 1 and rule.payers[0][0] == PLATFORM)
        share = rule.payers[0][1] if rule.payers else Fraction(0)
        self.platform_alone: int = share.numerator if alone else -1
        """Where at most the platform shares with the seller, its part, of `platform_of`; else -1."""
        self.platform_of: int = share.denominator
        self.index_keys = index_keys(rule)
        """Where the rule stands in the index: under one of these a line must be found, or it is out of scope."""

    def _set_caps(self, caps: Caps) -> None:
        share = caps.per_item_share
        self.cap_item = NO_CAP if caps.per_item is None else caps.per_item
        self.cap_item_numerator = NO_CAP if share is None else share.numerator
        self.cap_item_denominator = 1 if share is None else share.denominator
        self.cap_store = NO_CAP if caps.per_store is None else caps.per_store
        self.cap_order = NO_CAP if caps.per_order is None else caps.per_order
        self.cap_order_share = caps.per_order_share

    def of(self, currency: str) -> PlannedRule:
        """The rule with its amounts in a currency (SPEC 1); itself when it has none in it."""
        if self.also and self.currency != currency:
            for each in self.also:
                if each.currency == currency:
                    return each
        return self

    def is_named(self, names: frozenset[str]) -> bool:
        """Whether `never` or `combines` names the rule, itself or by a group of its."""
        return self.name in names or (bool(self.groups) and not self.groups.isdisjoint(names))


def _stores_of(scope: Scope) -> Scope:
    return Scope(
        tuple([clause for clause in scope.only if clause.word == "stores"]),
        tuple([clause for clause in scope.never if clause.word == "stores"]),
    )


# Steps made ready


NO_GOODS: Final = Goods([], [], [], [], lambda scope: [], False, False, False, {})
"""For forms that read no goods."""


def is_settled(rule: Rule, on_units: bool) -> bool:
    """Whether its lowered steps are the same on every cart: steps by money, benefits on amounts."""
    return all(step.measure == MONEY and not _reads_units(step, on_units) for step in rule.ladder)


def _is_by_units(rule: Rule, on_units: bool) -> bool:
    """Whether its steps count units or different items, and what they give is the same on every cart."""
    return bool(rule.ladder) and all(
        step.measure != MONEY and not step.repeats and not _reads_units(step, on_units) for step in rule.ladder
    )


def _reads_units(step: Step, on_units: bool) -> bool:
    return on_units and isinstance(step.gives, Form) and step.gives.on_units


def _rungs(rule: Rule) -> list[Rung]:
    return [rung_of(lowered(step, NO_GOODS, 1), None) for step in rule.ladder]


def lowered(step: Step, goods: Goods, times: int) -> Lowered:
    """What a step comes to (SPEC 4.2 and 4.3); `take nothing` to nothing."""
    if isinstance(step.gives, Form):
        return step.gives.lower(step, goods, times)
    return Lowered(step.reach if step.measure == MONEY else 0)


def rung_of(made: Lowered, gift: Callable[[int], Gift] | None) -> Rung:
    """A stretch as settling reads it; `gift` is the form's, aligned to the targets of an application."""
    share: Fraction = made.share
    return Rung(
        made.reach,
        made.amount,
        share.numerator,
        share.denominator,
        made.beyond,
        made.every,
        made.most_times,
        made.at_most,
        gift,
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
