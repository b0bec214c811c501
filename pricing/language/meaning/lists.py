"""A `list NAME` of a rule file, read: what it lets in line by line, and by scope word."""

from __future__ import annotations

from attrs import frozen

from pricing.model.scope import Clause


@frozen
class NamedList:
    """For each scope word what is in the list, and what its `except` lines take out; and the same as clauses."""

    name: str
    values: dict[str, frozenset[str]]
    removed: dict[str, frozenset[str]]
    any_of: tuple[Clause, ...]
    """Its lines: any of them lets a thing in."""
    but_not: tuple[Clause, ...]
    """Its `except` lines."""
    place: str
    sound: bool
    """Every line was read; what an unsound list lacks is not told again where it is used."""

    def clause(self) -> Clause:
        """The list as a scope line."""
        return Clause("list", (self.name,), any_of=self.any_of, but_not=self.but_not)
