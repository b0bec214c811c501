"""A problem cut into stores and what crosses them: the first step of the fast search.

Reads a `Problem`; makes `Parts`: one `Cell` per store with the applications that live inside it, the *global*
applications that cross stores, and the counts, pieces and caps that stores share. `options.py` comes next.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem
from pricing.engine.settling.settle import has_item_cap

SCALE: Final = 10_000 << 10
"""Bounds are whole numbers of this size. A multiple of 10,000, so that percentages to two decimals are exact prices; and
large enough for counts beside it."""


class Event:
    """One step of a cell in the order of layers: a local application, or a global that touches its lines."""

    __slots__ = ("app", "covering", "is_alone", "is_capped", "is_unread", "layer", "opens", "position", "repeats")

    def __init__(self, layer: int, app: Application | None, position: int) -> None:
        self.layer = layer
        self.app = app
        """None for a global."""
        self.position = position
        """Of the global among the globals."""
        self.opens = False
        """Whether it is the first of its layer."""
        self.covering: list[int] = []
        """Later globals that all targets of the local application are lines of."""
        self.is_unread = False
        """Whether nobody reads its shares: no later application, no global that sees a part."""
        self.is_alone = False
        """Whether it is free shipping and no other one may take from its charges."""
        self.is_capped = False
        """Whether its cap per order spans several cells."""
        self.repeats = False
        """Whether it is a global that sees the same lines as the one before it, after all local applications."""


class Cell:
    """One store's lines and charges as a problem of its own, with places and applications renumbered."""

    __slots__ = (
        "apps",
        "clash",
        "dependent",
        "events",
        "global_lines",
        "groups",
        "indexes",
        "pools",
        "problem",
        "tail",
        "total",
    )

    def __init__(self) -> None:
        self.problem = Problem()
        """Only `item` and the switches are filled: applications are in `apps`."""
        self.apps: list[Application] = []
        """Copies with local places, in the order of settling; `index` is the one of the whole problem."""
        self.global_lines: list[list[int]] = []
        """For each global application, the local places of its lines."""
        self.indexes: list[int] = []
        """Index in the whole problem of each place."""
        self.clash = 0
        """All that its applications clash with."""
        self.groups: list[int] = []
        """All limits that its applications are in."""
        self.dependent = False
        """Whether its outcomes depend on what the globals take from its lines."""
        self.events: list[Event] = []
        self.tail = 0
        """From this event on there are only globals, and what they take is read by nobody here."""
        self.pools: list[int] = []
        """Pools that only its applications draw on."""
        self.total = 0
        """What it costs before anything is used."""


class Parts:
    """A problem cut into cells."""

    __slots__ = (
        "caps",
        "cells",
        "constant",
        "covers",
        "globals",
        "groups",
        "most",
        "optional",
        "overlap",
        "pools",
        "problem",
        "weight",
    )

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cells: list[Cell] = []
        self.globals: list[Application] = []
        """In the order of settling."""
        self.optional: list[int] = []
        """Positions in `globals` of those that are a decision."""
        self.covers: list[list[bool]] = []
        """covers[g][h]: every line of global g is a line of the later global h."""
        self.pools: list[int] = []
        """Pools that more than one cell, or a global, draws on."""
        self.groups: list[int] = []
        self.caps: list[int] = []
        """Rules whose cap per order spans several cells."""
        self.constant = 0
        """Charges of stores without lines: nothing in a cell touches them."""
        self.most = sum(app.most * app.counted for app in problem.applications)
        """The most coupons and codes that a selection can use."""
        self.weight = SCALE // (self.most + 1)
        """What each of them adds to a total in SCALE: all together stay below one minor unit."""
        self.overlap = False
        """Whether two applications of one layer may be used on one line or take from one charge."""


def parts_of(problem: Problem, stores: list[int], charge_stores: list[int]) -> Parts:
    """Cut by store: `stores` numbers the store of each line, `charge_stores` of each charge (-1: has no lines)."""
    parts = Parts(problem)
    local_place = _open_cells(parts, stores, charge_stores)
    home = [-1] * len(problem.applications)
    for app in problem.applications:
        store = stores[app.lines[0]]
        if app.is_coins or any(stores[place] != store for place in app.lines):
            parts.globals.append(app)
            continue
        home[app.index] = store
        parts.cells[store].apps.append(_moved(app, local_place))
    for cell in parts.cells:
        cell.global_lines = [[] for _ in parts.globals]
    for position, app in enumerate(parts.globals):
        if not app.free:
            parts.optional.append(position)
        for place in app.lines:
            parts.cells[stores[place]].global_lines[position].append(local_place[place])
    line_sets = [frozenset(app.lines) for app in parts.globals]
    parts.covers = [[mine <= other for other in line_sets] for mine in line_sets]
    parts.overlap = _may_overlap(problem)
    for cell in parts.cells:
        for app in cell.apps:
            cell.clash |= app.clash
            cell.groups += app.groups
        cell.groups = sorted(set(cell.groups))
        cell.dependent = _is_dependent(parts, cell)
    _find_shared(parts, home)
    for cell in parts.cells:
        _prepare(parts, cell)
    return parts


