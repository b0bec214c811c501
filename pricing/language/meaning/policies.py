"""A `policy` block to a `Policy`.

Reads the one policy block of a folder; makes the switches, with the order completed and put into its normal form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import evolve

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest, surely
from pricing.language.diagnostics.source import Source
from pricing.language.meaning.resolve import allowed, good_name, of
from pricing.language.meaning.values import count, percentage
from pricing.language.text.syntax import Block, Floor, LayerLine, LimitLine, Listed, Never, Phrase, SetLine
from pricing.language.vocabulary import KIND_NAMES, KIND_OF, LAYERED, SWITCHES
from pricing.model.kind import ITEM_KINDS, LAYERS, TRAITS, Kind
from pricing.model.policy import Layer, Policy, PolicyLimit


def read_policy(block: Block, source: Source) -> tuple[Policy, Findings]:
    """The policy of a block; what cannot be read is told and left at its default."""
    findings = Findings(source)
    block = allowed(block, findings)
    if block.name:
        good_name(block.name, findings)
    policy = Policy(name=block.name.text if block.name else "")
    further = _layers(of(block, LayerLine), findings)
    for line in of(block, Listed, "order"):
        policy = evolve(policy, order=_order(line, further, findings))
    for floor in of(block, Floor):
        policy = evolve(policy, floor=_floor(floor, findings))
    for name, (layer, said) in further.items():
        if layer not in policy.order:
            findings.add(
                "P0512", said.name, f"The layer {name} has no place in the order.", caret="not in the order line",
                helps=(f"Put {name} into the order line, where its cards are to be worked off.",),
            )  # fmt: skip
    limits = _limits(of(block, LimitLine), findings)
    policy = evolve(policy, limits=limits, never=_never(of(block, Never), findings))
    for switch in of(block, SetLine):
        policy = _switched(policy, switch, findings)
    _told_twice(of(block, SetLine), findings)
    if not block.broken and not any(limit.kind is Kind.PROMO_CODE or limit.codes for limit in limits):
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


def _layers(lines: Sequence[LayerLine], findings: Findings) -> dict[str, tuple[Layer, LayerLine]]:
    """The further layers that a policy names."""
    found: dict[str, tuple[Layer, LayerLine]] = {}
    for line in lines:
        name = line.name.text
        if line.kind is None:
            findings.add(
                "P0512", line.name, "A further layer is one of a kind.", caret="of which kind?",
                helps=("Write: layer member-price of store discount",),
            )  # fmt: skip
            continue
        kind = kind_named(line.kind, findings)
        if not good_name(line.name, findings) or kind is None:
            continue
        if kind not in LAYERED or name in found or name in KIND_OF:
            says = f"{kind.capitalize()} has one place in the order only." if kind not in LAYERED else (
                f"There are two layers called {name}.")  # fmt: skip
            findings.add("P0512", line.name, says, caret="leave this out")
            continue
        found[name] = Layer(kind, name), line
    return found


def _order(line: Listed, further: Mapping[str, tuple[Layer, LayerLine]], findings: Findings) -> tuple[Layer, ...]:
    written: list[Layer] = []
    complete = True
    for phrase in line.values:
        text = phrase.text
        if text in further and text not in KIND_OF:
            layer = further[text][0]
        else:
            kind = _layer_kind(phrase, further, findings)
            if kind is None:
                complete = False
                continue
            if not TRAITS[kind].is_layer:
                findings.add(
                    "P0508", phrase, f"{kind.capitalize()} is not a layer and has no place in the order.",
                    caret="leave it out",
                )  # fmt: skip
                continue
            layer = Layer(kind)
        if layer in written:
            findings.add(
                "P0508", phrase, f"{_called(layer)} stands twice in the order.".capitalize(), caret="the second one"
            )
        else:
            written.append(layer)
    missing = [layer for layer in map(Layer, LAYERS) if layer not in written]
    if missing and complete:
        findings.add(
            "P0505", line.word, f"These have no place in the order: {_and(list(map(_called, missing)))}.",
            caret="not all kinds",
            helps=("Every layer stands in the order once; without the line, the usual order holds.",),
        )  # fmt: skip
    ordered = normal([*written, *missing])
    kept = [layer for layer in ordered if layer in written]
    if kept != written:
        findings.add(
            "P0506", line.word, "Item prices always come first in the order, and coin payment last.",
            notes=("Written so, it would be: " + ", ".join(map(_called, ordered)) + ".",),
        )  # fmt: skip
    return ordered


def _called(layer: Layer) -> str:
    return layer.name or layer.kind.value


def _layer_kind(phrase: Phrase, further: Mapping[str, tuple[Layer, LayerLine]], findings: Findings) -> Kind | None:
    """The kind that a place of the order names; a layer that no line names is told."""
    text = " ".join(phrase.text.split())
    if text in KIND_OF or len(phrase.atoms) > 1 or nearest(text, KIND_NAMES):
        return kind_named(phrase, findings)
    meant = nearest(text, further)
    findings.add(
        "P0512", phrase, f'There is no layer called "{text[:40]}".', caret=f"did you mean {meant}?" if meant else "",
        helps=(f"A further layer is named on a line of its own: layer {text[:40]} of store discount",),
        fix=findings.replace(phrase, meant) if meant else None,
    )  # fmt: skip
    return None


def _floor(line: Floor, findings: Findings) -> Fraction:
    share = percentage(line.share, findings)
    if line.of is None or line.of.text != "list-price":
        findings.add(
            "P0513", line.of or line.share, "A floor is a share of the list price.", caret="of list-price",
            helps=("Write: floor 40% of list-price",),
            fix=findings.replace(line.of, "list-price") if line.of else None,
        )  # fmt: skip
    return share or Fraction(0)


def normal(order: Sequence[Layer]) -> tuple[Layer, ...]:
    """Item kinds first, coin payment last, the rest as it is."""
    items = [layer for layer in order if layer.kind in ITEM_KINDS]
    last = [layer for layer in order if layer.kind is Kind.COIN_PAYMENT]
    rest = [layer for layer in order if layer.kind not in ITEM_KINDS and layer.kind is not Kind.COIN_PAYMENT]
    return (*items, *rest, *last)


def _and(kinds: Sequence[str]) -> str:
    return kinds[0] if len(kinds) == 1 else ", ".join(kinds[:-1]) + " and " + kinds[-1]


def _limits(lines: Sequence[LimitLine], findings: Findings) -> tuple[PolicyLimit, ...]:
    found: dict[tuple[str, str, bool, str], PolicyLimit] = {}
    for line in lines:
        number = count(line.count, findings, "limit")
        texts = line.unit.text.split()
        codes = texts in (["code"], ["codes"])
        group = texts[2] if len(texts) == 3 and texts[:2] == ["of", "group"] else ""
        kind = None if codes or group else kind_named(line.unit, findings)
        per = line.per.text if line.per is not None else ""
        if per not in ("order", "store") or line.and_per is not None:
            findings.add(
                "P0125", line.per or line.unit, "A limit of the policy is per order or per store.", caret="per what?",
                helps=("Write: limit 1 promo code per order",),
            )  # fmt: skip
            continue
        if number is None or (kind is None and not codes and not group):
            continue
        key = (kind or "", group, codes, per)
        if key in found:
            what = kind or ("codes" if codes else f"group {group}")
            findings.add("P0112", line, f"There are two limits on {what} per {per}.", caret="the second one")
            continue
        found[key] = PolicyLimit(number, kind, per, group, codes)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[1:3] != ("", False), key)))


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
