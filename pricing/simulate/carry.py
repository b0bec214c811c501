"""Uses and budgets carried along: the second pass of a replay, in order of time, by one process (SPEC 1, 2 and 5.3).

Reads the rows of the first pass, in which every order was priced as if nobody had used anything; makes the rows as they
would have come. Most orders keep their price: they meet no counted rule, or one of which enough is left. Only those whose
price earlier orders change are priced anew, after the uses that both versions have counted by then. Each version has a
history of its own.

Batches whose orders overlap in time are open together, so memory is flat when the files are in order of time, and grows
with the disorder otherwise. Whenever none is open, the counters are kept, and a replay that was killed goes on from there.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import asdict, define, field

from pricing.engine import PlannedRule
from pricing.model.cart import NO_USAGE, RuleUsage
from pricing.simulate.counters import UseCounters, leaves_price_alone
from pricing.simulate.keep import KeptBatches, write_whole
from pricing.simulate.price import Replayer
from pricing.simulate.rows import Rows

KEEP_EVERY = 50
"""Batches between two notes of the counters."""


@define
class Met:
    """An order that meets counted rules."""

    row: int
    number: int
    where: str
    at: datetime
    customer: str
    currency: str
    limits: list[dict[str, Any]]
    uses: dict[str, tuple[int, int, int, int]]
    """By rule: uses under old and new, items under old and new."""
    spent: dict[str, tuple[int, int]]
    cart: str


@define
class OpenBatch:
    """A batch of which some orders are still to come."""

    number: int
    pure: Any
    coming: list[Met]
    """The last is the next."""
    anew: Rows = field(factory=Rows)
    replaced: list[int] = field(factory=list)

    def rows(self) -> Any:
        """The rows as they came: those of the first pass, and those priced anew in their place."""
        if not self.replaced:
            return self.pure
        places = list(range(len(self.pure)))
        for position, row in enumerate(self.replaced):
            places[row] = len(self.pure) + position
        both = pa.Table.from_batches([self.pure, self.anew.batch()]).combine_chunks()
        (batch,) = both.take(pa.array(places, pa.int64())).combine_chunks().to_batches()
        return batch


def carry(pricer: Replayer, pure: KeptBatches, count: int, folder: Path) -> Iterator[Any]:
    """The rows of all batches, in order, after what was used before."""
    done = KeptBatches(folder / "carried")
    walk = TimeWalk(pricer, pure, done, count, folder / "counters.json")
    told = 0
    for number in walk.finished():
        walk.ready.add(number)
        while told in walk.ready:
            walk.ready.discard(told)
            yield done.read(told)
            told += 1


class TimeWalk:
    """Goes through all orders in order of time."""

    def __init__(self, pricer: Replayer, pure: KeptBatches, done: KeptBatches, count: int, note: Path) -> None:
        self.pricer = pricer
        self.pure = pure
        self.done = done
        self.note = note
        self.counters = (UseCounters(), UseCounters())
        self.ready: set[int] = set()
        self.begins = sorted(_first(pure.read(number), number) for number in range(count))
        """(instant of the first order that meets a counted rule, number) of each batch, in order of time."""
        self.prints = {number: pure.content(number) for number in range(count)}

    def finished(self) -> Iterator[int]:
        """The number of each batch once it is kept."""
        start = self._known()
        yield from (number for _, number in self.begins[:start])
        waiting: list[tuple[datetime, int, int]] = []
        open_: dict[int, OpenBatch] = {}
        since = 0
        for place, (at, number) in enumerate(self.begins[start:], start):
            yield from self._until(at, waiting, open_)
            if not waiting and since >= KEEP_EVERY:
                self._keep(place)
                since = 0
            since += 1
            batch = _opened(self.pure.read(number), number)
            if batch.coming:
                open_[number] = batch
                _await(waiting, batch)
            else:
                yield self._finish(batch)
        yield from self._until(None, waiting, open_)

    def _until(
        self, end: datetime | None, waiting: list[tuple[datetime, int, int]], open_: dict[int, OpenBatch]
    ) -> Iterator[int]:
        """Counts the orders before an instant; those at it come in the order of their numbers, with others' still unread."""
        while waiting and (end is None or waiting[0][0] < end):
            _, _, number = heapq.heappop(waiting)
            batch = open_[number]
            self._count(batch, batch.coming.pop())
            if batch.coming:
                _await(waiting, batch)
            else:
                del open_[number]
                yield self._finish(batch)

    def _finish(self, batch: OpenBatch) -> int:
        self.done.put(batch.number, self.prints[batch.number], batch.rows())
        return batch.number

    def _count(self, batch: OpenBatch, order: Met) -> None:
        """One order: priced anew if need be, and counted."""
        usage: tuple[dict[str, RuleUsage], dict[str, RuleUsage]] = ({}, {})
        alone = True
        met: list[tuple[int, PlannedRule]] = []
        for limit in order.limits:
            version = limit["version"]
            rule = (self.pricer.new if version else self.pricer.old).plan.rules.named(limit["rule"]).of(order.currency)
            used = self.counters[version].usage(rule, order.customer, order.at)
            met.append((version, rule))
            if used != NO_USAGE:
                usage[version][rule.name] = used
                alone = alone and leaves_price_alone(rule, used, limit["uses"], limit["items"])
        uses, spent = order.uses, order.spent
        if not alone:
            self.pricer.add(batch.anew, order.number, order.where, order.cart, usage)
            batch.replaced.append(order.row)
            batch.anew.note_usage(_usage_text(usage))
            uses, spent = batch.anew.last_uses(), batch.anew.last_spent()
        for version, rule in met:
            many = uses.get(rule.name, (0, 0, 0, 0))
            given = spent.get(rule.name, (0, 0))[version]
            if many[version] or given:
                self.counters[version].count(
                    rule, order.customer, order.at, many[version], many[2 + version], given
                )  # fmt: skip

    # Where it has come to

    def _keep(self, place: int) -> None:
        """Notes the counters as they stand before the batch at a place. Nothing is open then."""
        states = [counters.state() for counters in self.counters]
        note = {"place": place, "batches": self._sign(place), "counters": states}
        write_whole(self.note, json.dumps(note, separators=(",", ":")).encode())

    def _known(self) -> int:
        """The place up to which an earlier run has come, its counters taken over; 0 when there is none to be trusted."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            place, states = int(note["place"]), note["counters"]
            if place > len(self.begins) or note["batches"] != self._sign(place):
                return 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        if any(self.done.find(number, self.prints[number]) is None for _, number in self.begins[:place]):
            return 0
        self.counters = (UseCounters.from_state(states[0]), UseCounters.from_state(states[1]))
        return place

    def _sign(self, place: int) -> list[str]:
        """What the batches before a place are, as a digest."""
        text = " ".join(f"{number}:{self.prints[number]}" for _, number in self.begins[:place])
        return [hashlib.sha256(text.encode()).hexdigest()]


def _first(rows: Any, number: int) -> tuple[datetime, int]:
    """When a batch begins to matter: at its first order that meets a counted rule; without one, first of all."""
    mine = rows.column("at").filter(_meets(rows))
    return (pc.min(mine).as_py() if len(mine) else _EARLIEST), number


_EARLIEST = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def _meets(rows: Any) -> Any:
    return pc.fill_null(pc.greater(pc.list_value_length(rows.column("limits")), 0), False)


def _opened(rows: Any, number: int) -> OpenBatch:
    """A batch with its orders that meet counted rules, the first in time last."""
    places = pc.indices_nonzero(_meets(rows)).to_pylist()
    mine = rows.take(pa.array(places, pa.int64()))
    names = ("number", "where", "at", "customer", "currency", "limits", "uses", "cart")
    columns = [mine.column(name).to_pylist() for name in names]
    spent = _spent(mine)
    coming = [
        Met(place, each, where, at, customer, currency, limits, _uses(uses), spent.get(position, {}), cart)
        for position, (place, each, where, at, customer, currency, limits, uses, cart) in enumerate(
            zip(places, *columns, strict=True)
        )
    ]
    coming.sort(key=lambda order: (order.at, order.number), reverse=True)
    return OpenBatch(number, rows, coming)


def _uses(entries: list[dict[str, Any]]) -> dict[str, tuple[int, int, int, int]]:
    return {one["rule"]: (one["old"], one["new"], one["items_old"], one["items_new"]) for one in entries}


def _spent(rows: Any) -> dict[int, dict[str, tuple[int, int]]]:
    """By row and rule: what was saved under old and new, minor units."""
    column = rows.column("savings")
    entries = column.flatten()
    if not len(entries):
        return {}
    table = pa.table(
        {"parent": pc.list_parent_indices(column), **{name: entries.field(name) for name in ("rule", "old", "new")}}
    )
    made = table.group_by(["parent", "rule"], use_threads=False).aggregate([("old", "sum"), ("new", "sum")])
    found: dict[int, dict[str, tuple[int, int]]] = {}
    names = ("parent", "rule", "old_sum", "new_sum")
    for parent, rule, old, new in zip(*(made.column(name).to_pylist() for name in names), strict=True):
        found.setdefault(parent, {})[rule] = (old, new)
    return found


def _await(waiting: list[tuple[datetime, int, int]], batch: OpenBatch) -> None:
    order = batch.coming[-1]
    heapq.heappush(waiting, (order.at, order.number, batch.number))


def _usage_text(usage: tuple[dict[str, RuleUsage], dict[str, RuleUsage]]) -> str:
    """Earlier uses as text, amounts in minor units, for whoever prices the order once more."""
    return json.dumps([{rule: asdict(used) for rule, used in sorted(each.items())} for each in usage])


def usage_from_text(text: str | None) -> tuple[dict[str, RuleUsage], dict[str, RuleUsage]]:
    """What `usage` of a row says."""
    if not text:
        return {}, {}
    old, new = json.loads(text)
    return {rule: RuleUsage(**used) for rule, used in old.items()}, {
        rule: RuleUsage(**used) for rule, used in new.items()
    }
