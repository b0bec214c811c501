"""Times of every row on every cart of one workload, in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.crew import Worker
from benchmarks.hard import HARD
from benchmarks.rows import EXACT, NOT_ON_LARGE, OURS

MOST_REPEATS = 20
NANOSECONDS_PER_CART = 10**8
"""A cart is repeated until about so much time is spent on it."""


@dataclass(slots=True)
class Cell:
    """One row's samples on one workload, by cart."""

    by_cart: dict[int, list[int]] = field(default_factory=dict)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    spent: float = 0.0

    def samples(self, carts: set[int]) -> list[int]:
        """All times on these carts."""
        return [sample for cart in sorted(carts) for sample in self.by_cart.get(cart, ())]

    def proved(self) -> int:
        """Carts with a proof."""
        return sum(1 for answer in self.answers.values() if answer["proved"])


def measure(workers: list[Worker], size: str, mood: str, carts: int, seed: int, seconds: float) -> dict[str, Cell]:
    """The cells of one workload; a row that has spent its seconds skips the rest of the carts."""
    taking_part = [w for w in workers if size in ("S", "M") or w.row not in NOT_ON_LARGE]
    if size == HARD:
        taking_part = [w for w in taking_part if w.row in OURS | EXACT]
    taking_part = [w for w in taking_part if w.load(size, mood, carts, seed)]
    cells = {worker.row: Cell() for worker in taking_part}
    for cart in range(carts):
        turn = cart % max(len(taking_part), 1)
        for worker in taking_part[turn:] + taking_part[:turn]:
            cell = cells[worker.row]
            if cell.spent < seconds:
                before = time.perf_counter()
                _run(worker, cell, cart)
                cell.spent += time.perf_counter() - before
    return cells


def _run(worker: Worker, cell: Cell, cart: int) -> None:
    """Once to warm up, then as often as is cheap. A slow row's only run counts."""
    reply = worker.run(cart)
    if reply is None:
        return
    repeat = min(MOST_REPEATS, NANOSECONDS_PER_CART // max(reply["ns"][0], 1))
    if repeat:
        reply = worker.run(cart, repeat)
    if reply is not None:
        cell.by_cart[cart] = reply.pop("ns")
        cell.answers[cart] = reply
