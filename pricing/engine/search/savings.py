"""What can be saved at most, all in all, without looking at any selection: a bound for carts that nothing else bounds well.

Lemma (prices of places): applications of one layer that may not be used together where they share a place take turns on it.
Give every place a price, so that those of each application's places come to its largest benefit at least: then what is used
of the layer saves no more than all prices together. A limit may have a price too: each application in it then needs so much
less from its places, and the limit costs its price as often as it lets anything be used. Any such prices give a bound; no
line gives more than it costs above its floor, whatever the layers do. Places of a layer that the same applications take from
are one *atom*: they need not be told apart.

Lemma (written off): take any places for given away whole. What is saved elsewhere is at most what each application can save
elsewhere: no more than it saves at all, nor than its places there can give, which of a benefit on units is what these units
cost. So units that several layers could make free are paid for once.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Group, Problem
from pricing.engine.search.stacked import ONE, Before, Rates, weighted
from pricing.engine.search.walk import largest_benefit
from pricing.engine.search.work import heads_of, incidence
from pricing.engine.settling.settle import item_whole, room_of

FINE: Final = 1 << 10
"""Prices are whole numbers of this size."""

MOST_TOUCHED: Final = 400_000
"""So many atoms are looked at for prices of limits, counted for each application."""

MOST_TRIED: Final = 6
"""So many prices of one limit are tried."""

MOST_PLACES: Final = 3_000_000
"""So many places, counted for each application of which no other looks at the very same ones, are priced."""

LOADS: Final = (100, 60)
"""Places are written off whose savings, one layer with the other, could come to so many per cent of what they cost."""

NO_COSTS: Final[list[int]] = []
"""Of a benefit that is not on units."""


def least_total(problem: Problem) -> int:
    """No permitted selection totals less; minor units. 0 where applications look at too many places to price them all."""
    apps = problem.applications
    heads = heads_of(apps)
    if incidence([app for place, app in enumerate(apps) if heads[place] == place]) > MOST_PLACES:
        return 0
    rooms = [room_of(problem, problem.item, place) for place in range(len(problem.item))]
    layers: list[_Layer] = []
    start = 0
    for end in range(1, len(apps) + 1):
        if end == len(apps) or apps[end].layer != apps[start].layer:
            layers.append(_Layer(problem, apps[start:end]))
            start = end
    alone = [layer.most() for layer in layers]
    saved = min(sum(alone), sum(rooms), _stacked(problem, layers, alone))
    loads = [0] * len(rooms)
    for layer in layers:
        layer.add_loads(loads)
    before = -1
    for load in LOADS:
        off = [100 * loads[place] > load * room for place, room in enumerate(rooms)]
        given = 0
        for place, room in enumerate(rooms):
            if off[place]:
                given += room
        if given in (0, before):
            continue
        before = given
        for layer in layers:
            if given < saved:
                given += layer.most_beside(off)
        saved = min(saved, given)
    return sum(problem.item) - saved


def _stacked(problem: Problem, layers: list[_Layer], alone: list[int]) -> int:
    """What all layers save at most, percentages taken off what is left (`stacked.py`); minor units. `alone`: what each saves
    at most by itself. Layers are counted by rates where that looks better."""
    every = [Rates(problem, layer.apps, layer.benefits, any(layer.apart)) for layer in layers]
    if not any(rates.many for rates in every):
        return sum(alone)
    before = Before(problem.item)
    befores: list[Before] = []
    for layer, rates in zip(layers, every, strict=True):
        befores.append(before)
        before = before.with_layer(rates, layer.most_of(rates.others))
    whole = sum(problem.item) + 1
    weights = unweighted = [ONE] * len(problem.item)
    saved = 0
    for place in range(len(layers) - 1, -1, -1):
        layer, rates = layers[place], every[place]
        priced = ONE * alone[place]
        if weights is not unweighted:
            priced = ONE * layer.most_of(weighted(layer.apps, layer.benefits, weights))
        if rates.many:
            taken, left = rates.taken(problem.item, weights), rates.left(weights)
            split = taken + ONE * layer.most_of(befores[place].needs(rates, weights, left))
            # So much less is left to take from, more or less, once earlier layers have taken what they can.
            if split - min(whole, sum(alone[:place])) * taken // whole < priced:
                saved += split
                weights = left
                continue
        saved += priced
    return -(-saved // ONE)


class _Cover:
    """A price of a limit: what it costs, and how much less its members need from their places."""

    __slots__ = ("cost", "less")

    def __init__(self, cost: int, less: list[tuple[int, int]]) -> None:
        self.cost = cost
        self.less = less
        """(place among the layer's applications, in FINE)."""


class _Layer:
    """The applications of one layer, and the prices of their atoms."""

    __slots__ = (
        "amounts",
        "apart",
        "apps",
        "atoms",
        "benefits",
        "costs",
        "first",
        "masks",
        "on_atom",
        "order",
        "problem",
        "wholes",
    )

    def __init__(self, problem: Problem, apps: list[Application]) -> None:
        self.problem = problem
        self.apps = apps
        self.first = apps[0].index
        self.benefits = [largest_benefit(problem, app) for app in apps]
        self.costs = [_unit_costs(app) for app in apps]
        """Of a benefit on units, what these cost on each of its targets."""
        self.masks = self._on_places()
        """For each place, who takes from it, as bits."""
        numbers: dict[int, int] = {}
        self.amounts: list[int] = []
        """What each atom costs at item prices."""
        item = problem.item
        for place, mask in enumerate(self.masks):
            if mask:
                number = numbers.get(mask)
                if number is None:
                    numbers[mask] = number = len(numbers)
                    self.amounts.append(0)
                self.amounts[number] = self.amounts[number] + item[place]
        self.on_atom: list[list[int]] = []
        """Who takes from each atom: their places among the applications of the layer."""
        self.atoms: list[list[int]] = [[] for _ in apps]
        """The atoms of each application."""
        self.apart = [False] * len(apps)
        """Those that may be used beside another on one place: each is counted by itself."""
        for mask, number in numbers.items():
            mine: list[int] = []
            for at in _bits(mask):
                mine.append(at)
                self.atoms[at].append(number)
                if mask & ~(apps[at].clash >> self.first | 1 << at):
                    self.apart[at] = True
            self.on_atom.append(mine)
        self.order = [number for _, number in sorted([(len(mine), number) for number, mine in enumerate(self.on_atom)])]
        """Atoms in the order in which they get cheaper: first those that serve few."""
        self.wholes = [max(1, item_whole(problem, app)) for app in apps]

    def _on_places(self) -> list[int]:
        masks = [0] * len(self.problem.item)
        heads = heads_of(self.apps)
        bits = [1 << at for at in range(len(heads))]
        for at, head in enumerate(heads):
            if head != at:
                bits[head] |= bits[at]
        for at, app in enumerate(self.apps):
            if heads[at] == at:
                bit = bits[at]
                for place in app.targets:
                    masks[place] |= bit
        return masks

    def add_loads(self, loads: list[int]) -> None:
        """Add what each place could give in this layer: the most that one application would take from it, its benefit
        shared by what its places cost."""
        item = self.problem.item
        mine = [0] * len(item)
        rates = [0] * len(self.amounts)
        for at, app in enumerate(self.apps):
            benefit, costs = self.benefits[at], self.costs[at]
            if not costs:
                rate = benefit * FINE // max(1, self.wholes[at])
                for number in self.atoms[at]:
                    if rate > rates[number]:
                        rates[number] = rate
                continue
            whole = max(1, sum(costs))
            for position, place in enumerate(app.targets):
                if costs[position]:
                    share = benefit * costs[position] // whole
                    if share > mine[place]:
                        mine[place] = share
        numbers: dict[int, int] = {}
        for place, mask in enumerate(self.masks):
            if mask:
                number = numbers.setdefault(mask, len(numbers))
                loads[place] += max(mine[place], item[place] * rates[number] // FINE)

    def most_beside(self, off: list[bool]) -> int:
        """What the layer can save at most beside what is written off; minor units."""
        item = self.problem.item
        left = [0] * len(self.amounts)
        numbers: dict[int, int] = {}
        for place, mask in enumerate(self.masks):
            if mask:
                number = numbers.setdefault(mask, len(numbers))
                if not off[place]:
                    left[number] += item[place]
        benefits = self.benefits.copy()
        for at, app in enumerate(self.apps):
            room = 0
            costs = self.costs[at]
            if costs:
                for position, place in enumerate(app.targets):
                    if costs[position] and not off[place]:
                        room += costs[position]
            else:
                for number in self.atoms[at]:
                    room += left[number]
            benefits[at] = min(benefits[at], room)
        return self.most_of(benefits)

    def most_of(self, benefits: list[int]) -> int:
        """What the layer can save at most where each application saves no more than so much; minor units."""
        whole, self.benefits = self.benefits, benefits
        most = self.most()
        self.benefits = whole
        return most

    def most(self) -> int:
        """What the layer can save at most; minor units."""
        needs = [FINE * benefit for benefit in self.benefits]
        best = self._priced(needs)
        paid = 0
        left = MOST_TOUCHED // (1 + sum([len(atoms) for atoms in self.atoms]))
        for covers in self._limits():
            chosen: list[int] = []
            cost = 0
            for cover in covers:
                if left <= 0:
                    break
                left -= 1
                tried = needs.copy()
                for at, less in cover.less:
                    tried[at] = max(0, tried[at] - less)
                found = self._priced(tried) + paid + cover.cost
                if found < best:
                    best, chosen, cost = found, tried, cover.cost
            if chosen:
                needs, paid = chosen, paid + cost
        return -(-best // FINE)

    def _priced(self, needs: list[int]) -> int:
        """The sum of good prices of atoms, and what counts by itself."""
        prices = [0] * len(self.amounts)
        total = 0
        for at, atoms in enumerate(self.atoms):
            need = needs[at]
            if not need:
                continue
            if self.apart[at]:
                total += need
                continue
            whole = self.wholes[at]
            for number in atoms:
                price = need * self.amounts[number] // whole + 1
                if price > prices[number]:
                    prices[number] = price
        return total + self._lowered(prices, needs)

    def _lowered(self, prices: list[int], needs: list[int]) -> int:
        """The sum of the prices, each as low as the others let it be."""
        spare: list[int] = []
        for at, atoms in enumerate(self.atoms):
            over = -needs[at]
            for number in atoms:
                over += prices[number]
            spare.append(over)
        for number in self.order:
            least = prices[number]
            mine = self.on_atom[number]
            for at in mine:
                if spare[at] < least and needs[at] and not self.apart[at]:
                    least = spare[at]
            if least > 0:
                prices[number] -= least
                for at in mine:
                    spare[at] -= least
        return sum(prices)

    def _limits(self) -> list[list[_Cover]]:
        """For each limit on the layer, and each cap that several of its applications share, prices worth trying; those first
        that weigh most."""
        found: list[tuple[int, int, list[_Cover]]] = []
        seen: set[int] = set()
        capped: dict[int, list[int]] = {}
        for at, app in enumerate(self.apps):
            for index in app.groups:
                if index not in seen:
                    seen.add(index)
                    covers = self._covers(self.problem.groups[index])
                    found.append((-covers[0].cost if covers else 0, len(found), covers))
            if app.cap_order != NO_CAP:
                capped.setdefault(app.rule, []).append(at)
        for members in capped.values():
            if len(members) > 1:
                cap = FINE * self.apps[members[0]].cap_order
                found.append((-cap, len(found), [_Cover(cap, [(at, FINE * self.benefits[at]) for at in members])]))
        found.sort(key=_by_weight)
        return [covers for _, _, covers in found]

    def _covers(self, group: Group) -> list[_Cover]:
        """Prices of one limit: each at which one more of its members needs nothing from its places."""
        members = [index - self.first for index in group.members]
        members = [at for at in members if 0 <= at < len(self.apps)]
        wholes: dict[int, int] = {}
        units: dict[int, int] = {}
        for at in members:
            app = self.apps[at]
            key = app.rule if group.by_rule else at
            wholes[key] = wholes.get(key, 0) + self.benefits[at]
            units[key] = max(1, self.benefits[at] // app.piece) if app.piece else 1
        each = sorted({-(-FINE * wholes[key] // units[key]) for key in wholes}, reverse=True)
        most = group.most // group.weight
        some = each[:1] + [each[place * (len(each) - 1) // (MOST_TRIED - 1)] for place in range(1, MOST_TRIED - 1)]
        covers: list[_Cover] = []
        for price in dict.fromkeys(some):
            less: list[tuple[int, int]] = []
            for at in members:
                key = self.apps[at].rule if group.by_rule else at
                if wholes[key]:
                    pays = min(price * units[key], FINE * wholes[key])
                    less.append((at, pays * self.benefits[at] // wholes[key]))
            covers.append(_Cover(price * most, less))
        return covers


def _by_weight(limit: tuple[int, int, list[_Cover]]) -> tuple[int, int]:
    return limit[0], limit[1]


def _unit_costs(app: Application) -> list[int]:
    """What the units that its benefit falls on cost, target by target; NO_COSTS where it is not the same units each time."""
    if len(app.rungs) != 1 or app.rungs[0].gift is None or app.rungs[0].every:
        return NO_COSTS
    return app.rungs[0].gift(1).costs


def _bits(mask: int) -> list[int]:
    """The places of the bits that are set."""
    found: list[int] = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
