"""One rule file on its way: read from its text, or taken as it was when nothing it was read against has changed.

Reads a `Source`, or an `Entry` of an earlier load; makes a `RuleFile` with its head, lists and cards, and what other files
must know of them; `book` puts files together.
"""

from __future__ import annotations

import marshal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import astuple, evolve

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings
from pricing.language.diagnostics.source import Source
from pricing.language.loading.catalogue import Catalogue
from pricing.language.loading.entry import (
    Entry,
    Facts,
    atom_row,
    diagnostic_rows,
    diagnostics_of,
    digest,
    head_of,
    head_row,
    line_of,
    line_row,
    list_of,
    list_row,
    zone_digest,
)
from pricing.language.meaning.home import Home
from pricing.language.meaning.lists import NamedList
from pricing.language.meaning.needs import needs
from pricing.language.meaning.references import connect, groups_named, named_in
from pricing.language.meaning.resolve import Card, Head, allowed, campaign, card, good_name, of
from pricing.language.meaning.scopes import read_list
from pricing.language.sense import checks, checks_between, checks_together
from pricing.language.text.build import build
from pricing.language.text.cards import cut
from pricing.language.text.lookalike import mixed, skeleton
from pricing.language.text.syntax import Atom, Block, Listed, StepLine, TradeLine
from pricing.model.kind import CODE
from pricing.model.packed import KINDS, WAYS, Pack, Row, pack
from pricing.model.rule import Rule


