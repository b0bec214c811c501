"""Scale in rules: quote time, memory and loading, for markets of 1,000 to 1,000,000 live rules of which a cart meets 70.

    python -m benchmarks.scale                      1,000 · 10,000 · 100,000
    python -m benchmarks.scale --rules 1000000      needs some 8 GB and minutes
    python -m benchmarks.scale --matching           rule matchers on 100,000 rules as well

Each market is loaded with a cache by three processes, one after the other: cold, with an empty cache; with one file
changed; and warm. The last one then loads a changed file while it runs (`reload`). Quote times of all markets are taken
in turn, over carts that touch the same stores in every market. Loads are in seconds of processor time, so that what else
a shared machine does counts less; quotes are in elapsed time, and compared within one run.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from benchmarks.crew import ROOT
from benchmarks.figures import at_share, median, milliseconds, ratio, table
from benchmarks.markets import carts, files, matching_rows

CARTS = 20
ROUNDS = 15


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rules", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--matching", action="store_true", help="also zen-engine and business-rules, 100,000 rules")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        _serve(options.serve)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        print(_scale(options.rules, Path(folder)))
    if options.matching:
        print()
        print(_matching(100_000))
    return 0


def write_market(rules: int, folder: Path) -> int:
    """The rule files of a market, written to disk; returns their bytes."""
    size = 0
    for name, text in files(rules):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        size += len(text)
    return size


def _scale(sizes: list[int], folder: Path) -> str:
    """Load every market in each way; quote in turn."""
    found: dict[int, dict[str, Any]] = {}
    servers: dict[int, subprocess.Popen[str]] = {}
    for rules in sizes:
        place = folder / str(rules)
        found[rules] = {"bytes": write_market(rules, place), "ns": []}
        for load in ("cold", "changed", "warm"):
            print(f"{rules} rules, {load}", file=sys.stderr, flush=True)
            if load == "changed":
                change(place)
            server = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.scale", "--serve", str(place)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            found[rules][load] = _read(server.stdout)
            if load == "warm":
                servers[rules] = server
            else:
                server.communicate()
    for _ in range(ROUNDS):
        for rules, server in servers.items():
            assert server.stdin is not None
            server.stdin.write("go\n")
            server.stdin.flush()
            found[rules]["ns"] += _read(server.stdout)["ns"]
    for server in servers.values():
        server.communicate()
    return _table(found)


def change(folder: Path) -> None:
    """Puts a remark at the end of one rule file."""
    last = max((folder / "campaigns").glob("*.promo"))
    last.write_text(last.read_text() + "# changed\n")


def _table(found: dict[int, dict[str, Any]]) -> str:
    first = median(next(iter(found.values()))["ns"])
    head = ["live rules", "text, MB", "quote, ms (p99)", "times the first", "cold load, s", "rules/s", "one file changed, s",
            "warm, s", "reload, s", "index, s", "index, MiB", "memory cold, MiB", "warm, MiB"]  # fmt: skip
    rows = [
        [
            f"{rules:,}",
            f"{m['bytes'] / 1e6:.1f}",
            f"{milliseconds(median(m['ns']))} ({milliseconds(at_share(m['ns'], 0.99))})",
            ratio(median(m["ns"]) / first),
            f"{m['cold']['load_s']:.2f}",
            f"{rules / m['cold']['load_s']:,.0f}",
            f"{m['changed']['load_s']:.2f}",
            f"{m['warm']['load_s']:.2f}",
            f"{m['warm']['reload_s']:.2f}",
            f"{m['warm']['plan_s']:.3f}",
            f"{m['warm']['plan_bytes'] / 2**20:.1f}",
            f"{m['cold']['rss'] / 2**20:,.0f}",
            f"{m['warm']['rss'] / 2**20:,.0f}",
        ]
        for rules, m in found.items()
    ]
    return table(head, rows)


def _read(stream: IO[str] | None) -> dict[str, Any]:
    assert stream is not None
    line = stream.readline()
    if not line:
        raise SystemExit("the process that loads the rules ended")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _serve(folder: Path) -> None:
    """Load the folder, tell how long it took, then quote all carts at each line of input."""
    import tracemalloc

    from pricing import Cart, Engine
    from pricing.engine import Plan

    before = time.process_time_ns()
    engine = Engine.load(folder, cache=folder.with_name(f"{folder.name}.cache"))
    load_s = (time.process_time_ns() - before) / 1e9
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    before = time.process_time_ns()
    plan = Plan(engine.book)
    plan_s = (time.process_time_ns() - before) / 1e9
    tracemalloc.start()
    plan = Plan(engine.book)
    plan_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del plan
    gc.collect()
    change(folder)
    before = time.process_time_ns()
    again = engine.reload()
    reload_s = (time.process_time_ns() - before) / 1e9
    ready = [Cart.from_dict(cart) for cart in carts(10**9, CARTS)]
    for cart in ready:
        if engine.quote(cart).to_dict(why=False) != again.quote(cart).to_dict(why=False):
            raise SystemExit("a remark in a rule file has changed a quote")
    answer = {"load_s": load_s, "rss": rss, "plan_s": plan_s, "plan_bytes": plan_bytes, "reload_s": reload_s}
    print(json.dumps(answer), flush=True)
    for _ in sys.stdin:
        times = []
        for cart in ready:
            before = time.perf_counter_ns()
            engine.quote(cart)
            times.append(time.perf_counter_ns() - before)
        print(json.dumps({"ns": times}), flush=True)


def _matching(rules: int) -> str:
    """Matching alone on many rules."""
    from benchmarks.peers.matching import BusinessRules, Index, Matching, Zen

    rows = matching_rows(rules * 2)[:rules]
    some = carts(rules, 3)
    peers: list[tuple[str, Matching]] = [
        ("an index", Index()),
        ("zen-engine table", Zen()),
        ("business-rules", BusinessRules()),
    ]
    body = []
    for name, peer in peers:
        before = time.perf_counter_ns()
        try:
            peer.load_rows(rows)
        except ImportError as error:
            body.append([name, "–", f"not run: {error}"])
            continue
        load_s = (time.perf_counter_ns() - before) / 1e9
        times = []
        for cart in some:
            ready = peer.ready(cart)  # type: ignore[attr-defined]
            before = time.perf_counter_ns()
            peer.run(ready)  # type: ignore[attr-defined]
            times.append(time.perf_counter_ns() - before)
        body.append([name, f"{load_s:.2f}", milliseconds(median(times))])
    return table([f"matching {len(rows):,} rules", "load, s", "a cart, ms"], body)


if __name__ == "__main__":
    sys.exit(main())
