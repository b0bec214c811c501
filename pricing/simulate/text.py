"""The answer of a replay for a terminal of 80 columns. Reads `Sums` and the orders shown; makes lines."""

from __future__ import annotations

from collections.abc import Iterator

from pricing.columns import left, right, shorten_name
from pricing.simulate.receipts import Shown
from pricing.simulate.sums import Sums
from pricing.simulate.tables import Cell, SumTable, money, percent, span, tables, written

WIDTH = 80
MOST_ROWS = 12
"""Of one table; a report has them all."""
_MONEY = 14


def lines_of(sums: Sums, orders: tuple[Shown, ...]) -> Iterator[str]:
    """What a person reads of the orders of one currency."""
    named = {table.name: table for table in tables(sums)}
    yield f"{counted(sums.orders, 'order')}, {span(sums)}, amounts in {sums.currency}"
    yield "=" * WIDTH
    yield from _totals(sums)
    yield from _decided(named["decisions"])
    yield from _moved_by(named["moved_by"], sums.currency)
    for name in ("rules", "campaigns", "payers"):
        yield from _savings(named[name], sums.currency)
    for name in ("sellers", "categories", "segments"):
        yield from _goods(named[name], sums.currency)
    yield from _budgets(named["budgets"], sums.currency)
    yield from _short(named["short"], sums.currency)
    yield from _changes(orders, sums.currency)
    yield from _unproved(sums)


def _row(text: str, *cells: str, last: int = 14) -> str:
    widths = [_MONEY] * (len(cells) - 1) + [last]
    room = WIDTH - sum(widths)
    line = left(shorten_name(text, room - 1), room)
    return (line + "".join(right(cell, wide) for cell, wide in zip(cells, widths, strict=True))).rstrip()


def _totals(sums: Sums) -> Iterator[str]:
    def amount(minor: int) -> str:
        return money(minor, sums.currency)

    def change(minor: int) -> str:
        return money(minor, sums.currency, signed=True)

    saved = sums.listed - sums.old, sums.listed - sums.new
    yield _row("", "Old", "New", "Change")
    yield _row("All orders pay", amount(sums.old), amount(sums.new), change(sums.new - sums.old))
    yield _row("Saved off the list price", amount(saved[0]), amount(saved[1]), change(saved[1] - saved[0]))
    yield _row("  as a share of it", percent(saved[0], sums.listed), percent(saved[1], sums.listed), "")
    for title, old, new in (
        ("Coins spent", sums.coins_old, sums.coins_new), ("Coins earned", sums.earned_old, sums.earned_new)
    ):  # fmt: skip
        if old or new:
            yield _row(title, f"{old:,}", f"{new:,}", f"{new - old:+,}" if new != old else "0")
    yield ""
    same = sums.orders - sums.pay_more - sums.pay_less
    rows = (("more", sums.pay_more, sums.more), ("less", sums.pay_less, -sums.less), ("the same", same, None))
    for how, orders, by in rows:
        text = f"{counted(orders, 'order')} {'pays' if orders == 1 else 'pay'} {how}"
        yield _row(text, "" if by is None else change(by), percent(orders, sums.orders))


def _savings(table: SumTable, currency: str) -> Iterator[str]:
    moved = table.moved()
    if moved:
        yield ""
        yield _row(table.title, "Old", "New", "Change", "Orders, new", last=12)
    for name, old, new, change, _, used_new, *_ in moved[:MOST_ROWS]:
        cells = [written(cell, kind, currency) for cell, kind in ((old, "amount"), (new, "amount"), (change, "change"))]
        yield _row(f"  {name}", *cells, written(used_new, "count", currency), last=12)
    yield from _rest(moved)


def _decided(table: SumTable) -> Iterator[str]:
    if table.rows:
        yield ""
        yield _row("Decisions made anew", "Decisions", "Same bytes", "Other bytes")
    for name, *counts in table.rows[:MOST_ROWS]:
        yield _row(f"  {name}", *(f"{count:,}" for count in counts))
    yield from _rest(table.rows)


def _moved_by(table: SumTable, currency: str) -> Iterator[str]:
    if table.rows:
        yield ""
        yield _row("Which change moved prices", "Orders", "They pay")
    for name, orders, more in table.rows[:MOST_ROWS]:
        yield _row(f"  {name}", written(orders, "count", currency), written(more, "change", currency))
    yield from _rest(table.rows)


def _goods(table: SumTable, currency: str) -> Iterator[str]:
    moved = tuple(row for row in table.rows if row[5])
    if moved:
        yield ""
        yield _row(f"{table.title.split(',')[0]}", "Old", "New", "Change")
    for name, _, _, old, new, change, *_ in moved[:MOST_ROWS]:
        yield _row(
            f"  {name}",
            *(written(cell, "amount", currency) for cell in (old, new)),
            written(change, "change", currency),
        )
    yield from _rest(moved)


def _rest(rows: tuple[tuple[Cell, ...], ...]) -> Iterator[str]:
    if len(rows) > MOST_ROWS:
        yield f"  ... and {len(rows) - MOST_ROWS} more; --report writes them all"


def _budgets(table: SumTable, currency: str) -> Iterator[str]:
    if table.rows:
        yield ""
        yield _row("Budgets", "Budget", "Spent", "Left")
    for name, version, budget, spent, unspent, ran_out, early, likely, late in table.rows:
        yield _row(f"  {name}, {version}", *(written(cell, "amount", currency) for cell in (budget, spent, unspent)))
        if ran_out:
            yield f"      gone on {ran_out}"
        elif likely or early:
            yield "      " + outlook_text(early, likely, late)


def _short(table: SumTable, currency: str) -> Iterator[str]:
    if table.rows:
        yield ""
        yield _row("Orders just short of a step", "Step", "Orders", "Short by")
    for name, step, orders, missing, units in table.rows[:MOST_ROWS]:
        by = f"{units} in all" if missing is None else f"{written(missing, 'amount', currency)} each"
        yield _row(f"  {name}", str(step), written(orders, "count", currency), by)
    yield from _rest(table.rows)


def _changes(orders: tuple[Shown, ...], currency: str) -> Iterator[str]:
    if orders:
        yield ""
        yield _row("Orders that change most", "Old", "New", "Change")
    for one in orders:
        change = one.change
        amounts = money(change.old, currency), money(change.new, currency), money(change.more, currency, signed=True)
        yield _row(f"  {change.where}", *amounts)
        for rule, by in one.rules:
            how = "more" if by > 0 else "less"
            yield shorten_name(f"      {rule} saves {money(abs(by), currency)} {how}", WIDTH)


def _unproved(sums: Sums) -> Iterator[str]:
    for which, orders, slack in (
        ("Old", sums.unproved_old, sums.slack_old), ("New", sums.unproved_new, sums.slack_new)
    ):  # fmt: skip
        if orders:
            yield ""
            yield f"{which}: {counted(orders, 'order')} reached the limit of work. All orders together may pay"
            yield f"{money(slack, sums.currency)} less than is said here, and no more."


def outlook_text(early: Cell, likely: Cell, late: Cell) -> str:
    """When the money is gone, as a forecast says it."""
    if likely:
        return f"gone probably on {likely}, " + (f"between {early} and {late}" if late else f"not before {early}")
    return f"may be gone from {early} on"


def counted(number: int, thing: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
