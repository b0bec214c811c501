"""The rules that a decision log names, by fingerprint: among folders and revisions that are named, then in git's history.

Reads a log once for its fingerprints; makes a rule book for each that is found.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from pricing.api import Engine
from pricing.model.errors import RuleErrors
from pricing.model.rulebook import RuleBook
from pricing.simulate.mapping import WrongOrders
from pricing.simulate.orders import batches
from pricing.simulate.revisions import NoSuchRules, engine_of, history

MOST_REVISIONS = 500
"""Of git's history, the newest; older ones are named with --known."""
_RULES = re.compile(r'"rules": ?"(sha256:[0-9a-f]{64})"')


def prints_in(files: Iterable[str]) -> list[str]:
    """The fingerprints that a log names, each once, the last one last. Raises WrongOrders, OSError."""
    files = list(files)
    if "-" in files:
        raise WrongOrders("a decision log is read twice, so it cannot come from the standard input")
    found: dict[str, None] = {}
    for batch in batches(files):
        for text in batch.column("cart").to_pylist():
            name = _RULES.search(text)
            if name is not None:
                found.pop(name[1], None)
                found[name[1]] = None
    return list(found)


def find_rules(
    prints: Iterable[str], near: Iterable[Engine], places: Iterable[str], folder: str
) -> dict[str, RuleBook]:
    """A rule book for each fingerprint that is found: among engines at hand, folders and revisions by name, and what
    `folder` was in git. Raises NoSuchRules and RuleErrors for `places`.
    """
    missing = set(prints)
    found: dict[str, RuleBook] = {}
    for engine in _candidates(near, places, folder):
        if engine.fingerprint in missing:
            missing.discard(engine.fingerprint)
            found[engine.fingerprint] = engine.book
        if not missing:
            break
    return found


def _candidates(near: Iterable[Engine], places: Iterable[str], folder: str) -> Iterator[Engine]:
    yield from near
    for place in places:
        yield engine_of(place, folder)
    for revision in history(folder, MOST_REVISIONS):
        try:
            yield engine_of(revision, os.path.relpath(folder))
        except (NoSuchRules, RuleErrors):
            continue  # the folder was elsewhere then, or wrong
