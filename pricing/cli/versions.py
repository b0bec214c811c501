"""OLD and NEW on the command line: the rules of a folder, or of a git revision."""

from __future__ import annotations

import click

from pricing.api import Engine
from pricing.cli.talk import remark
from pricing.model.errors import RuleErrors
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
