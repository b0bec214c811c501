"""Limits over all customers, without a queue: each limit is dealt out over shards, and a claim takes from one of them.

A claim is one conditional UPDATE of one row, chosen by the order's id; nothing is locked before it, and rules without a
limit have no row at all. A claim that its shard cannot serve is a `Miss`: the order's transaction is rolled back, a
short transaction of its own levels the shards (`level`), and the order is tried again. Only when the sum over all
shards is too small has the rule run out: so the last piece is sold, and none after it.

    used of a shard + n <= lim of that shard      for every claim, by the condition of the UPDATE
    sum of lim over all shards = total            by `level`, which holds them all while it moves limits about
    hence sum of used <= total                    always, in every order of events

Locks are taken in one order: an order's own rows first, then counters by (rule, what, day), one shard each; `level`
takes only shards of one counter, by number. So there is no circle to wait in.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from attrs import frozen
from sqlalchemy import Connection, text

from pricing.ledger.store.database import Database

PER_SHARD = 8
"""A limit has no more shards than leave each so many units at first."""


@frozen(order=True)
class Counter:
    """One limit over all customers."""

    rule: str
    what: str
    """`total` uses, `day` uses, `items` sold at the rule's price, `stock` of pieces to hand out; `budget USD` and
    `day-budget USD` in minor units of a currency."""
    day: str
    """The date for `day` and `day-budget`, else empty."""
    total: int
    """The limit."""


@frozen
class Claim:
    """So many units of one counter."""

    counter: Counter
    many: int


@frozen
class GivenBack:
    """What an order gives back of one rule, whatever limits it has by now. One for each rule of the order."""

    rule: str
    day: str
    uses: int
    money: int
    handed: int
    items: int = 0
    currency: str = ""
    """Of the money."""


class Miss(Exception):
    """A claim that its shard could not serve."""

    def __init__(self, claim: Claim, shard: int) -> None:
        self.claim = claim
        self.shard = shard
        super().__init__()


_TAKE = text(
    "UPDATE counter SET used = used + :many WHERE rule = :rule AND what = :what AND day = :day AND shard = :shard"
    " AND total = :total AND used + :many <= lim"
)
_GIVE = text(
    "UPDATE counter SET used = used - :many WHERE rule = :rule AND what = :what AND day = :day AND shard = :shard"
)
_GIVE_ANY = text(
    "UPDATE counter SET used = used - :many WHERE rule = :rule AND what = :what AND day = :day AND shard ="
    " (SELECT min(shard) FROM counter WHERE rule = :rule AND what = :what AND day = :day)"
)
_KNOWN = text(
    "SELECT what, day, max(total) FROM counter WHERE rule = :rule AND (day = '' OR day = :day)"
    " GROUP BY what, day ORDER BY what, day"
)
_SUM = text(
    "SELECT count(*), min(total), max(total), coalesce(sum(used), 0) FROM counter"
    " WHERE rule = :rule AND what = :what AND day = :day"
)
_SET = text(
    "UPDATE counter SET total = :total, lim = :lim, used = :used"
    " WHERE rule = :rule AND what = :what AND day = :day AND shard = :shard"
)
_MAKE = text(
    "INSERT INTO counter (rule, what, day, shard, total, lim, used, over)"
    " VALUES (:rule, :what, :day, :shard, :total, :lim, :used, :over) ON CONFLICT DO NOTHING"
)
_DROP = text("DELETE FROM counter WHERE rule = :rule AND what = :what AND day = :day AND shard = :shard")

_HISTORY = {
    # What the journal knows of uses from before the rule had this limit.
    "total": "SELECT coalesce(sum(many), 0) FROM entry WHERE rule = :rule AND what = 'use'",
    "day": "SELECT coalesce(sum(many), 0) FROM entry WHERE rule = :rule AND what = 'use' AND day = :day",
    # Money is of the order's currency.
    "budget": "SELECT coalesce(sum(money), 0) FROM entry JOIN orders ON orders.order_id = entry.order_id"
    " WHERE rule = :rule AND what = 'use' AND currency = :currency",
    "day-budget": "SELECT coalesce(sum(money), 0) FROM entry JOIN orders ON orders.order_id = entry.order_id"
    " WHERE rule = :rule AND what = 'use' AND currency = :currency AND day = :day",
    "items": "SELECT coalesce(sum(many), 0) FROM entry WHERE rule = :rule AND what = 'item'",
    "stock": "SELECT coalesce(sum(many), 0) FROM entry WHERE rule = :rule AND what = 'handed'",
}


class Counters:
    """The counters of one database. `shards` says over how many rows a large limit is dealt out."""

    def __init__(self, database: Database, shards: int) -> None:
        self._database = database
        self._shards = shards

    def shard_of(self, counter: Counter, lane: str) -> int:
        """The shard that an order (its id is the lane) takes from."""
        return crc32(lane.encode()) % self._many_shards(counter.total)

    def take(self, connection: Connection, claims: Iterable[Claim], lane: str, moved: dict[Counter, int]) -> None:
        """Takes all claims or raises Miss; `moved` names other shards for counters that were levelled."""
        for claim in sorted(claims, key=lambda one: one.counter):
            counter = claim.counter
            shard = moved.get(counter, self.shard_of(counter, lane))
            values = {**_named(counter), "shard": shard, "total": counter.total, "many": claim.many}
            if connection.execute(_TAKE, values).rowcount == 0:
                raise Miss(claim, shard)

    def give_back(self, connection: Connection, parts: Iterable[GivenBack], lane: str) -> None:
        """Gives units back to the counters that exist, be the rule limited now, or gone from the book."""
        for part in sorted(parts, key=lambda one: one.rule):
            units = {
                "day": part.uses, "items": part.items, "stock": part.handed, "total": part.uses,
                f"budget {part.currency}": part.money, f"day-budget {part.currency}": part.money,
            }  # fmt: skip
            known = connection.execute(_KNOWN, {"rule": part.rule, "day": part.day}).all()
            for what, day, total in known:
                many = units.get(what, 0)
                if many:
                    self._give_back(connection, Counter(part.rule, what, day, total), many, lane)

    def _give_back(self, connection: Connection, counter: Counter, many: int, lane: str) -> None:
        values = {**_named(counter), "shard": self.shard_of(counter, lane), "many": many}
        if connection.execute(_GIVE, values).rowcount == 0:
            del values["shard"]
            connection.execute(_GIVE_ANY, values)

    def level(self, miss: Miss) -> tuple[int, int]:
        """(shard that can serve the claim, units left in all); the shard is -1 when the counter has run out."""
        counter, many = miss.claim.counter, miss.claim.many
        row = self._database.ask(_SUM.text, _named(counter))[0]
        if row[0] and row[1] == row[2] == counter.total and counter.total - row[3] < many:
            return -1, max(0, counter.total - row[3])
        return self._database.write(lambda connection: self._level(connection, counter, many, miss.shard))

    def _level(self, connection: Connection, counter: Counter, many: int, wanted: int) -> tuple[int, int]:
        shards = self._locked(connection, counter)
        if not shards:
            self._make(connection, counter)
            shards = self._locked(connection, counter)
        used = sum(shard.used for shard in shards.values())
        if any(shard.total != counter.total for shard in shards.values()):
            shards = self._dealt_anew(connection, counter, used, list(shards))
        left = counter.total - used
        if left < many:
            return -1, max(0, left)
        shard = wanted if wanted in shards else min(shards)
        _gather(connection, counter, shards, shard, many)
        return shard, left

    def _many_shards(self, total: int) -> int:
        return max(1, min(self._shards, total // PER_SHARD))

    def _locked(self, connection: Connection, counter: Counter) -> dict[int, _Shard]:
        """All shards of the counter, by number, kept for this transaction."""
        select = text(
            "SELECT shard, total, lim, used FROM counter WHERE rule = :rule AND what = :what AND day = :day"
            f" ORDER BY shard{self._database.lock}"
        )
        before: list[int] | None = None
        while True:
            # A wait for somebody who dealt the limit out anew ends with rows gone and new ones not seen: look again.
            found = {
                row.shard: _Shard(row.total, row.lim, row.used) for row in connection.execute(select, _named(counter))
            }
            if list(found) == before:
                return found
            before = list(found)

    def _make(self, connection: Connection, counter: Counter) -> None:
        """The rows of a counter that is used for the first time; another process may be making them too."""
        what, _, currency = counter.what.partition(" ")
        asked = {"rule": counter.rule, "day": counter.day, "currency": currency}
        values = {name: value for name, value in asked.items() if value}
        used = int(connection.execute(text(_HISTORY[what]), values).scalar_one())
        self._insert(connection, counter, used)

    def _dealt_anew(self, connection: Connection, counter: Counter, used: int, old: list[int]) -> dict[int, _Shard]:
        """Deals out a limit that marketing changed. Uses move to the first shard: only their sum means anything."""
        for shard in old:
            connection.execute(_DROP, {**_named(counter), "shard": shard})
        return self._insert(connection, counter, used)

    def _insert(self, connection: Connection, counter: Counter, used: int) -> dict[int, _Shard]:
        """New rows: the limit dealt out evenly over what is left of it."""
        found: dict[int, _Shard] = {}
        for shard, lim in enumerate(_dealt(counter, used, self._many_shards(counter.total))):
            found[shard] = _Shard(counter.total, lim, 0 if shard else used)
            values = {**_named(counter), "shard": shard, "total": counter.total, "lim": lim, "used": found[shard].used}
            connection.execute(_MAKE, {**values, "over": max(0, found[shard].used - lim)})
        return found


class _Shard:
    """A row of a counter."""

    __slots__ = ("lim", "total", "used")

    def __init__(self, total: int, lim: int, used: int) -> None:
        self.total = total
        self.lim = lim
        self.used = used

    @property
    def left(self) -> int:
        return self.lim - self.used


def _gather(connection: Connection, counter: Counter, shards: dict[int, _Shard], into: int, many: int) -> None:
    """Moves limits until shard `into` has `many` units left: half of what the richest have, or all that is missing."""
    target = shards[into]
    changed = {into}
    while target.left < many:
        number, richest = max(
            ((number, one) for number, one in shards.items() if number != into), key=lambda pair: pair[1].left
        )
        part = min(richest.left, max(many - target.left, richest.left // 2))
        richest.lim -= part
        target.lim += part
        changed.add(number)
    for number in sorted(changed):
        one = shards[number]
        values = {**_named(counter), "shard": number, "total": counter.total, "lim": one.lim, "used": one.used}
        connection.execute(_SET, values)


def _dealt(counter: Counter, used: int, shards: int) -> list[int]:
    """The limit over the shards when shard 0 has all uses. One shard only, when more is used than allowed now."""
    left = counter.total - used
    if left <= 0:
        return [counter.total]
    each, over = divmod(left, shards)
    lims = [each + (shard < over) for shard in range(shards)]
    lims[0] += used
    return lims


def _named(counter: Counter) -> dict[str, str | int]:
    return {"rule": counter.rule, "what": counter.what, "day": counter.day}
