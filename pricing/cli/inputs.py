"""Where carts come from: files of one cart, files and streams of one cart a line. Read as they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import click
from attrs import frozen

LINES = (".jsonl", ".ndjson")
"""Files that end so hold one cart a line."""


@frozen
class Source:
    """The text of one cart, and where it stands."""

    where: str
    """As in `carts.jsonl:3`."""
    text: bytes
    one_of_many: bool
    """It stands on a line of its own among others."""


def sources(names: Iterable[str]) -> Iterator[Source]:
    """The carts of all named files, in order; `-` is the standard input. Raises OSError when a file is not there."""
    for name in names:
        if name == "-":
            yield from _from_stream(sys.stdin.buffer, "<stdin>")
        elif name.lower().endswith(LINES):
            with Path(name).open("rb") as stream:
                yield from _from_lines(enumerate(stream, 1), click.format_filename(name))
        else:
            yield Source(click.format_filename(name), Path(name).read_bytes(), False)


def total_size(names: Iterable[str]) -> int | None:
    """Bytes in all files together; None when that cannot be known."""
    total = 0
    for name in names:
        if name == "-" or not Path(name).is_file():
            return None
        total += Path(name).stat().st_size
    return total


def _from_lines(lines: Iterable[tuple[int, bytes]], name: str) -> Iterator[Source]:
    for number, line in lines:
        if line.strip():
            yield Source(f"{name}:{number}", line, True)


def _from_stream(stream: BinaryIO, name: str) -> Iterator[Source]:
    """One cart a line when the first line is an object from end to end, else one cart."""
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo("Reading a cart from the keyboard; Ctrl-D on a new line ends it.", err=True)
    before = b""
    lines = enumerate(stream, 1)
    for number, line in lines:
        whole = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not whole:
            before += line
            continue
        if whole.startswith(b"{") and whole.endswith(b"}"):
            yield from _from_lines(chain([(number, line)], lines), name)
        else:
            yield Source(name, before + line + stream.read(), False)
        return
    yield Source(name, before, False)
