"""`pricing new`: a commented card to fill in, that loads as it stands. Printed, or put at the end of a rule file."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from pricing.audit.folder import catalogue_of
from pricing.cli.blanks import cart_text, list_text, policy_text
from pricing.cli.loading import load
from pricing.cli.moments import now
from pricing.cli.talk import remark
from pricing.cli.templates import KINDS, NamesThere, campaign_text, card_text
from pricing.language.loading.catalogue import NO_CATALOGUE
from pricing.language.loading.load import load_texts
from pricing.language.loading.plain import home_of, read_plain, write_whole
from pricing.language.text.syntax import NAME
from pricing.language.vocabulary import KIND_OF
from pricing.model.kind import COUPON_KINDS
from pricing.money import AmountError, parse

CAMPAIGN = "campaign"
FILES = (CAMPAIGN, "cart", "list", "policy")
"""What can be printed besides cards."""


def _complete_kind(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name.replace(" ", "-") for name in (*FILES, *KINDS) if name.startswith(incomplete.replace("-", " "))]


@click.command("new")
@click.argument("kind", nargs=-1, required=True, shell_complete=_complete_kind)
@click.option("--name", metavar="NAME", default="", help="The name of the card or campaign, as in nova-6-off-60.")
@click.option("--in", "into", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
              help="Put the card at the end of this rule file instead of printing it.")  # fmt: skip
@click.option("--rules", "folder", metavar="DIR", type=click.Path(file_okay=False), default="rules",
              show_default=True, help="The folder of rules: its names stand in the card.")  # fmt: skip
def command(kind: tuple[str, ...], name: str, into: str | None, folder: str) -> None:
    """Print a commented card to fill in.

    KIND is a kind of card, such as seller coupon; or campaign for a whole file, list, policy; or cart for a cart in JSON
    with goods of your catalogue. All load as they stand, so `pricing check` stays quiet until a change of yours makes it
    speak.

    \b
    Examples:
      pricing new promo code --name SUMMER15
      pricing new seller-coupon --in rules/campaigns/2026/summer.promo
      pricing new campaign --name autumn-2026 > rules/campaigns/2026/autumn.promo
      pricing new cart > cart.json
    """
    wanted = _kind(" ".join(kind))
    if name and not NAME.fullmatch(name):
        raise click.BadParameter("Names are made of letters, digits and the signs - _ . /.", param_hint="'--name'")
    if wanted in FILES and wanted != "list":
        if into is not None:
            raise click.UsageError(f"A {wanted} has a file of its own: pricing new {wanted} > FILE")
        click.echo(_file_text(wanted, name, Path(folder)), nl=False)
        return
    names = _names(Path(folder), into)
    if into is not None and not _stands_in(into, folder):
        remark(f"{into} does not stand in {folder}: only its own names are known. Name its folder with --rules DIR.")
    if name in names.taken:
        raise click.BadParameter(f"There is a card called {name!r} already.", param_hint="'--name'")
    text = list_text(name, names) if wanted == "list" else card_text(KIND_OF[wanted], name, names)
    if into is None:
        click.echo(text, nl=False)
        return
    _append(Path(into), text, folder)
    click.echo(f"Put a {wanted} at the end of {click.format_filename(into)}. Now fill it in.", err=True)


def _file_text(wanted: str, name: str, folder: Path) -> str:
    """A campaign, a policy or a cart, that stands in a file of its own."""
    names = _names(folder, None)
    if wanted == CAMPAIGN:
        return campaign_text(name or "my-campaign", names, now().date())
    if wanted == "policy":
        return policy_text(name or "house")
    at = now().astimezone(ZoneInfo(names.zone))
    return cart_text(names, catalogue_of(folder), at)


def _kind(said: str) -> str:
    """The kind meant by the words on the command line. Raises click.BadParameter with a suggestion."""
    text = " ".join(said.lower().replace("-", " ").split())
    known = {name.replace("-", " "): name for name in (*FILES, *KINDS)}
    if text in known:
        return known[text]
    near = get_close_matches(text, known, 1)
    hint = f"Did you mean {known[near[0]]}?" if near else "The kinds are: " + ", ".join((*FILES, *KINDS)) + "."
    raise click.BadParameter(f"There is no kind called {said!r}. {hint}", param_hint="'KIND'")


def _names(folder: Path, into: str | None) -> NamesThere:
    """Names that exist in the folder, and the currency of the file that the card is for; of a file that stands outside
    the folder, its own names.
    """
    if into is None and not folder.is_dir():
        return NamesThere()
    currencies, catalogue = tuple[str, ...](), NO_CATALOGUE
    if into is not None:
        loaded = load_texts({into: read_plain(into, home_of(into, folder))})
        currencies = tuple(made.currency for made in loaded.partial.campaigns)
        if not currencies:
            raise click.UsageError(f"{into} has no campaign; `pricing new campaign` begins one.")
    if into is None or _stands_in(into, folder):
        loaded, catalogue = load(folder), catalogue_of(folder)
    rules = loaded.partial.rules
    currency = next(iter((*currencies, *(made.currency for made in loaded.partial.campaigns))), "USD")
    campaigns = [made for made in loaded.partial.campaigns if made.currency == currency]
    base = NamesThere()

    def known(word: str, usual: str) -> str:
        names = catalogue.names.get(word)
        return usual if names is None or usual in names or not names else min(names)

    coupons = [rule.name for rule in rules if rule.kind in COUPON_KINDS and rule.currency == currency]
    sku, sku_store, price = "", "", 0
    for item in sorted(catalogue.items, key=lambda item: item.sku):
        try:
            price = parse(item.price, currency)
        except AmountError:
            continue
        if item.store and NAME.fullmatch(item.sku) and price > 1:
            sku, sku_store = item.sku, item.store
            break
    store = known("stores", base.store)
    own = sorted(path for item in catalogue.items if item.store == store for path in item.categories)
    return NamesThere(
        currency=currency,
        zone=campaigns[0].zone if campaigns else base.zone,
        store=store,
        category=own[0] if own else known("categories", base.category),
        segment=known("customers", base.segment),
        sku=sku,
        sku_store=sku_store,
        sku_price=price,
        coupon=coupons[0] if coupons else "",
        taken=frozenset(rule.name for rule in rules),
    )


def _stands_in(file: str, folder: str | Path) -> bool:
    return Path(folder).is_dir() and Path(file).resolve().is_relative_to(Path(folder).resolve())


def _append(file: Path, text: str, folder: str) -> None:
    """Writes the file anew with the card at its end, all at once, so that nobody ever reads half of it."""
    try:
        before = read_plain(file, home_of(file, folder)).decode("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is not written in UTF-8.") from None
    ends = "\r\n" if "\r\n" in before else "\n"
    gap = "" if not before else ends if before.endswith(("\n", "\r")) else ends + ends
    write_whole(file, (before + gap + text.replace("\n", ends)).encode("utf-8"))
