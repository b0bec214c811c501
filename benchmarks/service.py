"""What the service does beside what the engine alone does, and what harms it, each in one run.

    python -m benchmarks.service [speed] [batch] [hostile] [reload] [killed] [pieces] [--seconds 5] [--sizes S M L1]

Without names all of it. `speed` and `batch` take turns with the engine alone, so that what else the machine does
falls on all alike. Rates are per second, times in milliseconds; the client is on the same machine and takes its part of it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from benchmarks import hostile
from benchmarks.callers import Answers, Serving, cpu, load, post, serving
from benchmarks.postgres import server
from benchmarks.workloads import workload
from pricing.api import Engine
from pricing.wire import cart_from_json, quote_to_json

CONNECTIONS = 32
BATCH = 10_000


def written(texts: dict[str, str], place: Path) -> Path:
    """Rules as files."""
    for name, text in texts.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def alone(engine: Engine, carts: list[bytes], seconds: float) -> float:
    """Carts a second of the engine in this process, JSON in and out."""
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        quote_to_json(engine.quote(cart_from_json(carts[done % len(carts)])), "none").encode()
        done += 1
    return done / (time.perf_counter() - start)


def speed(size: str, seconds: float, rounds: int) -> None:
    """Single carts: the engine alone, one worker, two; and what one takes of the machine, which bounds what two can do."""
    shop = workload(size, "loose", 100)
    carts = [json.dumps(cart).encode() for cart in shop.carts]
    requests = [post("/v1/quote", cart) for cart in carts]
    rates: dict[str, list[float]] = {"engine alone": [], "1 worker": [], "2 workers": []}
    with ExitStack() as stack:
        rules = written(shop.book.texts(), Path(stack.enter_context(tempfile.TemporaryDirectory())))
        engine = Engine.load(rules)
        services = {many: stack.enter_context(serving(rules, workers=many)) for many in (1, 2)}
        for _ in range(rounds):
            rates["engine alone"].append(alone(engine, carts, seconds))
            for many, service in services.items():
                name = f"{many} worker{'s' * (many > 1)}"
                found, (worker, front, client) = taken(service, requests, seconds)
                rates[name].append(len(found.times) / seconds)
                print(
                    f"  {size}, {name}: p50 {found.at(0.5):.1f}, p99 {found.at(0.99):.1f}, failed {found.failed};"
                    f" processor: worker {worker:.3f}, front {front:.3f}, client {client:.3f},"
                    f" so two workers are at most {2 * worker / (worker + front + client):.2f} times a busy one",
                    flush=True,
                )
    base, one, _ = (statistics.mean(each) for each in rates.values())
    for name, each in rates.items():
        rate = statistics.mean(each)
        print(
            f"{size}, {name}: {rate:.0f} carts/s, {rate / base:.0%} of the engine alone, {rate / one:.2f} times one worker"
        )


def taken(service: Serving, requests: list[bytes], seconds: float) -> tuple[Answers, list[float]]:
    """What came of a load, and the milliseconds of processor that workers, front and client took for one answer."""
    load(service.port, requests, 0.5, CONNECTIONS)
    ours = (hostile.workers_of(service), [service.process.pid], [os.getpid()])
    before = [sum(map(cpu, each)) for each in ours]
    found = load(service.port, requests, seconds, CONNECTIONS)
    spent = [sum(map(cpu, each)) - start for each, start in zip(ours, before, strict=True)]
    return found, [1000 * one / max(1, len(found.times)) for one in spent]


def batch(rules: Path, carts: list[bytes], rounds: int) -> None:
    """Many carts at once: over HTTP with one and two workers, and `pricing quote --jobs` of as many."""
    lines = b"".join(carts[place % len(carts)] + b"\n" for place in range(BATCH))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "carts.jsonl"
        file.write_bytes(lines)
        for _ in range(rounds):
            for workers in (1, 2):
                with serving(rules, workers=workers) as service:
                    start = time.perf_counter()
                    media = {"Content-Type": "application/x-ndjson"}
                    answer = httpx.post(f"{service.url}/v1/quotes", content=lines, headers=media, timeout=600)
                    over_http = time.perf_counter() - start
                    assert answer.text.count("\n") == BATCH
                command = [sys.executable, "-m", "pricing.cli", "quote", str(file), "--rules", str(rules), "--json"]
                start = time.perf_counter()
                subprocess.run([*command, "--jobs", str(workers)], check=True, capture_output=True)
                jobs = time.perf_counter() - start
                print(
                    f"batch of {BATCH}, {workers} workers: {BATCH / over_http:.0f} carts/s, with --jobs {BATCH / jobs:.0f}:"
                    f" {jobs / over_http:.0%}",
                    flush=True,
                )


def main() -> None:
    """Runs what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = ("speed", "batch", "hostile", "reload", "killed", "pieces")
    parser.add_argument("what", nargs="*", choices=[*known, []])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", nargs="*", default=["S", "M", "L1"], help="carts of `speed`")
    parser.add_argument("--reservations", type=int, default=50_000)
    asked = parser.parse_args()
    size = workload("S", "loose", 100)
    carts = [json.dumps(cart).encode() for cart in size.carts]
    with tempfile.TemporaryDirectory() as place:
        rules = written(size.book.texts(), Path(place) / "rules")
        for name in asked.what or known:
            if name == "speed":
                for each in asked.sizes:
                    speed(each, asked.seconds, asked.rounds)
            elif name == "batch":
                batch(rules, carts, asked.rounds)
            elif name == "hostile":
                hostile.worst_carts(Path(place) / "worst", asked.seconds)
            elif name == "reload":
                hostile.reloads(Path(place) / "many", asked.seconds)
            elif name == "killed":
                hostile.killed(Path(place) / "killed", asked.seconds)
            else:
                with server() as postgres:
                    for books in (f"{place}/pieces.db", postgres.database()):
                        hostile.pieces(Path(place) / "pieces", asked.reservations, books)


if __name__ == "__main__":
    main()
