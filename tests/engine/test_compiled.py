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

pytestmark = pytest.mark.slow

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

TRAVEL = """
import copy, json, pickle, sys
from concurrent.futures import ProcessPoolExecutor
sys.path.append(sys.argv[1])
from pricing import Cart, Engine
from pricing.engine import COMPILED

if __name__ == "__main__":
    print(COMPILED)
    engine = Engine.load(sys.argv[1] + "/rules")
    cart = Cart.from_dict(json.load(open(sys.argv[1] + "/rules/demo/cart.json", encoding="utf-8")))
    quote = engine.quote(cart, {"SUMMER12": {"customer": 1}}, ["coin payment"])
    back = pickle.loads(pickle.dumps(quote))
    other = pickle.loads(pickle.dumps(engine))
    assert back == quote == copy.copy(quote) == copy.deepcopy(quote) == copy.deepcopy(back)
    assert copy.deepcopy(engine).quote(cart).to_dict() == other.quote(cart).to_dict() == engine.quote(cart).to_dict()
    assert back.to_dict() == quote.to_dict(why="none") and not back.knows_reasons
    assert engine.reasons(back) == other.reasons(quote) == quote.reasons()
    assert engine.explain(back) == engine.explain(quote)
    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(engine.quote, cart).result(timeout=120) == engine.quote(cart)
    print(quote.to_dict(engine.reasons(back)))
"""


def ran(folder: Path, script: str, pure: bool) -> tuple[str, str]:
    """Whether it ran compiled, and a fingerprint of all that it printed, by the installed package."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PRICING_PURE", "PYTHONPATH")}
    if pure:
        environment["PRICING_PURE"] = "1"
    file = folder / "script.py"
    file.write_text(script, encoding="utf-8")  # a file, so that other processes can import it too
    done = subprocess.run(
        [sys.executable, "-P", str(file), str(ROOT)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, _, rest = done.stdout.partition("\n")
    return first, hashlib.sha256(rest.encode()).hexdigest()


@pytest.mark.parametrize("script", [PRICE, TRAVEL], ids=["prices", "pickles, copies, travels"])
def test_compiled_and_source_agree_to_the_byte(tmp_path: Path, script: str) -> None:
    compiled, answer = ran(tmp_path, script, pure=False)
    if compiled != "True":
        pytest.skip("the installed package has no compiled modules: no compiler when it was installed")
    pure, same = ran(tmp_path, script, pure=True)
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
