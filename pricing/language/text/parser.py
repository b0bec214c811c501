"""One line of text to a parse tree, or to where and why it cannot be read.

Reads the text of a `TextLine`; makes a lark `Tree` whose tokens know their offsets in the line; next: `build`. The same
text is parsed once, however many cards have it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from attrs import frozen
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from pricing.facts import VALUE_WORDS
from pricing.forms import FORMS

_PLAIN = {
    "WORD": "a word",
    "VALUE": "a number",
    "STRING": 'a text in "quotes"',
    "COMMA": "a comma",
    "EQUAL": "=",
    "PLUS": "+",
    "BAR": "|",
}


@frozen
class Trouble:
    """Where a line stops making sense, as offsets in its text, and which words could stand there."""

    start: int
    end: int
    expected: tuple[str, ...]
    """Words of the language that could stand here; sorted."""
    other: tuple[str, ...]
    """What else could, in words."""
    may_end: bool


FORM_OF: Final = {form.__name__.lower(): form for form in FORMS if form.GRAMMAR}
"""The forms that have a row of the grammar, by the name of that row."""


def grammar() -> str:
    """The grammar of a line: `promo.lark`, and the rows of the forms and of the facts."""
    own = Path(__file__).with_name("promo.lark").read_text(encoding="utf-8")
    rows = []
    for rule, bare in (("bare", True), ("given", False)):
        forms = [f"{form.GRAMMAR} -> {name}" for name, form in FORM_OF.items() if form.bare is bare]
        rows.append(f"{rule}: " + "\n    | ".join(forms) + "\n")
    rows.append("?fact: " + " | ".join(word.upper() for word in VALUE_WORDS))
    rows += [f'{word.upper()}: "{word}"' for word in VALUE_WORDS]
    return own + "\n" + "\n".join(rows)


@cache
def lark() -> Lark:
    """The parser of the grammar; made once."""
    return Lark(grammar(), parser="lalr", lexer="contextual", maybe_placeholders=False)


@lru_cache(maxsize=20_000)
def parse(text: str) -> Tree[Token] | Trouble:
    """The tree of one line, or its trouble. Never raises for what somebody wrote."""
    try:
        return lark().parse(text)
    except UnexpectedInput as error:
        return _trouble(text, error)


def _trouble(text: str, error: UnexpectedInput) -> Trouble:
    start = end = len(text.rstrip())
    names: set[str] = set()
    if isinstance(error, UnexpectedToken):
        names = set(error.accepts or error.expected)
        if error.token.type != "$END" and error.token.start_pos is not None:
            start = error.token.start_pos or 0
            end = start + len(error.token)
    elif isinstance(error, UnexpectedCharacters):
        names = set(error.allowed or ())
        start = end = error.pos_in_stream or 0
        while end < len(text) and not text[end].isspace() and text[end] not in ',"':
            end += 1
        end = max(end, start + 1)
    elif isinstance(error, UnexpectedEOF):
        names = set(error.expected)
    literal = _literals()
    expected = tuple(sorted(literal[name] for name in names if name in literal))
    other = tuple(_PLAIN[name] for name in sorted(names) if name in _PLAIN)
    return Trouble(start, min(end, len(text)), expected, other, "$END" in names)


@cache
def _literals() -> dict[str, str]:
    """The words of the language by the name of their terminal."""
    return {
        terminal.name: terminal.pattern.value
        for terminal in lark().terminals
        if terminal.pattern.type == "str" and terminal.name not in _PLAIN
    }
