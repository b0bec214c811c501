"""Loaded rules on disk, so that the next start need not read the text of rules that have not changed.

Holds `Entry`s, one file for each rule file, and one for the folder as a whole. What is found is used only when it is whole
(checksum), was made by this very version of the language (digest of its sources, of Python, of what it imports) and of these
very texts, and lies in a folder that nobody but this user can write to: it is read with `marshal`, which trusts its input.
Anything else is passed over in silence and made anew. Files are written aside and moved into place, so that several
processes may share a cache.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attrs import astuple, frozen

from pricing.language.diagnostics.diagnostic import Diagnostic
from pricing.language.loading.entry import (
    Entry,
    campaign_of,
    campaign_row,
    diagnostic_rows,
    diagnostics_of,
    digest,
    policy_of,
    policy_row,
)
from pricing.language.loading.plain import read_plain
from pricing.model.packed import Pack, Rules
from pricing.model.rulebook import RuleBook

_FORMAT = b"promotion rules 1\n"
_CHECK = 32
"""Bytes of a checksum, and of each of the two digests that name an entry."""


@frozen
class Whole:
    """A folder without mistakes, as it was loaded."""

    book: RuleBook
    diagnostics: tuple[Diagnostic, ...]
    entries: dict[str, Entry]


class Kept:
    """What is kept of one folder of rules."""

    def __init__(self, place: Path, root: Path, reader: str = "") -> None:
        """`reader`: who reads the folder in another way than all others, and so has what it keeps for itself."""
        self._root = os.fsencode(root.resolve()) + b"\n" + os.fsencode(root) + b"\n" * bool(reader) + reader.encode()
        self._place = place
        self._folder = place / _name(self._root)
        self._seen: dict[str, tuple[bytes, bytes]] = {}
        """Key and context of entries that were read."""
        self.trouble = self._prepared()
        """Why nothing is kept here; empty when all is well."""

    def _prepared(self) -> str:
        if not hasattr(os, "geteuid"):
            return "this system does not say who can write to a folder"
        try:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _only_mine(self._place.stat()):
                return _whose(self._place.stat())
            if not self._folder.exists():
                _forget_lost(self._place)
                self._folder.mkdir(mode=0o700, exist_ok=True)
                _write(self._folder / "root", self._root)
            return "" if _only_mine(self._folder.stat()) else _whose(self._folder.stat())
        except OSError as error:
            return f"it cannot be used: {error.strerror}"

    def whole(self, key: bytes) -> Whole | None:
        """The folder as it was loaded, when its texts are the same as then."""
        found = self._read("folder")
        if found is None or found[0] != key:
            return None
        policy, campaigns, diagnostics, files = marshal.loads(found[2])
        entries: dict[str, Entry] = {}
        for name, own, context in files:
            entry = self._entry(name)
            if entry is None or (entry.key, entry.context) != (own, context) or not entry.zone_holds():
                return None
            entries[name] = entry
        rules = Rules([entry.pack for entry in entries.values()])
        book = RuleBook(rules, policy_of(policy), tuple([campaign_of(row) for row in campaigns]))
        return Whole(book, tuple(diagnostics_of(diagnostics)), entries)

    def entry(self, name: str, key: bytes) -> Entry | None:
        """The entry of a file, when its text is the same as then."""
        entry = self._entry(name)
        return entry if entry is not None and entry.key == key else None

    def keep(
        self, key: bytes, entries: Mapping[str, Entry], book: RuleBook | None, diagnostics: Iterable[Diagnostic]
    ) -> None:
        """Write what is not there yet; the folder as a whole only when it has no mistakes. Tries, and fails in silence."""
        try:
            for name, entry in entries.items():
                there = self._seen.get(name) or self._head(_file_of(name))
                if there != (entry.key, entry.context):
                    pack = astuple(entry.pack, recurse=False)
                    self._write(_file_of(name), entry.key, entry.context, (entry.zone, pack, entry.facts))
            if book is not None:
                files = tuple([(name, entry.key, entry.context) for name, entry in entries.items()])
                campaigns = tuple([campaign_row(campaign) for campaign in book.campaigns])
                rows = policy_row(book.policy), campaigns, diagnostic_rows(diagnostics), files
                self._write("folder", key, b"\0" * _CHECK, rows)
                self._forget_others({"root", "folder", *map(_file_of, entries)})
        except (OSError, ValueError):  # a full disk, or a text that is not plain: the next load reads the rules again
            pass

    # Files: the format, the version, a checksum of all that follows, two digests, plain data

    def _entry(self, name: str) -> Entry | None:
        found = self._read(_file_of(name))
        if found is None:
            return None
        key, context, data = found
        self._seen[name] = key, context
        zone, pack, facts = marshal.loads(data)
        return Entry(key, context, zone, Pack(*pack), facts)

    def _read(self, file: str) -> tuple[bytes, bytes, memoryview] | None:
        if self.trouble:
            return None
        try:
            handle = os.open(self._folder / file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as opened:
                if not _only_mine(os.fstat(handle)):
                    return None
                data = memoryview(opened.read())
        except OSError:
            return None
        head = _FORMAT + _version()
        start = len(head) + _CHECK
        if data[: len(head)] != head or data[len(head) : start] != hashlib.sha256(data[start:]).digest():
            return None
        middle, end = start + _CHECK, start + 2 * _CHECK
        return bytes(data[start:middle]), bytes(data[middle:end]), data[end:]

    def _head(self, file: str) -> tuple[bytes, bytes] | None:
        found = self._read(file)
        return None if found is None else found[:2]

    def _write(self, file: str, one: bytes, two: bytes, data: tuple[Any, ...]) -> None:
        if self.trouble:
            return
        body = one + two + marshal.dumps(data)
        _write(self._folder / file, b"".join([_FORMAT, _version(), hashlib.sha256(body).digest(), body]))

    def _forget_others(self, files: set[str]) -> None:
        for file in self._folder.iterdir():
            if file.name not in files and not file.name.startswith("."):
                file.unlink(missing_ok=True)


def _file_of(name: str) -> str:
    return _name(name.encode("utf-8", "surrogatepass"))


def _name(what: bytes) -> str:
    return hashlib.sha256(what).hexdigest()[:32]


def _only_mine(found: os.stat_result) -> bool:
    """Whether a file or folder is this user's, and nobody else can write to it."""
    writable = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    kind = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    return kind and found.st_uid == os.geteuid() and not writable


def _whose(found: os.stat_result) -> str:
    """Why a folder is not to be trusted."""
    return "it belongs to another user" if found.st_uid != os.geteuid() else "others can write to it"


def _write(path: Path, data: bytes) -> None:
    """Puts a file in its place in one go."""
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _forget_lost(place: Path) -> None:
    """Removes what was kept of folders that are no longer there; nothing else that may lie here."""
    for file in place.glob("*/root"):
        root = read_plain(file)
        if file.parent.name == _name(root) and not Path(os.fsdecode(root.partition(b"\n")[0])).is_dir():
            shutil.rmtree(file.parent, ignore_errors=True)


@cache
def _version() -> bytes:
    """A digest of all that turns text into rules."""
    package = Path(__file__).parents[2]
    sources = [*package.glob("language/**/*.py"), *package.glob("language/**/*.lark"), *package.glob("model/*.py")]
    parts = [sys.version.encode(), sys.byteorder.encode()]
    for name in ("lark", "py-money"):
        try:
            parts.append(version(name).encode())
        except PackageNotFoundError:  # put beside the library without its papers
            parts.append(b"")
    for file in (package / "money.py", *sorted(sources)):
        parts += [file.name.encode(), file.read_bytes()]
    return digest(*parts)
