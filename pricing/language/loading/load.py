"""A folder of rule files, or their texts, to one `RuleBook` and everything there is to say about it.

Reads files or texts; runs load → cards → parser → build → resolve → references → checks over all of them; makes a
`Loaded`. Whatever is in the texts, nothing is raised: mistakes come out as diagnostics, in order of place.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, about_file
from pricing.language.diagnostics.render import render
from pricing.language.loading.entry import Entry, digest
from pricing.language.loading.kept import Kept
from pricing.language.loading.plain import Unfit, read_plain
from pricing.language.loading.strays import is_table, stray
from pricing.model.bulk import CollectorAtRest
from pricing.model.rulebook import RuleBook

if TYPE_CHECKING:
    from pricing.language.loading.book import Find, Made, Tell
    from pricing.language.loading.texts import Text


@define(eq=False)
class Rest:
    """What is still to be said of texts that were loaded; said once, by whoever asks first."""

    work: Callable[[], list[Diagnostic]] | None
    about: tuple[Diagnostic, ...]
    """About the folder."""
    found: tuple[Diagnostic, ...]
    """Without the rest, then with it."""
    then: Callable[[tuple[Diagnostic, ...]], None] | None = None
    """Is told all of it."""
    lock: threading.Lock = field(factory=threading.Lock, init=False)

    def told(self) -> tuple[Diagnostic, ...]:
        """All findings in order of place."""
        with self.lock:
            if self.work is not None:
                try:
                    self.found = _ordered([*self.about, *self.work()])
                    if self.then is not None:
                        self.then(self.found)
                except Exception as error:  # as in `_load`
                    self.found = (*self.found, _fault(error, ""))
                self.work = self.then = None  # they hold all that was read
        return self.found


@frozen
class Loaded:
    """What came of loading: the rules, unless something is wrong with them, and all findings in order of place."""

    book: RuleBook | None
    """None when any diagnostic is an error."""
    diagnostics: tuple[Diagnostic, ...]
    partial: RuleBook = field(default=RuleBook(), repr=False)
    """What could be read, errors or not: for editors, never for prices."""
    key: bytes = field(default=b"", repr=False, eq=False)
    """A digest of all texts; empty when it was not asked for, or when some could not be read."""
    entries: Mapping[str, Entry] = field(factory=dict, repr=False, eq=False)
    """Files without mistakes, for the next load."""
    cache_trouble: str = field(default="", eq=False)
    """Why the cache was not used, as a sentence."""
    files: int = field(default=0, eq=False)
    """How many files were read that can hold cards."""
    rest: Rest | None = field(default=None, repr=False, eq=False)
    """What `load_again` has put off; None: nothing."""

    def every(self) -> tuple[Diagnostic, ...]:
        """All findings, with what was put off."""
        return self.diagnostics if self.rest is None else self.rest.told()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(item for item in self.diagnostics if item.is_error)

    def filled(self, where: str | Path = "") -> Loaded:
        """The same, refused when no file could hold cards: from a wrong place, all would sell at list price in silence."""
        if self.files:
            return self
        named = str(where) or "rules"
        helps = ("Rules stand in files that end in .promo, such as campaigns/summer.promo.",)
        told = about_file(
            "P0136", named, "There are no rules here: no file ends in .promo but the policy.", helps=helps
        )
        if not any(item.code == "P0130" for item in self.diagnostics):
            return evolve(self, book=None, diagnostics=(*self.diagnostics, told))
        return self

    def report(self, form: str = "text", colour: bool = False) -> str:
        """All findings as `text` with carets, `short` lines, or `json`."""
        return render(self.every(), form, colour)


def load_folder(
    path: str | Path,
    cache: Path | None = None,
    earlier: Loaded | None = None,
    tell: Tell | None = None,
    *,
    doubts: bool = True,
) -> Loaded:
    """The rules of a folder: every `.promo` file in it, and the catalogue in its `catalogue` folder.

    `cache` is a folder to keep loaded rules in (see `kept`), `earlier` what an earlier load of the same folder made: what
    has not changed is taken from there, and the outcome is the same. `tell` hears how far it has come. Without `doubts`,
    and without a cache, sound cards are not compared with each other, which of 10,000 cards takes a second.
    """
    root = Path(path)
    if not root.is_dir():
        return Loaded(None, (about_file("P0130", str(path), f"There is no folder called {path}."),))
    texts, told, strays = _texts_of(root)
    prefix = _prefix(path)
    told += strays
    if cache is None and earlier is None:
        return _load(texts, prefix, told, keep=True, tell=tell)
    lying = "\n".join(item.file for item in strays)
    read = (part for name in texts for part in (os.fsencode(name), texts[name]))
    key = digest(os.fsencode(prefix), os.fsencode(lying), *read)
    key = b"" if len(told) > len(strays) else key  # what cannot be read has no key
    if earlier is not None and key and earlier.key == key:
        return earlier
    kept = Kept(cache, root) if cache is not None else None
    with CollectorAtRest():
        whole = kept.whole(key) if kept is not None else None
    if whole is not None:
        return Loaded(whole.book, whole.diagnostics, whole.book, key, whole.entries, files=_count(texts))
    doubts = doubts or kept is not None
    loaded = evolve(_load(texts, prefix, told, _finder(earlier, kept), keep=True, tell=tell, doubts=doubts), key=key)
    if kept is None:
        return loaded
    kept.keep(key, loaded.entries, loaded.book if key else None, loaded.diagnostics)
    return evolve(loaded, cache_trouble=kept.trouble and f"The cache {cache} is not used: {kept.trouble}.")


def load_with(root: Path, changed: Mapping[str, str]) -> Loaded:
    """The rules of a folder as they would be with other texts in some of its files, by their name in findings."""
    texts, told, strays = _texts_of(root)
    prefix = _prefix(root)
    return _load({name: changed.get(prefix + name, text) for name, text in texts.items()}, prefix, [*told, *strays])


def _prefix(path: str | Path) -> str:
    """What stands before the name of a file in findings."""
    return "" if str(path) in (".", "") else Path(path).as_posix().rstrip("/") + "/"


def _texts_of(root: Path) -> tuple[dict[str, bytes], list[Diagnostic], list[Diagnostic]]:
    """The texts of a folder by name, in order; which files cannot be read, and which are not meant to be."""
    texts: dict[str, bytes] = {}
    told: list[Diagnostic] = []
    strays: list[Diagnostic] = []
    prefix = _prefix(root)
    files = {file.relative_to(root).as_posix(): file for file in _files_under(root, told)}
    for key, file in files.items():
        if not _is_read(key):
            strays += [item] if (item := stray(key, files, prefix)) is not None else []
            continue
        try:
            texts[key] = read_plain(file, root if file.is_symlink() else None)
        except Unfit as error:
            told.append(about_file("P0131", str(file), f"This is named like a rule file, but {error.strerror}."))
        except OSError as error:
            told.append(about_file("P0131", str(file), f"This file cannot be read: {error.strerror}."))
    return texts, told, strays


def _is_read(name: str) -> bool:
    """Whether a file is a rule file, or one of the catalogue's tables."""
    return name.endswith(".promo") or is_table(name)


