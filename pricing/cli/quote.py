"""`pricing quote`: carts in, receipts or JSON out (INTERFACE). Data on stdout, complaints on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice

import click

from pricing.api import Engine
from pricing.cli.files import RuleFolder
from pricing.cli.inputs import Source, read_cart, sources, total_size
from pricing.cli.loading import engine_of
from pricing.cli.pricer import Outcome, Pricer, Wishes, priced_by_many
from pricing.cli.talk import Progress, complain, remark
from pricing.model.errors import CartError
from pricing.model.kind import Kind
from pricing.wire import check_usage, instant, json_from_text

CHUNK = 64
"""Carts handed to another process in one go."""

_IN = click.Path(exists=True, dir_okay=False, allow_dash=True)


def _instant(ctx: click.Context, option: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        instant(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an instant; write it like 2026-06-20T18:30:00-07:00") from None
    return text


@click.command("quote")
@click.argument("carts", metavar="CART...", nargs=-1, required=True, type=_IN)
@click.option("--rules", "folder", metavar="DIR", type=RuleFolder(), default="rules", show_default=True,
              help="The folder of rules.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one quote a line, as JSON.")
@click.option("--at", metavar="INSTANT", callback=_instant, help="Price at this instant instead of the cart's own.")
@click.option("--without", metavar="NAME", multiple=True, help="Leave out a rule or a kind of rule. May be repeated.")
@click.option("--usage", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
              help="JSON that says how often each rule has been used.")  # fmt: skip
@click.option(
    "--why/--no-why",
    default=True,
    help="Say why rules were not used and what would bring more (the default), or do not: much faster.",
)
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), default=1, help="Work with so many processes.")
def command(
    carts: tuple[str, ...],
    folder: str,
    as_json: bool,
    at: str | None,
    without: tuple[str, ...],
    usage: str | None,
    why: bool,
    jobs: int,
) -> None:
    """Price carts and print receipts.

    CART is a JSON file with one cart, a .jsonl file with one cart a line, or - for the standard input. A wrong cart is
    named and the others are priced all the same; the exit status is 1 then.

    \b
    Examples:
      pricing quote rules/demo/cart.json
      pricing quote rules/demo/cart.json --without SUMMER12 --without "select coupon"
      pricing quote carts.jsonl --json --jobs 4 > quotes.jsonl
    """
    if carts.count("-") > 1:
        raise click.UsageError("The standard input (-) can be read only once.")
    engine = engine_of(folder)
    _check_names(engine, without)
    wishes = Wishes(as_json, at, without, _usage(usage), why, len(carts) > 1)
    wrong = done = 0
    with Progress(total_size(carts)) as progress:
        for outcome in _outcomes(engine, wishes, carts, jobs):
            done += 1
            if outcome.problems:
                wrong += 1
                progress.clear()
                for problem in outcome.problems:
                    complain(outcome.where, problem)
            else:
                _print(outcome.text, as_json)
            progress.advance(outcome.size)
    if wrong:
        if done > 1:
            remark(f"{wrong} of {done} carts could not be priced.")
        raise click.exceptions.Exit(1)


def _print(text: str, as_json: bool) -> None:
    if as_json:
        click.echo(text.encode("utf-8"))  # JSON is UTF-8, whatever the terminal speaks
    else:
        click.echo(text)


def _outcomes(engine: Engine, wishes: Wishes, carts: tuple[str, ...], jobs: int) -> Iterator[Outcome]:
    """What became of each cart, in the order of the carts."""
    found = sources(carts)
    if jobs == 1:
        pricer = Pricer(engine, wishes)
        return map(pricer.price, found)
    return priced_by_many(engine.book, wishes, _chunks(found), jobs)


def _chunks(found: Iterator[Source]) -> Iterator[list[Source]]:
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _usage(name: str | None) -> object:
    """What the usage file holds. Complains of all that is wrong in it, once and not with every cart."""
    if name is None:
        return None
    try:
        data = json_from_text(read_cart(name))
        check_usage(data)
    except CartError as error:
        for problem in error.problems:
            complain(name, str(problem))
        raise click.exceptions.Exit(1) from None
    return data


def _check_names(engine: Engine, names: Iterable[str]) -> None:
    """Refuses a `--without` that names nothing. Raises click.BadParameter."""
    kinds = {kind.value for kind in Kind}
    for name in names:
        if name not in kinds and engine.plan.rules.find(name) is None:
            near = get_close_matches(name, sorted({*kinds, *engine.plan.names}), 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.BadParameter(f"There is no rule or kind called {name!r}.{hint}", param_hint="'--without'")
