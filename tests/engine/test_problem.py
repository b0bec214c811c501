"""What the search works on can be copied, field by field: compiled classes have no other way."""

from __future__ import annotations

import pytest

from pricing.engine.problem import Application, Problem


@pytest.mark.parametrize("made", [Application(1, "rule", "store", "sku", 2, [0]), Problem()])
def test_a_twin_has_every_field(made: Application | Problem) -> None:
    for name in type(made).__slots__:
        setattr(made, name, object())
    twin = made.twin()
    assert twin is not made
    assert all(getattr(twin, name) is getattr(made, name) for name in type(made).__slots__)
