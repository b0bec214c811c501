"""The processes behind the front. One reads rules and begins workers; a worker answers tasks until its socket ends.

Started by `pool` as `python -m pricing.service.worker SOCKET`, where SOCKET is a path that the front listens on. A worker
is a fork of the process that has read the rules, so it has them at once and shares their memory with the others.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

from pricing.service.desk import Desk
from pricing.service.frames import Frames, Hello, framed
from pricing.service.settings import Settings

_AT_ONCE = 0.002
"""Seconds for which an answer may be kept back, to go out together with the next."""
_NICE = 10
"""By so much processes for costly carts, and the one that reads rules, stand behind others."""


def main(place: str) -> None:
    """Reads rules, and begins workers, until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system cleans up after ended workers
    line = _connected(place)
    line.sendall(framed(Hello(0, os.getpid())))
    things = (thing for found in _things(line) for thing in found)
    settings = next(things, None)
    if not isinstance(settings, Settings):
        return
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    desk = Desk(settings, os.path.dirname(place))  # noqa: PTH120  # nothing but this of a path
    desk.found()
    for name, what in things:
        if name == "load":
            _stand(usual + _NICE)
            found = desk.load()
            _stand(usual)
            line.sendall(framed(found))
            continue
        number = 0
        if name == "took":
            desk.take()
        elif (number := os.fork()) == 0:
            line.close()
            with contextlib.suppress(Exception):
                work(desk, place, *what)
            os._exit(0)
        line.sendall(framed(number))


def work(desk: Desk, place: str, ticket: int, is_heavy: bool, is_new: bool) -> None:
    """Is a worker under the rules in force, or under new ones, until the other end is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    desk.engine = desk.loaded if is_new else desk.engine
    gc.freeze()  # what the workers share is not to be touched in looking for garbage
    if is_heavy:
        os.nice(_NICE)
    trouble = desk.open()
    with _connected(place) as line:
        line.sendall(framed(Hello(ticket, os.getpid(), desk.fingerprint, trouble)))
        for tasks in _things(line):
            told, since = b"", time.monotonic()
            for name, ask in tasks:
                told += framed(desk.answer(name, ask))
                if (now := time.monotonic()) - since > _AT_ONCE:
                    line.sendall(told)
                    told, since = b"", now
            if told:
                line.sendall(told)


def _stand(nice: int) -> None:
    """Stands so far behind others; coming forward again is allowed to few, and then not needed: all stand alike."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, nice)


def _connected(place: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.connect(place)
    return line


def _things(line: socket.socket) -> Iterator[list[Any]]:
    """What comes, as many at a time as are there."""
    frames = Frames()
    while data := line.recv(1 << 18):
        if found := list(frames.of(data)):
            yield found


if __name__ == "__main__":
    main(sys.argv[1])