class RuleFile:
    """A campaign's file. Its cards are read in three steps, with all files between them: lists, cards, names."""

    def __init__(self, source: Source, entry: Entry | None = None) -> None:
        self.source = source
        self.findings = Findings(source)
        """Of all steps after the blocks have been read."""
        self.apart: list[Diagnostic] = []
        """Findings about shape."""
        self.entry = entry
        self.facts: Facts | None = None
        self.cards: list[Card] = []
        self.lists: dict[str, NamedList] = {}
        held = entry.cards if entry is not None else None
        self._made: dict[int, Card] = held if held is not None else {}
        if entry is None:
            self._read()
        else:
            self.facts = entry.open()
            self.apart = diagnostics_of(self.facts.apart)
            self.head = head_of(self.facts.head)
            self.lists = {row[0]: list_of(row) for row in self.facts.lists}

    # From its text

    def read_again(self) -> None:
        """Forget the entry."""
        self.entry = self.facts = None
        self._made = {}
        self.__dict__.pop("looks", None)
        self.__dict__.pop("groups", None)
        self.findings = Findings(self.source)
        self._read()

    def _read(self) -> None:
        self.blocks, self.apart = blocks_of(self.source)
        self.head = _head(self.blocks, self.source, self.findings)
        self.home = Home(self.findings, self.head.campaign, self.head.zone, Catalogue({}, {}))

    def read_lists(self, catalogue: Catalogue) -> None:
        self.home.catalogue = catalogue
        self.lists = _lists(self.blocks, self.findings, self.home)

    def read_cards(self, shared: Mapping[str, NamedList], twice: Iterable[str]) -> None:
        """All cards, with the lists that can be named in them."""
        self.home.lists = {**shared, **self.lists}
        self.home.elsewhere_twice = frozenset(name for name in twice if name not in self.lists)
        self.home.named.clear()
        for block in self.blocks:
            if block.word == "card" and not self.findings.full:
                made = card(block, self.home)
                self.cards += [made] if made is not None else []
        self.before = len(self.findings.found)

    def finish(self, names: Mapping[str, Card], catalogue: Catalogue, walk: bool) -> None:
        """Everything that is to be said of each card for itself, now that all names are known."""
        self.between = len(self.findings.found)
        self.cards = [connect(item, names, self.findings) for item in self.cards]
        needs(self.cards, self.findings)
        checks.run(self.cards, self.head, catalogue, walk, self.findings)
        self.after = len(self.findings.found)

    # What other files must know

    @property
    def names(self) -> Sequence[str]:
        return self.entry.pack.names if self.entry else [item.rule.name for item in self.cards]

    def kind_of(self, place: int) -> str:
        return KINDS[self.entry.pack.kinds[place]].value if self.entry else self.cards[place].rule.kind.value

    @cached_property
    def looks(self) -> Sequence[str]:
        """What the name of each card looks like."""
        return self.facts.looks if self.facts else [skeleton(item.rule.name) for item in self.cards]

    @property
    def odd(self) -> Sequence[int]:
        """Places of cards whose names mix letters that look alike."""
        if self.facts:
            return self.facts.odd
        return [place for place, item in enumerate(self.cards) if mixed(item.rule.name)]

    @cached_property
    def groups(self) -> Sequence[bytes]:
        return self.facts.groups if self.facts else [checks_between.group_of(item) for item in self.cards]

    @property
    def combining(self) -> Sequence[int]:
        """Places of cards that combine with others."""
        if self.facts:
            return self.facts.combining
        return [place for place, item in enumerate(self.cards) if item.rule.combines]

    @property
    def has_codes(self) -> bool:
        """Whether a card of it is given by code."""
        if self.entry:
            return WAYS.index(CODE) in self.entry.pack.given
        return any(item.rule.given == CODE for item in self.cards)

    @property
    def layered(self) -> Sequence[int]:
        """Places of cards that are in a further layer."""
        if self.facts:
            return self.facts.layered
        return [place for place, item in enumerate(self.cards) if item.rule.layer]

    @property
    def groups_of(self) -> Sequence[str]:
        """The groups that its cards are in."""
        if self.facts:
            return self.facts.groups_of
        return sorted({group for item in self.cards for group in item.rule.groups})

    @property
    def meeting(self) -> Sequence[tuple[int, str]]:
        """Places of cards, each with a group that it never meets or that it combines with."""
        if self.facts:
            return self.facts.meeting
        return [(place, group) for place, item in enumerate(self.cards) for group in groups_named(item.rule)]

    @property
    def trading(self) -> Sequence[int]:
        """Places of cards whose coins buy a coupon."""
        if self.facts:
            return self.facts.trading
        return [place for place, item in enumerate(self.cards) if of(item.block, TradeLine)]

    @cached_property
    def _lines(self) -> Mapping[int, Row]:
        """Of an entry: the lines of its cards, by the place of the card."""
        return dict(self.facts.lines) if self.facts else {}

    def made(self) -> Mapping[int, Rule]:
        """The rules that are there already, by the place of their card."""
        if self.entry is None:
            return dict(enumerate([item.rule for item in self.cards]))
        return {place: item.rule for place, item in self._made.items()}

    def card(self, place: int) -> Card:
        """One card. Of an entry, only what checks between cards ask for."""
        if self.entry is None or self.facts is None:
            return self.cards[place]
        made = self._made.get(place)
        if made is None:
            rule = self.entry.pack.rule(place)
            start, end, *name = self.facts.spans[place]
            lines = tuple([line_of(row) for row in self._lines.get(place, ())])
            block = Block("card", rule.kind.value, Atom(rule.name, *name), None, start, end, lines, False)
            made = self._made[place] = Card(rule, block, self.source, bool(self.facts.sound[place]))
        return made

    # As plain data

    def packed(self) -> Pack:
        return self.entry.pack if self.entry else pack([item.rule for item in self.cards], self.source.name)

    def entry_of(self, key: bytes, rules: Pack, names: Names, walk: bool) -> Entry | None:
        """The entry of a file that was read; None when it has mistakes, or more findings than are told."""
        found = self.findings.found
        before, after = found[: self.before], found[self.between : self.after]
        zone = self.head.campaign.zone, zone_digest(self.head.campaign.zone)
        if self.findings.cut_short or any(each.is_error for each in (*self.apart, *before, *after)) or not zone[1]:
            return None
        elsewhere = self.home.named - set(self.lists)
        facts = Facts(
            head_row(self.head),
            tuple([list_row(named) for named in self.lists.values()]),
            tuple([(name, list_digest(self.home.lists[name])) for name in sorted(elsewhere)]),
            tuple([(name, names.kind_of(name)) for name in sorted(set().union(*map(named_in, self.cards)))]),
            walk,
            diagnostic_rows(self.apart),
            diagnostic_rows(before),
            diagnostic_rows(after),
            tuple([_spans(item.block) for item in self.cards]),
            bytes([item.sound for item in self.cards]),
            tuple(self.looks),
            tuple(self.odd),
            tuple(self.groups),
            tuple(self.combining),
            tuple(self.layered),
            tuple(self.groups_of),
            tuple(self.meeting),
            tuple(self.trading),
            tuple([(place, lines) for place, item in enumerate(self.cards) if (lines := _lines_read(item))]),
        )  # fmt: skip
        try:
            context = digest(repr((facts.used_lists, facts.used_names, walk)).encode("utf-8", "surrogatepass"))
            return Entry(key, context, zone, rules, marshal.dumps(astuple(facts, recurse=False)))
        except ValueError:  # a text that is not plain text: worth no complaint, only reading the file again
            return None


