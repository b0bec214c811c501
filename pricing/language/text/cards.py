"""Cuts a file into blocks (cards and heads) and blocks into lines, so that a mistake stays on its line.

Reads a `Source`; makes `RawBlock`s of `TextLine`s in which remarks are blanked out (offsets stay true); next: `parser`.
A line goes on after a comma. First words are checked here, against the vocabulary.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import define, frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings
from pricing.language.diagnostics.nearest import nearest, surely
from pricing.language.diagnostics.source import Source, Span
from pricing.language.text import sayings
from pricing.language.text.merged import Merge
from pricing.language.vocabulary import KIND_NAMES, KIND_OF, KIND_SLIPS, PLURALS, SCOPE_WORDS, SLIPS, WORDS

HEADS = frozenset({"campaign", "list", "policy"})

_PART = re.compile(r'"[^"]*"|"[^"]*\Z|#.*\Z|[“”„]', re.DOTALL)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]"
)
_FIRST = re.compile(r'\s*([^\s,"=]+)(?:(\s+)([^\s,"=]+))?')
_OFF = re.compile(r"\s*[0-9][0-9.]*%? off(\s*,\s*at most [0-9][0-9.]*)?\s*")
"""All that a take line holds behind its first word."""


@frozen
class TextLine:
    """One line as the parser takes it: remarks blanked, continued lines joined, offsets unchanged."""

    text: str
    start: int
    """Offset of the first character of `text`."""
    broken: bool = False
    """Has been reported already and must not be parsed."""

    @property
    def first(self) -> str:
        """Its first word."""
        found = _FIRST.match(self.text)
        return found[1] if found else ""

    @property
    def span(self) -> Span:
        text = self.text
        lead = len(text) - len(text.lstrip())
        return Span(self.start + lead, self.start + max(len(text.rstrip()), lead))


@define
class RawBlock:
    """A head line and the lines below it, up to the next head."""

    word: str
    """`card`, `campaign`, `list`, `policy`; `unknown`: a card of no known kind; `stray`: lines before any head."""
    kind: str
    kind_words: int
    """How many words of the head line spell the kind: 2, or 1 where somebody wrote `promo-code`; 0: the grammar knows
    the first word and leaves it out."""
    head: TextLine | None
    lines: list[TextLine]


@frozen
class Recognised:
    """A line and what it is."""

    line: TextLine
    word: str
    """A head word, `card`, `unknown`, another first word, or nothing when it has none."""
    kind: str = ""
    kind_words: int = 0


def cut(source: Source) -> tuple[tuple[RawBlock, ...], tuple[Diagnostic, ...]]:
    """All blocks of a file, in order."""
    findings = Findings(source)
    blocks: list[RawBlock] = []
    merge = Merge(findings)
    for line in _joined(_cleaned(source, findings), findings):
        if findings.full:
            break
        if merge.holds(line):
            blocks = blocks or [RawBlock("stray", "", 0, None, [])]
            blocks[-1].lines.append(TextLine(line.text, line.start, True))
            continue
        known = _recognised(line, findings)
        if known.word in HEADS or known.word in ("card", "unknown"):
            blocks.append(RawBlock(known.word, known.kind, known.kind_words, known.line, []))
            continue
        if not blocks:
            blocks.append(RawBlock("stray", "", 0, None, []))
        blocks[-1].lines.append(known.line)
    return tuple(blocks), tuple(findings.found)


def _cleaned(source: Source, findings: Findings) -> Iterator[TextLine | None]:
    """Physical lines without remarks; None for an empty line, which ends a line that goes on."""
    for text, start in source.lines():
        if not text or text.isspace():
            yield None
            continue
        broken = False
        if '"' in text or "#" in text or "“" in text or "”" in text or "„" in text:
            text = _without_remark(text, start, findings)
            if text.isspace() or not text:
                continue
        if not text.isascii() or not text.isprintable():
            text, broken = _without_unseen(text, start, findings)
            if not broken and "\t" in text and '"' in text:
                text = _without_tabs(text, start, findings)
        yield TextLine(text, start, broken)


_CODES = re.compile(r"\s*codes\s+\S+\s+like\s+[^\s\"]+")


def after_pattern(text: str) -> int:
    """Where the pattern of a `codes` line ends, in which # is a sign of the code; 0 on other lines."""
    found = _CODES.match(text)
    return found.end() if found else 0


