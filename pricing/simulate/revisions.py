"""A folder of rules as it stands, or as it stood in a git revision, without touching the working tree.

Reads `FOLDER`, `REVISION` or `REVISION:FOLDER`; makes an `Engine`, or raises RuleErrors or `NoSuchRules`.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath

from pricing.api import Engine
from pricing.language.loading.load import Loaded, load_folder, load_texts
from pricing.model.errors import RuleErrors


class NoSuchRules(ValueError):
    """Neither a folder nor something that git knows; the message says what is missing."""


def engine_of(name: str, folder: str = "rules") -> Engine:
    """The engine of a folder, or of `folder` in a git revision. Raises RuleErrors, NoSuchRules."""
    loaded = load_folder(name) if Path(name).is_dir() else load_revision(name, folder)
    if loaded.book is None:
        raise RuleErrors(loaded.diagnostics, loaded.report())
    return Engine(loaded.book)


def load_revision(name: str, folder: str = "rules") -> Loaded:
    """The rules of `REVISION:FOLDER`, or of `folder` in `REVISION`. A folder that begins with `./` is looked up from
    the current one, any other from the top of the repository. Raises NoSuchRules.
    """
    revision, colon, path = name.partition(":")
    if not colon:
        path = f"./{folder}" if not Path(folder).is_absolute() else folder
        commit = _git_line(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
        if commit is None:
            raise NoSuchRules(f"{name!r} is neither a folder nor a git revision")
    tree = _git_line(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}:{path}"])
    if tree is None or _git_line(["cat-file", "-t", tree]) != "tree":
        raise NoSuchRules(f"git knows no folder {path!r} in {revision!r}")
    # `load_texts` wants the names of files inside the folder, and says them in its findings.
    return load_texts(_texts(tree))


def revision_texts(folder: Path, revision: str) -> dict[str, bytes]:
    """The rule and catalogue files of a folder as they were in a revision, by path. Raises NoSuchRules."""
    tree = _git_line(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}:./"], folder)
    if tree is None or _git_line(["cat-file", "-t", tree], folder) != "tree":
        raise NoSuchRules(f"git knows no such folder in {revision[:100]!r}")
    return _texts(tree, folder)


def revisions(folder: Path, most: int = 30) -> list[dict[str, str]]:
    """The last commits that touched a folder, newest first: `name`, `day` and `says`. Empty where git knows none."""
    try:
        told = _git_line(["log", f"-{most}", "--format=%h%x09%cs%x09%s", "--", "."], folder)
    except NoSuchRules:
        return []
    rows = [line.split("\t", 2) for line in (told or "").splitlines()]
    return [{"name": row[0], "day": row[1], "says": row[2]} for row in rows if len(row) == 3]


def _texts(tree: str, where: Path | None = None) -> dict[str, bytes]:
    """The rule and catalogue files of a tree, by path."""
    found: dict[str, bytes] = {}
    for entry in _git(["ls-tree", "-r", "-z", "--full-tree", tree], where).split(b"\0"):
        about, _, path = entry.decode("utf-8", "replace").partition("\t")
        parts = PurePosixPath(path).parts
        is_table = len(parts) == 2 and parts[0] == "catalogue" and path.endswith(".csv")
        if not (path.endswith(".promo") or is_table) or any(part.startswith(".") for part in parts):
            continue
        mode, what, blob = about.split()
        if what == "blob" and mode != "120000":
            found[path] = _git(["cat-file", "blob", blob], where)
    return found


def _git_line(args: list[str], where: Path | None = None) -> str | None:
    """What git prints; None when it refuses."""
    try:
        return _git(args, where).decode("utf-8", "replace").strip() or None
    except subprocess.CalledProcessError:
        return None


def _git(args: list[str], where: Path | None = None) -> bytes:
    try:
        return subprocess.run(["git", *args], cwd=where, capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise NoSuchRules("a revision needs git, which is not installed") from None


def history(folder: str, most: int) -> list[str]:
    """Commits that changed a folder of rules, the newest first; none where git knows nothing of it."""
    path = f"./{os.path.relpath(folder)}"
    try:
        return _git(["log", f"--max-count={most}", "--format=%H", "--", path]).decode("ascii", "replace").split()
    except (subprocess.CalledProcessError, NoSuchRules):
        return []
