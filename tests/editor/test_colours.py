"""Colours: lexer and grammar know every word of the vocabulary, and lose no letter."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("pygments")

from pygments.token import Comment, Error, Keyword, Name, Number, String
from pygments.token import Punctuation as Sign

from pricing.editor import grammar
from pricing.editor.lexer import PromoLexer
from pricing.language.vocabulary import CARD_EXAMPLES, WORDS
from pricing.model.kind import Kind

ROOT = Path(__file__).parents[2]
CARD = """\
# A remark, "quoted".
seller coupon six "Six # off" # more
  valid       from 2026-06-20 18:00 through 2026-06-24
  stores      list friends,
              nova-home
  never       with promo code
  spend       60.00  take 10% off, at most 6.00
"""


def tokens(text: str) -> list[tuple[object, str]]:
    return [(kind, part) for kind, part in PromoLexer().get_tokens(text) if part.strip()]


def test_a_card_is_coloured() -> None:
    found = tokens(CARD)
    assert found[:5] == [
        (Comment.Single, '# A remark, "quoted".'), (Keyword.Declaration, "seller coupon"), (Name.Class, "six"),
        (String, '"Six # off"'), (Comment.Single, "# more"),
    ]  # fmt: skip
    for expected in (
        (Keyword, "valid"), (Keyword.Pseudo, "through"), (Number, "2026-06-24"), (Number, "18:00"), (Sign, ","),
        (Keyword.Pseudo, "list"), (Name, "nova-home"), (Name.Builtin, "promo code"), (Number, "10%"),
    ):  # fmt: skip
        assert expected in found
    assert Error not in {kind for kind, _ in found}
    assert "".join(part for _, part in PromoLexer().get_tokens(CARD)) == CARD


@pytest.mark.parametrize("text", [*(word.example for word in WORDS.values()), *CARD_EXAMPLES.values()])
def test_every_example_begins_with_a_keyword(text: str) -> None:
    (kind, part), *rest = tokens(text)
    assert kind in (Keyword, Keyword.Declaration)
    assert text.startswith(part)
    assert Error not in {kind for kind, _ in rest}


@pytest.mark.parametrize("text", ["", "\x00", "§ ¶\n=,=", 'seller\ncoupon "', "store discount", "\t\tstores"])
def test_nothing_is_lost(text: str) -> None:
    assert "".join(part for _, part in PromoLexer(stripnl=False, ensurenl=False).get_tokens(text)) == text


def test_the_grammar_file_is_what_the_vocabulary_makes() -> None:
    assert grammar.FILE.read_text(encoding="utf-8") == grammar.text(), "python -m pricing.editor.grammar > FILE"


def test_the_grammar_knows_every_word() -> None:
    patterns = [re.compile(entry["match"]) for entry in json.loads(grammar.text())["patterns"] if "match" in entry]
    for word in WORDS.values():
        text = word.example if word.heads == {"file"} else f"  {word.example}"
        assert any(found.group(1) == word.word for pattern in patterns[1:4] if (found := pattern.match(text)))
    for kind in Kind:
        found = patterns[1].match(CARD_EXAMPLES[kind])
        assert found is not None
        assert found[1] == kind


def test_what_editors_need_is_installed_too() -> None:
    """The lexer is found by its name, and the extension of VS Code is among the package's files."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    module, _, name = settings["project"]["entry-points"]["pygments.lexers"]["promo"].partition(":")
    assert getattr(import_module(module), name) is PromoLexer
    package = ROOT / "pricing"
    installed = {
        path for pattern in settings["tool"]["setuptools"]["package-data"]["pricing"] for path in package.glob(pattern)
    }
    extension = {path for path in (package / "editor" / "vscode").rglob("*.*") if "node_modules" not in path.parts}
    assert extension and extension <= installed
