"""`pricing audit`: looks for the cart that would hurt, and fails when it pays less than a stated floor."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from pricing.audit.folder import catalogue_of
from pricing.audit.starts import Bounds
from pricing.audit.worst import COINS, EFFORT, Audit, WorstCart, audit, endless, is_endless
from pricing.cli.files import RuleFolder
from pricing.cli.loading import engine_of
from pricing.cli.moments import now
from pricing.cli.talk import columns, complain, remark
from pricing.columns import clean, left, right, shorten_name, wrapped
from pricing.model.rule import Rule
from pricing.money import show
from pricing.receipt import receipt
from pricing.wire import cart_to_dict

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?")


def _floor(ctx: click.Context, option: click.Parameter, text: str | None) -> Fraction | None:
    if text is None:
        return None
    found = _PERCENT.fullmatch(text.strip())
    share = Fraction(found[1]) / 100 if found else None
    if share is None or share > 1:
        raise click.BadParameter(f"{text!r} is not a share between 0% and 100%; write it like 40%.")
    return share


@click.command("audit")
@click.argument("folder", metavar="[DIR]", type=RuleFolder(), default="rules")
@click.option("--floor", metavar="SHARE", callback=_floor,
              help="The least share of the list price of its goods that a cart must still pay, as in 40%.")  # fmt: skip
@click.option("--lines", metavar="N", type=click.IntRange(1, 50), default=Bounds().lines, show_default=True,
              help="A cart has at most so many lines.")  # fmt: skip
@click.option("--units", metavar="N", type=click.IntRange(1, 1000), default=Bounds().units, show_default=True,
              help="A line has at most so many units.")  # fmt: skip
@click.option("--coins", metavar="N", type=click.IntRange(0, 10**9), default=COINS, show_default=True,
              help="The customer has so many coins.")  # fmt: skip
@click.option("--effort", metavar="N", type=click.IntRange(100, 10**7), default=EFFORT, show_default=True,
              help="Price at most about so many carts.")  # fmt: skip
@click.option("--save", metavar="FILE", type=click.Path(dir_okay=False, writable=True),
              help="Write the worst carts to a .jsonl file, for `pricing quote`.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(
    folder: str,
    floor: Fraction | None,
    lines: int,
    units: int,
    coins: int,
    effort: int,
    save: str | None,
    as_json: bool,
) -> None:
    """Look for the cart whose savings hurt most.

    Searched is, for each store and over several, the cart of goods from the catalogue that pays the smallest share of
    its list price, and the one that saves most money. The customer holds every coupon, has typed every code and has
    coins to spend. Shipping does not count; coins that pay count as a saving.

    With --floor the exit status is 1 when a cart was found that pays less than this share of its list price. The search
    is the same every time; it is thorough but proves nothing, so a floor that holds is no promise.

    \b
    Examples:
      pricing audit
      pricing audit rules --floor 40%
      pricing audit rules --floor 40% --save worst.jsonl
    """
    engine = engine_of(folder)
    with _bar(effort) as tell:
        found = audit(
            engine.book, catalogue_of(folder), bounds=Bounds(lines, units), coins=coins, effort=effort, tell=tell
        )
    if save is not None:
        _save(Path(save), found)
    rules = {rule.name: rule for rule in engine.book.rules}
    if as_json:
        click.echo(json.dumps([_as_dict(one, floor, rules) for one in found], ensure_ascii=False, indent=1).encode())
    else:
        for place, one in enumerate(found):
            click.echo("\n" * bool(place) + "".join(f"{clean(line)}\n" for line in _text(one, rules)), nl=False)
    if floor is not None and _broken(found, floor):
        raise click.exceptions.Exit(1)


@contextmanager
def _bar(effort: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr when somebody looks at it; nothing else is printed while it runs."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with click.progressbar(length=effort, label="Searching", file=sys.stderr) as bar:
        yield bar.update
        bar.update(effort)  # it may have needed less


def _broken(found: tuple[Audit, ...], floor: Fraction) -> bool:
    """Whether any cart pays less than the floor; each is told on stderr."""
    broken = [(one.currency, finding) for one in found for finding in one.below(floor)]
    for currency, finding in broken:
        complain(
            finding.store or "over several stores",
            f"a cart of {show(finding.listed, currency)} pays {show(finding.pays, currency)}, "
            f"{_percent(finding.share)} of its list price; the floor is {_percent(floor)}",
        )
    if not broken:
        remark(f"No cart was found that pays less than {_percent(floor)} of its list price.")
    return bool(broken)


def _save(file: Path, found: tuple[Audit, ...]) -> None:
    carts = [finding.quote.cart for one in found for finding in one.findings]
    lines = dict.fromkeys(json.dumps(cart_to_dict(cart), ensure_ascii=False) for cart in carts)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


# As text


def _text(made: Audit, rules: dict[str, Rule]) -> Iterator[str]:
    yield f"Worst carts in {made.currency}"
    yield "=" * columns()
    goods = "made-up goods, for the catalogue has no prices" if made.made_up else "goods of the catalogue"
    yield from wrapped(
        f"{_count(made.carts, 'cart')} priced: {goods}, at most {_count(made.bounds.lines, 'line')} of at most "
        f"{_count(made.bounds.units, 'unit')}, {_count(made.occasions, 'occasion')} on which different rules hold.",
        columns(),
    )  # fmt: skip
    share, money = made.worst("share"), made.worst("money")
    if share is None or money is None:
        yield "No rule looks at any goods, so there is nothing to find."
        return
    yield ""
    yield from _table(made)
    yield from _cart("The cart that pays the smallest share", share, rules)
    if money.quote.cart != share.quote.cart:
        yield from _cart("The cart that saves most money", money, rules)
    yield from _again(made, rules)
    yield from _left_out(made)


def _table(made: Audit) -> Iterator[str]:
    """Store by store, the one that pays the smallest share first: its worst cart, and the most that one saves."""
    most = {finding.store: finding.saved for finding in made.findings if finding.sense == "money"}
    found = sorted(
        (finding for finding in made.findings if finding.sense == "share"), key=lambda one: (one.share, one.store or "")
    )
    yield _row("Smallest share of the list price", "List", "Pays", "Pays %", "Most saved")
    for finding in found[:MOST_ROWS]:
        shown = [show(minor, made.currency) for minor in (finding.listed, finding.pays, most.get(finding.store, 0))]
        yield _row(f"  {_where(finding)}", shown[0], shown[1], _percent(finding.share), shown[2])
    if len(found) > MOST_ROWS:
        rest = found[MOST_ROWS:]
        yield f"  and {_count(len(rest), 'store')} where no cart pays less than {_percent(rest[0].share)}"


def _again(made: Audit, rules: dict[str, Rule]) -> Iterator[str]:
    """What can be used without end, those first that worst carts use; what is over does no harm any more."""
    at = now()
    every = [rules[name] for name in _endless(made.currency, rules)]
    alive = [rule for rule in every if rule.valid.end is None or at < rule.valid.end]
    used = {use.rule for finding in made.findings for use in finding.quote.used}
    names = [rule.name for rule in sorted(alive, key=lambda rule: (rule.name not in used, rule.name))]
    if names:
        yield ""
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        said = f"Nothing stops these from being used in order after order: {', '.join(names[:MOST_NAMED])}{more}."
        yield from wrapped(said, columns())
    if over := len(every) - len(alive):
        yield ""
        yield (
            f"{_count(over, 'card')} more would be, but {'is' if over == 1 else 'are'} over."
            if names
            else (
                f"{_count(over, 'card')} could be used in order after order, but {'is' if over == 1 else 'are'} over."
            )
        )


def _left_out(made: Audit) -> Iterator[str]:
    if not made.left_out:
        return
    yield ""
    yield "Not looked at"
    for one in made.left_out:
        more = ", …" if len(one.names) > MOST_NAMED else ""
        names = f" ({', '.join(one.names[:MOST_NAMED])}{more})" if one.names else ""
        yield from wrapped(f"{one.why}: {one.count}{names}", columns(), "  - ", "    ")


def _endless(currency: str, rules: dict[str, Rule]) -> list[str]:
    """Coupons and codes without a limit per customer, day or in total, and without a budget."""
    return [name for name, rule in sorted(rules.items()) if rule.currency == currency and is_endless(rule)]


def _cart(title: str, finding: WorstCart, rules: dict[str, Rule]) -> Iterator[str]:
    """One cart with its receipt, and what can be used again."""
    yield ""
    currency = finding.quote.currency
    yield f"{title}: {_percent(finding.share)}, {show(finding.saved, currency)} off {show(finding.listed, currency)}"
    buyer = finding.quote.cart.customer.segments
    cart = finding.quote.cart
    about = [f"segments {', '.join(buyer)}" if buyer else "", f"country {cart.country}" if cart.country else "",
             f"channel {cart.channel}" if cart.channel else ""]  # fmt: skip
    said = "; ".join(text for text in about if text)
    if said:
        yield from wrapped(f"Customer: {said}.", columns())
    yield ""
    yield from _short_receipt(finding)
    again = endless(finding.quote, rules)
    if again:
        yield ""
        yield "Usable in order after order: no limit per customer, day or in total, and no budget"
    for name in again:
        place = rules[name].place
        yield f"  - {name}" + (f" ({place.file}:{place.line})" if place.file else "")


def _short_receipt(finding: WorstCart) -> Iterator[str]:
    """The receipt without reasons and without the coupons that stay in the generous wallet."""
    lines = receipt(finding.quote, "none", columns=columns()).rstrip("\n").split("\n")
    end = lines.index("Coins and coupons") - 1 if "Coins and coupons" in lines else len(lines)
    yield from lines[:end]


def _where(finding: WorstCart) -> str:
    if finding.store is not None:
        return finding.store
    stores = sorted({line.store for line in finding.quote.lines})
    return "over stores: " + ", ".join(stores)


_ROOM = (12, 12, 9, 13)
MOST_ROWS = 12
MOST_NAMED = 8


def _row(text: str, *cells: str) -> str:
    room = columns() - sum(_ROOM)
    line = left(shorten_name(text, room - 1), room)
    return line + "".join(right(cell, wide) for cell, wide in zip(cells, _ROOM, strict=True))


def _percent(share: Fraction) -> str:
    """With one decimal, cut off: 39.99% is never shown as the 40% that it does not reach."""
    tenths = share.numerator * 1000 // share.denominator
    return f"{tenths // 10}.{tenths % 10}%"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


# As JSON


def _as_dict(made: Audit, floor: Fraction | None, rules: dict[str, Rule]) -> dict[str, Any]:
    def finding(one: WorstCart) -> dict[str, Any]:
        return {
            "store": one.store,
            "sense": one.sense,
            "list": show(one.listed, made.currency),
            "pays": show(one.pays, made.currency),
            "saved": show(one.saved, made.currency),
            "pays_percent": _percent(one.share),
            "below_floor": floor is not None and one.sense == "share" and one.share < floor,
            "endless": list(endless(one.quote, rules)),
            "cart": cart_to_dict(one.quote.cart),
        }

    return {
        "currency": made.currency,
        "carts": made.carts,
        "made_up": made.made_up,
        "endless": _endless(made.currency, rules),
        "left_out": [{"count": one.count, "why": one.why, "names": list(one.names)} for one in made.left_out],
        "findings": [finding(one) for one in made.findings],
    }
