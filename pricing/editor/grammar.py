"""Colours for rule text in editors that read TextMate grammars (VS Code, Sublime Text, JetBrains, bat).

`python -m pricing.editor.grammar` prints the grammar that the vocabulary makes; the file beside it is that text, and a
test compares the two.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pricing.editor.words import FIRST_WORDS, HEAD_WORDS, INNER_WORDS, KIND_PATTERN
from pricing.language.vocabulary import DAYS

FILE = Path(__file__).parent / "vscode" / "syntaxes" / "promo.tmLanguage.json"
_NAME = r'([^\s,"#=]+)'
_EDGE = r'(?=[\s,"#=]|$)'
_START = r'(?<![^\s,"#=])'


def _any(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in words) + ")"


def grammar() -> dict[str, Any]:
    """The grammar as JSON values."""
    head = r"^\s*({})\s+" + _NAME
    names = {"1": {"name": "keyword.declaration.promo"}, "2": {"name": "entity.name.type.promo"}}
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Promo",
        "scopeName": "source.promo",
        "fileTypes": ["promo"],
        "patterns": [
            {"name": "comment.line.number-sign.promo", "match": "#.*$"},
            {"name": "string.quoted.double.promo", "begin": '"', "end": '"|$'},
            {"match": head.format(KIND_PATTERN), "captures": names},
            {"match": head.format(_any(HEAD_WORDS)), "captures": names},
            {"match": rf"^\s*({_any(FIRST_WORDS)}){_EDGE}", "captures": {"1": {"name": "keyword.control.promo"}}},
            {"name": "support.type.promo", "match": f"{_START}{KIND_PATTERN}{_EDGE}"},
            {"name": "constant.numeric.date.promo", "match": rf"{_START}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_EDGE}"},
            {"name": "constant.numeric.time.promo", "match": rf"{_START}[0-9]{{1,2}}:[0-9]{{2}}{_EDGE}"},
            {"name": "constant.numeric.promo", "match": rf"{_START}[0-9]+(?:\.[0-9]+)?%?{_EDGE}"},
            {"name": "constant.language.day.promo", "match": f"{_START}{_any(DAYS)}{_EDGE}"},
            {"name": "keyword.other.promo", "match": f"{_START}{_any(INNER_WORDS)}{_EDGE}"},
            {"name": "keyword.operator.promo", "match": "="},
            {"name": "punctuation.separator.promo", "match": ","},
        ],
    }


def text() -> str:
    """The grammar as the file has it."""
    return json.dumps(grammar(), indent=2) + "\n"


if __name__ == "__main__":
    print(text(), end="")
