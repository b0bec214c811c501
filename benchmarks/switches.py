"""What each switch of a policy costs, and what `requote` saves: M, L1 and W carts, in quotes under the house policy.

`python -m benchmarks.switches [switch ...]` prints the rows whose names begin so, or all; `requote` is one of them: a cart
in which one quantity has changed, priced again from the quote before, in quotes of the changed cart. Times are of the
processor, each the least of a few calls; ratios are medians over the carts, within the run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from statistics import median

from attrs import evolve

from benchmarks.cards import Workload
from benchmarks.reasons import least
from benchmarks.whole import WHOLE, whole
from benchmarks.workloads import workload
from pricing import Cart, Engine
from pricing.model.quote import Quote

HOUSE = "house"
REQUOTE = "requote"
CARTS = {"M": 10, "L1": 4, WHOLE: 6}
SWITCHES = {
    HOUSE: "",
    "measured-on item-price": "  set measured-on to item-price\n",
    "share-by item-price": "  set share-by to item-price\n",
    "remainder lost": "  set remainder to lost\n",
    "overflow void": "  set overflow to void\n",
    "rounding down": "  set rounding to down\n",
    "automatic when-better": "  set automatic to when-better\n",
    "floor 20%": "  floor 20% of list-price\n",
}


def main(wanted: list[str]) -> None:
    """Print the table."""
    made = {size: _workload(size, count) for size, count in CARTS.items()}
    house = {size: list(_quoted(work, "")) for size, work in made.items()}
    heads = [f"{size}, × (most), proved" for size in made]
    print("| | " + " | ".join(heads) + " |\n|" + "---|" * (len(heads) + 1))
    for name, text in {**SWITCHES, REQUOTE: ""}.items():
        if wanted and not any(name.startswith(each) for each in wanted):
            continue
        cells = []
        for size, work in made.items():
            if name == REQUOTE:
                cells.append(_cell(*_requoted(work), is_house=False))
            else:
                cells.append(_cell(list(_quoted(work, text)), house[size], name == HOUSE))
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def _workload(size: str, count: int) -> Workload:
    return whole("tight", count) if size == WHOLE else workload(size, "tight", count)


def _cell(found: list[tuple[float, Quote]], house: list[tuple[float, Quote]], is_house: bool) -> str:
    ratios = [one / other for (one, _), (other, _) in zip(found, house, strict=True)]
    proved = sum(quote.total_minor == quote.lower_bound_minor for _, quote in found)
    first = f"{1000 * median([took for took, _ in found]):.2f} ms" if is_house else f"{median(ratios):.2f}"
    return f"{first} ({max(ratios):.1f}), {proved} of {len(found)}"


def _quoted(work: Workload, switches: str) -> Iterator[tuple[float, Quote]]:
    """Seconds, and the quote, of each cart."""
    engine = Engine.from_texts(work.book.texts(switches))
    for data in work.carts:
        cart = Cart.from_dict(data)
        quote = engine.quote(cart)
        yield least(partial(engine.quote, cart), 5), quote


def _requoted(work: Workload) -> tuple[list[tuple[float, Quote]], list[tuple[float, Quote]]]:
    """The same of carts of which one quantity has changed: from the quotes before, and anew."""
    engine = Engine.from_texts(work.book.texts())
    found: tuple[list[tuple[float, Quote]], list[tuple[float, Quote]]] = [], []
    for data in work.carts:
        cart = Cart.from_dict(data)
        more = evolve(cart, lines=[evolve(cart.lines[0], quantity=cart.lines[0].quantity + 1), *cart.lines[1:]])
        before = engine.quote(cart)
        found[0].append((least(partial(engine.requote, before, more), 5), engine.requote(before, more)))
        found[1].append((least(partial(engine.quote, more), 5), engine.quote(more)))
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
