"""Places: offsets to positions and back, in every way of counting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.editor.places import Places, units
from pricing.language.diagnostics.source import Source

CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


@pytest.mark.parametrize("encoding", CODECS)
@given(text=st.text(st.sampled_from('aé💡"\n\r\t'), max_size=40))
def test_there_and_back(encoding: str, text: str) -> None:
    places = Places(Source("a", text), encoding)
    assert units(text, encoding) == len(text.encode(CODECS[encoding])) // WIDTHS[encoding]
    for line, (shown, start) in enumerate(places.lines):
        for column in range(len(shown) + 1):
            position = places.at(start + column)
            assert position.line == line
            assert places.offset(position.line, position.character) == start + column


def test_outside() -> None:
    places = Places(Source("a", "ab\ncd"))
    assert places.offset(0, 99) == 2
    assert places.offset(9, 0) == 5
    assert places.offset(-1, 0) == 0
    assert places.at(99) == places.at(5)
