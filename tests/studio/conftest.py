"""A studio that runs beside the tests, on a folder and a port of its own, and a browser to look at it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from attrs import frozen

from pricing.studio.app import application
from tests.studio.shop import TEXTS

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
def opened(folder: Path) -> Iterator[Open]:
    """A studio for the time of a `with`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        runner = uvicorn.Server(uvicorn.Config(application(folder, TOKEN, port), log_config=None, access_log=False))
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
