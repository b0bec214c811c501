"""Orders in every form are the same orders; what cannot be read is told with its place."""

from __future__ import annotations

import csv
import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pricing import Cart
from pricing.simulate import orders
from pricing.simulate.mapping import WrongOrders, read_mapping
from tests.simulate import shop


def carts_in(*files: Path, columns: Path | None = None) -> list[Cart]:
    mapping = read_mapping(str(columns)) if columns else None
    found = [
        json.loads(text)
        for batch in orders.batches([str(file) for file in files], mapping)
        for text in batch.column("cart").to_pylist()
    ]
    return [Cart.from_dict(one) for one in found]


CARTS = shop.orders(30)
EXPECTED = [Cart.from_dict(cart) for cart in CARTS]


def test_json_lines_plain_and_packed(tmp_path: Path) -> None:
    plain = shop.write(tmp_path / "a.jsonl", CARTS)
    data = plain.read_bytes()
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(data))
    with pa.CompressedOutputStream(str(tmp_path / "c.ndjson.zst"), "zstd") as out:
        out.write(data)
    for name in ("a.jsonl", "b.jsonl.gz", "c.ndjson.zst"):
        assert carts_in(tmp_path / name) == EXPECTED


def test_several_files_are_one_run_of_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "ORDERS", 7)
    files = [str(shop.write(tmp_path / name, CARTS[:10])) for name in ("a.jsonl", "b.jsonl")]
    batches = list(orders.batches(files))
    assert [len(batch) for batch in batches] == [7, 7, 6]
    assert [number for batch in batches for number in batch.column("number").to_pylist()] == list(range(20))
    assert batches[1].column("where").to_pylist()[3] == f"{files[1]}:1"


def test_a_batch_ends_before_it_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "TEXT", 1_500)
    batches = list(orders.batches([str(shop.write(tmp_path / "a.jsonl", CARTS))]))
    assert max(len("".join(batch.column("cart").to_pylist())) for batch in batches) < 3_500
    assert sum(map(len, batches)) == 30


def test_parquet_and_csv_with_a_cart_in_one_column(tmp_path: Path) -> None:
    texts = [json.dumps(cart) for cart in CARTS]
    pq.write_table(pa.table({"id": list(range(30)), "cart": texts}), tmp_path / "a.parquet")
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "cart"])
        writer.writerows(enumerate(texts))
    assert carts_in(tmp_path / "a.parquet") == carts_in(tmp_path / "a.csv") == EXPECTED


NAMES = ("basket", "when", "hh", "sku", "shop", "each", "n", "path")
ROWS: list[dict[str, Any]] = [
    dict(zip(NAMES, row, strict=True))
    for row in (
        (7, "2026-06-12 09:30:00", 12, "N-1", "nova", "22.00", 2, "goods/nova"),
        (7, "2026-06-12 09:30:00", 12, "T-1", "tea", "6.20", 1, "goods/tea|sale"),
        (8, "2026-06-13 10:00:00", 3, "T-1", "tea", "6.20", 3, ""),
    )
]
MAPPING = """
[cart]
order = "basket"
at = "when"
zone = "America/New_York"
currency = "=USD"
customer = "hh"
codes = "=TEN|SAVE"
coupons = "=nova-5*2"

[line]
sku = "sku"
store = "shop"
price = "each"
quantity = "n"
categories = "path"
"""


