"""The compiled build and the source give the same bytes.

Runs where the package was installed with its compiled modules; the tests themselves import the source beside them.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PRICE = """
import json, sys
sys.path.append(sys.argv[1])
from pricing import Cart, Engine
from pricing.engine import COMPILED
from pricing.engine.search import search
from tests.markets import market
print(COMPILED)
for small in (search.SMALL, 0):
    search.SMALL = small
    for seed in range(6000, 6200):
        book, cart, usage = market(seed, "large" if seed % 4 == 0 else "small")
        print(json.dumps(Engine(book).quote(cart, usage).to_dict()))
engine = Engine.load(sys.argv[1] + "/rules")
for name in ("cart", "hard-cart"):
    cart = Cart.from_dict(json.load(open(f"{sys.argv[1]}/rules/demo/{name}.json", encoding="utf-8")))
    print(json.dumps(engine.quote(cart).to_dict()))
"""


def priced(folder: Path, pure: bool) -> tuple[str, str]:
    """Whether it ran compiled, and a fingerprint of all quotes, by the installed package."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PRICING_PURE", "PYTHONPATH")}
    if pure:
        environment["PRICING_PURE"] = "1"
    done = subprocess.run(
        [sys.executable, "-c", PRICE, str(ROOT)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, _, rest = done.stdout.partition("\n")
    return first, hashlib.sha256(rest.encode()).hexdigest()


def test_compiled_and_source_agree_to_the_byte(tmp_path: Path) -> None:
    compiled, answer = priced(tmp_path, pure=False)
    if compiled != "True":
        pytest.skip("the installed package has no compiled modules: no compiler when it was installed")
    pure, same = priced(tmp_path, pure=True)
    assert pure == "False"
    assert answer == same


def test_the_build_brings_all_libraries_that_the_compiled_modules_are_checked_with() -> None:
    """In a fresh environment mypy sees what the build requires and nothing else; one that is missing, and all that
    the compiled modules reach cannot be checked: then everything is built pure, and nobody is told."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed, brought = (
        {re.split("[^a-z-]", entry)[0] for entry in entries}
        for entries in (project["project"]["dependencies"], project["build-system"]["requires"])
    )
    assert needed - brought == {"click", "tzdata"}  # only the command line has the one; the other is data
