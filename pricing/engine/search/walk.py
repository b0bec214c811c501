"""The exhaustive search: every permitted selection is reached or refused by a bound (SPEC sections 5 and 6).

Applications are decided in the order in which they are settled, so what an application can give is known exactly when
it is decided. Lemma (bound): amounts only fall, so what the undecided applications can still save is at most the sum,
over cliques of applications that may not be used together, of the largest benefit on item prices in each clique.

It has a pass over the layers of its own, where all others go by `Midway`: each step is taken back, and shares are worked out
only where somebody reads them. Lemma (own pass): it changes `now`, caps and coins as `Midway.use` does, so what it finds
settles to the very same total; `tests/search/test_walk.py` and every quote hold it to that.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem
from pricing.engine.search.judge import NOTHING, Best, is_used_by_rule, is_used_in
from pricing.engine.search.work import looking_at
from pricing.engine.settling.settle import (
    benefit_of,
    coin_worth,
    coins_for,
    highest_worth,
    is_shared_whole,
    item_whole,
    shares_of,
)

MOST_CLIQUES: Final = 200
"""In so many cliques a place is looked for."""


def largest_benefit(problem: Problem, app: Application) -> int:
    """No selection lets the application save more; minor units."""
    cost = item_whole(problem, app)
    if app.is_coins:
        most = coin_worth(app, problem.coins)
    elif app.piece:
        most = app.most * app.piece
    else:
        most = highest_worth(problem, app)
    if app.cap_order != NO_CAP:
        most = min(most, app.cap_order)
    if app.cap_store != NO_CAP:
        most = min(most, app.cap_store)
    return min(most, cost)


class Cliques:
    """Applications of which no two may be used together, put into as few sets as are easily found; and what one of each can
    save at most, all together."""

    __slots__ = ("members", "most", "total")

    def __init__(self) -> None:
        self.members: list[int] = []
        self.most: list[int] = []
        self.total = 0

    def add(self, bit: int, clash: int, benefit: int) -> None:
        """Put an application, or several of which no two may be used together, where it may not be used beside any."""
        members = self.members
        for place in range(min(len(members), MOST_CLIQUES) if clash else 0):
            if members[place] & ~clash == 0:
                members[place] = members[place] | bit
                if benefit > self.most[place]:
                    self.total += benefit - self.most[place]
                    self.most[place] = benefit
                return
        members.append(bit)
        self.most.append(benefit)
        self.total += benefit


def rest_bounds(problem: Problem) -> list[int]:
    """For each application, what it and all after it can save at most; one zero at the end."""
    apps = problem.applications
    rest = [0] * (len(apps) + 1)
    cliques = Cliques()
    layer = -1
    done = 0
    for index in range(len(apps) - 1, -1, -1):
        app = apps[index]
        if app.layer != layer:
            layer = app.layer
            done = rest[index + 1]
            cliques = Cliques()
        cliques.add(1 << index, app.clash, largest_benefit(problem, app))
        rest[index] = done + cliques.total
    return rest


def clique_sum(problem: Problem, apps: list[Application]) -> int:
    """What these applications can save at most: the largest benefit of each clique of which no two may be used together."""
    cliques = Cliques()
    for app in apps:
        cliques.add(1 << app.index, app.clash, largest_benefit(problem, app))
    return cliques.total


class Walk:
    """One exhaustive search. `run` leaves the answer in `best`, and the least bound it had to give up in `open_bound`."""

    __slots__ = (
        "apps",
        "best",
        "cap_used",
        "counts",
        "group_used",
        "limit",
        "lowest_open",
        "now",
        "pending",
        "pool_used",
        "problem",
        "prune",
        "rest",
        "start",
        "steps",
        "used_mask",
        "works",
    )

    def __init__(self, problem: Problem, limit: int, prune: bool = True) -> None:
        self.problem = problem
        self.apps = problem.applications
        self.best = Best()
        self.limit = limit
        """Steps allowed; a step is one application decided, and sixteen places looked at."""
        self.prune = prune
        self.steps = 0
        self.lowest_open = NOTHING
        """The lowest bound among branches left unexplored at the limit."""
        self.rest = rest_bounds(problem)
        self.works = [looking_at(app) - 1 for app in problem.applications]
        self.counts = [0] * len(self.apps)
        self.now = problem.item
        """What each place still costs. Never changed in place, so that `start` and whoever put it back may hold on to it."""
        self.start = self.now
        self.used_mask = 0
        self.group_used = [0] * len(problem.groups)
        self.pool_used = [0] * len(problem.pools)
        self.cap_used: dict[int, int] = {}
        self.pending: list[int] = []

    def run(self) -> Best:
        total = 0
        for amount in self.problem.item:
            total += amount
        self._visit(0, total, 0, 0, 0)
        return self.best

    def _visit(self, index: int, total: int, exchange: int, payment: int, count: int) -> None:
        best = self.best
        if self.prune:
            bound = total - self.rest[index]
            if bound > best.total:
                return
            if bound == best.total:
                coins = exchange + payment
                if coins > best.coins or (coins == best.coins and count > best.count):
                    return
        if index == len(self.apps):
            if self._nothing_left_out():
                best.offer(self.problem, total, exchange + payment, count, self.counts)
            return
        self.steps += 1
        if self.steps > self.limit:
            self.lowest_open = min(self.lowest_open, total - self.rest[index])
            return
        app = self.apps[index]
        outer = self.start
        if index == 0 or self.apps[index - 1].layer != app.layer:
            self.start = self.now
        if app.clash & self.used_mask:
            self._visit(index + 1, total, exchange, payment, count)
        else:
            self._decide(app, total, exchange, payment, count)
        self.start = outer

    def _decide(self, app: Application, total: int, exchange: int, payment: int, count: int) -> None:
        index = app.index
        most = app.most
        problem = self.problem
        for group_index in app.groups:
            group = problem.groups[group_index]
            if is_used_in(problem, group, app, self.counts):
                continue
            most = min(most, group.most // group.weight - self.group_used[group_index])
        usable = False
        for pieces in range(most, 0, -1):
            cost = exchange
            if app.pool >= 0:
                more = self._coins_for_pieces(app, pieces)
                cost += more
                if more < 0 or cost + payment > problem.coins:
                    continue
            cap_left = NO_CAP
            if app.cap_order != NO_CAP:
                cap_left = app.cap_order - self.cap_used.get(app.rule, 0)
            coins_left = problem.coins - cost - payment
            self.steps += self.works[index]
            amount = benefit_of(problem, app, pieces, self.start, self.now, cap_left, coins_left)
            if amount == 0:
                continue
            given: list[int] = []
            if not is_shared_whole(problem, app):
                given = shares_of(problem, app, amount, self.start, self.now)
                amount = sum(given)
                if amount == 0:
                    continue
            usable = True
            if self.prune and total - amount - self.rest[index + 1] > self.best.total:
                # What `_visit` would say, before the shares are worked out.
                continue
            if not given and index + 1 < len(self.apps):
                given = shares_of(problem, app, amount, self.start, self.now)
            paid = payment + coins_for(app, amount) if app.is_coins else payment
            self._use(app, pieces, given, amount, total, cost, paid, count)
        if usable and app.free:
            # Lemma: nothing excuses leaving out an automatic one, and a coin payment comes last and only brings the total
            # down.
            return
        if usable and app.automatic:
            if self._may_clash_later(app):
                self.pending.append(index)
                self._visit(index + 1, total, exchange, payment, count)
                self.pending.pop()
            return
        self._visit(index + 1, total, exchange, payment, count)

    def _coins_for_pieces(self, app: Application, pieces: int) -> int:
        """What exchanging for so many more pieces costs; -1 when they cannot be had."""
        pool = self.problem.pools[app.pool]
        used = self.pool_used[app.pool]
        after = pool.cost(used + pieces)
        return after - pool.cost(used) if after >= 0 else -1

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
        """Go on with the application used, then put everything back. `given`: its shares; empty when nobody reads them."""
        before, mask = self.now, self.used_mask
        again = self.problem.codes_serve_many and is_used_by_rule(self.problem, app, self.counts)
        groups = app.groups
        if again:
            every = self.problem.groups
            groups = [group for group in groups if not is_used_in(self.problem, every[group], app, self.counts)]
        if given:
            now = before.copy()
            for position, place in enumerate(app.targets):
                now[place] = now[place] - given[position]
            self.now = now
        self.counts[app.index] = pieces
        self.used_mask = mask | 1 << app.index
        for group in groups:
            self.group_used[group] = self.group_used[group] + pieces
        if app.pool >= 0:
            self.pool_used[app.pool] = self.pool_used[app.pool] + pieces
        if app.cap_order != NO_CAP:
            self.cap_used[app.rule] = self.cap_used.get(app.rule, 0) + amount
        more = 0 if again and app.pool < 0 else pieces * app.counted
        self._visit(app.index + 1, total - amount, exchange, payment, count + more)
        if app.cap_order != NO_CAP:
            self.cap_used[app.rule] -= amount
        if app.pool >= 0:
            self.pool_used[app.pool] = self.pool_used[app.pool] - pieces
        for group in groups:
            self.group_used[group] = self.group_used[group] - pieces
        self.counts[app.index] = 0
        self.now, self.used_mask = before, mask

    def _may_clash_later(self, app: Application) -> bool:
        """Whether something undecided could still excuse leaving out an automatic application (SPEC 5.6)."""
        return bool(app.clash >> (app.index + 1)) or bool(app.groups)

    def _nothing_left_out(self) -> bool:
        """SPEC 5.6: every usable automatic application left out clashes with a used one, or a limit bars it."""
        for index in self.pending:
            app = self.apps[index]
            if app.clash & self.used_mask:
                continue
            for group_index in app.groups:
                group = self.problem.groups[group_index]
                if is_used_in(self.problem, group, app, self.counts):
                    continue
                if group.weight * (self.group_used[group_index] + 1) > group.most:
                    break
            else:
                return False
        return True
