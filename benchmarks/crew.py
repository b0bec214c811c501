"""Worker processes, one per row of the comparison: start them, ask them, end them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.rows import ROWS

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
"""Seconds after which a worker counts as hanging."""


class Gone(Exception):
    """The worker ended or took too long."""


class Worker:
    """One peer in its own process. Only the one that is asked works, so that cores are never shared."""

    def __init__(self, row: str) -> None:
        self.row = row
        self.alive = True
        self.memory = 0
        """The most bytes that the process held."""
        environment = os.environ | {"PYTHONHASHSEED": "0"} | ({"PRICING_PURE": "1"} if row == "ours, pure" else {})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", ROWS[row]],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        hello = self._read(PATIENCE)
        self.missing: str = hello.get("missing", "")
        if row == "ours, compiled" and hello.get("build") != "compiled":
            self.missing = "no compiled build here"

    def load(self, size: str, mood: str, carts: int, seed: int) -> bool:
        """Make a workload and load its rules; False when the peer cannot express them, or is lost."""
        reply = self._ask({"size": size, "mood": mood, "carts": carts, "seed": seed})
        return reply is not None and "cannot" not in reply

    def run(self, cart: int, repeat: int = 1) -> dict[str, Any] | None:
        """Price one cart of the workload so many times; None when the worker is lost."""
        return self._ask({"cart": cart, "repeat": repeat})

    def close(self) -> None:
        """End the process."""
        self.alive = False
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _ask(self, message: dict[str, Any]) -> dict[str, Any] | None:
        assert self.process.stdin is not None
        if not self.alive:
            return None
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            reply = self._read(PATIENCE)
        except (OSError, Gone):
            print(f"lost: {self.row}", file=sys.stderr, flush=True)
            self.close()
            return None
        self.memory = max(self.memory, reply.get("rss", 0))
        return reply

    def _read(self, seconds: float) -> dict[str, Any]:
        """One line of the answer, however it is cut."""
        assert self.process.stdout is not None
        found = b""
        while not found.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], seconds)
            piece = os.read(self.process.stdout.fileno(), 1 << 20) if ready else b""
            if not piece:
                raise Gone(self.row)
            found += piece
        answer: dict[str, Any] = json.loads(found)
        return answer


def crew(rows: list[str]) -> tuple[list[Worker], dict[str, str]]:
    """The workers that could be started, and why the others could not."""
    workers: list[Worker] = []
    absent: dict[str, str] = {}
    for row in rows:
        try:
            worker = Worker(row)
        except Gone:
            absent[row] = "did not start"
            continue
        if worker.missing:
            absent[row] = worker.missing
            worker.close()
        else:
            workers.append(worker)
    return workers, absent
