"""Crashes on demand: an exception between any two statements of a call, as if the process had died there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from pricing.ledger import Ledger


class Crash(Exception):
    """The process is gone."""


@contextmanager
def crashing(ledger: Ledger, before: int) -> Iterator[list[str]]:
    """Raises Crash instead of statement number `before` (from 1; a commit is a statement too); 0 never.

    Yields the list of what was sent so far.
    """
    sent: list[str] = []

    def statement(*parts: Any) -> None:
        _count(parts[2])

    def commit(_: Any) -> None:
        _count("COMMIT")

    def _count(what: str) -> None:
        sent.append(what)
        if len(sent) == before:
            raise Crash(what)

    engine = ledger._database.engine
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)
