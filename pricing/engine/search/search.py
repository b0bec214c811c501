"""The best permitted selection of a problem, proved (SPEC sections 5 and 6).

Small problems are walked through whole (`walk.py`). Larger ones are cut into cells (`cut.py`, `parts.py`) and searched
branch by branch (`run.py`). What wins is settled exactly. What is not proved is met with the greedy answers and with what
is best with each code or coupon alone, so no quote is dearer than those.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Problem
from pricing.engine.search.branches.certificates import unfloored
from pricing.engine.search.branches.gains import is_known
from pricing.engine.search.codes import MOST_SERVED, Answer, Served
from pricing.engine.search.judge import NOTHING, Best, complete, confirm
from pricing.engine.search.memory import Memory
from pricing.engine.search.rescue import MOST_ALONE, MOST_PLAINLY, Rescue, restricted
from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.run import Found, Run
from pricing.engine.search.savings import least_total
from pricing.engine.search.stores.options import TooMuchError
from pricing.engine.search.walk import Walk
from pricing.engine.search.work import cutting

STEP_LIMIT = 400_000
"""Work allowed to one quote, in steps. Counted, never timed: the same cart gets the same answer on a busy machine."""

SMALL = 600
"""Up to so many selections, walking through all of them is faster than cutting the problem up."""

MOST_WALKED: Final = 200
"""More applications are never walked through: each is a call deep."""


def search(problem: Problem, limit: int = STEP_LIMIT, memory: Memory | None = None, rules: Rules = RULES) -> Found:
    """The best selection; `optimal` is False when `limit` steps did not suffice.

    `memory`: what a search of a problem that differs little has left; this one leaves its own there. `rules`: those that
    skip work, each of which can be switched off.
    """
    few = SMALL if rules.walked else 0
    found = by_cells(problem, limit, memory, rules) if selections(problem) > few else None
    if found is not None:
        if not found.optimal and found.total > found.lower_bound and len(problem.applications) <= MOST_WALKED:
            # Where cells bound loosely, a walk through small carts mostly ends soon, or never.
            found = _better(found, _walked(problem, limit // (4 if _is_only_bounded(problem) else 16) + 1))
    elif len(problem.applications) <= MOST_WALKED:
        found = _walked(problem, limit)
    else:
        found = Found([], NOTHING, 0, False, 0)
    if found.optimal or found.total <= found.lower_bound:
        return found
    found.lower_bound = min(found.total, max(found.lower_bound, least_total(problem)))
    return _rescued(problem, found, limit, rules)


def by_cells(problem: Problem, limit: int, memory: Memory | None = None, rules: Rules = RULES) -> Found | None:
    """The search that cuts a problem into cells; None for what it cannot cut."""
    return (
        _served(problem, limit, rules)
        if problem.codes_serve_many
        else _joined(problem, limit, Best(True), memory, rules)
    )


def _served(problem: Problem, limit: int, rules: Rules) -> Found | None:
    """The search where codes serve several applications; see `codes.py`."""
    if len(problem.applications) > MOST_SERVED:
        return None
    for group in problem.groups:
        if group.by_rule and any(problem.applications[member].automatic for member in group.members):
            return None  # a limit on rules may excuse leaving it out

    def solve(twin: Problem, left: int, most: int) -> Answer | None:
        best = Best(True)
        if most < NOTHING:
            best.total, best.coins = most + 1, NOTHING  # nothing is taken yet, so nothing ties with it
        found = _joined(twin, left, best, None, rules)
        return None if found is None else (found.counts, found.total, found.lower_bound, found.optimal, found.steps)

    answer = Served(problem, limit, solve).run()
    return None if answer is None else Found(*answer)


def _rescued(problem: Problem, found: Found, limit: int, rules: Rules) -> Found:
    """An answer without a proof, bettered within half of the limit."""
    best = Best()
    if found.counts:
        complete(problem, found.counts, best)
    rescue = Rescue(problem, best, found.lower_bound, limit // 4)
    if not found.has_tried:
        rescue.offer_greedy()
    if limit < MOST_PLAINLY and best.total > found.lower_bound:
        _search_plainly(problem, found, rescue, rules)
    # Where cutting alone takes what one of these may take, nobody tries them.
    alone = rescue.alone() if cutting(problem) < limit // (4 * MOST_ALONE) else []
    for app in alone:
        if rescue.is_over():
            break
        twin, numbers = restricted(problem, app)
        share = min(limit // (4 * MOST_ALONE) + 1, rescue.left())
        answer = by_cells(twin, share, None, rules) if selections(twin) > SMALL else _walked(twin, share)
        if answer is not None:
            rescue.steps += answer.steps
            rescue.offer(answer.counts, numbers)
    # What the searches above have taken is not taken from those who go on from the best of them.
    rescue.limit = rescue.steps + limit // 4
    rescue.climb()
    total = best.total
    return Found(best.counts, total, min(found.lower_bound, total), False, found.steps + rescue.steps)


def _search_plainly(problem: Problem, found: Found, rescue: Rescue, rules: Rules) -> None:
    """The whole search once more, with what plain ways may take under any limit: it mostly settles what they could only
    better, and who has more would pay more where it does not."""
    many = selections(problem) > SMALL
    more = by_cells(problem, MOST_PLAINLY, None, rules) if many else _walked(problem, MOST_PLAINLY)
    if more is not None:
        rescue.steps += more.steps
        rescue.offer(more.counts, list(range(len(more.counts))))
        found.lower_bound = max(found.lower_bound, more.lower_bound)
        rescue.lower_bound = found.lower_bound


def _is_only_bounded(problem: Problem) -> bool:
    """Whether the walk, which settles everything, may prove what the joined search can only bound."""
    return any(not is_known(problem, app) for app in problem.applications)


def _better(one: Found, other: Found) -> Found:
    """What two searches know together."""
    steps = one.steps + other.steps
    if other.optimal:
        return Found(other.counts, other.total, other.total, True, steps)
    low = max(one.lower_bound, other.lower_bound)
    best = one if one.counts and one.total <= other.total else other
    return Found(best.counts, best.total, min(low, best.total), False, steps)


def _walked(problem: Problem, limit: int) -> Found:
    walk = Walk(problem, limit)
    best = walk.run()
    return Found(best.counts, best.total, min(best.total, walk.lowest_open), walk.lowest_open > best.total, walk.steps)


def selections(problem: Problem) -> int:
    """How many selections there are at most; counting stops when there are many."""
    many = 1
    for app in problem.applications:
        many *= app.most + 1
        if many > 1 << 40:
            break
    return many


def _joined(
    problem: Problem, limit: int, best: Best, memory: Memory | None = None, rules: Rules = RULES
) -> Found | None:
    """The search cell by cell; None for what it cannot cut. Where `best` is trusting, what is known of a selection may be
    claimed."""
    ready = None if memory is None else memory.ready
    parts = unfloored(problem, rules) if ready is None else ready.parts
    problem = parts.problem if ready is None else problem
    if parts.caps and problem.void:
        # What other cells leave of a cap may make a benefit small enough not to be void: no cell can tell alone.
        return None
    run = Run(problem, parts, limit, best, memory)
    try:
        run.list_all()
    except TooMuchError:
        # Some cell has more outcomes than can be listed.
        floor = run.decisions.first_bound()
        confirm(problem, best)
        found = Found(best.counts, best.total, min(best.total, floor), best.total <= floor, limit)
        found.has_tried = run.has_tried
        return found
    finished = run.finished(memory)
    return _joined(problem, limit, Best(False), memory, rules) if finished is None else finished