def _without_remark(text: str, start: int, findings: Findings) -> str:
    pieces, done = [], 0
    for found in _PART.finditer(text, after_pattern(text)):
        part = found[0]
        if part[0] == '"' and (len(part) == 1 or part[-1] != '"'):
            where = Span(start + found.start(), start + len(text.rstrip()))
            findings.add(
                "P0103", where, "This quote is opened and not closed on its line.", caret='no closing "',
                helps=('A label stands between two quotes on one line: "Spend more, save more".',),
                fix=findings.replace(Span(where.end, where.end), '"', says='put a " at the end of the line'),
            )  # fmt: skip
            return text.rstrip() + '"'
        if part[0] == "#":
            if found.start() and not text[found.start() - 1].isspace() and text[found.start() - 1] not in ',"':
                _told_remark(text, start, found.start(), findings)
            pieces.append(text[done : found.start()])
            return "".join(pieces).rstrip()
        if part in "“”„":
            where = Span(start + found.start(), start + found.end())
            findings.add(
                "P0111", where, "This is a curly quote; the language uses straight ones.",
                fix=findings.replace(where, '"', safe=True),
            )  # fmt: skip
            pieces += [text[done : found.start()], '"']
            done = found.end()
    text = "".join(pieces) + text[done:]
    return text + '"' if text.count('"') % 2 else text


def _told_remark(text: str, start: int, at: int, findings: Findings) -> None:
    """A remark that begins right behind a word: perhaps the word has the sign in it."""
    begin = at - len(text[:at].rsplit(maxsplit=1)[-1])
    word = text[begin:].split(maxsplit=1)[0]
    where = Span(start + begin, start + begin + len(word))
    findings.add(
        "P0140", where, "The rest of this line is a remark, from # on.", caret="is the sign part of the name?",
        helps=(f'A name with the sign in it stands in quotes: "{word[:60]}"',),
        fix=findings.replace(where, f'"{word}"') if '"' not in word else None,
    )  # fmt: skip


_LABELLED = frozenset({"note", "label", *HEADS})
"""First words of lines that hold a text for customers, besides the kinds of card."""
_QUOTED = re.compile(r'"[^"]*"')
_JOINED = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
"""What makes one sign of two, as in the words of India and in the picture of a family."""


def _with_joiners_blanked(text: str) -> str:
    """The line as it is to be searched for unseen characters: in a label, those between two letters belong there."""
    words = text.split(maxsplit=2)
    if words and (words[0] in _LABELLED or " ".join(words[:2]) in KIND_OF):
        return _QUOTED.sub(lambda found: _JOINED.sub(" ", found[0]), text)
    return text


def _without_tabs(text: str, start: int, findings: Findings) -> str:
    """A tab in a text in quotes is told, for it would reach the receipt; read as a space."""
    for found in _QUOTED.finditer(text):
        if "\t" in found[0]:
            where = Span(start + found.start() + found[0].index("\t"), start + found.start() + found[0].index("\t") + 1)
            findings.add(
                "P0102", where, "There is a tab in this text.", caret="just here",
                helps=("Between quotes stands what is shown, and a tab is shown everywhere in another way.",),
                fix=findings.replace(where, " ", safe=True, says="put a space in its place"),
            )  # fmt: skip
    return _QUOTED.sub(lambda found: found[0].replace("\t", " "), text)


def _without_unseen(text: str, start: int, findings: Findings) -> tuple[str, bool]:
    found = _UNSEEN.search(_with_joiners_blanked(text) if "\u200d" in text or "\u200c" in text else text)
    if found is None:
        return text, False
    where = Span(start + found.start(), start + found.end())
    findings.add(
        "P0102", where, f"There is a character here that cannot be seen (U+{ord(found[0]):04X}).",
        caret="just here",
        helps=("Such characters come along when text is copied from a web page or a word processor.",),
        fix=findings.replace(where, "", safe=True, says="remove it"),
    )  # fmt: skip
    return _UNSEEN.sub(" ", text), True


def _joined(lines: Iterator[TextLine | None], findings: Findings) -> Iterator[TextLine]:
    """Lines with those that follow after a comma."""
    parts: list[TextLine] = []
    for line in lines:
        if parts and parts[-1].text.rstrip().endswith(","):
            if line is not None and not begins_anew(line.text):
                parts.append(line)
                continue
            parts[-1] = _without_last_comma(parts[-1], findings)
        if parts:
            yield _one(parts)
        parts = [] if line is None else [line]
    if parts:
        if parts[-1].text.rstrip().endswith(","):
            parts[-1] = _without_last_comma(parts[-1], findings)
        yield _one(parts)


