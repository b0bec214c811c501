"""`pricing check [DIR]`: every mistake in a folder of rules, and with --fix the safe ones put right.

The report goes to stdout, talk to stderr. Exit status: 0 fine, 1 errors, 2 wrong use.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from pricing.cli.files import RuleFolder
from pricing.cli.loading import load
from pricing.cli.moments import last_day, now
from pricing.cli.talk import columns, remark
from pricing.columns import clean, wrapped
from pricing.language.diagnostics.fixes import applied, safe_edits
from pricing.language.diagnostics.render import summary
from pricing.language.loading.load import Loaded, load_with, rule_files
from pricing.language.loading.plain import read_plain, write_whole
from pricing.model.rule import Campaign

BOM = "\ufeff"
MOST_NAMED = 6
"""Campaigns that are over and are named, the latest first."""
ROUNDS = 10
"""A fix may uncover the next one."""


@click.command("check")
@click.argument("folder", default="rules", metavar="[DIR]", type=RuleFolder())
@click.option("--format", "form", type=click.Choice(["text", "short", "json"]), default="text", help="How to tell it.")
@click.option("--fix", is_flag=True, help="Do the fixes that are marked [safe], and say which.")
@click.option("--diff", is_flag=True, help="Only show what --fix would change; nothing is written.")
def command(folder: str, form: str, fix: bool, diff: bool) -> None:
    """Report every mistake in the rules of DIR (default: rules).

    An error stops the rules from being used; a warning or a hint does not. `pricing explain CODE` tells more about
    each. With --fix the fixes that are marked [safe] are made, and what is left is reported.

    \b
    Examples:
      pricing check
      pricing check rules --fix
      pricing check rules --diff
      pricing check rules --format short
    """
    loaded = load(folder)
    if fix or diff:
        fixes = _Fixes(Path(folder), loaded)
        if diff:
            sys.exit(_show(fixes))
        fixes.write()
        loaded = load(folder)
    click.echo(loaded.report(form, colour=_colour()), nl=False)
    if form == "text":
        _sum_up(folder, loaded)
    sys.exit(1 if loaded.errors else 0)


def _sum_up(folder: str, loaded: Loaded) -> None:
    files = _count(len(rule_files(Path(folder))), "file")
    cards = _count(len(loaded.partial.rules), "card")
    ending = "" if loaded.diagnostics else f": {summary(())}"
    remark(f"{folder}: {files}, {cards}{ending}")
    over = [campaign for campaign in loaded.partial.campaigns if campaign.valid.end and campaign.valid.end <= now()]
    if over:
        _say_over(over, len(loaded.partial.campaigns))


def _say_over(over: Sequence[Campaign], count: int) -> None:
    """Campaigns of the past change no price; one that was meant for next year is among them, most likely."""
    over = sorted(over, key=lambda one: (one.valid.end or now(), one.name), reverse=True)
    named = [f"{one.name} ({last_day(one)})" for one in over[:MOST_NAMED]]
    more = f" and {len(over) - MOST_NAMED} more" if len(over) > MOST_NAMED else ""
    one = len(over) == 1
    head = f"In the past {'is' if one else 'are'} {len(over)} of {_count(count, 'campaign')}, so"
    head += f" {'its' if one else 'their'} cards change no price today:"
    for line in wrapped(f"{head} {', '.join(named)}{more}.", columns()):
        remark(line)


class _Fixes:
    """The safe fixes of a folder, done in memory."""

    def __init__(self, folder: Path, loaded: Loaded) -> None:
        self.folder = folder
        self.before: dict[str, str] = {}
        """Texts of files that have safe fixes, as they are on disk."""
        self.after: dict[str, str] = {}
        self.done: list[str] = []
        """As in `rules/a.promo:3:3: replace store with stores (P0104)`."""
        for _ in range(ROUNDS):
            count = len(self.done)
            for file in sorted({item.file for item in loaded.diagnostics}):
                self._fix(file, loaded)
            if len(self.done) == count:
                break
            loaded = load_with(folder, self.after)

    def _fix(self, file: str, loaded: Loaded) -> None:
        edits = safe_edits(loaded.diagnostics, file)
        if not edits:
            return
        if file not in self.before:
            try:
                self.before[file] = read_plain(file, self.folder).decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                # Offsets count the characters that stand in for unreadable bytes; writing them would lose the bytes.
                why = error.strerror if isinstance(error, OSError) else "it is not written in UTF-8"
                remark(f"{file}: left as it is: {why}")
                return
        text = self.after.get(file, self.before[file])
        mark = BOM if text.startswith(BOM) else ""
        self.after[file] = mark + applied(text.removeprefix(BOM), edits)
        says = {
            edit: f"{fix.says} ({item.code})" for item in loaded.diagnostics for fix in item.fixes for edit in fix.edits
        }
        self.done += [f"{file}:{edit.line}:{edit.column}: {' '.join(says[edit].split())}" for edit in edits]

    def write(self) -> None:
        """Writes the files, and says on stderr what was done."""
        for file, text in self.after.items():
            write_whole(file, text.encode("utf-8"))
        for says in self.done:
            remark(says)
        remark(f"fixed {_count(len(self.done), 'place')}")

    def diff(self) -> Iterator[str]:
        """What would change, as lines of a unified diff."""
        for file, text in self.after.items():
            old, new = self.before[file].splitlines(keepends=True), text.splitlines(keepends=True)
            yield from difflib.unified_diff(old, new, clean(file), f"{clean(file)} (fixed)")


def _show(fixes: _Fixes) -> int:
    """Shows what would change; the exit status."""
    click.echo("".join(fixes.diff()), nl=False)
    remark(f"{_count(len(fixes.done), 'place')} would be fixed")
    return 1 if fixes.done else 0


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
