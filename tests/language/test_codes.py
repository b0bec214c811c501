"""Every code has a page, its wrong example is told with it, its right example is not told at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pricing.language.diagnostics.codes import HINTS, WARNINGS, Page, page, pages
from pricing.language.loading.load import load_texts
from tests.language.rules_text import files

SOURCE = Path(__file__).parents[2] / "pricing" / "language"
FACTS = SOURCE.parent / "facts.py"
EXPECTED = Path(__file__).with_name("messages.txt")
SHOWN = [found for found in pages().values() if found.wrong]


def test_every_code_in_the_source_has_a_page_and_the_other_way_round() -> None:
    used = {code for file in (*SOURCE.rglob("*.py"), FACTS) for code in re.findall(r'"(P0[0-9]{3})"', file.read_text())}
    assert used == set(pages())
    assert set(pages()) >= WARNINGS | HINTS


@pytest.mark.parametrize("found", SHOWN, ids=lambda found: found.code)
def test_the_wrong_example_is_told_with_its_code(found: Page) -> None:
    loaded = load_texts(files(found.wrong))
    assert found.code in {item.code for item in loaded.diagnostics}, loaded.report()
    assert (loaded.book is None) == any(item.severity == "error" for item in loaded.diagnostics)


@pytest.mark.parametrize("found", SHOWN, ids=lambda found: found.code)
def test_the_right_example_is_not_told_at_all(found: Page) -> None:
    loaded = load_texts(files(found.right))
    told = [item for item in loaded.diagnostics if item.code != "P0504"]  # a list alone is a campaign without cards
    assert told == [], loaded.report()


def test_the_whole_messages(update: bool) -> None:
    """`--update` writes them anew; then read them."""
    parts = []
    for found in SHOWN:
        loaded = load_texts(files(found.wrong))
        parts.append(f"=== {found.code}\n{loaded.report()}")
    text = "\n".join(parts)
    if update:
        EXPECTED.write_text(text, encoding="utf-8")
    assert EXPECTED.read_text(encoding="utf-8") == text


def test_a_page_as_text() -> None:
    found = page("p0304")
    assert found is not None
    assert found.text() == (
        "error P0304: Every, beside other steps\n\n"
        "`every` repeats and has no highest step, so it stands alone.\n\n"
        "Wrong:\n\n"
        '    store discount three "Three or more"\n'
        "      every 30.00 take 3.00 off\n"
        "      spend 100.00 take 12.00 off\n\n"
        "Right:\n\n"
        '    store discount three "Three or more"\n'
        "      every 30.00 take 3.00 off\n"
    )
    assert page("P9999") is None
