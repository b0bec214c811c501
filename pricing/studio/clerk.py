"""A process that answers what takes long, so that what is typed is priced meanwhile.

It has a `Workbench` of its own, told of every save. A question that nobody waits for any more ends with its process, and
the next one gets a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from pricing.processes import deaf_children
from pricing.studio.desk import Workbench


class Clerk:
    """One such process at a time. Used from one event loop."""

    def __init__(self, saved: Mapping[str, str]) -> None:
        self.saved = dict(saved)
        self._turn = asyncio.Lock()
        self._line: Connection | None = None
        self._process: BaseProcess | None = None

    def save(self, saved: Mapping[str, str]) -> None:
        """What is saved now; the process hears of it with the next question."""
        self.saved = dict(saved)

    async def ask_json(self, name: str, asked: str) -> str:
        """As `Workbench.ask_json`. When whoever asks goes away, the work ends."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._asked, name, asked)
            except asyncio.CancelledError:
                self.close()
                raise
            except (EOFError, OSError):
                self.close()
                return '{"error": "this took too much; please try again with less"}'

    def _asked(self, name: str, asked: str) -> str:
        line = self._line or self._start()
        line.send((self.saved, name, asked))
        answer: str = line.recv()
        return answer

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        with deaf_children():
            self._process.start()
        theirs.close()
        return self._line

    def close(self) -> None:
        """Ends the process, whatever it is doing. Who waits for its answer hears that there is none."""
        process = self._process
        self._line = self._process = None
        if process is not None:
            process.kill()


def _work(line: Connection) -> None:
    """What the process does until the other end is gone."""
    desk = Workbench({})
    with contextlib.suppress(EOFError, OSError):
        while True:
            saved, name, asked = line.recv()
            desk.saved = saved
            line.send(desk.ask_json(name, asked))
