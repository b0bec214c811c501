"""Which of two selections is better, and what a set of decisions comes to (SPEC sections 5 and 6).

`Best` keeps the best selection seen. `complete` settles decisions exactly and adds the *free* applications: automatic
rules (and the coin payment) that clash with nothing and that no limit bars, which are used whenever they are usable.

Where a search knows the figures of a selection without settling it, it may *claim* them: only the claim that still stands
when it is needed is settled, by `confirm`. A claim that does not hold is refuted, and whoever trusted claims starts anew.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Group, Problem
from pricing.engine.settling.settle import Midway, exchange_coins, pieces_used

NOTHING: Final = 1 << 120
"""A total, or a bound in SCALE, above all others."""


class Best:
    """The best selection found so far, and what it is judged by (SPEC 6)."""

    __slots__ = (
        "claimed",
        "coins",
        "count",
        "counts",
        "expiries",
        "order",
        "refuted",
        "ties",
        "total",
        "trusting",
    )

    def __init__(self, trusting: bool = False) -> None:
        self.total = NOTHING
        self.coins = 0
        self.count = 0
        self.counts: list[int] = []
        self.ties: int | None = None
        """What ranks it among its equals of one node; None: not worked out yet."""
        self.expiries: list[int] | None = None
        """Of its pieces (SPEC 6.4); None: nobody has asked."""
        self.order: list[int] | None = None
        """The applications by rule and store (SPEC 6.5); likewise."""
        self.trusting = trusting
        """Whether claims are taken."""
        self.claimed = False
        """Whether it is a claim: `counts` are decisions, without the free applications."""
        self.refuted = False
        """Whether a claim did not hold."""

    def claim(self, total: int, coins: int, count: int, decided: list[int], ties: int) -> None:
        """Take a selection that is better, before it is settled."""
        self.total = total
        self.coins = coins
        self.count = count
        self.counts = decided
        self.ties = ties
        self.expiries = None
        self.claimed = True

    def offer(self, problem: Problem, total: int, coins: int, count: int, counts: list[int]) -> bool:
        """Take the selection if it is better; ties go on through all of SPEC 6."""
        if total != self.total:
            if total > self.total:
                return False
        elif coins != self.coins:
            if coins > self.coins:
                return False
        elif count != self.count:
            if count > self.count:
                return False
        else:
            return self._tie_won(problem, counts)
        self.total = total
        self.coins = coins
        self.count = count
        self.counts = counts.copy()
        self.ties = None
        self.expiries = None
        return True

    def _tie_won(self, problem: Problem, counts: list[int]) -> bool:
        """SPEC 6.4 and 6.5: take the selection if these are for it."""
        ours = expiries_of(problem, counts)
        theirs = self.expiries
        if theirs is None:
            self.expiries = theirs = expiries_of(problem, self.counts)
        if ours != theirs:
            if not padded_less(ours, theirs, problem.never_expires):
                return False
        else:
            order = self.order
            if order is None:
                self.order = order = order_of(problem)
            if not names_before(problem, order, counts, self.counts):
                return False
        self.counts = counts.copy()
        self.ties = None
        self.expiries = ours
        return True


def expiries_of(problem: Problem, counts: list[int]) -> list[int]:
    """Ranks of the expiries of the pieces used, soonest first; bought pieces and codes are left out: they never expire."""
    if problem.never_expires == 0:
        return []
    ranks: list[int] = []
    used = pieces_used(problem, counts)
    for place, pool in enumerate(problem.pools):
        pieces = used[place]
        for rank, many in pool.expiries:
            if rank == problem.never_expires or not pieces:
                break
            taken = min(many, pieces)
            for _ in range(taken):
                ranks.append(rank)
            pieces -= taken
    ranks.sort()
    return ranks


def padded_less(ours: list[int], theirs: list[int], never: int) -> bool:
    """Whether our pieces expire sooner, the shorter list going on with pieces that never expire."""
    longest = max(len(ours), len(theirs))
    return ours + [never] * (longest - len(ours)) < theirs + [never] * (longest - len(theirs))


def order_of(problem: Problem) -> list[int]:
    """The applications by rule and store."""
    many = len(problem.applications)
    # Rules are numbered by name, and those of one rule stand in the order of store and sku.
    ranked = [app.rule * many + app.index for app in problem.applications]
    ranked.sort()
    return [each % many for each in ranked]


def names_before(problem: Problem, order: list[int], ours: list[int], theirs: list[int]) -> bool:
    """SPEC 6.5: whether our sorted list of (rule, store, pieces) comes before theirs. `order`: see `order_of`."""
    for place, index in enumerate(order):
        mine, other = ours[index], theirs[index]
        if mine == other:
            continue
        if mine and other:
            if problem.applications[index].pool < 0:
                continue
            return mine < other
        # One list has this name and the other a later one, or none: then it is the beginning of the first, and before it.
        rest = theirs if mine else ours
        for later in range(place + 1, len(order)):
            if rest[order[later]]:
                return mine > 0
        return mine == 0
    return False


def confirm(problem: Problem, best: Best) -> None:
    """Settle the claim, if the best is one; where it does not hold, what it really comes to stays."""
    if not best.claimed:
        return
    total, coins, count = best.total, best.coins, best.count
    best.claimed = False
    best.total = NOTHING
    complete(problem, best.counts, best)
    if best.total != total or best.coins != coins or best.count != count:
        best.refuted = True


def complete(problem: Problem, decided: list[int], best: Best) -> bool:
    """Settle decisions, free applications added, and offer the selection to `best` when it is permitted.

    `decided` holds a count for each application; those of free ones are worked out. True when it became the best.
    """
    confirm(problem, best)
    exchange = exchange_coins(problem, decided)
    if exchange < 0 or exchange > problem.coins or not _within_limits(problem, decided):
        return False
    met = Midway(problem, problem.coins - exchange)
    counts = decided.copy()
    used_mask = 0
    left_out: list[Application] = []
    for app in problem.applications:
        met.come_to(app)
        pieces = counts[app.index]
        free = app.free
        if not pieces and not free and not app.automatic:
            continue
        amount = met.offered(app, pieces or 1)
        if amount == 0:
            if pieces and not free:
                return False
            counts[app.index] = 0
        elif not pieces and not free:
            left_out.append(app)
        elif app.clash & used_mask:
            return False
        else:
            counts[app.index] = pieces or 1
            used_mask |= 1 << app.index
            met.use(app, amount)
    for app in left_out:
        if not _excused(problem, app, counts, used_mask):
            return False
    coins = problem.coins - met.coins_left
    return best.offer(problem, sum(met.now), coins, codes_used(problem, counts), counts)


def trim(problem: Problem, best: Best) -> None:
    """Offer the best without each use that is neither counted nor demanded: a list of uses comes before one that goes on
    (SPEC 6.5), which packed names do not tell. Only automatic rules that may be left out are like that. The last name goes
    first: without one before it a list goes on with a later name, and is no better."""
    confirm(problem, best)
    needless = [False] * len(problem.applications)
    for app in problem.applications:
        if best.counts and best.counts[app.index]:
            needless[app.index] = not (app.counted or app.automatic or app.is_coins)
    for index in reversed(order_of(problem)) if any(needless) else ():
        if needless[index]:
            less = best.counts.copy()
            less[index] = 0
            complete(problem, less, best)


def is_used_by_rule(problem: Problem, app: Application, counts: list[int]) -> bool:
    """Whether another application of the same rule is used; they stand next to each other."""
    apps = problem.applications
    for step in (-1, 1):
        at = app.index + step
        while 0 <= at < len(apps) and apps[at].rule == app.rule:
            if counts[at]:
                return True
            at += step
    return False


def is_used_in(problem: Problem, group: Group, app: Application, counts: list[int]) -> bool:
    """Whether a limit that counts rules has counted the application's rule already, by another one of its members."""
    apps = problem.applications
    if not group.by_rule:
        return False
    return any(counts[member] and member != app.index and apps[member].rule == app.rule for member in group.members)


