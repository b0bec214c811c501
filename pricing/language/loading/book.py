"""The texts of a rule folder to a `RuleBook`: every file for itself, then all that lies between files.

Reads texts, and perhaps `Entry`s of an earlier load, which stand in for files that have not changed; makes the rules, all
there is to say about them, and the entries for the next time. Called by `load`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from attrs import evolve, field, frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings, about_file
from pricing.language.diagnostics.source import Source, Span
from pricing.language.loading.catalogue import NO_CATALOGUE, Catalogue, read_catalogue
from pricing.language.loading.entry import Entry, diagnostics_of, digest, key_of
from pricing.language.loading.rule_file import Names, RuleFile, blocks_of, same_lists, shared_lists
from pricing.language.loading.strays import is_table
from pricing.language.meaning.policies import read_policy
from pricing.language.meaning.references import unique
from pricing.language.meaning.resolve import Card, allowed
from pricing.language.sense import checks, checks_between, checks_together
from pricing.language.text.syntax import Block
from pricing.model.bulk import collector_at_rest
from pricing.model.packed import Pack, Rules
from pricing.model.policy import HOUSE_POLICY, Policy
from pricing.model.rule import Campaign
from pricing.model.rulebook import RuleBook

POLICY_FILE = "policy.promo"

Text = str | bytes
Find = Callable[[str, bytes], Entry | None]
"""Gives the entry of a file by its name in the folder and its key, if there is one."""
Tell = Callable[[int, int], None]
"""Is told how many characters of how many are done."""


@frozen
class Made:
    """What a folder's texts came to."""

    book: RuleBook
    told: list[Diagnostic]
    entries: Mapping[str, Entry] = field(factory=dict)
    """Of every file without mistakes, by its name in the folder."""


@frozen
class _Texts:
    """The texts of a folder, sorted out."""

    policies: list[Source]
    campaigns: dict[str, Source]
    """By name in the folder, in order."""
    tables: dict[str, str]
    told: dict[str, list[Diagnostic]]
    """Findings about the bytes of a file, by its name in the folder."""


def book_of(texts: Mapping[str, Text], prefix: str, find: Find | None, keep: bool, tell: Tell | None = None) -> Made:
    """The rules of texts by their name in the folder. `keep`: packed, and with entries for the next time."""
    with collector_at_rest():
        return _book_of(texts, prefix, find, keep, tell or _nobody)


def _nobody(done: int, total: int) -> None:
    pass


def _book_of(texts: Mapping[str, Text], prefix: str, find: Find | None, keep: bool, tell: Tell) -> Made:
    sorted_out = _sorted_out(texts, prefix)
    catalogue, unread = read_catalogue(sorted_out.tables)
    tables = digest(*[part.encode("utf-8", "surrogatepass") for each in sorted_out.tables.items() for part in each])
    keys = {name: key_of(prefix + name, _bytes(texts[name]), tables) for name in sorted_out.campaigns} if keep else {}
    policy, more = _policy(sorted_out.policies)
    told = [*unread, *more, *(found for several in sorted_out.told.values() for found in several)]
    work = _Work(sum(len(source.text) for source in sorted_out.campaigns.values()), tell)

    files: dict[str, RuleFile] = {}
    for name, source in sorted_out.campaigns.items():
        entry = find(name, keys[name]) if find and keep else None
        files[name] = RuleFile(source, entry if entry is not None and entry.zone_holds() else None)
        if files[name].entry is None:
            files[name].read_lists(catalogue)
            work.done(source)
    every = list(files.values())
    shared, twice = shared_lists(every)

    def read(file: RuleFile) -> None:
        if file.entry is not None:
            file.read_again()
            file.read_lists(catalogue)
            work.done(file.source)
        file.read_cards(shared, twice)
        work.done(file.source)

    for file in every:
        if file.facts is None or not same_lists(file, shared):
            read(file)
    walk = checks.walks(sum(len(file.names) for file in every), catalogue)
    for file in every:
        if file.facts is not None and file.facts.walked != walk:
            read(file)
    names = Names(every)
    for file in every:
        if file.facts is not None and any(names.kind_of(name) != kind for name, kind in file.facts.used_names):
            read(file)
    findings = {file.source.name: file.findings for file in every}
    for file in every:
        if file.facts is not None:
            file.findings.again(diagnostics_of(file.facts.before))
    unique(_alike(every, [file.names for file in every]), findings)
    for file in every:
        if file.facts is not None:
            file.findings.again(diagnostics_of(file.facts.after))
        else:
            file.finish(names, catalogue, walk)
    if not any(file.has_codes for file in every):
        told = [each for each in told if each.code != "P0510"]
    made = Made(*_packed(files, policy, names, keys, walk, sorted_out)) if keep else Made(_plain(every, policy), [])
    _between(every, names, policy, findings)
    _together(every, names, policy, catalogue if walk else NO_CATALOGUE, findings)
    found = [each for file in every for each in (*file.apart, *file.findings.found)]
    return evolve(made, told=[*told, *found])


def _packed(
    files: Mapping[str, RuleFile], policy: Policy, names: Names, keys: Mapping[str, bytes], walk: bool, texts: _Texts
) -> tuple[RuleBook, list[Diagnostic], dict[str, Entry]]:
    """The book with its rules packed, and an entry for each file that has no mistakes of its own."""
    packs: list[Pack] = []
    entries: dict[str, Entry] = {}
    for name, file in files.items():
        packs.append(file.packed())
        entry = file.entry or file.entry_of(keys[name], packs[-1], names, walk)
        if entry is not None and name not in texts.told:
            entries[name] = entry
    return RuleBook(Rules(packs), policy, _campaigns(list(files.values()))), [], entries


