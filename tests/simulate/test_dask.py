"""The same function on a Dask cluster, unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest
from distributed import LocalCluster

from pricing.simulate import orders
from pricing.simulate.crew import CrewLost
from pricing.simulate.price import ReplayWishes
from pricing.simulate.run import ReplayPlan, replay, task_of
from tests.simulate import shop


@pytest.mark.slow
def test_a_cluster_gives_the_same_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "ORDERS", 40)
    file = shop.write(tmp_path / "orders.jsonl", shop.orders(200))
    task = task_of(shop.book(**shop.OLD), shop.book(**shop.NEW), ReplayWishes())
    here = replay(task, ReplayPlan((str(file),)))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as cluster:
        there = replay(task, ReplayPlan((str(file),), dask=cluster.scheduler_address))
    assert there == here


def test_nobody_at_the_address_is_told(tmp_path: Path) -> None:
    file = shop.write(tmp_path / "orders.jsonl", shop.orders(5))
    task = task_of(shop.book(**shop.OLD), shop.book(**shop.NEW), ReplayWishes())
    with pytest.raises(CrewLost, match="there is no Dask scheduler at nowhere"):
        replay(task, ReplayPlan((str(file),), dask="nowhere"))
