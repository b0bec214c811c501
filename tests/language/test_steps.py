"""Twice the text takes about twice the steps: lines of Python that are run, for seconds say nothing on a busy machine.

What patterns do inside one line is counted in `tests/test_patterns.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pricing.editor.complete import offers
from pricing.editor.folder import Snapshot
from pricing.examples import ExampleError, load
from pricing.language.diagnostics.diagnostic import MOST_COMPARED
from pricing.language.formatter import fmt
from pricing.language.loading.load import load_texts
from pricing.language.text.parser import parse
from tests.language.rules_text import HEAD

pytestmark = pytest.mark.slow

CARD = 'store discount a "A"\n  take 1.00 off\n'


def rules(text: str, stores: int = 0) -> Callable[[], object]:
    catalogue = {"stores.csv": "store\n" + "".join(f"shop-{number}\n" for number in range(stores))} if stores else {}
    return lambda: load_texts({"a.promo": HEAD + text}, catalogue)


def cards(size: int, line: str) -> str:
    return "".join(
        f'store discount c-{n} "C {n}"\n  {line.replace("#", str(n))}\n  take 1.00 off\n' for n in range(size)
    )


READERS: dict[str, Callable[[int], Callable[[], object]]] = {
    "a line of digits": lambda n: rules(CARD + "  " + "1" * 50 * n),
    "a line of digits and points": lambda n: rules(CARD + "  " + "1.1 at " * 10 * n),
    "steps": lambda n: rules('store discount a "A"\n' + "".join(
        f"  spend {n + 10}.00 take {1 + n // 2}.00 off\n" for n in range(n))),
    "steps that give less": lambda n: rules('store discount a "A"\n' + "".join(
        f"  spend {n + 10}.00 take {9_999 - n}.00 off\n" for n in range(n))),
    "steps under a later coupon": lambda n: rules('store discount a "A"\n' + "".join(
        f"  spend {n + 10}.00 take {1 + n // 2}.00 off\n" for n in range(n))
        + 'platform coupon b "B"\n' + "".join(f"  spend {n + 11}.00 take {1 + n // 2}.00 off\n" for n in range(n))),
    "pieces": lambda n: rules('select coupon a "A"\n  piece 0.03\n' + "".join(
        f"  spend {n + 10}.00 take {1 + n // 2}.00 off\n" for n in range(n))),
    "letters before a slip": lambda n: rules(CARD + "  spend " + "a" * 50 * n + "s 5.00 take 1.00 off"),
    "a slip again and again": lambda n: rules(CARD + "  spend " + "over 5 " * n + "take 1.00 off"),
    "capitals": lambda n: rules(CARD + "  limit " + "PER Customer " * n),
    "curly quotes": lambda n: rules(CARD + "  note " + "“a” " * n),
    "quotes": lambda n: rules(CARD + "  note " + '"a" ' * n + '"'),
    "unseen characters": lambda n: rules(CARD + "  stores a" + "\u200b" * n),
    "joiners": lambda n: rules(f'store discount a "{"क्‍ष" * n}"\n  take 1.00 off\n'),
    "tabs": lambda n: rules(f'store discount a "{"a" + chr(9)}"\n  take 1.00 off\n' * 1 + "  stores " + '"\t" ' * n),
    "commas": lambda n: rules(CARD + "  stores " + "a, " * n + "b"),
    "lines after commas": lambda n: rules(CARD + "  stores " + "a,\n" * n + "b"),
    "values and exceptions": lambda n: rules(
        CARD + "  categories " + ", ".join(f"a-{i}/x" for i in range(n)) + "\n"
        + "  except categories " + ", ".join(f"b-{i}" for i in range(n))),
    "cards": lambda n: rules(cards(n, "stores s-#")),
    "cards that are alike": lambda n: rules(cards(n, "stores s")),
    "cards that name each other": lambda n: rules(cards(n, "never with c-#")),
    "unknown words": lambda n: rules(CARD + "  wrod a\n" * n),
    "lists": lambda n: rules("".join(f"list l-{i}\n  stores list l-{i - 1}, s\n" for i in range(n)) + CARD),
    "known names": lambda n: rules(CARD + "  stores shop-1x, shp-2", n),
}  # fmt: skip


def steps(work: Callable[[], object]) -> int:
    """Lines of Python that are run."""
    count = 0

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    parse.cache_clear()
    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def grows(reader: Callable[[int], Callable[[], object]], size: int) -> float:
    reader(size)()  # what is made once: the parser, the pages
    return steps(reader(2 * size)) / steps(reader(size))


@pytest.mark.parametrize("name", READERS)
def test_a_rule_file_of_twice_the_size(name: str) -> None:
    assert grows(READERS[name], 150) < 2.6


@pytest.mark.parametrize("name", ["a line of digits", "quotes", "curly quotes", "commas", "cards", "steps"])
def test_the_layout_of_a_file_of_twice_the_size(name: str) -> None:
    def reader(size: int) -> Callable[[], object]:
        text: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "tests.language.test_steps.load_texts", lambda texts, catalogue: text.append(texts["a.promo"])
            )
            READERS[name](size)()
        return lambda: fmt(text[0])

    assert grows(reader, 150) < 2.6


@pytest.mark.parametrize(
    "text",
    [
        lambda n: "# a" + " " * n + "x",
        lambda n: "## a" + " #" * n + "x",
        lambda n: "```" + " " * n + "`",
        lambda n: "```\n" * (2 * n),
        lambda n: "".join(f"{'`' * (3 + i % 7)}\n" for i in range(n)),
        lambda n: "".join(f"## {i}\n```cart\n{{}}\n```\n" for i in range(n)),
    ],
    ids=["heading", "signs behind a heading", "fence", "fences", "fences in fences", "examples"],
)
def test_examples_of_twice_the_size(tmp_path: Path, text: Callable[[int], str]) -> None:
    def reader(size: int) -> Callable[[], object]:
        file = tmp_path / f"{size}.examples.md"
        file.write_text(text(size), encoding="utf-8")

        def read() -> None:
            with suppress(ExampleError):
                load(file)

        return read

    assert grows(reader, 400) < 2.6


@pytest.mark.parametrize("before", [lambda n: "a" * n + ",", lambda n: "  stores " + "a, " * n, lambda n: "a " * n])
def test_completion_of_a_line_of_twice_the_length(before: Callable[[int], str]) -> None:
    snapshot = Snapshot(Path("/rules"), {"a.promo": HEAD + CARD})
    assert grows(lambda size: lambda: offers(snapshot, "a.promo", 8, before(size)), 200) < 2.6


def test_wrong_names_are_not_compared_with_the_catalogue_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(word: str, known: Any, least: float = 0.6) -> None:
        nonlocal compared
        compared += len(known)

    monkeypatch.setattr("pricing.language.diagnostics.diagnostic.nearest", counted)
    wrong = "".join(f"  stores wrong-{number}\n" for number in range(400))
    for stores in (1000, 2000, 20_000):
        compared = 0
        rules(CARD + wrong, stores)()
        assert 0 < compared <= MOST_COMPARED
