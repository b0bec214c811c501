"""The answer of a replay as one page of HTML: pictures inside, nothing loaded from anywhere, fit for a printer and a mail.

Reads an `Answer` and the orders shown; makes a text. Everything that comes from rules or orders is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import escape

from attrs import frozen

from pricing.columns import clean
from pricing.simulate.chart import NEW, OLD, Band, Series, bars, lines
from pricing.simulate.files import Orders
from pricing.simulate.forecast import Outlook
from pricing.simulate.receipts import Shown
from pricing.simulate.sums import Answer, Spent, Sums, Tally
from pricing.simulate.tables import Cell, SumTable, budget_outlook, money, percent, span, tables, written
from pricing.simulate.text import counted, outlook_text

MOST_ROWS = 25
"""Of one table on the page; data files have them all."""
MOST_BARS = 12
MOST_NAMED = 6
"""Names in one sentence."""


@frozen
class PageHead:
    """What the page says of itself."""

    old: str
    """How the old rules were named."""
    new: str
    old_print: str
    """Their fingerprint."""
    new_print: str
    usage: str
    """`carried`: uses and budgets were counted from order to order; `ignored`; `recorded`: as each decision knew them."""


def page(answer: Answer, orders: Orders, head: PageHead) -> str:
    """The whole page."""
    body = "".join(
        part for name, sums in sorted(answer.by_currency.items()) for part in _currency(answer, sums, orders[name])
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(f'Replay: {head.old} and {head.new}')}</title><style>{_STYLE}</style></head><body><main>"
        "<header><h1>What a change of rules would have done</h1>"
        f"<p>Old rules: <b>{_text(head.old)}</b> · New rules: <b>{_text(head.new)}</b></p>{_changed(answer)}</header>"
        f"{body}{_about(answer, head)}</main></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(clean(text))


def _changed(answer: Answer) -> str:
    """The cards that differ, in one line."""
    if not answer.changes:
        return ""
    named = [
        f"<b>{_named(answer, name)}</b> {'is ' * (how != 'changed')}{how}" for name, how in answer.changes[:MOST_NAMED]
    ]
    more = len(answer.changes) - len(named)
    return f"<p>What changes: {'; '.join(named)}{f'; {more} more cards' if more > 0 else ''}.</p>"


def _named(answer: Answer, rule: str) -> str:
    """A rule with what customers read."""
    label = answer.labels.get(rule, "")
    return _text(f"{label} ({rule})" if label and label != rule else rule)


def _currency(answer: Answer, sums: Sums, orders: tuple[Shown, ...]) -> Iterator[str]:
    named = {table.name: table for table in tables(sums)}
    yield f"<section><h2>{counted(sums.orders, 'order')}, {_text(span(sums))}, in {_text(sums.currency)}</h2>"
    yield _verdict(sums)
    yield "".join(f"<p><b>{title}</b> {text}</p>" for title, text in _answers(answer, sums) if text)
    yield _figures(sums)
    yield _by_day(sums)
    yield _who_moves(named["rules"], sums)
    yield "</section>"
    budgets = "".join(_budget(rule, spent, sums) for rule, spent in sorted(sums.spent.items()))
    if budgets:
        yield f"<section><h2>Budgets</h2>{budgets}{_table(named['budgets'], sums, answer, heading=False)}</section>"
    for name in ("rules", "campaigns", "payers", "sellers", "categories", "segments", "short", "decisions", "moved_by"):
        if named[name].rows:
            yield f"<section>{_table(named[name], sums, answer)}</section>"
    if orders:
        yield "<section><h2>Orders that change most</h2>"
        yield from (_order(one, sums) for one in orders)
        yield "</section>"


def _verdict(sums: Sums) -> str:
    """The answer in one sentence."""
    change = sums.new - sums.old
    amount = f"{sums.currency} {money(abs(change), sums.currency)}"
    if not change and not sums.pay_more and not sums.pay_less:
        return '<p class="verdict">No order would have paid anything else.</p>'
    how = f"<b>{amount} {'more' if change > 0 else 'less'}</b>" if change else "<b>the same in all</b>"
    share = f" ({percent(change, sums.old, signed=True)} of what they pay)" if change else ""
    return (
        f'<p class="verdict">Under the new rules customers would have paid {how}{share}: '
        f"{counted(sums.pay_less, 'order')} less by {money(sums.less, sums.currency)} together, "
        f"{counted(sums.pay_more, 'order')} more by {money(sums.more, sums.currency)}.</p>"
    )


def _answers(answer: Answer, sums: Sums) -> Iterator[tuple[str, str]]:
    """What it costs and whom, who gains, who loses, when the money is gone: a sentence each."""

    def moves(rows: dict[str, Tally], by: Callable[[Tally], int], how: tuple[str, str]) -> str:
        every = sorted(
            ((name, by(row)) for name, row in rows.items() if by(row)), key=lambda one: (-abs(one[1]), one[0])
        )
        texts = [
            f"{_text(name)} {money(abs(amount), sums.currency)} {how[amount < 0]}"
            for name, amount in every[:MOST_NAMED]
        ]
        return ", ".join(texts) + (f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else "")

    payers = {_PAYERS.get(name, name): row for name, row in sums.payers.items()}
    yield "What it costs:", _cost(sums, moves(payers, lambda row: row.more_saved, ("more", "less")))
    sellers = {name: row for name, row in sums.sellers.items() if row.more_saved}
    if sellers:
        yield "Sellers bear:", moves(sellers, lambda row: row.more_saved, ("more", "less")) + "."
    for title, orders, amount, sign, how in (
        ("Who gains:", sums.pay_less, sums.less, -1, "less"), ("Who loses:", sums.pay_more, sums.more, 1, "more")
    ):  # fmt: skip
        if orders:
            mine = {name: row for name, row in sums.segments.items() if sign * row.more_paid > 0}
            among = moves(mine, lambda row: row.more_paid, ("more", "less"))
            pays = "pays" if orders == 1 else "pay"
            text = f"{counted(orders, 'order')} {pays} {money(amount, sums.currency)} {how} together."
            rules = {name: row for name, row in sums.rules.items() if sign * row.more_saved < 0}
            given = moves(rules, lambda row: row.more_saved, ("more", "less"))
            yield (
                title,
                text + (f" By segment: {among}." if among else "") + (f" Rules give: {given}." if given else ""),
            )
    fates = [
        f"{_named(answer, rule)}: {_fate(found, spent.budget_new, sums.currency)}"
        for rule, spent in sorted(sums.spent.items())
        if spent.budget_new is not None
        for found in (budget_outlook(sums, spent, "new"),)
    ]
    yield "When the money is gone:", "; ".join(fates[:MOST_NAMED]) + "." if fates else ""


_PAYERS = {"seller": "sellers", "platform": "the platform"}


def _cost(sums: Sums, bears: str) -> str:
    """How much more is given away, and by whom."""
    saved, before = sums.listed - sums.new, sums.listed - sums.old
    if saved == before and not bears:
        return ""
    than = money(before, sums.currency)
    more = saved - before
    how = f"{money(abs(more), sums.currency)} {'more' if more > 0 else 'less'} than" if more else "as much as"
    return f"savings of {money(saved, sums.currency)}, {how} the {than} before" + (f"; {bears}." if bears else ".")


def _figures(sums: Sums) -> str:
    same = sums.orders - sums.pay_more - sums.pay_less
    saved_old, saved_new = sums.listed - sums.old, sums.listed - sums.new

    def share(orders: int) -> str:
        return f"{orders:,}<small>{percent(orders, sums.orders)}</small>"

    rows = [
        ("Orders pay, old", money(sums.old, sums.currency)), ("Orders pay, new", money(sums.new, sums.currency)),
        ("Saved, old", f"{money(saved_old, sums.currency)}<small>{percent(saved_old, sums.listed)} of list</small>"),
        ("Saved, new", f"{money(saved_new, sums.currency)}<small>{percent(saved_new, sums.listed)} of list</small>"),
        ("Pay less", share(sums.pay_less)), ("Pay more", share(sums.pay_more)), ("Pay the same", share(same)),
    ]  # fmt: skip
    if sums.coins_old or sums.coins_new:
        rows.append(("Coins spent", f"{sums.coins_new:,}<small>old {sums.coins_old:,}</small>"))
    return (
        '<dl class="figures">' + "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows) + "</dl>"
    )


def _by_day(sums: Sums) -> str:
    days = sorted(sums.days)
    if len(days) < 2:
        return ""
    rows = [sums.days[day] for day in days]
    series = [
        Series("old", OLD, [row.saved_old for row in rows], dashed=True),
        Series("new", NEW, [row.saved_new for row in rows]),
    ]
    picture = lines("Savings by day", days, series, lambda minor: money(minor, sums.currency))
    return _figure("Savings by day", picture, (("Old rules", OLD, True), ("New rules", NEW, False)))


def _who_moves(table: SumTable, sums: Sums) -> str:
    rows = [(str(row[0]), int(row[3] or 0)) for row in table.moved()[:MOST_BARS]]
    if not rows:
        return ""
    title = "Rules whose savings move most"
    return _figure(title, bars(title, rows, lambda minor: money(minor, sums.currency, signed=True)))


def _budget(rule: str, spent: Spent, sums: Sums) -> str:
    """The money of one rule as it goes, under the version that counts: the new one, if it has a budget there."""
    version = "new" if spent.budget_new is not None else "old"
    place, budget = (1, spent.budget_new) if version == "new" else (0, spent.budget_old)
    found = budget_outlook(sums, spent, version)
    known = sorted([*sums.days, *spent.days])
    first, last = date.fromisoformat(known[0]), date.fromisoformat(known[-1])
    past = [(first + timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]
    running, gone = 0, []
    for day in past:
        running += spent.days.get(day, [0, 0])[place]
        gone.append(running)
    ahead = found.coming
    labels = past + [one.day for one in ahead]
    before: list[int | None] = [None] * (len(past) - 1)
    series = [Series("spent", NEW, [*gone, *([None] * len(ahead))])]
    legend = [("Spent", NEW, False)]
    band = None
    if ahead:
        series.append(Series("forecast", NEW, [*before, gone[-1], *(one.likely for one in ahead)], dashed=True))
        band = Band("spread", NEW, [*before, gone[-1], *(one.least for one in ahead)],
                    [*before, gone[-1], *(one.most for one in ahead)])  # fmt: skip
        legend.append(("Forecast, with its spread", NEW, True))

    def write(minor: int) -> str:
        return money(minor, sums.currency)

    picture = lines(
        f"{clean(rule)}: money spent", labels, series, write, band, (f"budget {write(budget or 0)}", budget or 0)
    )
    return _figure(
        f"{_text(rule)}, {version} rules: {_fate(found, budget, sums.currency)}",
        picture,
        legend,
    )


def _fate(found: Outlook, budget: int | None, currency: str) -> str:
    """When the money of a budget is gone, or how much of it is left."""
    if found.ran_out:
        return f"the money is gone on {found.ran_out}"
    if found.likely:
        return f"the money is {outlook_text(found.early, found.likely, found.late)}"
    so_far = f"{money(found.spent, currency)} of {money(budget or 0, currency)} spent"
    if found.early:
        return f"{so_far}; the money {outlook_text(found.early, found.likely, found.late)}"
    return f"the money lasts, as far as can be seen: {so_far}"


def _figure(
    title: str, picture: str, legend: tuple[tuple[str, str, bool], ...] | list[tuple[str, str, bool]] = ()
) -> str:
    keys = "".join(
        f'<span><svg width="26" height="8"><line x1="1" x2="25" y1="4" y2="4" stroke="{colour}" stroke-width="2"'
        f"{' stroke-dasharray=&quot;5 4&quot;'.replace('&quot;', chr(34)) if dashed else ''}/></svg> {name}</span>"
        for name, colour, dashed in legend
    )
    return f"<figure><figcaption>{title} {keys}</figcaption>{picture}</figure>"


def _table(table: SumTable, sums: Sums, answer: Answer, heading: bool = True) -> str:
    kept = [at for at, column in enumerate(table.columns) if any(row[at] is not None for row in table.rows)]
    head = "".join(
        f'<th scope="col"{_side(table.columns[at].kind)}>{_text(table.columns[at].title)}</th>' for at in kept
    )
    body = "".join(
        "<tr>" + "".join(
            f"<td{_side(table.columns[at].kind)}>{_cell(table, row, at, sums, answer)}</td>"
            for at in kept
        ) + "</tr>"
        for row in table.rows[:MOST_ROWS]
    )  # fmt: skip
    more = len(table.rows) - MOST_ROWS
    rest = f'<p class="note">{more} more in the data files.</p>' if more > 0 else ""
    note = f'<p class="note">{_text(table.note)}</p>' if table.note and len(kept) >= table.noted else ""
    title = f"<h2>{_text(table.title)}</h2>" if heading else ""
    return (
        f'{title}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{rest}{note}'
    )


def _cell(table: SumTable, row: tuple[Cell, ...], at: int, sums: Sums, answer: Answer) -> str:
    """A cell; the name of a rule with what customers read below it."""
    text = _text(written(row[at], table.columns[at].kind, sums.currency))
    label = answer.labels.get(str(row[0]), "") if at == 0 and table.columns[0].title == "Rule" else ""
    return f"{text}<small>{_text(label)}</small>" if label and label != row[0] else text


def _side(kind: str) -> str:
    return "" if kind == "text" else ' class="number"'


def _order(one: Shown, sums: Sums) -> str:
    change = one.change
    rules = ", ".join(
        f"{rule} saves {money(abs(by), sums.currency)} {'more' if by > 0 else 'less'}" for rule, by in one.rules
    )
    return (
        f"<details><summary><b>{_text(change.where)}</b> pays {money(change.old, sums.currency)}, then "
        f"{money(change.new, sums.currency)} ({money(change.more, sums.currency, signed=True)}). {_text(rules)}</summary>"
        f'<div class="both"><div><h3>Old</h3><pre>{escape(one.old)}</pre></div>'
        f"<div><h3>New</h3><pre>{escape(one.new)}</pre></div></div></details>"
    )


_COUNTS = {
    "carried": "Uses and budgets were counted from order to order, in order of time, under either version by itself.",
    "ignored": "Earlier uses and budgets were not counted: each order was priced as if it were the first.",
    "recorded": "Each decision was priced after the uses and budgets that it was made after.",
}


def _about(answer: Answer, head: PageHead) -> str:
    """How to read it."""
    counts = _COUNTS[head.usage]
    parts = [
        f"<p>{counts} Everything was added up in whole minor units; percentages were worked out last.</p>",
        "<p>Customers are taken to buy what they bought. What they would have bought otherwise, nobody can replay.</p>",
    ]
    for name, sums in sorted(answer.by_currency.items()):
        for which, orders, slack in (
            ("old", sums.unproved_old, sums.slack_old), ("new", sums.unproved_new, sums.slack_new)
        ):  # fmt: skip
            if orders:
                parts.append(
                    f"<p>{counted(orders, 'order')} in {_text(name)} reached the limit of work under the {which} rules: "
                    f"together orders may pay up to {money(slack, name)} less than is said here.</p>"
                )
    if answer.wrong:
        first = "".join(f"<li>{_text(where)}: {_text(what)}</li>" for where, what in answer.problems)
        parts.append(f"<p>{counted(answer.wrong, 'order')} could not be priced. The first ones:</p><ul>{first}</ul>")
    if answer.log:
        first = "".join(f"<li>{_text(where)}: {_text(what)}</li>" for where, what in answer.differences)
        parts.append(
            f"<p>{counted(answer.differing, 'decision')} did not recompute to the same bytes.</p>"
            + (f"<ul>{first}</ul>" if first else "")
        )
    prints = f"<p>Old rules {_text(head.old_print)}<br>New rules {_text(head.new_print)}</p>"
    return f"<footer><h2>How to read this</h2>{''.join(parts)}{prints}</footer>"


_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;background:#f4f5f7;color:#222;font:15px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem}
header h1{font-size:1.6rem;margin:0}header p{margin:.2rem 0 1rem;color:#555}
section,footer{background:#fff;border:1px solid #dde0e4;border-radius:8px;padding:1rem 1.25rem;margin:0 0 1rem}
h2{font-size:1.1rem;margin:0 0 .6rem}h3{font-size:.9rem;margin:0}
.verdict{font-size:1.15rem;margin:.2rem 0 1rem}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr));gap:.6rem;margin:0 0 1rem}
.figures div{border-left:3px solid #0072b2;padding-left:.6rem}
.figures dt{color:#555;font-size:.85rem}.figures dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.figures small{display:block;font-weight:400;color:#555}
figure{margin:0 0 1rem;overflow-x:auto}
figure>svg{min-width:34rem}figure>svg.bars{min-width:22rem;max-width:44rem;display:block}
td small{display:block;color:#555}
figcaption{font-weight:600;margin-bottom:.3rem}
figcaption span{font-weight:400;margin-left:1rem;color:#444;white-space:nowrap}
svg{max-width:100%}figure>svg{width:100%;height:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #eceef0;vertical-align:top}
th{border-bottom:2px solid #c9cdd2}td:first-child{overflow-wrap:anywhere;min-width:9rem}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.note{color:#555;font-size:.85rem;margin:.4rem 0 0}
details{border-top:1px solid #eceef0;padding:.4rem 0}summary{cursor:pointer}
.both{display:flex;flex-wrap:wrap;gap:1rem}
.both>div{min-width:0;max-width:100%}
.both pre{font-size:11px;line-height:1.35;overflow-x:auto;background:#f7f8f9;padding:.6rem}
footer{color:#444;font-size:.9rem}p,summary,li,h2{overflow-wrap:anywhere}
@media print{body{background:#fff;font-size:11px}main{max-width:none;padding:0}section,footer{border:0;padding:0 0 .6rem}
.verdict{font-size:14px}.figures dt,.figures small,.note,footer,table{font-size:10px}
figure>svg,figure>svg.bars{min-width:0}.wide,figure{overflow:visible}
figure,tr,footer,.figures div{break-inside:avoid}summary{list-style:none}h2{break-after:avoid}@page{margin:14mm}}
""".strip()
