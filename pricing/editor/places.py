"""Places: offsets, lines and columns of the language on one side, positions of the protocol on the other.

The language counts characters, lines and columns from 1; the protocol counts lines from 0 and columns in the code units
that client and server agreed on, UTF-16 unless said otherwise.
"""

from __future__ import annotations

from attrs import frozen

from pricing.language.diagnostics.source import Source


def units(text: str, encoding: str) -> int:
    """How many code units a text has."""
    if encoding == "utf-32":
        return len(text)
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(letter > "\uffff" for letter in text)


@frozen
class Position:
    """As the protocol counts it."""

    line: int
    character: int


class Places:
    """Translates places of one file."""

    def __init__(self, source: Source, encoding: str = "utf-16") -> None:
        self.source = source
        self.encoding = encoding
        self.lines = tuple(source.lines())
        """(text without its end, offset at which it starts)."""

    def at(self, offset: int) -> Position:
        """The position of an offset."""
        line, column = self.source.position(min(max(offset, 0), len(self.source.text)))
        return Position(line - 1, units(self.source.line(line)[: column - 1], self.encoding))

    def offset(self, line: int, character: int) -> int:
        """The offset of a position; a column past the end of its line means the end."""
        if not 0 <= line < len(self.lines):
            return 0 if line < 0 else len(self.source.text)
        text, start = self.lines[line]
        column = count = 0
        while column < len(text) and count < character:
            count += units(text[column], self.encoding)
            column += 1
        return start + column
