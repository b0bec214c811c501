"""For much work at once: Python's collector of reference cycles at rest.

Each collection walks through objects alive, for nothing: neither what loading and indexing build nor what a search goes
through has cycles. A hundred thousand rules make a hundred such walks; of a quote of 200 lines they take a third.
"""

from __future__ import annotations

import gc
from typing import Self


class CollectorAtRest:
    """While in here nothing is collected; a collector that was off before stays off.

    Who has put it to rest wakes it. In other threads that are in here too it then goes on collecting: with one of many
    always in here, garbage would else never be collected.
    """

    __slots__ = ("_wakes",)

    def __enter__(self) -> Self:
        self._wakes = gc.isenabled()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        if self._wakes:
            gc.enable()
