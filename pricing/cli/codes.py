"""`pricing codes`: single codes of a card with `codes N like PATTERN`, made, listed as CSV, taken out of use."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import click

from pricing.cli.ledgers import at_option, opened, place_option, rules_option, told
from pricing.cli.talk import remark
from pricing.ledger.codes.codes import MOST_AT_ONCE, STATES, SingleCode


@click.group("codes")
def command() -> None:
    """Make and keep single codes, each for one order.

    \b
    Example:
      pricing codes mint mail 500 --db shop.db > mail.csv
    """


@command.command("mint")
@click.argument("rule")
@click.argument("many", metavar="N", type=click.IntRange(1, MOST_AT_ONCE))
@click.option("--key", metavar="TEXT", help="Names this batch: repeated with the same key it prints the same codes.")
@place_option
@rules_option
@at_option
def mint(rule: str, many: int, key: str | None, place: str, folder: str, at: datetime | None) -> int:
    """Make N new codes of a card and print them as CSV.

    \b
    Example:
      pricing codes mint mail 500 --key june-letter --db shop.db > mail.csv
    """

    def work() -> int:
        with opened(place, folder) as ledger:
            made = ledger.mint_codes(rule, many, at or datetime.now(UTC), key)
        _rows([("code",), *((code,) for code in made)])
        return 0

    return told(work)


@command.command("export")
@click.argument("rule")
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="Only these; may be given again.")
@place_option
@rules_option
def export(rule: str, states: tuple[str, ...], place: str, folder: str) -> int:
    """Print the codes of a card as CSV: which are free, held, used or void, and by which order.

    \b
    Example:
      pricing codes export mail --state used --db shop.db > used.csv
    """

    def work() -> int:
        with opened(place, folder) as ledger:
            found = ledger.codes(rule, states or STATES)
        _rows([("code", "state", "order", "made"), *map(_row, found)])
        return 0

    return told(work)


@command.command("void")
@click.argument("rule")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All codes that are free.")
@place_option
@rules_option
@at_option
def void(rule: str, codes: tuple[str, ...], everything: bool, place: str, folder: str, at: datetime | None) -> int:
    """Take codes out of use: those named, or all that are free.

    \b
    Examples:
      pricing codes void mail MAIL-7K2F-9QXA --db shop.db
      pricing codes void mail --all --db shop.db
    """
    if bool(codes) == everything:
        raise click.UsageError("name the codes, or give --all")

    def work() -> int:
        with opened(place, folder) as ledger:
            many = ledger.void_codes(rule, None if everything else codes, at or datetime.now(UTC))
        remark(f"{many} code{'' if many == 1 else 's'} made void")
        return 0

    return told(work)


def _row(one: SingleCode) -> tuple[str, ...]:
    return one.code, one.state, one.order_id, one.at.isoformat()


def _rows(rows: Iterable[tuple[str, ...]]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
