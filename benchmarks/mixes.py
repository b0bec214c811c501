"""Carts under hostile rules of every kind at once: up to 300 cards, 10,000 lines, 100 codes.

`python -m benchmarks.mixes [first [seeds]]` prices one random mix for each seed, at the default limit of work, and prints
what it took and how far the answer may be from the best: processor time, memory of a process of its own, the gap.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

from benchmarks.shapes import ORDER, cart, line
from pricing import Cart, Engine

SIZES = (60, 200, 1000, 3000, 10_000)
BRANDS = 12
POLICIES = (
    "  limit       1 promo code per order\n",
    "  limit       3 promo code per order\n  limit       2 platform coupon per order\n",
    "  limit       1 promo code per store\n  limit       40 seller coupon per order\n",
    "  set measured-on to item-price\n  limit       2 promo code per order\n",
    "  set overflow to void\n  limit       2 promo code per order\n",
    "  floor       50% of list-price\n  limit       2 promo code per order\n",
)
KINDS = (
    ("store discount", 6),
    ("seller coupon", 8),
    ("cross-store discount", 3),
    ("platform coupon", 3),
    ("select coupon", 1),
    ("promo code", 5),
)


@dataclass(frozen=True, slots=True)
class Mix:
    """Rule files and a cart."""

    texts: dict[str, str]
    cart: dict[str, Any]


def mix(seed: int) -> Mix:
    """The mix of a seed."""
    chance = Random(f"mix {seed}")
    many = chance.choice(SIZES)
    stores = chance.choice((1, 3, 12, 60))
    lines = [
        line(
            number,
            chance.randrange(150, 9000),
            f"s{chance.randrange(stores)}",
            chance.choice((1, 1, 1, 2, 5)),
            f"c{chance.randrange(4)}/d{chance.randrange(3)}",
            f"b{chance.randrange(BRANDS)}",
        )
        for number in range(many)
    ]
    whole = sum(round(100 * float(each["price"])) * each["quantity"] for each in lines)
    names: list[tuple[str, str]] = []
    cards: list[str] = []
    for number in range(chance.choice((20, 60, 150, 300))):
        kind = chance.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
        name = f"R{number}"
        names.append((kind, name))
        cards.append(card(chance, kind, name, (whole, many, stores)))
    held = {name: chance.randrange(1, 4) for kind, name in names if kind.endswith("coupon")}
    codes = tuple(name for kind, name in names if kind == "promo code")
    text = (
        'campaign mix "Mix"\n  currency    USD\n  zone        UTC\n  valid       from 2026-01-01 through 2026-12-31\n\n'
    )
    if chance.randrange(2):
        cards.append(COINS)
    text += "\n".join(cards)
    return Mix(
        {"policy.promo": ORDER + chance.choice(POLICIES), "campaigns/mix.promo": text},
        cart(lines, held, codes, chance.choice((0, 3000))),
    )


COINS = 'coin payment coins "Coins"\n  rate        100 coins = 1.00\n'


def card(chance: Random, kind: str, name: str, size: tuple[int, int, int]) -> str:
    """One card. `size`: cents of the whole cart, its lines, its stores."""
    whole, many, stores = size
    rows: list[str] = []
    part = 1
    if kind in {"store discount", "seller coupon"}:
        rows.append(f"stores      s{chance.randrange(stores)}")
        part *= stores
    where = chance.randrange(5)
    if where == 0:
        rows.append(f"categories  c{chance.randrange(4)}")
        part *= 4
    elif where == 1:
        rows.append(f"brands      b{chance.randrange(BRANDS)}, b{chance.randrange(BRANDS)}")
        part *= 6
    elif where == 2:
        some = sorted({f"k{chance.randrange(many)}" for _ in range(chance.choice((1, 3, 20)))})
        rows.append(f"skus        {', '.join(some)}")
        part = max(part, many // len(some))
    reach = max(100, int(whole / part * chance.uniform(0.05, 1.1)))
    rows += benefit(chance, kind, reach)
    if chance.random() < 0.15:
        rows.append(f"at most {money(max(50, reach // 10))} per order")
    if kind != "select coupon" and chance.random() < 0.15:
        other = chance.choice([other for other, _ in KINDS])
        rows.append(f"never with  {other}")
    return f'{kind} {name} "{name}"\n' + "".join(f"  {row}\n" for row in rows)


def benefit(chance: Random, kind: str, reach: int) -> list[str]:
    """What the card gives, and from which amount in cents on."""
    give = max(10, reach * chance.randrange(2, 13) // 100)
    if kind == "select coupon":
        return [f"spend       {money(reach)} take {money(give)} off", f"piece       {money(max(5, give // 2))}"]
    form = chance.randrange(8)
    percent = chance.randrange(2, 19)
    return [
        [f"take        {percent}% off"],
        [f"spend       {money(reach)} take {percent}% off"],
        [
            f"spend       {money(reach)} take {money(give)} off",
            f"spend       {money(2 * reach)} take {money(3 * give)} off",
        ],
        [f"every       {money(max(200, reach // 7))} take {money(max(10, give // 7))} off"],
        [f"buy         {chance.randrange(2, 9)} take {percent}% off"],
        [f"buy         {chance.randrange(2, 9)} get 1 free"],
        [f"buy         {chance.randrange(2, 5)} take {3 * percent}% off the cheapest"],
        [f"spend       {money(reach)} take {money(give)} off"],
    ][form]


def money(cents: int) -> str:
    """An amount as cards have it."""
    return f"{cents // 100}.{cents % 100:02d}"


def figures(seed: int) -> dict[str, Any]:
    """What a mix takes, in this process."""
    made = mix(seed)
    engine = Engine.from_texts(made.texts)
    asked = Cart.from_dict(made.cart)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    quote = engine.quote(asked)
    took = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gap = 0 if quote.optimal else 100 * (quote.total_minor - quote.lower_bound_minor) / max(1, quote.total_minor)
    return {
        "seed": seed,
        "lines": len(asked.lines),
        "cards": len(made.texts["campaigns/mix.promo"].split('"\n')) - 2,
        "seconds": took,
        "memory": after,
        "before": before,
        "gap": gap,
        "optimal": quote.optimal,
        "total": quote.total_minor,
        "steps": quote.steps,
    }


def main(first: int, seeds: int) -> None:
    """One process for each seed, so that memory is its own."""
    found: list[dict[str, Any]] = []
    print("| seed | lines | cards | s | MiB | proved | gap, % | total |\n|---|---|---|---|---|---|---|---|")
    for seed in range(first, first + seeds):
        said = subprocess.run(
            [sys.executable, "-m", "benchmarks.mixes", "one", str(seed)], capture_output=True, text=True, check=True
        )
        one = json.loads(said.stdout)
        found.append(one)
        proved = "yes" if one["optimal"] else ""
        print(
            f"| {seed} | {one['lines']} | {one['cards']} | {one['seconds']:.2f} | {one['memory'] >> 10} | {proved} |"
            f" {one['gap']:.2f} | {one['total']} |",
            flush=True,
        )
    times = sorted(one["seconds"] for one in found)
    print(
        f"\nmedian {median(times):.2f} s, slowest {times[-1]:.2f} s, above 1 s {sum(each > 1 for each in times)};"
        f" most memory {max(one['memory'] for one in found) >> 10} MiB;"
        f" proved {sum(one['optimal'] for one in found)}, gap above 1 % {sum(one['gap'] > 1 for one in found)}"
        f" of {len(found)}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(figures(int(sys.argv[2]))))
    else:
        main(*[int(each) for each in (*sys.argv[1:], *("1", "60")[len(sys.argv) - 1 :])])
