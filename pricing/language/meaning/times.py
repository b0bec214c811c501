"""Dates, times and spans as people write them, in the campaign's zone; instants come out in UTC.

Local times that the clock change skips or repeats are refused with both readings told.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.text.dates import DATE_FORM, spoken
from pricing.language.text.syntax import Atom, HoursLine, Listed, Phrase, Span
from pricing.language.vocabulary import DAYS
from pricing.model.window import Hours, Window

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_LOOSE_DATE = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", re.ASCII)
_LOOSE_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?::00)?\s*(am|pm|h)?", re.ASCII | re.IGNORECASE)
_MACHINE_ZONES = ("local", "posix", "right/", "Factory", "tzdata")
"""Files that lie beside the zones on some machines and mean something else on each."""
FIRST_YEAR, LAST_YEAR = 2000, 2199
_RUNS = dict.fromkeys(("weekend", "weekends"), "sat, sun")
_RUNS |= dict.fromkeys(("weekday", "weekdays", "workdays"), "mon, tue, wed, thu, fri")


def window(line: Span, zone: ZoneInfo, findings: Findings) -> Window | None:
    """The span of a `valid` or `claim` line."""
    form = f"Write it like: {line.word.text} from 2026-06-18 through 2026-06-24"
    if line.link is None and _without_link(line, findings):
        return None
    if not line.begin or line.link is None or not line.finish:
        missing = "when it starts" if not line.begin else "when it stops"
        findings.add("P0226", line, f"This {line.word.text} line does not say {missing}.", helps=(form,))
        return None
    start = _moment(line.begin, zone, findings)
    end = _through(line.finish, zone, findings) if line.link.text == "through" else _moment(line.finish, zone, findings)
    if start is not None and end is not None and end <= start:
        _backwards(line, start == end, findings)
        return None
    if end is not None and _bare_until(line) and not line.finish[0].text.endswith("-01"):
        findings.add(
            "P0225", line.finish[0], f"until {line.finish[0].text} stops as that day begins.",
            caret="this day is not included",
            helps=("Write through to include that day, or add 00:00 if it is meant so.",),
            fix=findings.replace(line.link, "through"),
        )  # fmt: skip
    return None if start is None or end is None else Window(start, end)


def _bare_until(line: Span) -> bool:
    """`until D`, without a time."""
    return line.link is not None and line.link.text == "until" and len(line.finish) == 1


def _backwards(line: Span, empty: bool, findings: Findings) -> None:
    assert line.link is not None
    where = Phrase((*line.begin, line.link, *line.finish))
    if empty and _bare_until(line):
        findings.add(
            "P0224", where, f"This {line.word.text} line ends as it begins, so it never holds.",
            caret="until stops as that day begins",
            helps=(f"Write through {line.finish[0].text} to include the whole day.",),
            fix=findings.replace(line.link, "through"),
        )  # fmt: skip
        return
    says = "ends as it begins, so it never holds" if empty else "ends before it begins"
    findings.add(
        "P0224", where, f"This {line.word.text} line {says}.",
        helps=("Are the two dates the wrong way round, or is a year or a month wrong?",),
    )  # fmt: skip


def _without_link(line: Span, findings: Findings) -> bool:
    """Tell `from D to D` and the like: the word between is not the language's."""
    for place, atom in enumerate(line.begin):
        if atom.text.lower() in ("to", "till", "til", "-", "–", "—"):
            for moment in (line.begin[:place], line.begin[place + 1 :]):
                if moment and not _wordy(moment, findings):
                    _day(moment[0], findings)
            findings.add(
                "P0226", atom, f'Between the start and the end stands until or through, not "{atom.text}".',
                helps=("through includes the whole last day; until stops at that moment.",),
                fix=findings.replace(atom, "through"),
            )  # fmt: skip
            return True
    return False


def hours(line: HoursLine, findings: Findings) -> Hours | None:
    """The times of an `hours` line."""
    start, end = _clock(line.begin, findings), _clock(line.finish, findings)
    if start is None or end is None:
        return None
    if start == end:
        findings.add(
            "P0230", Phrase((line.begin, line.finish)), "These hours begin and end at the same time.",
            helps=("Leave the hours line out when the rule holds all day.",),
        )  # fmt: skip
        return None
    return Hours(start.hour * 60 + start.minute, end.hour * 60 + end.minute)


