"""Codes as customers type them (SPEC section 2)."""

from __future__ import annotations

from typing import Final
from unicodedata import category, normalize

SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What `#` of a pattern stands for: 31 signs that cannot be mistaken for each other."""

_UNSEEN: Final = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
"""Soft hyphens and signs without width: they are nothing, wherever they stand."""


def normalised(code: str) -> str:
    """A code as it is compared: after Unicode NFKC, without signs that cannot be seen, in small letters, and without
    blanks and line ends around it. An empty one is no code."""
    if code.isascii() and code.isprintable():
        return code.strip(" ").lower()
    return without_ends(normalize("NFKC", code).translate(_UNSEEN).casefold())


def without_ends(code: str) -> str:
    """A code without blanks, line ends and signs that cannot be seen around it."""
    start, end = 0, len(code)
    while start < end and _is_blank(code[start]):
        start += 1
    while end > start and _is_blank(code[end - 1]):
        end -= 1
    return code[start:end]


def _is_blank(letter: str) -> bool:
    return letter.isspace() or category(letter) in ("Cc", "Cf")


def fits(pattern: str, code: str) -> bool:
    """Whether a code has the shape of a pattern."""
    wanted, typed = normalised(pattern), normalised(code)
    signs = SIGNS.casefold()
    return len(wanted) == len(typed) and all(
        letter in signs if sign == "#" else letter == sign for sign, letter in zip(wanted, typed, strict=True)
    )
