"""Many processes on one coupon: exactly as many uses as pieces. The full size is `python -m benchmarks.ledger load`."""

from __future__ import annotations

import pytest

from benchmarks.ledger import load

pytestmark = pytest.mark.slow


def test_many_processes_sell_exactly_the_pieces_there_are(where: str) -> None:
    outcome = load(where, processes=8, pieces=60, attempts=640)
    assert (outcome.done, outcome.refused) == (60, 580)
