"""Colours for rule text, made from the vocabulary: a Pygments lexer.

`pygmentize -x -l pricing/editor/lexer.py:PromoLexer FILE`, or by the entry point `pygments.lexers` as `promo`.
"""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, default, words
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

from pricing.editor.words import FIRST_WORDS, HEAD_WORDS, INNER_WORDS, KIND_PATTERN
from pricing.language.vocabulary import DAYS

_NAME = r'([^\s,"#=]+)'
_EDGE = r'(?=[\s,"#=]|$)'


_HEAD = bygroups(Keyword.Declaration, Whitespace, Name.Class)  # type: ignore[no-untyped-call]  # so are its stubs


class PromoLexer(RegexLexer):
    """Rule files of promotions and coupons."""

    name = "Promo"
    aliases: ClassVar[list[str]] = ["promo"]
    filenames: ClassVar[list[str]] = ["*.promo"]
    url = ""

    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"\s*\n", Whitespace),
            (r"^[ \t]+", Whitespace),
            (r"#.*", Comment.Single),
            (rf"({KIND_PATTERN})([ \t]+){_NAME}", _HEAD, "line"),
            (rf"({'|'.join(HEAD_WORDS)})([ \t]+){_NAME}", _HEAD, "line"),
            (words(FIRST_WORDS, suffix=_EDGE), Keyword, "line"),
            default("line"),
        ],
        "line": [
            (r"(?<=,)[ \t]*\n[ \t]*", Whitespace),
            (r"\n", Whitespace, "#pop"),
            (r"[ \t\r]+", Whitespace),
            (r"#.*", Comment.Single),
            (r'"[^"\n]*"?', String),
            (KIND_PATTERN + _EDGE, Name.Builtin),
            (r"[0-9]{4}-[0-9]{2}-[0-9]{2}" + _EDGE, Number),
            (r"[0-9]{1,2}:[0-9]{2}" + _EDGE, Number),
            (r"[0-9]+(?:\.[0-9]+)?%?" + _EDGE, Number),
            (words(INNER_WORDS, suffix=_EDGE), Keyword.Pseudo),
            (words(DAYS, suffix=_EDGE), Name.Constant),
            (r"=", Operator),
            (r",", Punctuation),
            (r'[^\s,"#=]+', Name),
        ],
    }
