"""The answer of a replay as tables: one list of them for the terminal, the page, CSV and JSON.

Reads `Sums`; makes `Table`s whose cells are texts, counts and whole minor units. Whoever shows them writes amounts.
"""

from __future__ import annotations

from attrs import frozen

from pricing.money import show
from pricing.simulate.forecast import Outlook, outlook
from pricing.simulate.sums import Spent, Sums, Tally

Cell = str | int | None


@frozen
class Column:
    """One column: its name in data, its heading, and what its cells are."""

    name: str
    title: str
    kind: str = "amount"
    """`text`, `count`, `amount`, or `change`: an amount with its sign."""


@frozen
class SumTable:
    """Rows under one heading, those that move most first."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    noted: int = 0
    """The note is about the last columns: it is shown where so many have anything in them."""

    def moved(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows with a change."""
        places = [place for place, column in enumerate(self.columns) if column.kind == "change"]
        return tuple(row for row in self.rows if any(row[place] for place in places))


_SAVED = (
    Column("saved_old", "Old saves"),
    Column("saved_new", "New saves"),
    Column("saved_change", "Change", "change"),
)
_PAID = (Column("paid_old", "Old pays"), Column("paid_new", "New pays"), Column("paid_change", "Change", "change"))
_USED = (Column("orders_old", "Orders, old", "count"), Column("orders_new", "Orders, new", "count"))
_USES = (Column("uses_old", "Uses, old", "count"), Column("uses_new", "Uses, new", "count"))


def tables(sums: Sums) -> tuple[SumTable, ...]:
    """All tables of the orders of one currency."""
    return (
        _savings(sums.rules, "rules", "Savings by rule", "Rule", uses=True),
        _savings(sums.campaigns, "campaigns", "Savings by campaign", "Campaign"),
        _savings(sums.payers, "payers", "Savings by payer", "Payer"),
        _goods(sums.sellers, "sellers", "Paid by seller, and the savings that the seller bears", "Seller", saved=True),
        _goods(sums.categories, "categories", "Paid by category", "Category", saved=True),
        _goods(sums.segments, "segments", "Paid by segment", "Segment"),
        _goods(sums.days, "days", "Paid by day", "Day", by_name=True),
        _budgets(sums),
        _short(sums),
        _decided(sums),
        _moved_by(sums),
    )


def _savings(rows: dict[str, Tally], name: str, title: str, what: str, uses: bool = False) -> SumTable:
    made = [
        (each, row.saved_old, row.saved_new, row.more_saved, row.used_old, row.used_new)
        + ((row.uses_old, row.uses_new) if uses else ())
        for each, row in _ordered(rows)
        if row.saved_old or row.saved_new or row.uses_old or row.uses_new
    ]
    columns = (Column("name", what, "text"), *_SAVED, *_USED, *(_USES if uses else ()))
    return SumTable(name, title, columns, tuple(made))


def _goods(
    rows: dict[str, Tally], name: str, title: str, what: str, saved: bool = False, by_name: bool = False
) -> SumTable:
    made = [
        (each, row.orders, row.listed, row.paid_old, row.paid_new, row.more_paid)
        + ((row.saved_old, row.saved_new, row.more_saved) if saved else ())
        for each, row in (sorted(rows.items()) if by_name else _ordered(rows))
    ]
    head = (Column("name", what, "text"), Column("orders", "Orders", "count"), Column("listed", "List price"))
    return SumTable(name, title, (*head, *_PAID, *(_SAVED if saved else ())), tuple(made))


def _ordered(rows: dict[str, Tally]) -> list[tuple[str, Tally]]:
    """The largest move first."""
    return sorted(rows.items(), key=lambda one: (-abs(one[1].more_saved), -abs(one[1].more_paid), one[0]))


