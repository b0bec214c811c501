"""A new form of benefit is one file and its name, a new condition one row and a field of the cart: what the pages on adding
them say is done in a copy of the tree, and cards with them are priced, written, explained and checked."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

from tests.pages import ROOT, blocks, read

CAMPAIGN = """campaign toys "Toys"
  currency    USD
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30

"""

PRICED = """
from datetime import datetime, timezone
from pricing import Cart, Engine, Line
lines = (Line("A", "s", (500, "USD"), 3), Line("B", "s", (40, "USD"), 1))
for more in ({more}):
    cart = Cart("USD", datetime(2026, 6, 20, tzinfo=timezone.utc), lines, **more)
    quote = Engine.load("rules").quote(cart)
    print(quote.total_minor, *[refusal.reason.value for refusal in quote.refused])
"""


AGREED = """
from random import Random
from pricing import Engine
from tests.engine.test_differential import compared, figures_of_oracle
from tests.markets import start
cards = open("rules/campaigns/toys.promo", encoding="utf-8").read() + '''
cross-store discount two "Two"
  spend       20.00  at 0.35 off each
promo code SAVE "Save"
  spend       15.00  take 10% off, at most 4.00
'''
book = Engine.from_texts({"campaigns/toys.promo": cards}).book
seen = set()
for seed in range(60):
    draft = start(Random(seed), 3)
    if draft.currency == "USD":
        draft.codes = ["SAVE"]
        market = book, draft.cart(), {}
        expected = figures_of_oracle(market)
        assert not list(compared(market, expected)), (seed, list(compared(market, expected)))
        seen |= {name for name, *_ in expected["used"]}
print(sorted(seen))
"""

IN_JSON = """
from pricing import Cart, CartError
line = {"sku": "A", "store": "s", "price": "5.00", "quantity": 1}
data = {"currency": "USD", "at": "2026-06-20T00:00:00Z", "lines": [line]}
cart = Cart.from_dict(data | {"device": "phone"})
print(cart.device, Cart.from_dict(cart.to_dict()) == cart, "device" in Cart.json_schema()["properties"])
for wrong in ({"device": 5}, {"devise": "phone"}):
    try:
        Cart.from_dict(data | wrong)
    except CartError as error:
        print(error)
"""

KEPT = """
from datetime import datetime, timezone
from pricing import Cart, Engine, Line
from pricing.ledger.orders.stored import document_of, quote_of
line = Line("A", "s", (500, "USD"), 3)
cart = Cart("USD", datetime(2026, 6, 20, tzinfo=timezone.utc), (line,), device="phone")
print(quote_of(document_of(Engine.load("rules").quote(cart))).cart.device)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "pricing", tmp_path / "pricing", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path}: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def blocks_of(page: str) -> list[str]:
    return [text for language, text in blocks(read(page)) if language == "python"]


def ask(tree: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_a_form_is_one_file_and_its_name(tree: Path) -> None:
    (tree / "pricing/forms/toy.py").write_text(blocks_of("docs/adding-a-form.md")[0], encoding="utf-8")
    names = tree / "pricing/forms/__init__.py"
    edit(names, "    ShipAt,\n)", "    ShipAt,\n    OffAnyOne,\n)")
    edit(names, "import OffSome\n", "import OffSome\nfrom pricing.forms.toy import OffAnyOne\n")
    card = 'store discount toy "A toy"\n  buy         2  at 1.00 off each\n'
    (tree / "toys.promo").write_text(CAMPAIGN + card, encoding="utf-8")
    (tree / "rules/campaigns").mkdir(parents=True)
    shutil.copy(tree / "toys.promo", tree / "rules/campaigns")
    assert "all is well" in ask(tree, "-m", "pricing.cli", "check", "rules")
    assert ask(tree, "-m", "pricing.cli", "fmt", "--check", "rules/campaigns/toys.promo") == "1 file, 0 would change\n"
    assert "each item costs 1.00 less" in ask(tree, "-m", "pricing.cli", "explain", "toy")
    printed = ask(tree, "-c", PRICED.format(more="{},"))
    assert printed.split("\n")[0] == "1200"
    shutil.copytree(ROOT / "tests", tree / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    oracle = tree / "tests/oracle_units.py"
    edit(oracle, "from pricing.model.ladder", "from pricing.forms.toy import OffAnyOne\nfrom pricing.model.ladder")
    edit(oracle, "isinstance(step.gives, OffEach |", "isinstance(step.gives, OffAnyOne | OffEach |")
    (lines,) = [text for language, text in blocks(read("docs/adding-a-form.md")) if language == "text"]
    edit(oracle, "    if isinstance(form, AtEach):", indent(lines, "    ") + "    if isinstance(form, AtEach):")
    assert ask(tree, "-c", AGREED) == "['SAVE', 'toy', 'two']\n"


@pytest.mark.slow
def test_a_condition_is_a_row_and_a_field(tree: Path) -> None:
    field, in_json, row = blocks_of("docs/adding-a-fact.md")
    edit(tree / "pricing/model/cart.py", '    payment: str = ""\n', f'{field}    payment: str = ""\n')
    edit(tree / "pricing/wire/table.py", '        Row("payment"', f'{in_json}        Row("payment"')
    edit(tree / "pricing/facts.py", '    Fact(\n        "stores"', f'{row}    Fact(\n        "stores"')
    card = 'store discount toy "A toy"\n  devices     phone, tablet\n  spend       10.00  take 5.00 off\n'
    (tree / "rules/campaigns").mkdir(parents=True)
    (tree / "rules/campaigns/toys.promo").write_text(CAMPAIGN + card, encoding="utf-8")
    assert "all is well" in ask(tree, "-m", "pricing.cli", "check", "rules")
    assert ask(tree, "-m", "pricing.cli", "fmt", "--check", "rules/campaigns/toys.promo") == "1 file, 0 would change\n"
    assert "phone or tablet" in re.sub(r"\s+", " ", ask(tree, "-m", "pricing.cli", "explain", "toy"))
    printed = ask(tree, "-c", PRICED.format(more='{"device": "phone"}, {"device": "desk"}'))
    assert printed.split("\n")[:2] == ["1040", "1540 other-channel"]
    there_and_back = ask(tree, "-c", IN_JSON)
    assert (
        there_and_back
        == "phone True True\nexpected text, not 5 @ device\nunknown field; did you mean 'device'? @ devise\n"
    )
    assert ask(tree, "-c", KEPT) == "phone\n"