def weekdays(line: Listed, findings: Findings) -> tuple[int, ...]:
    """The days of a `days` line, Monday 0, sorted."""
    found: set[int] = set()
    for phrase in line.values:
        text = phrase.text
        if text in DAYS:
            found.add(DAYS.index(text))
            continue
        right = _days_meant(text.lower())
        findings.add(
            "P0229", phrase, f'"{text[:40]}" is not a day of the week as the language writes it.',
            helps=("The days are " + ", ".join(DAYS) + ", with commas between.",),
            fix=findings.replace(phrase, right, safe=True) if right else None,
        )  # fmt: skip
    return tuple(sorted(found))


_DAY = r"([a-z]{3})[a-z]{0,6}\.?"
_ONE_OR_TWO = re.compile(rf"(?:every |on |only )?{_DAY}(?: ?(?:and|&|/|\+|or) ?{_DAY})?")
_FROM_TO = re.compile(rf"(?:from )?{_DAY} ?(?:[-–—]|to|till|until|through) ?{_DAY}")


def _days_meant(text: str) -> str:
    """Saturday, weekends, mon to fri, monday and tuesday as the language writes them; empty for anything else."""
    if text in _RUNS:
        return _RUNS[text]
    span = _FROM_TO.fullmatch(text)
    if span and span[1] in DAYS and span[2] in DAYS:
        first, last = DAYS.index(span[1]), DAYS.index(span[2])
        return ", ".join([DAYS[day % 7] for day in range(first, last + 1 if last >= first else last + 8)])
    some = _ONE_OR_TWO.fullmatch(text)
    days = [day for day in some.groups() if day] if some else []
    return ", ".join(days) if all(day in DAYS for day in days) else ""


def zone_named(atoms: tuple[Atom, ...], findings: Findings) -> ZoneInfo | None:
    """The time zone of a `zone` line."""
    atom, where = atoms[0], Phrase(atoms)
    zone = _zone(atom.text)
    if len(atoms) == 1 and zone is not None:
        return zone
    meant = _zone_of_place("_".join(each.text for each in atoms))
    if meant is not None:
        findings.add(
            "P0227", where, f'There is no time zone called "{where.text[:40]}".', caret=f"did you mean {meant}?",
            helps=("A zone is named with its part of the world.",), fix=findings.replace(where, meant),
        )  # fmt: skip
        return ZoneInfo(meant)
    if zone is None:
        findings.add(
            "P0227", atom, f'There is no time zone called "{atom.text[:40]}".',
            helps=("Zones are named like America/Los_Angeles, Europe/Madrid, Asia/Shanghai or UTC.",),
        )  # fmt: skip
    if len(atoms) > 1:
        findings.add(
            "P0133", Phrase(atoms[1:]), "After zone stands one word.", caret="leave this out",
            helps=("Write it like: zone America/Los_Angeles",),
        )  # fmt: skip
    return zone


def _zone(name: str) -> ZoneInfo | None:
    if re.fullmatch(r"[A-Za-z0-9_+\-/]{1,60}", name, re.ASCII) and not name.startswith(_MACHINE_ZONES):
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            pass
    return None


def _zone_of_place(place: str) -> str | None:
    """The one zone that is called after a place, as `Los_Angeles` is in America."""
    if not re.fullmatch(r"[A-Za-z_\-]{3,40}", place):
        return None
    found = [zone for zone in available_timezones() if zone.lower().rpartition("/")[2] == place.lower()]
    found = [zone for zone in found if not zone.startswith(_MACHINE_ZONES) and "/" in zone]
    return found[0] if len(found) == 1 and place not in available_timezones() else None


def _day(atom: Atom, findings: Findings) -> date | None:
    found = _DATE.fullmatch(atom.text)
    if found:
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            findings.add("P0220", atom, f"There is no day {atom.text} in the calendar.", helps=(DATE_FORM,))
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            findings.add("P0220", atom, f"The year of {atom.text} must be from {FIRST_YEAR} to {LAST_YEAR}.")
            return None
        return day
    fix = None
    loose = _LOOSE_DATE.fullmatch(atom.text)
    american = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", atom.text, re.ASCII)
    joined = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(?::00)?", atom.text, re.ASCII)
    if loose:
        fix = findings.replace(atom, f"{loose[1]}-{int(loose[2]):02d}-{int(loose[3]):02d}", safe=True)
    elif american and int(american[1]) <= 12 < int(american[2]):
        fix = findings.replace(atom, f"{american[3]}-{int(american[1]):02d}-{int(american[2]):02d}")
    elif american and int(american[2]) <= 12 < int(american[1]):
        fix = findings.replace(atom, f"{american[3]}-{int(american[2]):02d}-{int(american[1]):02d}")
    elif joined:
        fix = findings.replace(atom, f"{joined[1]} {joined[2]}", safe=True)
    helps: tuple[str, ...] = (DATE_FORM,)
    if american and fix is None:
        one, two, year = int(american[1]), int(american[2]), american[3]
        if 1 <= one <= 12 and 1 <= two <= 12:
            readings = f"{year}-{one:02d}-{two:02d} or {year}-{two:02d}-{one:02d}"
            helps = (f"It can be read in two ways: {readings}.", DATE_FORM)
    findings.add("P0220", atom, f'"{atom.text[:40]}" is not a date.', helps=helps, fix=fix)
    return None


