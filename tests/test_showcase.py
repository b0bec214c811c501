"""The showcase: whole campaigns as shops run them, without a finding, priced as by pencil and by the oracle."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from pricing import Engine
from pricing.examples import Example, find, load, run
from pricing.language.formatter import fmt
from pricing.language.loading.load import load_folder
from pricing.wire import cart_from_json
from tests.engine.test_differential import compared, figures_of_oracle
from tests.markets import Market

SHOWCASE = Path(__file__).parent.parent / "showcase"
FOLDERS = sorted(path for path in SHOWCASE.iterdir() if path.is_dir())
EXAMPLES = [(folder, example) for folder in FOLDERS for path in find(folder) for example in load(path)]


@cache
def engine(folder: Path) -> Engine:
    return Engine.load(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_there_is_nothing_to_say_about_the_rules(folder: Path) -> None:
    assert load_folder(folder).report() == ""
    for file in folder.rglob("*.promo"):
        text = file.read_text("utf-8")
        assert fmt(text, file.name).text == text


@pytest.mark.parametrize(("folder", "example"), EXAMPLES, ids=[example.title for _, example in EXAMPLES])
def test_each_basket_costs_what_the_pencil_says(folder: Path, example: Example) -> None:
    outcome = run(example, engine(folder))
    assert outcome.ok, outcome.report()
    lines = example.path.read_text("utf-8").split(f"## {example.title}\n", 1)[1].split("```cart", 1)[0]
    (total,) = re.findall(r"\*\*([0-9.]+)\*\*", lines)
    assert re.search(rf"^To pay, in [A-Z]{{3}} .* {re.escape(total)}$", outcome.receipt, re.MULTILINE)


@pytest.mark.parametrize(("folder", "example"), EXAMPLES, ids=[example.title for _, example in EXAMPLES])
def test_the_oracle_agrees(folder: Path, example: Example) -> None:
    made: Market = engine(folder).book, cart_from_json(example.cart.text), {}
    assert not list(compared(made, figures_of_oracle(made)))


def test_the_page_names_every_folder() -> None:
    page = (SHOWCASE / "README.md").read_text("utf-8")
    assert re.findall(r"\]\((\w+)/\)", page) == [folder.name for folder in FOLDERS]
