"""Lint, layout and types of the whole tree, as anybody may run them: `ruff check`, `ruff format --check`, `mypy`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKS = {
    "lint": ["ruff", "check", "--no-cache", "."],
    "layout": ["ruff", "format", "--check", "--no-cache", "."],
    "types": ["mypy"],
}


@pytest.mark.parametrize("name", ["lint", "layout", pytest.param("types", marks=pytest.mark.slow)])
def test_the_tree_passes(name: str) -> None:
    done = subprocess.run([sys.executable, "-m", *CHECKS[name]], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
