"""Moments on a command line: now, a day, an instant; and the day in the zone of a campaign, as people write it.

The only place of the command line that reads the clock. What it says never reaches a price but through a cart's `at`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from pricing.model.rule import Campaign
from pricing.wire import instant

NOW = "now"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
NOON = time(12)


def now() -> datetime:
    """What the clock says, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def checked(ctx: click.Context, option: click.Parameter, text: str | None) -> str | None:
    """The text of an option that takes a moment, unchanged. Raises click.BadParameter when it is none."""
    if text is None or text == NOW:
        return text
    try:
        _ = day_of(text) if _DAY.fullmatch(text) else instant(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not an instant; write it like 2026-06-20T18:30:00-07:00, 2026-06-20 (noon) or now"
        ) from None
    return text


def day_of(text: str) -> date:
    """A day. Raises ValueError, also for one so far away that no zone could be reckoned with."""
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 9000:
        raise ValueError(text)
    return day


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment that a checked text means: a day means its noon, in the zone of the campaigns."""
    if text == NOW:
        return now().astimezone(zone)
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), NOON, zone)
    return instant(text)


def zone_of(campaigns: Iterable[Campaign]) -> ZoneInfo:
    """The zone that most campaigns have; UTC without any."""
    count = Counter(campaign.zone for campaign in campaigns)
    most = sorted(count, key=lambda zone: (-count[zone], zone))
    return ZoneInfo(most[0] if most else "UTC")


def last_day(campaign: Campaign) -> str:
    """The day on which a campaign ends, as in `until 2026-06-24`."""
    assert campaign.valid.end is not None
    end = campaign.valid.end.astimezone(ZoneInfo(campaign.zone)) - timedelta(microseconds=1)
    return f"until {end.date().isoformat()}"
