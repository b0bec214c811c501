"""A studio that runs beside the tests, on a folder and a port of its own, and a browser to look at it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from attrs import frozen

from pricing import Cart, Engine
from pricing.ledger import Ledger
from pricing.studio.app import application
from tests.studio.shop import CARDS, SUMMER, TEXTS

TOKEN = "a-token-of-the-tests"


@frozen
class Open:
    """A studio that is open."""

    folder: Path
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/{TOKEN}/"


@contextmanager
def opened(folder: Path, ledger: str = "") -> Iterator[Open]:
    """A studio for the time of a `with`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        runner = uvicorn.Server(
            uvicorn.Config(application(folder, TOKEN, port, ledger), log_config=None, access_log=False)
        )
        thread = threading.Thread(target=runner.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not runner.started and thread.is_alive():
            time.sleep(0.02)
        yield Open(folder, port)
        runner.should_exit = True
        thread.join(20)


def written(folder: Path) -> Path:
    """The shop's texts as files."""
    for path, text in TEXTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Open]:
    with opened(written(tmp_path)) as found:
        yield found


NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
BUDGETED = {**TEXTS, SUMMER: CARDS.replace("take 3.00 off", "take 3.00 off\n  budget      12.00 in total")}
LETTER = """
promo code mail "Letter: 4 off 30"
  codes       20 like MAIL-####-####
  spend       30.00  take 4.00 off
"""
"""A card with single codes."""


@pytest.fixture
def place(tmp_path: Path) -> str:
    return used_ledger(BUDGETED, tmp_path / "shop.db")


def used_ledger(texts: Mapping[str, str], file: Path) -> str:
    """A ledger with two orders of three teas, 3.00 off each."""
    found = str(file)
    tea = {"sku": "TEA-1", "store": "tea-house", "price": "9.00", "quantity": 3}
    cart = {"currency": "USD", "at": NOON.isoformat(), "customer": {"id": "c-1"}, "lines": [tea]}
    with Ledger(found, Engine.from_texts(texts)) as ledger:
        for order in ("1", "2"):
            ledger.checkout(Cart.from_dict(cart), order)
            ledger.commit(order, NOON)
    return found
