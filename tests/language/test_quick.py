"""What the quick patterns read is what the grammar says: on every line of the repository, and on lines made to mislead."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.language.diagnostics.source import Source
from pricing.language.text import build, quick
from pricing.language.text.cards import TextLine, cut
from pricing.language.text.parser import Trouble, parse
from pricing.language.text.syntax import Atom

ROOT = Path(__file__).parents[2]

WORDS = (
    "take", "spend", "buy", "every", "price", "valid", "claim", "stores", "skus", "except", "combines", "with", "at",
    "most", "off", "from", "until", "through", "items", "get", "free", "list", "days", "categories", "5", "5.00", "10%",
    "1,000", "5.", "2026-06-18", "18:00", "2026-6-1", "a", "nova-home", '"x y"', '"', ",", ",,", "=", "takes", "5%off",
    "off,", "home/a", "never", "per", "in", "ship", "total", "coins", "to", "by", "for",
)  # fmt: skip
gap = st.sampled_from((" ", "  ", "", "\t", " , ", ", "))
lines = st.lists(st.tuples(st.sampled_from(WORDS), gap).map("".join), min_size=1, max_size=9).map("".join)
shaped = st.one_of(
    st.from_regex(
        r"\A(spend|buy|every) [0-9]{1,3}(\.[0-9]{2})?%? take [0-9]+(\.[0-9]+)?%? off(, ?at most [0-9.,]+)?\Z"
    ),
    st.from_regex(r"\A(valid|claim) from 2026-0[1-9]-01( 1[0-9]:00)? (until|through) 2026-09-0[1-9]( 1[0-9]:00)?\Z"),
    st.from_regex(r"\A(stores|days|except|combines with|order|customers) [a-z]+( [a-z]+)?(, ?[a-z=\"]+){0,3}\Z"),
    st.lists(st.sampled_from((*WORDS, *",,,ab")), max_size=7).map(lambda some: " ".join(("stores", *some))),
    st.from_regex(r"\Aprice [A-Z]{1,3}-[0-9]{1,4} at [0-9]{1,4}(\.[0-9,]{1,3})?\Z"),
)


def agree(text: str, base: int = 7) -> bool:
    """Whether the patterns read the line; fails when they read it otherwise than the parser."""
    line = TextLine(text, base)
    if not line.first:
        return False
    head = build._head(line)
    found = quick.clause(text, base, head)
    if found is None:
        return False
    tree = parse(text)
    assert not isinstance(tree, Trouble), text
    assert build._clause(tree, line) == found
    return True


def agree_on_head(text: str, base: int = 7) -> bool:
    found = quick.head_atoms(text, base)
    if found is None:
        return False
    tree = parse(text)
    assert not isinstance(tree, Trouble) and tree.data == "card", text
    assert list(build._Maker(base).atoms(tree.children)) == found
    return True


def test_all_rules_of_the_repository() -> None:
    read = 0
    for path in sorted([*ROOT.glob("rules/**/*.promo"), *ROOT.glob("tests/**/*.promo")]):
        for raw in cut(Source("a.promo", path.read_text(encoding="utf-8")))[0]:
            read += sum(agree(line.text, line.start) for line in raw.lines)
            if raw.word == "card" and raw.head is not None:
                assert agree_on_head(raw.head.text, raw.head.start)
    assert read > 100


@pytest.mark.slow
@pytest.mark.no_cover
@settings(max_examples=1500, deadline=None)
@given(st.one_of(lines, shaped))
def test_lines_made_to_mislead(text: str) -> None:
    agree(text)


@settings(max_examples=500, deadline=None)
@given(lines)
def test_heads_made_to_mislead(text: str) -> None:
    agree_on_head(f"store discount {text}")


def test_every_plain_shape_is_read() -> None:
    for text in (
        "  take 10% off", "spend 5.00  take 1.00 off , at most 3.00", "every 30.00 take 3.00 off", "buy 3 take 10% off",
        "price A-1 at 19.99", "valid from 2026-06-18 through 2026-06-24",
        "claim from 2026-06-18 18:00 until 2026-06-20 19:00",
        "stores a, b ,c", "stores list a b, c", "except categories gift-cards", "combines with a, seller coupon",
    ):  # fmt: skip
        assert agree(text), text


def test_a_name_in_quotes() -> None:
    assert quick.head_atoms(' promo code "take" "A, b"', 10) == [
        Atom("promo", 11, 16), Atom("code", 17, 21), Atom("take", 22, 28, True), Atom("A, b", 29, 35, True),
    ]  # fmt: skip
