"""JSON that is none, in plain words: what people type who seldom type it.

Reads a text and where Python's parser gave up; makes a sentence and the place that it is about. Used by `fields`.
"""

from __future__ import annotations

import re
from json import JSONDecodeError

_CURLY = "“”„‟«»‘’‚`´"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OTHERS = {"True": "true", "False": "false", "None": "null", "TRUE": "true", "FALSE": "false", "NULL": "null"}
_SAYS = {
    "Expecting ',' delimiter": "a comma is missing before this",
    "Expecting ':' delimiter": "a colon is missing before this, between a name and its value",
    "Extra data": "it ends before this, and more follows; several carts stand one a line in a file that ends in .jsonl",
    "Unterminated string starting at": "a text is opened with this quote and never closed",
    "Invalid control character at": "a line or tab ends inside quotes; a text is closed on its own line",
}


def told(text: str, error: JSONDecodeError) -> tuple[str, str]:
    """(what is wrong, where), as in `not JSON: a comma before the closing }, with nothing behind it`, `line 3, column 9`."""
    if not text.strip():
        return "nothing there", _place(text, error.pos)
    what, at = _slip(text, error)
    return f"not JSON: {what}", _place(text, at)


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def _slip(text: str, error: JSONDecodeError) -> tuple[str, int]:
    at = error.pos
    while at < len(text) and text[at].isspace():
        at += 1
    here = text[at : at + 1]
    before = len(text[:at].rstrip())
    # Newer releases of Python point at the comma itself.
    comma = at if here == "," else before - 1 if before and text[before - 1] == "," else -1
    closing = text[comma + 1 :].lstrip()[:1] if comma >= 0 else ""
    if closing and closing in "}]":
        return f"a comma before the closing {closing}, with nothing behind it", comma
    if here and here in _CURLY:
        return f'quotes are the straight ones, ", not {here}', at
    if here == "'":
        return "texts and names stand between double quotes, not '", at
    if text.startswith(("//", "/*", "#"), at):
        return "it has no remarks", at
    if not here:
        return "it ends too early: a closing }, ] or quote is missing", at
    said = next((says for start, says in _SAYS.items() if error.msg.startswith(start)), "")
    if said:
        return said, at if error.msg.startswith("Expecting") else error.pos
    word = _WORD.match(text, at)
    if word is not None and error.msg.startswith("Expecting"):
        right = _OTHERS.get(word[0])
        return (f"write {right}" if right else f'texts and names stand in quotes: "{word[0][:40]}"'), at
    if here in "+." and error.msg.startswith("Expecting"):
        return "a number begins with a digit, and amounts stand in quotes", at
    return f"{error.msg[0].lower()}{error.msg[1:]}", error.pos
