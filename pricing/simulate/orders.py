"""Past orders, read as they are asked for: JSON lines, CSV and Parquet become Arrow batches of carts in JSON.

Reads files (`.jsonl`, `.ndjson`, `.csv`, each also `.gz` and `.zst`; `.parquet`; `-` for JSON lines on the standard
input); makes batches with the columns `number`, `where` and `cart`. A batch ends after so many orders or so much text,
whatever reads it, so the same files make the same batches everywhere.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pricing.simulate.mapping import Columns, WrongOrders, carts_of, mapping_of

SCHEMA = pa.schema([("number", pa.int64()), ("where", pa.string()), ("cart", pa.string())])
ORDERS = 1_000
"""In one batch."""
TEXT = 8_000_000
"""Characters of carts in one batch."""
LONGEST = 100_000_000
"""Bytes of one line; a device without an end must not take the memory."""

Tell = Callable[[int], None]
"""Is told how many bytes of the files have been read so far."""


def batches(files: Iterable[str], columns: Columns | None = None, tell: Tell = lambda _: None) -> Iterator[Any]:
    """All orders, in the order of the files. Raises WrongOrders, OSError."""
    numbers: list[int] = []
    places: list[str] = []
    carts: list[str] = []
    size = 0
    for number, (where, cart) in enumerate(_orders(files, columns, tell)):
        numbers.append(number)
        places.append(where)
        carts.append(cart)
        size += len(cart)
        if len(carts) == ORDERS or size >= TEXT:
            yield pa.record_batch([numbers, places, carts], schema=SCHEMA)
            numbers, places, carts, size = [], [], [], 0
    if carts:
        yield pa.record_batch([numbers, places, carts], schema=SCHEMA)


def total_size(files: Iterable[str]) -> int | None:
    """Bytes of all files as they lie on the disk; None when that cannot be known."""
    files = list(files)
    return None if "-" in files else sum(Path(name).stat().st_size for name in files)


def _orders(files: Iterable[str], columns: Columns | None, tell: Tell) -> Iterator[tuple[str, str]]:
    before = 0
    for name in files:
        if name == "-":
            yield from _lines(sys.stdin.buffer, "<stdin>")
            continue
        if not Path(name).is_file():
            raise WrongOrders(f"{name}: there is no such file")

        def so_far(here: int, before: int = before) -> None:
            tell(before + here)

        kind, packing = _kind(name)
        try:
            if kind == "parquet":
                yield from _from_parquet(name, columns, so_far)
            else:
                yield from _from_text(name, kind, packing, columns, so_far)
        except pa.ArrowInvalid as error:
            raise WrongOrders(f"{name}: {str(error).splitlines()[0]}") from None
        before += Path(name).stat().st_size
        tell(before)


def _kind(name: str) -> tuple[str, str | None]:
    """What a file holds and how it is packed, by its name. Raises WrongOrders."""
    parts = [
        part for part in Path(name).name.lower().split(".") if not part.isdecimal()
    ]  # logs are turned: .jsonl.2.gz
    packing = {"gz": "gzip", "zst": "zstd", "zstd": "zstd"}.get(parts[-1])
    kind = parts[-2] if packing and len(parts) > 1 else parts[-1]
    if kind == "json" or (kind == "parquet" and packing):
        kind = ""
    known = {"jsonl": "jsonl", "ndjson": "jsonl", "csv": "csv", "parquet": "parquet", "pq": "parquet"}
    if kind not in known:
        raise WrongOrders(f"{name}: orders stand in .jsonl, .csv (also .gz, .zst) or .parquet files")
    return known[kind], packing


def _from_text(
    name: str, kind: str, packing: str | None, columns: Columns | None, tell: Tell
) -> Iterator[tuple[str, str]]:
    with pa.OSFile(name) as raw:
        stream: Any = pa.CompressedInputStream(raw, packing) if packing else raw
        try:
            with io.BufferedReader(stream, 1 << 20) as reader:
                found = _lines(reader, name) if kind == "jsonl" else _from_csv(reader, name, columns)
                for count, order in enumerate(found):
                    if count % 256 == 0 and not raw.closed:
                        tell(raw.tell())
                    yield order
        except OSError as error:  # Arrow's own, of what is packed wrongly, has no file name
            if error.filename is None:
                raise WrongOrders(f"{name}: {error}") from None
            raise


def _lines(reader: Any, name: str) -> Iterator[tuple[str, str]]:
    number = 0
    while line := reader.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise WrongOrders(f"{name}:{number}: this line is longer than {LONGEST // 1_000_000} MB")
        if not line.isspace():
            # What is not UTF-8 is told with the order, as a mistake in its JSON would be.
            yield f"{name}:{number}", line.decode("utf-8", "replace").strip()


def _from_csv(reader: Any, name: str, columns: Columns | None) -> Iterator[tuple[str, str]]:
    text = io.TextIOWrapper(reader, "utf-8-sig", newline="")
    rows = csv.DictReader(text)
    try:
        header = list(rows.fieldnames or ())
        if columns is None and "cart" in header:
            for row in rows:
                yield f"{name}:{rows.line_num}", row["cart"] or ""
            return
        mapping = _mapping(header, columns, name)
        for order, cart in carts_of(rows, mapping):
            yield f"{name}#{order}", cart
    except (csv.Error, UnicodeDecodeError) as error:
        raise WrongOrders(f"{name}:{rows.line_num}: {error}") from None


def _from_parquet(name: str, columns: Columns | None, tell: Tell) -> Iterator[tuple[str, str]]:
    size = Path(name).stat().st_size
    with pq.ParquetFile(name) as file:
        header = list(file.schema_arrow.names)
        done, every = 0, max(file.metadata.num_rows, 1)
        if columns is None and "cart" in header:
            for batch in file.iter_batches(1_000, columns=["cart"]):
                for place, cart in enumerate(batch.column(0).to_pylist(), done + 1):
                    yield f"{name}:{place}", cart if isinstance(cart, str) else ""
                done += len(batch)
                tell(size * done // every)
            return
        mapping = _mapping(header, columns, name)

        def rows() -> Iterator[dict[str, Any]]:
            nonlocal done
            for batch in file.iter_batches(5_000, columns=mapping.columns()):
                yield from batch.to_pylist()
                done += len(batch)
                tell(size * done // every)

        for order, cart in carts_of(rows(), mapping):
            yield f"{name}#{order}", cart


def _mapping(header: list[str], columns: Columns | None, name: str) -> Columns:
    if columns is None:
        return mapping_of(header, name)
    missing = [column for column in columns.columns() if column not in header]
    if missing:
        raise WrongOrders(f"{name}: there is no column {missing[0]!r}; there are {', '.join(header)[:500]}")
    return columns
