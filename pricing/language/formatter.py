"""Rule text in its one canonical layout.

Reads the text of one file; makes the same lines with the same remarks, in order, put right for the reader. It proves
itself: what it wrote is read again and must say the same, else the text comes back as it was, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import Attribute, asdict, define, field, frozen

from pricing.language.diagnostics.source import Source
from pricing.language.loading.load import load_texts
from pricing.language.text.build import build
from pricing.language.text.cards import HEADS, after_pattern, begins_anew, cut
from pricing.language.vocabulary import KIND_OF

WIDTH = 100
"""No line is wider, unless a single value is."""
WORD_WIDTH = 12
INDENT = "  "
VALUES_AT = len(INDENT) + WORD_WIDTH
REMARK_AT = 42
FAR = 60
"""Lines up to this width share a column for their remarks."""

_STEP_WORDS = ("spend", "buy", "every")
_GIVING = ("take", "get", "ship", "for", "at", "pay", "earn")
"""Words that begin what a step gives."""
_PART = re.compile(r'"[^"]*"|#.*\Z', re.DOTALL)
_TOKEN = re.compile(r'"[^"]*"|[,=|]|[^\s,"=|]+')
_LINE_END = re.compile(r"\r\n|\n|\r")


@frozen
class Formatted:
    """What came of formatting one text."""

    text: str
    """The canonical text; the original when there is a `problem`."""
    problem: str = ""
    """Why the text was left as it was; empty when all is well."""


@define
class _Part:
    """What stands on one physical line of a logical one."""

    tokens: list[str]
    remark: str


@define
class _Row:
    """A logical line, an own-line remark, or a blank."""

    what: str
    """`head`, `clause`, `remark`, `blank`."""
    parts: list[_Part] = field(factory=list)
    indented: bool = False

    @property
    def tokens(self) -> list[str]:
        return [token for part in self.parts for token in part.tokens]


def fmt(text: str, name: str = "text.promo") -> Formatted:
    """The canonical text of one file; `name` decides whether it is a policy, as in `policy.promo`."""
    original = text
    text = text.removeprefix("\ufeff")
    before = _syntax(text, name)
    if before is None:
        return Formatted(original, "it has lines that cannot be read; pricing check tells which")
    written = _written(list(_rows(text)))
    if _syntax(written, name) != before or _remarks(written) != _remarks(text):
        return Formatted(original, "the formatter could not prove that the meaning is kept")
    if load_texts({name: written}).partial != load_texts({name: text}).partial:
        return Formatted(original, "the formatter could not prove that the meaning is kept")
    return Formatted(written)


def _syntax(text: str, name: str) -> list[dict[str, Any]] | None:
    """All a file says, without its places; None when some line cannot be read."""
    source = Source(name, text)
    raw, told = cut(source)
    blocks, more = build(source, raw)
    if any(item.is_error for item in (*told, *more)):
        return None
    return [asdict(block, filter=_no_place) for block in blocks]


def _no_place(attribute: Attribute[Any], value: object) -> bool:
    return attribute.name not in ("start", "end")


def _remarks(text: str) -> list[str]:
    return [found[1] for line in _LINE_END.split(text) if (found := _split(line))[1]]


def _split(line: str) -> tuple[str, str]:
    """The code of a physical line, and its remark."""
    for found in _PART.finditer(line, after_pattern(line)):
        if found[0][0] == "#":
            return line[: found.start()], found[0].rstrip()
    return line, ""


def _rows(text: str) -> Iterator[_Row]:
    """The file as rows; a line that goes on after a comma is one row, remarks within it included."""
    current: _Row | None = None
    for line in _LINE_END.split(text):
        code, remark = _split(line)
        tokens = _in_order(_joined_percent(_TOKEN.findall(code)))
        goes_on = current is not None and current.tokens[-1:] == [","]
        if current is not None and goes_on and (remark or tokens) and not (tokens and begins_anew(code)):
            current.parts.append(_Part(tokens, remark))
            continue
        if current is not None:
            yield current
            current = None
        if tokens:
            what = "head" if tokens[0] in HEADS or " ".join(tokens[:2]) in KIND_OF else "clause"
            current = _Row(what, [_Part(tokens, remark)])
        elif remark:
            yield _Row("remark", [_Part([], remark)], line[:1].isspace())
        else:
            yield _Row("blank")
    if current is not None:
        yield current


def _joined_percent(tokens: list[str]) -> list[str]:
    """`15 %` as one token."""
    found: list[str] = []
    for token in tokens:
        if token == "%" and found and found[-1][-1:].isdigit():
            found[-1] += "%"
        else:
            found.append(token)
    return found


_STEPS = frozenset({"take", "spend", "buy", "every", "bundle", "ship", "pay", "at"})


def _in_order(tokens: list[str]) -> list[str]:
    """What stands behind a form in its canonical order: `, dearest`, `, at most M times`, `, at most N`."""
    if not tokens or tokens[0] not in _STEPS or tokens[:2] == ["at", "most"] or "," not in tokens:
        return _plain_most(tokens)
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    cut = len(parts)
    while cut > 1 and _tail(parts[cut - 1]):
        cut -= 1
    ordered = [*parts[:cut], *sorted(parts[cut:], key=_tail)]
    joined = ordered[0]
    for part in ordered[1:]:
        joined = [*joined, ",", *part]
    return _plain_most(joined)


def _tail(part: list[str]) -> int:
    """Which place something has behind a form; 0: it is no such thing."""
    if part == ["dearest"]:
        return 1
    if part[:2] != ["at", "most"]:
        return 0
    return 2 if part[-1] in ("times", "time") else 3


def _plain_most(tokens: list[str]) -> list[str]:
    """`the 1 dearest` as `the dearest`, and `at most 1 times` as `at most 1 time`."""
    found: list[str] = []
    for place, token in enumerate(tokens):
        after, before = tokens[place + 1 : place + 2], tokens[place - 1] if place else ""
        if token == "1" and before == "the" and after and after[0] in ("dearest", "cheapest"):
            continue
        if before == "1" and token in ("times", "items") and tokens[0] in _STEPS:
            token = token.removesuffix("s")
        found.append(token)
    return found


def _written(rows: Sequence[_Row]) -> str:
    out: list[str] = []
    for block in _blocks(rows):
        lines = _block(block)
        if lines and out:
            out.append("")
        out += lines
    return "".join(line + "\n" for line in out)


def _blocks(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows from one head to the next; remarks right above a head, at the margin, belong to it."""
    block: list[_Row] = []
    for row in rows:
        if row.what == "head" and block:
            above: list[_Row] = []
            while block and block[-1].what == "remark" and not block[-1].indented:
                above.insert(0, block.pop())
            yield block
            block = above
        block.append(row)
    yield block


