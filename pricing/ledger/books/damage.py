"""What is not as it was written: the database's own check of its files, and kept orders against their fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from pricing.ledger.books.findings import Finding
from pricing.ledger.orders.stored import document_of, quote_of
from pricing.ledger.store.instants import digest_of, seal_of

_AT_ONCE = 500
_ORDERS = text(
    "SELECT order_id, customer, currency, total, digest, seal, document FROM orders WHERE order_id > :after"
    f" ORDER BY order_id LIMIT {_AT_ONCE}"
)
_FAILED_PAGES = text("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()")


def damages(connection: Connection, is_sqlite: bool) -> Iterator[Finding]:
    """What the database finds wrong with its own files: SQLite's integrity check, PostgreSQL's checksums."""
    if is_sqlite:
        for row in connection.execute(text("PRAGMA integrity_check(20)")):
            if row[0] != "ok":
                yield Finding("database", "integrity_check", 0, 0, str(row[0]))
        return
    failed = connection.execute(_FAILED_PAGES).scalar()
    if failed:  # None: the server keeps no checksums
        yield Finding("database", "checksums", 0, 0, f"{failed} pages read from disk were not as they were written")


def altered(connection: Connection) -> Iterator[tuple[str, str]]:
    """(order, what is wrong) for every kept order whose document, or row, is not the one that was reserved."""
    after = ""
    while rows := connection.execute(_ORDERS, {"after": after}).all():
        for row in rows:
            if what := _wrong(row):
                yield row.order_id, what
        after = rows[-1].order_id


def _wrong(row: Any) -> str:
    """What is wrong with a kept order; empty when nothing is."""
    if row.seal and row.seal != seal_of(row.document):
        return "the kept document is not the one that was written"
    try:
        kept = json.loads(row.document)["quote"]
        quote = quote_of(kept)
        if digest_of(kept) != row.digest or (not row.seal and document_of(quote) != kept):
            return "the kept quote is not the one that was reserved"
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return "the kept document cannot be read"
    if (row.customer, row.currency, row.total) != (quote.cart.customer.id, quote.currency, quote.total_minor):
        return "its row is not that of the kept quote"
    return ""
