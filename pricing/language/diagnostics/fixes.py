"""Puts edits into text. Reads a text and the fixes of its diagnostics; makes the text with the safe ones done."""

from __future__ import annotations

from collections.abc import Iterable

from pricing.language.diagnostics.diagnostic import Diagnostic, Edit


def safe_edits(diagnostics: Iterable[Diagnostic], file: str) -> tuple[Edit, ...]:
    """The edits of all safe fixes in one file, in order; of two that overlap only the first."""
    edits = {
        (edit.start, edit.end, edit.replacement): edit
        for item in diagnostics
        for fix in item.fixes
        if fix.safe
        for edit in fix.edits
        if edit.file == file
    }
    kept: list[Edit] = []
    for key in sorted(edits):
        if not kept or edits[key].start >= kept[-1].end:
            kept.append(edits[key])
    return tuple(kept)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits done; they must not overlap."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[done : edit.start], edit.replacement]
        done = edit.end
    return "".join((*pieces, text[done:]))
