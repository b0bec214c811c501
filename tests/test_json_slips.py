"""Carts that are nearly JSON: what is wrong is said in words, with line and column."""

from __future__ import annotations

import pytest

from pricing.model.errors import CartError
from pricing.wire import json_from_text

CASES = {
    '{\n  "a": 1,\n}': "not JSON: a comma before the closing }, with nothing behind it @ line 2, column 9",
    '{"a": [1, 2, ]}': "not JSON: a comma before the closing ], with nothing behind it @ line 1, column 12",
    "{“a”: 1}": 'not JSON: quotes are the straight ones, ", not “ @ line 1, column 2',
    '{"a": “b”}': 'not JSON: quotes are the straight ones, ", not “ @ line 1, column 7',
    "{'a': 1}": "not JSON: texts and names stand between double quotes, not ' @ line 1, column 2",
    '{\n  "a": 1\n  "b": 2}': "not JSON: a comma is missing before this @ line 3, column 3",
    '{"a" 1}': "not JSON: a colon is missing before this, between a name and its value @ line 1, column 6",
    "{a: 1}": 'not JSON: texts and names stand in quotes: "a" @ line 1, column 2',
    '{"a": USD}': 'not JSON: texts and names stand in quotes: "USD" @ line 1, column 7',
    '{"a": True}': "not JSON: write true @ line 1, column 7",
    '{"a": None}': "not JSON: write null @ line 1, column 7",
    '{"a": .5}': "not JSON: a number begins with a digit, and amounts stand in quotes @ line 1, column 7",
    '{"a": 1} // done': "not JSON: it has no remarks @ line 1, column 10",
    '{"a": 1': "not JSON: it ends too early: a closing }, ] or quote is missing @ line 1, column 8",
    '{"a": "b}': "not JSON: a text is opened with this quote and never closed @ line 1, column 7",
    '{"a": "b\n"}': "not JSON: a line or tab ends inside quotes; a text is closed on its own line @ line 1, column 9",
    "{}\n{}": (
        "not JSON: it ends before this, and more follows; several carts stand one a line in a file that ends in .jsonl"
        " @ line 2, column 1"
    ),
    " \n": "nothing there @ ",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_a_slip_is_told_in_words(text: str) -> None:
    with pytest.raises(CartError) as caught:
        json_from_text(text)
    (problem,) = caught.value.problems
    assert str(problem).startswith(CASES[text])
