"""What can be saved at most, all in all, without looking at any selection: a bound for carts that nothing else bounds well.

Lemma (prices of places): applications of one layer that may not be used together where they share a place take turns on it.
Give every place a price, so that those of each application's places come to its largest benefit at least: then what is used
of the layer saves no more than all prices together. A limit may have a price too: each application in it then needs so much
less from its places, and the limit costs its price as often as it lets anything be used. Any such prices give a bound; no
line gives more than it costs above its floor, whatever the layers do.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Group, Problem
from pricing.engine.search.walk import largest_benefit
from pricing.engine.search.work import incidence
from pricing.engine.settling.settle import room_of

FINE: Final = 1 << 10
"""Prices are whole numbers of this size."""

MOST_TOUCHED: Final = 3_000_000
"""So many places are looked at for prices of limits."""

MOST_TRIED: Final = 6
"""So many prices of one limit are tried."""


MOST_PLACES: Final = 2_000_000
"""So many places, counted for each application, are priced."""


def least_total(problem: Problem) -> int:
    """No permitted selection totals less; minor units. 0 where applications look at too many places to price them all."""
    if incidence(problem.applications) > MOST_PLACES:
        return 0
    total = sum(problem.item)
    room = 0
    for place in range(len(problem.item)):
        room += room_of(problem, problem.item, place)
    saved = 0
    apps = problem.applications
    start = 0
    for end in range(1, len(apps) + 1):
        if end == len(apps) or apps[end].layer != apps[start].layer:
            saved += _Layer(problem, apps[start:end]).most()
            start = end
    return total - min(saved, room)


class _Cover:
    """A price of a limit: what it costs, and how much less its members need from their places."""

    __slots__ = ("cost", "less")

    def __init__(self, cost: int, less: list[tuple[int, int]]) -> None:
        self.cost = cost
        self.less = less
        """(place among the layer's applications, in FINE)."""


class _Layer:
    """The applications of one layer, and the prices of their places."""

    __slots__ = ("apart", "apps", "benefits", "first", "on_place", "problem", "touched")

    def __init__(self, problem: Problem, apps: list[Application]) -> None:
        self.problem = problem
        self.apps = apps
        self.first = apps[0].index
        self.touched = incidence(apps)
        self.benefits = [largest_benefit(problem, app) for app in apps]
        masks: dict[int, int] = {}
        for app in apps:
            for place in app.targets:
                masks[place] = masks.get(place, 0) | 1 << app.index - self.first
        self.apart = [self._takes_no_turns(app, masks) for app in apps]
        """Those that may be used beside another on one place: each is counted by itself."""
        self.on_place: dict[int, list[int]] = {}
        for at, app in enumerate(apps):
            for place in app.targets:
                self.on_place.setdefault(place, []).append(at)

    def _takes_no_turns(self, app: Application, masks: dict[int, int]) -> bool:
        bars = app.clash >> self.first | 1 << app.index - self.first
        last = -1
        for place in app.targets:
            mask = masks[place]
            if mask != last and mask & ~bars:
                return True
            last = mask
        return False

    def most(self) -> int:
        """What the layer can save at most; minor units."""
        needs = [FINE * benefit for benefit in self.benefits]
        best = self._priced(needs)
        paid = 0
        left = MOST_TOUCHED // self.touched
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
        """The sum of good prices of places, and what counts by itself."""
        item = self.problem.item
        prices: dict[int, int] = dict.fromkeys(self.on_place, 0)
        total = 0
        for at, app in enumerate(self.apps):
            need = needs[at]
            if not need:
                continue
            if self.apart[at]:
                total += need
                continue
            whole = 0
            for place in app.targets:
                whole += item[place]
            for place in app.targets:
                price = need * item[place] // whole + 1
                if price > prices[place]:
                    prices[place] = price
        return total + self._lowered(prices, needs)

    def _lowered(self, prices: dict[int, int], needs: list[int]) -> int:
        """The sum of the prices, each as low as the others let it be."""
        spare: list[int] = []
        for at, app in enumerate(self.apps):
            over = -needs[at]
            for place in app.targets:
                over += prices[place]
            spare.append(over)
        # A place that serves few is the first to get cheaper.
        for place in sorted(prices, key=lambda place: (len(self.on_place[place]), place)):
            least = prices[place]
            mine = self.on_place[place]
            for at in mine:
                if spare[at] < least and needs[at] and not self.apart[at]:
                    least = spare[at]
            if least > 0:
                prices[place] -= least
                for at in mine:
                    spare[at] -= least
        return sum(prices.values())

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
