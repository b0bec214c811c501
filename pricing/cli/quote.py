"""`pricing quote`: carts in, receipts or JSON out (INTERFACE). Data on stdout, complaints on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import click

from pricing.api import Engine
from pricing.audit.folder import catalogue_of
from pricing.cli.adding import added, currency_of, empty_cart, near
from pricing.cli.completing import names_begun
from pricing.cli.files import RuleFolder
from pricing.cli.inputs import CartText, read_cart, sources, total_size
from pricing.cli.loading import engine_of
from pricing.cli.moments import checked, moment, now, zone_of
from pricing.cli.pricer import Outcome, Pricer, Wishes, priced_by_many
from pricing.cli.talk import Progress, columns, complain, remark
from pricing.model.errors import CartError
from pricing.model.kind import Kind
from pricing.wire import check_usage, json_from_text

CHUNK = 64
"""Carts handed to another process in one go."""

_IN = click.Path(exists=True, dir_okay=False, allow_dash=True)
REASONS = ("none", "refused", "all")


def _complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of rules, and of kinds where these can stand, for the shell."""
    more = {"without": [kind.value for kind in Kind], "why": list(REASONS)}.get(param.name or "", [])
    return names_begun(ctx.params.get("folder"), incomplete, more)


def _complete_goods(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    skus = [item.sku for item in catalogue_of(ctx.params.get("folder") or "rules").items]
    return [sku for sku in skus if sku.casefold().startswith(incomplete.casefold())]


@click.command("quote")
@click.argument("carts", metavar="CART...", nargs=-1, type=_IN)
@click.option("--rules", "folder", metavar="DIR", type=RuleFolder(), default="rules", show_default=True, is_eager=True,
              help="The folder of rules.")  # fmt: skip
@click.option("--buy", metavar="SKU*N", multiple=True, shell_complete=_complete_goods,
              help="Put goods of the catalogue into the cart; without CART into an empty one. May be repeated.")  # fmt: skip
@click.option("--with", "with_", metavar="RULE", multiple=True, shell_complete=_complete_rules,
              help="Give the customer a coupon (RULE*N: N pieces) or a code for this once. May be repeated.")  # fmt: skip
@click.option("--payment", metavar="P", default="", help="Pay in this way, as in card-x.")
@click.option("--json", "as_json", is_flag=True, help="Print one quote a line, as JSON.")
@click.option("--at", metavar="INSTANT", callback=checked,
              help="Price at this instant, day (at noon) or now, instead of the cart's own.")  # fmt: skip
@click.option("--without", metavar="NAME", multiple=True, shell_complete=_complete_rules,
              help="Leave out a rule or a kind of rule. May be repeated.")  # fmt: skip
@click.option("--usage", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
              help="JSON that says how often each rule has been used.")  # fmt: skip
@click.option("--why", metavar="none|refused|all|RULE", multiple=True, shell_complete=_complete_rules,
              help="What to tell of rules that were not used: nothing (the default for several carts), why not, also what "
              "would bring more (the default for one cart), or all about one rule.")  # fmt: skip
@click.option("--no-why", is_flag=True, hidden=True, help="The same as --why none.")
@click.option("--funders", is_flag=True, help="Receipts also say who pays for the savings.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 256), default=1, help="Work with so many processes.")
def command(carts: tuple[str, ...], folder: str, jobs: int, **options: Any) -> None:
    """Price carts and print receipts.

    CART is a JSON file with one cart, a .jsonl file with one cart a line, or - for the standard input. A wrong cart is
    named and the others are priced all the same; the exit status is 1 then.

    \b
    Examples:
      pricing quote rules/demo/cart.json
      pricing quote --buy NH-1001*2 --buy LL-100 --with SUMMER12
      pricing quote rules/demo/cart.json --without SUMMER12 --why every-30
      pricing quote carts.jsonl --json --jobs 4 > quotes.jsonl
    """
    if not carts and not options["buy"]:
        raise click.UsageError("Missing argument 'CART...': the file of a cart, or goods with --buy SKU*N.")
    if carts.count("-") > 1:
        raise click.UsageError("The standard input (-) can be read only once.")
    engine = engine_of(folder)
    wishes = _wishes(engine, folder, len(carts) > 1, options)
    found = sources(carts) if carts else _nothing_yet(engine, wishes)
    wrong = done = 0
    with Progress(total_size(carts)) as progress:
        for outcome in _outcomes(engine, wishes, found, jobs):
            done += 1
            wrong += bool(outcome.problems)
            if outcome.problems or outcome.notes:
                progress.clear()
            for problem in outcome.problems:
                complain(outcome.where, problem)
            for note in outcome.notes:
                remark(f"note: {outcome.where}: {note}")
            if not outcome.problems:
                _print(outcome.text, wishes.as_json)
            progress.advance(outcome.size)
    if wrong:
        if done > 1:
            remark(f"{wrong} of {done} carts could not be priced.")
        raise click.exceptions.Exit(1)


def _wishes(engine: Engine, folder: str, several: bool, options: Mapping[str, Any]) -> Wishes:
    """What the options ask for. Raises click.BadParameter for what is not there."""
    _check_names(engine, options["without"])
    about = tuple(name for name in options["why"] if name not in REASONS)
    chosen = [name for name in options["why"] if name in REASONS] or (["none"] if options["no_why"] else [])
    if len(chosen) > 1 or (chosen and about):
        raise click.UsageError("--why takes one of none, refused and all, or names of rules.")
    for name in about:
        if engine.plan.rules.find(name) is None:
            raise click.BadParameter(
                f"{name!r} is none of {', '.join(REASONS)}, and no rule is called so.{near(name, engine.plan.names)}",
                param_hint="'--why'",
            )
    at = moment(options["at"], zone_of(engine.book.campaigns)).isoformat() if options["at"] is not None else None
    catalogue = catalogue_of(folder)
    more = added(engine, catalogue, options["buy"], options["with_"], options["payment"], currency_of(engine))
    return Wishes(
        options["as_json"], at, options["without"], _usage(options["usage"]), chosen[0] if chosen else None, several,
        about, more, catalogue, options["funders"], columns(),
    )  # fmt: skip


def _nothing_yet(engine: Engine, wishes: Wishes) -> Iterator[CartText]:
    """An empty cart, to put goods into, at this moment unless another one is asked for."""
    at = now().astimezone(zone_of(engine.book.campaigns))
    if wishes.at is None:
        remark(f"Priced at this moment, {at.isoformat()}; --at names another one.")
    yield CartText("--buy", empty_cart(currency_of(engine), at), False)


def _print(text: str, as_json: bool) -> None:
    if as_json:
        click.echo(text.encode("utf-8"))  # JSON is UTF-8, whatever the terminal speaks
    else:
        click.echo(text)


def _outcomes(engine: Engine, wishes: Wishes, found: Iterator[CartText], jobs: int) -> Iterator[Outcome]:
    """What became of each cart, in the order of the carts."""
    if jobs == 1:
        pricer = Pricer(engine, wishes)
        return map(pricer.price, found)
    return priced_by_many(engine.book, wishes, _chunks(found), jobs)


def _chunks(found: Iterator[CartText]) -> Iterator[list[CartText]]:
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
            hint = near(name, sorted({*kinds, *engine.plan.names}))
            raise click.BadParameter(f"There is no rule or kind called {name!r}.{hint}", param_hint="'--without'")
