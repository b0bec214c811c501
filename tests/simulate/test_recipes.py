"""The recipes of the page for Spark and Ray are run as they stand, where these are installed: the same rows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pricing.simulate import orders
from pricing.simulate.price import ReplayWishes, price_batch
from pricing.simulate.rows import SCHEMA
from pricing.simulate.run import task_of
from tests.pages import ROOT, blocks, read
from tests.simulate import shop

WANTED = {"pyspark": "java", "ray": ""}
"""What each needs besides itself."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Rules, and orders as Parquet with their numbers and places."""
    shop.folder(tmp_path / "old", **shop.OLD)
    shop.folder(tmp_path / "new", **shop.NEW)
    file = shop.write(tmp_path / "orders.jsonl", shop.orders(90))
    (batch,) = orders.batches([str(file)])
    pq.write_table(pa.Table.from_batches([batch]), tmp_path / "orders.parquet")
    return tmp_path


def recipe(name: str) -> str:
    """The block of the page that uses it."""
    (found,) = [
        text for language, text in blocks(read("docs/replay.md")) if language == "py" and f"import {name}" in text
    ]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", WANTED)
def test_the_recipe_gives_the_rows_of_a_plain_loop(name: str, place: Path) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    if WANTED[name] and shutil.which(WANTED[name]) is None:
        pytest.skip(f"{name} needs {WANTED[name]}, which is not installed")
    script = place / "recipe.py"
    script.write_text(recipe(name), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
           "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "SPARK_LOCAL_DIRS": str(place)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(script)], cwd=place, env=env, capture_output=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    (made,) = orders.batches([str(place / "orders.jsonl")])
    task = task_of(shop.book(**shop.OLD), shop.book(**shop.NEW), ReplayWishes(carried=False))
    # Places are those of the file that was replayed here, in another folder than it is named there.
    expected = price_batch(
        task, pa.record_batch([made.column(0), made.column(1), made.column(2)], schema=orders.SCHEMA)
    )
    found = pq.read_table(place / "rows.parquet").sort_by("number").select(SCHEMA.names)
    assert found.to_pylist() == pa.Table.from_batches([expected]).to_pylist()
