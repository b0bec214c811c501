"""The errors that a caller meets: wrong carts and wrong rules, which carry every problem found; and a fault of our own."""

from __future__ import annotations

from attrs import frozen

from pricing.model.diagnostic import Diagnostic


@frozen
class Problem:
    """One thing wrong with a cart or a usage."""

    what: str
    path: str
    """Where, as in `lines[2].price`."""

    def __str__(self) -> str:
        return f"{self.what} @ {self.path}"


class CartError(ValueError):
    """A cart (or usage, or refund) that cannot be priced. `problems` lists all of them; `str()` has one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))

    def __reduce__(self) -> tuple[type[CartError], tuple[list[Problem]]]:
        return type(self), (list(self.problems),)  # so that it comes back whole from another process


class RuleErrors(ValueError):
    """Rules that cannot be used. `diagnostics` lists all of them; `str()` is the full report for the writer."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], report: str) -> None:
        self.diagnostics = diagnostics
        super().__init__(report)

    def __reduce__(self) -> tuple[type[RuleErrors], tuple[tuple[Diagnostic, ...], str]]:
        return type(self), (self.diagnostics, str(self))


class SearchFault(RuntimeError):
    """The search claimed what settling does not confirm: a fault of this library, never of a cart or a rule."""


def shown(value: object) -> str:
    """A wrong value as a message may show it: short, on one line, harmless to a terminal, whatever it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 128:  # Python itself refuses to write very long numbers
        return f"a number of about {value.bit_length() * 30103 // 100000 + 1} digits"
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:39] + "…")
    if isinstance(value, (int, float)):
        return repr(value)
    return _IN_WORDS.get(type(value)) or f"a value of type {type(value).__name__}"


_IN_WORDS: dict[type, str] = {dict: "an object", list: "a list", tuple: "a list"}