def _clock(atom: Atom, findings: Findings) -> time | None:
    found = _TIME.fullmatch(atom.text)
    if found:
        return time(int(found[1]), int(found[2]))
    fix = None
    helps = [DATE_FORM]
    loose = _LOOSE_TIME.fullmatch(atom.text)
    if atom.text == "24:00":
        helps = ["Write 00:00, of the next day where a date stands before it."]
    elif loose:
        hour, minute, half = int(loose[1]), int(loose[2] or 0), (loose[3] or "").lower()
        if half in ("am", "pm") and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour < 24 and minute < 60:
            # `6` and `6:30` may be in the evening.
            fix = findings.replace(atom, f"{hour:02d}:{minute:02d}", safe=bool(half) or hour > 12)
    findings.add("P0221", atom, f'"{atom.text[:40]}" is not a time.', helps=helps, fix=fix)
    return None


def _moment(atoms: tuple[Atom, ...], zone: ZoneInfo, findings: Findings) -> datetime | None:
    """The instant of `D` or `D T`."""
    if _wordy(atoms, findings):
        return None
    day = _day(atoms[0], findings)
    clock = _clock(atoms[1], findings) if len(atoms) == 2 else None
    if day is None or (len(atoms) == 2 and clock is None):
        return None
    return first_instant(day, zone) if clock is None else _local(day, clock, Phrase(atoms), zone, findings)


def _wordy(atoms: tuple[Atom, ...], findings: Findings) -> bool:
    """Tell `June 18` and other dates of several words at once."""
    if len(atoms) < 2 or (len(atoms) == 2 and atoms[0].text[:1].isdigit() and len(atoms[0].text) > 2):
        return False
    where = Phrase(atoms)
    right = spoken(where.text)
    findings.add(
        "P0220", where, f'"{where.text[:40]}" is not a date as the language writes it.',
        caret=f"write {right}" if right else "", helps=(DATE_FORM,),
        fix=findings.replace(where, right) if right else None,
    )  # fmt: skip
    return True


def _through(atoms: tuple[Atom, ...], zone: ZoneInfo, findings: Findings) -> datetime | None:
    if _wordy(atoms, findings):
        return None
    day = _day(atoms[0], findings)
    if len(atoms) > 1:
        findings.add(
            "P0228", Phrase(atoms[1:]), "through includes the whole day, so no time can follow.",
            caret="leave it out, or write until",
            helps=(f"Write through {atoms[0].text}, or until with a date and a time.",),
        )  # fmt: skip
        return None
    return None if day is None else first_instant(day + timedelta(days=1), zone)


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins: midnight, or the end of the clock change that skips it."""
    instant = datetime.combine(day, time(), zone).astimezone(UTC)
    minute = timedelta(minutes=1)
    while (instant - minute).astimezone(zone).date() == day:
        instant -= minute
    return instant


def _local(day: date, clock: time, where: Phrase, zone: ZoneInfo, findings: Findings) -> datetime | None:
    """The one instant of a local time; refuses times that do not exist or happen twice."""
    local = datetime.combine(day, clock)
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    at = f"{day} {clock:%H:%M}"
    early, late = sorted((first.astimezone(UTC), second.astimezone(UTC)))
    if early.astimezone(zone).replace(tzinfo=None) == local:
        findings.add(
            "P0223", where, f"{at} happens twice in {zone.key}: the clocks go back.", caret="which of the two?",
            helps=(
                f"It is {early:%H:%M} UTC the first time and {late:%H:%M} UTC the second time.",
                "Take a time before or after the clock change.",
            ),
        )  # fmt: skip
        return None
    before, after = (moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for moment in (early, late))
    findings.add(
        "P0222", where, f"{at} does not exist in {zone.key}: the clocks go forward.", caret="this time is skipped",
        helps=(f"Write {before} or {after}, whichever is meant.",), fix=findings.replace(where, after),
    )  # fmt: skip
    return None
