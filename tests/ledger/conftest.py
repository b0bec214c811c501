"""Every test that takes `where` runs twice: on SQLite, and on a real PostgreSQL that the tests start themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import Server, server
from pricing.ledger import Ledger
from tests.ledger.shop import ENGINE


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for the whole run; it does not wait for the disk, for nobody pulls its plug here."""
    with server(durable=False) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty ledger is; its tables are made."""
    url = str(tmp_path / "ledger.db")
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        url = server.database()
    Ledger(url, ENGINE, migrate=True).close()
    return url


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    """An empty ledger over the test shop's rules; its books must be right when the test is over."""
    with Ledger(where, ENGINE) as opened:
        yield opened
        assert opened.verify() == ()


@pytest.fixture
def shop(where: str, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """The same over the rules of the test's own file, its `ENGINE`."""
    with Ledger(where, request.module.ENGINE) as opened:
        yield opened
        assert opened.verify() == ()
