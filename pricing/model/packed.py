"""Rules kept small: as bytes, each made into a `Rule` when somebody first asks for it.

`language.load` packs the rules of each file; `engine.plan` reads names, kinds and index keys without making a rule. So a
million rules of which carts meet a few thousand cost little more than their names.
"""

from __future__ import annotations

import hashlib
import marshal
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, overload

from attrs import fields, frozen

from pricing.model.given import NAMED
from pricing.model.kind import AUTOMATIC, CODE, HELD, Kind
from pricing.model.ladder import Caps, Earning, Limit, Rate, Reward, Step, Trade
from pricing.model.policy import Layer, Policy, PolicyLimit
from pricing.model.rule import Campaign, CodePattern, Place, Rule
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window

LINE_WORDS = ("stores", "skus", "categories", "brands", "tags")
"""Scope words that a line answers and an index knows, the most selective first: a rule is found by the first one it has."""

Row = tuple[Any, ...]
"""A thing of the model as plain data: texts, whole numbers, None, and tuples and lists of these."""

Keys = tuple[tuple[str, str], ...]
KINDS = tuple(Kind)
PLACE_OF_KIND = {kind: place for place, kind in enumerate(KINDS)}
WAYS = (AUTOMATIC, HELD, CODE)
"""How rules are given."""
AUTOMATICALLY = WAYS.index(AUTOMATIC)


def found_by(rule: Rule) -> Clause | None:
    """The scope line whose values find the rule."""
    for word in LINE_WORDS:
        for clause in rule.scope.only:
            if clause.word == word:
                return clause
    for clause in rule.scope.only:
        if clause.word == "list" and all(each.word in LINE_WORDS for each in clause.any_of):
            return clause
    return None


def index_keys(rule: Rule) -> Keys:
    """Where the rule stands in an index by scope word and value: a line under none of these is out of its scope."""
    if rule.prices and not rule.ladder:
        return tuple([("skus", sku) for sku, _ in rule.prices])
    clause = found_by(rule)
    if clause is None:
        return (("", ""),)
    listed = clause.any_of if clause.word == "list" else (clause,)
    return tuple(sorted({(each.word, value) for each in listed for value in each.values}))


# Rules as plain data


_PLAIN = frozenset({str, int, bool, type(None)})
_CLASSES: dict[str, type] = {
    made.__name__: made
    for made in (
        Window, Hours, Scope, Clause, CodePattern, Step, Caps, Limit, Trade, Rate, Reward, Earning, Campaign, Place, Layer,
        PolicyLimit, Policy,
    )
}  # fmt: skip
"""What a rule, a campaign or a policy holds besides forms, by name."""


Values = Callable[[Any], tuple[Any, ...]]