def _block(rows: list[_Row]) -> list[str]:
    """The lines of one block, without blank lines around it."""
    heads = [place for place, row in enumerate(rows) if row.what == "head"]
    head = heads[0] if heads else -1
    last = max((place for place, row in enumerate(rows) if row.what in ("head", "clause")), default=-1)
    gaps = _gaps(rows)
    column = _remark_column(rows, gaps)
    lines: list[str] = []
    for place, row in enumerate(rows):
        if row.what == "blank":
            # One blank line is kept where it parts something; none at the edges or right below the head.
            if lines and lines[-1] and any(between.what != "blank" for between in rows[head + 1 : place]):
                lines.append("")
        elif row.what == "remark":
            inside = head >= 0 and place > head and (place < last or row.indented)
            lines.append((INDENT if inside else "") + row.parts[0].remark)
        else:
            lines += _laid_out(row, gaps[place], column)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _remark_column(rows: Sequence[_Row], gaps: Sequence[list[str]]) -> int:
    column = REMARK_AT
    for row, spaces in zip(rows, gaps, strict=True):
        if row.what == "clause" and row.parts[-1].remark and not any(part.remark for part in row.parts[:-1]):
            width = len(INDENT) + sum(len(space) + len(token) for space, token in zip(spaces, row.tokens, strict=True))
            if width <= FAR:
                column = max(column, width + 2)
    return column


