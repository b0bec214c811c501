"""What was probably meant: the nearest known word. Reads a word and the known ones; makes at most one suggestion."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

LONGEST = 60
MOST = 20_000
"""Longer words and larger catalogues are not compared: a hint must not cost seconds."""

_FOLD = str.maketrans("_./ ", "----")


def nearest(word: str, known: Iterable[str], least: float = 0.6) -> str | None:
    """The known word most like `word`, or None when none is like it. Ties: the first in the alphabet."""
    if len(word) > LONGEST or (isinstance(known, Collection) and len(known) > MOST):
        return None
    sought = word.lower().translate(_FOLD)
    best, best_ratio = None, least
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(sought)
    for candidate in sorted(known):
        if len(candidate) > LONGEST:
            continue
        matcher.set_seq1(candidate.lower().translate(_FOLD))
        if matcher.real_quick_ratio() <= best_ratio or matcher.quick_ratio() <= best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio > best_ratio:
            best, best_ratio = candidate, ratio
    return best


def surely(word: str, meant: str, known: Collection[str] = ()) -> bool:
    """Whether `meant` is so near that replacing is safe: one small slip in a word of some length, digits untouched, and
    no other of the known words as near."""
    digits = re.findall(r"[0-9]+", word) == re.findall(r"[0-9]+", meant)
    if not digits or len(word) < 5 or not _near(word, meant):
        return False
    return len(known) <= MOST and not any(_near(word, other) for other in known if other != meant)


def _near(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 4 or max(len(word), len(other)) > LONGEST:
        return False
    matcher = SequenceMatcher(None, word.lower(), other.lower(), autojunk=False)
    return matcher.quick_ratio() >= 0.85 and matcher.ratio() >= 0.85
