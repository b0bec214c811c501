"""Every public name says what it is, in its own words."""

from __future__ import annotations

import inspect

import pytest

import pricing
import pricing.ledger

PUBLIC = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (pricing, pricing.ledger)
    for name in module.__all__
}
CLASSES = [name for name, value in PUBLIC.items() if inspect.isclass(value)]


@pytest.mark.parametrize("name", CLASSES)
def test_a_public_class_and_all_that_it_offers_has_a_docstring(name: str) -> None:
    cls = PUBLIC[name]
    members = {"": cls} | {
        member: value
        for member, value in vars(cls).items()
        if not member.startswith("_") and (isinstance(value, (property, classmethod, staticmethod)) or callable(value))
    }
    assert [member for member, value in members.items() if not inspect.getdoc(value)] == []


@pytest.mark.parametrize("name", sorted(PUBLIC.keys() - set(CLASSES)))
def test_a_public_function_has_one_too(name: str) -> None:
    told = inspect.getdoc(PUBLIC[name])
    assert told
    assert told != inspect.getdoc(type(PUBLIC[name])), "these are the words of what it is made with"
