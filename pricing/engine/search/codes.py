"""Codes that serve several applications: such a code counts once, whatever it is used for (SPEC 5.3 and 6.3).

Reads a `Problem`; asks for the best of problems in which each application stands for itself, which can be cut into cells.

Lemma (each for itself): where limits that count rules are left out and these codes are not counted, everything that is
permitted stays permitted, and no selection ranks worse than it does. So the best of that problem is a bound, and where it
keeps the limits and uses no such code it is the best of all.

Lemma (branches): a selection that keeps a limit of `most` rules uses applications of at most so many of them: it is in a
branch that leaves all others of the limit out, for some choice of `most` rules; or, for any rules of which too many are
used, in one that leaves out one of them. Of selections that keep the limits, one that uses all the codes which the best
of a branch uses is no better than that best; any other is in a branch that leaves one of these codes out.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb
from typing import Final

from pricing.engine.problem import Group, Problem
from pricing.engine.search.judge import NOTHING, Best, codes_used, complete, used_of
from pricing.engine.search.renumbered import kept_of

MOST_CHOICES: Final = 64
"""Where there are no more choices of rules than these, each is a branch."""

MOST_SERVED: Final = 10_000
"""Of more applications no branch is made: masks over so many, once more for each branch, take the memory."""

Answer = tuple[list[int], int, int, bool, int]
"""Counts, total, lower bound, whether it is proved, steps; see `search.Found`."""

Solve = Callable[[Problem, int, int], Answer | None]
"""Of a problem, a limit in steps, and a total above which nothing matters: no counts where nothing is as low."""


class Served:
    """One search of a problem with such codes."""

    __slots__ = ("best", "limit", "lowest", "many", "open", "problem", "seen", "solve", "steps")

    def __init__(self, problem: Problem, limit: int, solve: Solve) -> None:
        self.problem = problem
        self.limit = limit
        self.solve = solve
        self.best = Best()
        self.steps = 0
        self.lowest = NOTHING
        """The least total that what was left open allows."""
        self.many: set[int] = set()
        """Rules given by code that have several applications."""
        last = -1
        for app in problem.applications:
            if app.rule == last and app.counted and app.pool < 0:
                self.many.add(app.rule)
            last = app.rule
        self.open: list[tuple[int, int]] = [(0, 0)]
        """(bound on the total, mask of the applications left out)."""
        self.seen: set[int] = {0}

    def run(self) -> Answer | None:
        """The best, as far as the limit allows; None where the problem cannot be cut."""
        while self.open:
            self.open.sort(reverse=True)
            bound, out = self.open.pop()
            if bound > self.best.total:
                break
            if self.steps >= self.limit:
                self.lowest = min(self.lowest, bound)
                break
            if not self._branch(out):
                return None
        best = self.best
        low = min(best.total, self.lowest)
        return best.counts, best.total, low, self.lowest > best.total, self.steps

    def _branch(self, out: int) -> bool:
        """Work one branch off; False where it cannot be cut."""
        twin, numbers = self._each_for_itself(out)
        answer = self.solve(twin, self.limit - self.steps, self.best.total)
        if answer is None:
            return False
        counts, _, bound, proved, steps = answer
        # Making the branch's problem and settling in both look at every application.
        self.steps += steps + 3 * len(self.problem.applications)
        if not counts:
            self.lowest = min(self.lowest, bound)
            return True
        whole = [0] * len(self.problem.applications)
        for place, index in enumerate(numbers):
            whole[index] = counts[place]
        complete(self.problem, whole, self.best)
        for group in self.problem.groups:
            if group.by_rule and used_of(self.problem, group, whole) * group.weight > group.most:
                self._keep_limit(group, whole, out, bound)
                return True
        if not proved:
            self.lowest = min(self.lowest, bound)
        self._settle_ties(twin, counts, whole, out, bound)
        return True

    def _each_for_itself(self, out: int) -> tuple[Problem, list[int]]:
        """The problem without limits that count rules and without some applications; and the numbers that those left had."""
        twin, numbers = kept_of(self.problem, out)
        twin.codes_serve_many = False
        groups = self.problem.groups
        for app in twin.applications:
            app.groups = [index for index in app.groups if not groups[index].by_rule]
            if app.rule in self.many:
                app.counted = 0
        twin.groups = [Group([], group.weight, group.most) if group.by_rule else group for group in twin.groups]
        return twin, numbers

    def _keep_limit(self, group: Group, counts: list[int], out: int, bound: int) -> None:
        """Branches that hold all selections which keep a limit on rules."""
        apps = self.problem.applications
        left = [member for member in group.members if not out >> member & 1]
        rules = sorted({apps[member].rule for member in left})
        most = group.most // group.weight
        if comb(len(rules), most) <= MOST_CHOICES:
            for chosen in combinations(rules, most):
                self._open(out, [member for member in left if apps[member].rule not in chosen], bound)
            return
        for rule in sorted({apps[member].rule for member in left if counts[member]}):
            self._open(out, [member for member in left if apps[member].rule == rule], bound)

    def _settle_ties(self, twin: Problem, counts: list[int], whole: list[int], out: int, bound: int) -> None:
        """Branches that may hold a selection of the same total with fewer codes."""
        best, alone = self.best, Best()
        complete(twin, counts, alone)
        if (alone.total, alone.coins) > (best.total, best.coins) or codes_used(twin, alone.counts) > best.count:
            return
        apps = self.problem.applications
        for rule in sorted({app.rule for app in apps if whole[app.index] and app.rule in self.many}):
            self._open(out, [app.index for app in apps if app.rule == rule], bound)

    def _open(self, out: int, more: list[int], bound: int) -> None:
        for index in more:
            out |= 1 << index
        if out not in self.seen:
            self.seen.add(out)
            self.open.append((bound, out))
