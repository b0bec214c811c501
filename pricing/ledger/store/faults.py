"""What a database says when it cannot do its work, as a LedgerError in one sentence; the driver's error stays its cause.

`unavailable`: it does not answer, or has no connection to give; the same call may be made again later, with the same
arguments, and is done once. `storage`: its disk or its files are at fault, or the tables are not the ledger's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from pricing.ledger.errors import LedgerError
from pricing.model.errors import CartError

_AGAIN = "make the call again with the same arguments: what was done is not done twice"
_FULL = "the database's disk is full; nothing was written"
_DAMAGED = "the database is damaged: put a backup in its place, then run `pricing ledger verify`"

_SAYINGS = (
    ("database or disk is full", "storage", _FULL),
    ("no space left on device", "storage", _FULL),
    ("malformed", "storage", _DAMAGED),
    ("decode to utf-8", "storage", _DAMAGED),
    ("disk i/o error", "storage", "the database's disk cannot be read or written"),
    ("readonly", "storage", "the database may only be read"),
    ("unable to open database file", "unavailable", "the database cannot be used"),
)
"""What SQLite says, in small letters."""

_STATES = {
    "08": ("unavailable", f"the database does not answer; {_AGAIN}"),
    "53": ("unavailable", f"the database has no room for more; {_AGAIN}"),
    "53100": ("storage", _FULL),
    "57": ("unavailable", f"the database does not answer; {_AGAIN}"),
    "58": ("storage", "the database's disk cannot be read or written"),
    "XX": ("storage", _DAMAGED),
}
"""PostgreSQL's codes, and classes of codes."""


@contextmanager
def told() -> Iterator[None]:
    """Makes a LedgerError of whatever the database, or what is kept in it, does wrong."""
    try:
        yield
    except SQLAlchemyError as error:
        raise fault_of(error) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LedgerError("storage", f"{_DAMAGED} (a text in it cannot be read)", "database") from error


@contextmanager
def read_back(what: str) -> Iterator[None]:
    """Makes a LedgerError of a kept document that is not what was written."""
    try:
        yield
    except (LedgerError, CartError) as error:
        raise LedgerError("storage", f"what is kept of it is damaged: {error}", what) from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise LedgerError("storage", "what is kept of it is damaged", what) from error


def is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection is gone, so that another one may do."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def fault_of(error: SQLAlchemyError) -> LedgerError:
    """The error in a sentence; of what the database says only the first line, which holds no values of rows."""
    reason = reason_of(error)
    if isinstance(error, NoConnection):
        what = f"all connections are in use; {_AGAIN}, or open the ledger with a larger `pool_size`"
        return LedgerError("unavailable", what, "database")
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if isinstance(state, str):
        code, what = _STATES.get(state) or _STATES.get(state[:2]) or ("storage", "the database cannot be used")
    elif is_lost(error) or "connection" in reason:
        code, what = _STATES["08"]
    else:
        low = reason.lower()
        found = ((code, what) for said, code, what in _SAYINGS if said in low)
        code, what = next(found, ("storage", "the database cannot be used"))
    return LedgerError(code, f"{what} ({reason})" if reason else what, "database")


def reason_of(error: SQLAlchemyError) -> str:
    """The first line of what the driver says."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else ""