def _plain(files: Sequence[RuleFile], policy: Policy) -> RuleBook:
    rules = {item.rule.name: item.rule for file in files for item in file.cards}
    return RuleBook(tuple(rules[name] for name in sorted(rules)), policy, _campaigns(files))


def _campaigns(files: Sequence[RuleFile]) -> tuple[Campaign, ...]:
    return tuple(sorted((file.head.campaign for file in files if file.head.block), key=lambda made: made.name))


# Between files


def _between(files: Sequence[RuleFile], names: Names, policy: Policy, findings: Mapping[str, Findings]) -> None:
    """What cards say about each other. Only those that can have something to do with each other are looked at."""
    checks_between.look_alike(_alike(files, [file.looks for file in files], [file.odd for file in files]), findings)
    for file in files:
        for place in file.combining:
            checks_between.contradicted(file.card(place), names, policy, file.findings)
    known = {name for file in files for name in file.groups_of}
    for file in files:
        for place in file.layered:
            checks_between.layered(file.card(place), policy, file.findings)
        for place, named in file.meeting:
            if named not in known:
                checks_between.no_group(file.card(place), named, known, file.findings)
    groups: dict[bytes, list[tuple[RuleFile, int]]] = {}
    for file in files:
        for place, group in enumerate(file.groups):
            if group:
                groups.setdefault(group, []).append((file, place))
    some = (group for group in groups.values() if 1 < len(group) <= checks_between.MOST_COMPARED)
    checks_between.beaten(([file.card(place) for file, place in group] for group in some), findings)
    checks.campaigns({file.source.name: file.head for file in files}, findings)


def _together(
    files: Sequence[RuleFile], names: Names, policy: Policy, catalogue: Catalogue, findings: Mapping[str, Findings]
) -> None:
    """What becomes of cards that meet on the same goods. Not all cards of a huge folder are made for it."""
    for file in files:
        for place in file.trading:
            checks_together.traded(file.card(place), names, findings)
    if sum(len(file.names) for file in files) <= checks_together.MOST_CARDS:
        cards = [file.card(place) for file in files for place in range(len(file.names))]
        checks_together.run(cards, policy, catalogue, findings)


def _alike(files: Sequence[RuleFile], texts: Sequence[Sequence[str]], more: Sequence[Sequence[int]] = ()) -> list[Card]:
    """In order, the cards whose text (a name, or what it looks like) is that of another one, and `more` of each file."""
    count = Counter(chain.from_iterable(texts))
    if len(count) == sum(map(len, texts)) and not any(more):
        return []
    found: list[Card] = []
    for number, file in enumerate(files):
        also = set(more[number]) if more else set()
        found += [file.card(at) for at, text in enumerate(texts[number]) if count[text] > 1 or at in also]
    return found


class _Work:
    """How far reading has come; a file counts when it has been cut into lines and when its cards have been made."""

    def __init__(self, size: int, tell: Tell) -> None:
        self.total = 2 * size
        self.so_far = 0
        self.tell = tell

    def done(self, source: Source) -> None:
        self.so_far += len(source.text)
        self.tell(min(self.so_far, self.total), self.total)


# Texts


def _sorted_out(texts: Mapping[str, Text], prefix: str) -> _Texts:
    found = _Texts([], {}, {}, {})
    for name in sorted(texts):
        rules = name.endswith(".promo")
        if not rules and not is_table(name):
            continue
        told: list[Diagnostic] = []
        other = _other_program(prefix + name, texts[name])
        if other is not None:
            found.told[name] = [other]
            continue
        source = _source(prefix + name, texts[name], told)
        if rules and not source.text.strip():
            told.append(_nothing_in(source.name))
        if told:
            found.told[name] = told
        if not rules:
            found.tables[prefix + name] = source.text
        elif _is_policy_file(source):
            found.policies.append(source)
        else:
            found.campaigns[name] = source
    return found


def _bytes(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _is_policy_file(source: Source) -> bool:
    return source.name.rsplit("/", 1)[-1] == POLICY_FILE


def _nothing_in(name: str) -> Diagnostic:
    helps = ("Was it saved? A rule file begins with: campaign NAME, and its currency and zone.",)
    return about_file("P0134", name, "There is nothing in this file.", helps=helps)


_OTHERS = (
    (b"PK\x03\x04", "a document of a word processor or spreadsheet (.docx, .xlsx)"),
    (b"\xd0\xcf\x11\xe0", "a document of a word processor or spreadsheet (.doc, .xls)"),
    (b"{\\rtf", "a document of a word processor (.rtf)"),
    (b"%PDF", "a PDF"),
)


def _other_program(name: str, text: Text) -> Diagnostic | None:
    """The one thing to say about a file that is no plain text in UTF-8, whatever its name says."""
    if isinstance(text, str):
        return None
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or (text[:200].count(0) > len(text[:200]) // 4):
        helps = ("Save the file again and choose UTF-8 as its encoding.",)
        return about_file("P0101", name, "This file is written in UTF-16, not in UTF-8.", helps=helps)
    for start, what in _OTHERS:
        if text.startswith(start):
            kind = "CSV, with commas and in UTF-8" if name.endswith(".csv") else "plain text in UTF-8"
            return about_file("P0137", name, f"This is {what}, not plain text.", helps=(f"Save it as {kind}.",))
    return None


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
        blocks, found = blocks_of(source)
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
