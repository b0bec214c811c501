"""Real baskets with their own coupons: a replay gives the sums of a plain loop, on pool and Dask, killed and gone on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks import journey
from benchmarks.baskets import data_folder
from pricing import Cart, Engine
from pricing.money import show

ROOT = Path(__file__).parents[2]
COUNT = 1_500
"""Baskets: more than one batch."""

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

try:
    data_folder()
except ImportError as missing:
    pytest.skip(f"the data is not installed: {missing}", allow_module_level=True)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Baskets from November on, when the largest mailing is in force."""
    return journey.write(tmp_path_factory.mktemp("journey"), COUNT, date(2017, 11, 1))


def carts(file: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa

    with pa.OSFile(str(file)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
        for line in stream.read().splitlines():
            yield json.loads(line)


def by_hand(orders: Path, rules: Path) -> tuple[int, dict[str, int]]:
    """(what all pay, what each coupon saves): one basket after another, and each household uses a coupon once."""
    engine = Engine.load(rules)
    used: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    saved: dict[str, int] = defaultdict(int)
    total = 0
    for cart in carts(orders):
        mine = used[cart["customer"]["id"]]
        quote = engine.quote(Cart.from_dict(cart), {rule: {"customer": many} for rule, many in mine.items()})
        total += quote.total_minor
        for use in quote.used:
            mine[use.rule] += max(use.pieces, 1)
            saved[use.rule] += use.amount
    return total, dict(saved)


def command(year: tuple[Path, Path, Path], *more: str) -> list[str]:
    orders, rules, raised = map(str, year)
    return [sys.executable, "-m", "pricing.cli", "replay", rules, raised, "--orders", orders, "--json", *more]


def answer(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_sums_are_those_of_a_plain_loop_wherever_it_runs(year: tuple[Path, Path, Path], tmp_path: Path) -> None:
    work = tmp_path / "work"
    on_pool = command(year, "--jobs", "2", "--work", str(work))
    killed = subprocess.Popen(
        on_pool, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    end = time.monotonic() + 120
    while not list(work.glob("pure/*.arrow")) and killed.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    running = killed.poll() is None
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    kept = {file.name: file.stat().st_mtime_ns for file in work.glob("pure/*.arrow")}
    found = answer(on_pool)
    assert running and kept
    assert kept.items() <= {file.name: file.stat().st_mtime_ns for file in work.glob("pure/*.arrow")}.items()

    totals, coupons = zip(*(by_hand(year[0], rules) for rules in year[1:]), strict=True)
    (sums,) = found["currencies"]
    assert sums["orders"] == COUNT and found["wrong"] == 0
    assert [sums["old"], sums["new"]] == [show(total, "USD") for total in totals]
    assert sum(len(each) for each in coupons) > 20
    rows = {row["name"]: (row["saved_old"], row["saved_new"]) for row in sums["rules"]}
    for name in {**coupons[0], **coupons[1]}:
        assert rows[name] == tuple(show(each.get(name, 0), "USD") for each in coupons)

    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        assert answer(command(year, "--dask", cluster.scheduler_address)) == found
