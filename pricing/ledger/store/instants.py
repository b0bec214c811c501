"""Instants and names at the ledger's door: checked, and in the one spelling that the tables use.

Instants are text in UTC to the microsecond, so that they sort as time does and an auditor can read them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pricing.ledger.errors import LedgerError
from pricing.model.checked import text_problem

NEVER = "9999-12-31T23:59:59.999999Z"
"""Expiry of what does not expire: above every other instant."""
LONGEST_NAME = 200
LONGEST_TEXT = 500


def text_of(at: datetime, path: str = "at") -> str:
    """An aware instant as the tables spell it, such as `2026-06-20T18:30:00.000000Z`."""
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise LedgerError("bad-time", "an instant needs an offset, as in 2026-06-20T18:30:00-07:00", path)
    with within_calendar(path):
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def text_after(at: datetime, span: timedelta) -> str:
    """The instant so long after `at`, as the tables spell it."""
    with within_calendar():
        return text_of(instant_of(text_of(at)) + span)


@contextmanager
def within_calendar(path: str = "at") -> Iterator[None]:
    """Makes a LedgerError of an instant that leaves the calendar while it is worked with."""
    try:
        yield
    except OverflowError:
        raise LedgerError("bad-time", "an instant this far from today cannot be kept", path) from None


def instant_of(text: str) -> datetime:
    """The instant that `text_of` spelled."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def expiry_text(expires: datetime | None) -> str:
    return NEVER if expires is None else text_of(expires, "expires")


def expiry_of(text: str) -> datetime | None:
    return None if text == NEVER else instant_of(text)


def name_of(value: object, path: str, longest: int = LONGEST_NAME) -> str:
    """A name that can be kept: text as a cart may have it, not empty, not overlong."""
    problem = text_problem(value)
    if problem is not None or not isinstance(value, str):
        raise LedgerError("bad-name", problem or "expected text", path)
    if len(value) > longest:
        raise LedgerError("bad-name", f"has {len(value)} characters; at most {longest} are allowed", path)
    return value


def count_of(value: object, path: str, most: int) -> int:
    """A whole number from 1 to `most`."""
    if type(value) is not int or not 1 <= value <= most:
        raise LedgerError("bad-count", f"expected a whole number from 1 to {most}, not {value!r:.60}", path)
    return value


def digest_of(*parts: Any) -> str:
    """A fingerprint of a call's arguments; equal arguments, equal fingerprint."""
    spelled = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def seal_of(document: str) -> str:
    """The fingerprint of a document as it is kept."""
    return hashlib.sha256(document.encode()).hexdigest()
