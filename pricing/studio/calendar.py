"""Where a campaign's time has gaps, and where cards overlap: what a calendar marks.

Reads a `Bench`; makes plain JSON. Days are those of a campaign's zone; a card holds on a day when it holds at any hour of
it. Sets of days are whole numbers, one bit a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from pricing.facts import FACTS
from pricing.model.rule import Campaign, Rule
from pricing.model.scope import Scope
from pricing.studio.bench import Bench

LONGEST = 3_660
"""Days of a campaign that are looked at."""
MOST_PAIRS = 50_000
"""Pairs of cards that are compared."""
MOST_TOLD = 100
"""Overlaps that are told."""
MOST_SPANS = 20
"""Spans of one gap that are told."""
_ONE_VALUED = frozenset(fact.word for fact in FACTS if fact.single and fact.values)


def calendar(bench: Bench) -> dict[str, Any]:
    """Gaps and overlaps of all campaigns: see `desk` (calendar)."""
    book = bench.loaded.partial
    of_campaign: dict[str, list[Rule]] = {}
    for rule in book.rules:
        of_campaign.setdefault(rule.campaign, []).append(rule)
    gaps = [gap for one in book.campaigns for gap in _gaps(one, of_campaign.get(one.name, ()))]
    found = list(_overlaps(book.rules, {one.name: one for one in book.campaigns}))
    return {"gaps": gaps, "overlaps": found[:MOST_TOLD], "more": max(len(found) - MOST_TOLD, 0)}


# Gaps


def _gaps(campaign: Campaign, cards: Sequence[Rule]) -> Iterator[dict[str, Any]]:
    """Per kind of the campaign's cards, the days of the campaign on which none of them holds."""
    zone = ZoneInfo(campaign.zone)
    starts = [rule.valid.start for rule in cards if rule.valid.start is not None]
    ends = [rule.valid.end for rule in cards if rule.valid.end is not None]
    start = campaign.valid.start or min(starts, default=None)
    end = campaign.valid.end or max(ends, default=None)
    if start is None or end is None or start >= end:
        return
    first = _day(start, zone)
    whole = _days(start, end, first, zone)
    held: dict[str, int] = {}
    for rule in cards:
        mine = held.get(rule.kind.value, 0)
        if mine != whole:
            mine |= _days(rule.valid.start or start, rule.valid.end or end, first, zone, rule.days)
        held[rule.kind.value] = mine
    for kind, mine in held.items():
        left = whole & ~mine
        if left:
            spans = [_span(first, one) for one in _runs(left)]
            yield {"campaign": campaign.name, "kind": kind, "days": left.bit_count(), "spans": spans[:MOST_SPANS]}


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _days(start: datetime, end: datetime, first: date, zone: ZoneInfo, week: Sequence[int] = ()) -> int:
    """The days from a first one that a time meets, on some days of the week only where they are named."""
    begin = max((_day(start, zone) - first).days, 0)
    behind = min((_day(end - timedelta(microseconds=1), zone) - first).days + 1, LONGEST)
    if begin >= behind:
        return 0
    if not week:
        return (1 << behind) - (1 << begin)
    return sum(1 << place for place in range(begin, behind) if (first + timedelta(days=place)).weekday() in week)


def _runs(days: int) -> Iterator[tuple[int, int]]:
    """Days that follow each other: the first and the last, both in it."""
    place = 0
    while days:
        none = (days & -days).bit_length() - 1
        days >>= none
        many = (~days & (days + 1)).bit_length() - 1
        yield place + none, place + none + many - 1
        days >>= many
        place += none + many


def _span(first: date, run: tuple[int, int]) -> dict[str, str]:
    return {
        "from": (first + timedelta(days=run[0])).isoformat(),
        "through": (first + timedelta(days=run[1])).isoformat(),
    }


# Overlaps


def _overlaps(rules: Sequence[Rule], campaigns: dict[str, Campaign]) -> Iterator[dict[str, Any]]:
    """Cards of one kind that hold on a same day for goods that can be the same.

    Those of one campaign that hold as long as it does stand side by side on purpose, and are not told.
    """
    of_kind: dict[str, list[Rule]] = {}
    for rule in rules:
        of_kind.setdefault(rule.kind.value, []).append(rule)
    left = MOST_PAIRS
    for kind, cards in of_kind.items():
        for one, other in combinations(cards, 2):
            if left == 0:
                return
            left -= 1
            if one.campaign == other.campaign and _as_long(one, campaigns) and _as_long(other, campaigns):
                continue
            span = None if _apart(one, other) else _together(one, other)
            if span is not None:
                yield {"kind": kind, "rules": [_told(one), _told(other)], **span}


def _as_long(rule: Rule, campaigns: dict[str, Campaign]) -> bool:
    campaign = campaigns.get(rule.campaign)
    return campaign is not None and rule.valid == campaign.valid and not rule.days and not rule.hours


def _apart(one: Rule, other: Rule) -> bool:
    """Whether no line of any cart can be in both, as far as the cards themselves say."""
    return one.currency != other.currency or _differ(one.scope, other.scope) or _differ(one.audience, other.audience)


def _differ(one: Scope, other: Scope) -> bool:
    return any(
        mine.word == theirs.word and mine.word in _ONE_VALUED and not set(mine.values) & set(theirs.values)
        for mine in one.only
        for theirs in other.only
    )


def _together(one: Rule, other: Rule) -> dict[str, str | None] | None:
    """From the first to the last day on which both hold; null where that is open. None when there is none."""
    if one.days and other.days and not set(one.days) & set(other.days):
        return None
    start = max((at for rule in (one, other) if (at := rule.valid.start) is not None), default=None)
    end = min((at for rule in (one, other) if (at := rule.valid.end) is not None), default=None)
    if start is not None and end is not None and start >= end:
        return None
    zone = ZoneInfo(one.zone)
    return {
        "from": None if start is None else _day(start, zone).isoformat(),
        "through": None if end is None else _day(end - timedelta(microseconds=1), zone).isoformat(),
    }


def _told(rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, "label": rule.label, "campaign": rule.campaign, "file": rule.place.file,
            "line": max(rule.place.line - 1, 0)}  # fmt: skip
