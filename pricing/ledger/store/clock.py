"""Callers' clocks: what is written must not be far ahead of what was written last, for a wrong clock has long shadows.

An instant far ahead would end holds that still run, and keep its own for years. The journal itself is the witness: its
newest instant. It only grows, so that each process asks for it once, and again when a call lies too far ahead of that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pricing.ledger.errors import LedgerError
from pricing.ledger.store.database import Database
from pricing.ledger.store.instants import instant_of, text_of

AHEAD = timedelta(days=31)
"""A shop may be closed for so long."""


class Clock:
    """Says whether an instant may be written. `ahead` is how far it may lie after the newest entry; None: any."""

    def __init__(self, database: Database, ahead: timedelta | None) -> None:
        if ahead is not None and (not isinstance(ahead, timedelta) or ahead < timedelta(0)):
            raise LedgerError("bad-time", "expected a timedelta from zero, or None for any", "ahead")
        self._database = database
        self._ahead = ahead
        self._newest: datetime | None = None

    def text(self, at: datetime) -> str:
        """The instant as the tables spell it. Raises LedgerError when it lies too far ahead."""
        spelled = text_of(at)
        if self._ahead is None or (self._newest is not None and at - self._newest <= self._ahead):
            return spelled
        newest = self._database.ask("SELECT max(at) AS at FROM entry", {})[0].at
        if newest is None:
            return spelled
        self._newest = instant_of(newest)
        if at - self._newest > self._ahead:
            what = (
                f"{at.isoformat()} is {(at - self._newest).days} days after the newest entry of the journal"
                f" ({self._newest.isoformat()}): is the clock right? `Ledger(..., ahead=)` says how far may be"
            )
            raise LedgerError("far-ahead", what, "at")
        return spelled
