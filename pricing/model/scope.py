"""Which lines, customers and places a rule is for (SPEC section 2).

Read from the scope lines of a card; used by `engine.match`. "Lines narrow, commas widen, `except` removes."
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Clause:
    """One scope line of a card: a word and its values."""

    word: str
    """`stores`, `categories`, `brands`, `tags`, `skus`, `methods`; or `customers`, `countries`, `channels`."""
    values: tuple[str, ...]
    """Any of these matches; sorted, without doubles. Values of lists are already filled in."""
    removed: tuple[str, ...] = ()
    """What a list takes away from `values` by its own `except`; sorted."""


@frozen
class Scope:
    """All scope lines of one card. An empty scope takes everything."""

    only: tuple[Clause, ...] = ()
    """Every one of these must match."""
    never: tuple[Clause, ...] = ()
    """The `except` lines: none of these may match."""
