"""A rule folder as its writer sees it: the files on disk, with the text of open ones as it is being typed.

Reads a folder and open texts; makes a `Snapshot`, which answers everything that the server is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from attrs import define, field

from pricing.language.diagnostics.source import Source
from pricing.language.loading.catalogue import Catalogue, read_catalogue
from pricing.language.loading.load import Loaded, load_texts
from pricing.language.loading.plain import read_plain
from pricing.language.text.build import build
from pricing.language.text.cards import cut
from pricing.language.text.syntax import Block

LARGEST = 5_000_000
"""Bytes; larger files are not rule files, and an editor must not wait for them."""
MOST_SEEN = 20_000
"""Files and folders that are looked at."""


def root_of(file: Path, workspace: Iterable[Path]) -> Path | None:
    """The rule folder of a file: the nearest one above it with a policy, a catalogue or campaigns; None for a file
    that stands on its own. Nothing above the folders of the workspace is looked at, and without any nothing at all.
    """
    allowed = [folder for folder in workspace if file.is_relative_to(folder)]
    for above in file.parents:
        if not any(above.is_relative_to(folder) for folder in allowed):
            return None
        if (above / "policy.promo").is_file() or (above / "catalogue").is_dir() or (above / "campaigns").is_dir():
            return above
    return None


def names_in(root: Path) -> list[Path]:
    """The rule and catalogue files of a folder, sorted; hidden ones are left alone. In a folder that holds far more than
    rules, such as somebody's home, looking ends after a while.
    """
    found: list[Path] = []
    seen = 0
    for folder, inner, names in os.walk(root):
        here = Path(folder)
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        wanted = (".promo", ".csv") if here == root / "catalogue" else (".promo",)
        found += [here / name for name in names if name.endswith(wanted) and not name.startswith(".")]
        seen += len(inner) + len(names)
        if seen > MOST_SEEN:
            break
    return sorted(found)


class Folder:
    """One rule folder, or one file on its own. Files on disk are read again only when they have changed."""

    def __init__(self, root: Path, alone: Path | None = None) -> None:
        self.root = root
        self.alone = alone
        """The only file, when there is no rule folder around it."""
        self._read: dict[Path, tuple[tuple[int, int], str]] = {}
        self._last: Snapshot | None = None

    def snapshot(self, typed: Mapping[Path, str]) -> Snapshot:
        """What the folder says now; `typed` is the text of open files."""
        paths = [self.alone] if self.alone is not None else names_in(self.root)
        texts = {path: self._text(path) for path in paths if path not in typed}
        texts.update({path: text for path, text in typed.items() if path in paths or self._holds(path)})
        keyed = {path.relative_to(self.root).as_posix(): texts[path] for path in sorted(texts)}
        if self._last is None or self._last.texts != keyed:
            self._last = Snapshot(self.root, keyed)
        return self._last

    def _holds(self, path: Path) -> bool:
        """Whether an open file that is not on disk yet belongs here."""
        if self.alone is not None or not path.is_relative_to(self.root):
            return path == self.alone
        return path.suffix == ".promo"

    def _text(self, path: Path) -> str:
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if path not in self._read or self._read[path][0] != stamp:
                data = read_plain(path, self.root, LARGEST)
                self._read[path] = stamp, data.decode("utf-8", "replace")
            return self._read[path][1]
        except OSError:
            return ""


@define(slots=False, eq=False)
class Snapshot:
    """All texts of a folder at one moment, and what they mean; worked out when first asked for."""

    root: Path
    texts: Mapping[str, str]
    """By path in the folder."""
    _sources: dict[str, Source] = field(factory=dict, init=False)

    @cached_property
    def loaded(self) -> Loaded:
        return load_texts(self.texts)

    @cached_property
    def catalogue(self) -> Catalogue:
        tables = {key: text for key, text in self.texts.items() if key.startswith("catalogue/")}
        return read_catalogue(tables)[0]

    @cached_property
    def blocks(self) -> Mapping[str, tuple[Block, ...]]:
        """The cards, lists and heads of each rule file, as far as they can be read."""
        sources = [self.source(key) for key in self.texts if key.endswith(".promo")]
        return {source.name: build(source, cut(source)[0])[0] for source in sources}

    def source(self, key: str) -> Source:
        """A file's text without its mark, as offsets and lines count."""
        if key not in self._sources:
            self._sources[key] = Source(key, self.texts[key].removeprefix("\ufeff"))
        return self._sources[key]

    def path(self, key: str) -> Path:
        return self.root / key
