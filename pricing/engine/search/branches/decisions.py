"""The decisions about globals that clashes and limits permit, the most promising ones when they are many.

Reads `Parts`; makes `Node`s. Few decisions are made as they are. Many are bounded first, by what their applications can
save at most, so that those that cannot win are never listed.

Lemma (first bound): no cell saves more than the sum, over cliques of its applications, of the largest benefit in each; and
no global more than its own largest benefit. So what is left after all of these bounds every selection of a decision.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application
from pricing.engine.search.judge import NOTHING
from pricing.engine.search.stores.outcome import Node
from pricing.engine.search.stores.parts import Parts
from pricing.engine.search.walk import Cliques, clique_sum, largest_benefit

FEW: Final = 256
"""So many decisions are made without looking at bounds."""

MOST_NODES: Final = 3000
"""So many decisions are made at most; the bound of the others stands."""

DEEP: Final = 300
"""A decision uses no more globals."""

MOST_VISITED: Final = 200_000
"""So many are looked at for it."""


class Choice:
    """One decision: the applications used of some gauges, and how often."""

    __slots__ = ("bound", "pieces", "used")

    def __init__(self, bound: int, used: list[Application], pieces: list[int]) -> None:
        self.bound = bound
        """No selection with it totals less, minor units."""
        self.used = used
        self.pieces = pieces


class Decisions:
    """Lists the decisions of a problem that was cut."""

    __slots__ = (
        "ceiling",
        "choices",
        "few",
        "floor",
        "group_used",
        "is_over",
        "open_bound",
        "parts",
        "pieces",
        "rest",
        "used",
        "visited",
        "worths",
    )

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.choices: list[Choice] = []
        self.few = True
        self.is_over = False
        self.ceiling = NOTHING
        """Decisions whose bound is above it are passed by."""
        self.open_bound = NOTHING
        """No selection of a decision that was not listed totals less than this, unless it is above the ceiling."""
        self.group_used = [0] * len(parts.problem.groups)
        self.used: list[Application] = []
        self.pieces: list[int] = []
        self.visited = 0
        self.floor = 0
        self.rest = [0] * (len(parts.optional) + 1)
        """What the gauges from each place on can save at most."""
        self.worths = [0] * len(parts.problem.applications)

    def run(self) -> bool:
        """List all decisions, if they are few; whether they were."""
        self._visit(0, 0, 0, 0)
        return not self.is_over

    def run_below(self, ceiling: int) -> None:
        """List those whose bound is not above the ceiling, the lowest bound first."""
        self.ceiling = ceiling
        self.few = False
        self.is_over = False
        self.choices = []
        self.visited = 0
        self._bound()
        self._visit(0, 0, self.floor, 0)
        self._keep_best()

    def _keep_best(self) -> None:
        """Keep the most promising decisions, as many as are made; others must be at least as promising from now on."""
        self.choices.sort(key=_by_bound)
        if len(self.choices) > MOST_NODES:
            del self.choices[MOST_NODES:]
            self.ceiling = self.choices[-1].bound
            self.open_bound = min(self.open_bound, self.ceiling)

    def first_bound(self) -> int:
        """The first bound of all decisions together, minor units."""
        if self.few:
            self._bound()
        return self.floor - self.rest[0]

    def node_of(self, choice: Choice) -> Node:
        """The node of a decision."""
        apps: list[Application] = []
        counts: list[int] = []
        for gauge in self.parts.globals:
            apps.append(gauge.apps[0])
            counts.append(1 if gauge.free else 0)
        for app, pieces in zip(choice.used, choice.pieces, strict=True):
            position = self._position(app)
            apps[position] = app
            counts[position] = pieces
        return Node(self.parts, apps, counts)

    def _position(self, app: Application) -> int:
        for position in self.parts.optional:
            if self.parts.globals[position].mask >> app.index & 1:
                return position
        raise AssertionError

    def _bound(self) -> None:
        """The lemma of the first bound."""
        parts = self.parts
        floor = sum(parts.cut.amounts)
        for cell in parts.cells:
            floor -= clique_sum(cell.problem, cell.apps)
        for gauge in parts.globals:
            if gauge.free:
                floor -= largest_benefit(parts.problem, gauge.apps[0])
        self.floor = floor
        cliques = Cliques()
        for place in range(len(parts.optional) - 1, -1, -1):
            gauge = parts.globals[parts.optional[place]]
            clash = -1
            most = 0
            for app in gauge.apps:
                clash &= app.clash | gauge.mask
                self.worths[app.index] = largest_benefit(parts.problem, app)
                most = max(most, self.worths[app.index])
            cliques.add(gauge.mask, clash, most)
            self.rest[place] = cliques.total

    def _visit(self, at: int, mask: int, total: int, depth: int) -> None:
        """Note the decision to use no more, then those that use one more of the gauges from this place on; `total`: what
        is left after what is used."""
        if self.few and len(self.choices) > FEW:
            self.is_over = True
            return
        if total <= self.ceiling:
            self.visited += depth >> 2
            self.choices.append(Choice(total, self.used.copy(), self.pieces.copy()))
            if len(self.choices) > 2 * MOST_NODES:
                self._keep_best()
        optional = self.parts.optional
        problem = self.parts.problem
        for place in range(at, len(optional)):
            bound = total - self.rest[place]
            if bound > self.ceiling or self.is_over:
                return
            if self.visited > MOST_VISITED or depth > DEEP:
                self.open_bound = min(self.open_bound, bound)
                return
            for app in self.parts.globals[optional[place]].apps:
                self.visited += 1
                if app.clash & mask:
                    continue
                most = app.most
                for index in app.groups:
                    group = problem.groups[index]
                    most = min(most, group.most // group.weight - self.group_used[index])
                worth = 0 if self.few else self.worths[app.index]
                for pieces in range(most, 0, -1):
                    self.used.append(app)
                    self.pieces.append(pieces)
                    for index in app.groups:
                        self.group_used[index] = self.group_used[index] + pieces
                    self._visit(place + 1, mask | 1 << app.index, total - worth, depth + 1)
                    for index in app.groups:
                        self.group_used[index] = self.group_used[index] - pieces
                    self.used.pop()
                    self.pieces.pop()


def _by_bound(choice: Choice) -> int:
    return choice.bound
