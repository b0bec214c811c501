"""No pattern that reads somebody's text takes more than twice the steps for twice the text."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backtracking import Matcher, texts

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

ROOT = Path(__file__).parents[1]
SMALL = 24
BOUNDED = {
    "pricing/cli/beside.py:_ROW": "lines of 400 characters at most",
    "pricing/language/diagnostics/codes.py:_EXAMPLE": "reads our own pages",
    "pricing/language/diagnostics/codes.py:_PAGE": "reads our own pages",
    "pricing/language/text/slips.py:_AT_LEAST": "lines of 2,000 characters at most",
    "pricing/language/text/slips.py:_AT_MOST": "lines of 2,000 characters at most",
    "pricing/language/text/slips.py:_CURRENCY_WORD": "lines of 2,000 characters at most",
    "pricing/language/text/slips.py:_PERCENT_WORD": "lines of 2,000 characters at most",
}
"""Patterns that may take longer, because what they read is short, or ours."""
LOOKING = ("search", "finditer", "findall", "sub", "subn", "split")


def patterns() -> Iterator[tuple[str, re.Pattern[str], bool, bool]]:
    """(where, pattern, whether it is looked for everywhere, whether it must take the whole text) of all in `pricing`."""
    sources = {file: file.read_text("utf-8") for file in sorted((ROOT / "pricing").rglob("*.py"))}
    everywhere = _uses("\n".join(sources.values()))
    for file, source in sources.items():
        shown = file.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            if not isinstance(node.func.value, ast.Name) or node.func.value.id != "re" or node.func.attr == "escape":
                continue
            if node.func.attr != "compile" and isinstance(node.args[0], ast.Constant):
                found = re.compile(str(node.args[0].value))
                yield f"{shown}:{found.pattern}", found, node.func.attr in LOOKING, node.func.attr == "fullmatch"
        if "re.compile(" not in source:
            continue
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for name, value in vars(module).items():
            for number, each in enumerate(_inside(value)):
                uses = _uses(source)["pattern"] if isinstance(value, tuple) else everywhere[name]
                where = f"{shown}:{name}" + (f"[{number}]" if isinstance(value, tuple) else "")
                yield where, each, bool(uses & set(LOOKING)) or not uses, uses == {"fullmatch"}


def _uses(text: str) -> dict[str, set[str]]:
    """By name: how it is matched."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, way in re.findall(rf"\b(\w+)\.({'|'.join(LOOKING)}|match|fullmatch)\(", text):
        found[name].add(way)
    return found


def _inside(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _inside(one)


ALL = {where: (pattern, looking, full) for where, pattern, looking, full in patterns()}


ONCE = {each: where for where, each in reversed(ALL.items()) if where not in BOUNDED}
"""Where each first stands: several modules have some of them."""


@pytest.mark.parametrize("where", sorted(ONCE.values()))
def test_twice_the_text_takes_twice_the_steps(where: str) -> None:
    pattern, looking, full = ALL[where]
    matcher = Matcher(pattern, looking, full)
    for one, two in zip(texts(pattern, SMALL), texts(pattern, 2 * SMALL), strict=True):
        once, twice = matcher.run(one), matcher.run(two)
        assert twice <= 2.5 * once + 50, (one[:30], once, twice)


def test_the_exceptions_are_there() -> None:
    assert set(BOUNDED) <= set(ALL)


@pytest.mark.parametrize(
    ("slow", "looking"),
    [(r"(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$", False), (r"[a-z]+\Z", True), (r"\s*\S*[0-9]\S* (at )?[0-9]+", False)],
)
def test_the_counter_sees_what_was_once_slow(slow: str, looking: bool) -> None:
    pattern = re.compile(slow)
    matcher = Matcher(pattern, looking, full=False)
    worst = max(
        matcher.run(two) / matcher.run(one)
        for one, two in zip(texts(pattern, SMALL), texts(pattern, 2 * SMALL), strict=True)
    )
    assert worst > 3
