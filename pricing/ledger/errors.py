"""What goes wrong in the ledger, with a code, what it is and where. Nothing has been written when one is raised."""

from __future__ import annotations


class LedgerError(ValueError):
    """A call that cannot be done. `code` is for programs, `what` for people; `where` names the order or customer."""

    problems: tuple[tuple[str, str], ...] = ()
    """What is wrong with a return, each with its path in what was asked; all of it is in `what` too."""

    def __init__(self, code: str, what: str, where: str = "") -> None:
        self.code = code
        self.what = what
        self.where = where
        super().__init__(f"{what} @ {where}" if where else what)


class Shortage(LedgerError):
    """Something ran out. `of` says what: `coins`, `pieces`, `uses per customer` (also `and day`, `and week`, `and month`),
    `uses per day`, `uses in total`, `items per customer`, `items in total`, `budget` and `budget per day` (minor units),
    `code` (a single code that another order holds or has used) or `stock` (pieces to hand out)."""

    def __init__(self, of: str, rule: str, asked: int, left: int, where: str = "") -> None:
        self.of = of
        self.rule = rule
        self.asked = asked
        self.left = left
        name = f"{of} of {rule!r}" if rule else of
        super().__init__("ran-out", f"{asked} asked for, {left or 'none'} left: {name}", where)