def _count(texts: Iterable[str]) -> int:
    """How many files can hold cards."""
    return sum(name.endswith(".promo") and name.rpartition("/")[2] != "policy.promo" for name in texts)


def _finder(earlier: Loaded | None, kept: Kept | None) -> Find:
    def find(name: str, key: bytes) -> Entry | None:
        entry = earlier.entries.get(name) if earlier is not None else None
        if entry is not None and entry.key == key:
            return entry
        return kept.entry(name, key) if kept is not None else None

    return find


def rule_files(root: Path) -> list[Path]:
    """Everything in a folder that is named like a rule file, sorted; hidden files and folders are left alone."""
    return [file for file in _files_under(root, []) if file.suffix == ".promo"]


def _files_under(root: Path, told: list[Diagnostic]) -> list[Path]:
    """Every file, sorted, but hidden ones; and folders that are named like a file. Folders that cannot be looked into are
    told.
    """

    def unread(error: OSError) -> None:
        told.append(about_file("P0131", str(error.filename), f"This folder cannot be read: {error.strerror}."))

    found: list[Path] = []
    for folder, inner, names in os.walk(root, onerror=unread):
        here = Path(folder)
        inner[:] = [name for name in inner if not name.startswith(".")]
        found += [here / name for name in names if not name.startswith(".")]
        found += [here / name for name in inner if _is_read((here / name).relative_to(root).as_posix())]
    return sorted(found)


