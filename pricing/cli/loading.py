"""Rules for a command: loaded with a bar when that takes long, and kept for the next command.

They are kept in the folder that PRICING_CACHE names, else in this user's cache folder (~/.cache/pricing); with
PRICING_CACHE set to nothing, nowhere. What is kept is safe to delete at any time.
"""

from __future__ import annotations

import os
from pathlib import Path

from pricing.api import Engine
from pricing.cli.talk import Progress, remark
from pricing.language.loading.load import Loaded, load_folder
from pricing.model.errors import RuleErrors


def load(folder: str | Path) -> Loaded:
    """A folder of rules, mistakes and all."""
    with Progress(None, "Reading rules", while_silent=True) as progress:
        loaded = load_folder(folder, cache_folder(), tell=progress.reach)
    if loaded.cache_trouble and os.environ.get("PRICING_CACHE"):
        remark(loaded.cache_trouble)
    return loaded


def engine_of(folder: str | Path) -> Engine:
    """The engine of a folder of rules. Raises RuleErrors."""
    loaded = load(folder).filled(folder)
    if loaded.book is None:
        raise RuleErrors(loaded.diagnostics, loaded.report())
    return Engine(loaded.book)


def cache_folder() -> Path | None:
    """Where rules are kept; None: nowhere."""
    named = os.environ.get("PRICING_CACHE")
    if named is not None:
        return Path(named) if named else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "pricing"
    except RuntimeError:  # this user has no home
        return None
