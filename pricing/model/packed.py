"""Rules kept small: as bytes, each made into a `Rule` when somebody first asks for it.

`language.load` packs the rules of each file; `engine.plan` reads names, kinds and index keys without making a rule. So a
million rules of which carts meet a few thousand cost little more than their names.
"""

from __future__ import annotations

import hashlib
import marshal
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import accumulate, chain
from typing import Any, overload

from attrs import frozen

from pricing.model.kind import Kind
from pricing.model.ladder import Caps, Limit, Rate, Step, Trade
from pricing.model.rule import Place, Rule
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window

LINE_WORDS = ("stores", "skus", "categories", "brands", "tags")
"""Scope words that a line answers, the most selective first: a rule is found by the first one it has."""

Row = tuple[Any, ...]
"""A thing of the model as plain data: texts, whole numbers, None, and tuples of these."""

Keys = tuple[tuple[str, str], ...]
KINDS = tuple(Kind)
PLACE_OF_KIND = {kind: place for place, kind in enumerate(KINDS)}


def found_by(rule: Rule) -> Clause | None:
    """The scope line whose values find the rule."""
    for word in LINE_WORDS:
        for clause in rule.scope.only:
            if clause.word == word:
                return clause
    return None


def index_keys(rule: Rule) -> Keys:
    """Where the rule stands in an index by scope word and value: a line under none of these is out of its scope."""
    if rule.prices and not rule.ladder:
        return tuple([("skus", sku) for sku, _ in rule.prices])
    clause = found_by(rule)
    return (("", ""),) if clause is None else tuple([(clause.word, value) for value in clause.values])


# Rules as plain data


def row_of(rule: Rule) -> Row:
    """All that a rule means; its place is no part of that."""
    caps = rule.caps
    share = caps.per_item_share
    return (
        rule.name, rule.kind.value, rule.label, rule.currency, rule.zone, window_row(rule.valid), rule.days,
        tuple([(hours.start, hours.end) for hours in rule.hours]),
        scope_row(rule.scope), scope_row(rule.audience), rule.prices,
        tuple([_step_row(step) for step in rule.ladder]), rule.ladder_per,
        (caps.per_item, None if share is None else (share.numerator, share.denominator), caps.per_store, caps.per_order),
        tuple([(limit.count, limit.unit, limit.per) for limit in rule.limits]),
        rule.budget, (rule.platform_share.numerator, rule.platform_share.denominator), rule.piece,
        rule.trade and (rule.trade.coins, rule.trade.pieces, rule.trade.coupon),
        rule.rate and (rule.rate.coins, rule.rate.amount),
        window_row(rule.claim), rule.lasts_days, rule.never, rule.combines, rule.note, rule.campaign,
    )  # fmt: skip


def rule_of(row: Row, place: Place) -> Rule:
    """The rule whose `row_of` this is."""
    (name, kind, label, currency, zone, valid, days, hours, scope, audience, prices, ladder, ladder_per, caps, limits,
     budget, share, piece, trade, rate, claim, lasts_days, never, combines, note, campaign) = row  # fmt: skip
    per_item, item_share, per_store, per_order = caps
    return Rule(
        name, Kind(kind), label, currency, zone, window_of(valid), days, tuple([Hours(*each) for each in hours]),
        _scope_of(scope), _scope_of(audience), prices, tuple([_step_of(each) for each in ladder]), ladder_per,
        Caps(per_item, item_share and Fraction(*item_share), per_store, per_order),
        tuple([Limit(*each) for each in limits]), budget, Fraction(*share), piece, trade and Trade(*trade),
        rate and Rate(*rate), window_of(claim), lasts_days, never, combines, note, campaign, place,
    )  # fmt: skip


def window_row(window: Window) -> Row:
    return window.start and window.start.isoformat(), window.end and window.end.isoformat()


def window_of(row: Row) -> Window:
    start, end = row
    return Window(start and datetime.fromisoformat(start), end and datetime.fromisoformat(end))


def scope_row(scope: Scope) -> Row:
    return (
        tuple([(clause.word, clause.values, clause.removed) for clause in scope.only]),
        tuple([(clause.word, clause.values, clause.removed) for clause in scope.never]),
    )


def _scope_of(row: Row) -> Scope:
    only, never = row
    return Scope(tuple([Clause(*each) for each in only]), tuple([Clause(*each) for each in never]))


def _step_row(step: Step) -> Row:
    share = step.share
    return (
        step.measure, step.reach, step.repeats, step.amount, share.numerator, share.denominator, step.given_units,
        step.at_most,
    )  # fmt: skip


def _step_of(row: Row) -> Step:
    measure, reach, repeats, amount, numerator, denominator, given_units, at_most = row
    return Step(measure, reach, repeats, amount, Fraction(numerator, denominator), given_units, at_most)


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


def pack(rules: Sequence[Rule], file: str) -> Pack:
    """The rules of one file, packed."""
    rows = [row_of(rule) for rule in rules]
    base = rows[0] if rows else ()
    bodies = [
        marshal.dumps((rule.place.line, tuple([(at, one) for at, one in enumerate(row) if one != base[at]])))
        for rule, row in zip(rules, rows, strict=True)
    ]
    same: dict[Any, Any] = {}
    keys = tuple([tuple([same.setdefault(key, key) for key in index_keys(rule)]) for rule in rules])
    return Pack(
        file,
        tuple([rule.name for rule in rules]),
        bytes([PLACE_OF_KIND[rule.kind] for rule in rules]),
        tuple([same.setdefault(each, each) for each in keys]),
        base,
        b"".join(bodies),
        array("I", accumulate(map(len, bodies))).tobytes(),
        b"".join([_digest(row) for row in rows]),
    )


class Rules(Sequence[Rule]):
    """All rules of some packs, in order of name. Equal to a tuple of equal rules; safe to share between threads."""

    __slots__ = ("_made", "_order", "_packs", "_starts", "names")

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._packs = tuple(packs)
        self._starts = list(accumulate([len(pack.names) for pack in self._packs], initial=0))
        every = {name: at for at, name in enumerate(chain.from_iterable(pack.names for pack in self._packs))}
        self.names: tuple[str, ...] = tuple(sorted(every))
        """Of two rules of one name, which only wrong files have, the last one counts."""
        self._order = array("I", map(every.__getitem__, self.names))
        self._made: dict[int, Rule] = {}

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
            made = self._made.setdefault(at, self._packs[number].rule(at - self._starts[number]))
        return made

    def __iter__(self) -> Iterator[Rule]:
        return (self[place] for place in range(len(self)))

    def facts(self) -> tuple[Sequence[str], bytes, Sequence[Keys]]:
        """Names, places of kinds in `KINDS`, and index keys of all rules, without making one."""
        kinds = b"".join([pack.kinds for pack in self._packs])
        keys = list(chain.from_iterable(pack.keys for pack in self._packs))
        return self.names, bytes(map(kinds.__getitem__, self._order)), list(map(keys.__getitem__, self._order))

    def meanings(self) -> Iterator[bytes]:
        """The digest of every rule."""
        every = b"".join([pack.digests for pack in self._packs])
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
        return Rules, (self._packs,)


def place_of(names: Sequence[str], name: str) -> int:
    """Where a name stands in sorted names; -1 when it does not."""
    place = bisect_left(names, name)
    return place if place < len(names) and names[place] == name else -1
