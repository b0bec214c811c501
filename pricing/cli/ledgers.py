"""What the commands about a ledger share: where it is, at which instant, and how its mistakes are told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from pricing.cli.loading import engine_of
from pricing.cli.moments import day_of
from pricing.cli.talk import fail
from pricing.ledger import Ledger, LedgerError


def instant(_ctx: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """An instant with its offset. Raises BadParameter."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None:
        raise click.BadParameter(f"{text!r} is not an instant; write it like 2026-06-20T18:30:00-07:00")
    return at


def bound(ctx: click.Context, option: click.Parameter, text: str | None) -> date | datetime | None:
    """An instant with its offset, or a day: `begun` says when it begins. Raises BadParameter."""
    if text is not None and len(text) == len("2026-06-01"):
        with suppress(ValueError):
            return day_of(text)
    return instant(ctx, option, text)


def begun(at: date | datetime | None, zone: str) -> datetime | None:
    """The instant that was meant; a day begins at its midnight in a zone. Raises LedgerError when there is no such zone."""
    if at is None or isinstance(at, datetime):
        return at
    try:
        return datetime.combine(at, time(), ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LedgerError("bad-zone", f"there is no zone called {zone!r:.60}", "zone") from None


place_option = click.option(
    "--db", "place", metavar="PLACE", envvar="PRICING_LEDGER", default="ledger.db", show_default=True,
    help="A path (SQLite) or a postgresql:// URL; also $PRICING_LEDGER.",
)  # fmt: skip
rules_option = click.option("--rules", "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False),
                      default="rules", show_default=True, help="The folder of rules.")  # fmt: skip
at_option = click.option("--at", metavar="INSTANT", callback=instant, help="Instead of now.")


def opened(place: str, folder: str) -> Ledger:
    """The ledger; never a new file, which a slip in a path would make."""
    if "://" not in place and not Path(place).exists():
        raise LedgerError("no-ledger", "there is no ledger here; `pricing ledger migrate` makes one", place)
    return Ledger(place, engine_of(folder).book)


def told(work: Callable[[], int]) -> int:
    """Runs the command; a mistake becomes one line on stderr and exit status 1, never a traceback."""
    try:
        return work()
    except LedgerError as error:
        fail(str(error))
    return 1
