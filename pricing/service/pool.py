"""The processes: workers with bounded queues before them, and the one that reads rules and begins workers.

A worker has a few quotes ahead, so that it need not wait for the next one. When it ends, killed or out of time, what it had
is given to another once more, for a quote is pure and every call of the ledger may be repeated; what ran out of time is
not. A cart that proves costly goes to a worker of its own kind, so that small carts never wait for it.

Other rules are put in force by other workers: when all of them are there, they get what comes from then on, and those of
before finish what they have.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from pricing.service.asks import AGAIN, Ask, Reply
from pricing.service.desk import Load
from pricing.service.frames import Hello, framed
from pricing.service.hand import Errand, Hand
from pricing.service.problems import Refused
from pricing.service.settings import Settings

LOG = logging.getLogger("pricing.service")
TRIES = 2
AHEAD = 8
"""Quotes that one worker may have at a time."""
HELD_UP = 0.005
"""Seconds after which what stands behind a worker's task is given to an idle one too."""
_LOOK = 0.2
"""Seconds between two looks whether a worker that was begun is still there."""
_LOADING = 600.0
"""Seconds to read the rules in."""


class Crew:
    """All of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hands: list[Hand] = []
        self.heavy: list[Hand] = []
        """For carts that are costly."""
        self.quick: deque[Errand] = deque()
        self.slow: deque[Errand] = deque()
        """Parts of batches: they wait until nobody else does."""
        self.costly: deque[Errand] = deque()
        self.batches = asyncio.Semaphore(settings.bounds.batches)
        """One for each batch that may be answered at a time."""
        self.reader: Hand | None = None
        self.ended = 0
        """Processes that ended before their time."""
        self.changed: Callable[[], None] = lambda: None
        """Is called when the process that reads rules had to be begun anew."""
        self._expected: dict[int, asyncio.Future[Hand]] = {}
        self._ticket = 0
        self._swap = asyncio.Lock()
        self._closing = False
        self._chores: set[asyncio.Task[None]] = set()
        self._place = ""
        self._server: asyncio.AbstractServer | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._look: asyncio.TimerHandle | None = None

    # Life

    async def start(self) -> None:
        """Begins to listen for processes, and starts the one that reads rules."""
        self._place = tempfile.mkdtemp(prefix="pricing-")  # for its owner only
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._met, f"{self._place}/socket")
        await self._read()

    def _met(self) -> Hand:
        return Hand(self.settings.bounds.seconds, self._greeted, self._done, self._lost)

    async def _read(self) -> None:
        """Starts the process that reads rules."""
        places = os.pathsep.join(place or str(os.getcwd()) for place in sys.path)  # noqa: PTH109
        arrived = self._expect(0)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pricing.service.worker", f"{self._place}/socket"],
            stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "PYTHONPATH": places},
        )  # fmt: skip
        reader = await asyncio.wait_for(arrived, _LOADING)
        reader.seconds = _LOADING
        assert reader.transport is not None
        reader.transport.write(framed(self.settings))
        self.reader = reader

    def _expect(self, ticket: int) -> asyncio.Future[Hand]:
        self._expected[ticket] = asyncio.get_running_loop().create_future()
        return self._expected[ticket]

    def _greeted(self, hand: Hand, hello: Hello) -> None:
        waiting = self._expected.pop(hello.ticket, None)
        if waiting is None or waiting.done():
            hand.leave()
        else:
            waiting.set_result(hand)

    async def close(self) -> None:
        """Ends all of them."""
        self._closing = True
        for chore in self._chores:
            chore.cancel()
        everybody = [*self.hands, *self.heavy, *([self.reader] if self.reader is not None else [])]
        for hand in everybody:
            hand.kill()
        if self._server is not None:
            self._server.close()
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        shutil.rmtree(self._place, ignore_errors=True)

    # Rules

    async def load(self) -> Load:
        """Has the folder read as it is now. Raises Refused when it is being read already."""
        if self.reader is None or any(task.name == "load" for task in self.reader.tasks):
            raise Refused(409, "reading", [("the rules are being read", "")], retry=1)
        found = await self._told("load", None)
        assert isinstance(found, Load)
        return found

    async def _told(self, name: str, what: Any) -> Any:
        """What the process that reads rules answers."""
        if self.reader is None:
            raise Refused(503, "worker-ended", [("the process that reads rules is being begun", "")], retry=1)
        task = Errand(name, what, asyncio.get_running_loop().create_future())
        self.reader.give(task)
        return await task.future

    async def swap(self) -> str:
        """Puts the rules that were read last in force, with workers of their own; why that cannot be, or nothing."""
        async with self._swap:
            new = await self._begun([False] * self.settings.workers + [True] * self.settings.heavy, is_new=True)
            trouble = next((hand.hello.trouble for hand in new if hand.hello and hand.hello.trouble), "")
            leaving = new if trouble else [*self.hands, *self.heavy]
            if not trouble:
                await self._told("took", None)
                self.hands, self.heavy = [], []
                self._take(new)
            for hand in leaving:
                hand.leave()
            self._deal()
            return trouble

    async def _begun(self, kinds: list[bool], *, is_new: bool) -> list[Hand]:
        """New workers, each for costly carts or not: of the rules that were read last, or of those in force.

        Fewer where some have ended before they could say that they are there."""
        made: list[tuple[asyncio.Future[Hand], int, bool]] = []
        found = []
        try:
            for is_heavy in kinds:
                self._ticket += 1
                arrived = self._expect(self._ticket)
                made.append((arrived, await self._told("fork", (self._ticket, is_heavy, is_new)), is_heavy))
            for arrived, number, is_heavy in made:
                while not arrived.done() and _is_there(number):
                    await asyncio.wait((arrived,), timeout=_LOOK)
                if arrived.done():
                    arrived.result().is_heavy = is_heavy
                    found.append(arrived.result())
        finally:
            for arrived, _, _ in made:
                if not arrived.done():
                    arrived.cancel()  # who comes late is sent away
                elif arrived.result() not in found:
                    arrived.result().leave()
        return found

    def _take(self, new: list[Hand]) -> None:
        """Workers that are there get tasks from now on; in the place of those that have ended meanwhile others are begun."""
        self.hands += [hand for hand in new if not hand.is_gone and not hand.is_heavy]
        self.heavy += [hand for hand in new if not hand.is_gone and hand.is_heavy]
        many = self._missing()
        if many:
            self.ended += len(many)
            self._begin(self._filled())

    def _missing(self) -> list[bool]:
        """The kind of each worker that there should be."""
        settings = self.settings
        return [False] * (settings.workers - len(self.hands)) + [True] * (settings.heavy - len(self.heavy))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        chore = asyncio.get_running_loop().create_task(work)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    # Tasks

    async def ask(self, name: str, what: Ask, *, slow: bool = False, costly: bool = False) -> Reply:
        """The answer to a task. Raises Refused when too many wait, or when its worker ended."""
        return await self.put(name, what, slow=slow, costly=costly)

    def put(self, name: str, what: Ask, *, slow: bool = False, costly: bool = False) -> asyncio.Future[Reply]:
        """The same, to be waited for. Raises Refused when too many wait."""
        queue = self.costly if costly else self.slow if slow else self.quick
        if len(queue) >= self.settings.bounds.queue:
            raise _full()
        if not self._ticket:
            raise Refused(503, "no-rules", [("there are no rules in force yet", "")], retry=1)
        task = Errand(name, what, asyncio.get_running_loop().create_future())
        queue.append(task)
        self._deal()
        return task.future

    @property
    def waiting(self) -> int:
        """Tasks without a worker."""
        return len(self.quick) + len(self.slow) + len(self.costly)

    def _deal(self) -> None:
        """Gives tasks to workers: to idle ones first, quotes to busy ones too."""
        if self.costly:
            for hand in self.heavy:
                if not hand.tasks and (task := _next(self.costly)) is not None:
                    hand.give(task)
        while self.quick or self.slow:
            if not self.hands:
                break
            hand = min(self.hands, key=_has)
            queue = self.quick or self.slow
            if hand.tasks and not self._may_follow(hand, queue[0]):
                break
            if (task := _next(queue)) is not None:
                hand.give(task)
                if len(hand.tasks) > 1 and self._look is None and len(self.hands) > 1:
                    self._look = hand.loop.call_later(HELD_UP, self._help)

    @staticmethod
    def _may_follow(hand: Hand, task: Errand) -> bool:
        """Whether a task may wait at a busy worker: quotes behind quotes, and a part of a batch behind one other."""
        most = AHEAD if task.name == "quote" else 2
        return task.is_quote and len(hand.tasks) < most and all(one.is_quote for one in hand.tasks)

    def _help(self) -> None:
        """What waits behind a task that takes long is given to an idle worker too: the first answer counts."""
        self._look = None
        idle = [hand for hand in self.hands if not hand.tasks]
        ahead = False
        for hand in self.hands:
            if len(hand.tasks) < 2:
                continue
            ahead = True
            if not idle or hand.loop.time() - hand.since < HELD_UP:
                continue
            task = hand.tasks[1]
            if not task.twice and not task.future.done():
                task.twice = True
                idle.pop().give(task)
        if ahead and self.hands:
            self._look = self.hands[0].loop.call_later(HELD_UP, self._help)

    def _done(self, hand: Hand, task: Errand, found: Any) -> None:
        """A worker has answered."""
        if not task.future.done():
            if isinstance(found, Reply) and found.status == AGAIN:
                self._costs_much(task)
            else:
                task.future.set_result(found)
        if hand is not self.reader:
            self._deal()

    def _costs_much(self, task: Errand) -> None:
        """Its cart was not done in the work that a small one takes: a worker for costly carts does it."""
        if task.what.whole:
            return  # another worker has said so already
        if len(self.costly) >= self.settings.bounds.queue:
            task.future.set_exception(_full())
            return
        task.what = task.what._replace(whole=True)
        self.costly.append(task)

    def _lost(self, hand: Hand) -> None:
        """A process has ended: another takes its place, and its tasks."""
        is_reader, was_ours = hand is self.reader, hand in self.hands or hand in self.heavy
        self.hands = [one for one in self.hands if one is not hand]
        self.heavy = [one for one in self.heavy if one is not hand]
        for place, task in reversed(list(enumerate(hand.tasks))):
            self._lost_task(hand, task, is_first=place == 0)
        hand.tasks.clear()
        if self._closing or not (is_reader or was_ours):
            return
        self.ended += 1
        LOG.warning("a process ended; another takes its place")
        self._begin(self._read_again() if is_reader else self._filled())

    def _lost_task(self, hand: Hand, task: Errand, *, is_first: bool) -> None:
        if task.future.done():
            return
        task.tries += is_first
        if hand.late and is_first:
            told = Refused(503, "took-too-long", [(f"not done in {hand.seconds:g} seconds", "")])
            task.future.set_exception(told)
        elif task.tries < TRIES and not self._closing and hand is not self.reader:
            (self.costly if hand.is_heavy else self.quick).appendleft(task)
        else:
            task.future.set_exception(Refused(503, "worker-ended", [("its worker ended", "")], retry=1))
            task.future.exception()

    async def _filled(self) -> None:
        """Begins a worker for each that is missing."""
        await asyncio.sleep(min(1.0, 0.01 * self.ended))
        async with self._swap:
            if not self._ticket:
                return  # there are no rules yet
            with contextlib.suppress(Refused):
                self._take(await self._begun(self._missing(), is_new=False))
            self._deal()

    async def _read_again(self) -> None:
        """Starts the process that reads rules anew."""
        self.reader = None
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
        await asyncio.sleep(min(1.0, 0.01 * self.ended))
        await self._read()
        await self._filled()
        self.changed()


def _is_there(number: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def _has(hand: Hand) -> int:
    return len(hand.tasks)


def _next(queue: deque[Errand]) -> Errand | None:
    while queue:
        task = queue.popleft()
        if not task.future.done():  # whoever asked may have gone
            return task
    return None


def _full() -> Refused:
    return Refused(429, "queue-full", [("too many requests are waiting", "")], retry=1)
