"""`pricing ledger`: makes tables, checks the books, shows wallets and reports, grants, settles; now, or `--at`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from pricing.cli.inputs import sources, standard_input
from pricing.cli.ledgers import at_option, begun, bound, opened, place_option, rules_option, told
from pricing.cli.loading import engine_of
from pricing.cli.talk import fail, remark
from pricing.columns import clean
from pricing.ledger import LedgerError
from pricing.ledger.books.quoted import owed_by_quotes
from pricing.ledger.books.sheet import Sheet, owed_sheet, rules_sheet
from pricing.ledger.store.database import Database
from pricing.ledger.store.migrate import migrate as run_migrations
from pricing.ledger.store.migrate import version
from pricing.ledger.store.tables import Table, findings_table, report_table, wallet_table

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group("ledger")
def command() -> None:
    """Keep and look up who holds and used what.

    \b
    Example:
      pricing ledger wallet c-1 --db shop.db
    """


@command.command("migrate")
@place_option
def migrate(place: str) -> int:
    """Make the tables, or bring those of an earlier version up to date.

    \b
    Example:
      pricing ledger migrate --db shop.db
    """

    def work() -> int:
        database = Database(place)
        try:
            for name in (done := run_migrations(database)):
                click.echo(f"ran {name}")
            if not done:
                click.echo(f"nothing to do: the schema is at version {version(database)}")
        finally:
            database.close()
        return 0

    return told(work)


@command.command("verify")
@place_option
@rules_option
@click.option("--repair", is_flag=True, help="Make the counts of limits anew from the journal first.")
@_as_json
def verify(place: str, folder: str, repair: bool, as_json: bool) -> int:
    """Work out every balance from the journal and compare. Exit status 1 when one differs.

    \b
    Examples:
      pricing ledger verify --db shop.db
      pricing ledger verify --db shop.db --repair
    """

    def work() -> int:
        with opened(place, folder) as ledger:
            if repair:
                ledger.repair()
            findings = ledger.verify()
        if as_json or findings:
            _show(findings_table(findings), [asdict(one) for one in findings], as_json)
        else:
            click.echo("The books are right.")
        return 1 if findings else 0

    return told(work)


@command.command("wallet")
@click.argument("customer")
@place_option
@rules_option
@at_option
@_as_json
def wallet(customer: str, place: str, folder: str, at: datetime | None, as_json: bool) -> int:
    """Show a customer's coins and coupons: usable, later, held, used, expired.

    \b
    Example:
      pricing ledger wallet c-1 --db shop.db
    """

    def work() -> int:
        with opened(place, folder) as ledger:
            found = ledger.wallet(customer, at or datetime.now(UTC))
        if not found.known:
            raise LedgerError("unknown-customer", "the ledger has never heard of this customer", customer)
        _show(wallet_table(found), asdict(found), as_json)
        return 0

    return told(work)


@command.command("grant")
@click.argument("customer")
@click.option("--coins", metavar="N", type=click.IntRange(1), help="So many coins.")
@click.option("--coupon", metavar="RULE", help="A coupon; one piece unless --pieces says more.")
@click.option("--pieces", metavar="N", type=click.IntRange(1), help="So many pieces.")
@click.option("--why", metavar="TEXT", required=True, help="The reason; it stands in the journal.")
@click.option("--key", metavar="TEXT", help="Names this grant: repeated with the same key it gives nothing more.")
@place_option
@rules_option
@at_option
def grant(
    customer: str,
    coins: int | None,
    coupon: str | None,
    pieces: int | None,
    why: str,
    key: str | None,
    place: str,
    folder: str,
    at: datetime | None,
) -> int:
    """Give a customer coins or pieces of a coupon.

    \b
    Examples:
      pricing ledger grant c-1 --coins 200 --why "late parcel" --db shop.db
      pricing ledger grant c-1 --coupon select-summer --pieces 3 --why "contest" --db shop.db
    """
    if (coins is None) == (coupon is None) or (pieces is not None and coupon is None):
        raise click.UsageError("give either --coins N or --coupon RULE [--pieces N]")

    def work() -> int:
        with opened(place, folder) as ledger:
            got = ledger.grant(
                customer,
                at or datetime.now(UTC),
                why,
                rule=coupon or "",
                pieces=(pieces or 1) if coupon else 0,
                coins=coins or 0,
                key=key,
            )
        what = f"{got.coins} coins" if not got.rule else f"{got.pieces} of {got.rule}"
        until = f", until {got.expires.isoformat()}" if got.expires else ""
        click.echo(clean(f"{got.customer} has got {what}{until}. Key: {got.key}"))
        return 0

    return told(work)


@command.command("settled")
@click.argument("orders", metavar="ORDER...", nargs=-1, required=True)
@place_option
@rules_option
@at_option
def settled(orders: tuple[str, ...], place: str, folder: str, at: datetime | None) -> int:
    """Say that nobody returns these paid orders any more: coins that they earned can be spent.

    A single - stands for order ids on the standard input, one a line. An order that cannot be settled is told, and the
    others are; said again, it changes nothing.

    \b
    Examples:
      pricing ledger settled o-1 o-2 --db shop.db
      pricing ledger settled - --db shop.db < past-their-returns.txt
    """

    def work() -> int:
        done = failed = 0
        with opened(place, folder) as ledger:
            for order in _named_orders(orders):
                try:
                    ledger.settled(order, at or datetime.now(UTC))
                except LedgerError as error:
                    if error.code not in _OF_ONE_ORDER:
                        raise
                    fail(str(error))
                    failed += 1
                else:
                    done += 1
        click.echo(f"{done} {'order is' if done == 1 else 'orders are'} settled")
        return 1 if failed else 0

    return told(work)


_OF_ONE_ORDER = ("unknown-order", "wrong-state", "bad-name")
"""Mistakes after which the next order may be tried all the same."""


_LONGEST_LINE = 1000
"""Bytes of an order's id on the standard input; what is longer is none."""


