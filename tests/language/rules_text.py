"""Texts for the tests of the language: the example of the language page, and a head under which a card can stand."""

from __future__ import annotations

import re

HEAD = """campaign summer "Summer"
  currency USD
  zone America/Los_Angeles
  valid from 2026-01-01 through 2026-12-31

"""


def files(text: str) -> dict[str, str]:
    """The files of an example: marked by `--- name`, or one policy, or cards that get a campaign's head."""
    if text.startswith("--- "):
        parts = re.split(r"^--- (\S+)\n", text, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))
    if text.startswith("policy"):
        return {"policy.promo": text}
    return {"campaigns/summer.promo": HEAD + text}
