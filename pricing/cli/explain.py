"""`pricing explain`: a card, a list, a campaign or a word in plain English, the page of a code, or all there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from importlib.resources import files
from itertools import chain
from pathlib import Path

import click

from pricing.cli.completing import names_begun
from pricing.cli.loading import load
from pricing.cli.moments import NOW, checked, moment, zone_of
from pricing.cli.talk import columns, remark
from pricing.cli.telling import (
    campaign_lines,
    list_lines,
    lists_called,
    overview,
    policy_lines,
    snapshot_of,
    switch_lines,
    word_lines,
)
from pricing.columns import clean, width, wrapped
from pricing.language.describe import paragraph
from pricing.language.diagnostics.codes import severity_of
from pricing.language.loading.load import Loaded
from pricing.language.text.lookalike import skeleton
from pricing.language.vocabulary import CARD_EXAMPLES, INNER_WORDS, KIND_OF, SWITCHES, WORDS, inner_word
from pricing.model.policy import HOUSE_POLICY
from pricing.model.rule import Campaign, Rule

WORDS_AND_SWITCHES = (*WORDS, *CARD_EXAMPLES, *SWITCHES, *INNER_WORDS)
CODE = re.compile(r"[Pp][0-9]{4}")


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of cards and words of the language, for the shell."""
    return names_begun(ctx.params.get("folder"), incomplete, (*KIND_OF, *WORDS, *SWITCHES))


@click.command("explain")
@click.argument("what", metavar="[NAME|WORD|CODE]", nargs=-1, shell_complete=_complete)
@click.option("--rules", "folder", metavar="DIR", type=click.Path(file_okay=False), default="rules", show_default=True,
              help="The folder of rules.")  # fmt: skip
@click.option("--at", metavar="INSTANT", callback=checked, default=NOW, help="What holds then; a day, or now.")
def command(what: tuple[str, ...], folder: str, at: str) -> None:
    """Tell what a card means, or a word, or a code of a mistake; without a name, all there is and what holds today.

    NAME is that of a card, a list, a campaign or the policy: it is told in words, with the place where it stands. WORD is
    one of the language, a kind of card or a switch of the policy. CODE is one that `pricing check` has given.

    \b
    Examples:
      pricing explain
      pricing explain every-30
      pricing explain summer-brand-week-2026 --rules rules
      pricing explain spend
      pricing explain P0305
    """
    said = " ".join(" ".join(what).split())
    if CODE.fullmatch(said):
        click.echo(_coded(said.upper()), nl=False)
        return
    if said in WORDS_AND_SWITCHES and not Path(folder).is_dir():
        _print(word_lines(said) if said not in SWITCHES else switch_lines(HOUSE_POLICY, said))
        return
    if not Path(folder).is_dir():
        raise click.UsageError(f"There is no folder called {folder}; name the folder of rules with --rules DIR.")
    loaded = load(folder)
    if loaded.book is None:
        remark("These rules have mistakes, which `pricing check` shows; what is told here may be a part only.")
    then = moment(at, zone_of(loaded.partial.campaigns))
    _print(_told(said, loaded, Path(folder), then) if said else overview(loaded, Path(folder), then))


def _print(lines: Iterable[str]) -> None:
    """Lines on stdout, those that are too long wrapped; examples and lists keep their indentation, and a place is whole."""
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        if indent.startswith("    ") or width(line) <= columns() or " " not in line.strip():
            click.echo(clean(line))
        else:
            for part in wrapped(line.strip(), columns(), indent, indent + "  " if indent else ""):
                click.echo(clean(part))


# Things of a folder, and words


