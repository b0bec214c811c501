"""`pricing fmt [FILE…]`: rule files in their canonical layout.

Files are replaced whole or not at all. With --check or --diff nothing is written. Exit status: 0 fine, 1 something
would change or cannot be formatted, 2 wrong use.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pricing.cli.inputs import standard_input
from pricing.cli.talk import remark
from pricing.columns import clean
from pricing.language.formatter import fmt
from pricing.language.loading.load import rule_files
from pricing.language.loading.plain import LARGEST_FILE, home_of, read_plain, write_whole


@click.command("fmt")
@click.argument("files", nargs=-1, metavar="[FILE]…", type=click.Path(exists=True, allow_dash=True))
@click.option("--check", is_flag=True, help="Only say which files would change.")
@click.option("--diff", is_flag=True, help="Only show what would change.")
def command(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Put rule files into their canonical layout.

    A folder stands for its .promo files; default: rules. Nothing but spaces and line ends is changed. What was written
    is read again; a file whose meaning could not be proved to be the same is left as it is.

    \b
    Examples:
      pricing fmt
      pricing fmt rules/campaigns/2026/summer-brand-week.promo
      pricing fmt rules --check
      pricing fmt rules --diff
    """
    if not files and not Path("rules").is_dir():
        raise click.UsageError("There is no folder called rules here; name the files to format.")
    status = 0
    changed = count = 0
    for name, home in _expanded(files or ("rules",)):
        count += 1
        outcome = _one(name, home, check, diff)
        changed += outcome == "changed"
        if outcome == "problem" or (outcome == "changed" and (check or diff)):
            status = 1
    verb = "would change" if check or diff else "changed"
    remark(f"{count} file{'' if count == 1 else 's'}, {changed} {verb}")
    sys.exit(status)


def _expanded(names: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Each file, and the folder that a link must not lead out of."""
    for name in names:
        if name != "-" and Path(name).is_dir():
            yield from ((str(path), Path(name)) for path in rule_files(Path(name)))
        else:
            yield name, home_of(name, "rules")


def _one(name: str, home: Path, check: bool, diff: bool) -> str:
    """`same`, `changed` or `problem`."""
    try:
        data = standard_input().read(LARGEST_FILE) if name == "-" else read_plain(name, home)
        text = data.decode("utf-8")
    except (UnicodeDecodeError, OSError) as error:
        reason = "it is not written in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        remark(f"{name}: left as it is: {reason}")
        return "problem"
    formatted = fmt(text, name)
    if formatted.problem:
        remark(f"{name}: left as it is: {formatted.problem}")
    if diff:
        lines = difflib.unified_diff(
            text.splitlines(keepends=True), formatted.text.splitlines(keepends=True), clean(name),
            f"{clean(name)} (formatted)",
        )  # fmt: skip
        click.echo("".join(lines), nl=False)
    elif name == "-" and not check:
        click.echo(formatted.text, nl=False)
    elif formatted.text != text and check:
        click.echo(clean(name))
    elif formatted.text != text:
        write_whole(name, formatted.text.encode("utf-8"))
    return "problem" if formatted.problem else "changed" if formatted.text != text else "same"
