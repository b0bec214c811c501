"""HiGHS as an exact peer: the table of options as a mixed-integer program.

Fair set-up: the model is built beforehand and handed over as one sparse matrix (`passModel`), output off, one thread,
both gaps zero so that it proves the optimum; options that another beats are gone from the table. Only `solve` is timed.
"""

from __future__ import annotations

import highspy
import numpy as np

from benchmarks.cards import Book, Cart
from benchmarks.peers.facts import by_store, check_expressible
from benchmarks.peers.peer import Answer
from benchmarks.peers.table import Table, build

SECONDS = 20.0
"""After so long the best answer found counts, unproved."""


class Highs:
    """The peer."""

    def load(self, book: Book) -> None:
        check_expressible(book)
        self.book, self.index = book, by_store(book)

    def ready(self, cart: Cart) -> tuple[highspy.Highs, Table]:
        table = build(self.book, cart, self.index)
        return prepare(table, SECONDS), table

    def run(self, ready: tuple[highspy.Highs, Table]) -> tuple[int, bool, bool]:
        return *solve(*ready), ready[1].coins_exact

    def answer(self, result: tuple[int, bool, bool]) -> Answer:
        return Answer(total=result[0], proved=result[1], exact=result[2])


def prepare(table: Table, seconds: float = SECONDS) -> highspy.Highs:
    """A solver that holds the model: one 0/1 column per option and per step of a code."""
    costs: list[float] = []
    rows: list[tuple[float, float, list[int], list[float]]] = []
    bases: list[list[tuple[int, int]]] = [[] for _ in table.codes]
    pools: list[list[tuple[int, int]]] = [[] for _ in table.pools]
    for options in table.stores:
        first = len(costs)
        for column, option in enumerate(options, first):
            costs.append(float(option.net))
            for number, base in enumerate(option.bases):
                bases[number].append((column, base))
            for pool, pieces in enumerate(option.pieces):
                if pieces:
                    pools[pool].append((column, pieces))
        rows.append((1.0, 1.0, list(range(first, len(costs))), [1.0] * len(options)))
    for limit, used in zip(table.pools, pools, strict=True):
        rows.append((-highspy.kHighsInf, float(limit), [c for c, _ in used], [float(n) for _, n in used]))
    steps = []
    for code, parts in zip(table.codes, bases, strict=True):
        own = []
        for reach, amount in code.steps:
            own.append((len(costs), float(reach)))
            costs.append(-float(amount))
        # Base - sum of reach x step >= 0; at most one step in all, so one row per code is enough.
        columns = [c for c, _ in parts] + [c for c, _ in own]
        values = [float(b) for _, b in parts] + [-reach for _, reach in own]
        rows.append((0.0, highspy.kHighsInf, columns, values))
        steps += [column for column, _ in own]
    if steps:
        rows.append((-highspy.kHighsInf, 1.0, steps, [1.0] * len(steps)))
    return _solver(costs, rows, seconds)


def solve(solver: highspy.Highs, table: Table) -> tuple[int, bool]:
    """Total in cents, and whether it was proved."""
    solver.run()
    total = round(solver.getObjectiveValue()) - table.coins
    return total, solver.getModelStatus() == highspy.HighsModelStatus.kOptimal


def _solver(
    costs: list[float], rows: list[tuple[float, float, list[int], list[float]]], seconds: float
) -> highspy.Highs:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(costs), len(rows)
    lp.col_cost_ = np.array(costs)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(costs)), np.ones(len(costs))
    lp.row_lower_ = np.array([row[0] for row in rows])
    lp.row_upper_ = np.array([row[1] for row in rows])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(costs)
    matrix = lp.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *(len(row[2]) for row in rows)]).astype(np.int32)
    matrix.index_ = np.array([column for row in rows for column in row[2]], dtype=np.int32)
    matrix.value_ = np.array([value for row in rows for value in row[3]])
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("time_limit", seconds),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.0),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    return solver
