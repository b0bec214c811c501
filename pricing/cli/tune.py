"""`pricing tune`: the number of a card that meets a goal on past orders, and the curve around it."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from pricing.cli.replay import check_orders, columns_of, run_with_bar
from pricing.cli.talk import remark
from pricing.columns import clean, right
from pricing.model.rulebook import RuleBook
from pricing.money import AmountError, parse, show
from pricing.simulate.mapping import WrongOrders
from pricing.simulate.price import ReplayWishes
from pricing.simulate.run import ReplayPlan, task_of
from pricing.simulate.sums import Answer
from pricing.simulate.tables import money, percent
from pricing.simulate.tune import Goal, Point, grid, read_open_card, tune

_BAR = 16


def _share(ctx: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """A share such as `25%` or `12.5%`, in hundredths of a per cent."""
    if text is None:
        return None
    try:
        hundredths = Decimal(text.strip().removesuffix("%")) * 100
        whole = int(hundredths)
    except (InvalidOperation, ValueError, OverflowError):
        whole, hundredths = -1, Decimal(0)
    if whole != hundredths or not 0 <= whole <= 10_000:
        raise click.BadParameter(f"{text!r} is no share; write it like 25% or 12.5%")
    return whole


@click.command("tune")
@click.argument("rules")
@click.option("--orders", "files", metavar="FILE", multiple=True, required=True,
              help=".jsonl or .csv (also .gz, .zst), .parquet, or - for JSON lines. May be repeated.")  # fmt: skip
@click.argument("more", nargs=-1, metavar="[FILE]...")
@click.option("--from", "low", metavar="N", required=True, help="The least value of the open number.")
@click.option("--to", "high", metavar="N", required=True, help="The greatest.")
@click.option("--by", "step", metavar="N", required=True, help="The step between two values.")
@click.option(
    "--spend-at-most", metavar="AMOUNT", help="The card may save so much in all; the most that fits is found."
)
@click.option("--reach-at-least", metavar="P%", callback=_share, help="So many of all orders use the card.")
@click.option("--keep-at-least", metavar="P%", callback=_share, help="Orders still pay so much of the list price.")
@click.option("--usage", type=click.Choice(["carried", "ignored"]), default="carried", show_default=True,
              help="Count uses and budgets from order to order, or leave them out.")  # fmt: skip
@click.option("--every", is_flag=True, help="Try every value, not only those around the best one.")
@click.option("--columns", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
              help="TOML that says which columns of CSV and Parquet are what.")  # fmt: skip
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), default=1, help="Work with so many processes.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(rules: str, **asked: Any) -> None:
    """Find the number of a card that meets a goal on past orders.

    RULES is a folder of rules in which one number of one card is left open, as in `spend ? take 5.00 off`. Each value is
    tried by a whole replay of the orders; the values are those of a grid, narrowed around the best one.

    \b
    Examples:
      pricing tune next --orders may.jsonl.gz --from 20.00 --to 80.00 --by 1.00 --spend-at-most 5000.00
      pricing tune next --orders may.parquet --from 5 --to 30 --by 1 --reach-at-least 25%
    """
    files = (*asked["files"], *asked["more"])
    check_orders(files)
    if "-" in files:
        raise click.UsageError("Orders are read once for each value, so they cannot come from the standard input.")
    plan = ReplayPlan(files, columns_of(asked["columns"]), asked["jobs"])
    wishes = ReplayWishes(carried=asked["usage"] == "carried", near=False, top=0)

    def replayed(book: RuleBook) -> Answer:
        return run_with_bar(task_of(book, book, wishes), plan)

    try:
        card = read_open_card(rules)
        values = grid(asked["low"], asked["high"], asked["step"])
        name = card.rule(values)
        currency = next(rule.currency for rule in card.book(values[0]).rules if rule.name == name)
        goal = Goal(_amount(asked["spend_at_most"], currency), asked["reach_at_least"], asked["keep_at_least"])
        if goal == Goal():
            raise click.UsageError("Say what is wanted: --spend-at-most, --reach-at-least or --keep-at-least.")
        points, best = tune(card, values, goal, replayed, asked["every"])
    except WrongOrders as error:
        raise click.UsageError(f"{error}.") from None
    _show(name, currency, points, best, asked["as_json"])
    if best is None:
        remark("No value meets what was asked for.")
        raise click.exceptions.Exit(1)


def _amount(text: str | None, currency: str) -> int | None:
    try:
        return None if text is None else parse(text, currency)
    except AmountError as error:
        raise click.BadParameter(f"{error}.", param_hint="'--spend-at-most'") from None


def _show(name: str, currency: str, points: list[Point], best: Point | None, as_json: bool) -> None:
    if as_json:
        made = {
            "rule": name, "currency": currency, "best": None if best is None else best.value,
            "points": [
                {"value": one.value, "saved": show(one.saved, currency), "orders": one.orders, "uses": one.uses,
                 "all_orders": one.all_orders, "listed": show(one.listed, currency), "pays": show(one.pays, currency),
                 "meets": one.meets}
                for one in points
            ],
        }  # fmt: skip
        click.echo(json.dumps(made, ensure_ascii=False, indent=1).encode("utf-8"))
        return
    most = max([one.saved for one in points] + [1])
    click.echo(clean(f"{name}, amounts in {currency}"))
    click.echo(_line("Value", "Card saves", "Orders use it", "Orders pay", ""))
    for one in points:
        bar = "▇" * (_BAR * one.saved // most)
        sign = "  <- best" if one is best else ""
        share = percent(one.orders, one.all_orders)
        cells = money(one.saved, currency), share, money(one.pays, currency)
        click.echo(_line(f"{one.value}{'' if one.meets else ' *'}", *cells, f"  {bar}{sign}"))
    if any(not one.meets for one in points):
        click.echo("* does not meet what was asked for")


def _line(value: str, *cells: str) -> str:
    *amounts, end = cells
    return (right(value, 12) + "".join(right(cell, 14) for cell in amounts) + end).rstrip()
