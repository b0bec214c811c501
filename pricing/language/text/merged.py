"""A place that two people changed, as a program for versions leaves it: one message, however much stands there.

Reads the lines of a file in order; says which of them belong to such a place. Called by `cards`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import define, field

from pricing.language.diagnostics.diagnostic import Findings

if TYPE_CHECKING:
    from pricing.language.text.cards import TextLine

_SIGNS = re.compile(r"<{7}(?: |$)|={7}\s*$|>{7}(?: |$)|\|{7}(?: |$)")


@define
class Merge:
    """Where in such a place the reading is."""

    findings: Findings
    _within: str = field(default="", init=False)
    """The sign of the last of its lines; empty outside."""

    def holds(self, line: TextLine) -> bool:
        """Whether a line is one of its signs, or what the other person wrote, which is not told as well."""
        text = line.text.lstrip()
        sign = text[0] if _SIGNS.match(text) else ""
        if sign != "<" and not (self._within and sign) and self._within not in ("=", "|"):
            return False
        if sign == "<":
            self.findings.add(
                "P0141", line.span, "Two people changed this place, and nobody has chosen between them.",
                caret="from here to the line with >>>>>>>",
                helps=(
                    "Keep the lines that hold, and take away the others and the lines with <<<<<<<, ======= and >>>>>>>.",
                ),
            )  # fmt: skip
        self._within = "" if sign == ">" else sign or self._within
        return True
