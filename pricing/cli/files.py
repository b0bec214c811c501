"""Folders of rules as they are named on a command line; writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
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


def write_text(path: Path, text: str) -> None:
    """Put `text` in the place of a file: whoever reads at the same time sees the old text or the new one.

    Line ends are written as they stand in `text`, and the file keeps its permissions; a link stays a link.
    """
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
