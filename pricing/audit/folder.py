"""The catalogue of a rule folder, read on its own: for commands that need names and prices beside the rules."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pricing.language.loading.catalogue import NO_CATALOGUE, Catalogue, read_catalogue
from pricing.language.loading.plain import read_plain


def catalogue_of(folder: str | Path) -> Catalogue:
    """What `catalogue/*.csv` of a folder lists; nothing when it is not there. What is wrong with it, `check` tells."""
    found = Path(folder) / "catalogue"
    if not found.is_dir():
        return NO_CATALOGUE
    texts: dict[str, str] = {}
    for file in sorted(found.glob("*.csv")):
        with suppress(OSError):
            texts[str(file)] = read_plain(file, folder).decode("utf-8-sig", "replace")
    return read_catalogue(texts)[0]
