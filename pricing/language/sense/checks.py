"""Sense: what loads and yet looks wrong, rule by rule and over a campaign; `checks_between` and `checks_together` look
at several rules.

Reads resolved `Card`s; tells through the collector of each card's file, and changes nothing. What these checks doubt
still loads: they warn. Only look-alike codes and two campaigns of one name are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.loading.catalogue import Catalogue
from pricing.language.meaning.resolve import Card, Head
from pricing.language.sense import checks_rule, checks_when

MOST_COMPARISONS = 20_000_000
"""Rules times skus: beyond this the catalogue is not walked for every rule."""


def walks(cards: int, catalogue: Catalogue) -> bool:
    """Whether the catalogue is walked for every rule."""
    return bool(catalogue.items) and cards * len(catalogue.items) <= MOST_COMPARISONS


def run(cards: Sequence[Card], head: Head, catalogue: Catalogue, walk: bool, findings: Findings) -> None:
    """All checks over the cards of one file, each for itself."""
    for item in cards:
        if findings.full:
            return
        if not item.block.label and not item.block.broken:
            findings.add(
                "P0601", item.block, f"{item.rule.name} has no label.",
                helps=('A label stands after the name, in quotes; receipts show it: "Spend more, save more".',),
            )  # fmt: skip
        if item.sound:
            open_scope = checks_rule.run(item, findings)
            checks_when.run(item, head.campaign, findings)
            if walk and open_scope:
                checks_rule.against_catalogue(item, catalogue, findings)


def campaigns(heads: Mapping[str, Head], findings: Mapping[str, Findings]) -> None:
    """Two campaigns of one name, and campaigns without cards."""
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