def _one(parts: list[TextLine]) -> TextLine:
    if len(parts) == 1:
        return parts[0]
    start = parts[0].start
    text: list[str] = []
    at = start
    for part in parts:
        text += [" " * (part.start - at), part.text]
        at = part.start + len(part.text)
    return TextLine("".join(text), start, any(part.broken for part in parts))


def begins_anew(text: str) -> bool:
    """Whether a line after a comma is a new line all the same: it begins with a word of the language."""
    found = _FIRST.match(text)
    if found is None:
        return False
    if found[1] in WORDS:
        # `list NAME` may stand among values; `at most` after a step's comma.
        return found[1] not in ("list", "at") and found[3] is not None and found.end(1) < len(text.rstrip())
    rest = text[found.end() :].strip()
    return f"{found[1]} {found[3]}" in KIND_OF and rest != "" and not rest.startswith(",")


def _without_last_comma(line: TextLine, findings: Findings) -> TextLine:
    text = line.text.rstrip()
    where = Span(line.start + len(text) - 1, line.start + len(text))
    findings.add(
        "P0106", where, "A comma ends this line, but nothing follows it.", caret="what comes after?",
        helps=("After a comma a line goes on in the next line; take the comma away if the list is complete.",),
        fix=findings.replace(where, "", safe=True, says="remove the comma"),
    )  # fmt: skip
    return TextLine(text[:-1], line.start, line.broken)


def _recognised(line: TextLine, findings: Findings) -> Recognised:
    found = _FIRST.match(line.text)
    if found is None:
        _unreadable_start(line, findings)
        return Recognised(TextLine(line.text, line.start, True), "")
    first, second = found[1], found[3] or ""
    if first.lower() == "free" and '"' not in line.text:  # free shipping over 35, free gift MUG-1
        said = _said(line, first, findings)
        if said is not None:
            return said
    if f"{first} {second}" in KIND_OF:
        return Recognised(line, "card", f"{first} {second}", 2)
    if first in WORDS and not (first in KIND_SLIPS and _LABELLED_HEAD.fullmatch(line.text)):
        return Recognised(line, first)
    where = Span(line.start + found.start(1), line.start + found.end(1))
    both = Span(where.start, line.start + found.end(3)) if second else where
    lower = f"{first} {second}".lower()
    if first.isascii() and second.isascii() and lower in KIND_OF:
        spelled = found[0].lstrip().lower()
        _capitals(findings, both, spelled)
        return Recognised(_with(line, both, spelled), "card", lower, 2)
    if first.isascii() and first != first.lower() and first.lower() in WORDS:
        _capitals(findings, where, first.lower())
        return Recognised(_with(line, where, first.lower()), first.lower())
    return (
        _punctuated(line, first, where, findings)
        or _said(line, first, findings)
        or _unknown_kind(line, found, where, both, findings)
        or _unknown_word(line, first, where, findings)
    )


def _said(line: TextLine, first: str, findings: Findings) -> Recognised | None:
    """A line in the words of the shop floor."""
    saying = sayings.meant(line.text) if not first.endswith(":") else None
    if saying is None:
        return None
    tell_saying(line, saying, "P0104", findings)
    return Recognised(TextLine(line.text, line.start, True), "")


def tell_saying(line: TextLine, saying: sayings.Saying, code: str, findings: Findings) -> None:
    """Say what a line means, with the line that says it."""
    right = saying.right
    findings.add(
        code, line.span, saying.says, caret=f"write {right}" if right else saying.caret, helps=saying.helps,
        fix=findings.replace(line.span, right) if right else None,
    )  # fmt: skip


_NUMBERED = re.compile(r"[0-9]{1,2}[.)]")


