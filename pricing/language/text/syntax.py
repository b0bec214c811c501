"""What a rule file says, before anybody asks what it means: one frozen class for each shape of line.

Made by `build` from parse trees, read by `resolve`. Every atom knows its offsets in the file, so that any later
finding can point at it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import frozen

NAME = re.compile(r"[\w.\-/]{1,100}")
"""What may be a name without quotes around it."""


@frozen
class Atom:
    """One word, value or quoted text of a line."""

    text: str
    """Without its quotes."""
    start: int
    end: int
    quoted: bool = False
    others: tuple[Atom, ...] = ()
    """Of an amount: what stands behind each `|`, for the campaign's further currencies."""


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
class Flag(Clause):
    """`held`, `public`."""


@frozen
class CodesLine(Clause):
    """`codes N like PATTERN`."""

    count: Atom
    pattern: Atom


@frozen
class SaidGain:
    """What a line gives, before anybody asks what it means."""

    form: str
    """The form's row of the grammar."""
    start: int
    end: int
    amount: Atom | None
    number: Atom | None
    """How many units it gives, or falls on."""
    words: tuple[str, ...]
    """The words of the language in it."""


@frozen
class SlotSaid:
    """`2 of categories food/snacks`."""

    many: Atom
    values: tuple[Phrase, ...]


@frozen
class StepLine(Clause):
    """`take`, `spend`, `buy`, `every`, `ship`, `at … each`, `pay`, `bundle`."""

    threshold: Atom | None
    gain: SaidGain | None
    """None: `take nothing`."""
    items: bool = False
    """`every K items`."""
    different: bool = False
    """`buy K different`."""
    slots: tuple[SlotSaid, ...] = ()
    dearest: Atom | None = None
    """The word, where it stands behind the form."""
    times: Atom | None = None
    """`at most M times`."""
    at_most: Atom | None = None
    twice: Atom | None = None
    """What stands behind the form a second time."""


@frozen
class EarnLine(Clause):
    """`earn K coins every N`, `spend N earn K coins`."""

    coins: Atom
    amount: Atom
    every: bool


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
    in_steps: bool = False


@frozen
class Ladder(Clause):
    per: Atom


@frozen
class AtMost(Clause):
    value: Atom
    per: Atom | None
    coins: bool = False
    """`at most 200 coins per order`."""


@frozen
class LimitLine(Clause):
    count: Atom
    unit: Phrase
    per: Atom | None
    """`customer`, `order`, `day`, `store`; the word `in` of `in total`; None: not said."""
    and_per: Atom | None = None
    """`per customer and day`: the `day`."""


@frozen
class Budget(Clause):
    value: Atom
    in_total: bool
    per: Atom | None = None
    """`per day`."""


@frozen
class Payer:
    by: Atom
    share: Atom | None


@frozen
class Funded(Clause):
    payers: tuple[Payer, ...]


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
class LayerLine(Clause):
    """`layer NAME` in a card; `layer NAME of KIND` in a policy."""

    name: Atom
    kind: Phrase | None


@frozen
class Floor(Clause):
    """`floor 40% of list-price`."""

    share: Atom
    of: Atom | None


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

    @cached_property
    def by_shape(self) -> Mapping[type[Clause], Sequence[Clause]]:
        """Its lines by their class."""
        found: dict[type[Clause], list[Clause]] = {}
        for line in self.clauses:
            found.setdefault(type(line), []).append(line)
        return found
