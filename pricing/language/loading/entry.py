"""What one rule file came to, as plain data: its rules packed, and all that a later load must know of the file.

Made by `book` of a file without mistakes; used by it in place of the file's text, as long as nothing has changed that
the file was read against. `kept` puts entries on disk. Only plain data goes into one: texts, numbers, bytes, tuples.
"""

from __future__ import annotations

import hashlib
import marshal
import zoneinfo
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from attrs import astuple, frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, Edit, Fix
from pricing.language.meaning.lists import NamedList
from pricing.language.meaning.resolve import Card, Head
from pricing.language.text.syntax import Atom, Block, Clause, Listed, Phrase, StepLine, TradeLine
from pricing.model.packed import Pack, Row, made_of, plain_of
from pricing.model.policy import Policy
from pricing.model.rule import Campaign


@frozen(eq=False)
class Entry:
    """One file. `facts` are opened only when some other file has changed."""

    key: bytes
    """A digest of the file's name and text, and of the catalogue."""
    context: bytes
    """A digest of what its cards name in other files, and what that was."""
    zone: tuple[str, str]
    """The file's time zone, and a digest of its rules: the times were worked out by them."""
    pack: Pack
    facts: bytes
    cards: dict[int, Card] | None = None
    """Those that were made, by their place; None: they are not held. Never kept on disk."""

    def zone_holds(self) -> bool:
        """Whether the machine still knows the same of the time zone."""
        return zone_digest(self.zone[0]) == self.zone[1]

    def open(self) -> Facts:
        return Facts(*marshal.loads(self.facts))


@frozen(eq=False)
class Facts:
    """All of a file but its rules."""

    head: Row
    lists: tuple[Row, ...]
    used_lists: tuple[tuple[str, bytes], ...]
    """Lists of other files that its cards name, each with a digest of what is in it."""
    used_names: tuple[tuple[str, str], ...]
    """Cards of any file that its cards name, each with its kind."""
    walked: bool
    """Whether its cards were compared with the catalogue's goods."""
    apart: tuple[Row, ...]
    """Findings about its shape."""
    before: tuple[Row, ...]
    """Findings up to where names are compared between files."""
    after: tuple[Row, ...]
    """Findings from there on, but for what lies between files."""
    spans: tuple[Row, ...]
    """Where the head of each card stands, and its name."""
    sound: bytes
    looks: tuple[str, ...]
    """What the name of each card looks like."""
    odd: tuple[int, ...]
    """Places of cards whose names mix letters that look alike."""
    groups: tuple[bytes, ...]
    """For each card what it is for: only cards of one group can beat each other. Empty: none can."""
    combining: tuple[int, ...]
    """Places of cards that combine with others."""
    layered: tuple[int, ...]
    """Places of cards that are in a further layer."""
    groups_of: tuple[str, ...]
    """The groups that its cards are in."""
    meeting: tuple[tuple[int, str], ...]
    """Places of cards, each with a group that it never meets or that it combines with."""
    trading: tuple[int, ...]
    """Places of cards whose coins buy a coupon."""
    lines: tuple[tuple[int, tuple[Row, ...]], ...]
    """Places of cards, each with its lines that checks between cards read."""


def key_of(name: str, text: bytes, catalogue: bytes) -> bytes:
    """The key of an entry."""
    return digest(name.encode("utf-8", "surrogatepass"), text, catalogue)


def digest(*parts: bytes) -> bytes:
    """A digest of some texts, told apart whatever they contain."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


@cache
def zone_digest(zone: str) -> str:
    """A digest of what the machine knows of a time zone; empty when that cannot be found."""
    for folder in zoneinfo.TZPATH:
        try:
            return hashlib.sha256((Path(folder) / zone).read_bytes()).hexdigest()
        except (OSError, ValueError):
            continue
    try:
        *package, name = zone.split("/")
        data = resources.files(".".join(["tzdata", "zoneinfo", *package])).joinpath(name).read_bytes()
        return hashlib.sha256(data).hexdigest()
    except (OSError, ValueError, ImportError):
        return ""


# Things of the language as plain data, and back


def diagnostic_rows(found: Iterable[Diagnostic]) -> tuple[Row, ...]:
    return tuple([astuple(each) for each in found])


def diagnostics_of(rows: Iterable[Row]) -> list[Diagnostic]:
    found = []
    for *plain, fixes in rows:
        made = tuple([Fix(says, tuple([Edit(*edit) for edit in edits]), safe) for says, edits, safe in fixes])
        found.append(Diagnostic(*(*plain, made)))
    return found


def campaign_row(campaign: Campaign) -> Row:
    return tuple(plain_of(campaign))


def campaign_of(row: Row) -> Campaign:
    made: Campaign = made_of(list(row))
    return made


def policy_row(policy: Policy) -> Row:
    return tuple(plain_of(policy))


def policy_of(row: Row) -> Policy:
    made: Policy = made_of(list(row))
    return made


def head_row(head: Head) -> Row:
    block = head.block
    at = None if block is None else (block.start, block.end, block.name and atom_row(block.name))
    return campaign_row(head.campaign), at, head.alone


def head_of(row: Row) -> Head:
    campaign, at, alone = row
    made = campaign_of(campaign)
    block = None
    if at is not None:
        start, end, name = at
        block = Block("campaign", "", name and Atom(*name), None, start, end, (), False)
    return Head(made, zoneinfo.ZoneInfo(made.zone), block, alone)


def list_row(named: NamedList) -> Row:
    clauses = plain_of(named.any_of), plain_of(named.but_not)
    return named.name, _names_row(named.values), _names_row(named.removed), *clauses, named.place, named.sound


def list_of(row: Row) -> NamedList:
    name, values, removed, any_of, but_not, place, sound = row
    return NamedList(name, _names_of(values), _names_of(removed), made_of(any_of), made_of(but_not), place, sound)


def _names_row(names: Mapping[str, frozenset[str]]) -> Row:
    return tuple([(word, tuple(sorted(names[word]))) for word in names])


def _names_of(row: Row) -> dict[str, frozenset[str]]:
    return {word: frozenset(names) for word, names in row}


def atom_row(atom: Atom) -> Row:
    return atom.text, atom.start, atom.end, atom.quoted, tuple(map(atom_row, atom.others))


def line_row(line: Clause) -> Row:
    """A line that checks between cards read; of a step only what says its threshold."""
    head = atom_row(line.word), line.start, line.end
    if isinstance(line, Listed):
        return "listed", *head, tuple([tuple(map(atom_row, phrase.atoms)) for phrase in line.values])
    if isinstance(line, TradeLine):
        return "trade", *head, atom_row(line.coins), atom_row(line.pieces), atom_row(line.coupon)
    assert isinstance(line, StepLine)
    return "step", *head, line.threshold and atom_row(line.threshold), line.items


def line_of(row: Row) -> Clause:
    shape, word, start, end, *values = row
    head = Atom(*word), start, end
    if shape == "listed":
        return Listed(*head, tuple([Phrase(tuple([Atom(*atom) for atom in one])) for one in values[0]]))
    if shape == "trade":
        coins, pieces, coupon = [Atom(*atom) for atom in values]
        return TradeLine(*head, coins, pieces, coupon)
    threshold, items = values
    return StepLine(*head, threshold and Atom(*threshold), None, items)
