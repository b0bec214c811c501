"""How much more than the optimum each row makes the customer pay, and whether the exact ones agree with us."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.crew import Worker
from benchmarks.rows import EXACT, OURS, POLICIES
from benchmarks.workloads import MOODS

BOOKS = 10


@dataclass(slots=True)
class Overpaid:
    """One row."""

    carts: int = 0
    missed: int = 0
    cheaper: int = 0
    worst: float = 0.0
    total: float = 0.0

    def note(self, total: int, optimum: int) -> None:
        """Count one cart."""
        over = 100 * (total - optimum) / optimum
        self.carts += 1
        self.missed += total > optimum
        self.cheaper += total < optimum
        self.total += over
        self.worst = max(self.worst, over)

    def figures(self) -> list[str]:
        """Carts, share missed, mean and largest overpayment, and how often it asked for less than the optimum."""
        if not self.carts:
            return ["0", "–", "–", "–", "–"]
        missed, mean = 100 * self.missed / self.carts, self.total / self.carts
        return [str(self.carts), f"{missed:.1f} %", f"{mean:.2f} %", f"{self.worst:.1f} %", str(self.cheaper)]


@dataclass(slots=True)
class Money:
    """All rows over many M carts of ten books, half of them tight."""

    rows: dict[str, Overpaid] = field(default_factory=dict)
    optima: int = 0
    """Carts whose optimum somebody proved."""
    unknown: int = 0
    agreed: dict[str, int] = field(default_factory=dict)
    compared: dict[str, int] = field(default_factory=dict)
    """Carts on which an exact row and ours both have a proof."""
    wrong: list[str] = field(default_factory=list)

    def run(self, workers: list[Worker], carts: int, seconds: float) -> None:
        """Price the carts. A slow row gets a tenth of its seconds for each book, so that it meets all of them."""
        taking_part = [worker for worker in workers if worker.row in OURS | EXACT | POLICIES]
        spent = dict.fromkeys((worker.row for worker in taking_part), 0.0)
        for book in range(BOOKS):
            print(f"money: book {book + 1} of {BOOKS}", file=sys.stderr, flush=True)
            each = max(carts // BOOKS, 1)
            at_work = [worker for worker in taking_part if worker.load("M", MOODS[book % 2], each, 1000 + book)]
            for cart in range(each):
                answers: dict[str, dict[str, Any]] = {}
                for worker in at_work:
                    if spent[worker.row] < seconds * (book + 1) / BOOKS:
                        before = time.perf_counter()
                        reply = worker.run(cart)
                        spent[worker.row] += time.perf_counter() - before
                        if reply is not None:
                            answers[worker.row] = reply
                self._judge(f"book {book}, cart {cart}", answers)

    def _judge(self, place: str, answers: dict[str, dict[str, Any]]) -> None:
        """Compare the answers to one cart."""
        usable = {row: answer for row, answer in answers.items() if answer["exact"]}
        proofs = {row: answer["total"] for row, answer in usable.items() if answer["proved"]}
        if not proofs:
            self.unknown += 1
            return
        self.optima += 1
        optimum = min(proofs.values())
        ours = {row: total for row, total in proofs.items() if row in OURS}
        for row in EXACT & proofs.keys():
            for own, total in ours.items():
                self.compared[row] = self.compared.get(row, 0) + 1
                self.agreed[row] = self.agreed.get(row, 0) + (proofs[row] == total)
                if proofs[row] != total:
                    self.wrong.append(f"{place}: {own} {total}, {row} {proofs[row]}")
        for row in OURS & usable.keys():
            if usable[row]["lower_bound"] > optimum or usable[row]["total"] < optimum:
                self.wrong.append(f"{place}: {row} bound {usable[row]['lower_bound']}, optimum {optimum}")
        for row, answer in usable.items():
            self.rows.setdefault(row, Overpaid()).note(answer["total"], optimum)
