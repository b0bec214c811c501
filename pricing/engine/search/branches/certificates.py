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
most what its units cost, and what its line still costs at the least when its layer begins, nothing is ever cut off.
"""

from __future__ import annotations

from pricing.engine.problem import NO_CAP, Application
from pricing.engine.search.stores.outcome import RATIO_ONE
from pricing.engine.search.stores.parts import Parts
from pricing.engine.search.walk import clique_sum, largest_benefit
from pricing.engine.settling.allocate import allocate
from pricing.engine.settling.settle import coin_worth, has_item_cap, is_plain, room_of


class Certificates:
    """What the savings of a cut problem leave at the least; worked out when somebody asks."""

    __slots__ = ("giving", "inside", "known", "parts", "paying")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.known: dict[int, bool] = {}
        self.paying: dict[int, bool] = {}
        self.giving: dict[int, bool] = {}
        self.inside: list[int] = []
        """For each cell, what its own applications can save at most."""

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
        left = self._left(app)
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

    def _fits_units(self, app: Application) -> bool:
        problem = self.parts.problem
        if problem.floors or self.parts.overlap or has_item_cap(app):
            return False
        if app.cap_order != NO_CAP or app.cap_store != NO_CAP:
            return False
        left = self._left(app)
        for rung in app.rungs:
            if rung.gift is None:
                continue
            gift = rung.gift(1)
            if rung.at_most != NO_CAP and rung.at_most < gift.amount:
                return False
            shares = allocate(gift.amount, gift.weights, gift.costs, False)
            if sum(shares) < gift.amount:
                return False
            for position, place in enumerate(app.targets):
                if shares[position] > left[place]:
                    return False
        return True

    def _left(self, paying: Application) -> list[int]:
        """What each place still costs at the least when the layer of a payment or benefit begins."""
        parts = self.parts
        left = parts.cut.amounts.copy()
        layer = -1
        taken = [0] * len(left)
        for app in [*parts.cut.live, paying]:
            if app.layer >= paying.layer and app is not paying:
                continue
            if app.layer != layer:
                for place, ratio in enumerate(taken):
                    if ratio:
                        left[place] = max(0, left[place] - left[place] * ratio // RATIO_ONE - 3)
                layer = app.layer
                taken = [0] * len(left)
            if app.is_shipping or app.is_coins:
                continue
            ratio = self._ratio(app)
            for place in app.targets:
                taken[place] = max(taken[place], ratio)
        return left

    def _ratio(self, app: Application) -> int:
        """The largest part of its base that it saves, in RATIO_ONE, but for rounding; all of it where it does not share by
        running amounts."""
        problem = self.parts.problem
        if problem.measured_on_item or not is_plain(problem, app) or app.lines is not app.targets:
            return RATIO_ONE
        most = 0
        for rung in app.rungs:
            if rung.gift is not None or rung.beyond != NO_CAP or (rung.every and rung.numerator):
                return RATIO_ONE
            reach = rung.every or rung.reach
            part = rung.numerator * RATIO_ONE // rung.denominator
            if rung.amount:
                part += rung.amount * RATIO_ONE // reach if reach else RATIO_ONE
            most = max(most, part + 1)
        return min(RATIO_ONE, most)