def used_of(problem: Problem, group: Group, counts: list[int]) -> int:
    """What a selection uses of a limit: uses and pieces, or rules (SPEC 5.3)."""
    used = 0
    if not group.by_rule:
        for member in group.members:
            used += counts[member]
        return used
    last = -1
    for member in group.members:
        rule = problem.applications[member].rule
        if counts[member] and rule != last:
            used += 1
            last = rule
    return used


def codes_used(problem: Problem, counts: list[int]) -> int:
    """SPEC 6.3: coupons and codes used; pieces count one by one, a rule given by code counts one."""
    used = 0
    last = -1
    for app in problem.applications:
        pieces = counts[app.index]
        if not pieces or not app.counted:
            continue
        if app.pool >= 0:
            used += pieces
        elif app.rule != last:
            used += 1
            last = app.rule
    return used


def _within_limits(problem: Problem, counts: list[int]) -> bool:
    return all(used_of(problem, group, counts) * group.weight <= group.most for group in problem.groups)


def _excused(problem: Problem, app: Application, counts: list[int], used_mask: int) -> bool:
    """SPEC 5.6: whether a usable automatic application may be left out, by a clash or by a limit."""
    if app.clash & used_mask:
        return True
    for index in app.groups:
        group = problem.groups[index]
        if is_used_in(problem, group, app, counts):
            continue
        if (used_of(problem, group, counts) + 1) * group.weight > group.most:
            return True
    return False