def _gaps(rows: Sequence[_Row]) -> list[list[str]]:
    """For each row the spaces before each of its tokens; steps in a row are aligned with each other."""
    gaps = [_plain_gaps(row) for row in rows]
    places = [place for place, row in enumerate(rows) if row.what == "clause"]
    start = 0
    while start < len(places):
        word = rows[places[start]].tokens[0]
        end = start
        while end < len(places) and rows[places[end]].tokens[0] == word:
            end += 1
        if word in _STEP_WORDS:
            _align([rows[place].tokens for place in places[start:end]], [gaps[place] for place in places[start:end]])
        start = end
    return gaps


def _plain_gaps(row: _Row) -> list[str]:
    tokens = row.tokens
    gaps = ["" if token == "," or not place else " " for place, token in enumerate(tokens)]
    if row.what == "clause" and len(tokens) > 1:
        first = 2 if tokens[:2] == ["at", "most"] else 1
        if first < len(tokens):
            gaps[first] = " " * max(1, WORD_WIDTH - len(" ".join(tokens[:first])))
    return gaps


def _align(steps: Sequence[list[str]], gaps: Sequence[list[str]]) -> None:
    """Thresholds to the right; two spaces before what is given; amounts to the right."""
    widest = max((len(tokens[1]) for tokens in steps if len(tokens) > 1), default=0)
    given = [next((at for at, token in enumerate(tokens) if token in _GIVING and at > 1), 0) for tokens in steps]
    amounts = [
        tokens[at + 1]
        for tokens, at in zip(steps, given, strict=True)
        if at and at + 1 < len(tokens) and tokens[at] == "take" and not tokens[at + 1].endswith("%")
    ]
    widest_amount = max(map(len, amounts), default=0)
    for tokens, spaces, at in zip(steps, gaps, given, strict=True):
        if len(tokens) > 1:
            spaces[1] += " " * (widest - len(tokens[1]))
        if at > 1:
            spaces[at] = "  "
            if at + 1 < len(tokens) and tokens[at] == "take" and not tokens[at + 1].endswith("%"):
                spaces[at + 1] = " " + " " * (widest_amount - len(tokens[at + 1]))


def _laid_out(row: _Row, gaps: list[str], column: int) -> list[str]:
    """The physical lines of a row: as they were where remarks stand within it, else wrapped after commas."""
    lead = "" if row.what == "head" else INDENT
    if len(row.parts) > 1 and any(part.remark for part in row.parts[:-1]):
        return _as_it_was(row, gaps, lead, column)
    lines = _wrapped(row.tokens, gaps, lead)
    remark = row.parts[-1].remark
    if remark:
        lines[-1] = _with_remark(lines[-1], remark, column if row.what == "clause" else 0)
    return lines


def _as_it_was(row: _Row, gaps: list[str], lead: str, column: int) -> list[str]:
    lines: list[str] = []
    done = 0
    for part in row.parts:
        spaces = gaps[done : done + len(part.tokens)]
        done += len(part.tokens)
        code = "".join(space + token for space, token in zip(spaces, part.tokens, strict=True))
        code = (lead + code) if not lines else " " * VALUES_AT + code.lstrip() if code else ""
        lines.append(_with_remark(code, part.remark, column) if code else " " * VALUES_AT + part.remark)
    return [line.rstrip() for line in lines]


def _wrapped(tokens: Sequence[str], gaps: Sequence[str], lead: str) -> list[str]:
    lines = [lead]
    chunk = ""
    for place, (space, token) in enumerate(zip(gaps, tokens, strict=True)):
        chunk += space + token
        if token != "," and place + 1 < len(tokens):
            continue
        if len(lines[-1]) + len(chunk) > WIDTH and lines[-1].endswith(","):
            lines.append(" " * VALUES_AT + chunk.lstrip())
        else:
            lines[-1] += chunk
        chunk = ""
    return lines


def _with_remark(code: str, remark: str, column: int) -> str:
    if not remark:
        return code
    return code.ljust(column - 1) + " " + remark if len(code) < column - 1 else f"{code}  {remark}"