def _values_of(names: Sequence[str]) -> Values:
    """Reads the fields of a thing by their names."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda made: tuple([getattr(made, name) for name in names])


_KNOWN: dict[type, Values] = {}


def _values(made: Any) -> Values:
    known = _KNOWN.get(made)
    if known is None:
        known = _KNOWN[made] = _values_of([each.name for each in fields(made)])
    return known


_OF_RULE = tuple([each.name for each in fields(Rule) if each.name != "place"])
_values_of_rule = _values_of(_OF_RULE)


def row_of(rule: Rule, known: dict[int, Any] | None = None) -> Row:
    """All that a rule means; its place is no part of that. `known`: of things that many rules share, by identity."""
    known = {} if known is None else known
    row = []
    for value in _values_of_rule(rule):
        kind = type(value)
        if kind in _PLAIN or (kind is tuple and not value):
            row.append(value)
            continue
        plain = known.get(id(value))
        if plain is None:
            plain = known[id(value)] = plain_of(value)
        row.append(plain)
    return tuple(row)


def rule_of(row: Row, place: Place) -> Rule:
    """The rule whose `row_of` this is."""
    values = dict(zip(_OF_RULE, map(made_of, row), strict=True))
    return Rule(**values, place=place)


def plain_of(value: Any) -> Any:
    """A value of the model as plain data: a thing with fields becomes a list that begins with its name."""
    kind = type(value)
    if kind is tuple:
        return tuple([each if type(each) in _PLAIN else plain_of(each) for each in value]) if value else value
    if kind in _PLAIN:
        return value
    if kind is Kind:
        return ["Kind", value.value]
    if kind is Fraction:
        return ["/", value.numerator, value.denominator]
    if kind is datetime:
        return ["@", value.isoformat()]
    if kind is Rule:
        return ["Rule", *row_of(value)]
    return [kind.__name__, *[each if type(each) in _PLAIN else plain_of(each) for each in _values(kind)(value)]]


def made_of(value: Any) -> Any:
    """What `plain_of` made plain."""
    kind = type(value)
    if kind is tuple:
        return tuple([made_of(each) for each in value]) if value else value
    if kind is not list:
        return value
    name, *rest = value
    if name == "/":
        return Fraction(*rest)
    if name == "@":
        return datetime.fromisoformat(rest[0])
    if name == "Kind":
        return Kind(rest[0])
    if name == "Rule":
        return rule_of(tuple(rest), Place())
    return (_CLASSES.get(name) or NAMED[name])(*map(made_of, rest))


def meaning(rule: Rule) -> bytes:
    """A digest of what a rule means."""
    return _digest(row_of(rule))


def _digest(row: Row) -> bytes:
    return hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).digest()


DIGEST = 32
"""Bytes of a `meaning`."""


# Many rules


@frozen(eq=False)
class Pack:
    """The rules of one file, in the order of their cards. Its fields are plain data, so that it can be kept on disk."""

    file: str
    names: tuple[str, ...]
    kinds: bytes
    """For each rule the place of its kind in `KINDS`."""
    keys: tuple[Keys, ...]
    given: bytes
    """For each rule the place of its way in `WAYS`."""
    codes: tuple[tuple[int, tuple[str, ...]], ...]
    """Of the rules that have codes: place and codes."""
    base: Row
    """The row of the first rule: what the others share with it is not kept again."""
    bodies: bytes
    """For each rule the line of its card and what differs from `base`, one behind the other."""
    ends: bytes
    """Where each body ends: unsigned numbers of 4 bytes in the byte order of the machine."""
    digests: bytes
    """The `meaning` of each rule."""

    def rule(self, place: int) -> Rule:
        """The rule of one card."""
        ends = memoryview(self.ends).cast("I")
        line, differing = marshal.loads(self.bodies[ends[place - 1] if place else 0 : ends[place]])
        row = list(self.base)
        for field, value in differing:
            row[field] = value
        return rule_of(tuple(row), Place(self.file, line))

    def each(self, name: str) -> Iterator[Any]:
        """One field of every rule, without making the rules."""
        field = _OF_RULE.index(name)
        shared = made_of(self.base[field]) if self.base else None
        ends = memoryview(self.ends).cast("I")
        start = 0
        for end in ends:
            _, differing = marshal.loads(self.bodies[start:end])
            start = end
            yield next((made_of(value) for at, value in differing if at == field), shared)


def pack(rules: Sequence[Rule], file: str) -> Pack:
    """The rules of one file, packed."""
    known: dict[int, Any] = {}
    rows = [row_of(rule, known) for rule in rules]
    base = rows[0] if rows else ()
    fields_of = range(len(base))
    bodies = [
        marshal.dumps(
            (
                rule.place.line,
                tuple([(at, row[at]) for at in fields_of if row[at] is not base[at] and row[at] != base[at]]),
            )
        )
        for rule, row in zip(rules, rows, strict=True)
    ]
    same: dict[Any, Any] = {}
    keys = tuple([tuple([same.setdefault(key, key) for key in index_keys(rule)]) for rule in rules])
    return Pack(
        file,
        tuple([rule.name for rule in rules]),
        bytes([PLACE_OF_KIND[rule.kind] for rule in rules]),
        tuple([same.setdefault(each, each) for each in keys]),
        bytes([WAYS.index(rule.given) for rule in rules]),
        tuple([(place, rule.codes) for place, rule in enumerate(rules) if rule.codes]),
        base,
        b"".join(bodies),
        array("I", accumulate(map(len, bodies))).tobytes(),
        b"".join([_digest(row) for row in rows]),
    )


class Rules(Sequence[Rule]):
    """All rules of some packs, in order of name. Equal to a tuple of equal rules; safe to share between threads."""

    __slots__ = ("_made", "_order", "_starts", "names", "packs")

    def __init__(self, packs: Iterable[Pack], made: Iterable[Mapping[int, Rule]] = ()) -> None:
        """`made`: rules of the packs that are there already, for each pack by their place in it."""
        self.packs = tuple(packs)
        self._starts = list(accumulate([len(pack.names) for pack in self.packs], initial=0))
        every = {name: at for at, name in enumerate(chain.from_iterable(pack.names for pack in self.packs))}
        self.names: tuple[str, ...] = tuple(sorted(every))
        """Of two rules of one name, which only wrong files have, the last one counts."""
        self._order = array("I", map(every.__getitem__, self.names))
        self._made: dict[int, Rule] = {}
        for start, rules in zip(self._starts, made, strict=False):
            self._made.update({start + place: rule for place, rule in rules.items()})

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> Rule: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, place: int | slice) -> Rule | tuple[Rule, ...]:
        if isinstance(place, slice):
            return tuple([self[each] for each in range(*place.indices(len(self)))])
        at = self._order[place]
        made = self._made.get(at)
        if made is None:
            number = bisect_right(self._starts, at) - 1
            # Of two threads that make a rule at once, both get the one that was there first.
            made = self._made.setdefault(at, self.packs[number].rule(at - self._starts[number]))
        return made

    def __iter__(self) -> Iterator[Rule]:
        return (self[place] for place in range(len(self)))

    def facts(self) -> tuple[Sequence[str], bytes, Sequence[Keys], bytes, Mapping[int, Sequence[str]]]:
        """Names, places of kinds in `KINDS`, index keys, and places of ways in `WAYS` of all rules, and the codes of
        those that have some, without making one."""
        order = self._order
        kinds = b"".join([pack.kinds for pack in self.packs])
        given = b"".join([pack.given for pack in self.packs])
        keys = list(chain.from_iterable(pack.keys for pack in self.packs))
        codes = {
            start + place: mine
            for start, pack in zip(self._starts, self.packs, strict=False)
            for place, mine in pack.codes
        }
        return (
            self.names,
            bytes(map(kinds.__getitem__, order)),
            list(map(keys.__getitem__, order)),
            bytes(map(given.__getitem__, order)),
            {at: codes[own] for at, own in enumerate(order) if own in codes},
        )

    def meanings(self) -> Iterator[bytes]:
        """The digest of every rule."""
        every = b"".join([pack.digests for pack in self.packs])
        return (every[at * DIGEST : at * DIGEST + DIGEST] for at in self._order)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Rules, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type[Rules], tuple[tuple[Pack, ...]]]:
        return Rules, (self.packs,)


def each(rules: Sequence[Rule], name: str) -> Iterator[Any]:
    """One field of every rule, in any order."""
    if isinstance(rules, Rules):
        return chain.from_iterable(pack.each(name) for pack in rules.packs)
    return (getattr(rule, name) for rule in rules)


def place_of(names: Sequence[str], name: str) -> int:
    """Where a name stands in sorted names; -1 when it does not."""
    place = bisect_left(names, name)
    return place if place < len(names) and names[place] == name else -1
