"""How a card is given and who pays for it: `held`, `code`, `codes`, `public`, `layer`, `group`, `funded`, and its texts.

Reads the lines of one card; makes the values of its `Rule`; called by `resolve`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest
from pricing.language.meaning.home import Home
from pricing.language.meaning.scopes import not_a_name
from pricing.language.meaning.values import count, percentage
from pricing.language.text.syntax import NAME, Atom, Block, CodesLine, Flag, Funded, LayerLine, Listed, Phrase, Setting
from pricing.language.vocabulary import a
from pricing.model.codes import SIGNS, normalised
from pricing.model.kind import CODE, HELD, TRAITS, Kind
from pricing.model.rule import PLATFORM, CodePattern

MOST_CODES = 10_000_000
"""No card makes more single codes."""
_LONGEST_CODE = 100
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


def way(block: Block, kind: Kind, home: Home) -> tuple[str, tuple[str, ...], CodePattern | None]:
    """How a card is given, its codes, and the pattern of its single codes."""
    findings = home.findings
    held = [line for line in block.clauses if isinstance(line, Flag) and line.word.text == "held"]
    listed = [line for line in block.clauses if isinstance(line, Listed) and line.word.text == "code"]
    many = [line for line in block.clauses if isinstance(line, CodesLine)]
    said = sorted([*held, *listed, *many], key=lambda line: line.start)
    if len({type(line) for line in said}) > 1:
        findings.add(
            "P0344", said[-1], f"{said[0].word.text} and {said[-1].word.text} say different things of one card.",
            caret="leave one of them out",
            helps=("A card is held, or has codes that anybody can type, or single codes that are made for it.",),
        )  # fmt: skip
    codes = _codes(listed[0], findings) if listed else ()
    pattern = _pattern(many[0], findings) if many else None
    if held and not listed and not many:
        return HELD, (), None
    if listed or many:
        return CODE, codes, pattern
    own = TRAITS[kind].given
    name = block.name.text if block.name else ""
    return own, (name,) if own == CODE else (), None


def picked_up(block: Block, kind: Kind, way: str, findings: Findings) -> None:
    """Tell `claim` and `lasts` on a card that nobody picks up, for customers do not hold it."""
    held = way == HELD or any(line.word.text == "held" for line in block.clauses)
    for line in block.clauses if not held else ():
        if line.word.text in ("claim", "lasts"):
            findings.add(
                "P0301", line.word, f"{a(kind).capitalize()} that is not held has no {line.word.text} line.",
                caret="nobody picks it up",
                helps=("It belongs in a coupon card; where customers hold this one, like a coupon, write: held",),
            )  # fmt: skip


def _codes(line: Listed, findings: Findings) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for phrase in line.values:
        if len(phrase.atoms) > 1:
            findings.add(
                "P0109", phrase, "Between codes there is a comma; a code with spaces stands in quotes.",
                helps=(f'If it is one code, write: code "{phrase.text}"',),
            )  # fmt: skip
            continue
        atom = phrase.atoms[0]
        same = normalised(atom.text)
        if not same or len(atom.text) > _LONGEST_CODE or not atom.text.isprintable():
            findings.add(
                "P0243", atom, "This is not a code that somebody can type.", caret=f"1 to {_LONGEST_CODE} characters"
            )
        elif same in found:
            findings.add(
                "P0602", atom, f"{atom.text} is the same code as {found[same]}.", caret="once is enough",
                notes=("Codes are compared without regard to capitals and blanks around them.",),
            )  # fmt: skip
        else:
            found[same] = atom.text
    return tuple(sorted(found.values()))


def _pattern(line: CodesLine, findings: Findings) -> CodePattern | None:
    number = count(line.count, findings, "number of codes")
    text = line.pattern.text
    signs = text.count("#")
    if number is not None and number > MOST_CODES:
        findings.add("P0216", line.count, f"A card makes at most {MOST_CODES} codes.")
        number = None
    if not text.isprintable() or len(text) > _LONGEST_CODE or not signs:
        findings.add(
            "P0243", line.pattern, "This pattern has no # for the signs that differ from code to code.",
            helps=("It looks like: codes 10000 like MAIL-####-####",),
        )  # fmt: skip
        return None
    makes = len(SIGNS) ** (signs - 1)
    if number is not None and makes < number:
        findings.add(
            "P0243", line.pattern, f"This pattern makes only {makes} different codes, fewer than {number}.",
            caret="the last # is a check sign", helps=("Put more # into it: each one makes 31 times as many.",),
        )  # fmt: skip
        return None
    return None if number is None else CodePattern(number, text)


def public(block: Block, given: str, pattern: CodePattern | None, findings: Findings) -> bool:
    """Whether the code of a card may be told."""
    for line in block.clauses:
        if isinstance(line, Flag) and line.word.text == "public":
            if given == CODE and pattern is None:
                return True
            findings.add(
                "P0345", line, "There is no code here that could be shown to everybody.",
                caret="nothing to show", helps=("public stands in a card with a code that anybody can type.",),
            )  # fmt: skip
    return False


def layer(block: Block, findings: Findings) -> str:
    """The further layer that a card is in; empty: its kind's own."""
    lines = [line for line in block.clauses if isinstance(line, LayerLine)]
    for second in lines[1:]:
        findings.add("P0112", second, "There are two layer lines in this card.", caret="the second one")
    for line in lines[:1]:
        if line.kind is not None:
            findings.add(
                "P0346", line.kind, "A card names its layer only; whose layer that is says the policy.",
                caret="leave this out", helps=(f"Write: layer {line.name.text}",),
            )  # fmt: skip
        if _good(line.name, findings):
            return line.name.text
    return ""


