"""A `policy` block to a `Policy`.

Reads the one policy block of a folder; makes the switches, with the order completed and put into its normal form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import evolve

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest, surely
from pricing.language.diagnostics.source import Source
from pricing.language.meaning.resolve import allowed, good_name, of
from pricing.language.meaning.values import count
from pricing.language.text.syntax import Block, LimitLine, Listed, Never, Phrase, SetLine
from pricing.language.vocabulary import KIND_NAMES, KIND_OF, SWITCHES
from pricing.model.kind import ITEM_KINDS, LAYERS, Kind
from pricing.model.policy import Layer, Policy, PolicyLimit


def read_policy(block: Block, source: Source) -> tuple[Policy, Findings]:
    """The policy of a block; what cannot be read is told and left at its default."""
    findings = Findings(source)
    block = allowed(block, findings)
    if block.name:
        good_name(block.name, findings)
    policy = Policy(name=block.name.text if block.name else "")
    for line in of(block, Listed, "order"):
        policy = evolve(policy, order=tuple([Layer(kind) for kind in _order(line, findings)]))
    limits = _limits(of(block, LimitLine), findings)
    policy = evolve(policy, limits=limits, never=_never(of(block, Never), findings))
    for switch in of(block, SetLine):
        policy = _switched(policy, switch, findings)
    _told_twice(of(block, SetLine), findings)
    if not block.broken and not any(limit.kind is Kind.PROMO_CODE for limit in limits):
        findings.add(
            "P0510", block, "This policy lets a customer use any number of promo codes in one order.",
            helps=("If that is not meant, add: limit 1 promo code per order",),
        )  # fmt: skip
    return policy, findings


def kind_named(phrase: Phrase, findings: Findings) -> Kind | None:
    """The kind that a phrase names; told when there is none."""
    text = " ".join(phrase.text.split())
    kind = KIND_OF.get(text)
    if kind is not None:
        return kind
    meant = nearest(text, KIND_NAMES)
    findings.add(
        "P0507", phrase, f'There is no kind of card called "{text[:60]}".',
        helps=(f"Did you mean {meant}?" if meant else "The kinds are: " + ", ".join(KIND_NAMES) + ".",),
        fix=findings.replace(phrase, meant, safe=surely(text, meant)) if meant else None,
    )  # fmt: skip
    return None


def _order(line: Listed, findings: Findings) -> tuple[Kind, ...]:
    written: list[Kind] = []
    complete = True
    for phrase in line.values:
        kind = kind_named(phrase, findings)
        if kind is None:
            complete = False
        elif kind is Kind.COIN_EXCHANGE:
            findings.add(
                "P0508", phrase, "Coin exchange is not a layer and has no place in the order.", caret="leave it out"
            )
        elif kind in written:
            findings.add("P0508", phrase, f"{kind} stands twice in the order.".capitalize(), caret="the second one")
        else:
            written.append(kind)
    missing = [kind for kind in LAYERS if kind not in written]
    if missing and complete:
        findings.add(
            "P0505", line.word, f"These have no place in the order: {_and(missing)}.",
            caret="not all kinds",
            notes=("Kinds that are left out come at the end, before coin payment, in their usual order.",),
        )  # fmt: skip
    ordered = normal([*written, *missing])
    kept = [kind for kind in ordered if kind in written]
    if kept != written:
        findings.add(
            "P0506", line.word, "Item prices always come first in the order, and coin payment last.",
            notes=("The order is taken as: " + ", ".join(ordered) + ".",),
        )  # fmt: skip
    return ordered


def normal(order: Sequence[Kind]) -> tuple[Kind, ...]:
    """Item kinds first, coin payment last, the rest as it is."""
    items = [kind for kind in order if kind in ITEM_KINDS]
    rest = [kind for kind in order if kind not in ITEM_KINDS and kind is not Kind.COIN_PAYMENT]
    return (*items, *rest, Kind.COIN_PAYMENT)


def _and(kinds: Sequence[Kind]) -> str:
    return kinds[0] if len(kinds) == 1 else ", ".join(kinds[:-1]) + " and " + kinds[-1]


def _limits(lines: Sequence[LimitLine], findings: Findings) -> tuple[PolicyLimit, ...]:
    found: dict[tuple[Kind, str], PolicyLimit] = {}
    for line in lines:
        number = count(line.count, findings, "limit")
        kind = kind_named(line.unit, findings)
        per = line.per.text if line.per is not None else ""
        if per not in ("order", "store"):
            findings.add(
                "P0125", line.per or line.unit, "A limit of the policy is per order or per store.", caret="per what?",
                helps=("Write: limit 1 promo code per order",),
            )  # fmt: skip
            continue
        if number is None or kind is None:
            continue
        if (kind, per) in found:
            findings.add("P0112", line, f"There are two limits on {kind} per {per}.", caret="the second one")
            continue
        found[kind, per] = PolicyLimit(number, kind, per)
    return tuple(found[key] for key in sorted(found))


def _never(lines: Sequence[Never], findings: Findings) -> tuple[tuple[Kind, Kind], ...]:
    pairs: set[tuple[Kind, Kind]] = set()
    for line in lines:
        if line.kind is None:
            findings.add(
                "P0129", line, "In a policy the line names a kind on both sides.",
                helps=("Write: never promo code with seller coupon",),
            )  # fmt: skip
            continue
        left = kind_named(line.kind, findings)
        for phrase in line.values:
            right = kind_named(phrase, findings)
            if left is not None and right is not None:
                pairs.add((left, right) if left <= right else (right, left))
    return tuple(sorted(pairs))


def _switched(policy: Policy, line: SetLine, findings: Findings) -> Policy:
    what, to = line.what.text, line.to.text
    if what not in SWITCHES:
        meant = nearest(what, SWITCHES)
        findings.add(
            "P0509", line.what, f'The policy has no switch called "{what[:40]}".',
            helps=(f"Did you mean {meant}?" if meant else "The switches are: " + ", ".join(SWITCHES) + ".",),
            fix=findings.replace(line.what, meant, safe=surely(what, meant)) if meant else None,
        )  # fmt: skip
        return policy
    if to not in SWITCHES[what]:
        meant = nearest(to, SWITCHES[what])
        findings.add(
            "P0509", line.to, f'{what} cannot be set to "{to[:40]}".',
            helps=("It can be " + " or ".join(SWITCHES[what]) + ".",),
            fix=findings.replace(line.to, meant, safe=surely(to, meant)) if meant else None,
        )  # fmt: skip
        return policy
    switch: dict[str, Any] = {what.replace("-", "_"): to}
    return evolve(policy, **switch)


def _told_twice(lines: Sequence[SetLine], findings: Findings) -> None:
    seen: dict[str, SetLine] = {}
    for line in lines:
        first = seen.setdefault(line.what.text, line)
        if first is not line:
            findings.add(
                "P0112", line, f"{line.what.text} is set twice.", caret="the second one",
                notes=(f"the first one is at {findings.place(first)}",),
            )  # fmt: skip
