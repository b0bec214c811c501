"""The plainest shapes of line, read by patterns: most lines of a large folder, several times faster than by the parser.

Reads the text of a `TextLine`; makes the very clause or atoms that `build` makes of the parser's tree, or None for anything
out of the ordinary, which is then the parser's. The grammar stays in `promo.lark`; tests compare both on every shape.
"""

from __future__ import annotations

import re

from pricing.facts import VALUE_WORDS
from pricing.forms import AmountOff
from pricing.language.text.syntax import Atom, Clause, Listed, Phrase, Price, SaidGain, Span, StepLine

_WORD = r'[^\s,"=|]+'
_VALUE = r"[0-9][0-9.]*%?"
_MOMENT = r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s+([0-9]{2}:[0-9]{2}))?"

_HEAD = re.compile(rf'\s*(?:({_WORD})|"([^"\n\r]*)")')
_STEP = re.compile(
    rf"\s*(?:(?:spend|buy|every)\s+({_VALUE})\s+)?take\s+({_VALUE})\s+(off)(?:\s*,\s*at\s+most\s+({_VALUE}))?\s*"
)
_PRICE = re.compile(rf"\s*price\s+({_WORD})\s+at\s+({_VALUE})\s*")
_SPAN = re.compile(rf"\s*(?:valid|claim)\s+from\s+{_MOMENT}\s+(until|through)\s+{_MOMENT}\s*")
_PHRASE = re.compile(rf"\s*({_WORD}(?:\s+{_WORD})*)\s*(,|\Z)")
_WITH = re.compile(r"\s+with\s+")

_LINKS = frozenset({"with", "at", "for", "get", "pay", "ship", "take", "+"})
"""The parser takes these words for what may follow values (`never KIND with …`, the slots of a `bundle`) wherever several
words can stand, so it may decide."""

_TAKE = AmountOff.__name__.lower()
_STEPS = frozenset({"take", "spend", "buy", "every"})
_LISTED = frozenset({
    *VALUE_WORDS, "days", "order", "except", "combines", "counts", "code", "group",
})  # fmt: skip


def head_atoms(text: str, base: int) -> list[Atom] | None:
    """All words and texts in quotes of a head line; None when there is something else in it."""
    atoms: list[Atom] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _HEAD.match(text, at)
        if found is None:
            return None
        at = found.end()
        word = found[1]
        if word is not None:
            atoms.append(Atom(word, base + found.start(1), base + at))
        else:
            atoms.append(Atom(found[2], base + found.start(2) - 1, base + at, True))
    return atoms


def clause(text: str, base: int, head: tuple[Atom, int, int]) -> Clause | None:
    """The clause of a line that begins with the word in `head`; None when the parser must read it."""
    word = head[0].text
    if word in _STEPS:
        return _step(text, base, head)
    if word in _LISTED:
        return _listed(text, base, head)
    if word in ("valid", "claim"):
        return _span(text, base, head)
    return _price(text, base, head) if word == "price" else None


def _atom(found: re.Match[str], group: int, base: int) -> Atom:
    return Atom(found[group], base + found.start(group), base + found.end(group))


def _step(text: str, base: int, head: tuple[Atom, int, int]) -> Clause | None:
    found = _STEP.fullmatch(text)
    if found is None:
        return None
    threshold = _atom(found, 1, base) if found[1] is not None else None
    at_most = _atom(found, 4, base) if found[4] is not None else None
    value, off = _atom(found, 2, base), _atom(found, 3, base)
    take = value.start - len(text[: found.start(2)]) + text.rindex("take", 0, found.start(2))
    return StepLine(*head, threshold, SaidGain(_TAKE, take, off.end, value, None, ("take", "off")), at_most=at_most)


def _price(text: str, base: int, head: tuple[Atom, int, int]) -> Clause | None:
    found = _PRICE.fullmatch(text)
    return None if found is None else Price(*head, _atom(found, 1, base), _atom(found, 2, base))


def _span(text: str, base: int, head: tuple[Atom, int, int]) -> Clause | None:
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    begin = tuple([_atom(found, group, base) for group in (1, 2) if found[group] is not None])
    finish = tuple([_atom(found, group, base) for group in (4, 5) if found[group] is not None])
    return Span(*head, begin, _atom(found, 3, base), finish)


def _listed(text: str, base: int, head: tuple[Atom, int, int]) -> Clause | None:
    at = head[0].end - base
    if text[at : at + 1].strip():
        return None
    if head[0].text == "combines":
        link = _WITH.match(text, at)
        if link is None:
            return None
        at = link.end()
    phrases: list[Phrase] = []
    while True:
        found = _PHRASE.match(text, at)
        if found is None:
            return None
        words, start = found[1], base + found.start(1)
        if len(words.split(None, 1)) == 1:
            phrases.append(Phrase((Atom(words, start, start + len(words)),)))
        else:
            each = re.finditer(_WORD, words)
            phrases.append(Phrase(tuple([Atom(one[0], start + one.start(), start + one.end()) for one in each])))
        if len(phrases[-1].atoms) > 1 and any(atom.text in _LINKS for atom in phrases[-1].atoms):
            return None
        if not found[2]:
            return Listed(*head, tuple(phrases))
        at = found.end()
