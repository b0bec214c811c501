"""OLD and NEW on the command line: the rules of a folder, of a git revision, or those that a decision log names."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from pricing.api import Engine
from pricing.cli.talk import remark
from pricing.model.errors import RuleErrors
from pricing.model.rulebook import RuleBook
from pricing.simulate.revisions import NoSuchRules, engine_of


def engine_of_version(name: str, which: str, folder: str) -> Engine:
    """Its engine; `which` is what the command calls it. Raises click.BadParameter, RuleErrors."""
    try:
        return engine_of(name, folder)
    except NoSuchRules as error:
        raise click.BadParameter(f"{error}.", param_hint=f"'{which}'") from None
    except RuleErrors:
        remark(f"The rules of {which}, {name}, are wrong:")
        raise


@frozen
class Versions:
    """Both versions of a replay."""

    old: Engine
    new: Engine
    log: str = ""
    """`OLD` or `NEW`, where that is a decision log: its engine is then that of the log's last decision."""
    known: dict[str, RuleBook] | None = None
    """The rules that the log names, by fingerprint, as far as they were found."""


def versions_of(old: str, new: str, logs: tuple[str, ...], places: tuple[str, ...], folder: str) -> Versions:
    """Both versions; `logs` are all files of the log where one of the two is one, and `places` where its rules may be.

    Raises click.BadParameter, RuleErrors, WrongOrders, OSError.
    """
    which = log_among(old, new)
    if not which:
        return Versions(engine_of_version(old, "OLD", folder), engine_of_version(new, "NEW", folder))
    from pricing.simulate.known import find_rules, prints_in

    other = old if which == "NEW" else new
    given = engine_of_version(other, "OLD" if which == "NEW" else "NEW", folder)
    prints = prints_in(logs)
    try:
        known = find_rules(prints, [given], places, other if Path(other).is_dir() else folder)
    except NoSuchRules as error:
        raise click.BadParameter(f"{error}.", param_hint="'--known'") from None
    for name in prints:
        if name not in known:
            remark(f"The rules {name}, which the log names, were not found; --known says where they are.")
    last = next((Engine(known[name]) for name in reversed(prints) if name in known), given)
    return Versions(given if which == "NEW" else last, last if which == "NEW" else given, which, known)


def log_among(old: str, new: str) -> str:
    """Which of the two is a decision log. Raises click.UsageError when both are."""
    found = [which for which, name in (("OLD", old), ("NEW", new)) if name == "-" or Path(name).is_file()]
    if len(found) == 2:
        raise click.UsageError(
            "Only one of OLD and NEW can be a decision log; the other one is rules to compare it with."
        )
    return found[0] if found else ""
