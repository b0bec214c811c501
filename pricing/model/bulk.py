"""For bulk work: Python's collector of reference cycles at rest.

Each collection walks through all objects alive, and a hundred thousand rules make a hundred such walks for nothing: what
loading and indexing build has no cycles. Used by `language.load` and `engine.plan`.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = 0
"""How many ask for rest now, in any thread; the first one puts the collector to rest, the last one wakes it."""


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """While in here nothing is collected; a collector that was off before stays off."""
    global _resting
    with _lock:
        if _resting or gc.isenabled():
            _resting += 1
            mine = True
            gc.disable()
        else:
            mine = False
    try:
        yield
    finally:
        with _lock:
            if mine:
                _resting -= 1
                if not _resting:
                    gc.enable()
