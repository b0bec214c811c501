"""Switches of what skips work: docs/search.md tells each, and without it a cart by hand has the same answer."""

from __future__ import annotations

import re

import pytest

from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.search import search
from tests.pages import ROOT
from tests.search.joined import STEPS, three_off_in_each


def test_all_are_followed_unless_somebody_says_otherwise() -> None:
    assert all(RULES) and Rules() == RULES


def test_the_page_tells_each() -> None:
    table = (ROOT / "docs/search.md").read_text(encoding="utf-8").partition("## Switches")[2]
    told = re.findall(r"`(\w+)`: ", "\n".join(row for row in table.splitlines() if row.startswith("| `")))
    assert sorted(told) == sorted(Rules._fields)


@pytest.mark.parametrize("switch", Rules._fields)
def test_without_one_two_stores_still_give_up_something_for_the_step_over_all(switch: str) -> None:
    rules = RULES._replace(walked=False)._replace(**{switch: False})
    found = search(three_off_in_each("143.00"), STEPS, rules=rules)
    assert (found.total, found.lower_bound, found.optimal) == (13400, 13400, True)
