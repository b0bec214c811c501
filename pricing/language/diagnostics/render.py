"""How findings look: the long text with carets, one short line each, or JSON. Reads diagnostics; makes text."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence

from attrs import asdict

from pricing.language.diagnostics.diagnostic import Diagnostic

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "hint": "\x1b[1;36m"}
_BOLD, _BLUE, _PLAIN = "\x1b[1m", "\x1b[34m", "\x1b[0m"
_WIDEST = 160


def render(diagnostics: Sequence[Diagnostic], form: str = "text", colour: bool = False) -> str:
    """The whole report in `text`, `short` or `json`; text forms end with a line end, or are empty when all is well."""
    if form == "json":
        return json.dumps([asdict(item) for item in diagnostics], ensure_ascii=False, indent=1) + "\n"
    if form == "short":
        return "".join(short(item) + "\n" for item in diagnostics)
    if not diagnostics:
        return ""
    return "\n".join(full(item, colour) for item in diagnostics) + "\n" + summary(diagnostics) + "\n"


def short(item: Diagnostic) -> str:
    """`file:line:column: error P0201: message`, for editors and for grep."""
    place = f"{item.file}:{item.line}:{item.column}" if item.line else item.file
    return _visible(f"{place}: {item.severity} {item.code}: {item.message}")


def full(item: Diagnostic, colour: bool = False) -> str:
    """The long form of one finding; ends with a line end."""
    paint = _Paint(colour)
    lines = [
        paint(_COLOURS[item.severity], f"{item.severity} {item.code}") + ": " + paint(_BOLD, _visible(item.message))
    ]
    number = str(item.line) if item.line else " "
    gutter = " " * len(number)
    if item.line:
        shown, carets = _excerpt(item)
        said = _visible(f"{carets} {item.caret}").rstrip()
        lines += [
            paint(_BLUE, f"{gutter}--> ") + _visible(f"{item.file}:{item.line}:{item.column}"),
            paint(_BLUE, f"{gutter} |"),
            paint(_BLUE, f"{number} |") + f" {shown}".rstrip(),
            paint(_BLUE, f"{gutter} |") + " " + paint(_COLOURS[item.severity], said),
            paint(_BLUE, f"{gutter} |"),
        ]
    else:
        lines.append(paint(_BLUE, f"{gutter}--> ") + _visible(item.file))
    lines += [f"{gutter} = note: {_visible(text)}" for text in item.notes]
    lines += [f"{gutter} = help: {_visible(text)}" for text in item.helps]
    lines += [f"{gutter} = fix:  {_one_line(fix.says)}{'   [safe]' if fix.safe else ''}" for fix in item.fixes]
    return "\n".join(lines) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    counts = [(sum(item.severity == kind for item in diagnostics), kind) for kind in ("error", "warning", "hint")]
    return ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for count, kind in counts if count) or "all is well"


class _Paint:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, paint: str, text: str) -> str:
        return f"{paint}{text}{_PLAIN}" if self.colour and text else text


def _excerpt(item: Diagnostic) -> tuple[str, str]:
    """The line of the file and the carets under it; very long lines are cut around the place."""
    first = item.column - 1
    last = item.end_column - 1 if item.end_line == item.line else len(item.text.rstrip())
    cut = max(0, first - _WIDEST // 2) if len(item.text) > _WIDEST else 0
    text = item.text[cut : cut + _WIDEST]
    first, last = first - cut, min(last - cut, len(text))
    before, under = _visible(text[:first]), _visible(text[first : max(last, first)])
    dots = "…" if cut else ""
    shown = dots + _visible(text).rstrip() + ("…" if cut + _WIDEST < len(item.text) else "")
    return shown, " " * (len(dots) + _width(before)) + "^" * max(1, _width(under))


def _visible(text: str) -> str:
    """Without anything that could steer a terminal or break a line: names of files and of the catalogue hold anything."""
    if text.isprintable():
        return text
    return "".join(" " if ch == "\t" else ch if ch.isprintable() else "\N{REPLACEMENT CHARACTER}" for ch in text)


def _one_line(text: str) -> str:
    return _visible(" ".join(text.split()))


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining marks none."""
    return sum(0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
