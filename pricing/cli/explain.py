"""`pricing explain`: a card as one paragraph of plain English, or the page of a code that `pricing check` gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import click

from pricing.cli.talk import columns, remark
from pricing.columns import clean, wrapped
from pricing.language.diagnostics.codes import severity_of
from pricing.language.text.lookalike import skeleton
from pricing.model.rule import Rule

CODE = re.compile(r"[Pp][0-9]{4}")


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of cards, for the shell."""
    from pricing.cli.loading import load

    folder = Path(ctx.params.get("folder") or "rules")
    rules = load(folder).partial.rules if folder.is_dir() else ()
    return [rule.name for rule in rules if rule.name.casefold().startswith(incomplete.casefold())]


@click.command("explain")
@click.argument("what", metavar="RULE|CODE", shell_complete=_complete)
@click.option("--rules", "folder", metavar="DIR", type=click.Path(file_okay=False), default="rules", show_default=True,
              help="The folder of rules.")  # fmt: skip
def command(what: str, folder: str) -> None:
    """Tell what a card means, or what a code of a mistake means.

    RULE is the name of a card: it is told as one paragraph, with the place where it stands. CODE is a code that
    `pricing check` has given, such as P0305.

    \b
    Examples:
      pricing explain every-30
      pricing explain SUMMER15 --rules rules
      pricing explain P0305
    """
    if CODE.fullmatch(what):
        click.echo(_coded(what.upper()), nl=False)
        return
    click.echo(_told(what, Path(folder)), nl=False)


# Cards


def _told(name: str, folder: Path) -> str:
    """The paragraph of a card. Raises click.BadParameter when there is none of that name."""
    from pricing.cli.loading import load
    from pricing.language.describe import paragraph

    if not folder.is_dir():
        raise click.UsageError(f"There is no folder called {folder}; name the folder of rules with --rules DIR.")
    loaded = load(folder)
    rule = _meant(name, loaded.partial.rules)
    if loaded.book is None:
        remark("These rules have mistakes, which `pricing check` shows; what is told here may be a part only.")
    place = f"{rule.place.file}:{rule.place.line}" if rule.place.file else folder.as_posix()
    return "".join(f"{clean(line)}\n" for line in (place, "", *wrapped(paragraph(rule), columns())))


def _meant(name: str, rules: Sequence[Rule]) -> Rule:
    by_name = {rule.name: rule for rule in rules}
    if name in by_name:
        return by_name[name]
    alike = [rule for rule in rules if rule.name.casefold() == name.casefold()]
    if len(alike) == 1:
        return alike[0]
    near = [known for known in by_name if skeleton(known) == skeleton(name)]
    folded = {known.casefold(): known for known in by_name}
    near = near or [folded[known] for known in get_close_matches(name.casefold(), folded, 3)]
    hint = f" Did you mean {' or '.join(near)}?" if near else " `pricing explain` takes the name of a card or a code."
    raise click.BadParameter(f"There is no card called {name!r}.{hint}", param_hint="'RULE|CODE'")


# Codes


def _coded(code: str) -> str:
    """The page of a code, for a terminal. Raises click.BadParameter when there is no such code."""
    pages = _pages(code[:3])
    if code not in pages:
        near = get_close_matches(code, sorted({known for number in range(10) for known in _pages(f"P0{number}")}), 3)
        hint = f" Did you mean {' or '.join(sorted(near))}?" if near else ""
        raise click.BadParameter(f"There is no code {code}.{hint}", param_hint="'RULE|CODE'")
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
