"""`pricing diff`: two versions of the rules over the same carts; who pays more, who less, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from pricing.cli.inputs import sources, total_size
from pricing.cli.talk import Progress, columns, complain, remark
from pricing.cli.versions import engine_of_version
from pricing.columns import clean, left, right, shorten_name
from pricing.model.errors import CartError
from pricing.model.kind import HELD
from pricing.model.rulebook import RuleBook
from pricing.money import show
from pricing.simulate.compare import Comparison, Row, as_dict
from pricing.wire import cart_from_json

_IN = click.Path(exists=True, dir_okay=False, allow_dash=True)


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--carts", "carts", metavar="FILE", multiple=True, required=True, type=_IN,
              help="A .json file of one cart, a .jsonl file of one cart a line, or -. May be repeated.")  # fmt: skip
@click.option("--top", metavar="N", type=click.IntRange(0, 1000), default=10, show_default=True,
              help="Show so many of the carts that change most.")  # fmt: skip
@click.option("--rules", "folder", metavar="DIR", default="rules", show_default=True,
              help="The folder of rules inside a revision.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(old: str, new: str, carts: tuple[str, ...], top: int, folder: str, as_json: bool) -> None:
    """Compare two versions of the rules over the same carts.

    OLD and NEW are folders of rules, git revisions such as HEAD~1 (whose folder `rules` is taken), or REVISION:FOLDER.
    Shown is who pays more and who less, what each rule and each funder gives, and the carts that change most.

    \b
    Examples:
      pricing diff HEAD rules --carts carts.jsonl
      pricing diff v1.2:rules main:rules --carts carts.jsonl --top 20
    """
    if carts.count("-") > 1:
        raise click.UsageError("The standard input (-) can be read only once.")
    before, after = engine_of_version(old, "OLD", folder), engine_of_version(new, "NEW", folder)
    found: dict[str, Comparison] = {}
    wrong = done = 0
    with Progress(total_size(carts)) as progress:
        for source in sources(carts):
            done += 1
            try:
                cart = cart_from_json(source.text)
                made = found.setdefault(cart.currency, Comparison(cart.currency, top))
                made.add(source.where, before.quote(cart), after.quote(cart))
            except CartError as error:
                wrong += 1
                progress.clear()
                for problem in error.problems:
                    complain(source.where, str(problem))
            progress.advance(len(source.text))
    _print(found, as_json)
    for name in moved(before.book, after.book):
        remark(
            f"{name} has new dates under its old name: customers who kept it can use it again, and who has used it up"
            " cannot. Give the new card a name of its own."
        )
    if wrong:
        remark(f"{wrong} of {done} carts could not be priced.")
        raise click.exceptions.Exit(1)


def moved(old: RuleBook, new: RuleBook) -> tuple[str, ...]:
    """Names of cards that customers hold, and whose time has moved to after the time that they had."""
    before = {rule.name: rule for rule in old.rules if rule.given == HELD}
    return tuple(
        rule.name
        for rule in new.rules
        if rule.given == HELD
        and (known := before.get(rule.name)) is not None
        and known.valid.end is not None
        and rule.valid.start is not None
        and rule.valid.start >= known.valid.end
    )


def _print(found: dict[str, Comparison], as_json: bool) -> None:
    made = [found[currency] for currency in sorted(found)]
    if as_json:
        text = json.dumps([as_dict(one) for one in made], ensure_ascii=False, indent=1)
        click.echo(text.encode("utf-8"))
        return
    if not made:
        remark("There are no carts to compare.")
    for place, one in enumerate(made):
        if place:
            click.echo()
        for line in _text(one):
            click.echo(clean(line))


def _text(made: Comparison) -> Iterator[str]:
    """What a person reads."""

    def amount(minor: int) -> str:
        return show(minor, made.currency)

    def signed(minor: int) -> str:
        return f"+{amount(minor)}" if minor > 0 else amount(minor)

    yield f"{_count(made.carts, 'cart')}, amounts in {made.currency}"
    yield "=" * columns()
    yield _row("", "Old", "New", "Change")
    yield _row("All carts pay", amount(made.old), amount(made.new), signed(made.new - made.old))
    yield _row("Saved off the list price", amount(made.listed - made.old), amount(made.listed - made.new),
               signed(made.old - made.new))  # fmt: skip
    yield ""
    same = made.carts - made.pay_more - made.pay_less
    yield _row(f"{_pay(made.pay_more)} more", "", "", signed(made.more))
    yield _row(f"{_pay(made.pay_less)} less", "", "", signed(-made.less))
    yield _row(f"{_pay(same)} the same", "", "", "")
    yield from _rows("Savings by rule (carts)", made.moved_rules, made.currency)
    yield from _rows("Savings by who pays for them (carts)", made.moved_funders, made.currency)
    if made.changes:
        yield ""
        yield "Carts that change most"
    for change in made.changes:
        yield _row(f"  {change.where}", amount(change.old), amount(change.new), signed(change.more))
        for rule, by in change.rules:
            yield f"      {rule} saves {amount(abs(by))} {'more' if by > 0 else 'less'}"
    if made.unproved:
        yield ""
        yield f"{_count(made.unproved, 'cart')} reached the limit of work; a better price may exist for them."


def _rows(title: str, rows: tuple[tuple[str, Row], ...], currency: str) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    for name, row in rows:
        more = show(row.more, currency)
        yield _row(
            f"  {name}",
            f"{show(row.old, currency)} ({row.carts_old})",
            f"{show(row.new, currency)} ({row.carts_new})",
            f"+{more}" if row.more > 0 else more,
        )


def _row(text: str, *cells: str) -> str:
    room = columns() - sum(_ROOM)
    line = left(shorten_name(text, room - 1), room)
    return (line + "".join(right(cell, wide) for cell, wide in zip(cells, _ROOM, strict=True))).rstrip()


_ROOM = (17, 17, 14)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _pay(carts: int) -> str:
    return f"{_count(carts, 'cart')} {'pays' if carts == 1 else 'pay'}"
