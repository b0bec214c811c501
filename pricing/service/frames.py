"""How the front and its processes talk: a length of four bytes, then a pickle; both ends are this program."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

HEAD = struct.Struct("!I")


class Hello(NamedTuple):
    """The first thing that a process says of itself."""

    ticket: int
    """What it was started for; 0: it reads rules and begins workers."""
    number: int
    """Its process id."""
    rules: str = ""
    """The fingerprint of the rules that it holds."""
    trouble: str = ""
    """Why it cannot work under them."""


def framed(thing: Any) -> bytes:
    """A thing as it goes over the socket."""
    body = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(body)) + body


class Frames:
    """What has come, cut into things."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def of(self, data: bytes) -> Iterator[Any]:
        """The things that are complete with these bytes."""
        if self._buffer:
            self._buffer += data
            data = bytes(self._buffer)
        place, end = 0, len(data)
        found = []
        while place + HEAD.size <= end:
            size = HEAD.unpack_from(data, place)[0]
            after = place + HEAD.size + size
            if after > end:
                break
            found.append(pickle.loads(memoryview(data)[place + HEAD.size : after]))  # noqa: S301  # our own process
            place = after
        self._buffer = bytearray(data[place:]) if place < end else bytearray()
        return iter(found)
