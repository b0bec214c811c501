"""The pages about the house name the tree as it is: nothing missing, nothing that is gone.

`pytest tests/test_map.py --update` writes the map from docstrings and the levels from the import contract.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from pathlib import Path
from types import FrameType

import pytest

from pricing import Cart, Engine
from tests.pages import ROOT, read, section, written

PACKAGE = ROOT / "pricing"
PAGE = "docs/architecture.md"


def test_the_map_has_every_package_and_every_module_at_the_top(update: bool) -> None:
    rows = [f"| `{place}` | {summary(found)} |\n" for place, found in sorted(places().items())]
    body = "| place | what it is |\n|---|---|\n" + "".join(rows)
    assert written(PAGE, "map", body, update=update), "run pytest tests/test_map.py --update"


def test_the_levels_are_those_of_the_contract(update: bool) -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    lines = "".join(f"{line}\n" for line in contracts[0]["layers"])
    assert written(PAGE, "levels", f"```text\n{lines}```\n", update=update), "run pytest tests/test_map.py --update"


def places() -> dict[str, Path]:
    """Packages, and modules at the top, with the file whose docstring says what they are."""
    found = {f"{file.parent.relative_to(ROOT)}/": file for file in PACKAGE.rglob("__init__.py")}
    return {**found, **{str(file.relative_to(ROOT)): file for file in PACKAGE.glob("[!_]*.py")}}


def summary(file: Path) -> str:
    """The first paragraph of a docstring on one line."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.split("\n\n")[0].replace("\n", " ").replace("|", "\\|").rstrip(".")


# Where each file of a package has to be told, and what a reader does not meet on the way.
WALKS = {
    "engine": ((PAGE, "How one cart goes through the house"), ("docs/search.md", "The way through the files")),
    "language": ((PAGE, "A rule file's way"),),
}


@pytest.mark.parametrize("name", WALKS)
def test_the_walk_names_every_file(name: str) -> None:
    """Nothing to do when a file is added but to say, in one of these sections, when it is met."""
    text = "".join(section(read(page), title) for page, title in WALKS[name])
    files = {file.name for file in (PACKAGE / name).rglob("*.py")} - {"__init__.py"}
    told = {said.rpartition("/")[2] for said in re.findall(r"`([\w/]+\.py)`", text)}
    assert sorted(files - told) == [], f"to be told in {WALKS[name]}"


def test_files_that_are_named_exist() -> None:
    """In prose, paths start at the root, in `pricing/` or in one of its packages; a bare name is a file of some package."""
    text = "".join(read(page) for page in ("README.md", PAGE, "docs/search.md", "docs/proof.md", "CONTRIBUTING.md"))
    names = set(re.findall(r"`([\w./-]+\.(?:py|lark|md|txt|toml))`", text))
    known = [
        f"/{found.relative_to(ROOT)}" for top in ("pricing", "tests", "docs") for found in (ROOT / top).rglob("*.*")
    ]
    there = {name for name in names if (ROOT / name).exists() or any(path.endswith(f"/{name}") for path in known)}
    assert names - there == set()


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(found.relative_to(ROOT))
        for found in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(found.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_demonstration_cart_meets_the_files_of_the_search_in_their_order() -> None:
    engine = Engine.load(ROOT / "rules")
    cart = Cart.from_dict(json.loads(read("rules/demo/cart.json")))
    search = str(PACKAGE / "engine/search")
    met: dict[str, None] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(search):
            met[str(Path(frame.f_code.co_filename).relative_to(search))] = None

    sys.setprofile(note)
    try:
        engine.quote(cart)
    finally:
        sys.setprofile(None)
    told = re.findall(r"^\| `([\w/]+\.py)`", section(read("docs/search.md"), "The way through the files"), re.MULTILINE)
    assert [file for file in told if file in met] == [file for file in met if file in told]
