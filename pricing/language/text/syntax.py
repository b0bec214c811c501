"""What a rule file says, before anybody asks what it means: one frozen class for each shape of line.

Made by `build` from parse trees, read by `resolve`. Every atom knows its offsets in the file, so that any later
finding can point at it.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Atom:
    """One word, value or quoted text of a line."""

    text: str
    """Without its quotes."""
    start: int
    end: int
    quoted: bool = False


@frozen
class Phrase:
    """One of several values between commas: `home/kitchen`, `list select-stores`, `seller coupon`."""

    atoms: tuple[Atom, ...]

    @property
    def text(self) -> str:
        return " ".join(atom.text for atom in self.atoms)

    @property
    def start(self) -> int:
        return self.atoms[0].start

    @property
    def end(self) -> int:
        return self.atoms[-1].end

    @property
    def quoted(self) -> bool:
        return any(atom.quoted for atom in self.atoms)


@frozen
class Clause:
    """Any line of a card, campaign, list or policy: `word` is its first word; the span is the whole line."""

    word: Atom
    start: int
    end: int


@frozen
class Setting(Clause):
    """`owner`, `brief`, `currency`, `zone`, `note`."""

    values: tuple[Atom, ...]


@frozen
class Span(Clause):
    """`valid`, `claim`. A moment is a date and perhaps a time; an empty one was not written."""

    begin: tuple[Atom, ...]
    link: Atom | None
    """`until` or `through`."""
    finish: tuple[Atom, ...]


@frozen
class Lasts(Clause):
    days: Atom


@frozen
class HoursLine(Clause):
    begin: Atom
    finish: Atom


@frozen
class Listed(Clause):
    """A word and values between commas: scope and audience words, `days`, `order`, `except`, `combines`."""

    values: tuple[Phrase, ...]


@frozen
class Price(Clause):
    sku: Atom
    amount: Atom


@frozen
class Off:
    """`V off[, at most N]`."""

    value: Atom
    off: Atom | None
    at_most: Atom | None


@frozen
class StepLine(Clause):
    """`take`, `spend`, `buy`, `every`, `ship`."""

    threshold: Atom | None
    items: bool
    """`every K items`."""
    given: Atom | None
    """The J of `buy K get J`."""
    free: bool
    """`ship free`, `get J free`."""
    off: Off | None


@frozen
class Piece(Clause):
    value: Atom


@frozen
class TradeLine(Clause):
    coins: Atom
    pieces: Atom
    coupon: Atom


@frozen
class RateLine(Clause):
    coins: Atom
    amount: Atom


@frozen
class Ladder(Clause):
    per: Atom


@frozen
class AtMost(Clause):
    value: Atom
    per: Atom | None


@frozen
class LimitLine(Clause):
    count: Atom
    unit: Phrase
    per: Atom | None
    """`customer`, `order`, `day`, `store`; the word `in` of `in total`; None: not said."""


@frozen
class Budget(Clause):
    value: Atom
    in_total: bool


@frozen
class Funded(Clause):
    by: Atom
    share: Atom | None


@frozen
class Never(Clause):
    """`never with …` in a card; `never KIND with …` in a policy."""

    kind: Phrase | None
    values: tuple[Phrase, ...]


@frozen
class SetLine(Clause):
    what: Atom
    to: Atom


@frozen
class Block:
    """A card, or the head of a campaign, list or policy with its lines."""

    word: str
    """`card`, `campaign`, `list`, `policy`; `unknown`: a card of no known kind; `stray`: lines before any head."""
    kind: str
    """The kind of a card as the language spells it."""
    name: Atom | None
    label: Atom | None
    start: int
    end: int
    """The span of the head line."""
    clauses: tuple[Clause, ...]
    broken: bool
    """Some line could not be read, so that what seems missing may be there."""
