"""Instructions of the S and M quotes, counted by callgrind: a figure that a noisy machine does not move.

    python -m benchmarks.instructions            count, compare with instructions.json; 1 when 5 % more anywhere
    python -m benchmarks.instructions --update   count and keep

Needs valgrind. Each count is the difference between runs that price the carts twice and once, so that starting Python
and loading rules cancel out. Hash seeds are fixed. Figures are kept by Python version, machine and build (pure or
compiled): counts of another build say nothing, so a combination that was never kept is told and passes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.crew import ROOT
from benchmarks.figures import table

KEPT = Path(__file__).with_name("instructions.json")
WORKLOADS = {"S tight": ("S", "tight", 5), "S loose": ("S", "loose", 5), "M tight": ("M", "tight", 2),
             "M loose": ("M", "loose", 2)}  # fmt: skip
TOLERANCE = 0.05
COUNTED = re.compile(r"^(?:summary|totals):\s+(\d+)", re.MULTILINE)
STEPS = 20_000
"""Work limit of each quote, so that counting under valgrind ends in reasonable time."""


def main(arguments: list[str] | None = None) -> int:
    """Count, then compare or keep."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.instructions", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--update", action="store_true", help="keep what was counted")
    parser.add_argument("--only", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS), metavar="WORKLOAD")
    parser.add_argument("--price", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.price:
        _price(options.price[0], int(options.price[1]))
        return 0
    if shutil.which("valgrind") is None:
        print("valgrind is not installed", file=sys.stderr)
        return 2
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    key = f"{platform.python_implementation()} {platform.python_version()} {platform.machine()} {_build()}"
    before: dict[str, int] = kept.get(key, {})
    found = {name: _count(name) for name in options.only}
    print(_compared(key, before, found))
    if options.update:
        KEPT.write_text(json.dumps(kept | {key: before | found}, indent=2, sort_keys=True) + "\n")
        return 0
    if not before:
        print(f"\nNothing kept for {key}: see --update.")
    return 1 if any(found[name] > before[name] * (1 + TOLERANCE) for name in found if name in before) else 0


def _compared(key: str, before: dict[str, int], found: dict[str, int]) -> str:
    head = [f"instructions a quote, {key}", "kept", "now", "change"]
    rows = []
    for name, now in found.items():
        old = before.get(name)
        change = f"{100 * (now - old) / old:+.1f} %" if old else "–"
        rows.append([name, f"{old:,}" if old else "–", f"{now:,}", change])
    return table(head, rows)


def _count(name: str) -> int:
    """Instructions of one quote, on average over the workload's carts."""
    print(f"counting {name}", file=sys.stderr, flush=True)
    with ThreadPoolExecutor(2) as pool:  # counts do not care what else the machine does
        once, twice = pool.map(_callgrind, (name, name), (1, 2))
    return (twice - once) // WORKLOADS[name][2]


def _callgrind(name: str, rounds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable, "-m",
             "benchmarks.instructions", "--price", name, str(rounds)],
            cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "0"}, check=True, capture_output=True,
        )  # fmt: skip
        counted = COUNTED.search(out.read_text())
    if counted is None:
        raise SystemExit("callgrind wrote no summary")
    return int(counted[1])


def _price(name: str, rounds: int) -> None:
    """What is counted."""
    import gc

    from benchmarks.workloads import workload
    from pricing import Cart, Engine

    size, mood, count = WORKLOADS[name]
    work = workload(size, mood, count)
    engine = Engine(Engine.from_texts(work.book.texts()).book, STEPS)
    carts = [Cart.from_dict(cart) for cart in work.carts]
    gc.collect()
    gc.disable()
    for cart in carts * rounds:
        engine.quote(cart)


def _build() -> str:
    from benchmarks.worker import build

    return build()


if __name__ == "__main__":
    sys.exit(main())
