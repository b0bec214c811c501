"""`bundle 1 of X + 2 of Y for v`: goods of several kinds together at a price.

Which units go in is greedy (dearest first, while the set still fits): the sets that fit form a matroid, so the greedy
set is the dearest one. Whether a set fits is a flow from goods to slots; goods that match the same slots are one node
of it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from attrs import frozen

from pricing.forms.form import Form, Show, gifted, items, written
from pricing.forms.lowered import Goods, Lowered, rounded
from pricing.forms.units import Run, cost, count, in_order, whole
from pricing.model.given import Given
from pricing.model.ladder import Step
from pricing.model.scope import Scope


@frozen
class Slot(Given):
    """`2 of categories food/snacks`: so many units of some goods."""

    many: int
    scope: Scope


@frozen
class Bundle(Form):
    """`bundle a of X + b of Y + … for v`, `take v off`, `take p% off`."""

    on_units = True

    slots: tuple[Slot, ...]
    price: int | None = None
    """`for v`: what one bundle costs, minor units."""
    amount: int = 0
    """`take v off`: minor units off each bundle."""
    share: Fraction = Fraction(0)
    """`take p% off`: of what all bundles cost."""

    def card(self, money: Show) -> str:
        slots = " + ".join([f"{slot.many} of {listed(slot.scope)}" for slot in self.slots])
        if self.price is not None:
            return f"bundle {slots} for {money(self.price)}"
        return f"bundle {slots} take {written(self.amount, self.share, money)} off"

    def english(self, money: Show) -> str:
        parts = [f"{items(slot.many)} of {listed(slot.scope, ' or ')}" for slot in self.slots]
        together = " and ".join(parts)
        if self.price is not None:
            return f"{together} cost {money(self.price)} together, if they would cost more"
        return f"{together} together are {written(self.amount, self.share, money)} off"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        masks = self._masks(goods)
        runs = [run for run in in_order(goods, dearest=True) if masks[run[0]]]
        most = count(runs) // sum([slot.many for slot in self.slots])
        if step.most_times is not None:
            most = min(most, step.most_times)
        many = self._most(goods, runs, masks, most)
        picked = self._dearest(runs, masks, many) or []
        return gifted(step, whole(goods, picked, self._saving(goods, picked, many)))

    def _masks(self, goods: Goods) -> list[int]:
        """Which slots each place matches, as bits."""
        masks = [0] * len(goods.prices)
        for number, slot in enumerate(self.slots):
            for place, matches in enumerate(goods.matches(slot.scope)):
                if matches:
                    masks[place] |= 1 << number
        return masks

    def _most(self, goods: Goods, runs: list[Run], masks: list[int], most: int) -> int:
        """How many bundles: while they can be filled, and at a price only while the saving rises.

        Lemma: what the dearest set of n bundles costs is concave in n (the largest weight of a flow, in its
        capacity), so the saving rises up to one n and never again."""

        def rises(many: int) -> bool:
            picked = self._dearest(runs, masks, many) or []
            before = self._dearest(runs, masks, many - 1) or []
            return self._saving(goods, picked, many) > self._saving(goods, before, many - 1)

        low, high = 0, self._filled(runs, masks, most)
        if self.price is None or not high or rises(high):  # a bundle at a good price: as many as there are
            return high
        while low < high:
            middle = (low + high + 1) // 2
            if rises(middle):
                low = middle
            else:
                high = middle - 1
        return low

    def _filled(self, runs: list[Run], masks: list[int], most: int) -> int:
        """How many bundles can be filled: no price is asked, so goods that match the same slots are one."""
        units: dict[int, int] = {}
        for place, many in runs:
            units[masks[place]] = units.get(masks[place], 0) + many
        low, high = 0, most
        while low < high:
            middle = (low + high + 1) // 2
            slots = _Slots([slot.many * middle for slot in self.slots])
            for mask, many in units.items():
                slots.take(mask, many)
            if slots.open:
                high = middle - 1
            else:
                low = middle
        return low

    def _saving(self, goods: Goods, picked: list[Run], many: int) -> int:
        full = cost(goods, picked)
        if self.price is not None:
            return full - many * self.price
        return rounded(self.share, full, goods.rounds_down) if self.share else many * self.amount

    def _dearest(self, runs: list[Run], masks: list[int], many: int) -> list[Run] | None:
        """The dearest units that fill so many bundles; None when they cannot be filled."""
        slots = _Slots([slot.many * many for slot in self.slots])
        picked: list[Run] = []
        full: set[int] = set()  # once goods of a mask do not fit, none of that mask will
        missing = sum(slots.spare)
        for place, units in runs:
            mask = masks[place]
            if mask in full:
                continue
            taken = slots.take(mask, units)
            if taken:
                picked.append((place, taken))
                missing -= taken
                if not missing:
                    return picked
            if taken < units:
                full.add(mask)
        return picked if not missing else None


class _Slots:
    """Slots being filled with units, and moved on where that makes room."""

    def __init__(self, spare: list[int]) -> None:
        """With so much room in each slot."""
        self.spare = spare
        self.dealt: list[dict[int, int]] = [{} for _ in spare]
        """Units in each slot, by the mask of the goods that they are of; never zero."""
        self.onward = [0] * len(spare)
        """The slots, as bits, that units in a slot match as well."""
        self.open = sum(1 << slot for slot, room in enumerate(spare) if room)
        """The slots with room, as bits."""

    def take(self, mask: int, units: int) -> int:
        """Deal in units that match the slots of a mask; how many fitted."""
        fitted = 0
        while direct := mask & self.open:  # the usual way, in as few steps as can be: carts have thousands of lines
            slot = (direct & -direct).bit_length() - 1
            moved = min(units - fitted, self.spare[slot])
            dealt = self.dealt[slot]
            dealt[mask] = dealt.get(mask, 0) + moved
            self.onward[slot] |= mask
            self.spare[slot] -= moved
            if not self.spare[slot]:
                self.open ^= 1 << slot
            fitted += moved
            if fitted == units:
                return fitted
        while fitted < units and self.open and (way := self._way(mask)):
            fitted += self._move(way, mask, units - fitted)
        return fitted

    def _way(self, mask: int) -> list[int]:
        """Slots from one of the mask to one with room, each full but for the last; empty when there is no such way."""
        came = dict.fromkeys(_slots_in(mask), -1)
        seen = mask
        for slot in (waiting := list(came)):
            further = self.onward[slot] & ~seen
            seen |= further
            for new in _slots_in(further):
                came[new] = slot
                waiting.append(new)
            if ends := further & self.open:
                way = [_lowest(ends)]
                while came[way[-1]] >= 0:
                    way.append(came[way[-1]])
                return way[::-1]
        return []

    def _move(self, way: list[int], mask: int, units: int) -> int:
        """Move units on along a way, and as many of the mask into its first slot; how many."""
        goers = [next(other for other in self.dealt[slot] if other >> to & 1) for slot, to in pairwise(way)]
        moved = min(
            [units, self.spare[way[-1]], *[self.dealt[slot][other] for slot, other in zip(way, goers, strict=False)]]
        )
        for at, other in reversed(list(enumerate(goers))):
            self._put(way[at], other, -moved)
            self._put(way[at + 1], other, moved)
        self._put(way[0], mask, moved)
        self.spare[way[-1]] -= moved
        if not self.spare[way[-1]]:
            self.open &= ~(1 << way[-1])
        return moved

    def _put(self, slot: int, mask: int, units: int) -> None:
        dealt = self.dealt[slot]
        there = dealt.get(mask, 0) + units
        if there:
            dealt[mask] = there
            self.onward[slot] |= mask
            return
        del dealt[mask]
        self.onward[slot] = 0
        for other in dealt:
            self.onward[slot] |= other


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _slots_in(mask: int) -> list[int]:
    return [slot for slot in range(mask.bit_length()) if mask >> slot & 1]


def listed(scope: Scope, between: str = ", ") -> str:
    """What a slot takes, as a card writes it: `list mains`, `skus COLA, WATER`."""
    clause = scope.only[0]
    values = [f"list {clause.values[0]}"] if clause.word == "list" else [f"{clause.word} {clause.values[0]}"]
    return between.join([*values, *clause.values[1:]])
