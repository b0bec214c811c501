"""Text in columns: names of any script cleaned, measured, shortened and wrapped, for a reader's eye.

Reads texts that may hold anything; makes lines for a terminal or a mail, in which a column is one Latin letter wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category, combining, east_asian_width

_UNFIT = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Unseen, but Persian and Hindi names are misspelt without them."""


def clean(text: str) -> str:
    """The text without anything that could steer a terminal or turn the reading round; each such sign becomes `�`."""
    if text.isprintable():
        return text
    return "".join(map(_clean, text))


def _clean(letter: str) -> str:
    kind = category(letter)
    if kind == "Zs":
        return " " if east_asian_width(letter) != "F" else letter
    unfit = kind in _UNFIT or (kind == "Cf" and letter not in _JOINERS)
    return "\ufffd" if unfit else letter


@lru_cache(4096)
def width(text: str) -> int:
    """How many columns the text takes: two for a Chinese sign, none for an accent that sits on another letter."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(letter: str) -> int:
    if combining(letter) or category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def shorten(text: str, room: int) -> str:
    """A label that fits into `room` columns: its end gives way to an ellipsis, at a space when one is near."""
    if width(text) <= room:
        return text
    kept = _start(text, room - 1)
    space = kept.rfind(" ")
    if space > 2 * len(kept) // 3:
        kept = kept[:space]
    return kept.rstrip(" ,;:") + "…"


def shorten_name(text: str, room: int) -> str:
    """A name that fits into `room` columns: its middle gives way, for skus often differ at their end only."""
    if width(text) <= room:
        return text
    tail = _start(text[::-1], (room - 1) // 3)[::-1]
    while tail and _width(tail[0]) == 0:  # an accent does not stand without its letter
        tail = tail[1:]
    return _start(text, room - 1 - width(tail)) + "…" + tail


def _start(text: str, room: int) -> str:
    for place, letter in enumerate(text):
        room -= _width(letter)
        if room < 0:
            return text[:place]
    return text


def left(text: str, room: int) -> str:
    """The text, filled up with spaces on its right."""
    return text + " " * (room - width(text))


def right(text: str, room: int) -> str:
    """The text, filled up with spaces on its left."""
    return " " * (room - width(text)) + text


def wrapped(text: str, room: int, first: str = "", rest: str = "") -> Iterable[str]:
    """Lines of at most `room` columns, the first after `first`, the others after `rest`."""
    line, start = first, True
    for word in re.split(r" +", text):
        gap = "" if start else " "
        if not start and width(line) + 1 + width(word) > room:
            yield line
            line, gap = rest, ""
        line += gap + shorten_name(word, max(2, room - width(line) - len(gap)))
        start = False
    yield line
