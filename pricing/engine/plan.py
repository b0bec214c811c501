"""Rules and policy made ready for carts: indexed so that a cart meets only the rules it can touch.

Reads a `RuleBook`; makes a `Plan`, which never changes and is shared by threads. `match` comes next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import overload
from zoneinfo import ZoneInfo

from pricing.engine.problem import NO_CAP, Rung
from pricing.model.bulk import collector_at_rest
from pricing.model.kind import AUTOMATIC_KINDS, COUPON_KINDS, Kind
from pricing.model.ladder import Caps, Step
from pricing.model.packed import KINDS, PLACE_OF_KIND, Keys, Rules, found_by, index_keys, meaning, place_of
from pricing.model.policy import Policy
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)

Test = tuple[str, frozenset[str], frozenset[str]]
"""A scope clause made ready: word, values, removed values."""


class PlannedRule:
    """A rule with its sets, its window and its steps made ready."""

    __slots__ = (
        "automatic",
        "combines",
        "end",
        "exchanges",
        "excluded",
        "has_audience",
        "has_caps",
        "has_unit_steps",
        "index",
        "index_keys",
        "is_coupon",
        "item_only",
        "kind",
        "layer",
        "methods",
        "methods_excluded",
        "name",
        "never",
        "prices",
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
        self.automatic = rule.kind in AUTOMATIC_KINDS
        self.is_coupon = rule.kind in COUPON_KINDS
        self.start = rule.valid.start or _EARLIEST
        self.end = rule.valid.end or _LATEST
        self.zone = ZoneInfo(rule.zone) if rule.days or rule.hours else None
        self.tests: tuple[Test, ...] = tuple(_test(clause) for clause in rule.scope.only if clause.word != "methods")
        self.excluded: tuple[Test, ...] = tuple(
            _test(clause) for clause in rule.scope.never if clause.word != "methods"
        )
        self.methods: tuple[Test, ...] = tuple(_test(clause) for clause in rule.scope.only if clause.word == "methods")
        self.methods_excluded = tuple(_test(clause) for clause in rule.scope.never if clause.word == "methods")
        self.prices = dict(rule.prices)
        self.item_only = bool(rule.prices) and not rule.ladder
        """An item rule that gives prices to named skus and nothing to others."""
        found = None if self.item_only else found_by(rule)
        self.residual: tuple[Test, ...] = tuple(
            _test(clause)
            for clause in rule.scope.only
            if clause.word != "methods" and (clause is not found or clause.removed)
        )
        """The tests that finding the rule by its key has not made already."""
        self.rungs = tuple(_rung(step) for step in rule.ladder)
        self.never = frozenset(rule.never)
        self.combines = frozenset(rule.combines)
        self.exchanges = exchanges
        """Of a coupon: the exchange rules that sell its pieces, best price per piece first."""
        self.has_caps = rule.caps != Caps()
        self.has_unit_steps = any(rung.units for rung in self.rungs)
        self.has_audience = bool(rule.audience.only or rule.audience.never)
        self.index_keys = index_keys(rule)
        """Where the rule stands in the index: under one of these a line must be found, or it is out of scope."""

    def keys_of(self, by_key: Mapping[tuple[str, str], object]) -> Iterable[tuple[str, str]]:
        """Its index keys that a cart has."""
        keys = self.index_keys
        return keys if len(keys) == 1 and keys[0] in by_key else [key for key in keys if key in by_key]


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


Index = dict[tuple[str, str], Sequence[int]]
"""By scope word and value, places of rules in the plan."""


class Plan:
    """All rules, indexed. `met` is what every cart asks; `looking` also has the coupons and codes nobody holds or typed.

    Only names, kinds and index keys are read at the start. A rule is made ready when a cart first meets it: that changes
    no answer, and two threads that do it at once end up with the same one.
    """

    def __init__(self, book: RuleBook) -> None:
        self.policy: Policy = book.policy
        self.layers = {kind: place for place, kind in enumerate(book.policy.order)}
        self.book_rules: Sequence[Rule] = (
            book.rules if isinstance(book.rules, Rules) else sorted(book.rules, key=lambda rule: rule.name)
        )
        """In order of name."""
        self.names, kinds, keys = _facts(self.book_rules)
        self.rules = PlannedRules(self)
        self.by_name = ByName(self)
        self.labels = Labels(self)
        exchange = PLACE_OF_KIND[Kind.COIN_EXCHANGE]
        self.exchanges = self._exchanges([at for at, kind in enumerate(kinds) if kind == exchange])
        """By coupon, places of the exchange rules that sell its pieces, best price per piece first."""
        self.codes: dict[str, list[int]] = {}
        self.met: Index = {}
        self.looking: Index = {}
        with collector_at_rest():
            self._index(kinds, keys)
        self.words = sorted({word for index in (self.met, self.looking) for word, _ in index} - {""})
        """Index words in use: no cart is looked up under others."""
        self.never_kinds = frozenset(book.policy.never) | frozenset((b, a) for a, b in book.policy.never)
        self.never_layers: list[list[int]] = [
            [self.layers[other] for other in book.policy.order if (kind, other) in self.never_kinds]
            for kind in book.policy.order
        ]
        """For each layer, the layers that the policy keeps off its lines."""
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """`sha256:...` of what the rules and the policy mean; the order of files and cards does not enter."""
        if not self._fingerprint:
            digest = hashlib.sha256(repr(self.policy).encode("utf-8", "surrogatepass"))
            rules = self.book_rules
            for each in rules.meanings() if isinstance(rules, Rules) else map(meaning, rules):
                digest.update(each)
            self._fingerprint = "sha256:" + digest.hexdigest()
        return self._fingerprint

    def made(self, at: int) -> PlannedRule:
        """The rule at a place, made ready anew."""
        rule = self.book_rules[at]
        exchanges = self.exchanges.get(rule.name, ()) if rule.kind in COUPON_KINDS else ()
        return PlannedRule(at, rule, self.layers.get(rule.kind, -1), tuple([self.rules[one] for one in exchanges]))

    def _index(self, kinds: bytes, keys: Sequence[Keys]) -> None:
        """Notes every rule under its keys. Most keys have one rule: a tuple of one is smaller than a list."""
        usual = [self.looking if kind in COUPON_KINDS or kind is Kind.PROMO_CODE else self.met for kind in KINDS]
        exchange, code = PLACE_OF_KIND[Kind.COIN_EXCHANGE], PLACE_OF_KIND[Kind.PROMO_CODE]
        bought = {place_of(self.names, name) for name in self.exchanges}
        for at, kind in enumerate(kinds):
            if kind == exchange:
                continue
            index = usual[kind]
            if kind == code:
                self.codes.setdefault(code_key(self.names[at]), []).append(at)
            elif at in bought:
                index = self.met
            for key in keys[at]:
                before = index.get(key)
                if before is None:
                    index[key] = (at,)
                elif type(before) is list:
                    before.append(at)
                else:
                    index[key] = [*before, at]

    def _exchanges(self, places: Iterable[int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at in places:
            trade = self.book_rules[at].trade
            if trade is not None:
                found.setdefault(trade.coupon, []).append(at)
        for mine in found.values():
            mine.sort(key=lambda at: _price_per_piece(self.book_rules[at]))
        return found


class PlannedRules(Sequence[PlannedRule]):
    """The rules of a plan by place, each made ready once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ready: dict[int, PlannedRule] = {}

    def __len__(self) -> int:
        return len(self._plan.names)

    @overload
    def __getitem__(self, at: int) -> PlannedRule: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[PlannedRule, ...]: ...
    def __getitem__(self, at: int | slice) -> PlannedRule | tuple[PlannedRule, ...]:
        if isinstance(at, slice):
            return tuple([self[each] for each in range(*at.indices(len(self)))])
        ready = self._ready.get(at)
        if ready is None:
            if not -len(self) <= at < len(self):
                raise IndexError(at)
            at %= len(self)
            ready = self._ready.setdefault(at, self._plan.made(at))
        return ready

    def __iter__(self) -> Iterator[PlannedRule]:
        return (self[at] for at in range(len(self)))


