"""Names of cards for the Tab key. Whatever is wrong with the rules, nothing is said: somebody is in the middle of a line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def names_begun(folder: str | None, incomplete: str, more: Iterable[str] = ()) -> list[str]:
    """Names of rules, and of other things that can stand there, that go on from what was begun."""
    from pricing.language.loading.load import load_folder

    place = Path(folder or "rules")
    rules = load_folder(place).partial.rules if place.is_dir() else ()
    begun = incomplete.casefold()
    return [name for name in (*more, *(rule.name for rule in rules)) if name.casefold().startswith(begun)]
