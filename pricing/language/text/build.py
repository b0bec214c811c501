"""Parse trees to syntax: every line becomes a `Clause` with atoms that know their place in the file.

Reads `RawBlock`s; makes `Block`s; next: `resolve`. Lines that cannot be read are told here and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lark import Token, Tree

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings
from pricing.language.diagnostics.source import Source
from pricing.language.text import quick, slips
from pricing.language.text.cards import RawBlock, TextLine
from pricing.language.text.parser import Trouble, parse
from pricing.language.text.syntax import (
    AtMost,
    Atom,
    Block,
    Budget,
    Clause,
    Funded,
    HoursLine,
    Ladder,
    Lasts,
    LimitLine,
    Listed,
    Never,
    Off,
    Phrase,
    Piece,
    Price,
    RateLine,
    SetLine,
    Setting,
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
    slips.tell(line, tree, findings)
    return None


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

    def off(self, node: Child) -> Off:
        assert isinstance(node, Tree)
        values = [child for child in node.children if _type(child) == "VALUE"]
        off = [self.atom(child) for child in node.children if _type(child) == "OFF"]
        cap = self.atom(values[1]) if len(values) > 1 else None
        return Off(self.atom(values[0]), off[0] if off else None, cap)


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


def _step(tree: Node, make: _Maker, head: Head) -> Clause:
    values = _of(tree, "VALUE")
    offs = _of(tree, "off")
    off = make.off(offs[0]) if offs else None
    given = make.atom(values[1]) if _of(tree, "GET") else None
    threshold = make.atom(values[0]) if values else None
    return StepLine(*head, threshold, bool(_of(tree, "ITEMS")), given, off is None, off)


def _limit(tree: Node, make: _Maker, head: Head) -> Clause:
    per: Atom | None = None
    unit: list[Atom] = []
    children = tree.children[1:]
    for place, child in enumerate(children):
        if _type(child) == "PER":
            per = make.atom(children[place + 1])
            break
        if _type(child) == "IN":
            per = make.atom(child)
            break
        unit.append(make.atom(child))
    return LimitLine(*head, make.atom(tree.children[0]), Phrase(tuple(unit)), per)


def _never(tree: Node, make: _Maker, head: Head) -> Clause:
    kinds = _of(tree, "value")
    return Never(*head, make.phrase(kinds[0]) if kinds else None, make.phrases(_of(tree, "values")[0]))


def _plain(shape: Callable[..., Clause]) -> Callable[[Node, _Maker, Head], Clause]:
    """A reader for lines whose atoms are, in order, the fields of their class."""

    def reader(tree: Node, make: _Maker, head: Head) -> Clause:
        return shape(*head, *make.atoms(tree.children))

    return reader


def _optional(shape: Callable[..., Clause], count: int) -> Callable[[Node, _Maker, Head], Clause]:
    """Likewise, with the last fields None when they were not written."""

    def reader(tree: Node, make: _Maker, head: Head) -> Clause:
        atoms = make.atoms(child for child in tree.children if _type(child) != "PER")
        return shape(*head, *atoms, *[None] * (count - len(atoms)))

    return reader


def _budget(tree: Node, make: _Maker, head: Head) -> Clause:
    return Budget(*head, make.atom(tree.children[0]), bool(_of(tree, "IN")))


_READERS: dict[str, Callable[[Node, _Maker, Head], Clause]] = {
    "setting": _setting,
    "window": _window,
    "lasts": _plain(Lasts),
    "hours": lambda tree, make, head: HoursLine(*head, *make.atoms(_of(tree, "WORD"))),
    "listed": _listed,
    "except": _listed,
    "combines": _listed,
    "price": _plain(Price),
    "take": _step,
    "spend": _step,
    "buy": _step,
    "every": _step,
    "ship": _step,
    "piece": _plain(Piece),
    "trade": _plain(TradeLine),
    "rate": _plain(RateLine),
    "ladder": _plain(Ladder),
    "cap": _optional(AtMost, 2),
    "limit": _limit,
    "budget": _budget,
    "funded": _optional(Funded, 2),
    "never": _never,
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
        slips.odd_label(raw, rest, findings)
    return name, rest[0] if rest and rest[0].quoted else None
