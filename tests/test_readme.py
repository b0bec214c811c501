"""README's commands and Python snippets are run, top to bottom, and print what it shows; its links lead somewhere.

In a console block `...` stands for any lines; a python block prints what the remarks beside or below it say.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
INSTALL = "pip install . && "


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the rules in it, as the clone that README speaks of."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_console_blocks_show_what_is_printed(place: Path) -> None:
    for language, text in BLOCKS:
        if language == "promo":
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
    scripts = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", f"({command}) 2>&1"], stdout=subprocess.PIPE, text=True, check=False, env=env, encoding="utf-8"
    )
    assert matches(expected, done.stdout), f"$ {command}\n{done.stdout}"


def matches(expected: str, printed: str) -> bool:
    pieces = [re.escape(piece) for piece in re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(pieces), printed) is not None


def test_what_is_left_out_may_be_any_lines() -> None:
    assert matches("a\n...\nd\n", "a\nb\nc\nd\n") and matches("...\nd\n", "d\n")
    assert not matches("a\n...\nd\n", "a\nb\nc\n") and not matches("a\n", "a\nb\n")


def test_python_blocks_print_what_their_remarks_say(place: Path) -> None:
    names: dict[str, object] = {}
    for language, text in BLOCKS:
        if language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text, "README.md", "exec"), names)
            beside = re.findall(r"^ *print\(.*\)  +# (.*)$|^# (.*)$", text, re.MULTILINE)
            assert printed.getvalue().splitlines() == [one or other for one, other in beside]


def test_the_two_commands_of_a_stranger() -> None:
    """`.ci/run` takes them from here."""
    install = [command for language, text in BLOCKS if language == "console" for command, _ in commands(text)]
    assert [command for command in install if command.startswith("pip install")] == [
        "pip install . && pricing quote rules/demo/cart.json --rules rules",
        "pip install '.[test]' && pytest -n auto --cov",
    ]


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (ROOT / target).exists(), target
