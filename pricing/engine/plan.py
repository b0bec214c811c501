"""Rules and policy made ready for carts: indexed so that a cart meets only the rules it can touch.

Reads a `RuleBook`; makes a `Plan`, which never changes and is shared by threads. `match` comes next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from pricing.engine.problem import NO_CAP, Rung
from pricing.model.kind import AUTOMATIC_KINDS, COUPON_KINDS, Kind
from pricing.model.ladder import Caps, Step
from pricing.model.policy import Policy
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause

LINE_WORDS = ("stores", "skus", "categories", "brands", "tags")
"""Scope words that a line answers, the most selective first: a rule is found by the first one it has."""

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

    def __init__(self, index: int, rule: Rule, layer: int) -> None:
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
        found = None if self.item_only else self._found_by()
        self.residual = tuple(test for test in self.tests if test is not found or test[2])
        """The tests that finding the rule by its key has not made already."""
        self.rungs = tuple(_rung(step) for step in rule.ladder)
        self.never = frozenset(rule.never)
        self.combines = frozenset(rule.combines)
        self.exchanges: list[PlannedRule] = []
        """Of a coupon: the exchange rules that sell its pieces, best price per piece first."""
        self.has_caps = rule.caps != Caps()
        self.has_unit_steps = any(rung.units for rung in self.rungs)
        self.has_audience = bool(rule.audience.only or rule.audience.never)
        self.index_keys = tuple(self._keys())
        """Where the rule stands in the index: under one of these a line must be found, or it is out of scope."""

    def keys_of(self, by_key: Mapping[tuple[str, str], object]) -> Iterable[tuple[str, str]]:
        """Its index keys that a cart has."""
        keys = self.index_keys
        return keys if len(keys) == 1 and keys[0] in by_key else [key for key in keys if key in by_key]

    def _keys(self) -> list[tuple[str, str]]:
        if self.item_only:
            return [("skus", sku) for sku in self.prices]
        found = self._found_by()
        return [(found[0], value) for value in sorted(found[1])] if found else [("", "")]

    def _found_by(self) -> Test | None:
        for word in LINE_WORDS:
            for test in self.tests:
                if test[0] == word:
                    return test
        return None


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


class Plan:
    """All rules, ready. `met` is what every cart asks; `looking` also has the coupons and codes nobody holds or typed."""

    def __init__(self, book: RuleBook) -> None:
        self.policy: Policy = book.policy
        layers = {kind: place for place, kind in enumerate(book.policy.order)}
        ordered = sorted(book.rules, key=lambda rule: rule.name)
        self.rules = tuple(PlannedRule(place, rule, layers.get(rule.kind, -1)) for place, rule in enumerate(ordered))
        self.by_name = {rule.name: rule for rule in self.rules}
        self.codes: dict[str, list[PlannedRule]] = {}
        self.met: dict[tuple[str, str], list[PlannedRule]] = {}
        self.looking: dict[tuple[str, str], list[PlannedRule]] = {}
        self._link_exchanges()
        for rule in self.rules:
            self._index(rule)
        self.words = sorted({word for word, _ in (*self.met, *self.looking)} - {""})
        """Index words in use: no cart is looked up under others."""
        self.never_kinds = frozenset(book.policy.never) | frozenset((b, a) for a, b in book.policy.never)
        self.never_layers: list[list[int]] = [
            [layers[other] for other in book.policy.order if (kind, other) in self.never_kinds]
            for kind in book.policy.order
        ]
        """For each layer, the layers that the policy keeps off its lines."""
        self.labels = {rule.name: rule.rule.label for rule in self.rules}
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """`sha256:...` of what the rules and the policy mean; the order of files and cards does not enter."""
        if not self._fingerprint:
            digest = hashlib.sha256(repr(self.policy).encode("utf-8", "surrogatepass"))
            for rule in self.rules:
                digest.update(repr(rule.rule).encode("utf-8", "surrogatepass"))
            self._fingerprint = "sha256:" + digest.hexdigest()
        return self._fingerprint

    def _link_exchanges(self) -> None:
        for rule in self.rules:
            trade = rule.rule.trade
            if rule.kind is Kind.COIN_EXCHANGE and trade is not None and trade.coupon in self.by_name:
                self.by_name[trade.coupon].exchanges.append(rule)
        for rule in self.rules:
            rule.exchanges.sort(key=_price_per_piece)

    def _index(self, rule: PlannedRule) -> None:
        if rule.kind is Kind.COIN_EXCHANGE:
            return
        if rule.kind is Kind.PROMO_CODE:
            self.codes.setdefault(code_key(rule.name), []).append(rule)
        needs_key = rule.kind is Kind.PROMO_CODE or (rule.is_coupon and not rule.exchanges)
        index = self.looking if needs_key else self.met
        for key in rule.index_keys:
            index.setdefault(key, []).append(rule)


def code_key(code: str) -> str:
    """How a typed code is compared: customers type blanks and small letters."""
    return code.strip().casefold()


def _price_per_piece(rule: PlannedRule) -> tuple[Fraction, str]:
    trade = rule.rule.trade
    return Fraction(trade.coins, trade.pieces) if trade else Fraction(0), rule.name