def test_rows_of_lines_with_a_mapping_of_columns(tmp_path: Path) -> None:
    mapping = tmp_path / "columns.toml"
    mapping.write_text(MAPPING)
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)
    numbers = [{**row, "each": Decimal(row["each"])} for row in ROWS]
    pq.write_table(pa.Table.from_pylist(numbers), tmp_path / "a.parquet")
    floats = [{**row, "each": float(row["each"]), "n": float(row["n"])} for row in ROWS]
    pq.write_table(pa.Table.from_pylist(floats), tmp_path / "b.parquet")
    found = carts_in(tmp_path / "a.csv", columns=mapping)
    assert (
        found == carts_in(tmp_path / "a.parquet", columns=mapping) == carts_in(tmp_path / "b.parquet", columns=mapping)
    )
    first, second = found
    assert first.at.isoformat() == "2026-06-12T09:30:00-04:00"
    assert first.customer.id == "12" and first.codes == ("TEN", "SAVE")
    assert [(line.id, line.sku, line.unit_price, line.quantity) for line in first.lines] == [
        ("0001", "N-1", 2200, 2), ("0002", "T-1", 620, 1),
    ]  # fmt: skip
    assert first.lines[1].categories == ("goods/tea", "sale") and second.lines[0].categories == ()
    assert [(lot.rule, lot.pieces) for lot in first.wallet.coupons] == [("nova-5", 2)]


def test_columns_that_are_called_like_the_fields_need_no_mapping(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("order,at,currency,sku,store,price,quantity\n1,2026-06-12T09:30:00Z,USD,A,s,5,1\n")
    (cart,) = carts_in(file)
    assert cart.lines[0].unit_price == 500


def test_decimals_of_a_column_with_more_places_are_the_same_amounts(tmp_path: Path) -> None:
    table = pa.table({
        "order": [1, 1, 2], "at": ["2026-06-12T09:30:00Z"] * 3, "currency": ["USD"] * 3, "sku": ["A", "B", "C"],
        "store": ["s"] * 3,
        "price": pa.array([Decimal("22.0000"), Decimal("100.5000"), Decimal("0.0100")], pa.decimal128(12, 4)),
        "quantity": pa.array([Decimal("2.0"), Decimal("10.0"), Decimal("1.0")], pa.decimal128(9, 1)),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    found = [(line.unit_price, line.quantity) for cart in carts_in(tmp_path / "a.parquet") for line in cart.lines]
    assert found == [(2200, 2), (10050, 10), (1, 1)]


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_packed_file_that_breaks_off_is_told(packing: str, tmp_path: Path) -> None:
    data = shop.write(tmp_path / "a.jsonl", shop.orders(300)).read_bytes()
    file = tmp_path / f"a.jsonl.{packing}"
    if packing == "gz":
        file.write_bytes(gzip.compress(data)[:-2000])
    else:
        with pa.CompressedOutputStream(str(file), "zstd") as out:
            out.write(data)
        file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(WrongOrders, match=f"a.jsonl.{packing}: "):
        carts_in(file)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "", "orders stand in .jsonl, .csv (also .gz, .zst) or .parquet files"),
        ("a.csv", "order,at\n", "a.csv: no column for cart.currency, line.sku, line.store, line.price, line.quantity"),
        ("a.jsonl.gz", "not packed", "a.jsonl.gz: "),
        ("a.parquet", "not parquet", "a.parquet: "),
        ("none.jsonl", None, "there is no such file"),
    ],
)  # fmt: skip
def test_files_that_hold_no_orders_are_told(name: str, text: str | None, said: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(WrongOrders) as error:
        list(orders.batches([str(tmp_path / name)]))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "columns.toml: "),
        ("[basket]\n", "there are only the tables [cart] and [line], not 'basket'"),
        ('[cart]\nordr = "a"\n', "[cart] has no field 'ordr'"),
        ("[line]\nsku = 3\n", "line.sku is the name of a column, or =TEXT"),
        ('[cart]\norder = "a"\n', "no column for cart.at, cart.currency"),
        (MAPPING.replace("America/New_York", "Mars/Olympus"), "there is no zone called 'Mars/Olympus'"),
    ],
)  # fmt: skip
def test_mappings_that_say_nothing_are_told(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text(text)
    with pytest.raises(WrongOrders) as error:
        read_mapping(str(tmp_path / "columns.toml"))
    assert said in str(error.value)


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text(MAPPING)
    (tmp_path / "a.csv").write_text("basket,when\n")
    with pytest.raises(WrongOrders, match="there is no column 'hh'"):
        carts_in(tmp_path / "a.csv", columns=tmp_path / "columns.toml")
