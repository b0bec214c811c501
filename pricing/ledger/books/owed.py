"""Who owes what: shares of savings added up by seller, month, campaign, rule and payer, in whole minor units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from pricing.ledger.books.shares import Share, shares
from pricing.ledger.core import Core
from pricing.ledger.errors import LedgerError
from pricing.ledger.store.instants import text_of

KEYS = ("seller", "month", "campaign", "rule", "payer")
"""What a report may be made by."""
_OF_SAVINGS = frozenset({"campaign", "rule", "payer"})


@frozen
class Owed:
    """One row: what was given, and had back, in minor units."""

    keys: tuple[str, ...]
    """The values of the report's `by`, in its order; none in a total."""
    currency: str
    orders: int
    """Orders that have a part in it."""
    given: int
    back: int
    """What returns gave back of it."""
    paid: int
    """What customers paid; 0 where the report is by campaign, rule or payer, for these share an order."""
    paid_back: int

    @property
    def net(self) -> int:
        """What is owed in the end."""
        return self.given - self.back


@frozen
class OwedReport:
    """The rows by their keys, sorted, and a total for each currency."""

    by: tuple[str, ...]
    rows: tuple[Owed, ...]
    totals: tuple[Owed, ...]

    @property
    def has_sales(self) -> bool:
        """Whether `paid` and `paid_back` mean something."""
        return _OF_SAVINGS.isdisjoint(self.by)


def owed(
    core: Core, by: Sequence[str], start: datetime | None = None, end: datetime | None = None, zone: str = "UTC"
) -> OwedReport:
    """What payments and returns from `start` until `end` make everybody owe; months are those of `zone`."""
    keys = checked(by)
    first = "" if start is None else text_of(start, "start")
    last = "~" if end is None else text_of(end, "end")
    try:
        where = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise LedgerError("bad-zone", f"there is no zone called {zone!r:.60}", "zone") from None
    return core.database.read(lambda connection: added_up(keys, shares(core, connection, first, last, where)))


def checked(by: Sequence[str]) -> tuple[str, ...]:
    """The keys of a report. Raises LedgerError for others, and for one named twice."""
    keys = (by,) if isinstance(by, str) else tuple(by)
    for key in keys:
        if key not in KEYS or keys.count(key) > 1:
            what = f"a report is by {', '.join(KEYS)}, each once; not by {', '.join(map(str, keys))!r:.80}"
            raise LedgerError("bad-report", what, "by")
    return keys


def added_up(by: tuple[str, ...], found: Iterable[Share]) -> OwedReport:
    """The report of shares; those of one order follow each other."""
    sales = _OF_SAVINGS.isdisjoint(by)
    sums: dict[tuple[str, ...], _Sum] = {}
    totals: dict[str, _Sum] = {}
    for share in found:
        if share.rule or sales:
            keys = (*(getattr(share, key) for key in by), share.currency)
            sums.setdefault(keys, _Sum()).add(share)
            totals.setdefault(share.currency, _Sum()).add(share)
    return OwedReport(
        by,
        tuple(one.row(keys[:-1], keys[-1]) for keys, one in sorted(sums.items())),
        tuple(one.row((), currency) for currency, one in sorted(totals.items())),
    )


class _Sum:
    """A row that is being added up."""

    __slots__ = ("back", "given", "last", "orders", "paid", "paid_back")

    def __init__(self) -> None:
        self.orders = self.given = self.back = self.paid = self.paid_back = 0
        self.last: str | None = None

    def add(self, share: Share) -> None:
        if share.order != self.last:
            self.last = share.order
            self.orders += 1
        self.given += share.given
        self.back += share.back
        self.paid += share.paid
        self.paid_back += share.paid_back

    def row(self, keys: tuple[str, ...], currency: str) -> Owed:
        return Owed(keys, currency, self.orders, self.given, self.back, self.paid, self.paid_back)
