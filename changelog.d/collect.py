"""Gathers the fragments of this folder into CHANGELOG.md under the heading that is given; without one it prints them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent


def fragments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")


def items(folder: Path) -> list[str]:
    """Every item or paragraph of every fragment as an item of a list, those with a star first."""
    parts = [
        part for path in fragments(folder) for part in re.split(r"\n\s*\n|\n(?=- )", path.read_text("utf-8").strip())
    ]
    lines = [part.removeprefix("- ").splitlines() for part in parts]
    made = ["- " + "\n  ".join(line.strip() for line in each) + "\n" for each in lines]
    return sorted(made, key=lambda item: not item.startswith("- ★ "))


def collect(heading: str, folder: Path, changes: Path) -> None:
    """Put the fragments before the newest section of `changes`, and remove them."""
    text = changes.read_text("utf-8")
    place = text.index("\n## ") + 1
    changes.write_text(f"{text[:place]}## {heading}\n\n{''.join(items(folder))}\n{text[place:]}", "utf-8")
    for path in fragments(folder):
        path.unlink()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        collect(sys.argv[1], HERE, HERE.parent / "CHANGELOG.md")
    else:
        print("".join(items(HERE)), end="")
