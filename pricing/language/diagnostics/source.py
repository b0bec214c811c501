"""A rule file as text, and places in it. Reads offsets; makes lines and columns. Used by everything that reports."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from attrs import field, frozen

_LINE_END = re.compile(r"\r\n|\n|\r")


class HasSpan(Protocol):
    """Anything that knows where it stands: offsets in the text of its file, `end` not included."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@frozen
class Span:
    """A stretch of a file's text."""

    start: int
    end: int


@frozen
class Source:
    """One file: the name to show, and its text."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *(found.end() for found in _LINE_END.finditer(self.text)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1, columns in characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def lines(self) -> Iterator[tuple[str, int]]:
        """All lines without their line ends, each with the offset at which it starts."""
        for start, end in pairwise((*self._starts, len(self.text))):
            yield self.text[start:end].rstrip("\r\n"), start

    def start(self, number: int) -> int:
        """The offset at which a line starts."""
        return self._starts[number - 1]

    def line(self, number: int) -> str:
        """The text of a line without its line end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")