def _punctuated(line: TextLine, first: str, where: Span, findings: Findings) -> Recognised | None:
    """The line when signs of other notations stand at its beginning: `stores:`, `- stores`, `// a remark`."""
    other = next((sign for sign in ("//", "/*", "--", "<!--", ";") if first.startswith(sign)), "")
    if other:
        begin = Span(where.start, where.start + len(other))
        fix = findings.replace(begin, "#", safe=other == "//")
        findings.add("P0104", begin, "A remark begins with #.", caret="write #", fix=fix)
        return Recognised(TextLine(line.text, line.start, True), "")
    bare = first.rstrip(":")
    rest = "" if _NUMBERED.fullmatch(first) and line.text.split()[1:2] else first.lstrip("-*•")
    if rest != first and (rest.lower() in WORDS or (not rest and line.text.strip() != first)):
        what, sign = "No sign stands before the first word of a line.", Span(where.start, where.end - len(rest))
        bare = rest.rjust(len(first))
    elif bare != first and (bare.lower() in (*WORDS, *SLIPS, *KIND_SLIPS) or nearest(bare, WORDS, 0.7)):
        what, sign = "No colon stands after the first word of a line.", Span(where.start + len(bare), where.end)
    else:
        return None
    findings.add("P0104", sign, what, caret="leave this out", fix=findings.replace(sign, "", safe=True))
    return _recognised(_with(line, where, bare.ljust(len(first))), findings)


def _unknown_kind(
    line: TextLine, found: re.Match[str], where: Span, both: Span, findings: Findings
) -> Recognised | None:
    """The line as a card's head, when it is most likely meant as one."""
    first, second = found[1], found[3] or ""
    indented = line.text[:1].isspace()
    if not second or (indented and first.lower() in SLIPS):
        return None
    if not indented and first.lower() in KIND_SLIPS and ('"' in line.text or line.text.split() == [first, second]):
        return _no_kind(line, first, where, 1, findings)
    head = nearest(first.lower(), HEADS, 0.7)
    if head and not indented and first.lower() not in SLIPS:
        findings.add(
            "P0104", where, f'A line cannot begin with "{first}".', caret=f"did you mean {head}?", helps=(_form(head),),
            fix=findings.replace(where, head, safe=surely(first, head)),
        )  # fmt: skip
        return Recognised(line, head, kind_words=1)
    for said, span, count in ((first, where, 1), (f"{first} {second}", both, 2)):
        kind = nearest(said, KIND_NAMES, 0.83)
        if kind:
            findings.add(
                "P0104", span, f'There is no kind of card called "{said}".', caret="not a kind of card",
                helps=(f"Did you mean {kind}?",), fix=findings.replace(span, kind, safe=surely(said, kind)),
            )  # fmt: skip
            return Recognised(line, "card", kind, count)
    if indented or '"' not in line.text or (first.lower() in SLIPS and not _HEAD.fullmatch(line.text)):
        return None
    return _no_kind(line, f"{first} {second}", both, 2, findings)


_LABELLED_HEAD = re.compile(r'[^\s"]+\s+[^\s",]+\s+"[^"]*"\s*')
"""At the margin, a word, a name and a label."""
_HEAD = re.compile(r'\S+(?:\s+[^\s"]+){1,2}\s+"[^"]*"\s*')
"""One or two words for a kind, a name, a label."""


def _no_kind(line: TextLine, said: str, where: Span, words: int, findings: Findings) -> Recognised:
    """A card of a kind that there is not, such as coupon or seller voucher."""
    kinds, sure = _kinds_meant(said.lower().split())
    meant = " or ".join(filter(None, (", ".join(kinds[:-1]), *kinds[-1:])))
    one = kinds[0] if sure and len(kinds) == 1 else ""
    findings.add(
        "P0104", where, f'There is no kind of card called "{said[:60]}".', caret="not a kind of card",
        helps=(f"Did you mean {meant}?" if kinds else f"The kinds are: {', '.join(KIND_NAMES)}.",),
        fix=findings.replace(where, one) if one else None,
    )  # fmt: skip
    return Recognised(line, "card", one, 1) if one and words == 1 else Recognised(line, "unknown", "", words)


def _kinds_meant(words: Sequence[str]) -> tuple[list[str], bool]:
    """The kinds that most of the words speak of, and whether all do; otherwise one of them may be the card's name."""
    votes = Counter(
        kind
        for word in words
        for kind in (KIND_SLIPS.get(word) or [kind for name, kind in KIND_OF.items() if word in name.split()])
    )
    most = max(votes.values(), default=0)
    return [kind.value for kind, count in votes.items() if count == most], most == len(words)


_UNLED = (
    (re.compile(r"\s*[0-9]+ coins? = .*"), "rate"),
    (re.compile(r"\s*[0-9]+ coins? for .*"), "trade"),
    (re.compile(r"\s*[0-9]+ for [0-9]+.*"), "buy"),
    (re.compile(r"\s*(?=\S*[0-9])\S+ (at )?[0-9]+[.,][0-9]{2}\s*"), "price"),
)
"""Lines without a first word, by what the rest looks like."""


