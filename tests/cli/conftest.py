"""A small folder of rules and carts for it, and a way to run commands as a shell does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

RULES = """\
campaign summer "Summer"
  currency    USD
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30

store discount home-five "Five off fifty"
  stores      nova-home
  spend       50.00  take 5.00 off

promo code TEN "Ten per cent"
  spend       20.00  take 10% off, at most 20.00
  limit       1 use per customer
"""

CART: dict[str, Any] = {
    "currency": "USD",
    "at": "2026-06-20T18:30:00Z",
    "customer": {"id": "c-1"},
    "lines": [{"sku": "NH-1", "store": "nova-home", "price": "60.00", "quantity": 1}],
    "codes": ["TEN"],
}
"""Costs 60.00 - 5.00 - 5.50 = 49.50."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with `rules/`, `cart.json`, `carts.jsonl` (the third of five is wrong) to run commands in."""
    (tmp_path / "rules" / "campaigns").mkdir(parents=True)
    (tmp_path / "rules" / "campaigns" / "summer.promo").write_text(RULES, encoding="utf-8")
    (tmp_path / "cart.json").write_text(json.dumps(CART, indent=2), encoding="utf-8")
    many = [json.dumps({**CART, "lines": [{**CART["lines"][0], "id": f"l{number}"}]}) for number in range(5)]
    many[2] = many[2].replace('"quantity": 1', '"quantity": 0')
    (tmp_path / "carts.jsonl").write_text("\n".join([*many[:3], "", *many[3:]]) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def pricing(folder: Path) -> Run:
    """Runs `pricing ...` in the folder, in a process of its own."""

    def run(*args: str, stdin: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*args),
            cwd=folder,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env={**environment(), **(env or {})},
            timeout=60,
            check=False,
        )

    return run


def command(*args: str) -> Sequence[str]:
    return [sys.executable, "-m", "pricing.cli", *args]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def hearing_ctrl_c(*args: str) -> Sequence[str]:
    """The command as a terminal starts it. In the background Ctrl-C is ignored, and processes inherit that."""
    listen = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); import runpy; "
    run = f"sys.argv[1:] = {list(args)!r}; runpy.run_module('pricing.cli', run_name='__main__', alter_sys=True)"
    return [sys.executable, "-c", listen + run]
