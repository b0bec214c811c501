"""The commands and Python snippets of the first page and the tour are run, top to bottom, and print what is shown.

In a console block `...` stands for any lines; a python block prints what the remarks beside or below it say. A promo block
that begins a campaign is saved as the page says; any other one stands in the rules, word for word.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

from tests.pages import ROOT, blocks, read, typed

PAGES = ["README.md", "docs/tour.md", "docs/replay.md"]
INSTALL = "pip install . && "


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the rules in it, as the clone that the pages speak of."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_console_blocks_show_what_is_printed(page: str, place: Path) -> None:
    ours = [
        text.strip() for found in (place / "rules").rglob("*.promo") for text in found.read_text("utf-8").split("\n\n")
    ]
    for language, text in blocks(read(page)):
        if language == "promo" and not text.startswith("campaign"):
            assert text.strip() in ours
        elif language == "promo":
            (place / "rules/campaigns/2026/tea-days.promo").write_text(text, encoding="utf-8")
        if language == "console":
            for command, expected in commands(text):
                run(command.removeprefix(INSTALL), expected)


def commands(block: str) -> list[tuple[str, str]]:
    """Each command of a console block with what is shown below it."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def run(command: str, expected: str) -> None:
    if command.startswith("pip install"):
        return  # the tests themselves
    _, printed = typed(command)
    assert matches(expected, printed), f"$ {command}\n{printed}"


def matches(expected: str, printed: str) -> bool:
    pieces = [re.escape(piece) for piece in re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(pieces), printed) is not None


def test_what_is_left_out_may_be_any_lines() -> None:
    assert matches("a\n...\nd\n", "a\nb\nc\nd\n") and matches("...\nd\n", "d\n")
    assert not matches("a\n...\nd\n", "a\nb\nc\n") and not matches("a\n", "a\nb\n")


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_print_what_their_remarks_say(page: str, place: Path) -> None:
    names: dict[str, object] = {}
    for language, text in blocks(read(page)):
        if language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, page, "exec"), names)
            beside = re.findall(r"^ *print\(.*\)  +# (.*)$|^# (.*)$", text, re.MULTILINE)
            assert printed.getvalue().splitlines() == [one or other for one, other in beside]


def test_the_two_commands_of_a_stranger() -> None:
    """`.ci/run` takes them from here."""
    shown = [text for language, text in blocks(read("README.md")) if language == "console"]
    typed = [command for text in shown for command, _ in commands(text)]
    assert [command for command in typed if command.startswith("pip install")] == [
        "pip install . && pricing quote rules/demo/cart.json --rules rules",
        "pip install '.[test]' && pytest -n auto --cov",
    ]


def test_the_first_page_is_short() -> None:
    assert len(read("README.md").splitlines()) <= 200
