"""What a replay answers, added up from its rows: sums of whole minor units only, so that no order of adding matters.

Reads Arrow batches of `rows.SCHEMA`, one after another; makes a `Sums` for each currency. Memory grows with the names of
rules, sellers, categories, segments and days, never with the number of orders.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, evolve, field, frozen

from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.simulate.watch import changed


@define
class Tally:
    """One name's share of all orders. What has no meaning for a name stays 0: a rule, for one, has no goods."""

    orders: int = 0
    """Orders with goods of it."""
    listed: int = 0
    paid_old: int = 0
    paid_new: int = 0
    saved_old: int = 0
    saved_new: int = 0
    used_old: int = 0
    """Orders in which it saves something."""
    used_new: int = 0
    uses_old: int = 0
    """Uses as limits count them: pieces of coupons one by one."""
    uses_new: int = 0

    @property
    def more_paid(self) -> int:
        return self.paid_new - self.paid_old

    @property
    def more_saved(self) -> int:
        return self.saved_new - self.saved_old


@frozen
class OrderChange:
    """One order whose price moves."""

    number: int
    where: str
    old: int
    new: int
    cart: str
    usage: str | None = None
    """Earlier uses that it was priced after, as text."""

    @property
    def more(self) -> int:
        return self.new - self.old


@define
class Spent:
    """What a rule gave on each day of its campaign's zone."""

    budget_old: int | None
    """Minor units; None: that version has no budget for it."""
    budget_new: int | None
    zone: str
    ends: tuple[str | None, str | None]
    """The first date on which it no longer holds, in either version."""
    days: dict[str, list[int]] = field(factory=dict)
    """By date: what it gave under old and new."""


@define
class Decided:
    """The decisions under one fingerprint."""

    orders: int = 0
    same: int = 0
    """That recompute to the same bytes."""


@define
class Moved:
    """The decisions whose price one change moved."""

    orders: int = 0
    more: int = 0
    """What customers pay more for it, minor units; negative: less."""


@define
class Sums:
    """The orders of one currency."""

    currency: str
    top: int = 10
    orders: int = 0
    listed: int = 0
    old: int = 0
    new: int = 0
    pay_more: int = 0
    more: int = 0
    pay_less: int = 0
    less: int = 0
    twice: int = 0
    """Orders that had to be priced under both versions; a changed rule could touch no other."""
    coins_old: int = 0
    coins_new: int = 0
    earned_old: int = 0
    """Coins that rewards gave."""
    earned_new: int = 0
    unproved_old: int = 0
    """Orders whose price was not proved the best within the limit of work."""
    unproved_new: int = 0
    slack_old: int = 0
    """By how much the best prices of those could be lower, at most."""
    slack_new: int = 0
    rules: dict[str, Tally] = field(factory=dict)
    campaigns: dict[str, Tally] = field(factory=dict)
    payers: dict[str, Tally] = field(factory=dict)
    sellers: dict[str, Tally] = field(factory=dict)
    """Their goods, and the savings that they pay themselves."""
    categories: dict[str, Tally] = field(factory=dict)
    segments: dict[str, Tally] = field(factory=dict)
    days: dict[str, Tally] = field(factory=dict)
    spent: dict[str, Spent] = field(factory=dict)
    """By rule with a budget."""
    short: dict[tuple[str, int, bool], list[int]] = field(factory=dict)
    """By (rule, threshold, whether it counts units): orders that fell short of it by little, and by how much in all."""
    decided: dict[str, Decided] = field(factory=dict)
    """By fingerprint, where one version is a decision log."""
    moved_by: dict[str, Moved] = field(factory=dict)
    """By change, or by all that moved a price together."""
    _kept: list[tuple[int, int, OrderChange]] = field(factory=list, repr=False)

    @property
    def changes(self) -> tuple[OrderChange, ...]:
        """The orders that change most, the largest change first; equal ones in their order."""
        return tuple(change for _, _, change in sorted(self._kept, key=lambda one: one[:2], reverse=True))

    def offer(self, change: OrderChange) -> None:
        """Keeps an order if it is among those that change most."""
        heapq.heappush(self._kept, (abs(change.more), -change.number, change))
        if len(self._kept) > self.top:
            heapq.heappop(self._kept)

    @property
    def least_kept(self) -> int:
        """How much an order must change to be among those that change most."""
        return self._kept[0][0] if len(self._kept) >= self.top and self._kept else 1


