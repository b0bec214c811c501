"""`bundle 1 of X + 2 of Y for v`: goods of several kinds together at a price.

Which units go in is greedy (dearest first, while the set still fits): the sets that fit form a matroid, so the greedy
set is the dearest one. Whether a set fits is a flow from goods to slots; goods that match the same slots are one node
of it."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from attrs import frozen

from pricing.forms.form import Form, Show, gifted, items, written
from pricing.forms.lowered import Goods, Lowered, rounded
from pricing.forms.units import Run, cost, count, ordered, whole
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
        masks = [self._slots_of(goods, place) if wanted else 0 for place, wanted in enumerate(goods.in_scope)]
        runs = ordered(goods, [mask > 0 for mask in masks], dearest=True)
        most = count(runs) // sum([slot.many for slot in self.slots])
        if step.most_times is not None:
            most = min(most, step.most_times)
        many = self._most(goods, runs, masks, most)
        picked = self._dearest(runs, masks, many) or []
        return gifted(step, whole(goods, picked, self._saving(goods, picked, many)))

    def _slots_of(self, goods: Goods, place: int) -> int:
        """Which slots a place matches, as bits."""
        mask = 0
        for number, slot in enumerate(self.slots):
            if goods.matches(slot.scope, place):
                mask |= 1 << number
        return mask

    def _most(self, goods: Goods, runs: list[Run], masks: list[int], most: int) -> int:
        """How many bundles: while they can be filled, and at a price only while the saving rises.

        Lemma: what the dearest set of n bundles costs is concave in n (the largest weight of a flow, in its
        capacity), so the saving rises up to one n and never again."""

        def rises(many: int) -> bool:
            picked = self._dearest(runs, masks, many)
            if picked is None:
                return False
            if self.price is None:
                return True
            before = self._dearest(runs, masks, many - 1) or []
            return self._saving(goods, picked, many) > self._saving(goods, before, many - 1)

        low, high = 0, most
        while low < high:
            middle = (low + high + 1) // 2
            if rises(middle):
                low = middle
            else:
                high = middle - 1
        return low

    def _saving(self, goods: Goods, picked: list[Run], many: int) -> int:
        full = cost(goods, picked)
        if self.price is not None:
            return full - many * self.price
        return rounded(self.share, full, goods.rounds_down) if self.share else many * self.amount

    def _dearest(self, runs: list[Run], masks: list[int], many: int) -> list[Run] | None:
        """The dearest units that fill so many bundles; None when they cannot be filled."""
        spare = [slot.many * many for slot in self.slots]
        missing = sum(spare)
        flow: dict[int, list[int]] = defaultdict(lambda: [0] * len(self.slots))
        picked: list[Run] = []
        for place, units in runs:
            if not missing:
                break
            taken = _fitted(flow, masks[place], spare, units)
            if taken:
                picked.append((place, taken))
                missing -= taken
        return picked if not missing else None


def _fitted(flow: dict[int, list[int]], mask: int, spare: list[int], units: int) -> int:
    """Deal units that match the slots of `mask` into slots, moving others on where that makes room; how many fitted.

    `flow`: units dealt into each slot, by the mask of the goods that they are of; changed in place, as is `spare`.
    """
    fitted = 0
    while fitted < units:
        came = _way_to_room(flow, mask, spare)
        end = next((slot for slot in came if spare[slot]), None)
        if end is None:
            break
        moved = min(units - fitted, spare[end])
        slot = end
        while came[slot] is not None:
            before, other = came[slot] or (0, 0)
            moved = min(moved, flow[other][before])
            slot = before
        spare[end] -= moved
        slot = end
        while came[slot] is not None:
            before, other = came[slot] or (0, 0)
            flow[other][before] -= moved
            flow[other][slot] += moved
            slot = before
        flow[mask][slot] += moved
        fitted += moved
    return fitted


def _way_to_room(flow: dict[int, list[int]], mask: int, spare: list[int]) -> dict[int, tuple[int, int] | None]:
    """Slots that can be reached from goods of a mask, in breadth, up to the first one with room: each with the slot
    before it and the mask of the goods that would be moved from there; None for the slots that the goods match
    themselves."""
    came: dict[int, tuple[int, int] | None] = {slot: None for slot in range(len(spare)) if mask >> slot & 1}
    waiting = list(came)
    for slot in waiting:
        if spare[slot]:
            break
        for other, dealt in flow.items():
            if not dealt[slot]:
                continue
            for further in range(len(spare)):
                if other >> further & 1 and further not in came:
                    came[further] = (slot, other)
                    waiting.append(further)
    return came


def listed(scope: Scope, between: str = ", ") -> str:
    """What a slot takes, as a card writes it: `list mains`, `skus COLA, WATER`."""
    clause = scope.only[0]
    values = [f"list {clause.values[0]}"] if clause.word == "list" else [f"{clause.word} {clause.values[0]}"]
    return between.join([*values, *clause.values[1:]])
