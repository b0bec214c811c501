"""A worker process: reads tasks from its socket, answers each, ends when the socket does.

Frames are a length of four bytes and a pickle; both ends are this program. Started by `pool` as
`python -m pricing.service.worker FD`.
"""

from __future__ import annotations

import pickle
import signal
import socket
import struct
import sys
from typing import Any

from pricing.service.desk import Desk
from pricing.service.settings import Settings

HEAD = struct.Struct("!I")


def framed(thing: Any) -> bytes:
    """A thing as it goes over the socket."""
    body = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(body)) + body


def main(number: int) -> None:
    """Works until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=number) as line, line.makefile("rb") as stream:
        first = _next(stream)
        assert isinstance(first, Settings)
        desk = Desk(first)
        while (task := _next(stream)) is not None:
            line.sendall(framed(_done(desk, task)))


def _next(stream: Any) -> Any:
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    body = stream.read(HEAD.unpack(head)[0])
    return pickle.loads(body)  # noqa: S301  # from the process that started this one


def _done(desk: Desk, task: tuple[str, Any]) -> Any:
    name, what = task
    if name == "take":
        try:
            return desk.take(what)
        except Exception as error:  # the old rules stay; the front tells it  # noqa: BLE001
            return error.__class__(str(error)) if isinstance(error, ValueError) else RuntimeError(str(error))
    if name == "load":
        return desk.load()
    return desk.answer(name, what)


if __name__ == "__main__":
    main(int(sys.argv[1]))
