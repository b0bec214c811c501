"""`pricing replay`: what a change of rules would have done to past orders; who gains, who loses, when the money is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pricing.cli.talk import Progress, complain, remark
from pricing.cli.versions import Versions, log_among, versions_of
from pricing.columns import clean
from pricing.processes import settle_in
from pricing.simulate.crew import CrewLost
from pricing.simulate.files import Orders, OrdersFile, as_csv, as_dict
from pricing.simulate.mapping import Columns, WrongOrders, read_mapping
from pricing.simulate.orders import total_size
from pricing.simulate.page import PageHead, page
from pricing.simulate.price import Replayer, ReplayWishes, Task, shift_of
from pricing.simulate.receipts import shown
from pricing.simulate.run import ReplayPlan, replay, task_of
from pricing.simulate.sums import Answer
from pricing.simulate.text import lines_of

REPORTS = (".html", ".json", ".csv", ".parquet")


def _at(ctx: click.Context, option: click.Parameter, text: str | None) -> tuple[str | None, int]:
    if text is None:
        return None, 0
    try:
        return shift_of(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is neither an instant, as in 2026-06-20T18:30:00-07:00, nor days, as in +364d"
        ) from None


def _reports(ctx: click.Context, option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not name.lower().endswith(REPORTS):
            raise click.BadParameter(f"{name!r} ends in none of {', '.join(REPORTS)}")
        if not Path(name).parent.is_dir():
            raise click.BadParameter(f"there is no folder {str(Path(name).parent)!r}")
    return names


@click.command("replay")
@click.argument("old")
@click.argument("new")
@click.option("--orders", "files", metavar="FILE", multiple=True,
              help=".jsonl or .csv (also .gz, .zst), .parquet, or - for JSON lines. May be repeated.")  # fmt: skip
@click.argument("more", nargs=-1, metavar="[FILE]...")
@click.option("--columns", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
              help="TOML that says which columns of CSV and Parquet are what.")  # fmt: skip
@click.option("--at", "at", metavar="INSTANT|DAYS", callback=_at,
              help="Price all orders at this instant, or so much later (+364d); else each at its own.")  # fmt: skip
@click.option("--usage", type=click.Choice(["carried", "ignored"]), default="carried", show_default=True,
              help="Count uses and budgets from order to order, in order of time, or leave them out.")  # fmt: skip
@click.option("--near/--no-near", default=True, help="Look for orders just short of a step (the default), or do not.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), default=1, help="Work with so many processes.")
@click.option("--dask", metavar="ADDRESS", help="Work with the Dask cluster whose scheduler is there.")
@click.option(
    "--work", metavar="DIR", help="Keep what is finished here; the same command then goes on where it stopped."
)
@click.option("--top", metavar="N", type=click.IntRange(0, 100), default=10, show_default=True,
              help="Show so many of the orders that change most.")  # fmt: skip
@click.option("--rules", "folder", metavar="DIR", default="rules", show_default=True,
              help="The folder of rules inside a revision.")  # fmt: skip
@click.option("--known", "places", metavar="RULES", multiple=True,
              help="A folder or revision whose rules a decision log may name. May be repeated.")  # fmt: skip
@click.option("--report", "reports", metavar="FILE", multiple=True, callback=_reports,
              help="Also write a .html page, .json, .csv, or .parquet with one row an order. May be repeated.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(old: str, new: str, **asked: Any) -> None:
    """What a change of rules would have done to past orders.

    OLD and NEW are folders of rules, git revisions such as HEAD~1 (whose folder `rules` is taken), or REVISION:FOLDER.
    Orders are carts as `pricing quote` takes them, with the instant at which they were made, or lines of a
    decision log of `pricing serve`.

    One of OLD and NEW may be a decision log: the rules that it names stand for it, found in git's history by
    fingerprint. Its decisions are the orders; each is made anew under its own rules, which must give the same bytes, and
    prices that differ under the other version say which change moved them.

    \b
    Examples:
      pricing replay HEAD rules --orders orders.jsonl.gz
      pricing replay v1.2 v1.3 --orders may.parquet june.parquet --jobs 8 --report june.html
      pricing replay decisions.jsonl rules
    """
    at, days = asked["at"]
    log = log_among(old, new)
    logs = {"OLD": (old,), "NEW": (new,)}.get(log, ())
    files = (*logs, *asked["files"], *asked["more"])
    if not files:
        raise click.UsageError("Missing option '--orders'.")
    usage = asked["usage"]
    carried, recorded = usage == "carried" and not log, usage == "carried"
    wishes = ReplayWishes(at, days, carried, recorded, asked["near"], asked["top"])
    plan = ReplayPlan(files, columns_of(asked["columns"]), asked["jobs"], asked["dask"], asked["work"])
    check_orders(plan.files)
    try:
        both = versions_of(old, new, files, asked["places"], asked["folder"])
    except WrongOrders as error:
        raise click.UsageError(f"{error}.") from None
    task = task_of(both.old.book, both.new.book, wishes, both.log, both.known)
    settle_in()
    answer = _replayed(task, plan, asked["reports"])
    counts = "recorded" if log and recorded else usage
    head = PageHead(old, new, _print_of(both, "OLD"), _print_of(both, "NEW"), counts)
    _tell(answer, task, head, asked["reports"], asked["as_json"])


def _print_of(both: Versions, which: str) -> str:
    """The fingerprint of a version as a report says it."""
    return "as each decision says" if both.log == which else (both.old if which == "OLD" else both.new).fingerprint


def _replayed(task: Task, plan: ReplayPlan, reports: tuple[str, ...]) -> Answer:
    """The answer; the rows go into the Parquet files among the reports meanwhile."""
    rows = [OrdersFile(name) for name in reports if name.lower().endswith(".parquet")]

    def write(part: Any) -> None:
        for file in rows:
            file.write(part)

    try:
        return run_with_bar(task, plan, write)
    finally:
        for file in rows:
            file.close()


def run_with_bar(task: Task, plan: ReplayPlan, each: Callable[[Any], None] | None = None) -> Answer:
    """A replay with a bar on the terminal. Raises click.UsageError, click.ClickException."""
    try:
        with Progress(_size(plan.files), "Replaying", while_silent=True) as progress:
            size = progress.total or 0
            return replay(task, plan, lambda done: progress.reach(done, size), each)
    except WrongOrders as error:
        raise click.UsageError(f"{error}.") from None
    except CrewLost as error:
        raise click.ClickException(f"{error}.") from None


def check_orders(files: tuple[str, ...]) -> None:
    """Refuses what cannot be read twice. Raises click.UsageError."""
    if files.count("-") > 1:
        raise click.UsageError("The standard input (-) can be read only once.")


def _tell(answer: Answer, task: Task, head: PageHead, reports: tuple[str, ...], as_json: bool) -> None:
    """Prints the answer, writes the reports, and complains of orders that could not be priced."""
    pricer = Replayer(task)
    orders: Orders = {name: shown(pricer, sums) for name, sums in answer.by_currency.items()}
    for name in reports:
        kind = name.lower().rpartition(".")[2]
        if kind == "html":
            _write(name, page(answer, orders, head))
        elif kind == "json":
            _write(name, json.dumps(as_dict(answer, orders), ensure_ascii=False, indent=1) + "\n")
        elif kind == "csv":
            _write(name, as_csv(answer))
    if as_json:
        click.echo(json.dumps(as_dict(answer, orders), ensure_ascii=False, indent=1).encode("utf-8"))
    else:
        _print(answer, orders)
    for where, what in (*answer.problems, *answer.differences):
        complain(where, what)
    if answer.wrong:
        remark(f"{answer.wrong} of {answer.orders} orders could not be priced.")
    if answer.differing:
        remark(f"{answer.differing} of {answer.orders} decisions do not recompute to the same bytes.")
    if answer.wrong or answer.differing:
        raise click.exceptions.Exit(1)


def _print(answer: Answer, orders: Orders) -> None:
    if not answer.by_currency:
        remark("There are no orders to compare.")
    for place, (name, sums) in enumerate(sorted(answer.by_currency.items())):
        if place:
            click.echo()
        for line in lines_of(sums, orders[name]):
            click.echo(clean(line))


def _write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8", newline="\n")


def _size(files: tuple[str, ...]) -> int | None:
    try:
        return total_size(files)
    except OSError:
        return None  # reading will say what is wrong


def columns_of(file: str | None) -> Columns | None:
    """The mapping in a file that the command line names. Raises click.BadParameter."""
    if file is None:
        return None
    try:
        return read_mapping(file)
    except WrongOrders as error:
        raise click.BadParameter(f"{error}.", param_hint="'--columns'") from None
