"""Where a problem falls apart: which places belong together, and which applications cross them.

Reads a `Problem`; makes a `Cut`: amounts after what is forced, the applications that are left, and for each place the
number of its cell. `parts.py` comes next. A store is only one case of a cell.

Lemma (forced): a free application on places that no open one of an earlier layer reads or takes from reads known amounts,
and nobody open reads what was there before it; it is used whenever it is usable. So it is taken off the
amounts, or left out for good, before anything is decided.

Lemma (cut): applications are tied by the places that they read or take from, and by nothing else but clashes, limits,
pieces and caps, which are counted. Whatever set of them is made global, the rest falls into cells that share no place.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem
from pricing.engine.search.renumbered import Renumbering
from pricing.engine.search.work import heads_of, incidence
from pricing.engine.settling.settle import take

ROOMY: Final = 512
"""A store of up to so many outcomes is listed as it is."""

FEW_DECISIONS: Final = 64
"""Up to so many decisions about globals, nothing else is tried."""

NO_LAYER: Final = 1 << 30

MANY: Final = 1 << 40
"""Outcomes are not counted further."""

DEPENDENT: Final = 64
"""So much dearer is a cut under which a cell reads what a global before it takes from its lines: figures are bounds then."""

DEEP: Final = 48
"""So many applications that may be used together have more subsets than anybody counts."""

MOST_COUNTED: Final = 4096
"""So many decisions are counted one by one."""

MOST_CUTS: Final = 48
"""So many cuts are looked at."""

MOST_STEPS: Final = 40_000
"""No more work is spent on looking at them."""


class Cut:
    """What is left of a problem, and how it falls apart."""

    __slots__ = ("amounts", "cells", "forced", "heads", "is_global", "live", "problem", "steps", "touched")

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.amounts = problem.item
        """What each place costs once forced applications have been used."""
        self.forced: list[Application] = []
        """Those that are used in every selection, their figures known."""
        self.live: list[Application] = []
        """In the order of settling: all others that could be used."""
        self.heads: list[int] = []
        """For each of them, the position of the first that looks at the very same places (`work.heads_of`)."""
        self.is_global: list[bool] = []
        """For each of them, whether it crosses cells."""
        self.cells: list[int] = []
        """The number of the cell of each place; -1: nothing local touches it."""
        self.steps = 0
        """Work done."""
        self.touched = 0
        """Steps to look at all that is left once."""


def cut_of(problem: Problem) -> Cut:
    """Fold what is forced, and choose where to cut."""
    cut = Cut(problem)
    _fold(cut)
    cut.heads = heads_of(cut.live)
    cut.touched = 1 + (incidence(cut.live) + len(problem.item) >> 6)
    cut.steps = 8 * cut.touched
    stores = problem.stores + problem.charge_stores
    crossing: list[bool] = []
    for position, head in enumerate(cut.heads):
        crossing.append(crossing[head] if head != position else _crosses_stores(cut.live[position], stores))
    # By stores, where each has few outcomes: fewer cells, and limits per store inside them.
    _take(cut, crossing, stores)
    if _is_fine(cut):
        return cut
    _take(cut, crossing, [])
    if _is_fine(cut):
        return cut
    best = cut.is_global
    least = _work_of(cut, _decisions(cut))
    many = 0
    for tried in _ways(cut.live):
        cut.steps += 2 * cut.touched
        if cut.steps > MOST_STEPS:
            break
        _take(cut, tried, [])
        # Each way has all globals of the one before it, so it has no fewer decisions.
        many = _decisions(cut) if many < MOST_COUNTED else many
        work = _work_of(cut, many)
        if work < least:
            best, least = tried, work
    _take(cut, best, [])
    return cut


def refold(cut: Cut) -> None:
    """Take off anew what is forced: amounts have changed."""
    cut.amounts = cut.problem.item
    cut.forced = []
    cut.live = []
    _fold(cut)


def _fold(cut: Cut) -> None:
    """The lemma of forced applications, layer by layer."""
    apps = cut.problem.applications
    for app in apps:
        if app.free and not app.is_coins:
            break
    else:
        cut.live = apps.copy()
        return
    open_places = [False] * len(cut.problem.item)
    rules: dict[int, int] = {}
    for app in apps:
        rules[app.rule] = rules.get(app.rule, 0) + 1
    start = 0
    for end in range(1, len(apps) + 1):
        if end < len(apps) and apps[end].layer == apps[start].layer:
            continue
        _fold_layer(cut, apps[start:end], rules, open_places)
        start = end


def _fold_layer(cut: Cut, apps: list[Application], rules: dict[int, int], open_places: list[bool]) -> None:
    """The same in one layer. `rules`: how many applications each has; `open_places`: those that an open application
    of an earlier layer takes from, or reads: it would read what a later one has left."""
    met = _met_twice(apps, len(open_places)) if any(app.free for app in apps) else []
    amounts = cut.amounts.copy()
    left: list[Application] = []
    for app in apps:
        known = app.free and not app.is_coins and (app.cap_order == NO_CAP or rules[app.rule] == 1)
        if not known or _is_any(app, open_places) or _is_any(app, met):
            left.append(app)
            continue
        given = take(cut.problem, app, 1, cut.amounts, cut.amounts, app.cap_order, 0)
        if sum(given) > 0:
            cut.forced.append(app)
            for position, place in enumerate(app.targets):
                amounts[place] = amounts[place] - given[position]
    cut.amounts = amounts
    cut.live += left
    for position, head in enumerate(heads_of(left)):
        if head != position:
            continue
        app = left[position]
        for place in app.lines:
            open_places[place] = True
        for place in app.targets:
            open_places[place] = True


def _is_any(app: Application, flags: list[bool]) -> bool:
    """Whether a place that the application reads or takes from is flagged."""
    for place in app.lines:
        if flags[place]:
            return True
    if app.targets is not app.lines:
        for place in app.targets:
            if flags[place]:
                return True
    return False


def _met_twice(apps: list[Application], places: int) -> list[bool]:
    """For each place, whether more than one of the applications reads or takes from it."""
    met = [0] * places
    for number, app in enumerate(apps, 1):
        for place in app.lines if app.targets is app.lines else app.lines + app.targets:
            if met[place] == 0 or met[place] == number:
                met[place] = number
            else:
                met[place] = -1
    return [mark < 0 for mark in met]


def first_place(app: Application) -> int:
    """Some place that it reads or takes from; what it counts may be nothing."""
    return app.lines[0] if app.lines else app.targets[0]


def _crosses_stores(app: Application, stores: list[int]) -> bool:
    if app.is_coins:
        return True
    first = stores[first_place(app)]
    for place in app.lines:
        if stores[place] != first:
            return True
    if app.targets is not app.lines:
        for place in app.targets:
            if stores[place] != first:
                return True
    return False


def _take(cut: Cut, is_global: list[bool], stores: list[int]) -> None:
    """Cut so; places that a local application touches belong together, or all that are touched in one of the `stores`."""
    count = len(cut.problem.item)
    root = list(range(count))
    touched = [False] * count
    homes: dict[int, int] = {}
    heads = cut.heads
    for position, app in enumerate(cut.live):
        if is_global[position] or heads[position] != position:
            continue
        place = first_place(app)
        first = homes.get(stores[place], -1) if stores else -1
        if first < 0 and stores:
            homes[stores[place]] = place
        while first >= 0 and root[first] != first:
            first = root[first]
        for place in app.lines if app.targets is app.lines else app.lines + app.targets:
            touched[place] = True
            at = place
            while root[at] != at:
                root[at] = root[root[at]]
                at = root[at]
            if first < 0:
                first = at
            elif at != first:
                low, high = min(at, first), max(at, first)
                root[high] = low
                first = low
    numbers: dict[int, int] = {}
    cells = [-1] * count
    for place in range(count):
        if touched[place]:
            at = place
            while root[at] != at:
                at = root[at]
            number = numbers.get(at)
            if number is None:
                numbers[at] = number = len(numbers)
            cells[place] = number
    cut.cells = cells
    cut.is_global = is_global


def _locals(cut: Cut) -> list[list[Application]]:
    """The local applications of each cell."""
    found: list[list[Application]] = [[] for _ in range(max(cut.cells, default=-1) + 1)]
    for app, crosses in zip(cut.live, cut.is_global, strict=True):
        if not crosses:
            found[cut.cells[first_place(app)]].append(app)
    return found


def outcomes(apps: list[Application], most: int) -> int:
    """How many outcomes applications have at most, by those that may not be used together; not counted above `most`."""
    cliques: list[int] = []
    choices: list[int] = []
    many = 1
    for app in apps:
        if app.free:
            continue
        bit = 1 << app.index
        for place in range(len(cliques)):
            if cliques[place] & ~app.clash == 0:
                cliques[place] = cliques[place] | bit
                many = many // (choices[place] + 1)
                choices[place] = choices[place] + app.most
                many *= choices[place] + 1
                break
        else:
            cliques.append(bit)
            choices.append(app.most)
            many *= app.most + 1
        if many > most:
            return most
    return many


def _is_fine(cut: Cut) -> bool:
    """Whether the cut is as good as it need be."""
    if decisions(cut.problem, _globals(cut), FEW_DECISIONS + 1) > FEW_DECISIONS:
        return False
    return all(outcomes(apps, ROOMY + 1) <= ROOMY for apps in _locals(cut))


def _globals(cut: Cut) -> list[Application]:
    return [app for app, crosses in zip(cut.live, cut.is_global, strict=True) if crosses]


def _decisions(cut: Cut) -> int:
    """How many decisions about its globals there are; MOST_COUNTED: so many or more."""
    return decisions(cut.problem, _globals(cut), MOST_COUNTED)


def _work_of(cut: Cut, many: int) -> int:
    """About how much work a cut makes: `many` decisions, times the outcomes of all cells."""
    globals_ = _globals(cut)
    work = 1
    for apps in _locals(cut):
        work += outcomes(apps, MANY)
    if _is_dependent(cut):
        work *= DEPENDENT
    for app in globals_:
        if app.free and not app.is_coins:
            work = min(2 * work, MANY)  # no decision, but one more base that cells meet in
    return work * (many if many < MOST_COUNTED else max(many, outcomes(globals_, MANY)))


def _is_dependent(cut: Cut) -> bool:
    """Whether a local application comes after a global that takes from its lines."""
    first = [NO_LAYER] * len(cut.problem.item)
    heads, crosses = cut.heads, cut.is_global
    for position, app in enumerate(cut.live):
        if crosses[position] and not app.is_shipping and heads[position] == position:
            for place in app.targets:
                first[place] = min(first[place], app.layer)
    for position, app in enumerate(cut.live):
        if not crosses[position] and heads[position] == position:
            for place in app.lines:
                if first[place] < app.layer:
                    return True
    return False


def decisions(problem: Problem, apps: list[Application], most: int) -> int:
    """How many decisions about these applications clashes and limits permit; not counted above `most`."""
    choices = [app for app in apps if not app.free]
    counter = Counting(problem, choices, most)
    counter.visit((1 << len(choices)) - 1, 0)
    return counter.many


class Counting:
    """Counts decisions."""

    __slots__ = ("apps", "beside", "left", "many", "members", "most")

    def __init__(self, problem: Problem, apps: list[Application], most: int) -> None:
        self.apps = apps
        self.most = most
        self.many = 1
        self.left = [group.most // group.weight for group in problem.groups]
        """What is left of each limit."""
        self.members = [0] * len(problem.groups)
        """The applications in it, as bits of their places among these."""
        for place, app in enumerate(apps):
            for index in app.groups:
                self.members[index] |= 1 << place
        renumbering = Renumbering([app.index for app in apps])
        self.beside = [~renumbering.of(app.clash) for app in apps]
        """What may be used beside each, likewise."""

    def visit(self, open_: int, depth: int) -> None:
        """Count the ways to use one more of those that are open, and then others behind it."""
        if depth > DEEP:
            self.many = self.most  # whatever is left out of so many is permitted as well
        while open_:
            place = (open_ & -open_).bit_length() - 1
            open_ &= open_ - 1
            app = self.apps[place]
            most = app.most
            for index in app.groups:
                most = min(most, self.left[index])
            after = open_ & self.beside[place]
            for pieces in range(1, most + 1):
                if self.many >= self.most:
                    return
                self.many += 1
                rest = after
                for index in app.groups:
                    self.left[index] = self.left[index] - pieces
                    if self.left[index] <= 0:
                        rest &= ~self.members[index]
                self.visit(rest, depth + 1)
                for index in app.groups:
                    self.left[index] = self.left[index] + pieces


def _ways(live: list[Application]) -> list[list[bool]]:
    """Cuts to look at: the widest applications made global, of those as wide the later ones, a few more each time."""
    spans = sorted({(len(app.lines), app.layer) for app in live if not app.is_coins}, reverse=True)
    if len(spans) > MOST_CUTS:
        spans = [spans[place * (len(spans) - 1) // (MOST_CUTS - 1)] for place in range(MOST_CUTS)]
    found: list[list[bool]] = [[app.is_coins for app in live]]
    for span in spans[:-1] if spans else []:
        found.append([app.is_coins or (len(app.lines), app.layer) >= span for app in live])
    if spans:
        found.append([True for _ in live])
    return found
