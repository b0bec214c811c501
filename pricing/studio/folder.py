"""The folder of rules that the studio works on: read with care, written whole, and never over what nobody has seen.

Reads and writes files of one folder; makes texts by their path in it, each with a fingerprint of its bytes. Whoever saves
says which fingerprint was seen; a file that has another one by then is left as it is. Next: `app`.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from attrs import frozen

from pricing.language.loading.plain import read_plain, write_whole
from pricing.language.loading.strays import is_table
from pricing.simulate.revisions import NoSuchRules, revision_texts, revisions
from pricing.studio.bench import EXAMPLES

LARGEST = 5_000_000
"""Bytes; larger files are told, not shown."""
MOST_FILES = 20_000
"""Files and folders that are looked at."""
NEW = ""
"""The fingerprint of a file that is not there."""
_MARK = "\ufeff"


class NotDone(ValueError):
    """Something that is not done, and why, as a sentence."""


class Overtaken(NotDone):
    """A file has changed since it was seen. `theirs` is what it says now; None: it is gone."""

    def __init__(self, theirs: str | None, fingerprint: str) -> None:
        super().__init__("somebody else has changed this file meanwhile")
        self.theirs = theirs
        self.fingerprint = fingerprint


@frozen
class Leaf:
    """One file as it was read: its text without mark, lines ended by a line feed."""

    text: str
    fingerprint: str
    locked: str = ""
    """Why it cannot be changed here; empty when it can."""
    is_windows: bool = False
    """Whether its lines end as on Windows; they are written so again."""
    has_mark: bool = False


class TextFolder:
    """One folder. Files are read again when they have changed; calls may come from several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._lock = threading.Lock()
        self._read: dict[str, tuple[tuple[int, int, int], Leaf]] = {}

    def leaves(self) -> Mapping[str, Leaf]:
        """All files as they are now, by path."""
        with self._lock:
            now = {path: (stamp, self._known(path, stamp)) for path, stamp in _files(self.root)}
            self._read = now
            return {path: leaf for path, (_, leaf) in now.items()}

    def texts(self) -> dict[str, str]:
        """All texts."""
        return {path: leaf.text for path, leaf in self.leaves().items()}

    def _known(self, path: str, stamp: tuple[int, int, int]) -> Leaf:
        before = self._read.get(path)
        return before[1] if before is not None and before[0] == stamp else self._leaf(path)

    def _leaf(self, path: str) -> Leaf:
        try:
            return _leaf_of(read_plain(self.root / path, self.root, LARGEST))
        except OSError as error:
            return Leaf("", NEW, f"it cannot be read: {error.strerror}")

    def write(self, path: str, text: str | None, seen: str) -> str:
        """Puts a text in the place of the file that was seen, or of none; None removes it. Its new fingerprint.

        Raises NotDone for a path or file that is none of the studio's, Overtaken when it is not as it was seen.
        """
        file = self._target(path)
        with self._lock:
            now = self._leaf(path) if os.path.lexists(file) else Leaf("", NEW)
            if now.locked:
                raise NotDone(f"{path} is left alone, for {now.locked}")
            if now.fingerprint != seen:
                raise Overtaken(now.text if now.fingerprint else None, now.fingerprint)
            try:
                return self._put(file, text, now)
            except OSError as error:
                raise NotDone(f"{path} cannot be written: {error.strerror}") from None

    def _put(self, file: Path, text: str | None, now: Leaf) -> str:
        if text is None:
            file.unlink(missing_ok=True)
            return NEW
        body = text.replace("\r\n", "\n").replace("\r", "\n")
        body = body.replace("\n", "\r\n") if now.is_windows else body
        try:
            data = ((_MARK if now.has_mark else "") + body).encode("utf-8")
        except UnicodeEncodeError:
            raise NotDone("this text has half a character, which no file can hold") from None
        if len(data) > LARGEST:
            raise NotDone(f"this text is larger than {LARGEST // 1_000_000} MB")
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, data)
        return _fingerprint(data)

    def _target(self, path: str) -> Path:
        """Where a file of rules, examples or the catalogue stands. Raises NotDone for any other path."""
        parts = path.split("/")
        wrong = any(part in ("", ".", "..") or part.startswith(".") or not _plain(part) for part in parts)
        if wrong or len(path) > 200 or not is_ours(path):
            raise NotDone("a file of the studio is called like campaigns/summer.promo or campaigns/summer.examples.md")
        file = self.root.joinpath(*parts)
        above = file.parent
        while not above.exists():
            above = above.parent
        if not above.resolve().is_relative_to(self.root) or not above.is_dir():
            raise NotDone(f"{path} would lie outside the folder of rules")
        return file

    # Git

    def revisions(self) -> list[dict[str, str]]:
        """The last commits that touched this folder, newest first; none without git."""
        return revisions(self.root)

    def revision(self, name: str) -> dict[str, str]:
        """The rule and catalogue texts of a revision. Raises NotDone."""
        try:
            found = revision_texts(self.root, name)
        except NoSuchRules as error:
            raise NotDone(f"{error}") from None
        return {path: _leaf_of(data).text for path, data in found.items()}


def is_ours(path: str) -> bool:
    """Whether a path is that of a rule file, of example carts, or of one of the catalogue's tables."""
    return path.endswith((".promo", EXAMPLES)) or is_table(path)


def _plain(part: str) -> bool:
    return part.isprintable() and not set(part) & set('\\:*?"<>|')


def _leaf_of(data: bytes) -> Leaf:
    try:
        text, locked = data.decode("utf-8"), ""
    except UnicodeDecodeError:
        text, locked = data.decode("utf-8", "replace"), "it is not written in UTF-8"
    has_mark = text.startswith(_MARK)
    plain = text.removeprefix(_MARK).replace("\r\n", "\n").replace("\r", "\n")
    return Leaf(plain, _fingerprint(data), locked, "\r\n" in text[:10_000], has_mark)


def _fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _files(root: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """(path, stamp) of every file of ours, sorted; hidden ones are left alone."""
    found: list[str] = []
    seen = 0
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        here = PurePosixPath(Path(folder).relative_to(root).as_posix())
        paths = [(here / name).as_posix() for name in names if not name.startswith(".")]
        found += [path for path in paths if is_ours(path)]
        seen += len(inner) + len(names)
        if seen > MOST_FILES:
            break
    for path in sorted(found):
        try:
            stat = (root / path).stat()
        except OSError:
            continue
        yield path, (stat.st_mtime_ns, stat.st_size, stat.st_ino)
