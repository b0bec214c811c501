"""Counts the steps that matching a pattern takes, as a backtracking matcher like Python's takes them.

Reads a compiled pattern; makes texts that could make it slow, and counts. `re` itself tells no such count, and seconds say
nothing on a busy machine. Shortcuts of the real matcher are left out, so that it is at most as slow as counted here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ALPHABET = " \taZ0.,\"#:-%='é/()\n"
Next = Callable[[int], int | None]
"""From a place in the text on: where what is matched there ends, or None."""

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


def _here(at: int) -> int:
    return at


class Matcher:
    """One pattern, made into functions that count: each element's knows what follows it."""

    def __init__(self, pattern: re.Pattern[str], search: bool, full: bool) -> None:
        self.text = ""
        self.steps = 0
        self.search, self.full = search, full
        self.fold = bool(pattern.flags & re.IGNORECASE)
        self.tree = list(parser.parse(pattern.pattern, pattern.flags))
        self.whole = self.seq(self.tree, self.end)

    def run(self, text: str) -> int:
        """The steps of `finditer` over the whole text, or of `match` at its start."""
        self.text, self.steps = text, 0
        start = 0
        while start <= len(text):
            found = self.whole(start)
            if not self.search:
                break
            start = start + 1 if found is None else max(found, start + 1)
        return self.steps

    def end(self, at: int) -> int | None:
        return at if not self.full or at == len(self.text) else None

    def seq(self, ops: Any, then: Next) -> Next:
        for op, value in reversed(list(ops)):
            then = self.counted(self.element(op, value, then))
        return then

    def counted(self, element: Next) -> Next:
        def match(at: int) -> int | None:
            self.steps += 1
            return element(at)

        return match

    def element(self, op: Any, value: Any, rest: Next) -> Next:
        if op in _SINGLE:
            return self.single(op, value, rest)
        if op in _REPEATS:
            return self.repeat(op, value, rest)
        if op is c.SUBPATTERN:
            return self.seq(value[-1], rest)
        if op is c.ATOMIC_GROUP:
            return self.atomic(self.seq(value, _here), rest)
        if op is c.BRANCH:
            return self.branch([self.seq(one, rest) for one in value[1]])
        if op in (c.ASSERT, c.ASSERT_NOT):
            return self.looking(op, value, rest)
        assert op is c.AT, op
        return lambda at: rest(at) if self.stands(value, at) else None

    def single(self, op: Any, value: Any, rest: Next) -> Next:
        fits = cache(partial(self.fits, op, value))
        return lambda at: rest(at + 1) if at < len(self.text) and fits(self.text[at]) else None

    def atomic(self, inner: Next, rest: Next) -> Next:
        return lambda at: None if (found := inner(at)) is None else rest(found)

    def branch(self, ways: list[Next]) -> Next:
        return lambda at: next((found for way in ways if (found := way(at)) is not None), None)

    def looking(self, op: Any, value: Any, rest: Next) -> Next:
        back = 0 if value[0] > 0 else value[1].getwidth()[0]
        inner = self.seq(value[1], _here)

        def match(at: int) -> int | None:
            found = inner(at - back) if at >= back else None
            return rest(at) if (found is None) == (op is c.ASSERT_NOT) else None

        return match

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

    def repeat(self, op: Any, value: Any, rest: Next) -> Next:
        least, most, inner = value[0], value[1], self.seq(value[2], _here)
        most = sys.maxsize if most is c.MAXREPEAT else most

        def match(at: int) -> int | None:
            ends = [at]
            while len(ends) <= most:
                found = inner(ends[-1])
                if found is None or found == ends[-1]:
                    break
                ends.append(found)
            ends = ends[least:]
            if op is c.POSSESSIVE_REPEAT:
                return rest(ends[-1]) if ends else None
            ordered = ends if op is c.MIN_REPEAT else reversed(ends)
            return next((found for end in ordered if (found := rest(end)) is not None), None)

        return match


def _one_of(item: Any, sign: str) -> bool:
    kind, value = item
    if kind is c.LITERAL:
        return chr(value) == sign
    if kind is c.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return kind is c.CATEGORY and bool(_CATEGORIES[value](sign))


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts that get far in a pattern, go on with something that repeats, and then do not fit."""
    matcher = Matcher(pattern, search=False, full=False)
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
