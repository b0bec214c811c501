"""Costly carts with a ledger: they go to the workers for such carts, and end as others do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile import written
from benchmarks.workloads import workload
from pricing.api import Engine
from pricing.client import Client
from pricing.ledger import Ledger
from pricing.service.hand import Errand
from pricing.service.pool import Crew
from pricing.service.settings import Settings
from pricing.wire import cart_from_dict
from tests.service.conftest import running


def test_costly_carts_are_checked_out_elsewhere_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one step of search the cart is costly; what was begun by the first worker leaves nothing in the books."""
    shop = workload("M", "tight", 1)
    rules = written(shop.book.texts(), tmp_path / "rules")
    engine, (cart,) = Engine.load(rules), shop.carts
    del cart["wallet"]
    total = str(engine.quote(cart_from_dict(cart)).to_dict(why="none")["total"])
    sent: list[str] = []
    usual = Crew._costs_much

    def noted(crew: Crew, task: Errand) -> None:
        sent.append(task.name)
        usual(crew, task)

    monkeypatch.setattr(Crew, "_costs_much", noted)
    place = str(tmp_path / "ledger.db")
    Ledger(place, engine).close()
    with (
        running(Settings(str(rules), place, now=cart_from_dict(cart).at, watch=0, quick=1)) as (http, _),
        Client(str(http.base_url)) as client,
    ):

        def told(found: dict[str, Any]) -> tuple[str, str]:
            return found["order"]["state"], found["quote"]["total"]

        assert told(client.checkout("c-1", cart)) == ("reserved", total)
        body = {"cart": cart, "total": total}
        for _ in range(2):
            found = http.post("/v1/orders/c-2/reserve", json=body, headers={"Idempotency-Key": "k"})
            assert told(found.json()) == ("reserved", total)
        assert sent == ["checkout", "reserve"]
    with Ledger(place, engine) as books:
        assert books.verify() == ()
