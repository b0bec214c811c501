"""A service that runs beside the tests, on a port of its own, with the test shop's rules and a ledger."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from benchmarks.postgres import Server, server
from pricing.ledger import Ledger
from pricing.service import line
from pricing.service.front import Front, application
from pricing.service.settings import Settings
from tests.ledger.shop import ENGINE, NOON, POLICY, RULES

PATIENCE = 300.0
"""Seconds for what comes at once, but on a machine with much other work."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's rules on disk."""
    return rules_in(tmp_path_factory.mktemp("rules"))


def rules_in(place: Path) -> Path:
    (place / "campaigns").mkdir()
    (place / "campaigns" / "fair.promo").write_text(RULES, encoding="utf-8")
    (place / "policy.promo").write_text(POLICY, encoding="utf-8")
    return place


@contextmanager
def running(settings: Settings) -> Iterator[tuple[httpx.Client, Front]]:
    """A service for the time of a `with`: a client of it, and its inside."""
    app = application(settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        runner = line.server(app)
        thread = threading.Thread(target=runner.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            while not runner.started and thread.is_alive():
                time.sleep(0.02)
            yield client, app.front
        runner.should_exit = True
        thread.join(PATIENCE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with server(durable=False) as found:
        yield found


@pytest.fixture(scope="session")
def service(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Front]]:
    """With a ledger in SQLite, one worker, and a clock that stands at noon of 10 June. Tests share it: it starts slowly."""
    place = str(tmp_path_factory.mktemp("ledger") / "ledger.db")
    Ledger(place, ENGINE).close()
    with running(Settings(str(folder), place, now=NOON, watch=0.1)) as found:
        yield found


@pytest.fixture
def http(service: tuple[httpx.Client, Front]) -> httpx.Client:
    return service[0]


@pytest.fixture
def front(service: tuple[httpx.Client, Front]) -> Front:
    return service[1]


@pytest.fixture
def given(front: Front, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the running service other settings, for one test; of what its front does, not its workers."""

    def give(**changes: Any) -> None:
        made = evolve(front.settings, **changes)
        monkeypatch.setattr(front, "settings", made)
        monkeypatch.setattr(front.pool, "settings", made)

    return give
