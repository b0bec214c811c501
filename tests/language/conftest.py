"""Shared by the tests of the language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def summer() -> dict[str, str]:
    """The example of the language page: a whole campaign with every kind of card, and the policy."""
    text = (HERE / "summer.txt").read_text(encoding="utf-8")
    parts = re.split(r"^--- (\S+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
