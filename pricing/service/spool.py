"""What a client has sent and we have not taken yet: a little of it in memory, more in a temporary file, and that has an end.

Most clients send a whole batch before they read its answers, and who waits for them to read waits for ever. So what they
send is taken in meanwhile. Beyond `most` bytes they are waited for; who takes nothing for so long is read to the end, and
what does not fit is thrown away and told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile

from starlette.types import Receive

from pricing.service.problems import Refused

LITTLE = 1 << 18
"""Bytes that stay in memory."""
CHUNK = 1 << 16
"""Bytes that are taken at a time."""


class Spool:
    """The bytes of one request, between its connection and who works on them; a ring of `most` bytes."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        """For which a full one is waited for to get room."""
        self._file = SpooledTemporaryFile(max_size=LITTLE)  # noqa: SIM115  # closed in `close`
        self._using = asyncio.Lock()
        self._moved = asyncio.Event()
        self._put = self._taken = 0
        self._furthest = 0
        self._ended = self._over = False

    async def fill(self, receive: Receive) -> None:
        """Takes in what the client sends; returns when the client is gone, or has its answer."""
        while (message := await receive())["type"] == "http.request":
            await self._write(message.get("body", b""))
            if not message.get("more_body", False):
                self._ended = True
                self._moved.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """What has come, in order, until its end. Raises Refused where something was thrown away."""
        while True:
            place = self._taken % self.most
            size = min(CHUNK, self._put - self._taken, self.most - place)
            if size:
                data = await self._used(place, size, b"")
                self._taken += size
                self._moved.set()
                yield data
            elif self._over:
                told = f"more than {self.most} bytes were sent before their answers were read; read them meanwhile"
                raise Refused(413, "not-read", [(told, "")])
            elif self._ended:
                return
            else:
                await self._change()

    async def close(self) -> None:
        """Gives the file back."""
        async with self._using:  # a thread may still be at it
            self._file.close()

    async def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and not self._over:
            if self._put == self._taken:
                self._put = self._taken = 0
            place = self._put % self.most
            size = min(len(rest), self.most - (self._put - self._taken), self.most - place)
            try:
                if size:
                    await self._used(place, size, rest[:size])
                else:
                    async with asyncio.timeout(self.seconds):
                        await self._change()
            except OSError:  # nobody reads (a TimeoutError is one), or the disk is full
                self._over = True
            self._put += size * (not self._over)
            rest = rest[size:]
            self._moved.set()

    async def _change(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    async def _used(self, place: int, size: int, data: bytes | memoryview) -> bytes:
        """Writes there, or reads; where a disk may be asked, not in the loop."""
        self._furthest = max(self._furthest, place + size)
        async with self._using:
            if self._furthest <= LITTLE:
                return self._at(place, size, data)
            working = asyncio.ensure_future(asyncio.to_thread(self._at, place, size, data))
            try:
                return await asyncio.shield(working)
            finally:
                if not working.done():
                    await asyncio.wait([working])

    def _at(self, place: int, size: int, data: bytes | memoryview) -> bytes:
        self._file.seek(place)
        if data:
            self._file.write(data)
            return b""
        return self._file.read(size)