def _told(name: str, loaded: Loaded, folder: Path, at: datetime) -> Iterable[str]:
    """What there is to say of a name. Raises click.BadParameter when nothing is called so."""
    rules, campaigns = loaded.partial.rules, loaded.partial.campaigns
    rule = _card(name, rules)
    if rule is not None:
        place = f"{rule.place.file}:{rule.place.line}" if rule.place.file else folder.as_posix()
        broken = ("", "This card has a mistake: what is told here is only what could be read.")
        return (place, "", paragraph(rule), *(broken if _is_broken(rule, loaded) else ()))
    snapshot = snapshot_of(folder)
    lists = lists_called(snapshot, name)
    if lists:
        return chain.from_iterable(list_lines(snapshot, named) for named in lists)
    campaign = next((one for one in campaigns if one.name == name), None)
    if campaign is not None:
        return campaign_lines(campaign, [one for one in rules if one.campaign == name], at)
    given = any(key.rpartition("/")[2] == "policy.promo" for key in snapshot.texts)
    if name == loaded.partial.policy.name:
        return policy_lines(loaded.partial.policy, given)
    if name == "policy":
        return (*word_lines(name), "", *policy_lines(loaded.partial.policy, given))
    if name in SWITCHES:
        return switch_lines(loaded.partial.policy, name)
    if name.lower() in WORDS_AND_SWITCHES:
        return word_lines(name.lower())
    if inner_word(name.lower()):
        return word_lines(inner_word(name.lower()))
    raise _unknown(name, rules, campaigns)


def _is_broken(rule: Rule, loaded: Loaded) -> bool:
    """Whether an error stands between the head of a card and the next one of its file."""
    lines = [one.place.line for one in loaded.partial.rules if one.place.file == rule.place.file]
    end = min((line for line in lines if line > rule.place.line), default=None)
    return any(
        item.file == rule.place.file and rule.place.line <= item.line and (end is None or item.line < end)
        for item in loaded.errors
    )


def _card(name: str, rules: Sequence[Rule]) -> Rule | None:
    """The card of a name, in whatever letters it was typed."""
    exact = next((rule for rule in rules if rule.name == name), None)
    alike = [rule for rule in rules if rule.name.casefold() == name.casefold()]
    return exact or (alike[0] if len(alike) == 1 else None)


def _unknown(name: str, rules: Sequence[Rule], campaigns: Sequence[Campaign]) -> click.BadParameter:
    by_name = {rule.name: rule for rule in rules}
    near = [known for known in by_name if skeleton(known) == skeleton(name)]
    known = [*by_name, *(campaign.name for campaign in campaigns), *WORDS_AND_SWITCHES]
    folded = {each.casefold(): each for each in reversed(known)}
    near = near or [folded[each] for each in get_close_matches(name.casefold(), folded, 3)]
    said = (
        " `pricing explain` takes the name of a card, list or campaign, a word, or a code; alone it tells all there is."
    )
    hint = f" Did you mean {' or '.join(near)}?" if near else said
    return click.BadParameter(f"There is no card called {name!r}.{hint}", param_hint="'NAME|WORD|CODE'")


# Codes


def _coded(code: str) -> str:
    """The page of a code, for a terminal. Raises click.BadParameter when there is no such code."""
    pages = _pages(code[:3])
    if code not in pages:
        near = get_close_matches(code, sorted({known for number in range(10) for known in _pages(f"P0{number}")}), 3)
        hint = f" Did you mean {' or '.join(sorted(near))}?" if near else ""
        raise click.BadParameter(f"There is no code {code}.{hint}", param_hint="'NAME|WORD|CODE'")
    return "".join(f"{line}\n" for line in _page(code, pages[code]))


def _pages(hundred: str) -> dict[str, list[str]]:
    """The lines of each page of a hundred codes, the title first."""
    file = files("pricing.language.diagnostics").joinpath("pages").joinpath(f"{hundred}.md")
    if not file.is_file():
        return {}
    pages: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            code, _, title = line[3:].strip().partition(" ")
            lines = pages.setdefault(code, [title])
        else:
            lines.append(line)
    return pages


_BLOCKS = {"wrong": "Instead of", "right": "Write"}
"""What stands above the examples of a page."""


def _page(code: str, lines: list[str]) -> Iterator[str]:
    """The lines of a page, with its Markdown made into plain text."""
    yield f"{click.style(f'{code} ({severity_of(code)})', bold=True)}: {lines[0]}"
    text: list[str] = []
    fenced = False
    for line in [*lines[1:], ""]:
        if line.startswith("```"):
            fenced = not fenced
            word = line.strip("`").strip()
            if fenced:
                yield from ("", f"{_BLOCKS.get(word, word)}:", "") if word else ("",)
        elif fenced:
            yield f"    {line}".rstrip()
        elif line.strip():
            text.append(line.strip())
        elif text:
            yield ""
            yield from wrapped(" ".join(text), columns())
            text = []
