"""`buy k get j free`, `spend n get j at p% off`, `every n get …`: units that come cheaper with others."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import ClassVar

from attrs import frozen

from pricing.forms.form import Form, Said, Show, by_money, gifted, items, written
from pricing.forms.lowered import Goods, Lowered, UnitBenefit, rounded
from pricing.forms.units import Run, cost, count, first, first_in_order, in_order, ordered, single, whole
from pricing.model.ladder import MONEY, Step


@frozen
class Get(Form):
    """`get j free`, `at p% off`, `at v off` (each), `at v each`; the cheapest units of the scope, or the dearest."""

    on_units = True

    many: int
    """The j: so many for each time."""
    share: Fraction = Fraction(0)
    """Share off; `free` is 1. 0 when it is an amount or a price."""
    amount: int = 0
    """Minor units off each of them."""
    price: int | None = None
    """Minor units that each of them costs."""
    dearest: bool = False

    GRAMMAR: ClassVar[str] = "GET VALUE (FREE | AT amount [OFF | EACH])"

    @classmethod
    def read(cls, said: Said) -> Form | None:
        many, dearest = said.number(), said.has("dearest")
        if said.has("free"):
            return None if many is None else cls(many, Fraction(1), dearest=dearest)
        if said.has("each"):
            price = said.amount(zero=True)
            return None if price is None or many is None else cls(many, price=price, dearest=dearest)
        off, value = said.off(), said.value()
        if value is None or many is None or not off:
            return None
        return cls(many, value[1], value[0], dearest=dearest)

    def card(self, money: Show) -> str:
        tail = ", dearest" if self.dearest else ""
        if self.share == 1:
            return f"get {self.many} free{tail}"
        if self.price is not None:
            return f"get {self.many} at {money(self.price)} each{tail}"
        return f"get {self.many} at {written(self.amount, self.share, money)} off{tail}"

    def english(self, money: Show) -> str:
        which = "dearest" if self.dearest else "cheapest"
        one = f"the {which} item" if self.many == 1 else f"the {items(self.many, which)}"
        verb, each = ("is", "") if self.many == 1 else ("are", " each")
        if self.share == 1:
            return f"{one} {verb} free"
        if self.price is not None:
            return f"{one} cost{'s' if self.many == 1 else ''} {money(self.price)}{each}"
        return f"{one} {verb} {written(self.amount, self.share, money)} off{each if self.amount else ''}"

    def lower(self, step: Step, goods: Goods, times: int) -> Lowered:
        if step.measure == MONEY:
            gift = cache(lambda repeats: self._gift(goods, first_in_order(goods, self.dearest, self.many * repeats)))
            return by_money(step, Lowered(gift=gift))
        if step.repeats:
            return gifted(step, self._gift(goods, first_in_order(goods, self.dearest, self.many * times)))
        return gifted(step, self._bought(step, goods))

    def _gift(self, goods: Goods, runs: list[Run]) -> UnitBenefit:
        if self.share:
            return whole(goods, runs, rounded(self.share, cost(goods, runs), goods.rounds_down))
        if self.price is not None:
            price = self.price
            return single(goods, runs, lambda each: max(0, each - price))
        return single(goods, runs, lambda each: min(each, self.amount))

    def _bought(self, step: Step, goods: Goods) -> UnitBenefit:
        """`buy k get j`: as many gets as leave the units that are bought for them (SPEC 4, "Buy and get")."""
        gets, kept = self._gets(step, goods)
        gift = self._gift(goods, gets)
        if not goods.gets_to_rounds or goods.has_counts:
            return gift
        return whole(goods, _with_bought(goods, gets, kept), gift.amount)

    def _gets(self, step: Step, goods: Goods) -> tuple[list[Run], int]:
        """The gets, and how many counted units are bought for them."""
        many, kept = self._most_gets(step, goods)
        if not goods.has_counts:
            return first_in_order(goods, self.dearest, min(many, sum(goods.units) - kept)), kept
        left = _units(goods, goods.counted)
        gets: list[Run] = []
        for place, units in in_order(goods, self.dearest):
            if not many:
                break
            taken = min(units, many)
            if goods.counted[place]:
                taken = min(taken, left - kept)
                left -= taken
            if taken:
                gets.append((place, taken))
                many -= taken
        return gets, kept

    def paid_units(self, step: Step, goods: Goods) -> int:
        """Of `buy k get j`: counted units that are not gets themselves."""
        gets, _ = self._gets(step, goods)
        return _units(goods, goods.counted) - count([run for run in gets if goods.counted[run[0]]])

    def _most_gets(self, step: Step, goods: Goods) -> tuple[int, int]:
        """The largest number of gets, and the units of the counted goods that are bought for them."""
        counted = scope = total = sum(goods.units)
        if goods.has_counts:
            scope = _units(goods, goods.in_scope)
            counted = _units(goods, goods.counted)
            total = _units(goods, [one or other for one, other in zip(goods.counted, goods.in_scope, strict=True)])
        low, high = 0, scope
        while low < high:
            gets = (low + high + 1) // 2
            rounds = -(-gets // self.many)
            bought = rounds * step.reach
            may = step.most_times is None or rounds <= step.most_times
            if may and bought <= counted and gets + bought <= total:
                low = gets
            else:
                high = gets - 1
        return low, -(-low // self.many) * step.reach

    def more_units(self, step: Step, goods: Goods) -> int:
        """How many more units, counted and in scope where the goods are both, one more get of `buy k get j` takes; 0
        when its rounds are all had."""
        many, _ = self._most_gets(step, goods)
        rounds = -(-(many + 1) // self.many)
        if step.most_times is not None and rounds > step.most_times:
            return 0
        counted, scope = _units(goods, goods.counted), _units(goods, goods.in_scope)
        either = [one or other for one, other in zip(goods.counted, goods.in_scope, strict=True)]
        bought = rounds * step.reach
        return max(bought - counted, many + 1 - scope, many + 1 + bought - _units(goods, either), 1)


def _units(goods: Goods, places: list[bool]) -> int:
    return sum([units for units, wanted in zip(goods.units, places, strict=True) if wanted])


def _with_bought(goods: Goods, gets: list[Run], bought: int) -> list[Run]:
    """The gets, and the dearest counted units left: they are what the gets were bought with."""
    taken = dict(gets)
    left = [(place, units - taken.get(place, 0)) for place, units in ordered(goods, goods.counted, dearest=True)]
    return [*gets, *first([run for run in left if run[1]], bought)]
