"""Frozen objects of the model, made quickly.

attrs makes a frozen object by looking up and calling `object.__setattr__` for every field. Setting the slots themselves
takes half as long, and a quote is hundreds of such objects: that is a tenth of a small quote. What comes out is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from attrs import fields

Made = TypeVar("Made")


class Maker(Generic[Made]):
    """Makes objects of one frozen attrs class that has slots, no converters and no checks of its own."""

    __slots__ = ("_made", "_setters")

    def __init__(self, made: type[Made]) -> None:
        self._made: Any = made
        self._setters: list[Callable[[Any, Any], None]] = [
            getattr(made, each.name).__set__
            for each in fields(made)  # type: ignore[arg-type]  # attrs' own protocol
        ]

    def of(self, values: tuple[Any, ...]) -> Made:
        """The object with these values of all its fields, in order."""
        made = _blank(self._made)
        setters = self._setters
        for place in range(len(setters)):
            setters[place](made, values[place])
        return made  # type: ignore[no-any-return]  # of the class that it was asked for


_blank: Callable[[Any], Any] = object.__new__
