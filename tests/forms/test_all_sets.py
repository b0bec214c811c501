"""`get` and `bundle` against all sets of units tried: every set that SPEC 4 allows is looked at, none is reasoned about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, count
from math import ceil, floor
from random import Random
from typing import Any, NamedTuple

import pytest

from pricing import Cart, Engine
from tests.forms.test_forms_by_hand import HEAD

CARDS = 30
"""Random cards of each form, in one folder; each has a code of its own."""
BATCH = 100
GOODS = "abc"
PRICES = (100, 100, 150, 199, 250, 305, 500)


class Unit(NamedTuple):
    """One thing, in the order that decides between equals."""

    price: int
    line: str
    number: int
    goods: str


class Gets(NamedTuple):
    """`buy k get j … [, dearest] [, at most m times]`."""

    scope: str
    counts: str
    k: int
    j: int
    gives: str
    dearest: bool
    most: int

    def text(self) -> str:
        """The card's lines."""
        lines = [f"categories {', '.join(self.scope)}"]
        if self.counts:
            lines.append("counts everything" if self.counts == GOODS else f"counts categories {', '.join(self.counts)}")
        dearest = ", dearest" if self.dearest else ""
        most = f", at most {self.most} times" if self.most else ""
        lines.append(f"buy {self.k} get {self.j} {self.gives}{dearest}{most}")
        return "\n  ".join(lines)

    def saves(self, units: Sequence[Unit]) -> dict[str, int]:
        """Of all sets of gets that leave enough units for their rounds, one of the largest: the first in order."""
        counted = {unit for unit in units if set(unit.goods) & set(self.counts or self.scope)}
        order = in_order([unit for unit in units if set(unit.goods) & set(self.scope)], dearest=self.dearest)
        allowed = [
            some
            for size in range(len(order) + 1)
            for some in combinations(range(len(order)), size)
            if not self.most or ceil(size / self.j) <= self.most
            if len(counted - {order[at] for at in some}) >= ceil(size / self.j) * self.k
        ]
        gets = [order[at] for at in min(allowed, key=lambda some: (-len(some), some))]
        match self.gives.split():
            case ["free"]:
                return by_line(gets, [unit.price for unit in gets])
            case ["at", "1.20", "each"]:
                return by_line(gets, [max(0, unit.price - 120) for unit in gets])
            case ["at", "1.20", "off"]:
                return by_line(gets, [min(120, unit.price) for unit in gets])
        return dealt(half_up(sum(unit.price for unit in gets) * Fraction(3, 10)), gets)


class Bundled(NamedTuple):
    """`bundle k of X + … for v`, `take v off`, `take p% off` [`, at most m times`]."""

    slots: tuple[tuple[int, str], ...]
    gives: str
    most: int

    def text(self) -> str:
        """The card's lines."""
        slots = " + ".join(f"{many} of categories {', '.join(goods)}" for many, goods in self.slots)
        return f"bundle {slots} {self.gives}" + (f", at most {self.most} times" if self.most else "")

    def saves(self, units: Sequence[Unit]) -> dict[str, int]:
        """For n = 1, 2, …, of all sets that can be dealt into the slots, the first in the order dearest first."""
        order = in_order(units, dearest=True)
        amount, taken = 0, list[Unit]()
        for n in range(1, self.most + 1) if self.most else count(1):
            size = n * sum(many for many, _ in self.slots)
            sets = combinations(range(len(order)), size)
            found = next((some for some in sets if self.fit([order[at] for at in some], n)), None)
            if found is None:
                break
            cost = sum(order[at].price for at in found)
            match self.gives.split():
                case ["for", price]:
                    gives = cost - n * round(Fraction(price) * 100)
                    if gives <= amount:
                        break
                case [_, share, _] if share[-1] == "%":
                    gives = half_up(cost * Fraction(share[:-1]) / 100)
                case [_, each, _]:
                    gives = n * round(Fraction(each) * 100)
            amount, taken = gives, [order[at] for at in found]
        return dealt(min(amount, sum(unit.price for unit in taken)), taken)

    def fit(self, units: Sequence[Unit], n: int) -> bool:
        """Whether some dealing puts each unit into a slot that it matches: all are tried."""

        def put(at: int, left: tuple[int, ...]) -> bool:
            return at == len(units) or any(
                space
                and set(goods) & set(units[at].goods)
                and put(at + 1, (*left[:here], space - 1, *left[here + 1 :]))
                for here, (space, (_, goods)) in enumerate(zip(left, self.slots, strict=True))
            )

        return put(0, tuple([n * many for many, _ in self.slots]))


