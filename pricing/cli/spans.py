"""Which campaigns and cards hold when: spans between two days, as lines of text, as a picture, as JSON.

Reads the campaigns and cards of a loaded folder; makes `Span`s and draws them. Used by `pricing calendar`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from attrs import frozen

from pricing.cli.telling import dates
from pricing.columns import clean, left, shorten_name
from pricing.language.vocabulary import DAYS
from pricing.model.rule import Campaign, Rule
from pricing.model.rulebook import RuleBook
from pricing.model.window import Window


@frozen
class Span:
    """A campaign, or a card of its own dates, that holds at some time between two moments."""

    name: str
    label: str
    valid: Window
    zone: str
    now_and_then: str = ""
    """As in `fri, sat, 18:00 to 22:00`; empty: all the time."""
    is_card: bool = False
    others: int = 0
    """Of a campaign: cards that hold as long as it does."""


def spans(book: RuleBook, start: datetime, end: datetime) -> tuple[Span, ...]:
    """All campaigns that meet a time, by their start, each with those of its cards that hold at other times than it."""
    found: list[Span] = []
    for campaign in sorted(book.campaigns, key=lambda one: (one.valid.start or start, one.name)):
        if not _meets(campaign.valid, start, end):
            continue
        cards = [rule for rule in book.rules if rule.campaign == campaign.name]
        own = [rule for rule in cards if rule.valid != campaign.valid or rule.days or rule.hours]
        found.append(Span(campaign.name, campaign.label, campaign.valid, campaign.zone, others=len(cards) - len(own)))
        for rule in sorted(own, key=lambda one: (one.valid.start or start, one.name)):
            if _meets(rule.valid, start, end):
                found.append(Span(rule.name, rule.label, rule.valid, rule.zone, _recurs(rule), is_card=True))
    return tuple(found)


def _meets(window: Window, start: datetime, end: datetime) -> bool:
    return (window.start is None or window.start < end) and (window.end is None or start < window.end)


def _recurs(rule: Rule) -> str:
    parts = [", ".join(DAYS[day] for day in rule.days)] if rule.days else []
    parts += [f"{_clock(hours.start)} to {_clock(hours.end)}" for hours in rule.hours]
    return ", ".join(parts)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def part(window: Window, start: datetime, end: datetime, cells: int) -> tuple[int, int]:
    """The cells, of so many between two moments, that a window takes: first, and behind the last; one at least."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)  # days on which clocks change have other lengths
    whole = end - start

    def cell(at: datetime | None, otherwise: int) -> int:
        return otherwise if at is None else (at - start) * cells // whole

    first = min(max(cell(window.start, 0), 0), cells - 1)
    last = min(max(cell(window.end, cells), first + 1), cells)
    return first, last


# As text


def text(found: Sequence[Span], start: datetime, end: datetime, columns: int) -> Iterator[str]:
    """One line a span: its name, its dates, and a bar in which the time runs from left to right."""
    days = 23
    room = max(16, min(30, columns - days - 28))
    cells = columns - room - days - 2
    last = (end - timedelta(microseconds=1)).date().isoformat()
    yield left("", room + days + 2) + left(start.date().isoformat(), cells - 10) + last
    for span in found:
        name = shorten_name(("  " if span.is_card else "") + clean(span.name), room - 1)
        first, behind = part(span.valid, start, end, cells)
        bar = " " * first + ("-" if span.now_and_then else "=") * (behind - first)
        said = dates(span.valid, span.zone).replace(" through ", " – ").replace(" until ", " – ")
        yield f"{left(name, room)}{left(_short(said, days), days)}  {bar}"
        if span.now_and_then:
            yield f"    {span.now_and_then}"
        if span.others:
            yield f"    {span.others} card{'' if span.others == 1 else 's'} as long as it lasts"


def _short(said: str, room: int) -> str:
    """Dates without their times where both do not fit."""
    return said if len(said) <= room else " – ".join(part[:10] for part in said.split(" – "))[:room]


# As a picture

_ROW, _NAME, _WIDE = 24, 260, 960


def svg(found: Sequence[Span], start: datetime, end: datetime) -> str:
    """A picture of the spans; campaigns dark, cards light, with a line at the first day of each month."""
    height = _ROW * (len(found) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_NAME + _WIDE + 20}" height="{height}"'
        ' font-family="sans-serif" font-size="13">',
        f"<title>{start.date().isoformat()} to {(end - timedelta(microseconds=1)).date().isoformat()}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for at in _months(start, end):
        x = _NAME + part(Window(at, end), start, end, _WIDE)[0]
        lines.append(f'<line x1="{x}" y1="{_ROW}" x2="{x}" y2="{height}" stroke="#ccc"/>')
        lines.append(f'<text x="{x + 3}" y="{_ROW - 7}" fill="#555">{at.date().isoformat()}</text>')
    for row, span in enumerate(found):
        y = _ROW * (row + 1)
        first, behind = part(span.valid, start, end, _WIDE)
        said = escape(clean(f"{span.name}: {span.label}" if span.label else span.name))
        more = f" ({span.now_and_then})" if span.now_and_then else ""
        fill = "#8fb8de" if span.is_card else "#1f4e79"
        dash = ' fill-opacity="0.5"' if span.now_and_then else ""
        lines.append(
            f'<text x="{24 if span.is_card else 8}" y="{y + 16}">{escape(shorten_name(clean(span.name), 34))}</text>'
        )
        lines.append(
            f'<rect x="{_NAME + first}" y="{y + 4}" width="{behind - first}" height="{_ROW - 8}" rx="3" fill="{fill}"{dash}>'
            f"<title>{said}, {escape(dates(span.valid, span.zone))}{more}</title></rect>"
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _months(start: datetime, end: datetime) -> Iterator[datetime]:
    """The start, and the first day of every month behind it."""
    yield start
    at = start
    while True:
        at = (at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
        if at >= end:
            return
        yield at


# As JSON


def as_dict(book: RuleBook, start: datetime, end: datetime) -> dict[str, Any]:
    """All campaigns and cards that meet a time; instants with the offset of the campaign's zone, null where it is open."""
    campaigns = [one for one in book.campaigns if _meets(one.valid, start, end)]
    return {
        "from": start.isoformat(),
        "until": end.isoformat(),
        "campaigns": [_campaign(one, book, start, end) for one in sorted(campaigns, key=lambda one: one.name)],
    }


def _campaign(one: Campaign, book: RuleBook, start: datetime, end: datetime) -> dict[str, Any]:
    cards = [rule for rule in book.rules if rule.campaign == one.name and _meets(rule.valid, start, end)]
    return {
        "name": one.name, "label": one.label, "currency": one.currency, "zone": one.zone,
        **_window(one.valid, one.zone), "cards": [_card(rule) for rule in cards],
    }  # fmt: skip


def _card(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name, "kind": rule.kind.value, "label": rule.label, **_window(rule.valid, rule.zone),
        "days": [DAYS[day] for day in rule.days],
        "hours": [{"from": _clock(hours.start), "until": _clock(hours.end)} for hours in rule.hours],
    }  # fmt: skip


def _window(window: Window, zone: str) -> dict[str, str | None]:
    def said(at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(ZoneInfo(zone)).isoformat()

    return {"from": said(window.start), "until": said(window.end)}
