"""The formatter keeps what is said and every remark, and writes the same again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.language.formatter import fmt
from pricing.language.loading.load import load_texts
from tests.language.rules_text import HEAD, files

MESSY = """

# above
campaign   summer "S"   # on the head
    currency USD
  # between
  zone UTC

  owner x # who
# margin
flash sale f
  price A at 1.00
  stores a,   # the first
     # alone
     "b", c # the last
store discount s "S"
  spend 5 take 1.00 off
  spend 100.00 take 12.5 % off,at most 3
  # end of s
  limit 1 use per customer   # far

# the end
"""
TIDY = """# above
campaign summer "S"  # on the head
  currency    USD
  # between
  zone        UTC

  owner       x                           # who

# margin
flash sale f
  price       A at 1.00
  stores      a,                          # the first
              # alone
              "b", c                      # the last

store discount s "S"
  spend            5  take 1.00 off
  spend       100.00  take 12.5% off, at most 3
  # end of s
  limit       1 use per customer          # far

# the end
"""


def test_a_messy_text() -> None:
    formatted = fmt(MESSY)
    assert formatted.problem == ""
    assert formatted.text == TIDY
    assert fmt(TIDY).text == TIDY


def test_the_example_is_nearly_in_form(summer: dict[str, str]) -> None:
    for name, text in summer.items():
        formatted = fmt(text, name)
        assert formatted.problem == ""
        assert [line.split() for line in formatted.text.splitlines()] == [line.split() for line in text.splitlines()]


def test_long_lines_are_wrapped_after_commas() -> None:
    names = ", ".join(f"store-number-{number}" for number in range(20))
    text = HEAD + f'store discount a "A"\n  stores {names}\n  take 1.00 off\n'
    formatted = fmt(text).text
    assert max(map(len, formatted.splitlines())) <= 100
    assert load_texts({"a.promo": formatted}).book == load_texts({"a.promo": text}).book


def test_text_that_cannot_be_read_is_left_alone() -> None:
    formatted = fmt("campaign x\n   store a\n")
    assert formatted.text == "campaign x\n   store a\n"
    assert formatted.problem.startswith("it has lines that cannot be read")


_SPACE = st.sampled_from(["", " ", "  ", "\t", "      "])
_REMARK = st.sampled_from(["", "", "# plain", '#"quote', "# # twice", "#stores x"])
_LINES = st.sampled_from(
    [
        "stores a, b", 'stores "a"', "except categories c/d", "spend 5 take 1.00 off",
        "spend 10.00 take 10% off, at most 3",
        "at most 5 per order", "limit 1 use per customer", "budget 5 in total", "never with promo code, seller coupon",
        'note "hello # there"', "valid from 2026-01-01 through 2026-02-01", "ladder per store", "skus 1,2,3",
        "take 1 off",
    ]
)  # fmt: skip
_HEADS = st.sampled_from(['store discount a "A"', "platform coupon b", 'seller coupon "c" "C"', "list d"])


@st.composite
def sources(draw: st.DrawFn) -> str:
    """Files with odd spaces, remarks anywhere, and lines that go on."""
    out = [draw(_REMARK), 'campaign x "X"', "currency USD", "zone UTC"]
    for _ in range(draw(st.integers(0, 4))):
        out += [draw(_HEADS)]
        for _ in range(draw(st.integers(0, 4))):
            line = draw(_LINES)
            if draw(st.booleans()):
                line = line.replace(", ", f",{draw(_SPACE)}{draw(_REMARK)}\n{draw(_SPACE)}")
            out += [line, *draw(st.lists(_REMARK, max_size=2))]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    rows = [f"{draw(_SPACE)}{line}{draw(_SPACE)}{draw(_REMARK) if '#' not in line else ''}" for line in out]
    return end.join(rows)


@settings(max_examples=150, deadline=None)
@given(sources())
def test_meaning_and_remarks_are_kept(text: str) -> None:
    formatted = fmt(text)
    assert formatted.problem == ""
    again = fmt(formatted.text)
    assert again.problem == ""
    assert again.text == formatted.text
    assert load_texts({"a.promo": text}).partial == load_texts({"a.promo": formatted.text}).partial
    assert formatted.text.count("#") == text.count("#")


_BITS = st.sampled_from([*'stores a,"#\n\r\t%=16.', "take ", "campaign ", "flash sale "])


@settings(max_examples=150, deadline=None)
@given(st.lists(_BITS, max_size=80).map("".join))
def test_any_text(text: str) -> None:
    formatted = fmt(text)
    assert fmt(formatted.text).text == formatted.text or formatted.problem


@pytest.mark.parametrize("text", ["", "\n", "# only\n", "\ufeff# mark\n"])
def test_little_texts(text: str) -> None:
    assert fmt(text).problem == ""


def test_a_policy_is_formatted_as_one() -> None:
    (text,) = files("policy p\n set   rounding to down # r\n").values()
    line = "  set         rounding to down".ljust(42)
    assert fmt(text, "policy.promo").text == f"policy p\n{line}# r\n"