class ByName(Mapping[str, PlannedRule]):
    """The rules of a plan by name."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[str, PlannedRule] = {}
        """Those that were asked for."""

    def __getitem__(self, name: str) -> PlannedRule:
        known = self._known.get(name)
        if known is None:
            at = place_of(self._plan.names, name)
            if at < 0:
                raise KeyError(name)
            known = self._known.setdefault(name, self._plan.rules[at])
        return known

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and place_of(self._plan.names, name) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._plan.names)

    def __len__(self) -> int:
        return len(self._plan.names)


class Labels(Mapping[str, str]):
    """What customers call a rule, by its name."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __getitem__(self, name: str) -> str:
        return self._plan.by_name[name].rule.label

    def __iter__(self) -> Iterator[str]:
        return iter(self._plan.names)

    def __len__(self) -> int:
        return len(self._plan.names)


def _facts(rules: Sequence[Rule]) -> tuple[Sequence[str], bytes, Sequence[Keys]]:
    """Names, places of kinds in `KINDS`, and index keys."""
    if isinstance(rules, Rules):
        return rules.facts()
    kinds = bytes([PLACE_OF_KIND[rule.kind] for rule in rules])
    return [rule.name for rule in rules], kinds, [index_keys(rule) for rule in rules]


def code_key(code: str) -> str:
    """How a typed code is compared: customers type blanks and small letters."""
    return code.strip().casefold()


def _price_per_piece(rule: Rule) -> tuple[Fraction, str]:
    trade = rule.trade
    return Fraction(trade.coins, trade.pieces) if trade else Fraction(0), rule.name
