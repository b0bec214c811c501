"""Parse trees to syntax: every line becomes a `Clause` with atoms that know their place in the file.

Reads `RawBlock`s; makes `Block`s; next: `resolve`. Lines that cannot be read are told here and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import evolve
from lark import Token, Tree

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings
from pricing.language.diagnostics.source import Source
from pricing.language.text import quick, sayings, slips
from pricing.language.text.cards import RawBlock, TextLine, tell_saying
from pricing.language.text.parser import FORM_OF, Trouble, parse
from pricing.language.text.syntax import (
    AtMost,
    Atom,
    Block,
    Budget,
    Clause,
    CodesLine,
    EarnLine,
    Flag,
    Floor,
    Funded,
    HoursLine,
    Ladder,
    Lasts,
    LayerLine,
    LimitLine,
    Listed,
    Never,
    Payer,
    Phrase,
    Piece,
    Price,
    RateLine,
    SaidGain,
    SetLine,
    Setting,
    SlotSaid,
    Span,
    StepLine,
    TradeLine,
)

LONGEST_LINE = 500_000
"""Characters; a line this long takes seconds to read, and nobody writes one by hand."""

Node = Tree[Token]
Child = Token | Node


def build(source: Source, raw: Iterable[RawBlock]) -> tuple[tuple[Block, ...], tuple[Diagnostic, ...]]:
    """The blocks of a file with their lines read."""
    findings = Findings(source)
    return tuple(_block(block, findings) for block in raw), tuple(findings.found)


def _block(raw: RawBlock, findings: Findings) -> Block:
    clauses: list[Clause] = []
    broken = False
    for line in raw.lines:
        clause = None if line.broken or findings.full else read(line, findings)
        if clause is None:
            broken = True
        else:
            clauses.append(clause)
    if raw.head is None:
        return Block("stray", "", None, None, 0, 0, tuple(clauses), True)
    span = raw.head.span
    told = len(findings.found)
    name, label = _name_and_label(raw, findings)
    broken = broken or len(findings.found) > told
    return Block(raw.word, raw.kind, name, label, span.start, span.end, tuple(clauses), broken)


def read(line: TextLine, findings: Findings) -> Clause | None:
    """The clause of a line; None after having told why it cannot be read."""
    if _too_long(line, findings):
        return None
    found = quick.clause(line.text, line.start, _head(line))
    if found is not None:
        return found
    saying = sayings.meant(line.text)
    if saying is not None:
        tell_saying(line, saying, "P0105", findings)
        return None
    tree = parse(line.text)
    if not isinstance(tree, Trouble):
        return _clause(tree, line)
    # Evident slips are put right and the line is read again, so that its other mistakes are told in the same run.
    repaired = slips.repaired(line, findings)
    if repaired is not None:
        if repaired.broken:
            return None
        tree = parse(repaired.text)
        if not isinstance(tree, Trouble):
            return _clause(tree, repaired)
        line = repaired
    before = len(findings.found)
    slips.tell(line, tree, findings)
    _tried(line, before, findings)
    return None


def _tried(line: TextLine, before: int, findings: Findings) -> None:
    """Take back the fixes of findings since `before` that leave a line which cannot be read."""
    for place, item in enumerate(findings.found[before:], before):
        for fix in item.fixes:
            edits = [(edit.start - line.start, edit.end - line.start, edit.replacement) for edit in fix.edits]
            text = line.text
            for start, end, replacement in sorted(edits, reverse=True):
                text = text[:start] + replacement + text[end:]
            if len(text) <= sayings.LONGEST and not sayings.readable(text):
                findings.found[place] = evolve(item, fixes=())


def _too_long(line: TextLine, findings: Findings) -> bool:
    if len(line.text) <= LONGEST_LINE:
        return False
    findings.add("P0132", line.span, "This line is too long.", helps=("Make several lines or lists of it.",))
    return True


def _clause(tree: Node, line: TextLine) -> Clause:
    return _READERS[tree.data](tree, _Maker(line.start), _head(line))


def _head(line: TextLine) -> Head:
    """The first word of a line, and the span of the whole line."""
    text = line.text
    first = line.first
    start = line.start + len(text) - len(text.lstrip())
    return Atom(first, start, start + len(first)), start, max(line.start + len(text.rstrip()), start)


class _Maker:
    """Makes atoms, moving offsets in a line to offsets in the file."""

    def __init__(self, base: int) -> None:
        self.base = base

    def atom(self, token: Child) -> Atom:
        assert isinstance(token, Token) and token.start_pos is not None and token.end_pos is not None
        quoted = token.type == "STRING"
        text = token[1:-1] if quoted else str(token)
        return Atom(text, self.base + token.start_pos, self.base + token.end_pos, quoted)

    def atoms(self, children: Iterable[Child]) -> tuple[Atom, ...]:
        return tuple(self.atom(child) for child in children)

    def phrases(self, values: Child) -> tuple[Phrase, ...]:
        assert isinstance(values, Tree)
        return tuple(self.phrase(value) for value in values.children)

    def phrase(self, value: Child) -> Phrase:
        assert isinstance(value, Tree)
        return Phrase(self.atoms(value.children))

    def amount(self, node: Child) -> Atom:
        """The amount of a tree, with those for further currencies."""
        assert isinstance(node, Tree)
        first, *others = self.atoms(_of(node, "VALUE"))
        return evolve(first, others=tuple(others)) if others else first

    def gain(self, node: Node) -> SaidGain:
        """What a row of the forms says."""
        amounts = [self.amount(child) for child in _of(node, "amount")]
        numbers = self.atoms(_of(node, "VALUE"))
        words = tuple([str(child) for child in node.children if isinstance(child, Token) and child.type != "VALUE"])
        number = numbers[0] if numbers else None
        if number is not None and number.text == "1" and "the" in words:
            number = None  # `the 1 dearest` is `the dearest`
        start, end = self.span(node)
        return SaidGain(str(node.data), start, end, amounts[0] if amounts else None, number, words)

    def span(self, node: Node) -> tuple[int, int]:
        """Where a tree stands in the file."""
        tokens = list(node.scan_values(lambda value: isinstance(value, Token)))
        return self.base + (tokens[0].start_pos or 0), self.base + (tokens[-1].end_pos or 0)


Head = tuple[Atom, int, int]


def _type(child: Child) -> str:
    return child.type if isinstance(child, Token) else str(child.data)


def _of(tree: Node, *types: str) -> list[Child]:
    return [child for child in tree.children if _type(child) in types]


def _setting(tree: Node, make: _Maker, head: Head) -> Clause:
    return Setting(*head, make.atoms(_of(tree, "WORD", "STRING")))


def _window(tree: Node, make: _Maker, head: Head) -> Clause:
    link = next((child for child in tree.children if _type(child) in ("UNTIL", "THROUGH")), None)
    begin: tuple[Atom, ...] = ()
    finish: tuple[Atom, ...] = ()
    after = False
    for child in tree.children:
        if child is link:
            after = True
        elif isinstance(child, Tree):
            if after:
                finish = make.atoms(child.children)
            else:
                begin = make.atoms(child.children)
    return Span(*head, begin, make.atom(link) if link is not None else None, finish)


def _listed(tree: Node, make: _Maker, head: Head) -> Clause:
    return Listed(*head, make.phrases(_of(tree, "values")[0]))


def _currency(tree: Node, make: _Maker, head: Head) -> Clause:
    return Listed(*head, tuple([Phrase((atom,)) for atom in make.atoms(_of(tree, "WORD", "STRING"))]))


def _prices(tree: Node, make: _Maker, head: Head) -> Clause:
    return Listed(*head, (make.phrase(_of(tree, "value")[0]),))


def _step(tree: Node, make: _Maker, head: Head) -> Clause:
    coins = _of(tree, "EARN")
    thresholds = [make.amount(child) for child in _of(tree, "amount")] or make.atoms(_of(tree, "VALUE"))
    threshold = thresholds[0] if thresholds else None
    if coins:
        assert threshold is not None
        return EarnLine(*head, make.atom(_of(tree, "VALUE")[0]), threshold, False)
    gains = [child for child in tree.children if isinstance(child, Tree) and child.data in FORM_OF]
    slots = [
        SlotSaid(make.atom(_of(slot, "VALUE")[0]), make.phrases(_of(slot, "values")[0]))
        for slot in _of(tree, "slot")
        if isinstance(slot, Tree)
    ]
    tails: dict[str, Atom] = {}
    for tail in _of(tree, "tail"):
        assert isinstance(tail, Tree)
        amounts = [make.amount(child) for child in _of(tail, "amount")]
        what = "times" if _of(tail, "TIMES", "TIME") else "at_most" if amounts else "dearest"
        said = amounts[0] if amounts else make.atom(_of(tail, "DEAREST")[0])
        tails["twice" if what in tails else what] = said
    return StepLine(
        *head,
        threshold,
        make.gain(gains[0]) if gains else None,
        bool(_of(tree, "ITEMS", "ITEM")),
        bool(_of(tree, "DIFFERENT")),
        tuple(slots),
        tails.get("dearest"),
        tails.get("times"),
        tails.get("at_most"),
        tails.get("twice"),
    )


def _earn(tree: Node, make: _Maker, head: Head) -> Clause:
    return EarnLine(*head, make.atom(_of(tree, "VALUE")[0]), make.amount(_of(tree, "amount")[0]), True)


def _limit(tree: Node, make: _Maker, head: Head) -> Clause:
    per: list[Atom] = []
    unit: list[Atom] = []
    after = False
    for child in tree.children[1:]:
        kind = _type(child)
        if kind in ("PER", "IN"):
            after = True
        if kind in ("PER", "AND", "TOTAL"):
            continue
        (per if after else unit).append(make.atom(child))
    first = per[0] if per else None
    return LimitLine(*head, make.atom(tree.children[0]), Phrase(tuple(unit)), first, per[1] if len(per) > 1 else None)


def _never(tree: Node, make: _Maker, head: Head) -> Clause:
    kinds = _of(tree, "value")
    return Never(*head, make.phrase(kinds[0]) if kinds else None, make.phrases(_of(tree, "values")[0]))


def _plain(shape: Callable[..., Clause]) -> Callable[[Node, _Maker, Head], Clause]:
    """A reader for lines whose atoms are, in order, the fields of their class."""

    def reader(tree: Node, make: _Maker, head: Head) -> Clause:
        return shape(*head, *make.atoms(tree.children))

    return reader


def _money(shape: Callable[..., Clause]) -> Callable[[Node, _Maker, Head], Clause]:
    """A reader for lines with atoms, of which the last one is an amount."""

    def reader(tree: Node, make: _Maker, head: Head) -> Clause:
        atoms = make.atoms(_of(tree, "VALUE", "WORD", "STRING"))
        more = {"in_steps": True} if _of(tree, "STEPS") else {}
        return shape(*head, *atoms, make.amount(_of(tree, "amount")[0]), **more)

    return reader


def _trade(tree: Node, make: _Maker, head: Head) -> Clause:
    return TradeLine(*head, *make.atoms(_of(tree, "VALUE", "WORD", "STRING")))


def _cap(tree: Node, make: _Maker, head: Head) -> Clause:
    per = make.atoms(_of(tree, "WORD"))
    coins = bool(_of(tree, "COINS", "COIN"))
    return AtMost(*head, make.amount(_of(tree, "amount")[0]), per[0] if per else None, coins)


def _budget(tree: Node, make: _Maker, head: Head) -> Clause:
    per = make.atoms(_of(tree, "WORD"))
    return Budget(*head, make.amount(_of(tree, "amount")[0]), bool(_of(tree, "IN")), per[0] if per else None)


def _funded(tree: Node, make: _Maker, head: Head) -> Clause:
    payers = [make.atoms(child.children) for child in _of(tree, "payer") if isinstance(child, Tree)]
    return Funded(*head, tuple([Payer(each[0], each[1] if len(each) > 1 else None) for each in payers]))


def _layer(tree: Node, make: _Maker, head: Head) -> Clause:
    kinds = _of(tree, "value")
    return LayerLine(*head, make.atom(_of(tree, "WORD", "STRING")[0]), make.phrase(kinds[0]) if kinds else None)


def _floor(tree: Node, make: _Maker, head: Head) -> Clause:
    of = make.atoms(_of(tree, "WORD"))
    return Floor(*head, make.atom(_of(tree, "VALUE")[0]), of[0] if of else None)


_READERS: dict[str, Callable[[Node, _Maker, Head], Clause]] = {
    "setting": _setting,
    "currency": _currency,
    "window": _window,
    "lasts": _plain(Lasts),
    "hours": lambda tree, make, head: HoursLine(*head, *make.atoms(_of(tree, "WORD"))),
    "listed": _listed,
    "except": _listed,
    "combines": _listed,
    "prices": _prices,
    "flag": lambda tree, make, head: Flag(*head),
    "codes": _plain(CodesLine),
    "price": _money(Price),
    "take": _step,
    "spend": _step,
    "buy": _step,
    "every": _step,
    "bundle": _step,
    "earn": _earn,
    "piece": _money(Piece),
    "trade": _trade,
    "rate": _money(RateLine),
    "ladder": lambda tree, make, head: Ladder(*head, *make.atoms(_of(tree, "WORD"))),
    "cap": _cap,
    "limit": _limit,
    "budget": _budget,
    "funded": _funded,
    "never": _never,
    "layer": _layer,
    "floor": _floor,
    "set": _plain(SetLine),
}


def _head_atoms(raw: RawBlock, head: TextLine, findings: Findings) -> Sequence[Atom] | None:
    """What follows the kind in a head line; None after having told why it cannot be read."""
    if raw.word == "card":
        found = quick.head_atoms(head.text, head.start)
        if found is not None:
            return found[raw.kind_words :]
    tree = parse(head.text)
    if isinstance(tree, Trouble):
        slips.tell_head(raw, tree, findings)
        return None
    atoms = _Maker(head.start).atoms(tree.children)
    return atoms[raw.kind_words :]


def _name_and_label(raw: RawBlock, findings: Findings) -> tuple[Atom | None, Atom | None]:
    """The name and the label of a head line."""
    assert raw.head is not None
    if _too_long(raw.head, findings):
        return None, None
    atoms = _head_atoms(raw, raw.head, findings)
    if atoms is None:
        return None, None
    name = atoms[0] if atoms else None
    label = next((atom for atom in atoms if atom.quoted), None)
    if name is None or (name is label and len(atoms) == 1):
        if raw.word != "unknown":  # which of its words is the name cannot be told
            slips.no_name(raw, name, findings)
        return None, label
    rest = atoms[1:]
    if len(rest) > 1 or (rest and not rest[0].quoted):
        slips.odd_label(raw, name, rest, findings)
    return name, rest[0] if rest and rest[0].quoted else None
