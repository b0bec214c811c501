"""Folders of rules as they are named on a command line."""

from __future__ import annotations

import os
from pathlib import Path

import click


class RuleFolder(click.Path):
    """The folder of rules. A part of it would be read without its catalogue or policy, so what is none is refused."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> str:
        value = os.fspath(value)
        folder = Path(value)
        if folder.is_file():
            self.fail(f"{value} is a file; name the folder of all rules, such as rules.", param, ctx)
        if not folder.is_dir():
            self.fail(f"There is no folder called {value} here; name the folder of all rules.", param, ctx)
        if not any(folder.rglob("*.promo")):
            self.fail(f"{value} holds no rules: no file in it ends in .promo.", param, ctx)
        above = folder.resolve().parents[:2]  # as from campaigns/2026
        whole = next((place for place in above if _holds_rules(place)), None)
        if whole is not None and not _holds_rules(folder):
            self.fail(
                f"{value} is only a part of the rules; name the folder {whole.name}, which holds all.", param, ctx
            )
        return value


def _holds_rules(folder: Path) -> bool:
    return (folder / "policy.promo").is_file() or (folder / "catalogue").is_dir()