def _named_orders(orders: tuple[str, ...]) -> Iterator[str]:
    for name in orders:
        if name == "-":
            stream = standard_input()
            while line := stream.readline(_LONGEST_LINE):
                if order := line.decode("utf-8", "replace").strip():
                    yield order
        else:
            yield name


@command.command("report")
@place_option
@rules_option
@click.option("--by", metavar="KEYS", help="Any of seller, month, campaign, rule, payer, with commas between them.")
@click.option("--from", "start", metavar="INSTANT", callback=bound, help="From this instant, or day.")
@click.option("--until", "end", metavar="INSTANT", callback=bound,
              help="Until this instant; a day is left out, as all after it.")  # fmt: skip
@click.option(
    "--zone", metavar="ZONE", default="UTC", show_default=True, help="Days and months are those of this zone."
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "xlsx"]), default="table",
              show_default=True, help="How it is written; amounts are in major units.")  # fmt: skip
@click.option("--output", "output", metavar="FILE", type=click.Path(dir_okay=False), help="The spreadsheet, for xlsx.")
@click.option(
    "--quotes", "quotes", metavar="FILE", help="Quotes instead of a ledger, one a line (or -), taken as paid."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def report(
    place: str,
    folder: str,
    by: str | None,
    quotes: str | None,
    start: date | datetime | None,
    end: date | datetime | None,
    zone: str,
    form: str,
    output: str | None,
    as_json: bool,
) -> int:
    """Show who owes what. Without --by, what every rule cost and did, holds included.

    With --by: what paid orders were given, what returns had back of it, and what is left; by seller and month also what
    customers paid.

    \b
    Examples:
      pricing ledger report --db shop.db
      pricing ledger report --db shop.db --by seller,month,payer --zone America/Los_Angeles
      pricing ledger report --db shop.db --by campaign,rule --from 2026-06-01 --until 2026-07-01 --format csv
      pricing quote carts.jsonl --json | pricing ledger report --quotes - --by seller,payer
    """
    if (form == "xlsx") != (output is not None):
        raise click.UsageError("--format xlsx and --output FILE go together")
    keys = [key.strip() for key in by.split(",")] if by is not None else None
    if quotes is not None and (keys is None or start is not None or end is not None):
        raise click.UsageError("--quotes needs --by, and knows no --from and --until")

    def work() -> int:
        if quotes is not None and keys is not None:
            _write(_by_quotes(quotes, keys, folder), "json" if as_json else form, output)
            return 0
        with opened(place, folder) as ledger:
            between = begun(start, zone), begun(end, zone)
            sheet = (
                rules_sheet(ledger.report(*between)) if keys is None else owed_sheet(ledger.owed(keys, *between, zone))
            )
        _write(sheet, "json" if as_json else form, output)
        return 0

    return told(work)


def _by_quotes(name: str, keys: list[str], folder: str) -> Sheet:
    """The report of a file of quotes. Raises LedgerError, also for a file that cannot be read."""
    lines = ((source.where, source.text.decode("utf-8", "replace")) for source in sources([name]))
    try:
        return owed_sheet(owed_by_quotes(keys, lines, engine_of(folder).book))
    except OSError as error:
        raise LedgerError("no-file", error.strerror or str(error), name) from error


def _write(sheet: Sheet, form: str, output: str | None) -> None:
    if form == "json":
        click.echo(sheet.json())
    elif form == "csv":
        click.echo(sheet.csv(), nl=False)
    elif output is not None:
        sheet.xlsx(Path(output))
        remark(f"wrote {output}")
    else:
        report_table(sheet).print()


def _show(table: Table, data: Any, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(data, default=_spelled))
    else:
        table.print()


def _spelled(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
