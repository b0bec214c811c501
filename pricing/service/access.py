"""Who may ask what: bearer tokens with scopes, and the names under which the service may be called.

A file of tokens has one on each line: the token, then its scopes (`quote`, `ledger`, `rules`); `#` begins a remark. Only
digests are kept, so that no error and no log can show a token.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from attrs import frozen

SCOPES = ("quote", "ledger", "rules")
LEAST = 16
"""Characters of a token."""


@frozen
class Pass:
    """A token's digest, and what it opens."""

    digest: bytes
    scopes: frozenset[str]


def tokens_of(text: str) -> tuple[Pass, ...]:
    """The tokens of a file. Raises ValueError with the number of the line, never with what stands on it."""
    return tuple(_token(line.split(), number) for number, line in enumerate(text.splitlines(), 1) if _said(line))


def _said(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _token(words: list[str], number: int) -> Pass:
    token, *scopes = words
    if len(token) < LEAST:
        raise ValueError(f"line {number}: a token has at least {LEAST} characters")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"line {number}: after the token stand its scopes, out of {', '.join(SCOPES)}")
    return Pass(_digest(token.encode()), frozenset(scopes))


def scopes_of(tokens: Iterable[Pass], header: bytes) -> frozenset[str] | None:
    """What an Authorization header opens; None: nothing. Every token is compared, each in constant time."""
    kind, _, given = header.partition(b" ")
    digest = _digest(given.strip())
    found: frozenset[str] | None = None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest):
            found = token.scopes
    return found if kind.lower() == b"bearer" else None


def is_our_host(hosts: tuple[str, ...], header: bytes) -> bool:
    """Whether a Host header names this service, with or without a port."""
    if "*" in hosts:
        return True
    name = header.decode("latin-1").lower()
    host, _, port = name.rpartition(":")
    return name in hosts or (port.isdigit() and host in hosts)


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
