"""What each rule that lets the search skip work is worth: the same carts searched without one after the other.

`python -m tests.search.lemmas [switch ...]` prints, for each switch and each kind of cart, how many times the steps are
taken without it, and how many totals then stay without a proof; with `--many` on ten times as many large carts. Steps are
counted, never timed: the same figures on every machine. The table of docs/search.md is written from them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import shapes
from benchmarks.figures import table
from benchmarks.hard import hard
from benchmarks.workloads import workload
from pricing import Cart, Engine
from pricing.engine.matching.case import case_of
from pricing.engine.problem import Problem
from pricing.engine.search.rules import RULES, Rules
from pricing.engine.search.search import search

SEEDED = {"M": (10, 10), "L1": (4, 3), "L3": (3, 2)}
"""How many carts of a size are tight, and how many loose."""

MOODS = ("tight", "loose")

MANY = {"M": (100, 100), "L1": (50, 25), "L3": (15, 8)}

SHAPES = (
    shapes.product_coupons(60),
    shapes.automatic_pairs(30),
    shapes.coupons_each(12, 5, 5),
    shapes.platform_coupons(60, codes=3),
    shapes.many_codes(200),
    shapes.grid(5, reach=True),
    shapes.cent_pieces(8),
    shapes.four_pieces(8),
    shapes.deep(12),
)


def main(arguments: list[str]) -> int:
    """Print the table."""
    sizes = MANY if "--many" in arguments else SEEDED
    wanted = [each for each in arguments if each != "--many"] or Rules._fields
    groups = {name: list(problems(name, sizes)) for name in (*sizes, "hard", "shapes")}
    found = {name: searched(group, RULES) for name, group in groups.items()}
    rows = [["all followed", *(f"{steps:,} steps, {unproved}" for steps, unproved in found.values())]]
    for switch in wanted:
        row = [switch]
        for name, group in groups.items():
            steps, unproved = searched(group, RULES._replace(**{switch: False}))
            row.append(f"x {steps / found[name][0]:.2f}, {unproved}")
        rows.append(row)
        print(switch, file=sys.stderr, flush=True)
    head = [f"{name}, {len(group)} carts: steps, not proved" for name, group in groups.items()]
    print(table(["without", *head], rows))
    return 0


def searched(group: list[Problem], rules: Rules) -> tuple[int, int]:
    """Steps of all, and how many totals are not proved."""
    found = [search(problem, rules=rules) for problem in group]
    return sum(each.steps for each in found), sum(each.total > each.lower_bound for each in found)


def problems(name: str, sizes: dict[str, tuple[int, int]]) -> Iterator[Problem]:
    """The carts of a kind, cut down to what a search reads."""
    if name == "shapes":
        for shape in SHAPES:
            yield _problem(Engine.from_texts(shape.texts()), shape.cart)
        return
    for work in hard() if name == "hard" else [workload(name, mood, sizes[name][at]) for at, mood in enumerate(MOODS)]:
        engine = Engine.from_texts(work.book.texts())
        for cart in work.carts:
            yield _problem(engine, cart)


def _problem(engine: Engine, cart: dict[str, object]) -> Problem:
    return case_of(engine.plan, Cart.from_dict(cart), {}, frozenset()).problem


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
