"""The seeded carts are the same for everybody, have the promised sizes, and the rules load."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise

import pytest

from benchmarks.cards import Workload
from benchmarks.hard import hard
from benchmarks.markets import RULES_PER_FILE, carts, files, texts
from benchmarks.peers.facts import facts_of
from benchmarks.peers.greedy import layers
from benchmarks.whole import WHOLE, whole
from benchmarks.workloads import MOODS, workload
from pricing import Cart, Engine

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

LINES, STORES, RULES, HELD = 0, 1, 2, 3
PROMISED = {
    "S": (5, 2, 6, 4),
    "M": (30, 8, 40, 20),
    "L1": (200, 40, 400, 120),
    "L3": (200, 40, 400, 120),
    "W": (30, 8, 52, 25),
}


def made(size: str, mood: str, carts: int, seed: int = 1) -> Workload:
    return whole(mood, carts, seed) if size == WHOLE else workload(size, mood, carts, seed)


def digest(size: str, mood: str, seed: int) -> str:
    work = made(size, mood, 2, seed)
    return hashlib.sha256(json.dumps([work.book.texts(), work.carts]).encode()).hexdigest()


@pytest.mark.parametrize("size", PROMISED)
def test_the_same_seed_gives_the_same_bytes(size: str) -> None:
    assert digest(size, "tight", 7) == digest(size, "tight", 7)
    assert len({digest(size, mood, seed) for mood in MOODS for seed in (7, 8)}) == 4


def test_carts_do_not_depend_on_how_many_are_made() -> None:
    assert workload("M", "tight", 5).carts[:2] == workload("M", "tight", 2).carts


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("size", PROMISED)
def test_sizes_are_as_promised(size: str, mood: str) -> None:
    work = made(size, mood, 2)
    lines, stores, rules, held = PROMISED[size]
    assert len(work.book.cards) == rules
    for cart in work.carts:
        assert len(cart["lines"]) == lines
        assert len({line["store"] for line in cart["lines"]}) == stores
        assert sum(lot["pieces"] for lot in cart["wallet"]["coupons"]) == held


def test_tight_carts_end_near_a_threshold() -> None:
    work = workload("M", "tight", 20)
    steps = next(card for card in work.book.cards if card.name == "SAVE-A").steps
    widest = max(high.amount - low.amount for low, high in pairwise(steps))
    for cart in work.carts:
        base = sum(layers(facts_of(work.book, cart)))
        assert min(abs(base - step.reach) for step in steps) < 2 * widest


@pytest.mark.parametrize("size", PROMISED)
def test_rules_load_and_carts_are_read(size: str) -> None:
    work = made(size, "loose", 1)
    Engine.from_texts(work.book.texts())
    assert Cart.from_dict(work.carts[0]).currency == "USD"


@pytest.mark.parametrize("work", hard(), ids=lambda work: work.name)
def test_hard_carts_load(work: Workload) -> None:
    Engine.from_texts(work.book.texts())
    assert Cart.from_dict(work.carts[0]).lines


def test_a_market_has_so_many_rules() -> None:
    engine = Engine.from_texts(texts(500))
    assert len(engine.book.rules) == 500
    assert all(Cart.from_dict(cart).lines for cart in carts(500, 3))


def test_a_large_market_comes_in_files_and_begins_like_a_small_one() -> None:
    large = dict(files(3 * RULES_PER_FILE))
    assert len(large) == 4
    assert large["campaigns/market-0001.promo"] == texts(RULES_PER_FILE)["campaigns/market-0001.promo"]