def groups(block: Block, findings: Findings) -> tuple[str, ...]:
    """The groups that a card is in, sorted."""
    found: set[str] = set()
    for line in block.clauses:
        if not isinstance(line, Listed) or line.word.text != "group":
            continue
        for phrase in line.values:
            if len(phrase.atoms) > 1:
                findings.add("P0109", phrase, "Between groups there is a comma.", caret="names have no spaces")
            elif _good(phrase.atoms[0], findings):
                found.add(phrase.text)
    return tuple(sorted(found))


def _good(atom: Atom, findings: Findings) -> bool:
    if NAME.fullmatch(atom.text):
        return True
    not_a_name(atom, findings)
    return False


def texts(lines: Iterable[Setting], findings: Findings) -> tuple[str, tuple[tuple[str, str], ...]]:
    """`note "…"` and `note LANG "…"`: the text, and those in other languages, sorted."""
    own: list[str] = []
    others: dict[str, str] = {}
    for line in lines:
        word = line.word.text
        *before, last = line.values
        if len(before) == 1 and last.quoted and not before[0].quoted:
            _in_language(line, before[0], last, others, findings)
            continue
        where = Phrase(line.values)
        if before or not last.quoted:
            findings.add(
                "P0110", where, f"A {word} stands in quotes.", caret="put this in quotes",
                fix=findings.replace(where, '"' + where.text + '"', safe=word == "note"),
            )  # fmt: skip
        if word == "label":
            findings.add(
                "P0246", last, "The label itself stands behind the name; here the language comes first.",
                helps=('Write: label de "Sommerrabatt"',),
            )  # fmt: skip
        elif own:
            findings.add("P0112", line, f"There are two {word} lines in this card.", caret="the second one")
        else:
            own.append(where.text)
    return own[0] if own else "", tuple(sorted(others.items()))


def _in_language(line: Setting, tag: Atom, text: Atom, others: dict[str, str], findings: Findings) -> None:
    if not _LANGUAGE.fullmatch(tag.text):
        lower = tag.text.lower().replace("_", "-")
        findings.add(
            "P0246", tag, f'"{tag.text[:40]}" is not a language.', caret="such as de, es-MX or zh-Hant",
            fix=findings.replace(tag, lower) if _LANGUAGE.fullmatch(lower) else None,
        )  # fmt: skip
    elif tag.text in others:
        findings.add("P0112", line, f"There are two {line.word.text} lines in {tag.text}.", caret="the second one")
    else:
        others[tag.text] = text.text


def payers(block: Block, kind: Kind, home: Home) -> tuple[tuple[str, Fraction], ...]:
    """Who pays which share besides the seller, in the order written."""
    default = () if TRAITS[kind].seller_pays else ((PLATFORM, Fraction(1)),)
    for line in block.clauses:
        if isinstance(line, Funded):
            found = _shares(line, home)
            return default if found is None else tuple(found.items())
    return default


def _shares(line: Funded, home: Home) -> dict[str, Fraction] | None:
    findings = home.findings
    found: dict[str, Fraction] = {}
    seller: Fraction | None = None
    for payer in line.payers:
        who = payer.by
        if not _known_payer(who, home):
            return None
        share = Fraction(1) if payer.share is None else percentage(payer.share, findings)
        if share is None:
            return None
        if payer.share is None and len(line.payers) > 1:
            findings.add("P0247", who, f"How much does {who.text} pay?", caret="a share comes after this")
            return None
        if who.text in found or (who.text == "seller" and seller is not None):
            findings.add("P0247", who, f"{who.text} stands twice in this line.", caret="the second one")
            return None
        if who.text == "seller":
            seller = share
        else:
            found[who.text] = share
    if len(line.payers) == 1 and seller is not None:
        return {PLATFORM: 1 - seller} if seller < 1 else {}
    total = sum(found.values(), Fraction(0))
    if total > 1 or (seller is not None and total + seller != 1):
        findings.add(
            "P0247", line, "These shares come to more than all of it." if total > 1 else
            "These shares do not come to all of it.",
            helps=("What is left is the seller's, who need not be named: funded by platform 40%, bank-x 30%",),
        )  # fmt: skip
        return None
    return found


def _known_payer(who: Atom, home: Home) -> bool:
    further = home.catalogue.names.get("payers", frozenset())
    if who.text in (PLATFORM, "seller") or who.text in further:
        return True
    meant = nearest(who.text, (PLATFORM, "seller", *further))
    home.findings.add(
        "P0128", who, f'There is nobody called "{who.text[:40]}" who pays.',
        caret=f"did you mean {meant}?" if meant else "platform, seller, or a name of catalogue/payers.csv",
        helps=(
            "Shared costs are written: funded by platform 40%",
            "Who else pays stands in catalogue/payers.csv, in a column called payer.",
        ),
        fix=home.findings.replace(who, meant, safe=meant in (PLATFORM, "seller")) if meant else None,
    )  # fmt: skip
    return False