def _short(sums: Sums) -> SumTable:
    made = []
    for (rule, reach, units), (orders, missing) in sorted(
        sums.short.items(), key=lambda one: (-one[1][0], one[0][0], one[0][1])
    ):
        step = f"{reach} units" if units else show(reach, sums.currency)
        made.append((rule, step, orders, None if units else missing // orders, missing if units else None))
    columns = (
        Column("name", "Rule", "text"), Column("step", "Step", "text"), Column("orders", "Orders", "count"),
        Column("missing", "Short by, on average"), Column("missing_units", "Units missing, in all", "count"),
    )  # fmt: skip
    note = "Orders that lack at most a tenth of a changed rule's next step, or one unit of it, under the new rules."
    return SumTable("short", "Orders just short of a step", columns, tuple(made), note)


def _decided(sums: Sums) -> SumTable:
    made = tuple(
        (rules, found.orders, found.same, found.orders - found.same) for rules, found in sorted(sums.decided.items())
    )
    columns = (
        Column("name", "Rules of the log", "text"), Column("orders", "Decisions", "count"),
        Column("same", "Same bytes", "count"), Column("other", "Other bytes", "count"),
    )  # fmt: skip
    return SumTable("decisions", "Decisions made anew under their own rules", columns, made)


def _moved_by(sums: Sums) -> SumTable:
    made = tuple(
        (name, moved.orders, moved.more)
        for name, moved in sorted(sums.moved_by.items(), key=lambda one: (-one[1].orders, one[0]))
    )
    columns = (
        Column("name", "Card", "text"), Column("orders", "Orders", "count"), Column("paid_change", "They pay", "change"),
    )  # fmt: skip
    note = "The card whose change by itself moves the price as far as it went; with + several that move it together."
    return SumTable("moved_by", "Which change moved prices", columns, made, note)


def _budgets(sums: Sums) -> SumTable:
    made: list[tuple[Cell, ...]] = []
    for rule, spent in sorted(sums.spent.items()):
        for version, budget in (("old", spent.budget_old), ("new", spent.budget_new)):
            if budget is not None:
                found = budget_outlook(sums, spent, version)
                made.append(
                    (rule, version, budget, found.spent, max(budget - found.spent, 0), found.ran_out, found.early,
                     found.likely, found.late)
                )  # fmt: skip
    columns = (
        Column("name", "Rule", "text"), Column("version", "Rules", "text"), Column("budget", "Budget"),
        Column("spent", "Spent"), Column("left", "Left"), Column("ran_out", "Gone on", "text"),
        Column("early", "Gone at the earliest", "text"), Column("likely", "Gone probably", "text"),
        Column("late", "Gone at the latest", "text"),
    )  # fmt: skip
    note = "The last three are a forecast: averages of each weekday over eight weeks, twice the usual deviation around them."
    return SumTable("budgets", "Budgets", columns, tuple(made), note, noted=7)


def budget_outlook(sums: Sums, spent: Spent, version: str) -> Outlook:
    """How the budget of a rule fares under one version that has one."""
    place, budget = (0, spent.budget_old) if version == "old" else (1, spent.budget_new)
    days = {day: both[place] for day, both in spent.days.items()}
    known = sorted([*sums.days, *days])
    return outlook(days, known[0], known[-1], budget or 0, spent.ends[place])


def span(sums: Sums) -> str:
    """From which day to which the orders are."""
    days = sorted(sums.days)
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def money(minor: int, currency: str, signed: bool = False) -> str:
    """An amount with commas between thousands: 1,234.50."""
    text = show(abs(minor), currency)
    whole, dot, rest = text.partition(".")
    sign = "-" if minor < 0 else "+" if signed and minor > 0 else ""
    return f"{sign}{int(whole):,}{dot}{rest}"


def percent(part: int, whole: int, signed: bool = False) -> str:
    """A share of amounts with two decimals, rounded half up once, last of all; "-" of nothing."""
    if whole == 0:
        return "-"
    hundredths = (20_000 * abs(part) + abs(whole)) // (2 * abs(whole))
    sign = "-" if (part < 0) != (whole < 0) and hundredths else "+" if signed and hundredths else ""
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d} %"


def written(cell: Cell, kind: str, currency: str) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if kind == "count":
        return f"{cell:,}"
    return money(cell, currency, kind == "change")
