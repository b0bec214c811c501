"""`pricing calendar`: which campaigns and cards hold when."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from pricing.cli.files import RuleFolder
from pricing.cli.loading import load
from pricing.cli.moments import day_of, now, zone_of
from pricing.cli.spans import as_dict, spans, svg, text
from pricing.cli.talk import columns, remark
from pricing.model.rulebook import RuleBook

SHORTEST, LONGEST = timedelta(days=28), timedelta(days=366)
"""Shown when no last day is named: as long as anything is known to hold, within these."""


def _day(ctx: click.Context, option: click.Parameter, said: str | None) -> date | None:
    try:
        return None if said is None else day_of(said)
    except ValueError:
        raise click.BadParameter(f"{said!r} is not a day; write it like 2026-06-20.") from None


@click.command("calendar")
@click.argument("folder", default="rules", metavar="[DIR]", type=RuleFolder())
@click.option("--from", "first", metavar="DAY", callback=_day, help="The first day; today by default.")
@click.option(
    "--to", "last", metavar="DAY", callback=_day, help="The last day; by default the last one of what is known."
)
@click.option("--svg", "as_svg", is_flag=True, help="Print a picture.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every card.")
def command(folder: str, first: date | None, last: date | None, as_svg: bool, as_json: bool) -> None:
    """Show which campaigns and cards of DIR (default: rules) hold when.

    Cards that hold as long as their campaign are only counted; a bar of - says that a card holds on some days or at some
    hours.

    \b
    Examples:
      pricing calendar
      pricing calendar rules --from 2026-06-01 --to 2026-06-30
      pricing calendar --svg > calendar.svg
    """
    if as_svg and as_json:
        raise click.UsageError("--svg and --json do not go together.")
    loaded = load(folder)
    if loaded.book is None:
        remark("These rules have mistakes, which `pricing check` shows; what is shown here may be a part only.")
    book = loaded.partial
    start, end = _between(book, first, last)
    found = spans(book, start, end)
    if as_json:
        click.echo(json.dumps(as_dict(book, start, end), ensure_ascii=False, indent=1).encode())
    elif as_svg:
        click.echo(svg(found, start, end).encode(), nl=False)
    elif found:
        for line in text(found, start, end, columns()):
            click.echo(line)
    else:
        remark(
            f"Nothing holds from {start.date()} to {(end - timedelta(days=1)).date()}; --from and --to name other days."
        )


def _between(book: RuleBook, first: date | None, last: date | None) -> tuple[datetime, datetime]:
    """The first moment and the one behind the last. Raises click.UsageError when they are the wrong way round."""
    zone = zone_of(book.campaigns)
    day = first or now().astimezone(zone).date()
    if last is None:
        ends = [campaign.valid.end for campaign in book.campaigns if campaign.valid.end is not None]
        known = max((end.astimezone(zone).date() for end in ends), default=day)
        last = min(max(known, day + SHORTEST), day + LONGEST) - timedelta(days=1)
    if last < day:
        raise click.UsageError(f"The last day, {last}, comes before the first one, {day}.")
    return _midnight(day, zone), _midnight(last + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
