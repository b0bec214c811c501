"""What the lines of one file are read against: its currency, zone and lists, and the collector of its findings.

Made by `resolve` from the campaign's head; used by `values`, `times`, `scopes`, `ladders`.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from attrs import define, field

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.loading.catalogue import Catalogue
from pricing.language.meaning.lists import NamedList
from pricing.model.rule import Campaign

STAND_IN_CURRENCY = "KWD"
"""Read amounts so when the campaign's currency is missing: three decimals, so that no amount is refused for that."""


@define
class Home:
    """One file's surroundings."""

    findings: Findings
    campaign: Campaign
    zone: ZoneInfo
    catalogue: Catalogue
    lists: Mapping[str, NamedList] = field(factory=dict)
    """Lists that can be named here: the file's own, and those of other files."""
    elsewhere_twice: frozenset[str] = frozenset()
    """Names of lists that several other files have."""
    named: set[str] = field(factory=set)
    """Names of lists that were asked for."""

    place: int = 0
    """Which of the campaign's currencies amounts are read in."""
    one_for_all: bool = False
    """Whether an amount that is one for several currencies has been told in this card."""

    @property
    def currencies(self) -> tuple[str, ...]:
        """All currencies of the campaign, in the order of its head."""
        return self.campaign.currencies or (self.campaign.currency,)

    @property
    def currency(self) -> str:
        return self.currencies[self.place]