def _spans(block: Block) -> Row:
    """Where a card's head stands, and its name."""
    assert block.name is not None
    return block.start, block.end, *atom_row(block.name)[1:]


def _lines_read(item: Card) -> Row:
    """The lines of a card that checks between cards read."""
    steps = of(item.block, StepLine) if checks_together.takes_base(item.rule) else []
    return tuple([line_row(line) for line in (*of(item.block, Listed, "combines"), *of(item.block, TradeLine), *steps)])


def list_digest(named: NamedList) -> bytes:
    """What a list holds, wherever it stands."""
    name, values, removed, any_of, but_not, _, sound = list_row(named)
    return digest(repr((name, values, removed, any_of, but_not, sound)).encode("utf-8", "surrogatepass"))


def same_lists(file: RuleFile, shared: Mapping[str, NamedList]) -> bool:
    """Whether the lists of other files that an entry's cards name are as they were."""
    assert file.facts is not None
    used = file.facts.used_lists
    return all(name in shared and list_digest(shared[name]) == known for name, known in used)


def shared_lists(files: Iterable[RuleFile]) -> tuple[dict[str, NamedList], list[str]]:
    """Lists that any file may name, and the names that several files have given to lists."""
    count = Counter(name for file in files for name in file.lists)
    shared = {name: made for file in files for name, made in file.lists.items() if count[name] == 1}
    return shared, [name for name in count if count[name] > 1]


class Names(Mapping[str, Card]):
    """All cards by name; of two cards of one name the first one."""

    def __init__(self, files: Sequence[RuleFile]) -> None:
        self._at: dict[str, tuple[RuleFile, int]] = {}
        for file in files:
            for place, name in enumerate(file.names):
                self._at.setdefault(name, (file, place))

    def __getitem__(self, name: str) -> Card:
        file, place = self._at[name]
        return file.card(place)

    def __contains__(self, name: object) -> bool:
        return name in self._at

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)

    def kind_of(self, name: str) -> str:
        """The kind of a card; empty when there is none."""
        file, place = self._at.get(name, (None, 0))
        return file.kind_of(place) if file else ""


def blocks_of(source: Source) -> tuple[tuple[Block, ...], list[Diagnostic]]:
    """The blocks of a file, and what there is to say about their shape."""
    raw, told = cut(source)
    blocks, more = build(source, raw)
    return blocks, [*told, *more]


def _head(blocks: tuple[Block, ...], source: Source, findings: Findings) -> Head:
    """The head of a campaign's file."""
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
                "P0115", block, "A policy stands in policy.promo and nowhere else.",
                helps=("Move it to policy.promo, at the top of the rule folder.",),
            )  # fmt: skip
        elif block.word == "stray":
            allowed(block, findings)
    head, more = campaign(heads[0] if heads else Block("campaign", "", None, None, 0, 0, (), True), source)
    findings.again(more.found)
    return evolve(head, block=heads[0] if heads else None, alone=len(blocks) == 1)


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


def _lists(blocks: tuple[Block, ...], findings: Findings, home: Home) -> dict[str, NamedList]:
    """The lists of one file by name."""
    found: dict[str, NamedList] = {}
    for block in blocks:
        if block.word != "list" or block.name is None:
            continue
        good_name(block.name, findings)
        made = read_list(allowed(block, findings), home, found)
        if block.name.text in found:
            findings.add(
                "P0235", block.name, f'There are two lists called "{block.name.text}" in this file.',
                caret="the second one", notes=(f"the first one is at {found[block.name.text].place}",),
            )  # fmt: skip
        elif made is not None:
            found[made.name] = made
    return found
