"""Where carts come from: files of one cart, files and streams of one cart a line. Read as they are asked for."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import click
from attrs import frozen

LINES = (".jsonl", ".ndjson")
"""Files that end so hold one cart a line."""

LARGEST_CART = 100_000_000
"""Bytes; a device without an end must not take the memory."""


@frozen
class CartText:
    """The text of one cart, and where it stands."""

    where: str
    """As in `carts.jsonl:3`."""
    text: bytes
    one_of_many: bool
    """It stands on a line of its own among others."""


def standard_input() -> BinaryIO:
    """The standard input. Raises click.UsageError when it is closed."""
    if sys.stdin is None:
        raise click.UsageError("The standard input (-) is closed; there is nothing to read.")
    return sys.stdin.buffer


def read_cart(name: str) -> bytes:
    """A file of JSON that is named on the command line; a pipe too, as shells make of `<(...)`. Raises OSError."""
    with Path(name).open("rb") as stream:
        return _all_of(stream, name)


def _all_of(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(LARGEST_CART + 1)
    if len(data) > LARGEST_CART:
        raise OSError(errno.EFBIG, f"this is larger than {LARGEST_CART // 1_000_000} MB, which no cart is", name)
    return data


def _lines_of(stream: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """Numbered lines. Raises OSError at one that is too long to be a cart."""
    number = 0
    while line := stream.readline(LARGEST_CART + 1):
        number += 1
        if len(line) > LARGEST_CART:
            raise OSError(errno.EFBIG, f"line {number} is longer than {LARGEST_CART // 1_000_000} MB", name)
        yield number, line


def sources(names: Iterable[str]) -> Iterator[CartText]:
    """The carts of all named files, in order; `-` is the standard input. Raises OSError when a file is not there."""
    for name in names:
        if name == "-":
            yield from _from_stream(standard_input(), "<stdin>")
        elif name.lower().endswith(LINES):
            with Path(name).open("rb") as stream:
                yield from _from_lines(_lines_of(stream, name), name)
        else:
            yield CartText(name, read_cart(name), False)


def total_size(names: Iterable[str]) -> int | None:
    """Bytes in all files together; None when that cannot be known."""
    total = 0
    for name in names:
        if name == "-" or not Path(name).is_file():
            return None
        total += Path(name).stat().st_size
    return total


def _from_lines(lines: Iterable[tuple[int, bytes]], name: str) -> Iterator[CartText]:
    for number, line in lines:
        if line.strip():
            yield CartText(f"{name}:{number}", line, True)


def _from_stream(stream: BinaryIO, name: str) -> Iterator[CartText]:
    """One cart a line when the first line is an object from end to end, else one cart."""
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo("Reading a cart from the keyboard; Ctrl-D on a new line ends it.", err=True)
    before = b""
    lines = _lines_of(stream, name)
    for number, line in lines:
        whole = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not whole:
            before += line
            continue
        if whole.startswith(b"{") and whole.endswith(b"}"):
            yield from _from_lines(chain([(number, line)], lines), name)
        else:
            yield CartText(name, before + line + _all_of(stream, name), False)
        return
    yield CartText(name, before, False)
