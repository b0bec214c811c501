"""Wherever a problem is cut, the answer is the same: any set of applications may be made global.

`pytest tests/search/test_cuts.py --cut-markets 4000` tries more markets, `--first-seed` others. The switches are set from
outside, so these tests run the engine's source.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pricing import Engine
from pricing.engine.matching.case import case_of
from pricing.engine.problem import Problem
from pricing.engine.search import search
from pricing.engine.search.branches import decisions
from pricing.engine.search.stores import cut
from pricing.engine.search.stores.cut import Cut
from pricing.engine.search.walk import Walk
from pricing.wire import usage_from_dict
from tests.engine import test_once_wrong as once_wrong
from tests.engine.test_differential import quick_first
from tests.markets import market

BATCH = 20
SIZES = ("small", "large", "crowded")
MOST_WALKED = 60_000
LIMIT = 60_000


def problem_of(seed: int, size: str) -> Problem:
    book, cart, usage = market(seed, size)
    return case_of(Engine(book).plan, cart, usage, frozenset()).problem


def some_ways(seed: int) -> object:
    """A choice of globals by chance; the last of those that are looked at, so that it is taken."""

    def chosen(made: Cut) -> bool:
        chance = Random(seed)
        part = chance.random()
        picked = [app.is_coins or chance.random() < part for app in made.live]
        cut._take(made, picked, [])
        return True

    return chosen


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "size" in metafunc.fixturenames:
        first, many = (metafunc.config.getoption(name) for name in ("--first-seed", "--cut-markets"))
        starts = range(first, first + many, BATCH)
        some = [one for size in SIZES for one in quick_first([(size, start) for start in starts])]
        metafunc.parametrize(("size", "first"), some)


@pytest.mark.no_cover
def test_any_cut_gives_the_same_answer(size: str, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By chance, and by the cut that is chosen where nothing is fine; with decisions bounded first, and not."""
    said = [
        f"{size} {seed} {one}"
        for seed in range(first, first + BATCH)
        for one in other_answers(problem_of(seed, size), seed, monkeypatch)
    ]
    assert not said, "\n".join(said)


@pytest.mark.no_cover
@pytest.mark.parametrize("file", once_wrong.FILES, ids=lambda file: file.stem)
def test_any_cut_gives_the_same_answer_where_it_was_once_wrong(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example, engine, cart, usage = once_wrong.met(file)
    earlier = usage_from_dict(usage, cart.currency)
    problem = case_of(engine.plan, cart, earlier, frozenset(example.without)).problem
    assert [one for seed in range(4) for one in other_answers(problem, seed, monkeypatch)] == []


def other_answers(problem: Problem, seed: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What a cut answers otherwise than the walk through all selections."""
    walk = Walk(problem, MOST_WALKED)
    best = walk.run()
    if walk.lowest_open <= best.total:
        return
    for way in ("chance", "chance again", "none is fine"):
        with monkeypatch.context() as patched:
            fine = some_ways(2 * seed + len(way)) if way != "none is fine" else lambda made: False
            patched.setattr(cut, "_is_fine", fine)
            patched.setattr(decisions, "FEW", 0 if seed % 2 else 256)
            found = search.by_cells(problem, LIMIT)
        if found is None:
            continue
        if not found.lower_bound <= best.total <= found.total:
            yield f"{way}: {found.lower_bound} {best.total} {found.total}"
        elif found.optimal and found.counts != best.counts:
            yield f"{way}: another of equals, {found.counts} for {best.counts}"
