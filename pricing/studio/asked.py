"""What a question says, read field by field: whatever else is in it is told in a sentence, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Asked = Mapping[str, Any]
"""A question: a JSON object."""


class WrongQuestion(ValueError):
    """A question that cannot be answered; the sentence says which field, and what it must be."""


def text_of(asked: Asked, name: str, otherwise: str | None = None) -> str:
    """A text; `otherwise` when it is not there. Raises WrongQuestion."""
    value = asked.get(name, otherwise)
    if not isinstance(value, str):
        raise WrongQuestion(f"{name} must be a text")
    return value


def number_of(asked: Asked, name: str, otherwise: int | None = None, most: int = 10**9) -> int:
    """A whole number from 0. Raises WrongQuestion."""
    value = asked.get(name, otherwise)
    if type(value) is not int or not 0 <= value <= most:
        raise WrongQuestion(f"{name} must be a whole number from 0 to {most}")
    return value


def object_of(asked: Asked, name: str) -> dict[str, Any]:
    """An object. Raises WrongQuestion."""
    value = asked.get(name, {})
    if not isinstance(value, dict):
        raise WrongQuestion(f"{name} must be an object")
    return value


def texts_of(asked: Asked, name: str) -> dict[str, str | None]:
    """Texts by the path of their file; null for a file that is gone. Raises WrongQuestion."""
    found = object_of(asked, name)
    if not all(isinstance(text, str | None) for text in found.values()):
        raise WrongQuestion(f"{name} must have a text, or null, for each file")
    return found
