"""One search of a problem that was cut into cells: branches listed, bettered, joined.

Reads `Parts`; makes what `search.py` claims. Every decision about what crosses cells (`decisions.py`, `nodes.py`) is a
branch with a bound (`bounds.py`). A dive (`swaps.py`) finds a good selection of each; what the bound then cannot refuse is
joined cell by cell (`join.py`, `halves.py`), narrow first, then wider until nothing was cut.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Problem
from pricing.engine.search.branches.bounds import OUT_OF_REACH, Prices, Row
from pricing.engine.search.branches.branch import EXACT, Branch
from pricing.engine.search.branches.decisions import Choice, Decisions
from pricing.engine.search.branches.nodes import Brancher, Key, Outcomes, Sketch
from pricing.engine.search.joining.halves import Halves
from pricing.engine.search.joining.join import Join, ceiling, proving, total_of
from pricing.engine.search.joining.swaps import swapped
from pricing.engine.search.judge import NOTHING, Best, complete, confirm, trim
from pricing.engine.search.keys import Keys
from pricing.engine.search.memory import Decision, Memory
from pricing.engine.search.rescue import Rescue
from pricing.engine.search.stores.options import TooMuchError
from pricing.engine.search.stores.outcome import Node
from pricing.engine.search.stores.parts import SCALE, Parts

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


class Run:
    """One search of a problem that was cut."""

    __slots__ = (
        "best",
        "brancher",
        "decisions",
        "has_tried",
        "is_improved",
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
        self.is_improved = False
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
        brancher = self.brancher
        bounded: list[tuple[int, int, Node, Sketch | None]] = []
        before = brancher.steps
        for place, choice in enumerate(choices):
            if self.steps + brancher.steps - before > self.limit and place:
                self.lowest = min(self.lowest, self.decisions.first_bound())
                break
            node = self.decisions.node_of(choice)
            bound, sketch = brancher.first(node)
            bounded.append((bound, place, node, sketch))
        self.steps += brancher.steps - before
        bounded.sort(key=_by_bound)
        for bound, _, node, sketch in bounded:
            if self._may_win(bound):
                if self.steps > self.limit and self.open_branches:
                    self.lowest = min(self.lowest, total_of(self.parts, bound))
                    continue
                self._open(node, sketch)
            if self.best.total == NOTHING:
                rescue = Rescue(self.problem, self.best, 0, 0)
                rescue.offer_greedy()
                self.steps += rescue.steps

    def _may_win(self, bound: int) -> bool:
        """Whether what lies above a bound may be as good as the best."""
        return bound < SCALE * (self.best.total - self.parts.constant + 1) or not self.parts.rules.refused

    def _open(self, node: Node, sketch: Sketch | None) -> None:
        """Make the branches of a decision, unless its outcomes tell that none of them can win. `sketch`: if it was made."""
        parts, best, brancher = self.parts, self.best, self.brancher
        before = brancher.steps
        sketch = brancher.sketch(node) if sketch is None else sketch
        if sketch is not None and self._may_win(sketch.bound):
            sketch = brancher.refined(sketch)
        self.steps += brancher.steps - before
        if sketch is None or not self._may_win(sketch.bound):
            return
        branch = brancher.branch(sketch)
        children = _children(parts, branch, best, self.prices)
        self.open_branches += children
        self.steps += (1 + len(children)) * (brancher.looking + (branch.figures() >> 6))
        self.steps += len(parts.globals) ** 2 >> 7
        for child in children:
            # Only an easy selection is worth finding before prices are moved.
            if child.prices.reaches and self.steps < self.limit:
                self.steps += child.dive(parts, best, thorough=False) + child.taken()

    def improve(self) -> None:
        """Better prices of all branches, and a better selection; once."""
        if self.is_improved:
            return
        self.is_improved = True
        parts, best = self.parts, self.best
        open_branches = self.open_branches
        open_branches.sort(key=_by_open_bound)
        for child in open_branches:
            if self.steps < self.limit:
                self.steps += child.improve(parts, best) + child.taken()

    def finished(self, memory: Memory | None) -> Found | None:
        """What it claims in the end; None where it trusted what did not hold."""
        best = self.best
        self.improve()
        self.join()
        trim(self.problem, best)
        self.leave(memory)
        if best.refuted:
            return None
        found = Found(best.counts, best.total, min(best.total, self.lowest), self.lowest > best.total, self.steps)
        found.has_tried = self.has_tried
        return found

    def leave(self, memory: Memory | None) -> None:
        """Leave what it knows to later searches."""
        if memory is not None:
            memory.leave(self.brancher, self.best.counts, {child.key: child.prices for child in self.open_branches})

    def may_use(self, app: Application, more_than: int, reach: int) -> bool:
        """Whether the best selection may use an application more than so often, at a base of `reach` at least (minor units;
        where it is known what base the branch can have), by the bounds as they are."""
        parts, best = self.parts, self.best
        if self.lowest <= best.total or (best.counts and best.counts[app.index] > more_than):
            return True
        cell, position = _home_of(parts, app)
        if cell < 0 and position < 0:
            return True
        for child in self.open_branches:
            if position >= 0 and not child.reaches(position, reach):
                continue
            bound = child.bound_with(app, more_than, cell, position)
            if bound <= ceiling(parts, child.branch, best):
                return True
        return False

    def join(self) -> None:
        """Work the branches off."""
        parts, best = self.parts, self.best
        open_branches = self.open_branches
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

    def reaches(self, position: int, reach: int) -> bool:
        """Whether a global may have such a base in the branch."""
        gain = self.branch.relaxation.gains[position]
        return gain is not None and gain.high >= reach

    def bound_with(self, app: Application, more_than: int, cell: int, position: int) -> int:
        """No selection of the branch that uses an application more than so often is below this (`within.py` has the
        lemma). It lives in a cell, or is one of the globals at a position."""
        prices, node, rows_of = self.prices, self.branch.node, self.branch.relaxation.rows
        if cell < 0:
            is_used = node.apps[position].index == app.index and node.counts[position] > more_than
            return prices.bound if is_used else OUT_OF_REACH
        mine: list[Row] = []
        for row in rows_of[cell]:
            for index, count in row.option.counts:
                if index == app.index and count > more_than:
                    mine.append(row)
        return prices.bound_among(cell, mine)

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


def _home_of(parts: Parts, app: Application) -> tuple[int, int]:
    """The cell that an application is a decision of, or the position of the globals that it is one of; else -1."""
    for number, cell in enumerate(parts.cells):
        for local in cell.apps:
            if local.index == app.index:
                return (-1, -1) if local.free else (number, -1)
    for position in parts.optional:
        if parts.globals[position].mask >> app.index & 1:
            return -1, position
    return -1, -1


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


def _by_bound(entry: tuple[int, int, Node, Sketch | None]) -> tuple[int, int]:
    return entry[0], entry[1]


def _by_open_bound(entry: Open) -> tuple[int, int]:
    return entry.prices.bound, entry.place


class Guess:
    """What a search knows before anything is joined; it can be finished."""

    __slots__ = ("counts", "may_use", "run", "steps")

    def __init__(self, run: Run, may_use: bool) -> None:
        self.run = run
        self.counts = run.best.counts
        """A good selection, settled."""
        self.may_use = may_use
        """Whether the best selection may use the application that was asked about."""
        self.steps = run.steps


def guessed(problem: Problem, limit: int, memory: Memory, app: Application, more_than: int, reach: int) -> Guess | None:
    """A good selection of a problem that was cut before (`memory.ready`); and whether the best one may use `app` more than
    so often, at a base of `reach` at least. That is known by bounds alone, as in `within.py`: mostly they tell it before any
    price is moved. None where the cells do not tell."""
    ready = memory.ready
    if ready is None or problem.codes_serve_many or (ready.parts.caps and problem.void):
        return None
    run = Run(problem, ready.parts, limit, Best(True), memory)
    try:
        run.list_all()
    except TooMuchError:
        return None
    may_use = run.may_use(app, more_than, reach)
    if may_use:
        run.improve()
        may_use = run.may_use(app, more_than, reach)
    confirm(problem, run.best)
    run.leave(memory)
    return None if run.best.refuted else Guess(run, may_use)
