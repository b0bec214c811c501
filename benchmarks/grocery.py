"""A grocery whose process is fully known (`grocery-sim`, simulated, for education), replayed, with a known answer.

    python -m benchmarks.grocery FOLDER

Simulates a year of receipts, writes them as Parquet with one row a line and the mapping of its columns, and two versions
of one card: 10 % and 20 % off one department. What that comes to is worked out from the receipts by plain arithmetic, in
whole cents, and compared with what `pricing replay` says. Exit 1 when they differ.

Install it with its dependencies (`pip install grocery-sim`), or its package alone beside numpy, pandas, openpyxl, duckdb
and pulp.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.crew import ROOT

Row = dict[str, Any]

DEPARTMENT = "SC"
"""The first letters of its goods' numbers: snacks and confectionery."""
COLUMNS = """[cart]
order = "receipt"
at = "at"
zone = "Europe/Paris"
currency = "=EUR"
customer = "customer"

[line]
sku = "sku"
store = "=corner"
price = "price"
quantity = "quantity"
categories = "department"
"""
CARD = """campaign corner "Corner shop"
  currency    EUR
  zone        Europe/Paris

item discount snacks "Snacks {percent}% off"
  categories  {department}
  take        {percent}% off
"""


def receipts() -> list[Row]:
    """What was sold: one row a line, those of one receipt together. Returns are left out."""
    from grocery_sim import GroceryStoreSimulation

    table = GroceryStoreSimulation().setup({}).simulate().data().receipts
    table = table[table["ref_receipt_id"].isna() & (table["qty"] > 0)].sort_values(["receipt_id"], kind="stable")
    found = []
    for row in table.to_dict("records"):
        price = Decimal(str(row["unit_price"])).quantize(Decimal("0.01"))
        found.append({
            "receipt": int(row["receipt_id"]), "at": f"{str(row['date'])[:10]}T{int(row['hour']):02d}:00:00",
            "customer": str(row["customer_id"]) if row["customer_id"] == row["customer_id"] else None,
            "sku": str(row["uid"]), "department": f"{str(row['uid'])[:2].lower()}", "price": price,
            "quantity": int(row["qty"]),
        })  # fmt: skip
    return found


def known(rows: list[Row], percent: int) -> tuple[int, int]:
    """(what all pay, what the card saves) in cents: of each unit the share, rounded half up (SPEC 4)."""
    pays = saved = 0
    for row in rows:
        cents = int(row["price"] * 100)
        off = (cents * percent * 2 + 100) // 200 if row["department"] == DEPARTMENT.lower() else 0
        pays += (cents - off) * row["quantity"]
        saved += off * row["quantity"]
    return pays, saved


def write(folder: Path, rows: list[Row]) -> None:
    """orders.parquet, columns.toml, and the rules in `old` and `new`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), folder / "orders.parquet")
    (folder / "columns.toml").write_text(COLUMNS)
    for name, percent in (("old", 10), ("new", 20)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "corner.promo").write_text(CARD.format(percent=percent, department=DEPARTMENT.lower()))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grocery", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = receipts()
    write(folder, rows)
    done = subprocess.run(
        [sys.executable, "-m", "pricing.cli", "replay", str(folder / "old"), str(folder / "new"), "--json", "--orders",
         str(folder / "orders.parquet"), "--columns", str(folder / "columns.toml")],
        cwd=ROOT, stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    (sums,) = json.loads(done.stdout)["currencies"]
    (card,) = sums["rules"]
    said = [[round(Decimal(text) * 100) for text in pair]
            for pair in ((sums["old"], card["saved_old"]), (sums["new"], card["saved_new"]))]  # fmt: skip
    expected = [list(known(rows, percent)) for percent in (10, 20)]
    print(f"{sums['orders']:,} receipts, {len(rows):,} lines; cents paid and saved, at 10 % and 20 %")
    print(f"known {expected}\nsaid  {said}")
    return 0 if said == expected and done.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
