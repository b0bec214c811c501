"""Callers of a service for the benchmarks: a server process to start and end, and a client that takes little of the machine.

The client speaks just enough HTTP/1.1: it sends one request after another on each connection and reads answers that have a
Content-Length.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, takewhile
from pathlib import Path

import httpx
from attrs import define, field

PATIENCE = 600.0
"""Seconds for a service to start, on a machine with much other work."""
TICKS = os.sysconf("SC_CLK_TCK")


@define
class Serving:
    """A running service."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def children(self) -> list[int]:
        """Process ids of what it has started."""
        found = Path(f"/proc/{self.process.pid}/task")
        names = [one / "children" for one in found.iterdir()]
        return [int(word) for name in names for word in name.read_text(encoding="ascii").split()]

    def seconds(self) -> dict[int, float]:
        """Processor seconds that it and its children have taken, by process id."""
        return {number: cpu(number) for number in (self.process.pid, *self.children())}


def cpu(number: int) -> float:
    """Processor seconds of a process."""
    words = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


@contextmanager
def serving(rules: Path, *options: str, workers: int = 1) -> Iterator[Serving]:
    """`pricing serve` for the time of a `with`, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pricing.cli", "serve", "--rules", str(rules), "--port", str(port)]
    command += ["--workers", str(workers), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            found = Serving(port, process)
            _wait(found)
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(service: Serving) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and service.process.poll() is None:
        try:
            if httpx.get(f"{service.url}/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the service does not start")


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A request as it goes over the line."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@define(eq=False)
class Answers:
    """What came of a load."""

    times: list[float] = field(factory=list)
    """Seconds of each answer that was as it should be."""
    failed: dict[str, int] = field(factory=dict)
    """By status line, or by what became of the connection."""

    def note(self, what: str) -> None:
        self.failed[what] = self.failed.get(what, 0) + 1

    def at(self, share: float) -> float:
        """Milliseconds below which this share of the answers lies."""
        times = sorted(self.times)
        return 1000 * times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")


class Caller(asyncio.Protocol):
    """One connection: the next request when the last is answered, until told to end."""

    def __init__(self, requests: Iterator[bytes], answers: Answers, fine: Callable[[bytes], bool]) -> None:
        self.requests = requests
        self.answers = answers
        self.fine = fine
        self.buffer = b""
        self.start = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self._end()
            return
        self.start = time.perf_counter()
        self.transport.write(request)

    def _end(self) -> None:
        self.transport.close()
        if not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer.lower().find(b"content-length: ", 0, head)
        size = int(self.buffer[at + 16 : self.buffer.find(b"\r\n", at)])
        if len(self.buffer) < head + 4 + size:
            return
        answer, self.buffer = self.buffer[: head + 4 + size], self.buffer[head + 4 + size :]
        if answer.startswith(b"HTTP/1.1 200") and self.fine(answer):
            self.answers.times.append(time.perf_counter() - self.start)
        else:
            self.answers.note("wrong" if answer.startswith(b"HTTP/1.1 200") else answer[:12].decode())
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.answers.note("connection lost")
            self.done.set_result(None)


def load(
    port: int,
    requests: Sequence[bytes],
    seconds: float,
    connections: int = 8,
    fine: Callable[[bytes], bool] = lambda _: True,
) -> Answers:
    """Sends requests in turn over some connections for so long."""
    end = time.perf_counter() + seconds
    return sent(port, takewhile(lambda _: time.perf_counter() < end, cycle(requests)), connections, fine)


def sent(
    port: int, requests: Iterator[bytes], connections: int, fine: Callable[[bytes], bool] = lambda _: True
) -> Answers:
    """Sends all requests over some connections, on each the next when the last is answered."""
    answers = Answers()

    async def all_of_them() -> None:
        loop = asyncio.get_running_loop()
        made = [
            await loop.create_connection(lambda: Caller(requests, answers, fine), "127.0.0.1", port)
            for _ in range(connections)
        ]
        await asyncio.gather(*[caller.done for _, caller in made])

    try:
        import uvloop
    except ImportError:
        asyncio.run(all_of_them())
    else:
        uvloop.run(all_of_them())
    return answers
