"""An answer without a proof, bettered: no quote is dearer than what plain ways find.

Reads a `Problem` and the `Best` so far; offers to it the greedy answers, layer by layer and again with each code or coupon
alone in its layer; what is best with each of these alone; and what changing one use after another comes to.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Group, Problem
from pricing.engine.search.judge import Best, complete, used_of
from pricing.engine.search.renumbered import Renumbering
from pricing.engine.search.walk import largest_benefit
from pricing.engine.search.work import looking_at, settling
from pricing.engine.settling.settle import Midway, base_of, rung_of, worth_of

MOST_ALONE: Final = 16
"""Codes and coupons that are tried alone, where there is no proof."""

MOST_GREEDILY: Final = 40_000
"""Steps that greedy answers may take under any limit."""


class Rescue:
    """One attempt to better what was found, within so many steps."""

    __slots__ = ("best", "limit", "lower_bound", "problem", "ranked", "settling", "steps", "works")

    def __init__(self, problem: Problem, best: Best, lower_bound: int, limit: int) -> None:
        self.problem = problem
        self.best = best
        self.lower_bound = lower_bound
        """A total so low need not be bettered."""
        self.limit = limit
        self.steps = 0
        self.works = [looking_at(app) for app in problem.applications]
        self.settling = settling(problem)
        self.ranked: list[Application] = []
        """The applications, those that can save most first, once somebody asks."""

    def left(self) -> int:
        """Steps that may still be taken."""
        return self.limit - self.steps

    def is_over(self) -> bool:
        """Whether there is nothing to better, or nothing left to do it with."""
        return self.steps >= self.limit or self.best.total <= self.lower_bound

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
        self._complete(self.greedy(-1))
        most = max(self.limit, MOST_GREEDILY)
        for app in self.promising():
            if self.steps >= most or self.best.total <= self.lower_bound:
                break
            self._complete(self.greedy(app.index))

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
            self.steps += sum(self.works) >> 2  # two short sums of each
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
        """Use one more application, or one less, as long as that pays: what it bars goes, what is then free is used."""
        best = self.best
        bettered = bool(best.counts)
        while bettered:
            bettered = False
            for app in self._by_benefit():
                if self.is_over():
                    return
                if app.free or (app.automatic and best.counts[app.index]):
                    continue
                before = best.total
                kept = best.counts.copy()
                banned = -1
                if kept[app.index]:
                    kept[app.index] = 0
                    banned = app.index
                else:
                    self._put(app, kept)
                self._complete(self.greedy(-1, kept, banned))
                bettered = bettered or best.total < before

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

    def greedy(self, only: int, kept: list[int] | None = None, banned: int = -1) -> list[int]:
        """Counts of the layer-by-layer answer; `only`: the application whose rule alone is used in its layer, -1 for all.

        `kept`: what is used if it can be; other applications only where they bar none of it. `banned`: one that is not.
        """
        return Greedy(self, only, kept, banned).run()


class Greedy:
    """One answer found layer by layer: everything that can be used is, as much of it as can be."""

    __slots__ = ("banned", "counts", "drawn", "kept", "met", "only", "problem", "rescue", "room", "ruled")

    def __init__(self, rescue: Rescue, only: int, kept: list[int] | None, banned: int) -> None:
        self.rescue = rescue
        self.problem = rescue.problem
        self.only = only
        self.banned = banned
        self.kept = [0] * len(self.problem.applications) if kept is None else kept
        self.counts = [0] * len(self.problem.applications)
        self.room = [group.most // group.weight for group in self.problem.groups]
        self.ruled: set[tuple[int, int]] = set()
        """(limit, rule): limits that count rules, and which they have counted."""
        self.drawn = [0] * len(self.problem.pools)
        self.met = Midway(self.problem, self.problem.coins)
        for app in self.problem.applications:
            if self.kept[app.index]:
                self._take_room(app, self.kept[app.index])

    def run(self) -> list[int]:
        problem, works, met = self.problem, self.rescue.works, self.met
        mask = reserved = 0
        for app in problem.applications:
            if self.kept[app.index]:
                reserved |= 1 << app.index
        alone = problem.applications[self.only] if self.only >= 0 else None
        for app in problem.applications:
            met.come_to(app)
            wanted = self.kept[app.index]
            if wanted:
                self._take_room(app, -wanted)
            if app.clash & (mask if wanted else mask | reserved) or app.index == self.banned:
                continue
            if alone is not None and alone.layer == app.layer and alone.rule != app.rule:
                continue
            self.rescue.steps += works[app.index]
            if self._used(app, wanted):
                mask |= 1 << app.index
        return self.counts

    def _used(self, app: Application, wanted: int) -> bool:
        """Use an application as much as can be, or as is wanted; whether it is usable."""
        met = self.met
        coins = met.coins_left
        for pieces in range(min(wanted or app.most, self._most(app, met.start)), 0, -1):
            price = self._price(app, pieces)
            if price < 0 or price > coins:
                continue
            met.coins_left = coins - price
            amount = met.offered(app, pieces)
            if amount:
                met.use(app, amount)
                self.counts[app.index] = pieces
                self._take_room(app, pieces)
                if app.pool >= 0:
                    self.drawn[app.pool] = self.drawn[app.pool] + pieces
                return True
        met.coins_left = coins
        return False

    def _most(self, app: Application, start: list[int]) -> int:
        """How many pieces limits and its step allow."""
        most = app.most
        for index in app.groups:
            if (index, app.rule) not in self.ruled:
                most = min(most, self.room[index])
        if app.piece and most > 1:
            base = base_of(self.problem, app, start)
            rung = rung_of(app, base)
            most = 0 if rung is None else min(most, worth_of(self.problem, app, rung, base, start) // app.piece)
        return most

    def _price(self, app: Application, pieces: int) -> int:
        """What so many pieces more cost in coins; -1 when they cannot be had."""
        if app.pool < 0:
            return 0
        pool, drawn = self.problem.pools[app.pool], self.drawn[app.pool]
        price = pool.cost(drawn + pieces)
        return price - pool.cost(drawn) if price >= 0 else -1

    def _take_room(self, app: Application, pieces: int) -> None:
        """Count pieces against the limits of their application; below zero they are given back."""
        for index in app.groups:
            if not self.problem.groups[index].by_rule:
                self.room[index] = self.room[index] - pieces
            elif pieces > 0 and (index, app.rule) not in self.ruled:
                self.room[index] = self.room[index] - 1
                self.ruled.add((index, app.rule))


def restricted(problem: Problem, only: Application) -> tuple[Problem, list[int]]:
    """The problem without the other coupons and codes of a layer, which may be left out; and the numbers that its
    applications had."""
    twin = problem.twin()
    twin.applications = []
    numbers: list[int] = []
    for app in problem.applications:
        if app.rule != only.rule and app.layer == only.layer and app.counted:
            continue
        kept = app.twin()
        kept.index = len(numbers)
        numbers.append(app.index)
        twin.applications.append(kept)
    renumbering = Renumbering(numbers)
    for app in twin.applications:
        app.clash = renumbering.of(app.clash)
    places = {old: new for new, old in enumerate(numbers)}
    twin.groups = [
        Group([places[member] for member in group.members if member in places], group.weight, group.most, group.by_rule)
        for group in problem.groups
    ]
    return twin, numbers
