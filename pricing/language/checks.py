"""Sense: what loads and yet looks wrong, rule by rule, between rules and over a campaign.

Reads resolved `Card`s; tells through the collector of each card's file, and changes nothing. What these checks doubt
still loads: they warn. Only look-alike codes and two campaigns of one name are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pricing.language import checks_between, checks_rule, checks_together, checks_when
from pricing.language.catalogue import NO_CATALOGUE, Catalogue
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.resolve import Card, Head
from pricing.model.policy import Policy

MOST_COMPARISONS = 20_000_000
"""Rules times skus: beyond this the catalogue is not walked for every rule."""


def run(
    cards: Sequence[Card],
    heads: Mapping[str, Head],
    policy: Policy,
    catalogue: Catalogue,
    findings: Mapping[str, Findings],
) -> None:
    """All checks over all cards."""
    walk = bool(catalogue.items) and len(cards) * len(catalogue.items) <= MOST_COMPARISONS
    for item in cards:
        told = findings[item.source.name]
        if told.full:
            continue
        if not item.block.label and not item.block.broken:
            told.add(
                "P0601", item.block, f"{item.rule.name} has no label.",
                helps=('A label stands after the name, in quotes; receipts show it: "Spend more, save more".',),
            )  # fmt: skip
        if item.sound:
            open_scope = checks_rule.run(item, told)
            checks_when.run(item, heads[item.source.name].campaign, told)
            if walk and open_scope:
                checks_rule.against_catalogue(item, catalogue, told)
    checks_between.run(cards, policy, findings)
    checks_together.run(cards, policy, catalogue if walk else NO_CATALOGUE, findings)
    _campaigns(heads, findings)


def _campaigns(heads: Mapping[str, Head], findings: Mapping[str, Findings]) -> None:
    seen: dict[str, tuple[str, Head]] = {}
    for file in sorted(heads):
        head = heads[file]
        if head.block is None or head.block.name is None:
            continue
        first_file, first = seen.setdefault(head.campaign.name, (file, head))
        if first is not head and first.block is not None:
            findings[file].add(
                "P0503", head.block.name, f'There are two campaigns called "{head.campaign.name}".',
                caret="the second one", notes=(f"the first one is at {findings[first_file].place(first.block)}",),
            )  # fmt: skip
        if head.alone:
            findings[file].add("P0504", head.block, "This campaign has no cards.", caret="nothing follows")