def _open_cells(parts: Parts, stores: list[int], charge_stores: list[int]) -> list[int]:
    problem = parts.problem
    for _ in range(max(stores) + 1):
        cell = Cell()
        cell.problem.measured_on_item = problem.measured_on_item
        cell.problem.by_item_price = problem.by_item_price
        cell.problem.moved = problem.moved
        cell.problem.void = problem.void
        cell.problem.rounds_down = problem.rounds_down
        parts.cells.append(cell)
    local_place: list[int] = []
    for place, amount in enumerate(problem.item):
        owner = stores[place] if place < problem.places else charge_stores[place - problem.places]
        if owner < 0:
            parts.constant += amount
            local_place.append(-1)
            continue
        cell = parts.cells[owner]
        local_place.append(len(cell.indexes))
        cell.indexes.append(place)
        cell.problem.item.append(amount)
    for cell in parts.cells:
        cell.problem.places = sum(1 for place in cell.indexes if place < problem.places)
    return local_place


def _moved(app: Application, local_place: list[int]) -> Application:
    """A copy whose places are those of its cell."""
    moved = app.twin()
    moved.lines = [local_place[place] for place in app.lines]
    moved.targets = [local_place[place] for place in app.targets]
    return moved


def _is_dependent(parts: Parts, cell: Cell) -> bool:
    """Whether a later application of the cell, or a later global that sees only part of an earlier one, reads shares."""
    touching = [position for position, lines in enumerate(cell.global_lines) if lines]
    if not touching:
        return False
    first = parts.globals[touching[0]].layer
    if any(app.layer > first or (parts.overlap and app.layer == first) for app in cell.apps):
        return True
    if parts.problem.measured_on_item:
        return False
    for earlier in touching:
        for later in touching:
            app = parts.globals[later]
            if app.layer <= parts.globals[earlier].layer or parts.covers[earlier][later]:
                continue
            if app.is_coins and has_item_cap(app):
                continue
            if not set(cell.global_lines[earlier]).isdisjoint(cell.global_lines[later]):
                return True
    return False


def _prepare(parts: Parts, cell: Cell) -> None:
    """What every walk over the cell asks again and again."""
    cell.total = sum(cell.problem.item)
    cell.pools = sorted({app.pool for app in cell.apps if app.pool >= 0}.difference(parts.pools))
    plain = not parts.overlap and cell.problem.moved and not cell.dependent
    last = cell.apps[-1].layer if cell.apps else -1
    masks = [_mask_of(lines) for lines in cell.global_lines]
    for app in cell.apps:
        event = Event(app.layer, app, -1)
        mine = _mask_of(app.targets)
        parted = False
        for position, mask in enumerate(masks):
            if mine & ~mask == 0:
                if parts.globals[position].layer > app.layer:
                    event.covering.append(position)
            elif mine & mask:
                parted = True
        event.is_unread = plain and not parted and app.layer == last and not has_item_cap(app)
        event.is_capped = app.rule in parts.caps
        event.is_alone = app.is_shipping and _is_alone(cell, app)
        cell.events.append(event)
    for position, app in enumerate(parts.globals):
        if cell.global_lines[position]:
            cell.events.append(Event(app.layer, None, position))
    cell.events.sort(key=_layer_of)
    layer = -1
    for event in cell.events:
        event.opens = event.layer != layer
        layer = event.layer
    cell.tail = len(cell.events)
    while not cell.dependent and cell.tail and cell.events[cell.tail - 1].app is None:
        cell.tail -= 1
    for place in range(cell.tail + 1, len(cell.events)):
        before, event = cell.events[place - 1], cell.events[place]
        # In a layer with local applications the base is that before them, and in the next one that after them.
        alike = before.layer > last or before.layer == event.layer
        alike = alike and cell.global_lines[before.position] == cell.global_lines[event.position]
        event.repeats = (
            alike and not parts.globals[before.position].is_coins and not parts.globals[event.position].is_coins
        )


def _is_alone(cell: Cell, app: Application) -> bool:
    taken = 0
    for other in cell.apps:
        if other is not app and other.is_shipping:
            taken |= _mask_of(other.targets)
    return _mask_of(app.targets) & taken == 0


def _mask_of(places: list[int]) -> int:
    """A set of places as bits."""
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask


def _layer_of(event: Event) -> int:
    return event.layer


def _may_overlap(problem: Problem) -> bool:
    on_place: list[int] = []
    layer = -1
    for app in problem.applications:
        if app.layer != layer:
            layer = app.layer
            on_place = [0] * len(problem.item)
        places = app.lines if app.targets is app.lines else sorted({*app.lines, *app.targets})
        for place in places:
            if on_place[place] & ~app.clash:
                return True
            on_place[place] = on_place[place] | 1 << app.index
    return False


def _find_shared(parts: Parts, home: list[int]) -> None:
    """What more than one cell draws on becomes part of a label's state."""
    problem = parts.problem
    for index, group in enumerate(problem.groups):
        if crosses(group.members, home):
            parts.groups.append(index)
    drawn: list[list[int]] = [[] for _ in problem.pools]
    capped: dict[int, list[int]] = {}
    for app in problem.applications:
        if app.pool >= 0:
            drawn[app.pool].append(app.index)
        if app.cap_order != NO_CAP:
            capped.setdefault(app.rule, []).append(app.index)
    for index, members in enumerate(drawn):
        if crosses(members, home):
            parts.pools.append(index)
    for rule, members in capped.items():
        if len(members) > 1 and crosses(members, home):
            parts.caps.append(rule)


def crosses(members: list[int], home: list[int]) -> bool:
    """Whether applications are of more than one cell, or global."""
    if not members:
        return False
    first = home[members[0]]
    return first < 0 or any(home[member] != first for member in members)
