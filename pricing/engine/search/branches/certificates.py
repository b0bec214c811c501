"""Whether a figure can be cut at all: asked of each, where a policy would make it void, or clamp it to less than its base.

Lemma (room): all applications together take from some places no more than the sum, over the cells that these are in, of what
the cell's own can save at most, and what globals can. While what is left after that covers the benefit, it is never above
what its targets can still give: it is not clamped and not void, and its shares by running amounts fit their lines, or
where floors hold, move until they do.

Lemma (left on a line): who shares by running amounts and saves at most r of its base, rounded, takes from a line of w less
than r * w + 2. So each line keeps at least what is left when every layer takes so much by its largest r. A coin payment of
D on lines of W in all, at most p of each, takes from a line of w less than w * D / W + 1: where w * (p - D / W) is 1 or
more, that is no more than the cap of the line, and nothing is cut off there.

Lemma (units): a benefit on units is shared by weights that no selection changes, so its shares are known: where each is at
most what its units cost, and what its line still costs at the least when its layer begins, nothing is ever cut off. Where
some do not fit, no line gives less than what fits of its share, nor more than its share and all that does not fit elsewhere.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Problem, Rung
from pricing.engine.search.branches.gains import is_apart, is_known
from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.stores.outcome import RATIO_ONE
from pricing.engine.search.stores.parts import Parts, parts_of
from pricing.engine.search.walk import clique_sum, largest_benefit
from pricing.engine.settling.allocate import allocate
from pricing.engine.settling.settle import coin_worth, has_item_cap, is_plain, item_whole, room_of

LAST: Final = 1 << 30
"""Behind all layers."""

NOT_KNOWN: Final[tuple[list[int], list[int]]] = ([], [])


class Certificates:
    """What the savings of a cut problem leave at the least; worked out when somebody asks."""

    __slots__ = ("giving", "inside", "known", "lefts", "parts", "paying", "spreads")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.known: dict[int, bool] = {}
        self.paying: dict[int, bool] = {}
        self.giving: dict[int, bool] = {}
        self.spreads: dict[int, tuple[list[int], list[int]]] = {}
        self.lefts: dict[int, list[int]] = {}
        self.inside: list[int] = []
        """For each cell, what its own applications can save at most."""

    def may_fall_short(self, app: Application) -> bool:
        """Whether a global may save less than its gain says: caps per item or over several applications, dropped
        remainders, clamping or voiding."""
        problem = self.parts.problem
        if not is_known(problem, app):
            return True
        if app.is_coins:
            return self.may_lose(app) or any(pool.trades for pool in problem.pools)
        if has_item_cap(app) or self.parts.overlap or app.rule in self.parts.caps:
            return True
        if app.has_gift:
            return not self.gives_all(app)
        cut = problem.void or problem.measured_on_item or bool(problem.floors) or is_apart(app)
        if cut and not app.is_shipping and not self.leaves_room(app):
            return True
        return self.may_lose(app)

    def may_lose(self, app: Application) -> bool:
        """Whether a share may be above what its line still costs, where that is lost."""
        problem = self.parts.problem
        if problem.moved:
            return False
        if app.is_coins and has_item_cap(app) and self.pays_all(app):
            return False
        # Shares by running amounts fit: a part of a line's amount that is at most the whole.
        return problem.by_item_price or not is_plain(problem, app) or self.parts.overlap

    def leaves_room(self, app: Application) -> bool:
        """Whether a global can always give its benefit in full."""
        answer = self.known.get(app.index)
        if answer is None:
            self.known[app.index] = answer = self._room(app) >= largest_benefit(self.parts.problem, app)
        return answer

    def _room(self, app: Application) -> int:
        parts = self.parts
        if not self.inside:
            self.inside = [clique_sum(cell.problem, cell.apps) for cell in parts.cells]
        room = 0
        touched = [False] * len(parts.cells)
        targets = [False] * len(parts.cell_of)
        for place in app.targets:
            room += room_of(parts.problem, parts.cut.amounts, place)
            touched[parts.cell_of[place]] = True
            targets[place] = True
        for number, most in enumerate(self.inside):
            if touched[number]:
                room -= most
        others: list[Application] = []
        for gauge in parts.globals:
            if gauge.layer > app.layer or gauge.is_coins or gauge.mask >> app.index & 1:
                continue
            for place in gauge.targets:
                if targets[place]:
                    others += gauge.apps
                    break
        return room - clique_sum(parts.problem, others)

    def pays_all(self, app: Application) -> bool:
        """Whether no share of a coin payment is ever cut off by the cap of its line."""
        answer = self.paying.get(app.index)
        if answer is None:
            self.paying[app.index] = answer = self._fits(app)
        return answer

    def _fits(self, app: Application) -> bool:
        problem = self.parts.problem
        if problem.by_item_price or problem.floors or self.parts.overlap or app.cap_item != NO_CAP:
            return False
        left = self.left_at(app.layer)
        most = coin_worth(app, problem.coins)
        if app.cap_order != NO_CAP:
            most = min(most, app.cap_order)
        total = sum([left[place] for place in app.targets])
        numerator, denominator = app.cap_item_numerator, app.cap_item_denominator
        over = numerator * total - denominator * most
        return all(left[place] * over >= denominator * total for place in app.targets)

    def gives_all(self, app: Application) -> bool:
        """Whether no share of a benefit on units is ever above what these units cost or what their line still costs."""
        answer = self.giving.get(app.index)
        if answer is None:
            self.giving[app.index] = answer = self._fits_units(app)
        return answer

    def spread(self, app: Application) -> tuple[list[int], list[int]]:
        """What a benefit on units takes at least and at most from each of its targets, if it is used: the same list where
        nothing of it is ever cut off. Empty where that is not known."""
        known = self.spreads.get(app.index)
        if known is None:
            self.spreads[app.index] = known = self._spread_of(app)
        return known

    def _spread_of(self, app: Application) -> tuple[list[int], list[int]]:
        problem = self.parts.problem
        if self._is_cut(app) or len(app.rungs) != 1 or app.rungs[0].every:
            return NOT_KNOWN
        shares = _shares_of(app.rungs[0])
        if not shares:
            return NOT_KNOWN
        left = self.left_at(app.layer)
        least = [min(share, left[place]) for share, place in zip(shares, app.targets, strict=True)]
        over = sum(shares) - sum(least)
        if over == 0:
            return shares, shares
        gift = app.rungs[0].gift
        assert gift is not None  # its shares are known
        if not problem.moved:
            return least, shares
        return least, [min(low + over, cost) for low, cost in zip(least, gift(1).costs, strict=True)]

    def _is_cut(self, app: Application) -> bool:
        """Whether something may cut off what a benefit on units gives besides what its units and lines cost: floors, caps,
        or another application on the same lines."""
        capped = has_item_cap(app) or app.cap_order != NO_CAP or app.cap_store != NO_CAP
        return bool(self.parts.problem.floors) or self.parts.overlap or capped

    def _fits_units(self, app: Application) -> bool:
        problem = self.parts.problem
        if self._is_cut(app):
            return False
        left = self.left_at(app.layer)
        for rung in app.rungs:
            if rung.gift is None:
                continue
            shares = _shares_of(rung)
            if not shares:
                return False
            room = 0
            fits = True
            for share, cost, place in zip(shares, rung.gift(1).costs, app.targets, strict=True):
                fits = fits and share <= left[place]
                room += min(cost, left[place])
            # What does not fit is moved: nothing is lost while all of it fits somewhere.
            if not fits and (problem.void or not problem.moved or room < sum(shares)):
                return False
        return True

    def left_at(self, layer: int) -> list[int]:
        """What each place still costs at the least when a layer begins."""
        left = self.lefts.get(layer)
        if left is None:
            self.lefts[layer] = left = self._left(layer)
        return left

    def _left(self, end: int) -> list[int]:
        parts = self.parts
        if parts.overlap:
            return [0] * len(parts.cut.amounts)
        left = parts.cut.amounts.copy()
        layer = -1
        taken = [0] * len(left)
        for app in parts.cut.live:
            if app.layer >= end:
                break
            if app.layer != layer:
                _take_off(left, taken)
                layer = app.layer
                taken = [0] * len(left)
            if app.is_shipping:
                continue
            if app.has_gift:
                for place, most in zip(app.targets, self._most_of(app, left), strict=True):
                    if most:
                        taken[place] = max(taken[place], min(RATIO_ONE, RATIO_ONE * most // max(1, left[place]) + 1))
                continue
            ratio = self._ratio(app, sum([left[place] for place in app.targets]))
            for place in app.targets:
                taken[place] = max(taken[place], ratio)
        _take_off(left, taken)
        return left

    def keeps(self, floors: list[int]) -> bool:
        """Whether no selection takes any place below its floor."""
        left = self.left_at(LAST)
        return all(floor <= left[place] for place, floor in enumerate(floors))

    def _most_of(self, app: Application, left: list[int]) -> list[int]:
        """The most that a benefit on units takes from each of its targets: its share, where all shares fit; else what these
        units cost, or all that there is where that is not known."""
        most = [0] * len(app.targets)
        for rung in app.rungs:
            if rung.gift is None or rung.every:
                return [left[place] for place in app.targets]
            shares = _shares_of(rung)
            fit = bool(shares) and all(share <= left[place] for share, place in zip(shares, app.targets, strict=True))
            for position, each in enumerate(shares if fit else rung.gift(1).costs):
                most[position] = max(most[position], each)
        return most

    def _ratio(self, app: Application, least: int) -> int:
        """The largest part of what its targets cost that it saves, in RATIO_ONE, but for rounding; all of it where it does
        not share by running amounts. `least`: what its targets cost at the least."""
        problem = self.parts.problem
        if problem.by_item_price or problem.floors:
            return RATIO_ONE
        most = RATIO_ONE
        if app.is_coins and app.cap_item_numerator != NO_CAP:
            most = app.cap_item_numerator * RATIO_ONE // app.cap_item_denominator + 1
        elif has_item_cap(app):
            return RATIO_ONE
        if least:
            most = min(most, largest_benefit(problem, app) * RATIO_ONE // least + 1)
        return most if app.is_coins or problem.measured_on_item or is_apart(app) else min(most, self._part(app))

    def _part(self, app: Application) -> int:
        """The same by what its steps say."""
        most = 0
        for rung in app.rungs:
            if rung.every and rung.numerator:
                return RATIO_ONE
            if rung.beyond != NO_CAP:  # of the most that its targets can cost it saves the largest part
                whole = item_whole(self.parts.problem, app)
                most = max(most, max(0, whole - rung.beyond) * RATIO_ONE // max(1, whole) + 1)
                continue
            reach = rung.every or rung.reach
            part = rung.numerator * RATIO_ONE // rung.denominator
            if rung.amount:
                part += rung.amount * RATIO_ONE // reach if reach else RATIO_ONE
            most = max(most, part + 1)
        return min(RATIO_ONE, most)


def unfloored(problem: Problem, rules: Rules = RULES) -> Parts:
    """The problem cut into cells, without its floors where no selection meets any."""
    if problem.floors:
        twin = problem.twin()
        twin.floors = []
        parts = parts_of(twin, rules)
        if Certificates(parts).keeps(problem.floors):
            return parts
    return parts_of(problem, rules)


def _take_off(left: list[int], taken: list[int]) -> None:
    """Take the largest parts of a layer, in RATIO_ONE, off what is left of each place."""
    for place, ratio in enumerate(taken):
        if ratio:
            left[place] = max(0, left[place] - left[place] * ratio // RATIO_ONE - 3)


def _shares_of(rung: Rung) -> list[int]:
    """What a benefit on units takes from each of its targets while these cost what they do at item prices; empty where
    that is not all of it."""
    assert rung.gift is not None
    gift = rung.gift(1)
    if rung.at_most != NO_CAP and rung.at_most < gift.amount:
        return []
    shares = allocate(gift.amount, gift.weights, gift.costs, False)
    return shares if sum(shares) == gift.amount else []
