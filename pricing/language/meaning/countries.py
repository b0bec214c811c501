"""Countries by their code in ISO 3166: what `countries` lines may name. Reads the table that comes with the time zones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

ALSO = {"XK": "Kosovo"}
"""Codes that are used and not given out."""
_CALLED = {
    "UK": "GB", "UNITED KINGDOM": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB", "USA": "US", "AMERICA": "US", "GER": "DE",
    "HOLLAND": "NL",
}  # fmt: skip
"""What people write, and the table does not have."""


@cache
def countries() -> Mapping[str, str]:
    """Their names by code."""
    text = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {**ALSO, **dict(rows)}


def code_of(said: str) -> str:
    """The code of a country that is called otherwise, such as Germany, UK or us; empty where it is not known."""
    upper = said.upper()
    if upper in countries():
        return upper
    named = next((code for code, name in countries().items() if name.upper() == upper), "")
    return named or _CALLED.get(upper, "")
