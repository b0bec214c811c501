"""A folder of rule files, or their texts, to one `RuleBook` and everything there is to say about it.

Reads files or texts; runs load → cards → parser → build → resolve → references → checks over all of them; makes a
`Loaded`. Whatever is in the texts, nothing is raised: mistakes come out as diagnostics, in order of place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from stat import S_ISREG

from attrs import evolve, field, frozen

from pricing.language import checks
from pricing.language.build import build
from pricing.language.cards import cut
from pricing.language.catalogue import Catalogue, read_catalogue
from pricing.language.diagnostics.diagnostic import Diagnostic, Findings, about_file
from pricing.language.diagnostics.render import render
from pricing.language.diagnostics.source import Source, Span
from pricing.language.home import Home
from pricing.language.lists import NamedList
from pricing.language.policies import read_policy
from pricing.language.references import connect, unique
from pricing.language.resolve import Card, Head, allowed, campaign, card, good_name, needs
from pricing.language.scopes import read_list
from pricing.language.syntax import Block
from pricing.model.policy import HOUSE_POLICY, Policy
from pricing.model.rulebook import RuleBook

POLICY_FILE = "policy.promo"
LARGEST_FILE = 50_000_000

Text = str | bytes


@frozen
class Loaded:
    """What came of loading: the rules, unless something is wrong with them, and all findings in order of place."""

    book: RuleBook | None
    """None when any diagnostic is an error."""
    diagnostics: tuple[Diagnostic, ...]
    partial: RuleBook = field(default=RuleBook(), repr=False)
    """What could be read, errors or not: for editors, never for prices."""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(item for item in self.diagnostics if item.is_error)

    def report(self, form: str = "text", colour: bool = False) -> str:
        """All findings as `text` with carets, `short` lines, or `json`."""
        return render(self.diagnostics, form, colour)


def load_folder(path: str | Path) -> Loaded:
    """The rules of a folder: every `.promo` file in it, and the catalogue in its `catalogue` folder."""
    root = Path(path)
    texts: dict[str, Text] = {}
    told: list[Diagnostic] = []
    if not root.is_dir():
        return Loaded(None, (about_file("P0130", str(path), f"There is no folder called {path}."),))
    for file in _files_under(root, told):
        key = file.relative_to(root).as_posix()
        try:
            known = file.stat()
            if not S_ISREG(known.st_mode):
                told.append(about_file("P0131", str(file), "This is named like a rule file, but it is none."))
                continue
            if known.st_size > LARGEST_FILE:
                told.append(about_file("P0131", str(file), "This file is too large to be a rule file."))
                continue
            texts[key] = file.read_bytes()
        except OSError as error:
            told.append(about_file("P0131", str(file), f"This file cannot be read: {error.strerror}."))
    prefix = "" if str(path) in (".", "") else root.as_posix().rstrip("/") + "/"
    return _load(texts, prefix, told)


def _files_under(root: Path, told: list[Diagnostic]) -> list[Path]:
    """Everything named like a rule or catalogue file, sorted; folders that cannot be looked into are told."""

    def unread(error: OSError) -> None:
        told.append(about_file("P0131", str(error.filename), f"This folder cannot be read: {error.strerror}."))

    found: list[Path] = []
    for folder, inner, names in os.walk(root, onerror=unread):
        here = Path(folder)
        inner[:] = [name for name in inner if not name.startswith(".")]
        wanted = (".promo", ".csv") if here == root / "catalogue" else (".promo",)
        found += [here / name for name in (*inner, *names) if name.endswith(wanted) and not name.startswith(".")]
    return sorted(found)


def load_texts(texts: Mapping[str, Text], catalogue: Mapping[str, Text] | None = None) -> Loaded:
    """The rules of texts by the name of their file, such as `policy.promo` or `campaigns/a.promo`.

    Catalogue files are those called `catalogue/….csv`, and all of `catalogue`; without them no names are checked.
    """
    named = {
        name if name.startswith("catalogue/") else f"catalogue/{name}": text for name, text in (catalogue or {}).items()
    }
    return _load({**texts, **named}, "", [])


def _load(texts: Mapping[str, Text], prefix: str, told: Iterable[Diagnostic]) -> Loaded:
    found = list(told)
    try:
        book, more = _book(texts, prefix)
        found += more
    except Exception as error:  # our own fault must reach marketing as a finding like any other, not as a traceback
        where = f"{type(error).__name__} at {_last_place(error)}"
        helps = ("This is a fault of the program, not of your rules. Please send this line to the engineers.",)
        book = RuleBook()
        found.append(about_file("P0901", prefix or "rules", f"The rules could not be read: {where}.", helps=helps))
    ordered = tuple(sorted(found, key=lambda item: (item.file, item.start, item.end, item.code, item.message)))
    return Loaded(None if any(item.is_error for item in ordered) else book, ordered, book)


def _last_place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"


@frozen
class _File:
    """One rule file on its way."""

    source: Source
    blocks: tuple[Block, ...]
    findings: Findings
    """Of this file, over all steps from here on."""
    head: Head


def _book(texts: Mapping[str, Text], prefix: str) -> tuple[RuleBook, list[Diagnostic]]:
    told: list[Diagnostic] = []
    sources = [_source(prefix + key, texts[key], told) for key in sorted(texts) if key.endswith(".promo")]
    tables = {
        prefix + key: _source(prefix + key, texts[key], told).text
        for key in sorted(texts)
        if key.startswith("catalogue/") and key.endswith(".csv")
    }
    catalogue, unread = read_catalogue(tables)
    told += unread
    policies = [source for source in sources if _is_policy_file(source)]
    policy, more = _policy(policies)
    told += more
    files = [_file(source, told) for source in sources if not _is_policy_file(source)]
    cards = _cards(files, catalogue)
    findings = {file.source.name: file.findings for file in files}
    names = unique(cards, findings)
    cards = [connect(item, names, findings[item.source.name]) for item in cards]
    for file in files:
        own = [item for item in cards if item.source is file.source]
        needs(own, file.findings)
    heads = {file.source.name: file.head for file in files}
    checks.run(cards, heads, policy, catalogue, findings)
    for file in files:
        told += file.findings.found
    rules = {item.rule.name: item.rule for item in cards}
    campaigns = sorted((file.head.campaign for file in files if file.head.block), key=lambda made: made.name)
    return RuleBook(tuple(rules[name] for name in sorted(rules)), policy, tuple(campaigns)), told


def _is_policy_file(source: Source) -> bool:
    return source.name.rsplit("/", 1)[-1] == POLICY_FILE


def _source(name: str, text: Text, told: list[Diagnostic]) -> Source:
    """The text of a file; bytes that are not UTF-8 are told once and stood in for."""
    if isinstance(text, str):
        return Source(name, text.removeprefix("\ufeff").encode("utf-8", "replace").decode("utf-8"))
    try:
        return Source(name, text.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError as error:
        good = text[: error.start].removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        source = Source(name, text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
        findings = Findings(source)
        findings.add(
            "P0101", Span(len(good), len(good) + 1), "This file is not written in UTF-8.", caret="the first such place",
            helps=("Save the file again and choose UTF-8 as its encoding.",),
        )  # fmt: skip
        told += findings.found
        return source


def _policy(sources: list[Source]) -> tuple[Policy, list[Diagnostic]]:
    """The folder's one policy; HOUSE_POLICY when no file has one."""
    told: list[Diagnostic] = []
    policy: Policy | None = None
    place = ""
    for source in sources:
        blocks, found = _blocks(source)
        told += found
        findings = Findings(source)
        for block in blocks:
            if block.word != "policy":
                _not_in_policy(block, findings)
            elif policy is not None:
                findings.add(
                    "P0117", block, "There are two policies in this folder.", caret="the second one",
                    notes=(f"the first one is at {place}",), helps=("A folder of rules has one policy.",),
                )  # fmt: skip
            else:
                place = findings.place(block)
                policy, more = read_policy(block, source)
                told += more.found
        told += findings.found
    return policy or HOUSE_POLICY, told


