"""A process that answers what takes long, so that what is typed is priced meanwhile.

It has a `Workbench` of its own, told of every save. A question that nobody waits for any more may end; where it takes too
long, its process is ended, and the next question gets a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from pricing.language.loading.kept import Kept
from pricing.processes import deaf_children
from pricing.studio.desk import Workbench

PATIENCE = 1.0
"""Seconds that a question which nobody waits for may keep the next one waiting: a new process takes about as long."""


class Clerk:
    """One such process at a time. Used from one event loop."""

    def __init__(self, saved: Mapping[str, str], kept: Kept | None = None) -> None:
        self.saved = dict(saved)
        self.kept = kept
        self._turn = asyncio.Lock()
        self._line: Connection | None = None
        self._process: BaseProcess | None = None
        self._told: tuple[Connection, Mapping[str, str]] | None = None
        """A process, by its line, and what it knows to be saved."""
        self._left: asyncio.Future[str] | None = None
        """The last question, which may go on when nobody waits for it any more."""

    def save(self, saved: Mapping[str, str]) -> None:
        """What is saved now; the process hears of it with the next question, if it is anything new."""
        if saved != self.saved:
            self.saved = dict(saved)

    async def ask_json(self, name: str, asked: str) -> str:
        """As `Workbench.ask_json`. Whoever asks may go away."""
        async with self._turn:
            if self._left is not None:
                await asyncio.wait([self._left], timeout=PATIENCE)
                if not self._left.done():
                    self.close()
            self._left = asyncio.ensure_future(asyncio.to_thread(self._asked, name, asked))
            self._left.add_done_callback(_heard)
            try:
                return await asyncio.shield(self._left)
            except (EOFError, OSError):
                self.close()
                return '{"error": "this took too much; please try again with less"}'

    def _asked(self, name: str, asked: str) -> str:
        line = self._line or self._start()
        told, saved = self._told, self.saved
        line.send((None if told is not None and told[0] is line and told[1] is saved else saved, name, asked))
        self._told = line, saved
        answer: str = line.recv()
        return answer

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self.kept), daemon=True)
        with deaf_children():
            process.start()
        theirs.close()
        self._line, self._process = mine, process
        return mine

    def close(self) -> None:
        """Ends the process, whatever it is doing. Who waits for its answer hears that there is none."""
        process = self._process
        self._line = self._process = None
        if process is not None:
            process.kill()


def _heard(left: asyncio.Future[str]) -> None:
    """Takes note of a failure that nobody waits for."""
    if not left.cancelled():
        left.exception()


def _work(line: Connection, kept: Kept | None) -> None:
    """What the process does until the other end is gone."""
    desk = Workbench({}, kept)
    with contextlib.suppress(EOFError, OSError):
        while True:
            saved, name, asked = line.recv()
            if saved is not None:
                desk.saved = saved
            line.send(desk.ask_json(name, asked))
