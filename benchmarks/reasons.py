"""What all reasons of a quote cost, in quotes: refusals with their totals, and next steps.

`python -m benchmarks.reasons [row ...]` prints the rows whose names begin so, or all. Times are of the processor, each the
least of a few calls, and ratios are within the run.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.whole import WHOLE, whole
from benchmarks.workloads import MOODS, workload
from pricing import Cart, Engine
from pricing.model.quote import Quote, Reasons

CARTS = {"S": 20, "M": 10, "L1": 5}
RULES = Path(__file__).parent.parent / "rules"


def least(work: Callable[[], object], calls: int) -> float:
    """Seconds of processor time of the fastest call."""
    found = []
    for _ in range(calls):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def rows() -> Iterator[tuple[str, Engine, list[Cart]]]:
    """Name, engine and carts of each row."""
    shop = Engine.load(RULES)
    for name, file in (("demonstration", "cart.json"), ("hard cart", "hard-cart.json")):
        yield name, shop, [Cart.from_dict(json.loads((RULES / "demo" / file).read_text("utf-8")))]
    for size, carts in CARTS.items():
        for mood in MOODS:
            made = workload(size, mood, carts)
            engine = Engine.from_texts(made.book.texts())
            yield f"{size} {mood}", engine, [Cart.from_dict(cart) for cart in made.carts]
    for mood in MOODS:
        made = whole(mood, CARTS["M"])
        yield f"{WHOLE} {mood}", Engine.from_texts(made.book.texts()), [Cart.from_dict(cart) for cart in made.carts]


def main(wanted: list[str]) -> None:
    """Print the table."""
    print("| | quote, ms | refused, × | all, × | at most | next steps |\n|---|---|---|---|---|---|")
    for name, engine, carts in rows():
        if not wanted or any(name.startswith(each) for each in wanted):
            print(f"| {name} | {figures(engine, carts)} |", flush=True)


def figures(engine: Engine, carts: list[Cart]) -> str:
    """The figures of a row."""
    quotes: list[float] = []
    refused: list[float] = []
    every: list[float] = []
    steps = 0
    for cart in carts:
        quote = engine.quote(cart)
        one = least(partial(engine.quote, cart), 7)
        quotes.append(one)
        # A quote keeps what was found for it; one that was pickled is asked for the first time.
        refused.append(least(partial(told, engine, pickled(quote, 3), "refused"), 3) / one)
        every.append(least(partial(told, engine, pickled(quote, 2), "all"), 2) / one)
        steps += len(engine.reasons(quote).next_steps)
    return f"{1000 * median(quotes):.3f} | {median(refused):.1f} | {median(every):.1f} | {max(every):.0f} | {steps}"


def pickled(quote: Quote, times: int) -> list[Quote]:
    """The quote as it is elsewhere, so often."""
    return [pickle.loads(pickle.dumps(quote)) for _ in range(times)]


def told(engine: Engine, quotes: list[Quote], why: str) -> Reasons:
    """The reasons of the next of some quotes."""
    return engine.reasons(quotes.pop(), why)


if __name__ == "__main__":
    main(sys.argv[1:])
