"""`pricing test`: the example carts beside the rules, run and compared; what differs is shown side by side."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

import click

from pricing import examples
from pricing.api import Engine
from pricing.cli.beside import moves, rules_in, side_by_side
from pricing.cli.loading import engine_of
from pricing.cli.talk import COLUMNS, columns, complain, remark
from pricing.examples import Example, ExampleError, RunExample
from pricing.model.rule import Rule

WIDE = 2 * COLUMNS + 3
"""Two whole receipts; what a file gets. A terminal gets what it has room for."""
NARROW = 70


@click.command("test")
@click.argument("where", metavar="[DIR|FILE]...", nargs=-1, type=click.Path(exists=True))
@click.option("--rules", "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False),
              help="The folder of rules that a FILE belongs to; default: rules, when FILE stands in it.")  # fmt: skip
@click.option("--update", is_flag=True, help="Write what comes out into the files as what is expected.")
def command(where: tuple[str, ...], folder: str | None, update: bool) -> None:
    """Run the example carts beside the rules.

    DIR is a folder of rules (default: rules), whose *.examples.md files are run; FILE is one such file, priced with the
    rules of the folder that --rules names. An example that comes out otherwise than expected is shown side by side, with
    the rules that moved it; the exit status is 1 then.

    \b
    Examples:
      pricing test
      pricing test rules --update
      pricing test rules/campaigns/2026/summer-brand-week.examples.md
    """
    places = where or ("rules",)
    if not where and not Path("rules").is_dir():
        raise click.UsageError("There is no folder called rules here; name the folder: pricing test DIR")
    count = failed = written = 0
    empty: list[Path] = []
    for root, files in _grouped(places, folder):
        engines = _Engines(root)
        for file in files:
            try:
                outcomes = [engines.run(example) for example in examples.load(file, root)]
                count += len(outcomes)
                empty += [] if outcomes else [file]
                if update:
                    written += _update(file, outcomes, root)
                    outcomes = [outcome for outcome in outcomes if outcome.problem]
            except ExampleError as error:
                failed += 1
                complain("examples", str(error))
                continue
            for outcome in outcomes:
                if not outcome.ok:
                    failed += 1
                    _show(outcome, engines.rules(outcome.example))
    _sum_up(count, failed, written, update, empty)
    if failed:
        raise click.exceptions.Exit(1)


def _sum_up(count: int, failed: int, written: int, update: bool, empty: list[Path]) -> None:
    for file in empty:
        remark(f"{file}: there is no example in it, for no heading (## …) has a cart block (```cart) under it.")
    if not count and not failed:
        if not empty:
            remark(f"There are no examples here: no file ends in {examples.SUFFIX}.")
        return
    many = "1 example" if count == 1 else f"{count} examples"
    if update:
        blocks = "1 block" if written == 1 else f"{written} blocks"
        remark(f"{many}, {blocks} rewritten" + (f", {failed} could not be priced." if failed else "."))
    else:
        remark(f"{many}, " + (f"{failed} failed." if failed else "all as expected."))


def _grouped(places: Iterable[str], folder: str | None) -> Iterator[tuple[Path | None, list[Path]]]:
    """(folder of rules, its example files) of what was named."""
    for place in places:
        path = Path(place)
        if path.is_dir():
            yield path, examples.find(path)
        else:
            named = folder or "rules"
            yield Path(named) if folder or path.absolute().is_relative_to(Path(named).absolute()) else None, [path]


class _Engines:
    """The engine of a folder, made when an example first asks for it."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self.engine: Engine | None = None

    def run(self, example: Example) -> RunExample:
        """Raises RuleErrors when the folder's rules are wrong."""
        if self.engine is None and not example.texts and self.root is not None:
            self.engine = engine_of(self.root)
        return examples.run(example, self.engine)

    def rules(self, example: Example) -> dict[str, Rule]:
        """The rules that priced an example which could be priced, by name."""
        engine = Engine.from_texts(example.texts) if example.texts else self.engine
        return {rule.name: rule for rule in engine.book.rules} if engine is not None else {}


def _update(file: Path, outcomes: list[RunExample], folder: Path | None) -> int:
    written = examples.update(file, outcomes, folder)
    for outcome in outcomes:
        if not outcome.ok and not outcome.problem:
            remark(f"Rewritten: {outcome.example.where}: {outcome.example.title}")
    return written


def _show(outcome: RunExample, rules: dict[str, Rule]) -> None:
    """A failing example on stdout: the texts side by side, and the rules that moved."""
    click.echo(f"{click.style('FAILED', fg='red', bold=True)} {outcome.example.where}: {outcome.example.title}")
    if outcome.problem:
        click.echo(outcome.problem.rstrip("\n") + "\n")
        return
    room = max(NARROW, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDE
    for name, block, now in outcome.compared():
        old = block.text if block is not None else ""
        if old == now:
            continue
        if block is None:
            click.echo(now, nl=False)
            continue
        heads = (f"expected {name}", f"{name} now")
        for one, sign, other in side_by_side(old, now, room, heads):
            _echo(one, sign, other)
    for sentence in _reasons(outcome, rules):
        # A path is never cut, so that it can be copied.
        for line in wrap(sentence, columns(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False):
            click.echo(line)
    click.echo()


def _echo(one: str, sign: str, other: str) -> None:
    if sign != " ":
        one, other = click.style(one, fg="red"), click.style(other, fg="green")
    click.echo(f"{one} {sign} {other}".rstrip())


def _reasons(outcome: RunExample, rules: dict[str, Rule]) -> Iterator[str]:
    """Which rules moved the receipt, or its reasons, and where they stand."""
    example = outcome.example
    if example.receipt is None:
        yield "It has no receipt block yet; `pricing test --update` writes it."
        return
    moved = moves(example.receipt.text, outcome.receipt, rules)
    for move in moved:
        yield f"Moved by {move.rule}{_place(move.rule, rules)}: {move.says()}."
    if moved:
        return
    if example.receipt.text != outcome.receipt:
        yield "No rule moved: the cart, its prices or the words of the receipt are different."
    elif example.why is not None and (named := rules_in(example.why.text, outcome.why, rules)):
        for name in named:
            yield f"Reasons changed for {name}{_place(name, rules)}."


def _place(name: str, rules: dict[str, Rule]) -> str:
    rule = rules.get(name)
    if rule is None:
        return " (no longer in the rules)"
    return f" ({rule.place.file}:{rule.place.line})" if rule.place.file else ""
