"""One peer in a process of its own: reads one JSON message a line, answers one a line. Started by `compare`.

Messages: `{"size", "mood", "carts", "seed"}` makes that workload (seeded: it need not be sent) and loads its rules, or
answers that the peer cannot express them (`mood` is the name of the cart when the size is "hard"); `{"cart", "repeat"}`
runs one of its carts so many times, each time freshly prepared, and answers with nanoseconds.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from dataclasses import asdict
from typing import Any

from benchmarks.cards import Workload
from benchmarks.hard import HARD, hard
from benchmarks.peers.facts import NotExpressible
from benchmarks.peers.peer import Answer, Peer
from benchmarks.peers.registry import make
from benchmarks.whole import WHOLE, whole
from benchmarks.workloads import workload


def main(name: str) -> None:
    """Serve until the input ends."""
    # Answers go where standard output was; whatever a solver prints, from C too, goes to standard error.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        peer = make(name)
    except ImportError as error:
        out.write(json.dumps({"missing": str(error)}) + "\n")
        out.close()
        return
    out.write(json.dumps({"ready": name, "build": build() if name == "ours" else ""}) + "\n")
    out.flush()
    loaded: Workload | None = None
    for text in sys.stdin:
        message = json.loads(text)
        if "size" in message:
            loaded, reply = _load(peer, message)
        else:
            assert loaded is not None
            reply = _run(peer, loaded, message["cart"], message["repeat"])
        out.write(json.dumps(reply) + "\n")
        out.flush()


def _load(peer: Peer, message: dict[str, Any]) -> tuple[Workload, dict[str, Any]]:
    if message["size"] == HARD:
        made = next(work for work in hard() if work.name == message["mood"])
    elif message["size"] == WHOLE:
        made = whole(message["mood"], message["carts"], message["seed"])
    else:
        made = workload(message["size"], message["mood"], message["carts"], message["seed"])
    before = time.perf_counter_ns()
    try:
        peer.load(made.book)
    except NotExpressible as error:
        return made, {"cannot": str(error)}
    took = time.perf_counter_ns() - before
    gc.collect()
    return made, {"load_ns": took, "rss": _rss()}


def _run(peer: Peer, loaded: Workload, place: int, repeat: int) -> dict[str, Any]:
    cart = loaded.carts[place]
    times: list[int] = []
    found = Answer()
    for _ in range(repeat):
        ready = peer.ready(cart)
        before = time.perf_counter_ns()
        result = peer.run(ready)
        took = time.perf_counter_ns() - before
        found = peer.answer(result)
        times.append(took if found.inner_ns is None else found.inner_ns)
    return {"ns": times, "rss": _rss() + getattr(peer, "memory", int)(), **asdict(found)}


def _rss() -> int:
    """The most memory that this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def build() -> str:
    """Which build of our engine this process uses: `compiled` or `pure`."""
    from pricing import engine

    return "compiled" if getattr(engine, "COMPILED", False) else "pure"


if __name__ == "__main__":
    main(sys.argv[1])
