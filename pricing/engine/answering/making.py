"""Frozen objects of the model, made quickly.

attrs makes a frozen object by looking up and calling `object.__setattr__` for every field. Here a class with the same slots
that is not frozen makes the object, and then it becomes one of the frozen class: that takes a quarter of the time for the
widest, and a quote is hundreds of such objects. What comes out is the same.

Python lets objects change between two classes when their slots are alike and neither has one for weak references. Where it
does not, the frozen class makes its objects itself.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from attrs import fields, make_class

Made = TypeVar("Made")


class Maker(Generic[Made]):
    """Makes objects of one frozen attrs class that has slots, no converters and no checks of its own."""

    __slots__ = ("_made", "_open")

    def __init__(self, made: type[Made]) -> None:
        self._made: Any = made
        self._open: Any = make_class(
            made.__name__,
            [each.name for each in fields(made)],  # type: ignore[arg-type]  # attrs' own protocol
            slots=True,
            weakref_slot=False,
            eq=False,
            repr=False,
        )
        blank: Any = object.__new__(self._open)
        try:
            blank.__class__ = made
        except TypeError:
            self._open = made

    def of(self, values: tuple[Any, ...]) -> Made:
        """The object with these values of all its fields, in order."""
        made = self._open(*values)
        if self._open is not self._made:
            made.__class__ = self._made
        return made  # type: ignore[no-any-return]  # of the class that it was asked for
