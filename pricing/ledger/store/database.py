"""The one door to the database: SQLite for one machine, PostgreSQL in earnest.

A unit of work is a function of a connection. `write` runs it in one transaction and commits, or rolls back and raises;
it runs the work again when the database gave up on it (a deadlock), and once more when the connection was lost: every
call of the ledger has a key or an order's id, so that what was done is not done twice. Whatever else goes wrong reaches
the caller as a LedgerError (`faults`), without the values that were sent. SQLite takes its one write lock at the start
(BEGIN IMMEDIATE), so that no transaction fails half-way; PostgreSQL runs READ COMMITTED, as every statement that counts
carries its own condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, TextClause, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from pricing.ledger.errors import LedgerError
from pricing.ledger.store.faults import is_lost, told

T = TypeVar("T")

_AGAIN = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a lost race: the transaction is rolled back and may simply be run again."""
_ATTEMPTS = 20
_WAIT_MILLISECONDS = 30_000


class Database:
    """A pool of connections. One for each process: not to be carried across a fork."""

    def __init__(
        self, where: str | Path, pool_size: int | None = None, connect_args: Mapping[str, Any] | None = None
    ) -> None:
        url = _url(where)
        self.is_sqlite = url.startswith("sqlite")
        self.lock = "" if self.is_sqlite else " FOR UPDATE"
        """Ends a SELECT whose rows are about to change; SQLite holds the whole file anyway."""
        options: dict[str, Any] = {"hide_parameters": True, "connect_args": dict(connect_args or {})}
        if pool_size is not None:
            if type(pool_size) is not int or pool_size < 1:
                raise LedgerError("bad-count", "expected a whole number from 1", "pool_size")
            options |= {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": _WAIT_MILLISECONDS / 1000}
        try:
            self.engine = _sqlite(url, options) if self.is_sqlite else _postgresql(url, options)
        except (ArgumentError, ImportError, TypeError) as error:
            raise LedgerError("bad-address", str(error), "url") from None

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, committed."""
        with told():
            return self._written(work)

    def _written(self, work: Callable[[Connection], T]) -> T:
        lost = False
        for attempt in range(_ATTEMPTS):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if self.is_sqlite and "database is locked" in str(error.orig):
                    what = "another process keeps the database locked; try again"
                    raise LedgerError("busy", what, "database") from error
                if is_lost(error) and not lost:
                    lost = True
                    continue
                if getattr(error.orig, "sqlstate", None) not in _AGAIN or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, from one snapshot of the data."""
        options: dict[str, Any] = {"ledger_reads": True} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}

        def done() -> T:
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                return work(connection)

        return _twice(done)

    def ask(self, statement: str | TextClause, values: dict[str, Any]) -> list[Any]:
        """The rows of one SELECT, without a transaction around it: one round trip."""
        options: dict[str, Any] = {"ledger_reads": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}

        def done() -> list[Any]:
            with self.engine.connect().execution_options(**options) as connection:
                asked = text(statement) if isinstance(statement, str) else statement
                return list(connection.execute(asked, values))

        return _twice(done)

    def close(self) -> None:
        self.engine.dispose()


def _url(where: str | Path) -> str:
    """A SQLAlchemy URL of a path, or of a URL as the databases' own tools write it."""
    spelled = str(where)
    if not spelled:
        raise LedgerError("bad-address", "needs a path or a database URL", "url")
    for short in ("postgresql://", "postgres://"):
        if spelled.startswith(short):
            return "postgresql+psycopg://" + spelled.removeprefix(short)
    if "://" in spelled:
        try:
            name = make_url(spelled).get_backend_name()
        except ArgumentError:
            raise LedgerError("bad-address", "cannot be read as a database URL", "url") from None
        if name not in ("sqlite", "postgresql"):
            raise LedgerError("bad-address", f"{name} is not supported; use a path (SQLite) or postgresql://", "url")
        return spelled
    return f"sqlite:///{Path(spelled).resolve()}"


def _twice(done: Callable[[], T]) -> T:
    """Does what only reads, and once more when the connection was lost."""
    with told():
        try:
            return done()
        except DBAPIError as error:
            if not is_lost(error):
                raise
            return done()


def _postgresql(url: str, options: dict[str, Any]) -> Engine:
    # Asked whether it is alive before it is used: after a restart of the server each pooled connection is dead.
    return create_engine(url, pool_pre_ping=True, **options)


def _sqlite(url: str, options: dict[str, Any]) -> Engine:
    options["connect_args"] = {"timeout": _WAIT_MILLISECONDS // 1000, **options["connect_args"]}
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; we do, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        reads = connection.get_execution_options().get("ledger_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
