"""The best total with one application forced in (SPEC section 7: `total_with`).

Reads a `Problem` and the number of an application; makes a total, proved, or nothing. Small problems are walked through
with everything left out that does not use the application. Larger ones are answered from the tables of one search, listed
once for all questions (`within.py`). What these do not know goes to `search`, changed so that it has little reason to leave
the application out.

Lemma (bent problem): take out all that clashes with the application, keep its place in every limit, and call it
automatic. Every permitted selection that uses it is permitted in the bent problem, and every selection of the bent
problem that uses it is permitted as it was: what was taken out may not be used beside it, and is excused by it (SPEC
5.6). So when the best selection of the bent problem uses it, that is the best with it. Otherwise it is not usable there
and the walk has to tell.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Group, Problem
from pricing.engine.search.search import MOST_WALKED, SMALL, search, selections
from pricing.engine.search.stores.options import TooMuchError
from pricing.engine.search.walk import Walk
from pricing.engine.why.within import Question, Tables

QUICK: Final = 2_000
"""Steps that the walk gets first; most small carts need no more."""


class Forced:
    """What was found: the total (None: no such selection, or not proved in time), and the steps it took."""

    __slots__ = ("steps", "total")

    def __init__(self, total: int | None, steps: int) -> None:
        self.total = total
        self.steps = steps


class Forcing:
    """Answers for one application of a problem after the other, and keeps what all answers need."""

    __slots__ = ("floor", "is_small", "problem", "tables", "tried")

    def __init__(self, problem: Problem, floor: int = 0) -> None:
        self.problem = problem
        self.floor = floor
        """No selection costs less."""
        self.is_small = selections(problem) <= SMALL
        self.tables: Tables | None = None
        self.tried = False
        """Whether the tables have been asked for."""

    def best_with(self, must: int, limit: int, guess: list[int]) -> Forced:
        """The best total over all permitted selections (SPEC 5) that use the application numbered `must`, in minor units.

        `limit` is the number of steps allowed; `guess`: a selection that may use it, or none.
        """
        steps = 0
        if must >= 0 and not self.is_small:
            if not self.tried:
                self.tried = True
                steps = self._list(limit)
            tables = self.tables
            if tables is not None and steps < limit and tables.knows(self.problem.applications[must]):
                question = Question(tables, must, limit - steps)
                proved = question.run([guess] if guess else [])
                steps += question.steps
                if proved:
                    return Forced(question.best.total if question.best.counts else None, steps)
        if steps >= limit:
            return Forced(None, steps)
        found = best_with(self.problem, must, limit - steps, self.floor)
        return Forced(found.total, found.steps + steps)

    def _list(self, limit: int) -> int:
        """Make the tables, if they can be made; the steps that took."""
        try:
            self.tables = Tables(self.problem, limit)
        except TooMuchError:
            return 0
        return self.tables.steps


def best_with(problem: Problem, must: int, limit: int, floor: int = 0) -> Forced:
    """The best total over all permitted selections (SPEC 5) that use the application numbered `must`, in minor units.

    `limit` is the number of steps allowed; no selection costs less than `floor`.
    """
    if must < 0 or problem.applications[must].most < 1:
        return Forced(None, 0)
    is_deep = len(problem.applications) > MOST_WALKED
    steps = len(problem.applications) if is_deep else QUICK
    quick = None if is_deep else _walked(problem, must, min(limit, QUICK), floor)
    if quick is not None or limit <= steps:
        return quick or Forced(None, limit)
    bent, index = bent_problem(problem, must)
    found = search(bent, limit - steps)
    steps += found.steps
    if found.lower_bound < found.total or steps >= limit:
        return Forced(None, steps)
    if found.counts and found.counts[index]:
        return Forced(found.total, steps)
    if is_deep:
        return Forced(None, steps)
    walked = _walked(problem, must, limit - steps, floor)
    return walked or Forced(None, limit)


def _walked(problem: Problem, must: int, limit: int, floor: int) -> Forced | None:
    """What the exhaustive search says; None when so many steps do not prove it."""
    walk = _Walk(problem, must, limit, floor)
    best = walk.run()
    if walk.steps > limit and walk.lowest_open < best.total:
        return None
    return Forced(best.total if best.counts else None, walk.steps)


class _Walk(Walk):
    """The exhaustive search over the selections that use one application; only the total counts."""

    __slots__ = ("floor", "must")

    def __init__(self, problem: Problem, must: int, limit: int, floor: int) -> None:
        super().__init__(problem, limit)
        self.must = must
        self.floor = floor

    def _visit(self, index: int, total: int, exchange: int, payment: int, count: int) -> None:
        if index > self.must and not self.counts[self.must]:
            return
        if self.best.total <= max(self.floor, total - self.rest[index]):
            return
        super()._visit(index, total, exchange, payment, count)

    def _use(
        self,
        app: Application,
        pieces: int,
        given: list[int],
        amount: int,
        total: int,
        exchange: int,
        payment: int,
        count: int,
    ) -> None:
        if not app.clash >> self.must & 1:
            super()._use(app, pieces, given, amount, total, exchange, payment, count)


def bent_problem(problem: Problem, must: int) -> tuple[Problem, int]:
    """The problem of the lemma above, and the number that the application has in it."""
    forced = problem.applications[must]
    room = [group.most for group in problem.groups]
    if forced.most == 1:
        for number in forced.groups:
            room[number] -= problem.groups[number].weight
    bent = problem.twin()
    bent.applications = []
    numbers: dict[int, int] = {}
    for app in problem.applications:
        kept = app.twin()
        if app is forced:
            kept.automatic = True
            kept.groups = [] if forced.most == 1 else forced.groups
        else:
            kept.groups = [at for at in app.groups if not _is_paid(problem.groups[at], app, forced)]
            kept.most = min([app.most, *(room[number] // problem.groups[number].weight for number in kept.groups)])
        if kept.most > 0 and not app.clash >> must & 1:
            kept.index = numbers[app.index] = len(bent.applications)
            bent.applications.append(kept)
    for app in bent.applications:
        mask, app.clash = app.clash, 0
        for old, new in numbers.items():
            app.clash |= (mask >> old & 1) << new
    bent.groups = [_bent_group(problem, group, forced, numbers, room[at]) for at, group in enumerate(problem.groups)]
    return bent, numbers[must]


def _is_paid(group: Group, app: Application, forced: Application) -> bool:
    """Whether a limit that counts rules has the forced application's rule counted already."""
    return group.by_rule and app.rule == forced.rule and forced.most == 1 and forced.index in group.members


def _bent_group(problem: Problem, group: Group, forced: Application, numbers: dict[int, int], most: int) -> Group:
    """A limit without what was taken out.

    Where the place of the forced application is kept in it, it is without that one too; where it counts rules, without all
    of its rule: they are paid for.
    """
    left: list[int] = []
    for member in group.members:
        paid = member == forced.index and forced.most == 1
        paid = paid or _is_paid(group, problem.applications[member], forced)
        if member in numbers and not paid:
            left.append(numbers[member])
    return Group(left, group.weight, most, group.by_rule)
