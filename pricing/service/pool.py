"""The worker processes: a bounded queue before them, and a new one for each that ends.

A worker has one task at a time. When it ends, killed or out of time, its task is given to another once more where that
does no harm, for a quote is pure and every call of the ledger may be repeated; one that ran out of time is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from typing import Any, cast

from attrs import define

from pricing.service.asks import Ask, Reply
from pricing.service.desk import Load
from pricing.service.problems import Refused
from pricing.service.settings import Settings
from pricing.service.worker import HEAD, framed

LOG = logging.getLogger("pricing.service")
TRIES = 2


@define(eq=False)
class Errand:
    """One task and who waits for it."""

    name: str
    what: Any
    future: asyncio.Future[Any]
    seconds: float
    tries: int = 0


class Hand(asyncio.Protocol):
    """One worker process, as the front sees it."""

    def __init__(self, pool: Crew) -> None:
        self.pool = pool
        self.task: Errand | None = None
        self.generation = 0
        self.late = False
        self.buffer = bytearray()
        self.timer: asyncio.TimerHandle | None = None
        self.transport: asyncio.WriteTransport | None = None
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Starts the process."""
        ours, theirs = socket.socketpair()
        places = os.pathsep.join(place or str(os.getcwd()) for place in sys.path)  # noqa: PTH109
        command = [sys.executable, "-m", "pricing.service.worker", str(theirs.fileno())]
        with theirs:
            self.process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, "PYTHONPATH": places},
            )  # fmt: skip
        ours.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda: self, sock=ours)
        assert self.transport is not None
        self.transport.write(framed(self.pool.settings))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's is none by its class

    def give(self, task: Errand) -> None:
        """Sends a task."""
        assert self.transport is not None
        self.task = task
        self.timer = asyncio.get_running_loop().call_later(task.seconds, self.too_long)
        self.transport.write(framed((task.name, task.what)))

    def too_long(self) -> None:
        """Ends the process: its task has had its time."""
        self.late = True
        self.kill()

    def kill(self) -> None:
        """Ends the process at once."""
        if self.process is not None:
            self.process.kill()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) < HEAD.size:
            return
        size = HEAD.unpack_from(self.buffer)[0]
        if len(self.buffer) < HEAD.size + size:
            return
        found = pickle.loads(bytes(self.buffer[HEAD.size :]))  # noqa: S301  # from our own worker
        self.buffer.clear()
        task, self.task = self.task, None
        if self.timer is not None:
            self.timer.cancel()
        if task is not None and not task.future.done():
            task.future.set_result(found)
        self.pool.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.kill()
        self.pool.lost(self)


