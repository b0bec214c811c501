"""Files that lie among the rules and are not read: told, for whoever wrote them believes that they hold.

Reads the names of files in a folder of rules; makes a warning for each that looks as if it were meant. Called by `load`.
"""

from __future__ import annotations

from collections.abc import Container

from pricing.language.diagnostics.diagnostic import Diagnostic, about_file
from pricing.language.diagnostics.nearest import nearest
from pricing.language.loading.catalogue import TABLES

ENDING = ".promo"
_SAVED = (".xlsx", ".xls", ".ods", ".numbers")


def is_table(name: str) -> bool:
    """Whether a file, by its path in the folder of rules, is one of the catalogue's."""
    folder, _, last = name.rpartition("/")
    return folder == "catalogue" and last.endswith(".csv") and last.lower() in TABLES


def stray(name: str, others: Container[str], prefix: str = "") -> Diagnostic | None:
    """What there is to say about a file, by its path in the folder of rules; None when it is read, or meant for people.

    `others` are the paths of the files beside it: none of their names is advised.
    """
    folder, _, last = name.rpartition("/")
    if last.startswith(".") or last.endswith((ENDING, ".md")):
        return None
    if folder == "catalogue":
        return _of_catalogue(name, last, prefix)
    if ENDING not in last.lower() and folder.split("/")[0] != "campaigns":
        return None
    head = last.lower().find(ENDING)
    stem = last[:head] if head > 0 else last.split(".")[0] or last
    right = f"{stem}{ENDING}"
    helps = [f"Call it {right} when it holds rules; otherwise keep it somewhere else."]
    if (f"{folder}/{right}" if folder else right) in others:
        helps = [f"{right} is there already, and read: keep this one somewhere else."]
    if last.lower().endswith(f"{ENDING}.txt"):
        helps.append("Notepad puts .txt behind a name unless you choose All files as the type when saving.")
    what = f"This file is not read: its name does not end in {ENDING}."
    if last.lower().endswith(ENDING):
        what = f"This file is not read: {ENDING} is written in small letters."
    return about_file("P0135", prefix + name, what, helps=helps)


def _of_catalogue(name: str, last: str, prefix: str) -> Diagnostic | None:
    if is_table(name):
        return None
    stem, _, ending = last.lower().partition(".")
    meant = next((table for table in TABLES if table == f"{stem}.csv"), None)
    if meant is not None and f".{ending}" in _SAVED:
        what, helps = "This spreadsheet is not read.", f"Save it as CSV, with commas and in UTF-8: {meant}"
    else:
        what = "This file is not read: it is none of the catalogue's."
        meant = meant or nearest(last, TABLES, 0.7)
        helps = f"Did you mean {meant}?" if meant else f"A catalogue has {', '.join(TABLES)}."
    return about_file("P0135", prefix + name, what, helps=(helps,))
