"""What every form of benefit has in common, so that a step of a ladder can hold any of them.

The forms themselves are in `pricing.forms`: they know how a benefit is read, said and worked out.
"""

from __future__ import annotations

from attrs import frozen

NAMED: dict[str, type[Given]] = {}
"""All forms that have been imported, and their parts, by the name of their class: how kept rules find them again."""


@frozen
class Given:
    """A form of benefit, or a part of one: frozen plain data (whole minor units, counts, exact shares)."""

    def __init_subclass__(cls) -> None:
        NAMED[cls.__name__] = cls
