"""A `list NAME` of a rule file, read: values and exceptions by scope word."""

from __future__ import annotations

from attrs import frozen


@frozen
class NamedList:
    """For each scope word what is in the list, and what its `except` lines take out."""

    name: str
    values: dict[str, frozenset[str]]
    removed: dict[str, frozenset[str]]
    place: str
    sound: bool
    """Every line was read; what an unsound list lacks is not told again where it is used."""
