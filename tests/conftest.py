"""What all tests share: the switch that rewrites what examples expect."""

from __future__ import annotations

import os

import pytest

# Tests run the engine's source, also where it has been compiled in place: some set its switches from outside, and coverage
# sees source only. `engine/test_compiled.py` compares the compiled build in processes of its own.
os.environ["PRICING_PURE"] = "1"
# Tests leave nothing in this user's cache folder.
os.environ["PRICING_CACHE"] = ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="Rewrite the expected blocks of examples; then read what changed."
    )
