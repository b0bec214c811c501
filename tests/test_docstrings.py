"""Every public name says what it is, in its own words."""

from __future__ import annotations

import inspect

import pytest

import pricing

CLASSES = [name for name in pricing.__all__ if inspect.isclass(getattr(pricing, name))]


@pytest.mark.parametrize("name", CLASSES)
def test_a_public_class_and_all_that_it_offers_has_a_docstring(name: str) -> None:
    cls = getattr(pricing, name)
    members = {"": cls} | {
        member: value
        for member, value in vars(cls).items()
        if not member.startswith("_") and (isinstance(value, (property, classmethod, staticmethod)) or callable(value))
    }
    assert [member for member, value in members.items() if not inspect.getdoc(value)] == []


@pytest.mark.parametrize("name", sorted(set(pricing.__all__) - set(CLASSES) - {"Usage"}))
def test_a_public_function_has_one_too(name: str) -> None:
    assert inspect.getdoc(getattr(pricing, name))