class Crew:
    """All of them, and the one beside them that reads rules."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hands: list[Hand] = []
        self.idle: deque[Hand] = deque()
        self.quick: deque[Errand] = deque()
        self.slow: deque[Errand] = deque()
        """Parts of batches: they wait until nobody else does."""
        self.reader: Hand | None = None
        self.book = b""
        self.generation = 0
        self.swapping: Hand | None = None
        self.settled = asyncio.Event()
        """All workers have the rules in force."""
        self.ended = 0
        """Workers that ended before their time."""
        self.trouble = ""
        """Why a worker could not take the rules that were read."""
        self.closing = False
        self.births: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Starts the workers and the reader."""
        for _ in range(self.settings.workers):
            await self._born()
        self.reader = Hand(self)
        await self.reader.start()

    async def _born(self) -> None:
        hand = Hand(self)
        self.hands.append(hand)
        await hand.start()
        self.free(hand)

    async def load(self) -> Load:
        """The folder as it is now, read by the process beside the workers."""
        if self.reader is None or self.reader.task is not None:
            raise Refused(409, "reading", [("the rules are being read", "")], retry=1)
        task = Errand("load", None, asyncio.get_running_loop().create_future(), 600.0)
        self.reader.give(task)
        found = await task.future
        assert isinstance(found, Load)
        return found

    async def swap(self, book: bytes) -> None:
        """Puts a rule book in force in all workers, one after another; returns when all have it."""
        self.book, self.trouble = book, ""
        self.generation += 1
        self.settled.clear()
        self._deal()
        await self.settled.wait()

    async def ask(self, name: str, what: Ask, *, slow: bool = False) -> Reply:
        """The answer to a task. Raises Refused when too many wait, or when its worker ended."""
        queue = self.slow if slow else self.quick
        if len(queue) >= self.settings.bounds.queue:
            raise Refused(429, "queue-full", [("too many requests are waiting", "")], retry=1)
        task = Errand(name, what, asyncio.get_running_loop().create_future(), self.settings.bounds.seconds)
        queue.append(task)
        self._deal()
        found = await task.future
        assert isinstance(found, Reply)
        return found

    @property
    def waiting(self) -> int:
        """Tasks without a worker."""
        return len(self.quick) + len(self.slow)

    def free(self, hand: Hand) -> None:
        """A worker has nothing to do."""
        if hand is not self.reader:
            self.idle.append(hand)
            self._deal()

    def _deal(self) -> None:
        for _ in range(len(self.idle)):
            hand = self.idle.popleft()
            if hand.generation != self.generation and (self.swapping is None or not hand.generation):
                self._renew(hand)
                continue
            task = self._next() if hand.generation or not self.generation else None
            if task is None:
                self.idle.append(hand)
            else:
                hand.give(task)
        if self.swapping is None and all(hand.generation == self.generation for hand in self.hands):
            self.settled.set()

    def _next(self) -> Errand | None:
        for queue in (self.quick, self.slow):
            while queue:
                task = queue.popleft()
                if not task.future.done():  # whoever asked may have gone
                    return task
        return None

    def _renew(self, hand: Hand) -> None:
        """Gives a worker the rules in force."""
        generation = self.generation
        if hand.generation:
            self.swapping = hand  # a worker without rules is nobody's loss while it takes them
        task = Errand("take", self.book, asyncio.get_running_loop().create_future(), 600.0, TRIES)

        def taken(future: asyncio.Future[Any]) -> None:
            if self.swapping is hand:
                self.swapping = None
            if future.cancelled() or future.exception() is not None:
                return
            if isinstance(found := future.result(), Exception):
                self.trouble = str(found)
                LOG.error("a worker could not take the rules: %s", type(found).__name__)
            hand.generation = generation
            asyncio.get_running_loop().call_soon(self._deal)

        task.future.add_done_callback(taken)
        hand.give(task)

    def lost(self, hand: Hand) -> None:
        """A worker has ended: another takes its place, and its task."""
        task, hand.task = hand.task, None
        if self.swapping is hand:
            self.swapping = None
        with contextlib.suppress(ValueError):
            self.hands.remove(hand)
        with contextlib.suppress(ValueError):
            self.idle.remove(hand)
        if task is not None and not task.future.done():
            task.tries += 1
            if hand.late:
                refused = Refused(503, "took-too-long", [(f"not done in {task.seconds:g} seconds", "")])
                task.future.set_exception(refused)
            elif task.tries < TRIES and not self.closing and hand is not self.reader:
                self.quick.appendleft(task)
            else:
                task.future.set_exception(Refused(503, "worker-ended", [("its worker ended", "")], retry=1))
                task.future.exception()
        if not self.closing:
            self.ended += 1
            LOG.warning("a worker ended; another takes its place")
            birth = asyncio.get_running_loop().create_task(self._again(is_reader=hand is self.reader))
            self.births.add(birth)
            birth.add_done_callback(self.births.discard)

    async def _again(self, *, is_reader: bool) -> None:
        await asyncio.sleep(min(1.0, 0.01 * self.ended))
        if is_reader:
            self.reader = Hand(self)
            await self.reader.start()
        else:
            await self._born()

    async def close(self) -> None:
        """Ends all of them."""
        self.closing = True
        for hand in [*self.hands, *([self.reader] if self.reader is not None else [])]:
            if hand.transport is not None:
                hand.transport.close()
            if hand.process is not None:
                hand.kill()
                await asyncio.to_thread(hand.process.wait)
