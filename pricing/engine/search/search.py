"""The best permitted selection of a problem, proved (SPEC sections 5 and 6).

Small problems are walked through whole (`walk.py`). Larger ones are cut into cells (`cut.py`, `parts.py`); every decision
about what crosses cells (`decisions.py`, `nodes.py`) is a branch with a bound (`bounds.py`). A dive (`swaps.py`) finds a
good selection of each; what the bound then cannot refuse is joined cell by cell (`join.py`, `halves.py`), narrow first, then
wider until nothing was cut. What wins is settled exactly. What is not proved is met with the greedy answers and with what
is best with each code or coupon alone, so no quote is dearer than those.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Problem
from pricing.engine.search.branches.bounds import Prices
from pricing.engine.search.branches.decisions import Choice, Decisions
from pricing.engine.search.branches.gains import is_known
from pricing.engine.search.branches.nodes import EXACT, Branch, Brancher, Key, Outcomes, Sketch
from pricing.engine.search.codes import MOST_SERVED, Answer, Served
from pricing.engine.search.joining.halves import Halves
from pricing.engine.search.joining.join import Join, ceiling, proving, total_of
from pricing.engine.search.joining.swaps import swapped
from pricing.engine.search.judge import NOTHING, Best, complete, confirm, trim
from pricing.engine.search.keys import Keys
from pricing.engine.search.memory import Decision, Memory
from pricing.engine.search.rescue import MOST_ALONE, MOST_PLAINLY, Rescue, restricted
from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.savings import least_total
from pricing.engine.search.stores.options import TooMuchError
from pricing.engine.search.stores.parts import SCALE, Parts, parts_of
from pricing.engine.search.walk import Walk
from pricing.engine.search.work import cutting

STEP_LIMIT = 400_000
"""Work allowed to one quote, in steps. Counted, never timed: the same cart gets the same answer on a busy machine."""

SMALL = 600
"""Up to so many selections, walking through all of them is faster than cutting the problem up."""

MOST_WALKED: Final = 200
"""More applications are never walked through: each is a call deep."""

CHUNK: Final = 32
"""Where decisions are many, so many are listed at a time."""

PASSES: Final = 120
"""In how many passes the prices of a branch are moved before its stores are joined."""

MOST_FIGURES: Final = 1_500_000
"""Figures looked at while prices are moved; of very many it is done in fewer passes, but"""

FEW_PASSES: Final = 6
"""in no fewer than so many."""

ATTEMPTS = (64, 1024, 16384, NOTHING)
"""How many labels are kept at each store, attempt by attempt."""

TIE_STEPS: Final = 20_000
"""Work allowed once the total is proved and only ties are open (SPEC 6.2 to 6.5)."""


class Found:
    """What a search claims."""

    __slots__ = ("counts", "has_tried", "lower_bound", "optimal", "steps", "total")

    def __init__(self, counts: list[int], total: int, lower_bound: int, optimal: bool, steps: int) -> None:
        self.counts = counts
        self.total = total
        self.lower_bound = lower_bound
        """No permitted selection totals less; minor units."""
        self.optimal = optimal
        self.steps = steps
        self.has_tried = False
        """Whether the greedy answers are among what it is the best of."""


def search(problem: Problem, limit: int = STEP_LIMIT, memory: Memory | None = None, rules: Rules = RULES) -> Found:
    """The best selection; `optimal` is False when `limit` steps did not suffice.

    `memory`: what a search of a problem that differs little has left; this one leaves its own there. `rules`: those that
    skip work, each of which can be switched off.
    """
    few = SMALL if rules.walked else 0
    found = by_cells(problem, limit, memory, rules) if selections(problem) > few else None
    if found is not None:
        if not found.optimal and found.total > found.lower_bound and _is_only_bounded(problem):
            found = _better(found, _walked(problem, limit // 4 + 1))
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

    def solve(twin: Problem, left: int) -> Answer | None:
        found = _joined(twin, left, Best(True), None, rules)
        return None if found is None else (found.counts, found.total, found.lower_bound, found.optimal, found.steps)

    answer = Served(problem, limit, solve).run()
    return None if answer is None else Found(*answer)


def _rescued(problem: Problem, found: Found, limit: int, rules: Rules) -> Found:
    """An answer without a proof, bettered within a quarter of the limit."""
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
    if len(problem.applications) > MOST_WALKED:
        return False
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
    parts = parts_of(problem, rules) if ready is None else ready.parts
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
    run.join()
    trim(problem, best)
    if memory is not None:
        memory.leave(run.brancher, best.counts, {child.key: child.prices for child in run.open_branches})
    if best.refuted:
        return _joined(problem, limit, Best(False), memory, rules)
    lower = min(best.total, run.lowest)
    found = Found(best.counts, best.total, lower, run.lowest > best.total, run.steps)
    found.has_tried = run.has_tried
    return found


class Run:
    """One search of a problem that was cut."""

    __slots__ = (
        "best",
        "brancher",
        "decisions",
        "has_tried",
        "limit",
        "lowest",
        "open_branches",
        "parts",
        "prices",
        "problem",
        "steps",
    )

    def __init__(self, problem: Problem, parts: Parts, limit: int, best: Best, memory: Memory | None) -> None:
        self.problem = problem
        self.parts = parts
        self.limit = limit
        self.best = best
        self.prices: dict[Decision, Prices] = {}
        """Of an earlier search, by decision and part: where to begin."""
        kept: list[dict[Key, Outcomes | None]] = []
        ready = None if memory is None else memory.ready
        if memory is not None:
            kept = memory.kept(parts)
            if memory.is_warm:
                self.prices = memory.prices if kept or ready is not None else {}
                for counts in memory.guesses:
                    complete(problem, counts, best)
        self.brancher = Brancher(parts, Keys(parts) if ready is None else ready.keys, limit // 2, kept)
        if ready is not None:
            self.brancher.cache = ready.listed
        self.decisions = Decisions(parts)
        self.has_tried = False
        """Whether the greedy answers have been offered."""
        self.open_branches: list[Open] = []
        # Cutting is linear in what the cart and its rules hold, and done by now: some of the limit is left for the rest.
        self.steps = min(parts.steps, limit // 4)
        self.lowest = NOTHING
        """The least total that what was left open allows."""

    def list_all(self) -> None:
        """Every decision that may hold the best, with its branches."""
        decisions, best = self.decisions, self.best
        if decisions.run():
            self._list(decisions.choices)
            return
        rescue = Rescue(self.problem, best, 0, self.limit // 8)
        rescue.offer_greedy()
        self.has_tried = True
        self.steps += rescue.steps
        decisions.run_below(best.total)
        self.steps += decisions.visited >> 2
        self.lowest = min(self.lowest, decisions.open_bound) if decisions.open_bound <= best.total else self.lowest
        choices = decisions.choices
        done = 0
        while done < len(choices) and choices[done].bound <= best.total:
            if self.steps >= self.limit:
                self.lowest = min(self.lowest, choices[done].bound)
                break
            self._list(choices[done : done + CHUNK])
            done += CHUNK

    def _list(self, choices: list[Choice]) -> None:
        """Make the branches of these decisions."""
        parts, best, brancher = self.parts, self.best, self.brancher
        sketches: list[tuple[int, int, Sketch]] = []
        before = brancher.steps
        for place, choice in enumerate(choices):
            if self.steps + brancher.steps - before > self.limit and place:
                self.lowest = min(self.lowest, self.decisions.first_bound())
                break
            sketch = brancher.sketch(self.decisions.node_of(choice))
            if sketch is not None:
                sketches.append((sketch.bound, place, sketch))
        self.steps += brancher.steps - before
        sketches.sort(key=_by_bound)
        for bound, _, sketch in sketches:
            if bound < SCALE * (best.total - parts.constant + 1) or not parts.rules.refused:
                if self.steps > self.limit and self.open_branches:
                    self.lowest = min(self.lowest, total_of(parts, bound))
                    continue
                branch = brancher.branch(sketch)
                children = _children(parts, branch, best, self.prices)
                self.open_branches += children
                self.steps += (1 + len(children)) * (brancher.looking + (branch.figures() >> 6))
                self.steps += len(parts.globals) ** 2 >> 7
                for child in children:
                    # Only an easy selection is worth finding before prices are moved.
                    if child.prices.reaches and self.steps < self.limit:
                        self.steps += child.dive(parts, best, thorough=False) + child.taken()
            if best.total == NOTHING:
                rescue = Rescue(self.problem, best, 0, 0)
                rescue.offer_greedy()
                self.steps += rescue.steps

    def join(self) -> None:
        """Work the branches off."""
        parts, best = self.parts, self.best
        open_branches = self.open_branches
        open_branches.sort(key=_by_open_bound)
        for child in open_branches:
            if self.steps < self.limit:
                self.steps += child.improve(parts, best) + child.taken()
        open_branches.sort(key=_by_open_bound)
        for child in open_branches:
            proved, open_bound, more = _join(parts, child, best, self.limit - self.steps)
            self.steps += more + child.taken()
            if not proved:
                self.lowest = min(self.lowest, total_of(parts, open_bound))


class Open:
    """A branch that may still hold the best, with the best prices known."""

    __slots__ = ("branch", "join", "key", "made", "place", "prices")

    def __init__(self, branch: Branch, place: int, prices: Prices, key: Decision) -> None:
        self.branch = branch
        self.key = key
        """Its decision, and its part."""
        self.place = place
        self.prices = prices
        self.join: Join | None = None
        """The last one made."""
        self.made = 0

    def taken(self) -> int:
        """Steps that making label searches took since it was asked last."""
        made, self.made = self.made, 0
        return made

    def joining(self, parts: Parts, best: Best) -> Join:
        """The label search under the prices as they are: made once for a dive and the join after it."""
        join = self.join
        if join is not None and join.prices is self.prices:
            join.narrow()
            return join
        self.made += self.branch.figures() >> 3
        kind = Halves if self.branch.trust == EXACT and parts.rules.halved else Join
        self.join = made = kind(parts, self.branch, self.prices, best)
        return made

    def dive(self, parts: Parts, best: Best, thorough: bool) -> int:
        """Offer a good selection of the branch, when its figures are exact and it may lower the total; the steps taken."""
        if self.branch.trust != EXACT or total_of(parts, self.prices.bound) >= best.total or not parts.rules.swapped:
            return 0
        return swapped(self.joining(parts, best), thorough)

    def improve(self, parts: Parts, best: Best) -> int:
        """Better prices, and a better selection, unless the total is proved already; the steps it took."""
        if total_of(parts, self.prices.bound) >= best.total:
            return 0
        branch, guessed = self.branch, self.prices
        enough = min(ceiling(parts, branch, best), proving(parts, best))
        figures = branch.figures()
        passes = max(FEW_PASSES, min(PASSES, MOST_FIGURES // (figures + 1)))
        if parts.rules.priced:
            self.prices = branch.relaxation.moved_prices(guessed, branch.priced(), passes, enough)
        steps = PASSES + (passes * figures >> 8) + self.dive(parts, best, thorough=True)
        moved = self.prices is not guessed and parts.rules.swapped
        if moved and branch.trust == EXACT and total_of(parts, self.prices.bound) < best.total:
            # From where the stores are under other prices there may be a way to a better selection.
            steps += swapped(Halves(parts, branch, guessed, best), thorough=True) + (figures >> 3)
        return steps


def _children(parts: Parts, branch: Branch, best: Best, known: dict[Decision, Prices]) -> list[Open]:
    """The parts of a branch that can still hold the best, the most promising first, each with guessed prices.

    `known`: prices that were good for the like of a part.
    """
    decision = branch.decision()
    prices = _priced(branch, ceiling(parts, branch, best), known, decision)
    if prices.bound > ceiling(parts, branch, best):
        return []
    children = branch.children() if parts.rules.stretched else [branch]
    if len(children) == 1:
        return [Open(branch, 0, prices, decision)]
    found: list[Open] = []
    for place, child in enumerate(children):
        key = (*decision, place)
        prices = _priced(child, ceiling(parts, child, best), known, key)
        if prices.bound <= ceiling(parts, child, best):
            found.append(Open(child, place, prices, key))
    found.sort(key=_by_open_bound)
    return found


def _priced(branch: Branch, enough: int, known: dict[Decision, Prices], key: Decision) -> Prices:
    """The best of a few guesses; that which is known first, if anything is."""
    relaxation = branch.relaxation
    hint = known.get(key) if known else None
    if hint is None or not relaxation.fits(hint):
        return relaxation.guessed_prices(enough)
    # What has no price here must cost nothing: its rows offer no base to be paid for.
    of_base = [price if place in relaxation.positions else 0 for place, price in enumerate(hint.of_base)]
    prices, _, _ = relaxation.priced(of_base, hint.of_piece)
    if prices.bound > enough:
        return prices
    guessed = relaxation.guessed_prices(enough)
    return guessed if guessed.bound > prices.bound else prices


def _join(parts: Parts, child: Open, best: Best, limit: int) -> tuple[bool, int, int]:
    """Work one branch off: whether it is proved, else the bound that stands, and the steps it took."""
    branch = child.branch
    bound = child.prices.bound
    steps = 0
    for width in ATTEMPTS if parts.rules.hurried else ATTEMPTS[-1:]:
        if bound > ceiling(parts, branch, best):
            return True, bound, steps
        if limit <= 0:
            break
        if total_of(parts, bound) >= best.total:
            limit = min(limit, steps + TIE_STEPS)
            width = NOTHING
        join = child.joining(parts, best)
        before = join.steps
        proved = join.run(width, limit - steps)
        steps += join.steps - before
        if proved:
            return True, bound, steps
        bound = max(bound, join.cut_bound)
        if steps >= limit:
            break
    return False, bound, steps


def _by_bound(entry: tuple[int, int, Sketch]) -> tuple[int, int]:
    return entry[0], entry[1]


def _by_open_bound(entry: Open) -> tuple[int, int]:
    return entry.prices.bound, entry.place