def in_order(units: Sequence[Unit], *, dearest: bool) -> list[Unit]:
    return sorted(units, key=lambda unit: (-unit.price if dearest else unit.price, unit.line, unit.number))


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def by_line(units: Sequence[Unit], gives: Sequence[int]) -> dict[str, int]:
    """What each line is given, where a unit is given something by itself."""
    lines = {unit.line for unit in units}
    return {name: sum(each for unit, each in zip(units, gives, strict=True) if unit.line == name) for name in lines}


def dealt(amount: int, units: Sequence[Unit]) -> dict[str, int]:
    """An amount over lines by what their units cost: floored, and one more for the largest remainders."""
    weights = by_line(units, [unit.price for unit in units])
    exact = {name: Fraction(amount * weight, sum(weights.values())) for name, weight in weights.items()}
    shares = {name: floor(share) for name, share in exact.items()}
    for name in sorted(weights, key=lambda name: (shares[name] - exact[name], -weights[name], name)):
        if sum(shares.values()) < amount:
            shares[name] += 1
    return shares


def some_goods(rng: Random) -> str:
    return "".join(sorted(rng.sample(GOODS, rng.choice((1, 1, 2)))))


def a_get(rng: Random) -> Gets:
    gives = rng.choice(("free", "free", "at 1.20 each", "at 1.20 off", "at 30% off"))
    counts = rng.choice(("", "", some_goods(rng), some_goods(rng), GOODS))
    return Gets(some_goods(rng), counts, rng.choice((1, 1, 2, 3)), rng.choice((1, 1, 2, 3)), gives,
                rng.random() < 0.4, rng.choice((0, 0, 2, 3)))  # fmt: skip


def a_bundle(rng: Random) -> Bundled:
    slots = tuple([(rng.choice((1, 1, 2)), some_goods(rng)) for _ in range(rng.choice((2, 2, 3)))])
    gives = rng.choice(("for 2.50", "for 4.00", "for 3.01", "take 0.77 off", "take 30% off"))
    return Bundled(slots, gives, rng.choice((0, 0, 2)))


CARD: tuple[Gets | Bundled, ...] = (
    *(a_get(Random(f"get {number}")) for number in range(CARDS)),
    *(a_bundle(Random(f"bundle {number}")) for number in range(CARDS)),
)


@cache
def engine() -> Engine:
    cards = [f'store discount d{at} "D"\n  code C{at}\n  {card.text()}\n' for at, card in enumerate(CARD)]
    return Engine.from_texts({"campaigns/c.promo": HEAD + "\n".join(cards)})


def basket(rng: Random) -> list[dict[str, Any]]:
    """Up to eight units on up to five lines, each of one or two kinds of goods."""
    lines: list[dict[str, Any]] = []
    left = rng.randint(2, 8)
    while left and len(lines) < 5:
        quantity = rng.randint(1, min(left, 3))
        left -= quantity
        lines.append({
            "id": f"l{len(lines)}", "sku": f"S{len(lines)}", "store": "s", "quantity": quantity,
            "price": f"{rng.choice(PRICES) / 100:.2f}", "categories": list(some_goods(rng)),
        })  # fmt: skip
    return lines


def units_of(lines: list[dict[str, Any]]) -> Iterator[Unit]:
    for line in lines:
        for number in range(line["quantity"]):
            yield Unit(round(Fraction(line["price"]) * 100), line["id"], number, "".join(line["categories"]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    baskets = metafunc.config.getoption("--all-sets")
    metafunc.parametrize(("first", "many"), [(at, min(BATCH, baskets - at)) for at in range(0, baskets, BATCH)])


def test_gets_and_bundles_are_the_best_of_all_sets(first: int, many: int) -> None:
    wrong = []
    for seed in range(first, first + many):
        rng = Random(f"all sets {seed}")
        at = rng.randrange(len(CARD))
        lines = basket(rng)
        data = {"currency": "USD", "at": "2026-06-20T12:00:00+00:00", "lines": lines, "codes": [f"C{at}"]}
        quote = engine().quote(Cart.from_dict(data))
        saved = {line.id: line.item - line.pays for line in quote.lines if line.item > line.pays}
        expected = {name: amount for name, amount in CARD[at].saves(list(units_of(lines))).items() if amount}
        if saved != expected:
            wrong.append(f"{seed}: {CARD[at].text()}\n  {lines}\n  {saved}, of all sets {expected}")
    assert not wrong, "\n".join(wrong)
