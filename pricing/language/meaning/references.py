"""Names of other rules: `never with`, `combines with` and `trade … for …`, once all cards of the folder are known.

Reads `Card`s of all files; makes them again with names checked and filled in; next: `checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import surely
from pricing.language.meaning.resolve import Card, of
from pricing.language.text.syntax import Atom, Listed, Never, Phrase, TradeLine
from pricing.language.vocabulary import KIND_OF, KIND_SLIPS
from pricing.model.kind import HELD, TRAITS
from pricing.model.rule import Rule

Names = Mapping[str, Card]


def unique(cards: Iterable[Card], findings: Mapping[str, Findings]) -> None:
    """Tell names that are taken twice, at the second place with the first. Cards come in the order of files."""
    names: dict[str, Card] = {}
    for item in cards:
        first = names.setdefault(item.rule.name, item)
        if first is item or item.block.name is None or first.block.name is None:
            continue
        findings[item.source.name].add(
            "P0208", item.block.name, f'There are two cards called "{item.rule.name}".', caret="the second one",
            notes=(f"the first one is at {findings[first.source.name].place(first.block.name)}",),
            helps=("A name is used once in the whole folder; change one of the two.",),
        )  # fmt: skip


def connect(item: Card, names: Names, findings: Findings) -> Card:
    """The card with `never`, `combines` and `trade` filled in."""
    never: set[str] = set()
    combines: set[str] = set()
    for line in of(item.block, Never):
        if line.kind is not None:
            idle = line.kind.text in ("combine", "combines", "combined", "together", "use", "used", "valid")
            findings.add(
                "P0129", line.kind, "In a card, never is followed by with at once.", caret="leave this out",
                helps=("Write it like: never with seller coupon", "never KIND with KIND stands in the policy."),
                fix=findings.replace(line.kind, "", safe=True) if idle else None,
            )  # fmt: skip
        never |= _named(line.values, item, names, findings, _EVERYTHING)
    for listed in of(item.block, Listed, "combines"):
        combines |= _named(listed.values, item, names, findings)
        _idle(listed, item, names, findings)
    for trade in of(item.block, TradeLine):
        _coupon(trade.coupon, names, findings)
    if not never and not combines:
        return item
    mine, others = tuple(sorted(never)), tuple(sorted(combines))
    also = tuple([evolve(each, never=mine, combines=others) for each in item.rule.also])
    return evolve(item, rule=evolve(item.rule, never=mine, combines=others, also=also))


def named_in(item: Card) -> set[str]:
    """The names of cards in a card's `never`, `combines` and `trade` lines."""
    lines = [line.values for line in of(item.block, Never)]
    lines += [line.values for line in of(item.block, Listed, "combines")]
    found = {line.coupon.text for line in of(item.block, TradeLine)}
    for phrase in (phrase for line in lines for phrase in line):
        text = " ".join(phrase.text.split())
        if phrase.quoted or (text not in KIND_OF and text != "anything" and not _group(phrase)):
            found.add(text)
    return found


def groups_named(rule: Rule) -> list[str]:
    """The groups in a card's `never` and `combines` lines, sorted."""
    named = {name.removeprefix("group ") for name in (*rule.never, *rule.combines) if name.startswith("group ")}
    return sorted(named)


_EVERYTHING = frozenset({
    "everything", "all", "any", "other", "others", "anything else", "other discounts", "other offers", "other promotions",
    "discounts", "promotions", "offers",
})  # fmt: skip
"""What people say where a card is never with anything."""


def _named(
    phrases: Sequence[Phrase], item: Card, names: Names, findings: Findings, anything: frozenset[str] = frozenset()
) -> set[str]:
    found: set[str] = set()
    for phrase in phrases:
        if findings.full:
            break
        text = " ".join(phrase.text.split())
        if (not phrase.quoted and (text in KIND_OF or text == "anything")) or _group(phrase):
            found.add(text)
        elif len(phrase.atoms) == 1 and text in names:
            found.add(text)
            if text == item.rule.name:
                findings.add("P0406", phrase, "This card names itself.", caret="leave it out")
        else:
            _unknown(phrase, names, findings, "anything" if text.lower() in anything else "")
    return found


def _group(phrase: Phrase) -> bool:
    """Whether a phrase is `group NAME`."""
    return len(phrase.atoms) == 2 and phrase.atoms[0].text == "group" and not phrase.atoms[0].quoted


def _unknown(phrase: Phrase, names: Names, findings: Findings, meant: str) -> None:
    text = phrase.text
    kinds = [] if meant else [kind.value for kind in KIND_SLIPS.get(text.lower().removesuffix("s"), ())]
    if not meant and not kinds:
        meant = findings.nearest(text, [*KIND_OF, *(names if len(names) < 5000 else ())]) or ""
    what = "kind or card" if len(phrase.atoms) <= 2 else "kind"
    helps = f"Did you mean {meant}?" if meant else "The names of cards and of kinds stand here."
    if kinds:
        helps = f"It may be one of several kinds: {', '.join(kinds)}"
    findings.add(
        "P0207", phrase, f'There is no {what} called "{text[:60]}".',
        helps=(helps,),
        fix=findings.replace(phrase, meant, safe=surely(text, meant, names)) if meant else None,
    )  # fmt: skip


def _idle(line: Listed, item: Card, names: Names, findings: Findings) -> None:
    """Tell `combines with` that changes nothing, or that says what only `never` can."""
    for phrase in line.values:
        text = phrase.text
        if not phrase.quoted and (text in KIND_OF or text == "anything"):
            findings.add(
                "P0402", phrase, f"combines with {text} says nothing.", severity="error",
                notes=("Different kinds combine anyway; two rules of one kind combine only when one names the other.",),
                helps=(f"Name the {item.rule.kind} cards it may meet, or a group of them, or leave this out.",),
            )  # fmt: skip
        elif text in names and names[text].rule.kind is not item.rule.kind:
            findings.add(
                "P0402", phrase, f"combines with {text} changes nothing: it is a {names[text].rule.kind}.",
                severity="hint", notes=("Different kinds combine anyway.",), helps=("Leave it out.",),
            )  # fmt: skip


def _coupon(atom: Atom, names: Names, findings: Findings) -> None:
    known = names.get(atom.text)
    if known is None:
        meant = findings.nearest(atom.text, [name for name, card in names.items() if card.rule.given == HELD])
        findings.add(
            "P0207", atom, f'There is no coupon called "{atom.text[:60]}".',
            helps=(f"Did you mean {meant}?",) if meant else (),
            fix=findings.replace(atom, meant, safe=surely(atom.text, meant, names)) if meant else None,
        )  # fmt: skip
    elif known.rule.given != HELD:
        held = " or a card with a line held" if TRAITS[known.rule.kind].may_be_held else ""
        findings.add(
            "P0407", atom, f'"{atom.text}" is a {known.rule.kind}, and coins buy coupons only.',
            helps=(f"That is a seller coupon, a select coupon or a platform coupon{held}.",),
        )  # fmt: skip
