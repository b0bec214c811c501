"""Dates as people say them, with the name of a month: what the language writes instead."""

from __future__ import annotations

import re

DATE_FORM = "Dates are written year-month-day, as in 2026-06-18, and times from 00:00 to 23:59, as in 18:00."

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_NUMBER = r"[0-9]{1,2}(?:st|nd|rd|th)?"
WITH_COMMA = re.compile(rf"\b(?:{_NAMED} {_NUMBER}|{_NUMBER} {_NAMED}) ?, ?[0-9]{{4}}\b", re.IGNORECASE | re.ASCII)
"""`October 11, 2026`: its comma would part the line into values."""


def spoken(text: str) -> str:
    """`11 October 2026` and `Oct 11th, 2026` as the language writes them; empty for anything else."""
    parts = [part.strip(",.").lower() for part in text.replace(",", " ").split()]
    if len(parts) != 3 or not re.fullmatch(r"[0-9]{4}", parts[2], re.ASCII):
        return ""
    day, month = (parts[0], parts[1]) if parts[0][:1].isdigit() else (parts[1], parts[0])
    number = re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)?", day, re.ASCII)
    if number is None or month[:3] not in _MONTHS or not 1 <= int(number[1]) <= 31:
        return ""
    return f"{parts[2]}-{_MONTHS.index(month[:3]) + 1:02d}-{int(number[1]):02d}"
