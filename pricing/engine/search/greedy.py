"""One answer found layer by layer: everything that can be used is, as much of it as can be.

Reads a `Problem`; makes counts, and the total that they settle to. Of applications that may not be used together the first
one is used; or, where it is *keen*, those that save most as the layer finds the amounts.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Problem
from pricing.engine.search.walk import largest_benefit
from pricing.engine.settling.settle import Midway, base_of, benefit_of, item_whole, rung_of, worth_of

FINE: Final = 1 << 20
"""Savings are compared per amount in parts so small."""


class Greedy:
    """One such answer."""

    __slots__ = (
        "aside",
        "banned",
        "counts",
        "drawn",
        "keen",
        "kept",
        "met",
        "only",
        "problem",
        "reserved",
        "room",
        "ruled",
        "steps",
        "total",
        "used",
    )

    def __init__(self, problem: Problem, only: int = -1, kept: list[int] | None = None, banned: int = -1) -> None:
        """`only`: the application whose rule alone is used in its layer, of codes and coupons, -1 for all. `kept`: what is
        used if it can be; others only where they bar none of it. `banned`: one that is not used."""
        self.problem = problem
        self.only = only
        self.banned = banned
        self.kept = [0] * len(problem.applications) if kept is None else kept.copy()
        self.keen = False
        self.counts = [0] * len(problem.applications)
        self.total = 0
        """What is paid, once it has run; minor units."""
        self.steps = 0
        self.room = [group.most // group.weight for group in problem.groups]
        self.ruled: dict[tuple[int, int], int] = {}
        """By (limit, rule), of limits that count rules: how many applications are counted as the rule."""
        self.drawn = [0] * len(problem.pools)
        """Pieces used, and"""
        self.aside = [0] * len(problem.pools)
        """those set aside for what is kept."""
        self.met = Midway(problem, problem.coins)
        self.used = 0
        """The applications that are used, as bits; and"""
        self.reserved = 0
        """those that are kept."""
        for app in problem.applications:
            if self.kept[app.index]:
                self._keep(app)

    def run(self) -> list[int]:
        """The counts."""
        apps = self.problem.applications
        start = 0
        for end in range(1, len(apps) + 1):
            if end < len(apps) and apps[end].layer == apps[start].layer:
                continue
            self.met.come_to(apps[start])
            if self.keen:
                self._choose(start, end)
            for place in range(start, end):
                self._decide(apps[place])
            start = end
        self.total = sum(self.met.now)
        return self.counts

    def _decide(self, app: Application) -> None:
        wanted = self.kept[app.index]
        if wanted:
            self._release(app)
        if app.clash & (self.used if wanted else self.used | self.reserved) or self._is_out(app):
            return
        if self._is_used(app, wanted):
            self.used |= 1 << app.index

    def _is_out(self, app: Application) -> bool:
        """Whether it is one of those that are not to be used: what is given to all may not be left out (SPEC 5.6)."""
        if app.index == self.banned:
            return True
        if self.only < 0 or not app.counted:
            return False
        alone = self.problem.applications[self.only]
        return alone.layer == app.layer and alone.rule != app.rule

    def _choose(self, start: int, end: int) -> None:
        """Keep what saves most in a layer, of that which nothing kept bars: by what each saves, or by what it saves of each
        amount that it takes from, whichever comes to more."""
        problem, met = self.problem, self.met
        whole: list[tuple[int, int, int]] = []
        dense: list[tuple[int, int, int]] = []
        best: dict[int, int] = {}
        """By the identity of the lines, what one has saved: of a thousand codes on the very same ones few are looked at."""
        for most, place in self._by_benefit(start, end):
            app = problem.applications[place]
            if self.kept[place] or app.clash & (self.used | self.reserved) or self._is_out(app):
                continue
            if most <= best.get(id(app.lines), -1) and not app.piece:
                continue
            self.steps += 1 + (len(app.lines) >> (4 if app.has_gift else 5))
            pieces = self._most(app, met.start)
            if pieces <= 0:
                continue
            saved = benefit_of(problem, app, pieces, met.start, met.now, met.cap_left(app), met.coins_left)
            best[id(app.lines)] = max(saved, best.get(id(app.lines), 0))
            if saved:
                whole.append((-saved, place, pieces))
                dense.append((-saved * FINE // (1 + item_whole(problem, app)), place, pieces))
        if not whole:
            return
        savings = {place: -saved for saved, place, _ in whole}
        whole.sort()
        dense.sort()
        first, second = self._packed(whole), self._packed(dense)
        if sum([savings[place] for place, _ in second]) > sum([savings[place] for place, _ in first]):
            first = second
        for place, pieces in first:
            self.kept[place] = pieces
            self._keep(problem.applications[place])

    def _by_benefit(self, start: int, end: int) -> list[tuple[int, int]]:
        """(largest benefit, place) of a layer's applications, the largest first."""
        apps = self.problem.applications
        ranked = [(-largest_benefit(self.problem, apps[place]), place) for place in range(start, end)]
        ranked.sort()
        return [(-benefit, place) for benefit, place in ranked]

    def _packed(self, ranked: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
        """(application, pieces): those that may be used together, taken in this order."""
        groups = self.problem.groups
        taken: dict[int, int] = {}
        drawn = self.aside.copy()
        ruled: set[tuple[int, int]] = set()
        picked: list[tuple[int, int]] = []
        mask = 0
        for _, place, most in ranked:
            app = self.problem.applications[place]
            if app.clash & mask:
                continue
            for index in app.groups:
                if (index, app.rule) not in self.ruled and (index, app.rule) not in ruled:
                    most = min(most, self.room[index] - taken.get(index, 0))
            if app.pool >= 0:
                most = min(most, self._pieces_left(app.pool, drawn[app.pool]))
            if most <= 0:
                continue
            if app.pool >= 0:
                drawn[app.pool] = drawn[app.pool] + most
            mask |= 1 << place
            picked.append((place, most))
            for index in app.groups:
                if not groups[index].by_rule:
                    taken[index] = taken.get(index, 0) + most
                elif (index, app.rule) not in self.ruled and (index, app.rule) not in ruled:
                    taken[index] = taken.get(index, 0) + 1
                    ruled.add((index, app.rule))
        return picked

    def _is_used(self, app: Application, wanted: int) -> bool:
        """Use an application as much as can be, or as is wanted; whether it is usable."""
        met = self.met
        coins = met.coins_left
        looking = 1 + (len(app.lines) >> (4 if app.has_gift else 5))
        self.steps += looking
        for pieces in range(min(wanted or app.most, self._most(app, met.start)), 0, -1):
            met.coins_left = coins - self._price(app, pieces)
            amount = met.offered(app, pieces)
            if amount:
                self.steps += len(app.targets) >> 2
                met.use(app, amount)
                self.counts[app.index] = pieces
                self._take_room(app, pieces)
                if app.pool >= 0:
                    self.drawn[app.pool] = self.drawn[app.pool] + pieces
                return True
            self.steps += looking
        met.coins_left = coins
        return False

    def _most(self, app: Application, start: list[int]) -> int:
        """How many pieces limits, its step and its pool allow."""
        most = app.most
        for index in app.groups:
            if (index, app.rule) not in self.ruled:
                most = min(most, self.room[index])
        if app.pool >= 0:
            most = min(most, self._pieces_left(app.pool, self.aside[app.pool]))
        if app.piece and most > 1:
            base = base_of(self.problem, app, start)
            rung = rung_of(app, base)
            most = 0 if rung is None else min(most, worth_of(self.problem, app, rung, base, start) // app.piece)
        return most

    def _price(self, app: Application, pieces: int) -> int:
        """What so many pieces more, which can be had, cost in coins."""
        if app.pool < 0:
            return 0
        pool, drawn = self.problem.pools[app.pool], self.drawn[app.pool]
        return pool.cost(drawn + pieces) - pool.cost(drawn)

    def _pieces_left(self, index: int, aside: int) -> int:
        """How many pieces of a pool can still be had beside those used and so many set aside."""
        pool, drawn = self.problem.pools[index], self.drawn[index]
        return pool.most(self.met.coins_left + pool.cost(drawn)) - drawn - aside

    def _keep(self, app: Application) -> None:
        """Keep its place free: what it bars, its share of limits, its pieces."""
        pieces = self.kept[app.index]
        self.reserved |= 1 << app.index
        self._take_room(app, pieces)
        if app.pool >= 0:
            self.aside[app.pool] = self.aside[app.pool] + pieces

    def _release(self, app: Application) -> None:
        """Give all that was kept for it back: its turn has come."""
        pieces = self.kept[app.index]
        self.reserved &= ~(1 << app.index)
        self._take_room(app, -pieces)
        if app.pool >= 0:
            self.aside[app.pool] = self.aside[app.pool] - pieces

    def _take_room(self, app: Application, pieces: int) -> None:
        """Count pieces against the limits of their application; below zero they are given back."""
        more = 1 if pieces > 0 else -1
        for index in app.groups:
            if not self.problem.groups[index].by_rule:
                self.room[index] = self.room[index] - pieces
                continue
            before = self.ruled.get((index, app.rule), 0)
            after = before + more
            if after:
                self.ruled[index, app.rule] = after
            else:
                del self.ruled[index, app.rule]
            if not before or not after:
                self.room[index] = self.room[index] - more
