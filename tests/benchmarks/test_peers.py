"""The exact peers find what trying everything finds, our engine agrees, and no plain policy is cheaper."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

from benchmarks.cards import Book
from benchmarks.compare import main
from benchmarks.crew import Worker
from benchmarks.hard import hard
from benchmarks.peers import brute, greedy
from benchmarks.peers.amounts import share
from benchmarks.peers.facts import NotExpressible, check_expressible
from benchmarks.peers.registry import NEEDS
from benchmarks.peers.table import build
from benchmarks.rows import EXACT, ROWS
from benchmarks.workloads import MOODS, workload
from pricing import Cart, Engine

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

CARTS = 6


def optima(mood: str) -> list[int]:
    """What trying everything finds on the tiny carts."""
    work = workload("S", mood, CARTS)
    tables = [build(work.book, cart) for cart in work.carts]
    assert all(table.coins_exact for table in tables)
    return [brute.solve(table) for table in tables]


def needs(row: str) -> None:
    """Skip when the peer's package is not there."""
    module = NEEDS.get(ROWS[row])
    if module is not None and find_spec(module) is None:
        pytest.skip(f"{module} is not installed (extra: bench)")


@pytest.mark.parametrize("mood", MOODS)
def test_our_engine_agrees_with_the_table(mood: str) -> None:
    work = workload("S", mood, CARTS)
    engine = Engine.from_texts(work.book.texts())
    assert [engine.quote(Cart.from_dict(cart)).total_minor for cart in work.carts] == optima(mood)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("row", sorted(EXACT))
def test_exact_peers_agree_with_trying_everything(row: str, mood: str) -> None:
    needs(row)
    worker = Worker(row)
    try:
        assert not worker.missing
        assert worker.load("S", mood, CARTS, 1)
        replies = [worker.run(cart) for cart in range(CARTS)]
    finally:
        worker.close()
    assert [reply and reply["total"] for reply in replies] == optima(mood)
    assert all(reply and reply["proved"] for reply in replies)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("policy", [greedy.layer_by_layer, greedy.best_code, greedy.one_at_a_time])
def test_plain_policies_are_never_cheaper(policy: Callable[[Book, dict[str, Any]], int], mood: str) -> None:
    work = workload("S", mood, CARTS)
    totals = [policy(work.book, cart) for cart in work.carts]
    assert all(total >= optimum for total, optimum in zip(totals, optima(mood), strict=True))


@pytest.mark.parametrize("row", ["matching: zen-engine table", "matching: business-rules", "matching: cel-python"])
def test_matchers_match_what_the_index_matches(row: str) -> None:
    needs(row)
    found = []
    for name in (row, "matching: an index"):
        worker = Worker(name)
        try:
            assert worker.load("S", "tight", 2, 1)
            found.append([reply["matched"] for cart in range(2) if (reply := worker.run(cart))])
        finally:
            worker.close()
    assert found[0] == found[1]
    assert len(found[0]) == 2


@pytest.mark.parametrize(("size", "mood", "carts"), [("S", "tight", CARTS), ("M", "tight", 2), ("M", "loose", 2)])
def test_oscar_is_never_cheaper(size: str, mood: str, carts: int) -> None:
    needs("django-oscar")
    work = workload(size, mood, carts)
    engine = Engine.from_texts(work.book.texts())
    worker = Worker("django-oscar")
    try:
        assert worker.load(size, mood, carts, 1)
        replies = [worker.run(cart) for cart in range(carts)]
    finally:
        worker.close()
    for reply, cart in zip(replies, work.carts, strict=True):
        assert reply is not None
        assert not reply["exact"] or reply["total"] >= engine.quote(Cart.from_dict(cart)).lower_bound_minor


def test_shares_follow_the_largest_remainder() -> None:
    running = [1000, 1000, 1000]
    share(100, running, [0, 1, 2])
    assert running == [966, 967, 967]
    running = [1, 2, 97]
    share(50, running, [0, 1, 2])
    assert running == [1, 1, 48]  # equal remainders: the larger weight first


def test_a_card_beyond_the_model_is_refused() -> None:
    work = next(work for work in hard() if not work.separable)
    with pytest.raises(NotExpressible):
        check_expressible(work.book)


def test_the_comparison_runs(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--only", "S", "--carts", "1", "--money", "0", "--no-hard", "--rows", "ours", "layers"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "| ours, pure |" in printed
    assert "| layer by layer |" in printed
