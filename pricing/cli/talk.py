"""What a command says beside its data, on stderr: complaints, and how far it has come."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import Any

import click

from pricing.columns import clean

PATIENCE = 1.0
"""Seconds before a progress bar appears."""
LINE_PATIENCE = 10.0
"""Seconds before a line says how far it is."""


COLUMNS = 80
"""Of what is printed where there is no terminal to fit."""
NARROWEST, WIDEST = 60, 100


def columns() -> int:
    """How many columns what is printed may take: those of the terminal, within reason; 80 in a file or a pipe."""
    if not sys.stdout.isatty():
        return COLUMNS
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def complain(where: str, what: str) -> None:
    """One line on stderr, as in `error: carts.jsonl:3: this field is missing @ lines[0].price`."""
    fail(f"{where}: {what}")


def fail(what: str) -> None:
    """One line on stderr, as in `error: there is no ledger here`."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {clean(what)}", err=True)


def remark(what: str) -> None:
    """One line on stderr, without anything that could steer a terminal: names of files and options hold anything."""
    click.echo(clean(what), err=True)


class Progress:
    """How far long work has come, on stderr. On a terminal a bar, unless data is shown beside it: because that goes
    elsewhere, or, `while_silent`, because the work brings none. Where nobody looks, as in a log, a line now and then.

    `total` is in bytes; None: not known, so there is no bar, and lines say how much was read. To be used in a `with`.
    """

    def __init__(self, total: int | None, label: str = "Pricing", while_silent: bool = False) -> None:
        self.total = total
        self.label = label
        self.done = 0
        self.shown = 0
        self.start = time.monotonic()
        self.bar: Any = None
        self.wanted = sys.stderr.isatty() and (while_silent or not sys.stdout.isatty())
        self.next_line = LINE_PATIENCE

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.clear()

    def advance(self, done: int) -> None:
        """So many more bytes are done."""
        self.done += done
        if not self.wanted or not self.total:
            self._line()
            return
        if time.monotonic() - self.start < PATIENCE:
            return
        if self.bar is None:
            self.bar = click.progressbar(length=self.total, label=self.label, file=sys.stderr, update_min_steps=1)
            self.bar.__enter__()
            self.shown = 0
        self.bar.update(self.done - self.shown)
        self.shown = self.done

    def _line(self) -> None:
        """A line at first soon, then ever more seldom: as long as it has taken so far."""
        gone = time.monotonic() - self.start
        if gone < self.next_line or sys.stdout.isatty():
            return
        self.next_line = 2 * gone
        far = f"{100 * self.done // self.total}%" if self.total else f"{self.done / 1_000_000:.1f} MB"
        remark(f"{self.label}: {far} after {gone:.0f} s")

    def reach(self, done: int, total: int) -> None:
        """So many bytes of so many are done."""
        self.total = total
        self.advance(done - self.done)

    def clear(self) -> None:
        """Ends the bar's line, so that other talk starts on a new one."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
            self.bar = None
