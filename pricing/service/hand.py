"""One process as the front sees it: tasks go out in order, and their answers come back in that order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from attrs import define

from pricing.service.frames import Frames, Hello, framed

LOOKS = 10
"""How often a task is looked at in the time that it has."""
_TICKS = os.sysconf("SC_CLK_TCK")


@define(eq=False)
class Errand:
    """One task and who waits for it."""

    name: str
    what: Any
    future: asyncio.Future[Any]
    tries: int = 0
    twice: bool = False
    """A second worker has been given it too, for the first is held up."""

    @property
    def is_quote(self) -> bool:
        """Whether nothing changes when it is done twice or not at all."""
        return self.name in ("quote", "quotes")


class Hand(asyncio.Protocol):
    """A connection from one of our processes."""

    def __init__(
        self,
        seconds: float,
        greeted: Callable[[Hand, Hello], None],
        done: Callable[[Hand, Errand, Any], None],
        lost: Callable[[Hand], None],
    ) -> None:
        self.seconds = seconds
        """For one task, without what it waits for a processor; then the process is ended."""
        self.greeted, self.done, self.lost = greeted, done, lost
        self.hello: Hello | None = None
        self.is_heavy = False
        self.is_leaving = False
        """It gets nothing more, and ends when it has done what it has."""
        self.is_gone = False
        self.late = False
        self.tasks: deque[Errand] = deque()
        self.since = 0.0
        """When the first of its tasks was begun, by the loop's clock."""
        self.seen: Errand | None = None
        """The task in hand when it was looked at last, which has taken `taken` seconds since it was seen first."""
        self.taken = self.spent = 0.0
        self.frames = Frames()
        self.timer: asyncio.TimerHandle | None = None
        self.transport: asyncio.WriteTransport | None = None
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none by its class

    def give(self, task: Errand) -> None:
        """Sends a task."""
        assert self.transport is not None
        if not self.tasks:
            self.since = self.loop.time()
        self.tasks.append(task)
        if self.timer is None:
            self.timer = self.loop.call_later(self.seconds / LOOKS, self.look)
        self.transport.write(framed((task.name, task.what)))

    def look(self) -> None:
        """Ends the process when its task has had its time. A look that comes late counts no more than one in time does."""
        self.timer, before = None, self.spent
        runs, self.spent = _state(self.hello.number) if self.hello is not None else (False, 0.0)
        if not self.tasks:
            return
        if self.seen is self.tasks[0]:
            self.taken += self.spent - before if runs else self.seconds / LOOKS
        else:
            self.seen, self.taken = self.tasks[0], 0.0
        if self.taken >= self.seconds:
            self.late = True
            self.kill()
        else:
            self.timer = self.loop.call_later(self.seconds / LOOKS, self.look)

    def leave(self) -> None:
        """Ends the process as soon as it has done what it has."""
        self.is_leaving = True
        if not self.tasks and self.transport is not None:
            self.transport.close()

    def kill(self) -> None:
        """Ends the process at once."""
        if self.hello is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.hello.number, signal.SIGKILL)

    def data_received(self, data: bytes) -> None:
        for found in self.frames.of(data):
            if self.hello is None:
                self.hello = found
                self.greeted(self, found)
                continue
            task = self.tasks.popleft()
            self.since = self.loop.time()
            self.done(self, task, found)
        if self.is_leaving:
            self.leave()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_gone = True
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if not self.is_leaving:
            self.kill()
        self.lost(self)


def _state(number: int) -> tuple[bool, float]:
    """Whether a process runs, or waits for nothing but a processor, and its processor seconds; where a system tells."""
    try:
        words = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return False, 0.0
    return words[0] == b"R", (int(words[11]) + int(words[12])) / _TICKS
