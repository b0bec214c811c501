"""Wherever a problem is cut, the answer is the same: any set of applications may be made global.

`PRICING_SEEDS=4000 pytest tests/search/test_cuts.py` tries more markets, `PRICING_FIRST_SEED` others. The switches are set
from outside, so these tests run the engine's source.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from pricing import Engine
from pricing.engine.matching.case import case_of
from pricing.engine.problem import Problem
from pricing.engine.search import search
from pricing.engine.search.branches import decisions
from pricing.engine.search.judge import Best
from pricing.engine.search.stores import cut
from pricing.engine.search.stores.cut import Cut
from pricing.engine.search.walk import Walk
from tests.markets import market

SEEDS = int(os.environ.get("PRICING_SEEDS", "200"))
FIRST = int(os.environ.get("PRICING_FIRST_SEED", "0"))
BATCH = 25
MOST_WALKED = 60_000
LIMIT = 60_000


WRONG_ONCE = [
    ("small", 10062),
    ("large", 20056),
    ("crowded", 20167),
]
"""Markets in which a cut was wrong once: a cap that two applications of a cell share; a later one forced before an earlier
one has read."""


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


SOME = [(size, first, BATCH) for first in range(FIRST, FIRST + SEEDS, BATCH) for size in ("small", "large", "crowded")]


@pytest.mark.parametrize(("size", "first", "count"), [*SOME, *((size, seed, 1) for size, seed in WRONG_ONCE)])
def test_any_cut_gives_the_same_answer(size: str, first: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By chance, and by the cut that is chosen where nothing is fine; with decisions bounded first, and not."""
    said = []
    for seed in range(first, first + count):
        problem = problem_of(seed, size)
        walk = Walk(problem, MOST_WALKED)
        best = walk.run()
        if walk.lowest_open <= best.total:
            continue
        for way in ("chance", "chance again", "none is fine"):
            with monkeypatch.context() as patched:
                fine = some_ways(2 * seed + len(way)) if way != "none is fine" else lambda made: False
                patched.setattr(cut, "_is_fine", fine)
                patched.setattr(decisions, "FEW", 0 if seed % 2 else 256)
                found = search._joined(problem, LIMIT, Best(True))
            if found is None:
                continue
            if not found.lower_bound <= best.total <= found.total:
                said.append(f"{size} {seed} {way}: {found.lower_bound} {best.total} {found.total}")
            elif found.optimal and found.counts != best.counts:
                said.append(f"{size} {seed} {way}: another of equals, {found.counts} for {best.counts}")
    assert not said, "\n".join(said)
