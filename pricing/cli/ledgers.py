"""What the commands about a ledger share: where it is, at which instant, and how its mistakes are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from pricing.cli.loading import engine_of
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
