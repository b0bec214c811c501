"""Findings about the rules, collected while a file is worked on; each is a `Diagnostic` of the model.

Made by every step of `language` through `Findings`, collected by `load`, shown by `render`, applied by `fixes`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pricing.language.diagnostics.codes import severity_of
from pricing.language.diagnostics.nearest import nearest
from pricing.language.diagnostics.source import HasSpan, Source
from pricing.model.diagnostic import Diagnostic, Edit, Fix

__all__ = ["Diagnostic", "Edit", "Findings", "Fix"]

MOST = 500
"""After so many findings a step stops telling: the file is something other than rules, and a report has an end."""


MOST_COMPARED = 100_000
"""Names of the catalogue and of other cards that the wrong words of one file are compared with, all together."""


class Findings:
    """Collects the diagnostics of one file while a step works on it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self._errors = 0
        self._others = 0
        self._compared = 0
        self._line = 0, ""
        """Where the last finding stands, so that many on one long line share its text."""

    def nearest(self, word: str, known: Collection[str], least: float = 0.6) -> str | None:
        """What was probably meant, see `nearest`; nothing more once the file has had many words compared with many names."""
        self._compared += len(known)
        return nearest(word, known, least) if self._compared <= MOST_COMPARED else None

    def add(
        self,
        code: str,
        where: HasSpan,
        message: str,
        *,
        caret: str = "",
        notes: Iterable[str] = (),
        helps: Iterable[str] = (),
        fix: Fix | None = None,
        severity: str = "",
    ) -> None:
        """Note a finding about a stretch of the file."""
        severity = severity or severity_of(code)
        if self.full or (severity != "error" and self._others >= MOST):
            return
        line, column = self.source.position(where.start)
        end_line, end_column = self.source.position(max(where.end, where.start))
        if self._line[0] != line:
            self._line = line, self.source.line(line)
        self._note(
            Diagnostic(
                code=code,
                severity=severity,
                message=message,
                file=self.source.name,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                start=where.start,
                end=where.end,
                text=self._line[1],
                caret=caret,
                notes=tuple(notes),
                helps=tuple(helps),
                fixes=(fix,) if fix else (),
            )
        )

    def again(self, found: Iterable[Diagnostic]) -> None:
        """Note findings of an earlier run."""
        for each in found:
            if not self.full and (each.is_error or self._others < MOST):
                self._note(each)

    def _note(self, diagnostic: Diagnostic) -> None:
        self.found.append(diagnostic)
        self._errors += diagnostic.is_error
        self._others += not diagnostic.is_error
        if self.full:
            self.found.append(about_file("P0120", self.source.name, "There are too many mistakes to tell them all."))
        elif not diagnostic.is_error and self._others == MOST:
            self.found.append(about_file("P0603", self.source.name, "There are too many warnings to tell them all."))

    def replace(self, where: HasSpan, replacement: str, *, safe: bool = False, says: str = "") -> Fix:
        """A fix that puts `replacement` in the place of a stretch."""
        line, column = self.source.position(where.start)
        end_line, end_column = self.source.position(where.end)
        old = self.source.text[where.start : where.end]
        if not says:
            says = f"replace {old} with {replacement}" if replacement else f"remove {old}"
        edit = Edit(self.source.name, where.start, where.end, line, column, end_line, end_column, replacement)
        return Fix(says, (edit,), safe)

    def place(self, where: HasSpan) -> str:
        """`file:line:column`, for notes that point to a second place."""
        line, column = self.source.position(where.start)
        return f"{self.source.name}:{line}:{column}"

    @property
    def full(self) -> bool:
        """Whether so many errors were told that the rest of the file need not be read."""
        return self._errors >= MOST

    @property
    def cut_short(self) -> bool:
        """Whether something was left out, errors or not."""
        return self.full or self._others >= MOST


def about_file(code: str, file: str, message: str, *, helps: Iterable[str] = ()) -> Diagnostic:
    """A finding about a file or folder as a whole."""
    return Diagnostic(code=code, severity=severity_of(code), message=message, file=file, helps=tuple(helps))
