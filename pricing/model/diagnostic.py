"""One finding about the rules, as a value: code, place, words, and edits that would put it right.

Made by `language`, carried by `RuleErrors`.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Edit:
    """Replace a stretch of a file. Offsets and columns count characters; lines and columns from 1."""

    file: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    replacement: str


@frozen
class Fix:
    """Edits that put a finding right. `safe`: no meaning other than the evident one can get lost."""

    says: str
    edits: tuple[Edit, ...]
    safe: bool = False


@frozen
class Diagnostic:
    """One finding. `severity` is `error` (blocks the rules), `warning` or `hint`."""

    code: str
    severity: str
    message: str
    file: str
    line: int = 0
    """From 1; 0 when the finding is about the file or folder as a whole."""
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    start: int = 0
    end: int = 0
    text: str = ""
    """The line of the file that `line` names, so that a report needs no file."""
    caret: str = ""
    """A few words to stand beside the carets."""
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether the rules cannot be used because of it."""
        return self.severity == "error"