def load_texts(texts: Mapping[str, Text], catalogue: Mapping[str, Text] | None = None) -> Loaded:
    """The rules of texts by the name of their file, such as `policy.promo` or `campaigns/a.promo`.

    Catalogue files are those called `catalogue/….csv`, and all of `catalogue`; without them no names are checked.
    """
    named = {
        name if name.startswith("catalogue/") else f"catalogue/{name}": text for name, text in (catalogue or {}).items()
    }
    every = {**texts, **named}
    return _load(every, "", _strays(every))


def load_again(texts: Mapping[str, Text], earlier: Loaded | None = None, kept: Kept | None = None) -> Loaded:
    """As `load_texts`, of texts that change again and again: what is as it was in an earlier load, or in what was `kept` on
    disk, is taken from there. Comparing cards of a large folder with each other is put off until somebody asks `every`.
    """
    told = _strays(texts)
    if kept is None:
        return _load(texts, "", told, _finder(earlier, None), keep=True, hold=True)
    lying = "\n".join(item.file for item in told)
    read = [part for name in sorted(texts) for part in (name, texts[name])]
    key = digest(
        *[part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in [lying, *read]]
    )
    whole = kept.whole(key)
    if whole is not None:
        return Loaded(whole.book, whole.diagnostics, whole.book, key, whole.entries, files=_count(texts))
    loaded = _load(texts, "", told, _finder(earlier, kept), keep=True, hold=True)
    kept.keep(key, loaded.entries, None, ())
    if loaded.rest is not None and loaded.book is not None:
        book, rest = loaded.book, loaded.rest
        rest.then = lambda every: kept.keep(key, loaded.entries, book, every)
    return loaded


def _strays(names: Collection[str]) -> list[Diagnostic]:
    return [item for name in sorted(names) if (item := stray(name, names)) is not None]


def _load(
    texts: Mapping[str, Text],
    prefix: str,
    told: Sequence[Diagnostic],
    find: Find | None = None,
    keep: bool = False,
    tell: Tell | None = None,
    hold: bool = False,
    doubts: bool = True,
) -> Loaded:
    from pricing.language.loading import book  # here, for rules that were kept need no parser

    made: Made
    try:
        made = book.book_of(texts, prefix, find, keep, tell, hold, doubts)
    except Exception as error:  # our own fault must reach marketing as a finding like any other, not as a traceback
        if find is not None:  # without what was kept, it is told like any other fault, or there is none
            return _load(texts, prefix, told, None, keep, tell, hold, doubts)
        made = book.Made(RuleBook(), [_fault(error, prefix)])
    ordered = _ordered([*told, *made.told])
    good = None if any(item.is_error for item in ordered) else made.book
    rest = Rest(made.rest, tuple(told), ordered) if made.rest is not None else None
    return Loaded(good, ordered, made.book, b"", made.entries, files=_count(texts), rest=rest)


def _ordered(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda item: (item.file, item.start, item.end, item.code, item.message)))


def _fault(error: Exception, prefix: str) -> Diagnostic:
    """Our own fault, as a finding."""
    where = f"{type(error).__name__} at {_last_place(error)}"
    helps = ("This is a fault of the program, not of your rules. Please send this line to the engineers.",)
    return about_file("P0901", prefix or "rules", f"The rules could not be read: {where}.", helps=helps)


def _last_place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