def _not_in_policy(block: Block, findings: Findings) -> None:
    if block.word == "stray":
        allowed(block, findings)
        return
    findings.add(
        "P0115", block, f"A {block.kind or block.word} cannot stand in {POLICY_FILE}.",
        helps=("That file holds the policy only; campaigns have files of their own.",),
    )  # fmt: skip


def _blocks(source: Source) -> tuple[tuple[Block, ...], list[Diagnostic]]:
    raw, told = cut(source)
    blocks, more = build(source, raw)
    return blocks, [*told, *more]


def _file(source: Source, told: list[Diagnostic]) -> _File:
    """A campaign's file, with its head read."""
    blocks, found = _blocks(source)
    told += found
    findings = Findings(source)
    heads = [block for block in blocks if block.word == "campaign"]
    for block in heads[1:]:
        findings.add(
            "P0114", block, "There are two campaigns in this file.", caret="the second one",
            notes=(f"the first one is at {findings.place(heads[0])}",), helps=("Each campaign has a file of its own.",),
        )  # fmt: skip
    _told_first(blocks, heads, findings)
    for block in blocks:
        if block.word == "policy":
            findings.add(
                "P0115", block, f"A policy stands in {POLICY_FILE} and nowhere else.",
                helps=(f"Move it to {POLICY_FILE}, at the top of the rule folder.",),
            )  # fmt: skip
        elif block.word == "stray":
            allowed(block, findings)
    head, more = campaign(heads[0] if heads else Block("campaign", "", None, None, 0, 0, (), True), source)
    findings.found += more.found
    return _File(source, blocks, findings, evolve(head, block=heads[0] if heads else None, alone=len(blocks) == 1))


