"""The work folder of a replay: finished batches, each a file whose name says what it was made from and what it holds.

A file appears whole or not at all, so a run that was killed goes on where it stopped. `NNNNNNNN-INPUT-CONTENT.arrow`:
the number of the batch, the digest of the orders in it, the digest of the file. A file that does not hold what its name
says is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa

from pricing.simulate.mapping import WrongOrders

_LETTERS = 32
"""Of each digest in a name: 128 bits."""


class KeptBatches:
    """Batches of one task, kept in a folder under the names of their orders. One process writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._names = {int(file.name[:8]): file.name for file in sorted(folder.glob("*-*-*.arrow"))}

    def find(self, number: int, orders: str) -> Any | None:
        """The rows of a batch that is finished; None when it is not."""
        name = self._names.get(number)
        return None if name is None or name.split("-")[1] != orders else self._read(name)

    def put(self, number: int, orders: str, rows: Any) -> None:
        """Keeps the rows of a batch."""
        stale = self._names.pop(number, None)
        data = _packed(rows)
        name = f"{number:08d}-{orders}-{digest(data)}.arrow"
        write_whole(self.folder / name, data)
        if stale is not None and stale != name:
            (self.folder / stale).unlink()
        self._names[number] = name

    def cut(self, batches: int) -> None:
        """Removes what is left of a longer run: all batches from this number on."""
        for number in [number for number in self._names if number >= batches]:
            (self.folder / self._names.pop(number)).unlink()

    def read(self, number: int) -> Any:
        """The rows of one kept batch. Raises WrongOrders."""
        rows = self._read(self._names[number]) if number in self._names else None
        if rows is None:
            raise WrongOrders(f"{self.folder}: batch {number} is missing or damaged; run the replay once more")
        return rows

    def content(self, number: int) -> str:
        """The digest of a kept batch."""
        return self._names[number].removesuffix(".arrow").split("-")[2]

    def _read(self, name: str) -> Any | None:
        try:
            data = (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        if digest(data) != name.removesuffix(".arrow").split("-")[2]:
            return None
        with pa.ipc.open_file(pa.BufferReader(data)) as reader:
            return reader.get_batch(0)


def open_folder(folder: Path, task: str) -> None:
    """Makes a work folder the task's own. Raises WrongOrders when it is somebody else's."""
    folder.mkdir(parents=True, exist_ok=True)
    sign = folder / "replay.json"
    try:
        known = json.loads(sign.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if any(folder.iterdir()):
            raise WrongOrders(f"{folder}: this folder holds other things; name an empty or a new one") from None
        write_whole(sign, json.dumps({"task": task}).encode())
        return
    except (ValueError, UnicodeDecodeError):
        known = None
    if not isinstance(known, dict) or known.get("task") != task:
        raise WrongOrders(f"{folder}: this work folder is of another replay (other rules or wishes); name a new one")


def orders_digest(orders: Any) -> str:
    """What a batch of orders holds."""
    whole = hashlib.sha256()
    for name in ("number", "where", "cart"):
        for text in orders.column(name).to_pylist():
            data = str(text).encode("utf-8", "surrogatepass")
            whole.update(len(data).to_bytes(8, "big"))
            whole.update(data)
    return whole.hexdigest()[:_LETTERS]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_LETTERS]


def write_whole(file: Path, data: bytes) -> None:
    """Writes a file that is there whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def _packed(rows: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(rows)
    data: bytes = sink.getvalue().to_pybytes()
    return data
