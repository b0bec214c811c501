"""Many carts in one request: cut into parts, priced by all workers, answered in order.

Only a few parts are in hand at any time. The next is taken when an answer has been sent, so nothing is priced faster than
it is read. What a client sends meanwhile waits in a `Spool`; whoever leaves answers unread for too long is let go (`line`).
"""

from __future__ import annotations

import asyncio
import pickle
from asyncio import Task, create_task
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pricing.service.asks import Ask, Reply
from pricing.service.pool import Crew
from pricing.service.problems import Refused
from pricing.service.settings import Allowance
from pricing.service.spool import Spool

PART = 32
"""Carts in one part."""


def array_of(body: bytes, bounds: Allowance) -> list[bytes]:
    """The texts of the carts of a JSON array."""
    try:
        found = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "not-json", [("the body is not a JSON array of carts", "")]) from None
    if len(found) > bounds.carts:
        raise Refused(413, "too-large", [(f"more than {bounds.carts} carts in one array; send NDJSON", "")])
    return [bytes(one) for one in found]


async def listed(carts: list[bytes]) -> AsyncIterator[list[bytes]]:
    """The parts of an array."""
    for start in range(0, len(carts), PART):
        yield carts[start : start + PART]


async def lines_of(stream: AsyncIterable[bytes], bounds: Allowance) -> AsyncIterator[list[bytes]]:
    """The parts of an NDJSON body, as it arrives."""
    rest, part = b"", list[bytes]()
    async for data in stream:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line.strip():
                part.append(line if len(line) <= bounds.body else b"{")
            if len(part) == PART:
                yield part
                part = []
        if len(rest) > bounds.body:
            if part:
                yield part
            raise Refused(413, "too-large", [(f"a line has at most {bounds.body} bytes", "")])
    if rest.strip():
        part.append(rest)
    if part:
        yield part


class Lines(Response):
    """Answers as NDJSON."""

    media_type = "application/x-ndjson"
    opening, between, closing = b"", b"\n", b"\n"

    def __init__(self, pool: Crew, ask: Ask, note: Callable[[Reply], None]) -> None:
        """`note` is told each part's answer."""
        self.note = note
        self.pool = pool
        self.bounds = pool.settings.bounds
        self.ask = ask
        self.told_last: list[bytes] = []
        """Why what followed was not read."""
        super().__init__()
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Refused where too many batches are being answered, and ClientDisconnect when the client is gone."""
        if self.pool.batches.locked():
            raise Refused(429, "queue-full", [("too many batches are being answered", "")], retry=1)
        async with self.pool.batches:
            await self._answer(scope, receive, send)

    async def _answer(self, _: Scope, receive: Receive, send: Send) -> None:
        spool = Spool(self.bounds.spool, self.bounds.upload)
        try:
            await self._while_there(self._send(lines_of(spool, self.bounds), send), spool.fill(receive))
        finally:
            await spool.close()

    @staticmethod
    async def _while_there(work: Awaitable[None], there: Awaitable[None]) -> None:
        """Does the work unless the client goes. Raises ClientDisconnect when it is gone."""
        working, going = asyncio.ensure_future(work), asyncio.ensure_future(there)
        try:
            await asyncio.wait((working, going), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise ClientDisconnect
            await working
        finally:
            working.cancel()
            going.cancel()
            await asyncio.gather(working, going, return_exceptions=True)

    async def _send(self, parts: AsyncIterator[list[bytes]], send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        waiting: deque[tuple[int, list[bytes], Task[Reply]]] = deque()
        first, place = True, 0
        try:
            await send({"type": "http.response.body", "body": self.opening, "more_body": True})
            async for part in self._all(parts):
                if part is not None:
                    what = self.ask._replace(body=pickle.dumps(part), first=place)
                    waiting.append((place, part, create_task(self.pool.ask("quotes", what, slow=True))))
                    place += len(part)
                while waiting and (part is None or len(waiting) > 2 * self.pool.settings.workers):
                    text = self.between.join(await self._told(*waiting.popleft()))
                    body = text if first else self.between + text
                    first = False
                    await send({"type": "http.response.body", "body": body, "more_body": True})
            ending = self.told_last if first else [b"", *self.told_last]
            end = self.between.join(ending)
            if not first or self.opening:
                end += self.closing
            await send({"type": "http.response.body", "body": end, "more_body": False})
        finally:
            for _, _, task in waiting:
                task.cancel()

    async def _told(self, first: int, carts: list[bytes], task: Task[Reply]) -> list[bytes]:
        """The answers of a part; where its worker was lost, that problem for each of its carts."""
        try:
            answer = await task
        except Refused as refused:
            return [refused.body()] * len(carts)
        many = len(carts)
        self.note(answer)
        if answer.status != 200:
            return [answer.body] * many
        told = answer.body.split(b"\n")[:many]
        for place, text in enumerate(told):
            if not text:
                told[place] = await self._costly(carts[place], first + place)
        return told

    async def _costly(self, cart: bytes, place: int) -> bytes:
        """The answer to a cart that is no small one."""
        what = self.ask._replace(body=cart, first=place, whole=True)
        try:
            answer = await self.pool.ask("quote", what, costly=True)
        except Refused as refused:
            return refused.body()
        self.note(answer)
        return answer.body

    async def _all(self, parts: AsyncIterator[list[bytes]]) -> AsyncIterator[list[bytes] | None]:
        """The parts, then None: nothing more will come."""
        try:
            async for part in parts:
                yield part
        except Refused as refused:  # a line too long, or too much: told in its place, and the rest is not read
            self.told_last = [refused.body()]
        yield None


class Array(Lines):
    """Answers as one JSON array."""

    media_type = "application/json"
    opening, between, closing = b"[", b",", b"]"

    def __init__(
        self, pool: Crew, ask: Ask, note: Callable[[Reply], None], body: Callable[[Scope, Receive], Awaitable[bytes]]
    ) -> None:
        """`body` reads the whole body: only then is it known to be an array."""
        self.body_of = body
        super().__init__(pool, ask, note)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        carts = array_of(await self.body_of(scope, receive), self.bounds)

        async def there() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        await self._while_there(self._send(listed(carts), send), there())
