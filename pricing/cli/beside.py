"""Two receipts side by side, and which rules made the difference: for `pricing test`.

Reads what was expected and what came out, as text; makes lines for a terminal or a file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from attrs import frozen

from pricing.columns import left, shorten_name, width

LONGEST_ROW = 400
"""Characters; no receipt has a longer line."""
MOST_LINES = 1000
"""Longer receipts stand beside each other line by line; finding out what belongs together would take minutes."""

_SAVINGS = "Savings, in the order in which they were taken"
_ROW = re.compile(r"\s+(?P<text>\S.*?)\s{2,}(?P<amount>-?[0-9]+(?:\.[0-9]+)?)\Z")
_NAMED = re.compile(r"\((?P<rule>[^()]+)\)(?P<facts>(?:, [^()]*)?)\Z")
_BEFORE_NAME = re.compile(r"\s*- (?P<rule>\S+?):? ")


@frozen
class Pair:
    """A line of the old text beside one of the new; None where there is none."""

    old: str | None
    new: str | None

    @property
    def same(self) -> bool:
        return self.old == self.new


@frozen
class Move:
    """A rule whose part in a receipt changed."""

    rule: str
    before: tuple[str, ...]
    """Its rows before, as in `6.00, at nova-home`; empty: it was not used."""
    now: tuple[str, ...]

    def says(self) -> str:
        """As in `took 6.00, now takes 9.00`."""
        old, new = " and ".join(self.before), " and ".join(self.now)
        if not old:
            return f"took nothing, now takes {new}"
        if not new:
            return f"took {old}, now takes nothing"
        return f"took {old}, now takes {new}"


def pairs(old: str, new: str) -> Iterator[Pair]:
    """The lines of both texts, those that belong together beside each other."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        yield from (Pair(*both) for both in zip_longest(before, after))
        return
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield from (Pair(line, line) for line in before[i1:i2])
            continue
        for place in range(max(i2 - i1, j2 - j1)):
            yield Pair(
                before[i1 + place] if i1 + place < i2 else None,
                after[j1 + place] if j1 + place < j2 else None,
            )


def side_by_side(old: str, new: str, columns: int, heads: tuple[str, str]) -> Iterator[tuple[str, str, str]]:
    """(left half, sign, right half) of each line; the halves fit into `columns` with the sign between them.

    The sign is that of `diff -y`: `|` for lines that differ, `<` and `>` for a line that stands on one side only.
    """
    widest = max((width(line) for line in (*old.splitlines(), *new.splitlines(), *heads)), default=0)
    room = min(widest, (columns - 3) // 2)
    yield _fit(heads[0], room), " ", _fit(heads[1], room).rstrip()
    for pair in pairs(old, new):
        sign = " " if pair.same else "<" if pair.new is None else ">" if pair.old is None else "|"
        yield _fit(pair.old or "", room), sign, _fit(pair.new or "", room).rstrip()


def _fit(line: str, room: int) -> str:
    if width(line) > room and not line.strip("-= "):
        line = line[:room]
    if width(line) > room:
        line = re.sub(r"(?<=\S) {3,}", "  ", line)
    return left(shorten_name(line, room), room)


def moves(old: str, new: str, names: Collection[str]) -> tuple[Move, ...]:
    """The rules whose rows under "Savings" differ, by name; `names` are those of the rules, for names cut short."""
    before, now = _rows(old, names), _rows(new, names)
    return tuple(
        Move(rule, before.get(rule, ()), now.get(rule, ()))
        for rule in sorted({*before, *now})
        if before.get(rule, ()) != now.get(rule, ())
    )


def _rows(text: str, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Of each rule that a receipt names under "Savings": its amounts with what stands beside them."""
    lines = text.splitlines()
    if _SAVINGS not in lines:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for line in lines[lines.index(_SAVINGS) + 1 :]:
        if not line.strip():
            break
        row = _ROW.match(line) if len(line) <= LONGEST_ROW else None
        if row is None:
            continue  # the name of a layer
        named = _NAMED.search(row["text"])
        rule, facts = (named["rule"], named["facts"]) if named else _unlabelled(row["text"])
        rule = _whole(rule, names)
        found[rule] = (*found.get(rule, ()), row["amount"].removeprefix("-") + facts)
    return found


def _unlabelled(text: str) -> tuple[str, str]:
    rule, comma, facts = text.partition(", ")
    return rule, comma + facts


def _whole(rule: str, names: Collection[str]) -> str:
    """The rule whose name a receipt has cut short."""
    if "…" not in rule or rule in names:
        return rule
    start, _, end = rule.partition("…")
    meant = [name for name in names if name.startswith(start) and name.endswith(end)]
    return meant[0] if len(meant) == 1 else rule


def rules_in(old: str, new: str, names: Collection[str]) -> tuple[str, ...]:
    """The rules that differing lines under "Why not" begin with; sorted."""
    found = set()
    for pair in pairs(old, new):
        for line in () if pair.same else (pair.old, pair.new):
            said = _BEFORE_NAME.match(line or "")
            if said is not None and (rule := _whole(said["rule"], names)) in names:
                found.add(rule)
    return tuple(sorted(found))
