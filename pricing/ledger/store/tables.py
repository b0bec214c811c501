"""Tables that a person reads: plain columns, and ruled ones on a terminal. Ledger answers in, text out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen

from pricing.columns import clean
from pricing.ledger.books.findings import Finding
from pricing.ledger.books.sheet import Sheet
from pricing.ledger.wallet.offers import Offer
from pricing.ledger.wallet.reading import MyCoupons


def _cleaned(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Names in a database hold anything; none of it may steer a terminal."""
    return tuple(tuple(map(clean, row)) for row in rows)


@frozen
class Table:
    """Headings and rows of text."""

    title: str = field(converter=clean)
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(converter=_cleaned)
    numbers: frozenset[int] = frozenset()
    """Columns that are set flush right."""

    def plain(self) -> str:
        """Columns two spaces apart; no line ends in spaces. Without rows only the title."""
        if not self.rows:
            return self.title
        lines = [self.headings, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.headings))]

        def spelled(line: Sequence[str]) -> str:
            cells = (
                cell.rjust(width) if place in self.numbers else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            return "  ".join(cells).rstrip()

        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, spelled(self.headings), rule, *map(spelled, self.rows)])

    def print(self) -> None:
        """To stdout: ruled on a terminal, as wide as that, where `rich` is installed; plain anywhere else."""
        if self.rows and sys.stdout.isatty():
            try:
                self._ruled()
                return
            except ModuleNotFoundError:
                pass
        print(self.plain())

    def _ruled(self) -> None:
        from rich.console import Console
        from rich.table import Table as Ruled
        from rich.text import Text

        # Text, not markup: a name such as `[red]` is a name. What is too long goes on below, and is never cut.
        ruled = Ruled(title=Text(self.title), title_justify="left")
        for place, heading in enumerate(self.headings):
            ruled.add_column(Text(heading), justify="right" if place in self.numbers else "left", overflow="fold")
        for row in self.rows:
            ruled.add_row(*(Text(cell) for cell in row))
        Console().print(ruled)


def wallet_table(wallet: MyCoupons) -> Table:
    """My Coupons."""
    more = (("held", wallet.coins_held), ("pending", wallet.coins_pending), ("owed", wallet.coins_owed))
    told = [f"{wallet.coins} coins", *(f"{many} {word}" for word, many in more if many)]
    coins = " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))
    coins += "" if wallet.cards else ", no coupons"
    words = {"usable": "until", "later": "from", "held": "until", "used": "on", "expired": "since"}
    rows = tuple(
        (
            card.state,
            card.rule,
            card.label,
            str(card.pieces),
            f"{words[card.state]} {_when(card.when)}" if card.when else "",
            card.why,
        )
        for card in wallet.cards
    )
    headings = ("state", "coupon", "label", "pieces", "when", "why")
    return Table(f"Wallet of {wallet.customer}: {coins}", headings, rows, frozenset({3}))


def offers_table(title: str, offers: Sequence[Offer], at: datetime) -> Table:
    """What a page shows."""
    rows = []
    for offer in offers:
        state = f"starts in {offer.starts_in(at)}" if offer.state == "starts" else offer.state
        left = "" if offer.left is None else str(offer.left)
        rows.append((offer.kind.value, offer.rule, "; ".join(offer.words), state, str(offer.held or ""), left))
    headings = ("kind", "rule", "gives", "state", "held", "left")
    return Table(title, headings, tuple(rows), frozenset({4, 5}))


def report_table(sheet: Sheet) -> Table:
    """A report of finance; the totals stand below."""
    headings, rows, numbers = sheet.texts()
    return Table(sheet.title, headings, rows, numbers)


def findings_table(findings: Sequence[Finding]) -> Table:
    """Where the books are wrong."""
    balances = [one for one in findings if not one.what]
    rows = [(one.table, one.where, str(one.journal), str(one.balance)) for one in balances]
    if len(balances) == len(findings):
        headings = ("balance", "where", "by the journal", "kept")
        return Table("Balances that the journal does not give", headings, tuple(rows), frozenset({2, 3}))
    damaged = tuple((one.table, one.where, one.what) for one in findings if one.what)
    others = tuple((one.table, one.where, f"the journal says {one.journal}, kept is {one.balance}") for one in balances)
    return Table("What is not as it was written", ("what", "where", "is wrong"), damaged + others)


def _when(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M UTC")
