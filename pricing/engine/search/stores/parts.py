"""A problem cut into cells and what crosses them: the first step of the fast search.

Reads a `Cut`; makes `Parts`: the `Cell`s with the applications that live inside each, the `Gauge`s of *global*
applications that cross cells, and the counts, pieces and caps that cells share. `options.py` comes next.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem
from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.stores.cut import Cut, cut_of, first_place
from pricing.engine.search.work import MANY_PLACES, heads_of, settling
from pricing.engine.settling.settle import has_item_cap

SCALE: Final = 10_000 << 10
"""Bounds are whole numbers of this size. A multiple of 10,000, so that percentages to two decimals are exact prices; and
large enough for counts beside it."""

FEW_PLACES: Final = 256
"""A set of more is not put together place by place: each would copy all bits."""
NO_PLACES: Final[list[int]] = []

HOMELESS: Final = -2
"""Where a forced application lives, or one that is never usable: it is no decision of anybody."""

GLOBAL: Final = -1
"""Where a global lives."""


class Gauge:
    """Applications of one layer that read and take from the same places, and of which no two may be used together: they
    are one decision about what crosses cells."""

    __slots__ = ("apps", "automatic", "free", "is_coins", "is_shipping", "layer", "lines", "mask", "targets")

    def __init__(self, app: Application) -> None:
        self.apps = [app]
        self.mask = 1 << app.index
        self.layer = app.layer
        self.lines = app.lines
        self.targets = app.targets
        self.free = app.free
        self.automatic = app.automatic
        self.is_coins = app.is_coins
        self.is_shipping = app.is_shipping


class Event:
    """One step of a cell in the order of layers: a local application, or a global that touches its lines."""

    __slots__ = (
        "app",
        "covering",
        "is_alone",
        "is_capped",
        "is_unread",
        "layer",
        "opens",
        "position",
        "repeats",
        "shares_cap",
        "work",
    )

    def __init__(self, layer: int, app: Application | None, position: int) -> None:
        self.layer = layer
        self.app = app
        """None for a global."""
        self.position = position
        """Of the global among the globals."""
        self.work = 1
        """Steps that meeting it takes."""
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
        self.shares_cap = False
        """Whether its cap per order is that of other applications of its cell, and of no other cell."""
        self.repeats = False
        """Whether it is a global that sees the same lines as the one before it, after all local applications."""


class Cell:
    """Some lines and charges as a problem of their own, with places and applications renumbered."""

    __slots__ = (
        "apps",
        "clash",
        "dependent",
        "events",
        "finishing",
        "first",
        "global_lines",
        "global_targets",
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
        self.first: list[int] = []
        """What each place costs before any decision: forced applications have been used."""
        self.apps: list[Application] = []
        """Copies with local places, in the order of settling; `index` is the one of the whole problem."""
        self.global_lines: list[list[int]] = []
        """For each gauge of globals, the local places of its lines."""
        self.global_targets: list[list[int]] = []
        """The same of what it takes from."""
        self.indexes: list[int] = []
        """Index in the whole problem of each place."""
        self.clash = 0
        """All that its applications clash with."""
        self.groups: list[int] = []
        """All limits that its applications are in."""
        self.dependent = False
        """Whether its outcomes depend on what the globals take from its lines."""
        self.events: list[Event] = []
        self.finishing = 2
        """Steps that noting an outcome takes."""
        self.tail = 0
        """From this event on there are only globals, and what they take is read by nobody here."""
        self.pools: list[int] = []
        """Pools that only its applications draw on."""
        self.total = 0
        """What it costs before anything is used."""

    def touches(self, position: int) -> bool:
        """Whether a gauge of globals reads or takes from its places."""
        return bool(self.global_lines[position] or self.global_targets[position])


class Parts:
    """A problem cut into cells."""

    __slots__ = (
        "caps",
        "cell_of",
        "cells",
        "constant",
        "covers",
        "cut",
        "globals",
        "groups",
        "most",
        "optional",
        "overlap",
        "pools",
        "problem",
        "rules",
        "settling",
        "steps",
        "weight",
    )

    def __init__(self, problem: Problem, cut: Cut, rules: Rules) -> None:
        self.problem = problem
        self.rules = rules
        """Which rules that skip work are followed."""
        self.settling = settling(problem)
        """Steps that settling a selection takes."""
        self.steps = cut.steps + (cut.touched >> 2)
        """Steps that cutting it took."""
        self.cut = cut
        self.cells: list[Cell] = []
        self.cell_of: list[int] = []
        """The cell of each place; -1: none."""
        self.globals: list[Gauge] = []
        """In the order of settling."""
        self.optional: list[int] = []
        """Positions in `globals` of those that are a decision."""
        self.covers: list[list[bool]] = []
        """covers[g][h]: all that global g takes from are lines of the later global h."""
        self.pools: list[int] = []
        """Pools that more than one cell, or a global, draws on."""
        self.groups: list[int] = []
        self.caps: list[int] = []
        """Rules whose cap per order spans several cells."""
        self.constant = 0
        """What no application that is left touches."""
        self.most = sum(app.most * app.counted for app in problem.applications)
        """The most coupons and codes that a selection can use."""
        self.weight = SCALE // (self.most + 1)
        """What each of them adds to a total in SCALE: all together stay below one minor unit."""
        self.overlap = False
        """Whether two applications of one layer may be used on one line or take from one charge."""


def parts_of(problem: Problem, rules: Rules = RULES) -> Parts:
    """The problem cut where it falls apart (see `cut.py`)."""
    cut = cut_of(problem)
    parts = Parts(problem, cut, rules)
    local_place = _open_cells(parts, cut)
    home = [HOMELESS] * len(problem.applications)
    gauges: list[Gauge] = []
    moved: dict[int, list[int]] = {}
    for app, is_global in zip(cut.live, cut.is_global, strict=True):
        if is_global:
            _measure(gauges, app)
            home[app.index] = GLOBAL
            continue
        number = cut.cells[first_place(app)]
        home[app.index] = number
        parts.cells[number].apps.append(_moved(app, local_place, moved))
    parts.globals = gauges
    parts.steps += len(cut.live) * len(gauges) >> 5
    for cell in parts.cells:
        cell.global_lines = [[] for _ in gauges]
        cell.global_targets = [[] for _ in gauges]
    for position, gauge in enumerate(gauges):
        if not gauge.free:
            parts.optional.append(position)
        for place in gauge.lines:
            parts.cells[parts.cell_of[place]].global_lines[position].append(local_place[place])
        for place in gauge.targets:
            parts.cells[parts.cell_of[place]].global_targets[position].append(local_place[place])
    lines = [_mask_of(gauge.lines) for gauge in gauges]
    targets = [_mask_of(gauge.targets) for gauge in gauges]
    parts.covers = [[mine & ~other == 0 for other in lines] for mine in targets]
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


def _measure(gauges: list[Gauge], app: Application) -> None:
    """Put a global into the gauge that reads and takes what it does, or make one for it."""
    if not app.free and not app.is_coins and not app.automatic:
        for gauge in gauges:
            if gauge.layer != app.layer or gauge.free or gauge.is_coins or gauge.automatic:
                continue
            # Lists are compared: applications of one scope have equal ones.
            if gauge.mask & ~app.clash == 0 and _alike(gauge.lines, app.lines) and _alike(gauge.targets, app.targets):
                gauge.apps.append(app)
                gauge.mask |= 1 << app.index
                return
    gauges.append(Gauge(app))


def _alike(ours: list[int], theirs: list[int]) -> bool:
    return ours is theirs or ours == theirs


def _open_cells(parts: Parts, cut: Cut) -> list[int]:
    """Make the cells; places that only globals touch are one cell more. The place of each place in its cell."""
    problem = parts.problem
    read = [False] * len(problem.item)
    many = max(cut.cells, default=-1) + 1
    rest = -1
    for position, app in enumerate(cut.live):
        if cut.is_global[position] and cut.heads[position] == position:
            for place in app.lines:
                read[place] = True
            for place in app.targets:
                read[place] = True
    for place, number in enumerate(cut.cells):
        if number < 0 and read[place]:
            rest = many
    # One cell at the least: where nothing is left to decide, its one outcome is the answer.
    for _ in range(max(1, many + (rest >= 0))):
        cell = Cell()
        cell.problem.measured_on_item = problem.measured_on_item
        cell.problem.by_item_price = problem.by_item_price
        cell.problem.moved = problem.moved
        cell.problem.void = problem.void
        cell.problem.rounds_down = problem.rounds_down
        parts.cells.append(cell)
    local_place: list[int] = []
    for place, amount in enumerate(cut.amounts):
        owner = cut.cells[place]
        if owner < 0:
            owner = rest if read[place] else -1
        parts.cell_of.append(owner)
        if owner < 0:
            parts.constant += amount
            local_place.append(-1)
            continue
        cell = parts.cells[owner]
        local_place.append(len(cell.indexes))
        cell.indexes.append(place)
        cell.problem.item.append(problem.item[place])
        cell.problem.units.append(problem.units[place])
        if problem.floors:
            cell.problem.floors.append(problem.floors[place])
        cell.first.append(amount)
        if place < problem.places:
            cell.problem.places += 1
    return local_place


def _moved(app: Application, local_place: list[int], known: dict[int, list[int]]) -> Application:
    """A copy whose places are those of its cell. `known`: lists that were moved before, by the identity of the first."""
    moved = app.twin()
    moved.lines = _moved_list(app.lines, local_place, known)
    moved.targets = moved.lines if app.targets is app.lines else _moved_list(app.targets, local_place, known)
    return moved


def _moved_list(places: list[int], local_place: list[int], known: dict[int, list[int]]) -> list[int]:
    if len(places) < MANY_PLACES:
        return [local_place[place] for place in places]
    found = known.get(id(places))
    if found is None:
        found = known[id(places)] = [local_place[place] for place in places]
    return found


def _is_dependent(parts: Parts, cell: Cell) -> bool:
    """Whether a later application of the cell, or a later global that sees only part of an earlier one, reads shares."""
    touching = [position for position in range(len(parts.globals)) if cell.touches(position)]
    taking = [each for each in touching if cell.global_targets[each] and not parts.globals[each].is_shipping]
    if not taking:
        return False
    first = parts.globals[taking[0]].layer
    if any(app.layer > first or (parts.overlap and app.layer == first) for app in cell.apps):
        return True
    if parts.problem.measured_on_item:
        return False
    for earlier in taking:
        for later in touching:
            gauge = parts.globals[later]
            if gauge.layer <= parts.globals[earlier].layer or parts.covers[earlier][later]:
                continue
            if gauge.is_coins and has_item_cap(gauge.apps[0]):
                continue
            if not set(cell.global_targets[earlier]).isdisjoint(cell.global_lines[later]):
                return True
    return False


def _prepare(parts: Parts, cell: Cell) -> None:
    """What every walk over the cell asks again and again."""
    cell.total = sum(cell.first)
    cell.pools = sorted({app.pool for app in cell.apps if app.pool >= 0}.difference(parts.pools))
    plain = not parts.overlap and cell.problem.moved and not cell.dependent
    last = cell.apps[-1].layer if cell.apps else -1
    rules: dict[int, int] = {}
    for app in cell.apps:
        rules[app.rule] = rules.get(app.rule, 0) + 1
    masks = [_mask_of(lines) for lines in cell.global_lines]
    known: list[int] = NO_PLACES
    mine = 0
    for app in cell.apps:
        event = Event(app.layer, app, -1)
        if app.targets is not known:
            known, mine = app.targets, _mask_of(app.targets)
        parted = False
        for position, mask in enumerate(masks):
            if mine & ~mask == 0:
                if parts.globals[position].layer > app.layer:
                    event.covering.append(position)
            elif mine & mask:
                parted = True
        event.is_unread = plain and not parted and app.layer == last and not has_item_cap(app)
        event.is_capped = app.rule in parts.caps
        event.shares_cap = app.cap_order != NO_CAP and not event.is_capped and rules[app.rule] > 1
        event.is_alone = app.is_shipping and _is_alone(cell, app)
        event.work = 1 + (len(app.lines) + len(cell.first) >> 4)
        cell.events.append(event)
    for position, gauge in enumerate(parts.globals):
        if cell.touches(position):
            event = Event(gauge.layer, None, position)
            event.work = 1 + (len(cell.global_lines[position]) + len(cell.first) >> 4)
            cell.events.append(event)
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
    cell.finishing = 2 + (len(parts.globals) + len(cell.first) + _read_last(cell) >> 4)


def _read_last(cell: Cell) -> int:
    """How many places are read for the bases of the globals behind all local applications."""
    read = 0
    for event in cell.events[cell.tail :]:
        if not event.repeats:
            read += len(cell.global_lines[event.position])
    return read


def _is_alone(cell: Cell, app: Application) -> bool:
    taken = 0
    for other in cell.apps:
        if other is not app and other.is_shipping:
            taken |= _mask_of(other.targets)
    return _mask_of(app.targets) & taken == 0


def _mask_of(places: list[int]) -> int:
    """A set of places as bits."""
    if len(places) > FEW_PLACES:
        bits = bytearray((max(places) >> 3) + 1)
        for place in places:
            bits[place >> 3] = bits[place >> 3] | 1 << (place & 7)
        return int.from_bytes(bits, "little")
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask


def _layer_of(event: Event) -> int:
    return event.layer


def _may_overlap(problem: Problem) -> bool:
    apps = problem.applications
    heads = heads_of(apps)
    masks = [1 << app.index for app in apps]
    """For each first one of those that look at the very same places, all of these; and"""
    barred = [app.clash | 1 << app.index for app in apps]
    """what each of them may not be used beside, or is."""
    for position, head in enumerate(heads):
        if head != position:
            masks[head] |= masks[position]
            barred[head] &= barred[position]
    on_place: list[int] = []
    layer = -1
    for position, app in enumerate(apps):
        if app.layer != layer:
            layer = app.layer
            on_place = [0] * len(problem.item)
        if heads[position] != position:
            continue
        mine, clash = masks[position], barred[position]
        if mine & ~clash:
            return True
        places = app.scope if app.targets is app.lines else sorted({*app.scope, *app.lines, *app.targets})
        for place in places:
            if on_place[place] & ~clash:
                return True
            on_place[place] = on_place[place] | mine
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
    met = HOMELESS
    for member in members:
        at = home[member]
        if at == HOMELESS:
            continue
        if at == GLOBAL or met not in (HOMELESS, at):
            return True
        met = at
    return False
