"""Compare our engine with exact solvers, shop engines, rule matchers and plain policies, all in one run.

    python -m benchmarks.compare            a quarter of an hour
    python -m benchmarks.compare --quick    a few minutes
    python -m benchmarks.compare --only S M --rows ours cpsat

Every row is a process of its own; for each cart all rows are asked in turn, so that noise of the machine hits all
alike. Ratios are taken over the same carts. A row that has spent its seconds on a workload skips the rest of its carts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.crew import Worker, crew
from benchmarks.figures import at_share, median, milliseconds, ratio, table
from benchmarks.hard import HARD, hard
from benchmarks.overpaid import Money
from benchmarks.rows import EXACT, OURS, ROWS
from benchmarks.speed import Cell, measure
from benchmarks.whole import WHOLE
from benchmarks.workloads import MOODS, SIZES

Speed = dict[tuple[str, str], dict[str, Cell]]
EVERY = [*SIZES, WHOLE]
PACKAGES = ("ortools", "highspy", "django-oscar", "zen-engine", "business-rules", "cel-python")


def main(arguments: list[str] | None = None) -> int:
    """Run and print. 1: an exact peer and we proved different totals, or a bound of ours was above an optimum."""
    options = _options(arguments)
    workers, absent = crew([row for row, peer in ROWS.items() if not options.rows or peer in options.rows])
    speed: Speed = {}
    found: dict[str, dict[str, Cell]] = {}
    money = Money()
    try:
        for size in options.only:
            for mood in MOODS:
                print(f"times: {size} {mood}", file=sys.stderr, flush=True)
                carts = options.carts if size in ("S", "M", WHOLE) else max(options.carts // 2, 2)
                speed[size, mood] = measure(workers, size, mood, carts, options.seed, options.seconds)
        if options.hard:
            print("times: hard carts", file=sys.stderr, flush=True)
            found = {work.name: measure(workers, HARD, work.name, 1, 1, options.seconds) for work in hard()}
        if options.money:
            money.run(workers, options.money, 6 * options.seconds)
    finally:
        for worker in workers:
            worker.close()
    print(_report(workers, absent, speed, found, money))
    if options.json:
        options.json.write_text(json.dumps(_plain(speed), indent=1))
    return 1 if money.wrong else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer carts")
    parser.add_argument("--only", nargs="+", choices=EVERY, default=EVERY, metavar="SIZE")
    parser.add_argument("--rows", nargs="+", metavar="PEER", help="only these peers, such as: ours cpsat oscar")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--carts", type=int, help="carts of S and of M for the times; half as many of L")
    parser.add_argument("--money", type=int, help="M carts for the overpayment; 0: none")
    parser.add_argument("--seconds", type=float, help="most seconds of one row on one workload")
    parser.add_argument("--no-hard", dest="hard", action="store_false", help="leave out the hard carts")
    parser.add_argument("--json", type=Path, help="write all samples there")
    options = parser.parse_args(arguments)
    options.carts = options.carts or (8 if options.quick else 40)
    options.money = (100 if options.quick else 1000) if options.money is None else options.money
    options.seconds = options.seconds or (6.0 if options.quick else 20.0)
    return options


def _report(
    workers: list[Worker], absent: dict[str, str], speed: Speed, found: dict[str, dict[str, Cell]], money: Money
) -> str:
    """Everything, as Markdown."""
    parts = [f"Run of {datetime.now(UTC).date().isoformat()}: {_machine()}", _packages()]
    rows = [row for row in ROWS if any(row in cells for cells in speed.values())]
    if speed:
        yardstick = "ours, compiled" if any("ours, compiled" in cells for cells in speed.values()) else "ours, pure"
        head = ["ms: median (p99) ×ours", *(f"{size} {mood}" for size, mood in speed)]
        body = [[row, *(_time(cells, row, yardstick) for cells in speed.values())] for row in rows]
        parts += [f"## Times; × is against {yardstick}, on the same carts", table(head, body)]
        head = ["proved, of carts", *(f"{size} {mood}" for size, mood in speed)]
        body = [[row, *(_proof(cells, row) for cells in speed.values())] for row in rows if row in OURS | EXACT]
        parts += ["## Proofs, and the gap that is left (of all carts, p90)", table(head, body)]
    if found:
        own = [row for row in ROWS if row in OURS | EXACT and any(row in cells for cells in found.values())]
        body = [[name, *(_hard(cells.get(row)) for row in own)] for name, cells in found.items()]
        parts += ["## Hard carts: ms, and total", table(["", *own], body)]
    parts.append(_agreement([*speed.values(), *found.values()]))
    if money.rows:
        head = ["", "carts", "misses the optimum", "overpays, mean", "at most", "asked for less"]
        body = [[row, *money.rows[row].figures()] for row in ROWS if row in money.rows]
        parts += [f"## Overpayment on {money.optima} M carts, half tight, half loose", table(head, body)]
        parts += [
            f"{money.agreed[row]} of {money.compared[row]} totals of {row} and ours agree." for row in money.compared
        ]
        if money.unknown:
            parts.append(f"{money.unknown} carts left out: nobody proved their optimum.")
    parts += ["WRONG: " + text for text in money.wrong]
    memory = [[worker.row, f"{worker.memory / 2**20:,.0f}"] for worker in workers]
    parts += ["## Most memory of the process, MiB", table(["", "MiB"], memory)]
    parts += [f"Not run: {row}: {reason}" for row, reason in absent.items()]
    return "\n\n".join(parts)


def _time(cells: dict[str, Cell], row: str, yardstick: str) -> str:
    """Median, 99th percentile, and the ratio of medians over the carts that both priced."""
    cell = cells.get(row)
    if cell is None or not cell.by_cart:
        return "–"
    samples = cell.samples(set(cell.by_cart))
    text = f"{milliseconds(median(samples))} ({milliseconds(at_share(samples, 0.99))})"
    other = cells.get(yardstick)
    both = set(cell.by_cart) & set(other.by_cart) if other is not None else set()
    if row != yardstick and other is not None and both:
        text += f" ×{ratio(median(cell.samples(both)) / median(other.samples(both)))}"
    return text


def _proof(cells: dict[str, Cell], row: str) -> str:
    """How many carts are proved, and how far the bound of ours is from the total on the others."""
    cell = cells.get(row)
    if cell is None or not cell.answers:
        return "–"
    text = f"{cell.proved()} of {len(cell.answers)}"
    if row in OURS and cell.proved() < len(cell.answers):
        gaps = [100 * (a["total"] - a["lower_bound"]) / a["total"] for a in cell.answers.values()]
        text += f", gap {at_share(gaps, 0.9):.3f} %"
    optimal = sum(1 for answer in cell.answers.values() if answer["optimal"])
    if row in OURS and optimal < cell.proved():
        text += f" ({optimal} with all ties settled)"
    return text


def _hard(cell: Cell | None) -> str:
    """Time of one cart, and its total: proved, or with the bound."""
    if cell is None or not cell.answers:
        return "–"
    answer = cell.answers[0]
    bound = f", at least {answer['lower_bound']}" if answer["lower_bound"] is not None else ""
    state = "" if answer["proved"] else f", not proved{bound}"
    return f"{milliseconds(median(cell.by_cart[0]))}: {answer['total']}{state}"


def _agreement(speed: list[dict[str, Cell]]) -> str:
    """Proved totals of the exact rows on the timed carts, against each other."""
    same = different = 0
    for cells in speed:
        carts = {cart for cell in cells.values() for cart in cell.answers}
        for cart in carts:
            found = {
                cells[row].answers[cart]["total"]
                for row in (OURS | EXACT) & cells.keys()
                if cart in cells[row].answers
                and cells[row].answers[cart]["proved"]
                and cells[row].answers[cart]["exact"]
            }
            same += len(found) == 1
            different += len(found) > 1
    return f"Proved totals on the timed carts: alike on {same}, different on {different}."


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _packages() -> str:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def _plain(speed: Speed) -> dict[str, dict[str, dict[str, object]]]:
    return {
        f"{size} {mood}": {row: {"ns": cell.by_cart, "answers": cell.answers} for row, cell in cells.items()}
        for (size, mood), cells in speed.items()
    }


if __name__ == "__main__":
    sys.exit(main())
