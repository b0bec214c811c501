"""Every code there is: its severity here, its page in `pages/`, one Markdown file for each hundred.

P01 text and shape · P02 names, times, amounts · P03 sense of one rule · P04 between rules · P05 whole campaign ·
P06 style · P09 our own fault. A code is never used again for something else.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from attrs import frozen

WARNINGS = frozenset({
    "P0134", "P0135", "P0140", "P0225", "P0231", "P0239", "P0248", "P0253",
    "P0305", "P0307", "P0308", "P0318", "P0320", "P0321", "P0322", "P0323", "P0326", "P0327", "P0328",
    "P0329", "P0330", "P0331", "P0332", "P0333", "P0334", "P0335", "P0336", "P0337", "P0348", "P0349",
    "P0350", "P0351", "P0352", "P0401", "P0402", "P0404", "P0405",
    "P0406", "P0408", "P0409", "P0410", "P0412", "P0511",
})  # fmt: skip
HINTS = frozenset({"P0242", "P0504", "P0510", "P0601", "P0602", "P0603"})

_PAGE = re.compile(r"^## (P[0-9]{4}) (.+)$", re.MULTILINE)
_EXAMPLE = re.compile(r"^```(wrong|right)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Page:
    """What there is to say about a code."""

    code: str
    title: str
    why: str
    wrong: str
    """An example that is told with this code; empty where none can be shown."""
    right: str
    """The same, put right."""

    @property
    def severity(self) -> str:
        return severity_of(self.code)

    def text(self) -> str:
        """The page for a terminal."""
        parts = [f"{self.severity} {self.code}: {self.title}", self.why]
        for word, example in (("Wrong", self.wrong), ("Right", self.right)):
            if example:
                parts.append(f"{word}:\n\n" + "".join(f"    {line}".rstrip() + "\n" for line in example.splitlines()))
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def severity_of(code: str) -> str:
    """`error`, `warning` or `hint`."""
    return "warning" if code in WARNINGS else "hint" if code in HINTS else "error"


@cache
def pages() -> dict[str, Page]:
    """All pages by code."""
    found: dict[str, Page] = {}
    for file in sorted(Path(__file__).with_name("pages").glob("P*.md")):
        text = file.read_text(encoding="utf-8")
        heads = list(_PAGE.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends, strict=True):
            body = text[head.end() : end]
            examples = dict(_EXAMPLE.findall(body))
            why = _EXAMPLE.sub("", body).strip()
            found[head[1]] = Page(head[1], head[2], why, examples.get("wrong", ""), examples.get("right", ""))
    return found


def page(code: str) -> Page | None:
    """The page of a code, in any case of letters; None when there is no such code."""
    return pages().get(code.upper())
