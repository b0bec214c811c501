"""Whole answers kept in the ledger's table of answered calls, under the key of the request that they answer."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pricing.ledger import Ledger, LedgerError
from pricing.ledger.store.journal import once

_FIND = "SELECT asked, answer FROM answered WHERE key = :key"
NAME = "http"


def find(ledger: Ledger, key: str, digest: str) -> Any | None:
    """The kept answer, or None. Raises LedgerError `key-taken` when the key was used for another body."""
    rows = ledger._core.database.ask(_FIND, {"key": _spelled(key)})  # noqa: SLF001  # a neighbour of the ledger's calls
    if not rows:
        return None
    kept = json.loads(rows[0].answer)
    if kept["digest"] != digest:
        raise LedgerError("key-taken", "this key was used with another body")
    return kept["answer"]


def keep(ledger: Ledger, key: str, digest: str, at: datetime, answer: Any) -> Any:
    """Keeps an answer; of two at once the first is the answer of both."""
    document = {"digest": digest, "answer": answer}

    def work(connection: Connection) -> Any:
        return once(connection, NAME, _spelled(key), at, (digest,), lambda _: document)

    return ledger._core.database.write(work)["answer"]  # noqa: SLF001  # as above


def _spelled(key: str) -> str:
    return f"{NAME}:{hashlib.sha256(key.encode()).hexdigest()}"
