"""What a check of the books tells."""

from __future__ import annotations

from attrs import frozen


@frozen
class Finding:
    """A balance that the journal does not give, or something else that is not as it was written."""

    table: str
    where: str
    journal: int
    balance: int
    what: str = ""
    """In words, where numbers do not tell it."""

    def __str__(self) -> str:
        if self.what:
            return f"{self.table}: {self.what} @ {self.where}"
        return f"{self.table}: the journal says {self.journal}, the balance is {self.balance} @ {self.where}"
