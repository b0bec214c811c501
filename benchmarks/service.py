"""What the service does beside what the engine alone does, on the same carts in one run.

    python -m benchmarks.service [--seconds 5] [--workers 1 2]

Prints carts a second of the engine alone (JSON in and out, one process), over HTTP with one and two workers, and as a batch,
with the ratios. The client is on the same machine and takes its part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.workloads import workload
from pricing.api import Engine
from pricing.wire import cart_from_json, quote_to_json

CONNECTIONS = 8
HEAD = "POST /v1/quote HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"


def alone(rules: Path, carts: list[bytes], seconds: float) -> float:
    """Carts a second of the engine in this process."""
    engine = Engine.load(rules)
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        quote_to_json(engine.quote(cart_from_json(carts[done % len(carts)])), "none").encode()
        done += 1
    return done / (time.perf_counter() - start)


def over_http(
    rules: Path, carts: list[bytes], seconds: float, workers: int, port: int
) -> tuple[float, float, float, float]:
    """(carts a second, p50 and p99 in milliseconds, carts a second of a batch)."""
    command = [sys.executable, "-m", "pricing.cli", "serve", "--rules", str(rules)]
    command += ["--workers", str(workers), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            times = asyncio.run(_load(port, carts, seconds))
            lines = b"".join(carts[place % len(carts)] + b"\n" for place in range(2000))
            start = time.perf_counter()
            media = {"Content-Type": "application/x-ndjson"}
            httpx.post(f"{url}/v1/quotes", content=lines, headers=media, timeout=120).raise_for_status()
            batch = 2000 / (time.perf_counter() - start)
        finally:
            process.terminate()
    cuts = statistics.quantiles(times, n=100)
    return len(times) / seconds, cuts[49] * 1000, cuts[98] * 1000, batch


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the service does not start")


async def _load(port: int, carts: list[bytes], seconds: float) -> list[float]:
    """Times of all requests of some connections that ask one after another; plain sockets, to take little of the machine."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def one(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while (start := time.perf_counter()) < end:
            body = carts[number % len(carts)]
            number += CONNECTIONS
            head = HEAD.format(len(body))
            writer.write(head.encode() + body)
            told = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert told.startswith(b"http/1.1 200"), told
            await reader.readexactly(int(told.split(b"content-length: ")[1].split(b"\r\n", 1)[0]))
            times.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*[one(place) for place in range(CONNECTIONS)])
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    size = workload("S", "loose", 100)
    carts = [json.dumps(cart).encode() for cart in size.carts]
    with tempfile.TemporaryDirectory() as place:
        rules = Path(place)
        for name, text in size.book.texts().items():
            (rules / name).parent.mkdir(parents=True, exist_ok=True)
            (rules / name).write_text(text, encoding="utf-8")
        base = alone(rules, carts, asked.seconds)
        print(f"engine alone: {base:.0f} carts/s")
        for number, workers in enumerate(asked.workers):
            rate, middle, high, batch = over_http(rules, carts, asked.seconds, workers, 18080 + number)
            print(
                f"{workers} workers: {rate:.0f} carts/s ({rate / base:.0%}), p50 {middle:.1f} ms, p99 {high:.1f} ms;"
                f" batch {batch:.0f} carts/s ({batch / base:.0%})"
            )


if __name__ == "__main__":
    main()
