"""Numbered migrations, forward only: `NNNN_name.sql`, then `NNNN_name.<dialect>.sql` where the databases must differ.

Reads the files beside it and the table `schema_version`; makes the schema of the newest number. Each number is one
transaction together with its row in `schema_version`, so a crash leaves a whole version behind. Two processes that
migrate at once wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from pricing.ledger.errors import LedgerError
from pricing.ledger.store.database import Database
from pricing.ledger.store.faults import reason_of

_WORDS = {
    # Where the two dialects spell one thing differently, as {word} in the shared files.
    "sqlite": {"serial": "INTEGER PRIMARY KEY AUTOINCREMENT", "roomy": ""},
    # Hot rows change in place: half of each page is left free for their next versions.
    "postgresql": {"serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "roomy": " WITH (fillfactor = 50)"},
}
_PLACE = resources.files("pricing.ledger.store") / "migrations"


def names() -> list[str]:
    """The migrations in order, such as `0001_wallets`."""
    found = sorted(file.name.removesuffix(".sql") for file in _PLACE.iterdir() if file.name.endswith(".sql"))
    return [name for name in found if "." not in name]


def newest() -> int:
    return int(names()[-1][:4])


def version(database: Database) -> int:
    """The schema's number; 0 for an empty database."""
    if database.is_sqlite:
        known = "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"
    else:
        known = "SELECT CASE WHEN to_regclass('schema_version') IS NULL THEN 0 ELSE 1 END"

    def work(connection: Connection) -> int:
        if not connection.execute(text(known)).scalar():
            return 0
        return int(connection.execute(text("SELECT coalesce(max(number), 0) FROM schema_version")).scalar_one())

    return database.read(work)


def migrate(database: Database, upto: int | None = None) -> list[str]:
    """Brings the schema to the newest number (or to `upto`); returns the names of the migrations it ran."""
    done: list[str] = []
    before = version(database)
    if before > newest():
        raise LedgerError("new-schema", f"the database has schema {before}, this program knows {newest()}", "schema")
    for name in names():
        number = int(name[:4])
        if number <= (newest() if upto is None else upto) and database.write(_step(database, name, number)):
            done.append(name)
    return done


def _step(database: Database, name: str, number: int) -> Callable[[Connection], bool]:
    """One migration as a unit of work; it tells whether there was anything to do."""
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    script = _read(f"{name}.sql")
    for word, spelled in _WORDS[dialect].items():
        script = script.replace("{" + word + "}", spelled)
    script += "\n" + _read(f"{name}.{dialect}.sql")

    def work(connection: Connection) -> bool:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7014114101)")
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"
        )
        if connection.execute(text("SELECT 1 FROM schema_version WHERE number = :n"), {"n": number}).first():
            return False
        for statement in _statements(script):
            try:
                connection.exec_driver_sql(statement)
            except DBAPIError as error:
                if not _is_there(error):
                    raise
                what = (
                    f"the tables know more than `schema_version` says: {name} was run before ({reason_of(error)});"
                    " nothing was changed. Put the lost rows of `schema_version` back, or a backup in place"
                )
                raise LedgerError("half-known-schema", what, "schema") from error
        connection.execute(text("INSERT INTO schema_version VALUES (:n, :name)"), {"n": number, "name": name})
        return True

    return work


def _is_there(error: DBAPIError) -> bool:
    """Whether a table, a column or an index is made that is there already."""
    if (state := getattr(error.orig, "sqlstate", None)) is not None:
        return state in ("42P07", "42701", "42710", "42723")
    return "already exists" in str(error.orig) or "duplicate column" in str(error.orig)


def _read(name: str) -> str:
    file = _PLACE / name
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _statements(script: str) -> list[str]:
    """The statements of a script: each ends with a semicolon at the end of a line, outside a body between $$ and $$."""
    found: list[str] = []
    lines: list[str] = []
    for line in script.splitlines():
        bare = line.split("--")[0].rstrip()
        if not bare:
            continue
        lines.append(bare)
        open_body = "\n".join(lines).count("$$") % 2 == 1
        if bare.endswith(";") and not open_body:
            found.append("\n".join(lines))
            lines = []
    if lines:
        found.append("\n".join(lines))
    return found