def _told_first(blocks: tuple[Block, ...], heads: list[Block], findings: Findings) -> None:
    """A campaign's head comes first in its file."""
    first = next((block for block in blocks if block.word in ("card", "list", "unknown")), None)
    if first is None:
        return
    if not heads:
        findings.add(
            "P0113", first, "This file has no campaign.", caret="a campaign's head comes before this",
            helps=('A rule file begins with: campaign summer-week-2026 "Summer Week", and its currency and zone.',),
        )  # fmt: skip
    elif first.start < heads[0].start:
        findings.add("P0114", heads[0], "The campaign comes first in its file.", caret="move this to the top")


def _cards(files: list[_File], catalogue: Catalogue) -> list[Card]:
    """All cards of the folder, in the order of files and lines."""
    homes = [Home(file.findings, file.head.campaign, file.head.zone, catalogue) for file in files]
    own = [_lists(file, home) for file, home in zip(files, homes, strict=True)]
    count: dict[str, int] = {}
    for lists in own:
        for name in lists:
            count[name] = count.get(name, 0) + 1
    shared = {name: made for lists in own for name, made in lists.items() if count[name] == 1}
    cards: list[Card] = []
    for file, home, lists in zip(files, homes, own, strict=True):
        home.lists = {**shared, **lists}
        home.elsewhere_twice = frozenset(name for name in count if count[name] > 1 and name not in lists)
        for block in file.blocks:
            if block.word == "card" and not file.findings.full:
                made = card(block, home)
                cards += [made] if made is not None else []
    return cards


def _lists(file: _File, home: Home) -> dict[str, NamedList]:
    """The lists of one file by name."""
    found: dict[str, NamedList] = {}
    for block in file.blocks:
        if block.word != "list" or block.name is None:
            continue
        good_name(block.name, file.findings)
        made = read_list(allowed(block, file.findings), home, found)
        if block.name.text in found:
            file.findings.add(
                "P0235", block.name, f'There are two lists called "{block.name.text}" in this file.',
                caret="the second one", notes=(f"the first one is at {found[block.name.text].place}",),
            )  # fmt: skip
        elif made is not None:
            found[made.name] = made
    return found