@frozen
class BudgetOfRule:
    """A rule's budget in one currency."""

    zone: str
    amounts: tuple[int | None, int | None]
    """In either version, minor units; None: it has none there."""
    ends: tuple[str | None, str | None]
    """The first date on which the rule no longer holds, in either version."""

    def spent(self) -> Spent:
        """Nothing yet."""
        return Spent(*self.amounts, self.zone, self.ends)


@define
class Answer:
    """All that a replay says."""

    campaigns: dict[str, str]
    """By rule, its campaign."""
    budgets: dict[tuple[str, str], BudgetOfRule]
    """By currency and rule that has one in either version."""
    top: int = 10
    orders: int = 0
    wrong: int = 0
    problems: list[tuple[str, str]] = field(factory=list)
    """(where, what) of the first orders that could not be priced."""
    by_currency: dict[str, Sums] = field(factory=dict)
    labels: dict[str, str] = field(factory=dict)
    """By rule, what customers read; of the new version, where it has the rule."""
    changes: tuple[tuple[str, str], ...] = ()
    """(rule, what became of it) of the cards that differ between both versions: `new`, `gone` or `changed`."""
    log: bool = False
    """Whether one version is a decision log, each of whose answers is looked at."""
    differing: int = 0
    """Decisions that do not recompute to the same bytes."""
    differences: list[tuple[str, str]] = field(factory=list)
    """(where, what) of the first of them."""

    def add(self, rows: Any) -> None:
        """One more batch."""
        self.orders += len(rows)
        fine = pc.is_null(rows.column("problem"))
        if not pc.all(fine).as_py():
            bad = rows.filter(pc.invert(fine))
            self.wrong += len(bad)
            told = zip(bad.column("where").to_pylist(), bad.column("problem").to_pylist(), strict=True)
            self.problems += list(told)[: max(0, MOST_PROBLEMS - len(self.problems))]
            rows = rows.filter(fine)
        for currency in sorted(pc.unique(rows.column("currency")).to_pylist()):
            part = rows.filter(pc.equal(rows.column("currency"), currency))
            sums = self.by_currency.setdefault(currency, Sums(currency, self.top))
            self._add_to(sums, part)

    def _add_to(self, sums: Sums, rows: Any) -> None:
        _add_totals(sums, rows)
        if self.log:
            self._add_decided(sums, rows)
        _add_changes(sums, rows)
        _add_orders(sums, rows)
        _add_goods(sums, rows)
        savings = _entries(rows, "savings")
        _add_saved(sums.rules, savings, savings["rule"])
        _add_saved(sums.campaigns, savings, _mapped(savings["rule"], self.campaigns))
        _add_saved(sums.payers, savings, savings["payer"])
        mine = pa.table(savings).filter(pc.equal(savings["payer"], "seller"))
        _add_saved(sums.sellers, {name: mine.column(name) for name in mine.column_names}, mine.column("seller"))
        self._add_budgets(sums, rows, savings)
        uses = _entries(rows, "uses")
        for name, old, new in _grouped(uses, ["rule"], ["old", "new"]):
            row = sums.rules.setdefault(name, Tally())
            row.uses_old += old
            row.uses_new += new
        short = _entries(rows, "short")
        short["one"] = pa.array([1] * len(short["rule"]), pa.int64())
        for rule, reach, units, missing, orders in _grouped(short, ["rule", "reach", "units"], ["missing", "one"]):
            known = sums.short.setdefault((rule, reach, units), [0, 0])
            known[0] += orders
            known[1] += missing

    def _add_decided(self, sums: Sums, rows: Any) -> None:
        """Which decisions recompute, and what moved the prices of the others."""
        names = ("where", "rules", "differs", "moved_by", "old", "new")
        for where, rules, differs, moved_by, old, new in zip(
            *(rows.column(name).to_pylist() for name in names), strict=True
        ):
            found = sums.decided.setdefault(rules, Decided())
            found.orders += 1
            found.same += differs is None
            if differs is not None:
                self.differing += 1
                if len(self.differences) < MOST_PROBLEMS:
                    self.differences.append((where, differs))
            if moved_by:
                moved = sums.moved_by.setdefault(" + ".join(moved_by), Moved())
                moved.orders += 1
                moved.more += new - old

    def _add_budgets(self, sums: Sums, rows: Any, savings: dict[str, Any]) -> None:
        mine = sorted(name for currency, name in self.budgets if currency == sums.currency)
        if not mine:
            return
        table = pa.table(savings).filter(pc.is_in(savings["rule"], pa.array(mine, pa.string())))
        if not len(table):
            return
        hours = pc.floor_temporal(rows.column("at"), 15, "minute").take(table.column("parent").combine_chunks())
        table = table.append_column("hour", hours)
        for name, hour, old, new in _grouped(table, ["rule", "hour"], ["old", "new"]):
            spent = sums.spent.get(name) or sums.spent.setdefault(name, self.budgets[sums.currency, name].spent())
            day = spent.days.setdefault(_day(hour, spent.zone), [0, 0])
            day[0] += old
            day[1] += new


