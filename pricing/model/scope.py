"""Which lines, customers and places a rule is for (SPEC section 2).

Read from the scope lines of a card; used by `engine.matching`. "Lines narrow, commas widen, `except` removes."
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Clause:
    """One scope line of a card: a word and its values."""

    word: str
    """`stores`, `categories`, `brands`, `tags`, `skus`, `methods`; `prices`, `reduced`, `list`; or `customers`, `countries`,
    `regions`, `channels`, `payments`."""
    values: tuple[str, ...] = ()
    """Any of these matches; sorted, without doubles. Values of lists are already filled in. Of `list`: its name."""
    removed: tuple[str, ...] = ()
    """What a list takes away from `values` by its own `except`; sorted."""
    low: int = 0
    """`prices`: the least list price of a unit, minor units."""
    high: int | None = None
    """`prices`: the highest; None: no end."""
    any_of: tuple[Clause, ...] = ()
    """`list`: what it lists. A line of the cart matches when any of these matches, and none of `but_not`."""
    but_not: tuple[Clause, ...] = ()
    """`list`: its `except` lines."""


@frozen
class Scope:
    """All scope lines of one card. An empty scope takes everything."""

    only: tuple[Clause, ...] = ()
    """Every one of these must match."""
    never: tuple[Clause, ...] = ()
    """The `except` lines: none of these may match."""
