"""Carts a second of `pricing quote` on a .jsonl of real baskets, and whether memory stays flat.

    python -m benchmarks.throughput                      100,000 baskets, 1 and 2 processes
    python -m benchmarks.throughput --carts 5000 --jobs 2

Runs the command as anybody would: `pricing quote baskets.jsonl --rules DIR --json --no-why --jobs N`. The time includes
starting Python, loading rules, reading and writing JSON. Order and count of the output are checked.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import baskets
from benchmarks.crew import ROOT
from benchmarks.figures import table


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when runs with different numbers of processes print different bytes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.throughput", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--carts", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, os.cpu_count() or 1])
    options = parser.parse_args(arguments)
    prints = set()
    body = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = baskets.write(folder / "baskets.jsonl", folder / "rules", options.carts)
        tenth = folder / "tenth.jsonl"
        with (folder / "baskets.jsonl").open() as source, tenth.open("w") as target:
            target.writelines(line for _, line in zip(range(max(made // 10, 1)), source, strict=False))
        for jobs in options.jobs:
            _, small, _, _ = _run(tenth, folder / "rules", jobs)
            seconds, memory, lines, digest = _run(folder / "baskets.jsonl", folder / "rules", jobs)
            if lines != made:
                print(f"{lines} quotes for {made} carts", file=sys.stderr)
                return 1
            prints.add(digest)
            body.append(
                [str(jobs), f"{made:,}", f"{seconds:.1f}", f"{made / seconds:,.0f}", f"{small:.0f}", f"{memory:.0f}"]
            )
    head = ["processes", "baskets", "s", "carts a second", "most MiB, a tenth of them", "most MiB, all"]
    print(table(head, body))
    return 0 if len(prints) == 1 else 1


def _run(carts: Path, rules: Path, jobs: int) -> tuple[float, float, int, str]:
    """Seconds, the largest memory of all processes together in MiB, lines and digest of the output."""
    command = [sys.executable, "-m", "pricing.cli", "quote", str(carts), "--rules", str(rules), "--json", "--no-why"]
    before = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--jobs", str(jobs)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    digest, lines, most, looked = hashlib.sha256(), 0, 0, before
    for line in process.stdout:
        digest.update(line)
        lines += 1
        if time.perf_counter() > looked + 0.2:
            looked = time.perf_counter()
            most = max(most, _memory(process.pid))
    process.wait()
    return time.perf_counter() - before, most / 2**20, lines, digest.hexdigest()


def _memory(pid: int) -> int:
    """Bytes resident in the process and its children; 0 where the system does not tell."""
    total = 0
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        total = resident * os.sysconf("SC_PAGE_SIZE")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return total
    return total + sum(_memory(int(child)) for child in children)


if __name__ == "__main__":
    sys.exit(main())
