"""Random rule books, printed badly: odd spaces, remarks everywhere, lines that go on. Formatting keeps all they say.

`pytest tests/language/test_formatter_generated.py --fmt-files 5000` is the long run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from pricing.language.formatter import fmt
from pricing.language.loading.load import load_folder, load_texts
from tests.markets import market
from tests.rule_text import book_text

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

BLOCKS = 10
"""The files are dealt out to so many tests."""
RULES = Path(__file__).parents[2] / "rules"
REMARKS = ("# plain", '# a "quote" in it', "## twice # over", "#stores nova", "# ends with a comma,", "# é “curly”")
TOKEN = re.compile(r'"[^"]*"|,|[^\s,]+')


def badly(text: str, rng: Random) -> str:
    """The same rules as somebody in a hurry would type them."""
    lines: list[str] = []
    for line in text.splitlines():
        while rng.random() < 0.15:
            lines.append(rng.choice(("", "   ", " " * rng.randrange(4) + rng.choice(REMARKS))))
        lines += spread(TOKEN.findall(line), rng)
    return rng.choice(("\n", "\n", "\r\n")).join(lines) + rng.choice(("", "\n", "\n\n  \n"))


def spread(tokens: list[str], rng: Random) -> Iterator[str]:
    """The tokens of a line with odd spaces; after a comma it may go on below, beyond remarks."""
    line = rng.choice(("", "  ", "\t", "     "))
    for place, token in enumerate(tokens):
        line += ("" if token == "," else rng.choice((" ", "  ", "\t "))) * (place > 0) + token
        if token == "," and rng.random() < 0.3:
            yield line + remark(rng)
            while rng.random() < 0.2:
                yield "    " + rng.choice(REMARKS)
            line = rng.choice(("", "    "))
    yield line + rng.choice(("", " ", "\t")) + remark(rng)


def remark(rng: Random) -> str:
    return rng.choice(("", " ", "   ")) + rng.choice(REMARKS) if rng.random() < 0.25 else ""


def remarks(text: str) -> list[str]:
    """From the sign to the end of its line; the books have no such sign in their names."""
    return [line[line.index("#") :].rstrip() for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_meaning_and_remarks_of_generated_files_are_kept(block: int, pytestconfig: pytest.Config) -> None:
    files = 0
    most = pytestconfig.getoption("--fmt-files") // BLOCKS
    for seed in count(block, BLOCKS):
        if files >= most:
            break
        rng = Random(seed)
        bad = {name: badly(text, rng) for name, text in book_text(market(seed)[0]).items()}
        good = {}
        for name, text in bad.items():
            formatted = fmt(text, name)
            assert formatted.problem == "", (seed, name)
            assert remarks(formatted.text) == remarks(text), (seed, name)
            assert fmt(formatted.text, name).text == formatted.text, (seed, name)
            good[name] = formatted.text
        files += len(good)
        book = load_texts(good).book
        assert book is not None and book == load_texts(bad).book == market(seed)[0], seed


def test_the_rule_folder_is_in_its_layout_and_keeps_its_meaning() -> None:
    texts = {path.relative_to(RULES).as_posix(): path.read_text("utf-8") for path in RULES.rglob("*.promo")}
    formatted = {name: fmt(text, name) for name, text in texts.items()}
    assert {name: made.problem for name, made in formatted.items()} == dict.fromkeys(texts, "")
    assert {name: made.text for name, made in formatted.items()} == texts
    spoilt = {name: badly(text.replace("#", "# "), Random(7)) for name, text in texts.items() if "#" not in text}
    again = {name: fmt(text, name).text for name, text in spoilt.items()}
    assert load_texts({**texts, **again}).book == load_folder(RULES).book
