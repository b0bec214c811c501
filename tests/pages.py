"""What tests of pages share: sections, code blocks, headings as anchors, and parts of a page that a test writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
OURS = f'pricing() {{ "{sys.executable}" -m pricing.cli "$@"; }}; '
"""The command as this source has it, installed or not."""
HOW_FAR = re.compile(r"^\w[\w ]*: [\d.]+(?:%| MB) after \d+ s\n", re.MULTILINE)
"""Told of work that takes long, so on a slow machine of any work."""


def read(name: str) -> str:
    """A page by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def blocks(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page, in order: language and text."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """What `#...` may name in a page."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def typed(command: str) -> tuple[int, str]:
    """The exit status of a command line, and all that it prints."""
    done = subprocess.run(
        ["bash", "-c", f"{OURS}({command}) 2>&1"],
        stdout=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        encoding="utf-8",
    )
    return done.returncode, HOW_FAR.sub("", done.stdout)


def written(name: str, part: str, body: str, *, update: bool) -> bool:
    """Whether the part of a page between `<!-- part: ... -->` and `<!-- end -->` is `body`; with `update` it is made so."""
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"(<!-- {part}: .*? -->\n\n)(.*?)(\n<!-- end -->)", text, re.DOTALL)
    assert found is not None, f"{name} has no part called {part}"
    if update:
        path.write_text(text[: found.start(2)] + body + text[found.end(2) :], encoding="utf-8")
        return True
    return found[2] == body
