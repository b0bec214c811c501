"""Orders of a marketplace, as many as wanted, in order of time: what `pricing replay` is tried and measured on.

    python -m benchmarks.replay_orders orders.jsonl.zst --orders 10000000
    python -m benchmarks.replay_orders rules/demo/orders.jsonl.gz --orders 400 --from 2026-06-15 --days 14

Goods, stores and segments are those of the catalogue in `rules/`; who buys what is drawn, seeded by the number of the
order, so that the first orders of a longer file of the same days are not those of a shorter one, but every run of the
same command writes the same bytes. Weekends sell more, evenings too; customers come back.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[1]
ZONE = ZoneInfo("America/Los_Angeles")
CODES = ("SUMMER3", "SUMMER8", "SUMMER12", "SUMMER25", "LANTERN20", "SUMMR12")
COUPONS = ("nova-6-off-60", "luma-3-off-25", "silk-10-percent", "bath-2-off-20", "peak-run-6", "tea-3-off-25",
           "paw-2-off-25", "welcome-4", "home-8-off-100")  # fmt: skip
WEIGHTS = (9, 8, 8, 9, 12, 17, 14)
"""Orders by weekday, Monday first."""


def orders(count: int, first: date, days: int) -> Iterator[dict[str, Any]]:
    """Carts in order of time."""
    with (ROOT / "rules" / "catalogue" / "skus.csv").open(encoding="utf-8") as file:
        goods = list(csv.DictReader(file))
    weights = [WEIGHTS[(first + timedelta(days=day)).weekday()] for day in range(days)]
    done = before = 0
    for day, weight in enumerate(weights):
        done += weight
        until = count * done // sum(weights)
        for number in range(before, until):
            # The time of day goes from 7 to 23, denser towards the evening, and never back.
            share = (number - before) / max(until - before, 1)
            seconds = int(7 * 3600 + 16 * 3600 * share**0.75)
            at = datetime.combine(first, datetime.min.time(), ZONE) + timedelta(days=day, seconds=seconds)
            yield _order(number, at, goods, max(count // 3, 1))
        before = until


def _order(number: int, at: datetime, goods: list[dict[str, str]], customers: int) -> dict[str, Any]:
    chance = Random(number)
    customer = int(customers * chance.random() ** 1.5)
    who = Random(-1 - customer)
    segments = [
        name for name, share in (("vip", 0.05), ("student", 0.1), ("nova-home-followers", 0.1)) if who.random() < share
    ]
    if chance.random() < 0.15:
        segments.append("new")
    picked = chance.sample(goods, min(len(goods), 1 + int(chance.expovariate(0.5))))
    lines = [_line(place, row, chance) for place, row in enumerate(picked, 1)]
    stores = sorted({line["store"] for line in lines})
    made: dict[str, Any] = {
        "currency": "USD", "at": at.isoformat(), "customer": {"id": f"c-{customer}", "segments": sorted(segments)},
        "country": "US", "channel": chance.choice(("app", "app", "web")), "lines": lines,
        "shipping": [{"store": store, "method": "standard", "amount": f"{3 + len(store) % 4}.50"} for store in stores],
    }  # fmt: skip
    held = [{"rule": name, "pieces": 1} for name in COUPONS if chance.random() < 0.12]
    if chance.random() < 0.3:
        held.append({"rule": "select-summer", "pieces": chance.randrange(1, 6)})
    made["wallet"] = {"coins": chance.randrange(0, 400), "coupons": held}
    if chance.random() < 0.35:
        made["codes"] = [chance.choice(CODES)]
    return made


def _line(place: int, row: dict[str, str], chance: Random) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": str(place), "sku": row["sku"], "store": row["store"], "price": row["price"],
        "quantity": 1 if chance.random() < 0.75 else chance.randrange(2, 5),
    }  # fmt: skip
    for name in ("categories", "tags"):
        values = [value for value in row[name].split(";") if value]
        if values:
            line[name] = values
    if row["brand"]:
        line["brand"] = row["brand"]
    return line


def write(file: Path, count: int, first: date, days: int) -> int:
    """Writes the orders; returns how many."""
    return write_orders(file, orders(count, first, days))


def write_orders(file: Path, carts: Iterable[dict[str, Any]]) -> int:
    """Writes carts as JSON lines, packed as the file's name says; returns how many."""
    made = 0
    with _opened(file) as out:
        for order in carts:
            out.write(json.dumps(order, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
            made += 1
    return made


def _opened(file: Path) -> Any:
    if file.suffix == ".gz":
        raw: BinaryIO = file.open("wb")
        return gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0)
    if file.suffix == ".zst":
        import pyarrow as pa

        return pa.CompressedOutputStream(str(file), "zstd")
    return file.open("wb")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.replay_orders", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2026, 6, 1))
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args(arguments)
    print(f"{write(options.file, options.orders, options.first, options.days):,} orders", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
