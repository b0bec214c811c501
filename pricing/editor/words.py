"""The words that get a colour, from the vocabulary and the grammar of the language: for lexer and grammar file."""

from __future__ import annotations

from pricing.language.text.cards import HEADS
from pricing.language.text.parser import lark
from pricing.language.vocabulary import KIND_NAMES, WORDS

HEAD_WORDS = tuple(sorted(HEADS))
"""Words that begin a file or a list."""

FIRST_WORDS = tuple(sorted(set(WORDS) - HEADS))
"""Words that begin a line of a card or head."""

KIND_PATTERN = "(?:" + "|".join(sorted(name.replace(" ", r"[ \t]+") for name in KIND_NAMES)) + ")"
"""A kind of card, as a regular expression that Python and Oniguruma both read."""


def _inner() -> tuple[str, ...]:
    """Words that the grammar knows, wherever they stand on a line, and the words after `per` and `by`."""
    known = {terminal.pattern.value for terminal in lark().terminals if terminal.pattern.type == "str"}
    more = {"order", "store", "customer", "day", "item", "uses", "use", "platform", "seller", "anything"}
    return tuple(sorted(word for word in known | more if word.isalpha() and word not in HEADS - {"list"}))


INNER_WORDS = _inner()
"""Words inside a line."""
