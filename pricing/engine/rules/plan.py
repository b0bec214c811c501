"""Rules and policy made ready for carts: indexed so that a cart meets only the rules it can touch.

Reads a `RuleBook`; makes a `Plan`, which never changes and is shared by threads. `match` comes next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from pricing.engine.rules.planned import PlannedRule, PlannedRules
from pricing.model.bulk import CollectorAtRest
from pricing.model.codes import normalised
from pricing.model.kind import HELD, Kind
from pricing.model.packed import AUTOMATICALLY, PLACE_OF_KIND, WAYS, Keys, Rules, index_keys, meaning, place_of
from pricing.model.policy import Policy
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook

Index = dict[tuple[str, str], Sequence[int]]
"""By scope word and value, places of rules in the plan."""


class Plan:
    """All rules, indexed. `met` is what every cart asks; `looking` also has the coupons and codes nobody holds or typed.

    Only names, kinds and index keys are read at the start. A rule is made ready when a cart first meets it: that changes
    no answer, and two threads that do it at once end up with the same one.
    """

    def __init__(self, book: RuleBook) -> None:
        self.policy: Policy = book.policy
        self.layers: dict[tuple[Kind, str], int] = {
            (layer.kind, layer.name): place for place, layer in enumerate(book.policy.order)
        }
        """Place of each layer in the order, by kind and name ("": the kind's own)."""
        self.book_rules: Sequence[Rule] = (
            book.rules if isinstance(book.rules, Rules) else sorted(book.rules, key=lambda rule: rule.name)
        )
        """In order of name."""
        self.names, kinds, keys, given, codes = _facts(self.book_rules)
        self.rules = PlannedRules(self.names, self.made)
        exchange = PLACE_OF_KIND[Kind.COIN_EXCHANGE]
        self.exchanges = self._exchanges([at for at, kind in enumerate(kinds) if kind == exchange])
        """By coupon, places of the exchange rules that sell its pieces, best price per piece first."""
        self.codes: dict[str, list[int]] = {}
        self.met: Index = {}
        self.looking: Index = {}
        with CollectorAtRest():
            self._index(kinds, keys, given, codes)
        self.words = sorted({word for index in (self.met, self.looking) for word, _ in index} - {""})
        """Index words in use: no cart is looked up under others."""
        self.never_kinds = frozenset(book.policy.never) | frozenset((b, a) for a, b in book.policy.never)
        self.never_layers: list[list[int]] = [
            [place for place, other in enumerate(book.policy.order) if (layer.kind, other.kind) in self.never_kinds]
            for layer in book.policy.order
        ]
        """For each layer, the layers that the policy keeps off its lines."""
        self.limits = book.policy.limits
        self.measured_on_item = book.policy.measured_on == "item-price"
        self.by_item_price = book.policy.share_by == "item-price"
        self.moved = book.policy.remainder == "moved"
        self.void = book.policy.overflow == "void"
        self.rounds_down = book.policy.rounding == "down"
        self.always = book.policy.automatic == "always"
        """Whether automatic rules are not left out (SPEC 5.6)."""
        self.gets_to_rounds = book.policy.gets == "rounds"
        self.floor = book.policy.floor
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
        exchanges = self.exchanges.get(rule.name, ()) if rule.given == HELD else ()
        layer = self.layers.get((rule.kind, rule.layer), -1)
        return PlannedRule(at, rule, layer, tuple([self.rules[one] for one in exchanges]))

    def _index(self, kinds: bytes, keys: Sequence[Keys], given: bytes, codes: Mapping[int, Sequence[str]]) -> None:
        """Notes every rule under its keys. Most keys have one rule: a tuple of one is smaller than a list."""
        exchange = PLACE_OF_KIND[Kind.COIN_EXCHANGE]
        bought = {place_of(self.names, name) for name in self.exchanges}
        for at, mine in codes.items():
            for code in mine:
                self.codes.setdefault(code_key(code), []).append(at)
        for at, kind in enumerate(kinds):
            if kind == exchange:
                continue
            index = self.met if given[at] == AUTOMATICALLY or at in bought else self.looking
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


def _facts(
    rules: Sequence[Rule],
) -> tuple[Sequence[str], bytes, Sequence[Keys], bytes, Mapping[int, Sequence[str]]]:
    """Names, places of kinds in `KINDS`, index keys, how given (places in `WAYS`), and the codes of those that have some."""
    if isinstance(rules, Rules):
        return rules.facts()
    kinds = bytes([PLACE_OF_KIND[rule.kind] for rule in rules])
    given = bytes([WAYS.index(rule.given) for rule in rules])
    codes = {at: rule.codes for at, rule in enumerate(rules) if rule.codes}
    return [rule.name for rule in rules], kinds, [index_keys(rule) for rule in rules], given, codes


def code_key(code: str) -> str:
    """How a typed code is compared (SPEC 2): customers type blanks, small letters and signs that cannot be seen."""
    return normalised(code)


def _price_per_piece(rule: Rule) -> tuple[Fraction, str]:
    trade = rule.trade
    return Fraction(trade.coins, trade.pieces) if trade else Fraction(0), rule.name
