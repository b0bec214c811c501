"""Lines that cannot be read: what was most likely meant, in words, with a fix where one is evident.

Called by `build` with a line and the parser's trouble. Knows shapes only, never what a rule means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_lowercase

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest, surely
from pricing.language.diagnostics.source import Span
from pricing.language.text import sayings
from pricing.language.text.cards import RawBlock, TextLine
from pricing.language.text.dates import DATE_FORM, WITH_COMMA, spoken
from pricing.language.text.parser import Trouble
from pricing.language.text.syntax import NAME, Atom
from pricing.language.vocabulary import CARD_EXAMPLES, KIND_OF, WORDS
from pricing.model.kind import Kind

_INNER_WORDS = frozenset({
    "from", "until", "through", "take", "off", "at", "most", "per", "items", "in", "total", "free",
    "ship", "get", "coins", "coin", "for", "by", "with", "to", "days", "store", "order", "customer",
    "day", "item", "uses", "use", "platform", "seller", "each", "the", "cheapest", "dearest", "different", "times", "time",
    "like", "nothing", "earn", "of", "and", "steps", "all",
})  # fmt: skip
_PERCENT_WORD = re.compile(r"(?<=[0-9])\s*(?:percent|per cent|pct)\b", re.IGNORECASE)
_CURRENCY_WORD = re.compile(r"(?<=[0-9])\s+(?:USD|EUR|GBP|JPY|dollars?|euros?|yen)\b|\b(?:USD|EUR|GBP|JPY)\s+(?=[0-9])")
_AT_LEAST = re.compile(
    r"(?<=\s)(?:>=|=>|≥|>|(?:over|above|from|at least|more than|minimum|min\.?)(?=\s))\s*(?=[$€£¥]?[0-9])",
    re.IGNORECASE,
)
_AT_MOST = re.compile(r"\b(?:up to|max(?:imum)?\.?|no more than|capped at)(?=\s+[0-9])", re.IGNORECASE)

LONGEST_REPAIRED = 2000
"""Characters of a line; in a longer one slips are told, but not put right."""

_DAY = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2})(?![0-9])")
_CONDITION = re.compile(r"(?:over|above|from|for|on|if|when|with|orders?|minimum|min)\b", re.IGNORECASE)
_FREE = re.compile(r"free(?:\s+(?:shipping|delivery))?(?=\s*\Z)", re.IGNORECASE)


def repaired(line: TextLine, findings: Findings) -> TextLine | None:
    """The line with evident slips put right, each told; None when there is none. Offsets stay true: spaces fill up.

    A line whose slip cannot be put right in its own space comes back as `broken`: all there is to say has been said.
    """
    if len(line.text) > LONGEST_REPAIRED:
        return None
    text = line.text
    broken = False
    for pattern, code, message, right in _REPAIRS:
        for found in pattern.finditer(text):
            if text[: found.start()].count('"') % 2:
                continue
            if pattern is _AT_LEAST and text[: found.start()].split() not in (["spend"], ["every"], ["buy"]):
                continue
            where = Span(line.start + found.start(), line.start + found.end())
            # Which currency the campaign has is not known here, nor whether "over 50" leaves out 50.00 itself.
            safe = code in ("P0121", "P0122")
            fix = findings.replace(where, right, safe=safe, says=_says(found[0], right))
            findings.add(code, where, message, fix=fix)
            if len(right) > len(found[0]):
                broken = True
            else:
                text = text[: found.start()] + right.ljust(len(found[0])) + text[found.end() :]
    text = _dates(text, line, findings)
    text = _closed_percent(text)
    text = _small_letters(text, line, findings)
    return None if text == line.text and not broken else TextLine(text, line.start, broken)


def _dates(text: str, line: TextLine, findings: Findings) -> str:
    """Dates with the name of a month and a comma, which nothing behind this could read as one thing."""
    for found in WITH_COMMA.finditer(text) if line.first in ("valid", "claim") else ():
        right = spoken(found[0])
        if right:
            where = Span(line.start + found.start(), line.start + found.end())
            findings.add(
                "P0220", where, f'"{found[0]}" is not a date as the language writes it.', caret=f"write {right}",
                helps=(DATE_FORM,), fix=findings.replace(where, right),
            )  # fmt: skip
            text = text[: found.start()] + right.ljust(len(found[0])) + text[found.end() :]
    return text


def _closed_percent(text: str) -> str:
    """Moves a percent sign to its number, leaving the space behind it, so that offsets stay true."""
    return re.sub(r"([0-9])(\s+)%", r"\1%\2", text)


_REPAIRS: tuple[tuple[re.Pattern[str], str, str, str], ...] = (
    (_CURRENCY_WORD, "P0210", "Amounts are written without a currency; the campaign says which one it is.", ""),
    (_AT_LEAST, "P0105", "The amount or number stands by itself here, and means that much or more.", ""),
    (_PERCENT_WORD, "P0121", "A percentage is written with the sign %.", "%"),
    (_AT_MOST, "P0122", "A cap is written with at most.", "at most"),
)


def _says(old: str, right: str) -> str:
    return f"replace {old.strip()} with {right}" if right else f"remove {old.strip()}"


def _small_letters(text: str, line: TextLine, findings: Findings) -> str:
    for found in re.finditer(r'[^\s,"=]+', text):
        word = found[0]
        if word.isascii() and word != word.lower() and word.lower() in _INNER_WORDS:
            if text[: found.start()].count('"') % 2:
                continue
            where = Span(line.start + found.start(), line.start + found.end())
            findings.add(
                "P0107", where, "The words of the language are written in small letters.",
                caret=f"write {word.lower()}", fix=findings.replace(where, word.lower(), safe=True),
            )  # fmt: skip
            text = text[: found.start()] + word.lower() + text[found.end() :]
    return text


_SYNONYMS = {
    "to": "until", "till": "until", "til": "until", "get": "take", "save": "take", "gets": "take", "by": "per",
    "each": "per", "every": "per",
}  # fmt: skip
"""Words that people write in the middle of a line, and the word that they mean where it can stand."""
_IDLE = frozenset({",", ";", ":", "=", ".", "and", "then", "is", "are", "the", "a", "//", "-", "–", "—"})
"""What stands in the way and says nothing."""
_SPOKEN = frozenset({
    "item", "items", "unit", "units", "piece", "pieces", "product", "products", "article", "articles", "for", "any", "just",
    "only", "please",
})  # fmt: skip
"""What people say besides, where a line can be read without it."""
_REMARK = re.compile(r"//|/\*|--|<!--|[(\[]")
"""How remarks and asides begin elsewhere."""


def tell(line: TextLine, trouble: Trouble, findings: Findings) -> None:
    """Say why a line cannot be read and how such a line looks."""
    first = line.first
    known = WORDS.get(first)
    helps = [f"A line with {first} looks like: {known.example}"] if known else []
    found = line.text[trouble.start : trouble.end].strip()
    found = found.strip('"') or found
    where = Span(line.start + trouble.start, line.start + trouble.end)
    if first == "buy" and " get " in line.text:
        helps = ["Such a line looks like: buy 2 get 1 free, or: buy 2 get 1 at 50% off"]
    if first == "take" and _CONDITION.match(line.text[trouble.start :]):
        helps = ["The condition comes first, as in: spend 50.00 take 5.00 off"]
    if _told_by_its_word(line, first, helps, findings):
        return
    if not found:
        if first == "except":
            helps = ["An except line looks like: except categories gift-cards"]
        before = line.text[: trouble.start].rstrip()
        last = Span(line.start + len(before) - len(before.split()[-1]), line.start + len(before))
        findings.add(
            "P0105", last, f"This {first} line breaks off too early.", caret=_missing(trouble), helps=helps,
        )  # fmt: skip
        return
    begun = _begun(line.text, trouble)
    if begun:
        where = Span(where.start - len(begun), where.end)
        findings.add(
            "P0105", where, f'This {first} line cannot be read at "{begun}{found[:60]}".',
            caret=f"did you mean {begun}?", helps=helps, fix=findings.replace(where, begun, safe=len(found) == 1),
        )  # fmt: skip
        return
    if _in_the_way(line, trouble, where, findings, helps) or _bare(line, trouble, where, findings, helps):
        return
    meant = _SYNONYMS.get(found.lower())
    meant = meant if meant in trouble.expected else nearest(found, trouble.expected, 0.6)
    if meant:
        findings.add(
            "P0105", where, f'This {first} line cannot be read at "{found[:60]}".', caret=f"did you mean {meant}?",
            helps=helps, fix=findings.replace(where, meant, safe=surely(found, meant)),
        )  # fmt: skip
        return
    caret = "nothing more can stand here" if trouble.may_end and not trouble.expected else _missing(trouble)
    findings.add("P0105", where, f'This {first} line cannot be read at "{found[:60]}".', caret=caret, helps=helps)


def _in_the_way(line: TextLine, trouble: Trouble, where: Span, findings: Findings, helps: Sequence[str]) -> bool:
    """Tell a remark in the signs of another language, and what says nothing."""
    found = line.text[trouble.start : trouble.end].strip()
    aside = _REMARK.match(line.text, trouble.start) if trouble.may_end else None
    if aside is not None:
        sign = Span(where.start, where.start + aside.end() - trouble.start)
        fix = findings.replace(sign, "# (" if aside[0] in "([" else "#", says="make a remark of it")
        findings.add("P0105", where, "A remark begins with #.", caret="write # before it", fix=fix)
        return True
    if found.lower() in _IDLE or (found.lower() in _SPOKEN and _reads_without(line, trouble)):
        findings.add(
            "P0105", where, f'This {line.first} line cannot be read at "{found}".', caret="leave this out", helps=helps,
            fix=findings.replace(where, ""),
        )  # fmt: skip
        return True
    return False


def _reads_without(line: TextLine, trouble: Trouble) -> bool:
    text = line.text[: trouble.start] + line.text[trouble.end :]
    return len(text) <= sayings.LONGEST and sayings.readable(text)


def _bare(line: TextLine, trouble: Trouble, where: Span, findings: Findings, helps: Sequence[str]) -> bool:
    """Tell a date that has no from before it, and free shipping in the order of everyday speech."""
    rest = line.text[trouble.start :]
    says = f'This {line.first} line cannot be read at "{line.text[trouble.start : trouble.end].strip()}".'
    if "from" in trouble.expected and _DAY.match(rest):
        fix = findings.replace(Span(where.start, where.start), "from ", says="put from before it")
        findings.add("P0105", where, says, caret="from comes before this", helps=helps, fix=fix)
        return True
    free = _FREE.match(rest) if "ship" in trouble.expected else None
    if free is None:
        return False
    where = Span(where.start, where.start + free.end())
    findings.add(
        "P0105", where, says, caret="write ship free", fix=findings.replace(where, "ship free"),
        helps=("A line with free shipping looks like: spend 35.00 ship free",),
    )  # fmt: skip
    return True


def _begun(text: str, trouble: Trouble) -> str:
    """The word of the language that a word goes on from: the `ship` of `ships`; empty when the trouble is elsewhere."""
    before = text[: trouble.start]
    word = before[len(before.rstrip(ascii_lowercase)) :]
    return word if word in _INNER_WORDS and text[trouble.start].isalpha() else ""


_HOURS = re.compile(r"\s*hours\s+(?:from\s+)?([0-9:.apm]+)\s*(?:to|till|til|until|-|–|—)\s*([0-9:.apm]+)\s*")
_DATES = re.compile(
    r"\s*(?:valid|claim)\s+([0-9]\S+(?: +[0-9:]+)?)\s+(to|till|til|until|through|-|–|—)\s+([0-9]\S+(?: +[0-9:]+)?)\s*"
)
_OFF_FROM = re.compile(r"\s*take\s+([0-9.]+%?)\s+off\s+(?:(?:over|from|on|above)\s+)?([0-9.]+)\s*")


_HALVES = re.compile(r"(1[0-2]|[1-9])(?::([0-5][0-9]))?(am|pm)")


def _clock(said: str) -> str:
    """`9am` and `5:30pm` as 09:00 and 17:30; anything else as it is."""
    found = _HALVES.fullmatch(said)
    if found is None:
        return said
    return f"{int(found[1]) % 12 + 12 * (found[3] == 'pm'):02d}:{found[2] or '00'}"


def _told_by_its_word(line: TextLine, first: str, helps: list[str], findings: Findings) -> bool:
    """Tell slips that only some lines have; False when there is none."""
    span, words = line.span, line.text.split()
    hours = _HOURS.fullmatch(line.text)
    if hours:
        rest = Span(line.start + line.text.index(words[1]), span.end)
        right = f"from {_clock(hours[1])} until {_clock(hours[2])}"
        findings.add(
            "P0105", rest, "Hours are written from … until ….", caret=f"write {right}", helps=helps,
            fix=findings.replace(rest, right, safe=True),
        )  # fmt: skip
        return True
    dates = _DATES.fullmatch(line.text)
    if dates:
        rest = Span(line.start + line.text.index(words[1]), span.end)
        right = f"from {dates[1]} {dates[2] if dates[2] in ('until', 'through') else 'through'} {dates[3]}"
        findings.add(
            "P0105", rest, "Dates are written from … through …, or from … until ….", caret=f"write {right}",
            helps=("through includes the whole last day; until stops at that moment.",),
            fix=findings.replace(rest, right),
        )  # fmt: skip
        return True
    off = _OFF_FROM.fullmatch(line.text)
    if off:
        whole = Span(span.start, span.end)
        right = f"spend {off[2]} take {off[1]} off"
        findings.add(
            "P0105", whole, "The condition comes first, then what is taken off.", caret=f"write {right}",
            fix=findings.replace(whole, right),
        )  # fmt: skip
        return True
    if first in ("never", "combines") and "with" not in words and len(words) > 1:
        word = Span(span.start, span.start + len(first))
        findings.add(
            "P0105", word, f'The word "with" is missing in this {first} line.', caret="with comes after this",
            helps=helps, fix=findings.replace(word, f"{first} with"),
        )  # fmt: skip
        return True
    if first == "trade" and words[-2:-1] == ["for"] and not words[-1][0].isdigit():
        coupon = Span(span.end - len(words[-1]), span.end)
        findings.add(
            "P0105", coupon, "This trade line does not say for how many coupons.", caret="a number comes before this",
            helps=helps, fix=findings.replace(coupon, f"1 {words[-1]}"),
        )  # fmt: skip
        return True
    return False


def _missing(trouble: Trouble) -> str:
    ends = trouble.start == trouble.end
    # Where something stands, a comma or a number before it is seldom what is missing.
    options = [*trouble.expected, *(trouble.other if trouble.expected or ends else ())]
    if "nothing" in options:
        options.remove("nothing")
    if "take" in options:  # of all that can be given, what is given most often
        options = ["get", "take"] if "items" in options or "different" in options else ["take"]
    if not options or len(options) > 4:
        return "something is missing here" if ends else "this does not belong here"
    return f"expected {' or '.join(options)}"


def tell_head(raw: RawBlock, trouble: Trouble, findings: Findings) -> None:
    """Say why a head line cannot be read."""
    assert raw.head is not None
    where = Span(raw.head.start + trouble.start, max(raw.head.start + trouble.end, raw.head.start + trouble.start))
    findings.add(
        "P0105", where, f"The first line of this {raw.kind or raw.word} cannot be read here.",
        caret="this does not belong here",
        helps=(
            ("A list names itself, and lines below say what is in it:", "list select-stores, then: stores nova-home")
            if raw.word == "list"
            else (f"It looks like: {_head_example(raw)}",)
        ),
    )  # fmt: skip


def no_name(raw: RawBlock, label: Atom | None, findings: Findings) -> None:
    """Say that a head line has no name."""
    assert raw.head is not None
    what = raw.kind or raw.word
    findings.add(
        "P0118", label or raw.head.span, f"This {what} has no name.",
        caret="a name comes before the label" if label else "",
        helps=(f"It looks like: {_head_example(raw)}",),
    )  # fmt: skip


def odd_label(raw: RawBlock, name: Atom, rest: Sequence[Atom], findings: Findings) -> None:
    """Say that something other than one label follows the name."""
    where = Span(rest[0].start, rest[-1].end)
    if any(atom.quoted for atom in rest):
        words, label = (name, *rest[:-1]), rest[-1]
        one = "-".join(atom.text for atom in words)
        named = label.quoted and NAME.fullmatch(one) and not any(atom.quoted for atom in words)
        findings.add(
            "P0110", where, "After the name comes one label in quotes, and nothing else.",
            helps=("Names have no spaces; use - instead.", f"It looks like: {_head_example(raw)}"),
            fix=findings.replace(Span(name.start, words[-1].end), one) if named else None,
        )  # fmt: skip
        return
    text = " ".join(atom.text for atom in rest)
    findings.add(
        "P0110", where, "A label stands in quotes.", caret="put this in quotes",
        helps=("Before it stands the name, one word without spaces.", f"It looks like: {_head_example(raw)}"),
        fix=findings.replace(where, f'"{text}"'),  # the name may be part of the label: whoever wrote it must look
    )  # fmt: skip


def _head_example(raw: RawBlock) -> str:
    if raw.kind in KIND_OF:
        return CARD_EXAMPLES[KIND_OF[raw.kind]]
    return WORDS[raw.word].example if raw.word in WORDS else CARD_EXAMPLES[Kind.PROMO_CODE]