_VAGUE = frozenset({"only", "for", "one"})
"""First words that may begin anything: told, with no fix."""


def _unknown_word(line: TextLine, first: str, where: Span, findings: Findings) -> Recognised:
    slip = SLIPS.get(first.lower())
    if first.lower() == "not" and line.text.split()[1:2] == ["with"]:
        slip = "never"
    vague = first.lower() in _VAGUE
    slip = slip or next((word for pattern, word in _UNLED if pattern.fullmatch(line.text)), None)
    meant = slip or (None if vague else nearest(first, WORDS, 0.7))
    if re.match(r"[$€£¥]?[0-9]", first) and re.search(r"\boff\b", line.text):
        at = Span(where.start, where.start)
        fix = findings.replace(at, "take ", safe=_OFF.fullmatch(line.text) is not None, says="put take before it")
        findings.add(
            "P0104", where, f'A line cannot begin with "{first[:60]}".', caret="did you mean take?",
            helps=(_form("take"),), fix=fix if _read_with(line, at, "take ") else None,
        )  # fmt: skip
    elif meant:
        safe = first.lower() in PLURALS or (not slip and surely(first, meant))
        begins = not vague and first[:1].isalpha() and not first[-1:].isdigit() and _read_with(line, where, meant)
        findings.add(
            "P0104", where, f'A line cannot begin with "{first}".', caret=f"did you mean {meant}?",
            helps=(_form(meant),),
            fix=findings.replace(where, meant, safe=safe) if begins else None,
        )  # fmt: skip
        fitted = _fitted(line, where, meant) if safe else None
        if fitted is not None:  # so that the other mistakes of the line are told in the same run
            return Recognised(fitted, meant)
    else:
        findings.add(
            "P0104", where, f'A line cannot begin with "{first[:60]}".', caret="not a word of the language",
            helps=("A line begins with a word such as stores, valid, spend, take or limit; a remark begins with #.",),
        )  # fmt: skip
    return Recognised(TextLine(line.text, line.start, True), "")


def _read_with(line: TextLine, where: Span, meant: str) -> bool:
    """Whether the line can be read with another first word and may mean that, or is too long to try."""
    rest = line.text[where.end - line.start :].split()
    if meant == "except" and rest and rest[0] not in (*SCOPE_WORDS, "prices", "reduced", "list"):
        return False  # `not on gift cards`
    text = line.text[: where.start - line.start] + meant + line.text[where.end - line.start :]
    return len(text) > sayings.LONGEST or sayings.readable(text)


def _fitted(line: TextLine, where: Span, meant: str) -> TextLine | None:
    """The line with another first word, longer at the cost of the spaces around it: the rest stays in its place."""
    text, start, end = line.text, where.start - line.start, where.end - line.start
    more = len(meant) - (end - start)
    if text[end : end + more + 1].isspace():
        end += max(more, 0)
    elif more <= start and text[start - more : start].isspace():
        start -= more
    elif more > 0:
        return None
    return TextLine(text[:start] + meant.ljust(end - start) + text[end:], line.start, line.broken)


def _form(meant: str) -> str:
    if meant == "buy":
        return "buy says from how many items on, as in: buy 3 take 10% off, or: buy 1 get 1 free"
    word = WORDS[meant.split(maxsplit=1)[0]]
    return f"{'at most' if word.word == 'at' else word.word} says {word.says}, as in: {word.example}"


def _unreadable_start(line: TextLine, findings: Findings) -> None:
    where = Span(line.span.start, min(line.span.start + 1, line.span.end))
    findings.add(
        "P0104", where, "A line begins with a word of the language.", caret="not a word",
        helps=(
            ("The label of a card stands on its first line, behind the name.",)
            if line.text.lstrip().startswith('"')
            else ("Such as stores, valid, spend, take or limit; a remark begins with #.",)
        ),
    )  # fmt: skip


def _capitals(findings: Findings, where: Span, right: str) -> None:
    findings.add(
        "P0107", where, "The words of the language are written in small letters.", caret=f"write {right}",
        fix=findings.replace(where, right, safe=True),
    )  # fmt: skip


def _with(line: TextLine, where: Span, word: str) -> TextLine:
    """The line with a stretch replaced by a word of the same length."""
    text = line.text
    return TextLine(text[: where.start - line.start] + word + text[where.end - line.start :], line.start, line.broken)
