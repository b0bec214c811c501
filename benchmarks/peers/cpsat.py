"""CP-SAT (OR-Tools) as an exact peer: the table of options in whole numbers.

Fair set-up, the fastest of eight that were tried on M carts: the model is built beforehand; a code's thresholds are one
linear row over its base and steps (7 times faster than conditional rows); linearization level 2; one worker (several
were slower at the median). Options that another beats are gone from the table. Only `solve` is timed.
"""

from __future__ import annotations

from ortools.sat.python import cp_model

from benchmarks.cards import Book, Cart
from benchmarks.peers.facts import by_store, check_expressible
from benchmarks.peers.peer import Answer
from benchmarks.peers.table import Table, build

SECONDS = 20.0
"""After so long the best answer found counts, unproved."""


class CpSat:
    """The peer."""

    def load(self, book: Book) -> None:
        check_expressible(book)
        self.book, self.index = book, by_store(book)

    def ready(self, cart: Cart) -> tuple[cp_model.CpModel, Table]:
        table = build(self.book, cart, self.index)
        return prepare(table), table

    def run(self, ready: tuple[cp_model.CpModel, Table]) -> tuple[int, bool, bool]:
        return *solve(*ready), ready[1].coins_exact

    def answer(self, result: tuple[int, bool, bool]) -> Answer:
        return Answer(total=result[0], proved=result[1], exact=result[2])


def prepare(table: Table) -> cp_model.CpModel:
    """The model: one Boolean per option and per step of a code."""
    model = cp_model.CpModel()
    picked = [[model.new_bool_var("") for _ in options] for options in table.stores]
    for options in picked:
        model.add_exactly_one(options)
    flat = [(v, o) for vs, os in zip(picked, table.stores, strict=True) for v, o in zip(vs, os, strict=True)]
    variables = [variable for variable, _ in flat]
    for pool, limit in enumerate(table.pools):
        model.add(cp_model.LinearExpr.weighted_sum(variables, [o.pieces[pool] for _, o in flat]) <= limit)
    costs = [option.net for _, option in flat]
    steps: list[cp_model.IntVar] = []
    amounts: list[int] = []
    for code, known in enumerate(table.codes):
        base = [option.bases[code] for _, option in flat]
        own = [model.new_bool_var("") for _ in known.steps]
        reaches = [-reach for reach, _ in known.steps]
        model.add(cp_model.LinearExpr.weighted_sum([*variables, *own], [*base, *reaches]) >= 0)
        steps += own
        amounts += [-amount for _, amount in known.steps]
    if steps:
        model.add_at_most_one(steps)
    model.minimize(cp_model.LinearExpr.weighted_sum([*variables, *steps], [*costs, *amounts]))
    return model


def solve(model: cp_model.CpModel, table: Table, seconds: float = SECONDS) -> tuple[int, bool]:
    """Total in cents, and whether it was proved. A total that was not proved is the best one found."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return sum(min(option.net for option in options if not any(option.pieces)) for options in table.stores), False
    return round(solver.objective_value) - table.coins, status == cp_model.OPTIMAL
