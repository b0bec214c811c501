"""The best totals with one application forced in, all from the tables of one search (SPEC section 7: `total_with`).

Reads a `Problem`; cuts it, lists the outcomes of its cells and the decisions about what crosses them once, as `search` does,
and answers for any application from these tables. `forced.py` asks it, and has the way round for what it does not know.

Lemma (forced from tables): the outcomes of a cell are all that its own applications can come to, and the decisions all
that the others can. A permitted selection uses a local application when the outcome of its cell does, and a global one
when the decision does. So the best total with it is the best over the same decisions and outcomes, without those outcomes
of its cell, or those decisions, that leave it out. Any prices bound these as well: with fewer outcomes in one cell the
bound rises by what the least reduced cost of that cell rises by.

What is listed is shared by all applications that are asked about, and so are moved prices.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Problem
from pricing.engine.search.branches.bounds import Prices, Relaxation, Row
from pricing.engine.search.branches.branch import EXACT, Branch
from pricing.engine.search.branches.certificates import unfloored
from pricing.engine.search.branches.decisions import Decisions
from pricing.engine.search.branches.nodes import Brancher, Sketch
from pricing.engine.search.joining.halves import Halves
from pricing.engine.search.joining.join import Join, ceiling, total_of
from pricing.engine.search.joining.swaps import swapped
from pricing.engine.search.judge import NOTHING, Best, complete
from pricing.engine.search.keys import Keys
from pricing.engine.search.run import ATTEMPTS
from pricing.engine.search.stores.options import TooMuchError

PASSES: Final = 60
"""In how many passes the prices of a branch are moved, once for all who ask."""

QUICK_STEPS: Final = 2_000
"""Steps of a join before prices are moved for one application alone."""


class Lowest(Best):
    """The lowest total found: ties do not matter."""

    def offer(self, problem: Problem, total: int, coins: int, count: int, counts: list[int]) -> bool:
        """Take the selection if its total is lower."""
        if total >= self.total:
            return False
        self.total = total
        # No selection spends fewer coins or uses fewer coupons than these: nothing ties with it.
        self.coins = -1
        self.count = -1
        self.counts = counts.copy()
        return True


class Known:
    """A branch of the search, and the best prices known for it."""

    __slots__ = ("branch", "children", "is_moved", "prices", "used")

    def __init__(self, branch: Branch, prices: Prices, used: int) -> None:
        self.branch = branch
        self.prices = prices
        self.used = used
        """The globals that its decision uses, as bits of their numbers."""
        self.is_moved = False
        self.children: list[Known] | None = None
        """The parts between thresholds; itself alone where there is nothing to cut; None: nobody has asked."""


class Tables:
    """What one search lists, kept for many questions about the same problem."""

    __slots__ = ("brancher", "home", "known", "limit", "parts", "problem", "steps")

    def __init__(self, problem: Problem, limit: int) -> None:
        """Raises TooMuchError where the outcomes, or the decisions, are more than `limit` steps list."""
        self.problem = problem
        self.limit = limit
        self.parts = unfloored(problem)
        self.steps = 0
        """Steps that the tables took."""
        self.brancher = Brancher(self.parts, Keys(self.parts), limit, [])
        self.known: list[Known] = []
        self.home = [-1] * len(problem.applications)
        """The cell of each local application that is a decision; -1: something else."""
        if problem.codes_serve_many or (self.parts.caps and problem.void):
            raise TooMuchError
        for number, cell in enumerate(self.parts.cells):
            for app in cell.apps:
                if not app.free:
                    self.home[app.index] = number
        self._list()

    def _list(self) -> None:
        decisions = Decisions(self.parts)
        if not decisions.run():
            raise TooMuchError
        for choice in decisions.choices:
            sketch = self.brancher.sketch(decisions.node_of(choice))
            if sketch is not None:
                sketch = self.brancher.refined(sketch)
            if sketch is not None:
                used = 0
                for app in choice.used:
                    used |= 1 << app.index
                self._know(sketch, used)
            self.steps = self.brancher.steps
            if self.steps > self.limit:
                raise TooMuchError

    def _know(self, sketch: Sketch, used: int) -> None:
        branch = self.brancher.branch(sketch)
        self.known.append(Known(branch, branch.relaxation.guessed_prices(NOTHING), used))

    def knows(self, app: Application) -> bool:
        """Whether it can tell the best total with an application."""
        if self.home[app.index] >= 0:
            return True
        return any(self.parts.globals[at].mask >> app.index & 1 for at in self.parts.optional)

    def children_of(self, known: Known) -> list[Known]:
        """The parts of a branch between thresholds, each with prices of its own."""
        children = known.children
        if children is None:
            parts = known.branch.children()
            if len(parts) == 1 and parts[0] is known.branch:
                children = [known]
            else:
                children = []
                for part in parts:
                    children.append(Known(part, part.relaxation.guessed_prices(NOTHING), known.used))
                    self.steps += 5
            known.children = children
        return children

    def move(self, known: Known) -> None:
        """Better prices, once."""
        if not known.is_moved:
            known.is_moved = True
            branch = known.branch
            known.prices = branch.relaxation.moved_prices(known.prices, branch.priced(), PASSES, NOTHING)
            self.steps += PASSES


class Question:
    """One application forced in: what is left of the tables, worked off."""

    __slots__ = ("best", "bit", "cell", "limit", "lowest", "must", "rows", "steps", "tables")

    def __init__(self, tables: Tables, must: int, limit: int) -> None:
        self.tables = tables
        self.must = must
        self.limit = limit
        self.cell = tables.home[must]
        """The cell whose outcomes must use it; -1: it is a global."""
        self.bit = 0 if self.cell >= 0 else 1 << must
        """Decisions must use it."""
        self.best = Lowest()
        self.lowest = NOTHING
        """The least total that what was left open allows."""
        self.steps = 0
        self.rows: dict[int, list[Row]] = {}
        """Of each table of its cell, the rows that use it."""

    def run(self, tried: list[list[int]]) -> bool:
        """Find the lowest total; whether it is proved. `tried`: selections that may use it, a first guess."""
        tables, best = self.tables, self.best
        for counts in tried:
            self.steps += len(counts) // 4 + 1
            complete(tables.problem, counts, best)
        found: list[tuple[int, int, Known]] = []
        for place, known in enumerate(tables.known):
            if known.used & self.bit == self.bit:
                bound = self._bound(known)
                if bound <= ceiling(tables.parts, known.branch, best):
                    found.append((bound, place, known))
        found.sort(key=_by_bound)
        for bound, _, known in found:
            if bound <= ceiling(tables.parts, known.branch, best):
                self._visit(known)
        return self.lowest >= best.total

    def _visit(self, whole: Known) -> None:
        """The parts of a branch, the most promising first."""
        parts, best = self.tables.parts, self.best
        found: list[tuple[int, int, Known]] = []
        for place, known in enumerate(self.tables.children_of(whole)):
            found.append((self._bound(known), place, known))
        found.sort(key=_by_bound)
        for bound, _, known in found:
            if bound > ceiling(parts, known.branch, best):
                break
            if not known.is_moved:
                self._dive(known)
                if self._bound(known) <= ceiling(parts, known.branch, best):
                    self.tables.move(known)
                    self.steps += PASSES
            if self._bound(known) <= ceiling(parts, known.branch, best):
                self._join(known)

    def _bound(self, known: Known) -> int:
        """The bound of a branch with the application forced in; above everything where that cannot be."""
        if self.cell < 0:
            return known.prices.bound
        return known.prices.bound_among(self.cell, self._rows(known.branch.relaxation))

    def _rows(self, relaxation: Relaxation) -> list[Row]:
        """The rows of its cell that use it."""
        rows = relaxation.rows[self.cell]
        mine = self.rows.get(id(rows))
        if mine is None:
            mine = []
            for row in rows:
                for index, _ in row.option.counts:
                    if index == self.must:
                        mine.append(row)
                        break
            self.rows[id(rows)] = mine
        return mine

    def _forced(self, known: Known) -> tuple[Branch, Prices]:
        """The branch and its prices with the application forced in."""
        if self.cell < 0:
            return known.branch, known.prices
        whole = known.branch.relaxation
        rows = whole.rows.copy()
        rows[self.cell] = self._rows(whole)
        relaxation = Relaxation(
            rows,
            whole.positions,
            whole.gains,
            whole.chained,
            whole.available,
            whole.faces,
            whole.short,
            whole.weight,
        )
        relaxation.fitting = whole.fitting
        branch = known.branch
        forced = Branch(branch.keys, branch.node, relaxation, branch.trust, branch.watched)
        prices = known.prices
        narrowed = Prices(prices.of_base, prices.of_piece, whole.positions)
        chosen, least = prices.cheapest(rows[self.cell])
        more = least - prices.reduced(prices.chosen[self.cell])
        narrowed.chosen = prices.chosen.copy()
        narrowed.chosen[self.cell] = chosen
        narrowed.least = prices.least + more
        narrowed.constant = prices.constant
        narrowed.bound = prices.bound + more
        return forced, narrowed

    def _dive(self, known: Known) -> None:
        """A good selection, before prices are moved for it."""
        branch, prices = self._forced(known)
        if branch.trust == EXACT:
            self.steps += swapped(Halves(self.tables.parts, branch, prices, self.best), thorough=True)

    def _join(self, known: Known) -> None:
        """Work one branch off."""
        parts, best = self.tables.parts, self.best
        branch, prices = self._forced(known)
        kind = Halves if branch.trust == EXACT else Join
        join = kind(parts, branch, prices, best)
        if branch.trust == EXACT:
            self.steps += swapped(join, thorough=True)
        quick = True
        for width in ATTEMPTS:
            if prices.bound > ceiling(parts, branch, best):
                return
            before = join.steps
            join.narrow()
            left = self.limit - self.steps
            proved = join.run(width, min(left, QUICK_STEPS) if quick else left)
            self.steps += join.steps - before
            if proved:
                return
            if self.steps >= self.limit:
                break
            if quick and self.cell >= 0:
                # Prices that suit everybody do not suit this one.
                better = branch.relaxation.moved_prices(
                    prices, branch.priced(), 2 * PASSES, ceiling(parts, branch, best)
                )
                self.steps += 2 * PASSES
                if better is not prices:
                    prices = better
                    join = kind(parts, branch, prices, best)
            quick = False
        self.lowest = min(self.lowest, total_of(parts, prices.bound))


def _by_bound(entry: tuple[int, int, Known]) -> tuple[int, int]:
    return entry[0], entry[1]