MOST_PROBLEMS = 20
"""So many orders that could not be priced are named."""


def answer_of(old: RuleBook, new: RuleBook, top: int, known: Sequence[RuleBook] = (), log: bool = False) -> Answer:
    """An answer with nothing in it yet; `known`: further versions, of the decisions of a log."""
    campaigns = {rule.name: rule.campaign for book in (*known, old, new) for rule in book.rules}
    with_budget = [
        {
            (each.currency, rule.name): each
            for rule in book.rules
            for each in (rule, *rule.also)
            if each.budget is not None
        }
        for book in (old, new)
    ]
    budgets = {}
    for key in sorted({**with_budget[0], **with_budget[1]}):
        old_rule, new_rule = (rules.get(key) for rules in with_budget)
        one = new_rule or old_rule
        assert one is not None
        amounts = (old_rule.budget if old_rule else None, new_rule.budget if new_rule else None)
        ends = (_end(old_rule) if old_rule else None, _end(new_rule) if new_rule else None)
        budgets[key] = BudgetOfRule(one.zone, amounts, ends)
    labels = {rule.name: rule.label for book in (*known, old, new) for rule in book.rules}
    return Answer(campaigns, budgets, top, labels=labels, changes=() if log else _changes(old, new), log=log)


def _changes(old: RuleBook, new: RuleBook) -> tuple[tuple[str, str], ...]:
    before, after = ({rule.name: rule for rule in book.rules} for book in (old, new))
    gone, come = changed(old, evolve(new, policy=old.policy))
    how = {name: "gone" if name not in after else "new" if name not in before else "changed" for name in gone | come}
    return tuple(sorted(how.items()))


def _end(rule: Rule) -> str | None:
    """The first date, in its zone, on which the rule no longer holds at all."""
    if rule.valid.end is None:
        return None
    last = rule.valid.end.astimezone(ZoneInfo(rule.zone)) - timedelta(microseconds=1)
    return (last.date() + timedelta(days=1)).isoformat()


@lru_cache(100_000)
def _day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def _entries(rows: Any, name: str) -> dict[str, Any]:
    """The entries of a column of lists as columns, with `parent`: the row of each."""
    column = rows.column(name)
    entries = column.flatten()
    found = dict(zip(entries.type.names, entries.flatten(), strict=True))
    found["parent"] = pc.list_parent_indices(column)
    return found


def _grouped(columns: Any, keys: list[str], sums: list[str]) -> Iterable[tuple[Any, ...]]:
    """(keys, sums) of each group; in no order, which sums do not mind."""
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    made = table.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in sums])
    named = [made.column(key).to_pylist() for key in keys] + [made.column(f"{name}_sum").to_pylist() for name in sums]
    return zip(*named, strict=True)


def _add_totals(sums: Sums, rows: Any) -> None:
    old, new = rows.column("old"), rows.column("new")
    more = pc.subtract(new, old)
    up, down = pc.greater(more, 0), pc.less(more, 0)
    sums.orders += len(rows)
    sums.listed += _sum(rows.column("listed"))
    sums.old += _sum(old)
    sums.new += _sum(new)
    sums.pay_more += _sum(up)
    sums.more += _sum(more.filter(up))
    sums.pay_less += _sum(down)
    sums.less -= _sum(more.filter(down))
    sums.twice += _sum(rows.column("twice"))
    sums.coins_old += _sum(rows.column("coins_old"))
    sums.coins_new += _sum(rows.column("coins_new"))
    sums.earned_old += _sum(rows.column("earned_old"))
    sums.earned_new += _sum(rows.column("earned_new"))
    for_old, for_new = (pc.subtract(old, rows.column("old_bound")), pc.subtract(new, rows.column("new_bound")))
    sums.unproved_old += _sum(pc.greater(for_old, 0))
    sums.unproved_new += _sum(pc.greater(for_new, 0))
    sums.slack_old += _sum(for_old)
    sums.slack_new += _sum(for_new)


