"""README's map, walk and recipes name the tree as it is: nothing missing, nothing that is gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "pricing"


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_map_names_every_package_and_every_module_at_the_top() -> None:
    named = set(re.findall(r"^\| `([^`]+)` \|", section("Map"), re.MULTILINE))
    packages = {f"{found.parent.relative_to(ROOT)}/" for found in PACKAGE.rglob("__init__.py")} - {"pricing/"}
    modules = {str(found.relative_to(ROOT)) for found in PACKAGE.glob("*.py")}
    assert {name for name in named if name.startswith("pricing")} == packages | modules
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_walk_names_every_file_of_the_engine() -> None:
    walk = section("How one cart goes through the house")
    files = {f"engine/{found.name}" for found in (PACKAGE / "engine").glob("*.py")}
    files -= {"engine/__init__.py", "engine/refund.py"}  # a cart does not come by
    named = set(re.findall(r"`(engine/\w+\.py)`", walk))
    assert named == files


def test_files_that_are_named_exist() -> None:
    """In prose, paths start at the root or in `pricing/`; a bare name is a file of some package."""
    text = section("How one cart goes through the house") + section("Recipes") + section("Proof")
    names = set(re.findall(r"`([\w./-]+\.(?:py|lark|md|txt))`", text))
    bare = {found.name for found in PACKAGE.rglob("*")}
    missing = [name for name in names if not ((ROOT / name).exists() or (PACKAGE / name).exists() or name in bare)]
    assert missing == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(found.relative_to(ROOT))
        for found in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(found.read_text(encoding="utf-8")))
    ]
    assert silent == []
