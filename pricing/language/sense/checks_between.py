"""Sense between rules: names that look alike, contradictions about combining, rules that are no better than another."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import evolve

from pricing.forms import amount_of, share_of
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.meaning.resolve import Card, of
from pricing.language.sense.checks_rule import plain
from pricing.language.text.lookalike import latin, mixed, skeleton
from pricing.language.text.syntax import Atom, Listed
from pricing.model.kind import AUTOMATIC, ITEM_KINDS, Kind
from pricing.model.ladder import Step
from pricing.model.packed import plain_of
from pricing.model.policy import Layer, Policy
from pricing.model.rule import Rule
from pricing.model.window import Window


def look_alike(cards: Iterable[Card], findings: Mapping[str, Findings]) -> None:
    """Names that look alike, of cards in the order of files. Only cards that share their `skeleton` or are `mixed` count."""
    seen: dict[str, Card] = {}
    for item in cards:
        name = item.block.name
        if name is None:
            continue
        told = findings[item.source.name]
        if mixed(name.text):
            told.add(
                "P0236", name, f'"{name.text}" has letters that only look Latin.', caret="look-alike letters",
                severity="error" if item.rule.kind is Kind.PROMO_CODE else "warning",
                helps=("They come from a Cyrillic or Greek keyboard; who types Latin letters gets no match.",),
                fix=told.replace(name, latin(name.text)),
            )  # fmt: skip
        first = seen.setdefault(skeleton(name.text), item)
        if first is not item and first.rule.name != item.rule.name:
            _alike(first, item, name, findings)


def _alike(first: Card, item: Card, name: Atom, findings: Mapping[str, Findings]) -> None:
    assert first.block.name is not None
    note = f"{first.rule.name} is at {findings[first.source.name].place(first.block.name)}"
    if item.rule.kind is Kind.PROMO_CODE and first.rule.kind is Kind.PROMO_CODE:
        findings[item.source.name].add(
            "P0403", name, f'The codes "{item.rule.name}" and "{first.rule.name}" look alike.',
            caret="easily taken for the other", notes=(note,),
            helps=("Customers type codes from posters: differ in more than capitals, 0 and O, or 1, l and I.",),
        )  # fmt: skip
        return
    findings[item.source.name].add(
        "P0408", name, f'The names "{item.rule.name}" and "{first.rule.name}" look alike.',
        caret="easily taken for the other", notes=(note,),
    )  # fmt: skip


def contradicted(item: Card, names: Mapping[str, Card], policy: Policy, findings: Findings) -> None:
    """`combines with` what `never` forbids, on either card or in the policy."""
    rule = item.rule
    for line in of(item.block, Listed, "combines"):
        for phrase in line.values:
            other = names.get(phrase.text)
            if other is None or other is item:
                continue
            place = _forbids(rule, other.rule, policy)
            if place:
                findings.add(
                    "P0401", phrase, f"{rule.name} combines with {other.rule.name}, and {place} says never.",
                    caret="never wins", helps=("Take one of the two lines away.",),
                    severity="error" if other.rule.name in rule.never else "",
                )  # fmt: skip


def layered(item: Card, policy: Policy, findings: Findings) -> None:
    """A card in a layer that the policy does not have for its kind."""
    rule = item.rule
    if item.block.name is None or Layer(rule.kind, rule.layer) in policy.order:
        return
    own = [layer.name for layer in policy.order if layer.kind is rule.kind and layer.name]
    others = [layer.kind for layer in policy.order if layer.name == rule.layer]
    says = f"it is one of {others[0]}" if others else "the policy names no such layer"
    findings.add(
        "P0411", item.block.name, f"{rule.name} is in the layer {rule.layer}, and there is no such {rule.kind} layer.",
        caret=says,
        helps=(
            f"Its kind has: {', '.join(own)}." if own else
            f"A layer stands in policy.promo: layer {rule.layer} of {rule.kind}, and in its order line.",
        ),
    )  # fmt: skip


def no_group(item: Card, group: str, known: Collection[str], findings: Findings) -> None:
    """A group that no card is in."""
    if item.block.name is None:
        return
    meant = findings.nearest(group, known)
    findings.add(
        "P0412", item.block.name, f'{item.rule.name} speaks of the group "{group}", and no card is in it.',
        helps=(f"Did you mean {meant}?",) if meant else (f"A card is in it with a line: group {group}",),
    )  # fmt: skip


def is_named(rule: Rule, names: Collection[str]) -> bool:
    """Whether the names of a `never` or `combines` line mean a rule: its name, kind, a group of it, or anything."""
    if not names:
        return False
    mine = {rule.name, rule.kind.value, "anything", *[f"group {group}" for group in rule.groups]}
    return any(name in mine for name in names)


def _forbids(rule: Rule, other: Rule, policy: Policy) -> str:
    for one, two in ((rule, other), (other, rule)):
        if is_named(two, one.never):
            return one.name
    pair = (rule.kind, other.kind) if rule.kind <= other.kind else (other.kind, rule.kind)
    return "the policy" if pair in policy.never else ""


MOST_COMPARED = 50
"""Rules that are for one and the same thing; more of them are not compared."""


def group_of(item: Card) -> bytes:
    """A digest of what a card is for: only cards of one group can beat each other. Empty when it cannot be beaten."""
    rule = item.rule
    compared = rule.kind not in (Kind.COIN_PAYMENT, Kind.COIN_EXCHANGE, Kind.COIN_REWARD)
    if not item.sound or rule.given != AUTOMATIC or not compared:
        return b""
    kind = "item" if rule.kind in ITEM_KINDS else rule.kind.value
    scopes = plain_of(rule.scope), plain_of(rule.audience)
    hours = tuple([(each.start, each.end) for each in rule.hours])
    counts = None if rule.counts is None else plain_of(rule.counts)
    where = rule.layer, rule.groups, rule.ladder_per, counts, [each.currency for each in rule.also]
    key = repr((kind, rule.currency, scopes, rule.days, hours, where))
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def beaten(groups: Iterable[Sequence[Card]], findings: Mapping[str, Findings]) -> None:
    """Rules that give no more than another one that is for the same lines, customers and times."""
    for group in groups:
        for item in group:
            better = next(
                (other for other in group if other.rule.name != item.rule.name and _beats(other.rule, item.rule)),
                None,
            )
            if better is not None and item.block.name is not None:
                _tell_beaten(item, better, findings)


def _tell_beaten(item: Card, better: Card, findings: Mapping[str, Findings]) -> None:
    assert item.block.name is not None and better.block.name is not None
    note = f"{better.rule.name} is at {findings[better.source.name].place(better.block.name)}"
    if _beats(item.rule, better.rule):
        if item.rule.name > better.rule.name:
            findings[item.source.name].add(
                "P0405", item.block.name, f"{item.rule.name} gives the same as {better.rule.name}, to the same orders.",
                caret="are both of them needed?", notes=(note,),
            )  # fmt: skip
        return
    # Item prices are no choice, so there the lower one is always taken; of two that a floor makes equal, either. What the
    # best selection uses is another matter: less off now may leave more for what follows.
    sure = item.rule.kind in ITEM_KINDS
    says = f"{item.rule.name} never gives a lower price than {better.rule.name}." if sure else (
        f"Can {item.rule.name} ever be better than {better.rule.name}?")  # fmt: skip
    findings[item.source.name].add(
        "P0404", item.block.name, says, caret="never the better one" if sure else "the other one gives as much or more",
        notes=(note,), helps=("Both are for the same items and customers, and rules of one kind do not combine.",),
    )  # fmt: skip


def _beats(rule: Rule, other: Rule) -> bool:
    """Whether `rule` is there whenever `other` is, and gives at least as much, in each currency."""
    return all(_beats_here(one, two) for one, two in zip((rule, *rule.also), (other, *other.also), strict=True))


def _beats_here(rule: Rule, other: Rule) -> bool:
    free = not rule.limits and rule.budget is None and set(rule.never) <= set(other.never)
    apart = rule.name not in other.combines and other.name not in rule.combines
    if not (free and apart and _covers(rule.valid, other.valid)):
        return False
    if rule.kind in ITEM_KINDS:
        prices = dict(rule.prices)
        cheaper = all(sku in prices and prices[sku] <= price for sku, price in other.prices)
        return cheaper and _as_good(rule, other)
    return bool(other.ladder) and _as_good(rule, other)


def _covers(wide: Window, narrow: Window) -> bool:
    early = wide.start is None or (narrow.start is not None and wide.start <= narrow.start)
    late = wide.end is None or (narrow.end is not None and wide.end >= narrow.end)
    return early and late


def _as_good(rule: Rule, other: Rule) -> bool:
    """For each step of `other` a step of `rule` that is reached no later and gives no less; caps must be equal."""
    if rule.caps != other.caps:
        return False
    return all(any(_step_as_good(step, weak) for step in rule.ladder) for weak in other.ladder) and not _falls(rule)


def _step_as_good(step: Step, weak: Step) -> bool:
    if any(each.repeats or not plain(each) for each in (step, weak)):
        return (evolve(step, gives=weak.gives) == weak and amount_of(step) >= amount_of(weak) > 0) or step == weak
    if step.reach > weak.reach or (step.measure != weak.measure and step.reach):
        return False
    if bool(share_of(step)) != bool(share_of(weak)):
        return False
    capped = step.at_most is not None and (weak.at_most is None or step.at_most < weak.at_most)
    return amount_of(step) >= amount_of(weak) and share_of(step) >= share_of(weak) and not capped


def _falls(rule: Rule) -> bool:
    """Whether a higher step of the rule gives less: then reaching a step says little."""
    steps = rule.ladder
    return any(amount_of(two) < amount_of(one) or share_of(two) < share_of(one) for one, two in pairwise(steps))