def _sum(column: Any) -> int:
    return int(pc.sum(column).as_py() or 0)


def _add_changes(sums: Sums, rows: Any) -> None:
    if not sums.top:
        return
    moved = pc.abs(pc.subtract(rows.column("new"), rows.column("old")))
    part = rows.select(["number", "where", "old", "new", "cart", "usage"]).filter(
        pc.greater_equal(moved, sums.least_kept)
    )
    for number, where, old, new, cart, usage in zip(
        *(part.column(name).to_pylist() for name in part.schema.names), strict=True
    ):
        if cart is not None:
            sums.offer(OrderChange(number, where, old, new, cart, usage))


def _add_orders(sums: Sums, rows: Any) -> None:
    """Segments and days: whole orders."""
    ones = pa.array([1] * len(rows), pa.int64())
    whole = {"orders": ones, **{name: rows.column(name) for name in ("listed", "old", "new", "day")}}
    for day, *amounts in _grouped(whole, ["day"], ["orders", "listed", "old", "new"]):
        _add_paid(sums.days.setdefault(day, Tally()), amounts)
    column = rows.column("segments")
    table = pa.table(whole).take(pc.list_parent_indices(column)).append_column("segment", column.flatten())
    for segment, *amounts in _grouped(table, ["segment"], ["orders", "listed", "old", "new"]):
        _add_paid(sums.segments.setdefault(segment, Tally()), amounts)


def _add_paid(row: Tally, amounts: list[int]) -> None:
    _, listed, old, new = amounts
    _add_cost(row, amounts)
    row.saved_old += listed - old
    row.saved_new += listed - new


def _add_cost(row: Tally, amounts: list[int]) -> None:
    orders, listed, old, new = amounts
    row.orders += orders
    row.listed += listed
    row.paid_old += old
    row.paid_new += new


def _add_goods(sums: Sums, rows: Any) -> None:
    goods = _entries(rows, "goods")
    for named, into in (("seller", sums.sellers), ("category", sums.categories)):
        once = pa.table(goods).group_by([named, "parent"], use_threads=False)
        each = once.aggregate([(name, "sum") for name in ("listed", "old", "new")])
        ones = pa.array([1] * len(each), pa.int64())
        amounts = ["orders", "listed_sum", "old_sum", "new_sum"]
        for name, *found in _grouped(each.append_column("orders", ones), [named], amounts):
            row = into.setdefault(name, Tally())
            if into is sums.categories:
                _add_paid(row, found)
            else:  # what a seller's goods save is not what the seller pays for; see `_add_to`
                _add_cost(row, found)


def _add_saved(into: dict[str, Tally], savings: Mapping[str, Any], names: Any) -> None:
    """Savings by name, and the orders in which there are any."""
    table = pa.table({"name": names, "parent": savings["parent"], "old": savings["old"], "new": savings["new"]})
    each = table.group_by(["name", "parent"], use_threads=False).aggregate([("old", "sum"), ("new", "sum")])
    for version in ("old", "new"):
        some = pc.cast(pc.greater(each.column(f"{version}_sum"), 0), pa.int64())
        each = each.append_column(f"some_{version}", some)
    for name, old, new, some_old, some_new in _grouped(each, ["name"], ["old_sum", "new_sum", "some_old", "some_new"]):
        row = into.setdefault(name, Tally())
        row.saved_old += old
        row.saved_new += new
        row.used_old += some_old
        row.used_new += some_new


def _mapped(names: Any, other: Mapping[str, str]) -> Any:
    """Each name's other name."""
    coded = pc.dictionary_encode(names)
    others = pa.array([other.get(name, "") for name in coded.dictionary.to_pylist()], pa.string())
    return others.take(coded.indices)
