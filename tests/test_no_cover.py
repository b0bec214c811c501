"""What is marked `no_cover` is not watched: not in a worker either."""

from __future__ import annotations

import coverage
import pytest


@pytest.mark.no_cover
def test_nothing_is_watched() -> None:
    assert coverage.Coverage.current() is None
