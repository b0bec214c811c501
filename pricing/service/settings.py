"""What a service is started with: where the rules are, who may ask, and how much one request may cost."""

from __future__ import annotations

import secrets
from datetime import datetime

from attrs import field, frozen

from pricing.service.access import Pass


@frozen
class Allowance:
    """The most that one request may bring or take; whatever is above is refused in words."""

    body: int = 2_000_000
    """Bytes of one cart, or of one request that is no batch."""
    batch: int = 64_000_000
    """Bytes of a batch that is one JSON array. NDJSON is read line by line and has no such end."""
    carts: int = 100_000
    """Carts in one JSON array."""
    lines: int = 1_000
    codes: int = 100
    seconds: float = 10.0
    """From the moment a worker has it, but for what that waits for a processor; then the worker is ended and replaced."""
    queue: int = 256
    """Requests that wait for a worker; one more is answered with 429."""
    upload: float = 30.0
    """Seconds in which a body must arrive."""
    batches: int = 16
    """Batches that are answered at a time; one more gets 429."""
    spool: int = 256_000_000
    """Bytes of one NDJSON batch that wait in a temporary file while its client does not read answers."""
    unread: float = 60.0
    """Seconds for which a client may leave answers unread; then its connection is closed."""


@frozen
class Settings:
    """All of it; what a worker needs travels to it by pickle."""

    rules: str
    """The folder."""
    ledger: str = ""
    """A path or URL; empty: no ledger, and its routes say so."""
    workers: int = 1
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """Names under which it may be asked; `*`: any."""
    tokens: tuple[Pass, ...] = field(default=(), repr=False)
    """Empty: everybody may ask everything, which `pricing serve` allows on loopback only."""
    watch: float = 1.0
    """Seconds between two looks at the folder; 0: only when called."""
    work: int | None = None
    """Steps of search for one quote; None: the engine's own."""
    now: datetime | None = None
    """The ledger's clock stands at this instant: for trials and tests."""
    guesses: int = 10
    """Codes that do not exist, by one customer within an hour, in carts that one worker prices. The ledger has its own."""
    sweep: float = 30.0
    """Seconds between two looks for holds that ran out."""
    decisions: str = ""
    """The file to which every quote is appended with all that it was made of; empty: none."""
    decisions_with: tuple[str, ...] = ()
    """What stands in it besides: `customers` their ids, instead of names made up for it; `quotes` whole answers."""
    salt: bytes = field(factory=lambda: secrets.token_bytes(16), repr=False)
    """Makes those names."""
    heavy: int = 1
    """Workers beside them for carts that prove costly."""
    quick: int = 2_000
    """Steps of search within which a cart is a small one."""
    bounds: Allowance = Allowance()
