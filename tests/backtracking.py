"""Counts the steps that matching a pattern takes, as a backtracking matcher like Python's takes them.

Reads a compiled pattern; makes texts that could make it slow, and counts. `re` itself tells no such count, and seconds say
nothing on a busy machine. Shortcuts of the real matcher are left out, so that it is at most as slow as counted here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ALPHABET = " \taZ0.,\"#:-%='é/()\n"
Next = Callable[[int], int | None]

_CATEGORIES = {
    c.CATEGORY_DIGIT: str.isdecimal,
    c.CATEGORY_SPACE: str.isspace,
    c.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    c.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    c.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    c.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
}
_SINGLE = (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)
_REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)


class Matcher:
    """One pattern at work on one text."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.text = text
        self.fold = bool(pattern.flags & re.IGNORECASE)
        self.tree = list(parser.parse(pattern.pattern, pattern.flags))
        self.steps = 0

    def run(self, search: bool, full: bool) -> int:
        """The steps of `finditer` over the whole text, or of `match` at its start."""

        def end(at: int) -> int | None:
            return at if not full or at == len(self.text) else None

        start = 0
        while start <= len(self.text):
            found = self.seq(self.tree, 0, start, end)
            if not search:
                break
            start = start + 1 if found is None else max(found, start + 1)
        return self.steps

    def seq(self, ops: list[Any], place: int, at: int, then: Next) -> int | None:
        if place == len(ops):
            return then(at)
        self.steps += 1
        op, value = ops[place]

        def rest(following: int) -> int | None:
            return self.seq(ops, place + 1, following, then)

        if op in _SINGLE:
            return rest(at + 1) if at < len(self.text) and self.fits(op, value, self.text[at]) else None
        if op in _REPEATS:
            return self.repeat(op, value, at, rest)
        if op is c.SUBPATTERN:
            return self.seq(list(value[-1]), 0, at, rest)
        if op is c.ATOMIC_GROUP:
            found = self.seq(list(value), 0, at, lambda here: here)
            return None if found is None else rest(found)
        if op is c.BRANCH:
            return next((found for one in value[1] if (found := self.seq(list(one), 0, at, rest)) is not None), None)
        if op in (c.ASSERT, c.ASSERT_NOT):
            start = at if value[0] > 0 else at - value[1].getwidth()[0]
            found = self.seq(list(value[1]), 0, start, lambda here: here) if start >= 0 else None
            return rest(at) if (found is None) == (op is c.ASSERT_NOT) else None
        assert op is c.AT, op
        return rest(at) if self.stands(value, at) else None

    def stands(self, where: Any, at: int) -> bool:
        before, after = self.text[at - 1 : at] if at else "", self.text[at : at + 1]
        if where in (c.AT_BOUNDARY, c.AT_NON_BOUNDARY):
            word = _CATEGORIES[c.CATEGORY_WORD]
            edge = bool(before and word(before)) != bool(after and word(after))
            return edge == (where is c.AT_BOUNDARY)
        if where in (c.AT_BEGINNING, c.AT_BEGINNING_STRING):
            return at == 0 or (where is c.AT_BEGINNING and before == "\n")
        return at == len(self.text) or (where is c.AT_END and after == "\n")

    def fits(self, op: Any, value: Any, sign: str) -> bool:
        if op is c.ANY:
            return sign != "\n"
        signs = {sign, sign.lower(), sign.upper()} if self.fold else {sign}
        if op in (c.LITERAL, c.NOT_LITERAL):
            return (chr(value) in signs) == (op is c.LITERAL)
        negated = value[0][0] is c.NEGATE
        return any(_one_of(item, one) for item in value for one in signs) != negated

    def repeat(self, op: Any, value: Any, at: int, rest: Next) -> int | None:
        least, most, inner = value
        most = sys.maxsize if most is c.MAXREPEAT else most
        ends = [at]
        while len(ends) <= most:
            found = self.seq(list(inner), 0, ends[-1], lambda here: here)
            if found is None or found == ends[-1]:
                break
            ends.append(found)
        ends = ends[least:]
        if op is c.POSSESSIVE_REPEAT:
            return rest(ends[-1]) if ends else None
        ordered = ends if op is c.MIN_REPEAT else reversed(ends)
        return next((found for end in ordered if (found := rest(end)) is not None), None)


def _one_of(item: Any, sign: str) -> bool:
    kind, value = item
    if kind is c.LITERAL:
        return chr(value) == sign
    if kind is c.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return kind is c.CATEGORY and bool(_CATEGORIES[value](sign))


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts that get far in a pattern, go on with something that repeats, and then do not fit."""
    matcher = Matcher(pattern, "")
    for before in dict.fromkeys(_befores(matcher, list(matcher.tree), "")):
        for one in ALPHABET:
            yield before + one * size + "\x00"
            for other in ' 0"':
                yield before + (one + other) * (size // 2) + "\x00"


def _befores(matcher: Matcher, ops: list[Any], before: str) -> Iterator[str]:
    """What leads up to each repetition of a pattern."""
    yield before
    for op, value in ops:
        if op in _REPEATS:
            yield before
            yield from _befores(matcher, list(value[2]), before)
        elif op is c.SUBPATTERN:
            yield from _befores(matcher, list(value[-1]), before)
        elif op is c.BRANCH:
            for one in value[1]:
                yield from _befores(matcher, list(one), before)
        before += _sample(matcher, op, value)
    yield before


def _sample(matcher: Matcher, op: Any, value: Any) -> Any:
    """A short text that an element of a pattern takes."""
    if op is c.LITERAL:
        return chr(value)
    if op in _SINGLE:
        return next((sign for sign in ALPHABET + "$+;" if matcher.fits(op, value, sign)), "")
    if op in _REPEATS:
        least = max(1, value[0])
        return "".join(_sample(matcher, *one) for one in value[2]) * min(least, 10)
    if op is c.SUBPATTERN:
        return "".join(_sample(matcher, *one) for one in value[-1])
    if op is c.BRANCH:
        return "".join(_sample(matcher, *one) for one in value[1][0])
    return ""
