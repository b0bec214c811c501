"""Sense of a rule's times: outside its campaign, days that never come, coupons that nobody can get."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.meaning.resolve import Card, of
from pricing.language.text.syntax import Clause, Listed, Span
from pricing.language.vocabulary import DAYS
from pricing.model.kind import HELD
from pricing.model.rule import Campaign, Rule
from pricing.model.window import Window


def run(item: Card, campaign: Campaign, findings: Findings) -> None:
    """All checks of one card's times."""
    lines = {line.word.text: line for line in of(item.block, Span)}
    if "valid" in lines:
        _in_campaign(item.rule.valid, campaign.valid, lines["valid"], findings)
    _days(item, findings)
    _of_another_year(item, findings)
    _claim(item.rule, lines.get("claim"), item, findings)


def _in_campaign(own: Window, whole: Window, line: Clause, findings: Findings) -> None:
    if own.start is None or own.end is None or whole.start is None or whole.end is None:
        return
    if own.end <= whole.start or own.start >= whole.end:
        findings.add(
            "P0320", line, "This lies wholly outside the dates of the campaign.",
            helps=("Is the year or the month right? Leave the line out to use the campaign's dates.",),
        )  # fmt: skip
    elif own.start < whole.start or own.end > whole.end:
        findings.add(
            "P0333", line, "This reaches beyond the dates of the campaign.",
            caret="starts too early" if own.start < whole.start else "ends too late",
            helps=("The rule holds on all the dates of its own line.",),
        )  # fmt: skip


_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])", re.ASCII)


def _of_another_year(item: Card, findings: Findings) -> None:
    """A card that customers hold, named for a year in which it does not hold: last year's, with its dates moved."""
    rule, name = item.rule, item.block.name
    years = {int(year) for year in _YEAR.findall(rule.name)}
    start, end = rule.valid.start, rule.valid.end
    if rule.given != HELD or not years or name is None or start is None or end is None:
        return
    zone = ZoneInfo(rule.zone)
    first, last = start.astimezone(zone).year, (end - timedelta(microseconds=1)).astimezone(zone).year
    if not any(first <= year <= last for year in years):
        findings.add(
            "P0352", name, f"The name says {min(years)}, and this holds in {first}: is it an old card with new dates?",
            caret="customers may still hold it",
            helps=(
                "Pieces of it that customers have kept could be used again, and who has used it up could not.",
                "Give the new card a name of its own.",
            ),
        )  # fmt: skip


def _days(item: Card, findings: Findings) -> None:
    """Days of the week that do not come between the start and the end."""
    rule = item.rule
    start, end = rule.valid.start, rule.valid.end
    if not rule.days or start is None or end is None or end - start > timedelta(days=8):
        return
    zone = ZoneInfo(rule.zone)
    day, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    if any(hours.end < hours.start for hours in rule.hours):
        day -= timedelta(days=1)  # hours past midnight belong to the day on which they begin
    coming = set()
    while day <= last:
        coming.add(day.weekday())
        day += timedelta(days=1)
    if not coming & set(rule.days):
        line = of(item.block, Listed, "days")[0]
        findings.add(
            "P0328", line, "None of these days comes while this rule is valid, so it can never apply.",
            helps=("Its dates fall on " + ", ".join(DAYS[number] for number in sorted(coming)) + ".",),
        )  # fmt: skip


def _claim(rule: Rule, line: Span | None, item: Card, findings: Findings) -> None:
    start, end = rule.valid.start, rule.valid.end
    if line is None or start is None or end is None:
        return
    opens, closes = rule.claim.start, rule.claim.end
    if opens is not None and opens >= end:
        findings.add(
            "P0323", line, "This coupon can be picked up only after it has stopped being valid.",
            caret="nobody can use it",
        )  # fmt: skip
    elif (
        closes is not None
        and rule.lasts_days is not None
        and closes + timedelta(days=min(rule.lasts_days, 10**5)) <= start
    ):
        findings.add(
            "P0323", line, f"Picked up here, it has run out after {rule.lasts_days} days, before it becomes valid.",
            caret="nobody can use it",
        )  # fmt: skip
