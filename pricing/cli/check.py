"""`pricing check [DIR]`: every mistake in a folder of rules, and with --fix the safe ones put right.

The report goes to stdout, talk to stderr. Exit status: 0 fine, 1 errors, 2 wrong use.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pricing.cli.files import RuleFolder, write_text
from pricing.cli.loading import load
from pricing.language.diagnostics.fixes import applied, safe_edits
from pricing.language.diagnostics.render import summary
from pricing.language.loading.load import Loaded

BOM = "\ufeff"


@click.command("check")
@click.argument("folder", default="rules", metavar="[DIR]", type=RuleFolder())
@click.option("--format", "form", type=click.Choice(["text", "short", "json"]), default="text", help="How to tell it.")
@click.option("--fix", is_flag=True, help="Do the fixes that are marked [safe].")
def command(folder: str, form: str, fix: bool) -> None:
    """Report every mistake in the rules of DIR (default: rules).

    An error stops the rules from being used; a warning or a hint does not. `pricing explain CODE` tells more about
    each. With --fix the fixes that are marked [safe] are made, and what is left is reported.

    \b
    Examples:
      pricing check
      pricing check rules --fix
      pricing check rules --format short
    """
    loaded = load(folder)
    if fix:
        loaded = _fixed(folder, loaded)
    click.echo(loaded.report(form, colour=_colour()), nl=False)
    if form == "text":
        found = summary(loaded.diagnostics)
        click.echo(f"{folder}: {found}" if not loaded.diagnostics else f"checked {folder}", err=True)
    sys.exit(1 if loaded.errors else 0)


def _fixed(folder: str, loaded: Loaded) -> Loaded:
    """The rules read again after the safe fixes; a fix may uncover the next one, so a few rounds are made."""
    done = 0
    for _ in range(10):
        count = sum(_fix_file(file, loaded) for file in sorted({item.file for item in loaded.diagnostics}))
        if not count:
            break
        done += count
        loaded = load(folder)
    click.echo(f"fixed {done} place{'' if done == 1 else 's'}", err=True)
    return loaded


def _fix_file(file: str, loaded: Loaded) -> int:
    edits = safe_edits(loaded.diagnostics, file)
    path = Path(file)
    if not edits or not path.is_file():
        return 0
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        # Offsets count the characters that stand in for the unreadable bytes; writing them would lose the bytes.
        return 0
    mark = BOM if text.startswith(BOM) else ""
    write_text(path, mark + applied(text.removeprefix(BOM), edits))
    return len(edits)


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
