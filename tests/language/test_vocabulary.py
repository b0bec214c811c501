"""The words of the language: every example is read, every word has a reader, and the grammar has no two readings."""

from __future__ import annotations

import pytest
from lark import Lark

from pricing.language.diagnostics.source import Source
from pricing.language.loading.load import load_texts
from pricing.language.text.build import build
from pricing.language.text.cards import cut
from pricing.language.text.parser import Trouble, lark, parse
from pricing.language.text.syntax import Clause
from pricing.language.vocabulary import CARD_EXAMPLES, KIND_OF, SLIPS, SWITCHES, WORDS, Word, a, table, words_for
from pricing.model.kind import Kind
from pricing.model.policy import Policy
from tests.language.rules_text import HEAD


@pytest.mark.parametrize("word", WORDS.values(), ids=lambda word: word.word)
def test_the_example_of_every_word_is_read(word: Word) -> None:
    assert word.example.split()[0] == word.word
    assert not isinstance(parse(word.example), Trouble)


@pytest.mark.parametrize("kind", Kind)
def test_the_example_of_every_kind_is_read(kind: Kind) -> None:
    source = Source("a.promo", CARD_EXAMPLES[kind])
    (block,) = build(source, cut(source)[0])[0]
    assert block.kind == kind
    assert block.name is not None
    assert block.label is not None


def test_every_slip_means_a_word() -> None:
    assert {meant.split()[0] for meant in SLIPS.values()} <= set(WORDS)
    assert not set(SLIPS) & set(WORDS)


def test_every_word_of_a_kind_is_allowed_in_it() -> None:
    for kind in Kind:
        lines = "".join(f"  {word.example}\n" for word in words_for(kind))
        if kind is Kind.COIN_EXCHANGE:
            lines = lines.replace("except categories gift-cards", "except customers vip")
        if kind is Kind.COIN_REWARD:
            lines = lines.replace("take 6.00 off", "earn 6 coins")
        told = load_texts({"a.promo": f"{HEAD}{kind} x\n{lines}"}).diagnostics
        assert not [item for item in told if item.code == "P0301"], lines


def test_words_outside_cards() -> None:
    assert [word.word for word in words_for("file")] == ["campaign", "list", "policy"]
    assert [word.word for word in words_for("policy")] == ["layer", "limit", "never", "order", "floor", "set"]


def test_switches_begin_with_what_holds_without_them() -> None:
    for switch, values in SWITCHES.items():
        assert getattr(Policy(), switch.replace("-", "_")) == values[0]


def test_the_grammar_has_no_colliding_terminals() -> None:
    """Lark's strict mode raises when two terminals of one state can match the same text."""
    strict = Lark(lark().source_grammar, parser="lalr", lexer="contextual", strict=True)
    assert strict.parse('store discount a "A"')


def test_first_words_of_the_grammar_are_those_of_the_table() -> None:
    trouble = parse(",")
    assert isinstance(trouble, Trouble)
    assert set(trouble.expected) == set(WORDS)


def test_the_table_has_every_word_once() -> None:
    rows = table().splitlines()
    assert len(rows) == len(WORDS) + 2
    assert rows[2] == ('| `campaign` | file | begins a rule file | `campaign summer-week-2026 "Summer Week"` |')
    assert "| `budget` | every card but coin exchange and coin reward | stops the rule when" in table()


def test_articles() -> None:
    assert a("item discount") == "an item discount"
    assert a("promo code") == "a promo code"
    assert KIND_OF["promo code"] is Kind.PROMO_CODE
    assert Clause.__attrs_attrs__[0].name == "word"
