"""An answer without a proof, bettered: no quote is dearer than what plain ways find.

Reads a `Problem` and the `Best` so far; offers to it the greedy answers (layer by layer, as rules are named or what
saves most, and again with each code or coupon alone in its layer), what is best with each of these alone, and what
changing one use after another comes to.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Problem
from pricing.engine.search.greedy import Greedy
from pricing.engine.search.judge import Best, complete, used_of
from pricing.engine.search.renumbered import kept_of
from pricing.engine.search.walk import largest_benefit
from pricing.engine.search.work import settling

MOST_ALONE: Final = 16
"""Codes and coupons that are tried alone, where there is no proof."""

MOST_PLAINLY: Final = 20_000
"""Steps that plain ways may take under any limit: with fewer, who has more might pay more."""


class Rescue:
    """One attempt to better what was found, within so many steps."""

    __slots__ = ("best", "limit", "lower_bound", "once", "problem", "ranked", "settling", "steps")

    def __init__(self, problem: Problem, best: Best, lower_bound: int, limit: int) -> None:
        self.problem = problem
        self.best = best
        self.lower_bound = lower_bound
        """A total so low need not be bettered."""
        self.limit = limit
        self.steps = 0
        self.settling = settling(problem)
        self.once = self.settling
        """Steps that one greedy answer takes, about."""
        self.ranked: list[Application] = []
        """The applications, those that can save most first, once somebody asks."""

    def left(self) -> int:
        """Steps that may still be taken."""
        return self.limit - self.steps

    def is_over(self) -> bool:
        """Whether there is nothing to better, or nothing left to do it with."""
        return self.steps + self.once > self.limit or self.best.total <= self.lower_bound

    def is_done(self) -> bool:
        """The same of what may be done under any limit."""
        return self.steps + self.once > max(self.limit, MOST_PLAINLY) or self.best.total <= self.lower_bound

    def offer(self, counts: list[int], numbers: list[int]) -> None:
        """Offer a selection of a problem whose applications had these numbers."""
        if not counts:
            return
        whole = [0] * len(self.problem.applications)
        for place, index in enumerate(numbers):
            whole[index] = counts[place]
        self._complete(whole)

    def _complete(self, counts: list[int]) -> None:
        self.steps += self.settling
        complete(self.problem, counts, self.best)

    def offer_greedy(self) -> None:
        """The answers that a cart without a proof may not be dearer than: layer by layer, everything that can be used is;
        then again with each code or platform coupon alone in its layer, unless the cart is so large that work forbids it."""
        self._try(Greedy(self.problem), keen=False)
        self._try(Greedy(self.problem), keen=True)
        for app in self.promising():
            if self.is_done():
                break
            self._try(Greedy(self.problem, app.index), keen=True)

    def _try(self, greedy: Greedy, keen: bool) -> None:
        """Offer a greedy answer."""
        greedy.keen = keen
        counts = greedy.run()
        self.once = greedy.steps + (self.settling >> 2)
        self.steps += self.once
        if greedy.total < self.best.total:
            self._complete(counts)

    def promising(self) -> list[Application]:
        """Codes, and coupons over the order, those that can save most first, as many as one may try one by one; of a code
        that serves several applications the best of these stands for all."""
        found: list[Application] = []
        rules: set[int] = set()
        for app in self._by_benefit():
            if app.counted and not app.piece and (app.store == "" or app.pool < 0) and app.rule not in rules:
                rules.add(app.rule)
                found.append(app)
                if len(found) == MOST_ALONE:
                    break
        return found

    def _by_benefit(self) -> list[Application]:
        if not self.ranked:
            self.steps += 1 + (len(self.problem.applications) >> 2)
            ranked = [(-largest_benefit(self.problem, app), app.index) for app in self.problem.applications]
            ranked.sort()
            self.ranked = [self.problem.applications[index] for _, index in ranked]
        return self.ranked

    def alone(self) -> list[Application]:
        """Codes and coupons of which each is worth a search of its own."""
        rules: dict[int, set[int]] = {}
        for app in self.problem.applications:
            if app.counted and not app.piece:
                rules.setdefault(app.layer, set()).add(app.rule)
        return [app for app in self.promising() if len(rules[app.layer]) > 1]

    def climb(self) -> None:
        """Use one more application, or one less, as long as that pays: what it bars goes, what is then free is used, first
        what saves most, then, where that leads no further, as rules are named."""
        bettered = bool(self.best.counts)
        while bettered:
            bettered = False
            for keen in (True, False):
                while self._climbed(keen):
                    bettered = True

    def _climbed(self, keen: bool) -> bool:
        """Go through all applications once; whether anything has got better."""
        best = self.best
        before = best.total
        for app in self._by_benefit():
            if self.is_done():
                return False
            if app.free or (app.automatic and best.counts[app.index]):
                continue
            kept = best.counts.copy()
            banned = -1
            if kept[app.index]:
                kept[app.index] = 0
                banned = app.index
            else:
                self._put(app, kept)
            self._try(Greedy(self.problem, -1, kept, banned), keen)
        return best.total < before

    def _put(self, app: Application, kept: list[int]) -> None:
        """Use an application, and nothing that it bars."""
        problem = self.problem
        self.steps += 1 + (len(kept) >> 6)
        for other in problem.applications:
            if kept[other.index] and app.clash >> other.index & 1:
                kept[other.index] = 0
        kept[app.index] = app.most
        for index in app.groups:
            group = problem.groups[index]
            for member in reversed(group.members):
                if used_of(problem, group, kept) * group.weight <= group.most:
                    break
                if member != app.index and not (group.by_rule and problem.applications[member].rule == app.rule):
                    kept[member] = 0
                    self.steps += 1 + (len(group.members) >> 4)


def restricted(problem: Problem, only: Application) -> tuple[Problem, list[int]]:
    """The problem without the other coupons and codes of a layer, which may be left out; and the numbers that its
    applications had."""
    out = 0
    for app in problem.applications:
        if app.rule != only.rule and app.layer == only.layer and app.counted:
            out |= 1 << app.index
    return kept_of(problem, out)
