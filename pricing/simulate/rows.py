"""The rows that replay makes: one for each order, with all that sums need and nothing that two runs could differ in.

Reads quotes; makes Arrow batches of `SCHEMA`. Amounts are whole minor units of the order's currency; `old` and `new` are
the two versions of the rules. Lists hold one entry a rule, payer and so on, in order of name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa
from attrs import define, frozen

from pricing.model.cart import Cart, in_utc
from pricing.model.quote import Quote
from pricing.simulate.entries import goods, savings, uses


def _list_of(*fields: tuple[str, Any]) -> Any:
    return pa.list_(pa.struct(list(fields)))


_TEXT, _WHOLE = pa.string(), pa.int64()
SAVINGS = (("rule", _TEXT), ("payer", _TEXT), ("seller", _TEXT), ("old", _WHOLE), ("new", _WHOLE))
GOODS = (("seller", _TEXT), ("category", _TEXT), ("listed", _WHOLE), ("old", _WHOLE), ("new", _WHOLE))
USES = (("rule", _TEXT), ("old", _WHOLE), ("new", _WHOLE), ("items_old", _WHOLE), ("items_new", _WHOLE))
SHORT = (("rule", _TEXT), ("reach", _WHOLE), ("missing", _WHOLE), ("units", pa.bool_()))
LIMITS = (("rule", _TEXT), ("version", pa.int8()), ("uses", _WHOLE), ("items", _WHOLE))

SCHEMA = pa.schema(
    [
        ("number", _WHOLE),
        ("where", _TEXT),
        ("problem", _TEXT),  # why the order could not be priced; everything below is empty then
        ("currency", _TEXT),
        ("at", pa.timestamp("us", "UTC")),
        ("day", _TEXT),  # the date where the order was made
        ("customer", _TEXT),
        ("segments", pa.list_(_TEXT)),
        ("listed", _WHOLE),
        ("old", _WHOLE),
        ("new", _WHOLE),
        ("old_bound", _WHOLE),  # the total itself where it is proved
        ("new_bound", _WHOLE),
        ("coins_old", _WHOLE),
        ("coins_new", _WHOLE),
        ("earned_old", _WHOLE),
        ("earned_new", _WHOLE),
        ("twice", pa.bool_()),  # whether it had to be priced under both versions
        ("savings", _list_of(*SAVINGS)),
        ("goods", _list_of(*GOODS)),
        ("uses", _list_of(*USES)),
        ("short", _list_of(*SHORT)),  # steps of changed rules that it does not reach under `new`
        ("limits", _list_of(*LIMITS)),  # counted rules that could apply, and the most of each that it could use
        ("cart", _TEXT),  # kept where somebody will look at it again
        ("usage", _TEXT),  # earlier uses that changed its price, where they did
        ("rules", _TEXT),  # of a decision: the fingerprint that it names
        ("differs", _TEXT),  # in what its answer is not the one that was given
        ("moved_by", pa.list_(_TEXT)),  # which changes moved its price
    ]
)

FLAT = tuple(field.name for field in SCHEMA if not pa.types.is_list(field.type) and field.name not in ("cart", "usage"))
"""The columns that have one value in each row; `cart` and `usage` have one in few."""
_OLD, _NEW = FLAT.index("old"), FLAT.index("new")


@frozen
class DecisionSays:
    """What a row says of the decision that it is."""

    rules: str
    """The fingerprint that it names."""
    differs: str | None = None
    """In what the answer is not the one that was given; None: the same bytes."""
    moved_by: tuple[str, ...] = ()
    """What moved the price between OLD and NEW: names of cards, or `the policy`."""


@define
class Nested:
    """A column of lists, filled entry by entry."""

    fields: tuple[tuple[str, Any], ...]
    ends: list[int]
    entries: list[tuple[Any, ...]]

    @classmethod
    def of(cls, fields: tuple[tuple[str, Any], ...]) -> Nested:
        return cls(fields, [0], [])

    def add(self, entries: Iterable[tuple[Any, ...]]) -> None:
        """The entries of one more row."""
        self.entries.extend(entries)
        self.ends.append(len(self.entries))

    def last(self) -> list[tuple[Any, ...]]:
        """The entries of the last row."""
        return self.entries[self.ends[-2] :]

    def array(self) -> Any:
        columns = list(zip(*self.entries, strict=True)) or [()] * len(self.fields)
        made = [pa.array(column, kind) for column, (_, kind) in zip(columns, self.fields, strict=True)]
        entries = pa.StructArray.from_arrays(made, names=[name for name, _ in self.fields])
        return pa.ListArray.from_arrays(pa.array(self.ends, pa.int32()), entries)


@frozen
class Counted:
    """The most that an order could use of a counted rule."""

    rule: str
    version: int
    """0 old, 1 new."""
    uses: int
    items: int


class Rows:
    """The rows of one batch, as they come."""

    def __init__(self) -> None:
        self.flat: list[tuple[Any, ...]] = []
        """Of each row, the values of `FLAT`."""
        self.carts: dict[int, str] = {}
        """By row, where somebody will look at it again."""
        self.usage: dict[int, str] = {}
        """By row, where earlier uses changed its price."""
        self.texts: dict[str, list[list[str]]] = {"segments": [], "moved_by": []}
        self.lists = {
            "savings": Nested.of(SAVINGS), "goods": Nested.of(GOODS), "uses": Nested.of(USES),
            "short": Nested.of(SHORT), "limits": Nested.of(LIMITS),
        }  # fmt: skip

    def refuse(self, number: int, where: str, problem: str) -> None:
        """An order that cannot be priced."""
        self._add((number, where, problem, *[None] * (len(FLAT) - 3)), [], [], ((), (), (), (), ()))

    def add(
        self,
        number: int,
        where: str,
        cart: Cart,
        old: Quote,
        new: Quote,
        items: tuple[dict[str, int], dict[str, int]],
        short: list[tuple[str, int, int, bool]],
        limits: list[Counted],
        text: str | None,
        told: DecisionSays | None = None,
    ) -> None:
        """An order under both versions; one and the same quote twice where it has one price."""
        at: datetime = cart.at
        flat = (
            number, where, None, cart.currency, in_utc(at), at.date().isoformat(), cart.customer.id, old.list_minor,
            old.total_minor, new.total_minor, _bound(old), _bound(new), old.coins_spent, new.coins_spent,
            _earned(old), _earned(new), old is not new, told and told.rules, told and told.differs,
        )  # fmt: skip
        if text is not None:
            self.carts[len(self.flat)] = text
        counts = [(one.rule, one.version, one.uses, one.items) for one in limits]
        nested = (savings(old, new), goods(cart, old, new), uses(old, new, items), short, counts)
        self._add(flat, list(cart.customer.segments), list(told.moved_by) if told is not None else [], nested)

    def _add(
        self,
        flat: tuple[Any, ...],
        segments: list[str],
        moved_by: list[str],
        nested: tuple[Iterable[tuple[Any, ...]], ...],
    ) -> None:
        self.flat.append(flat)
        self.texts["segments"].append(segments)
        self.texts["moved_by"].append(moved_by)
        for made, entries in zip(self.lists.values(), nested, strict=True):
            made.add(entries)

    def note_usage(self, text: str) -> None:
        """What the last row was priced after."""
        self.usage[len(self.flat) - 1] = text

    def last_uses(self) -> dict[str, tuple[int, int, int, int]]:
        """Of the last row, by rule: uses under old and new, items under old and new."""
        return {entry[0]: entry[1:] for entry in self.lists["uses"].last()}

    def last_spent(self) -> dict[str, tuple[int, int]]:
        """Of the last row, by rule: what it saves under old and new."""
        found: dict[str, tuple[int, int]] = {}
        for rule, _, _, old, new in self.lists["savings"].last():
            before = found.get(rule, (0, 0))
            found[rule] = before[0] + old, before[1] + new
        return found

    def keep_carts(self, carts: list[str], most: int) -> None:
        """Keeps the carts of the `most` orders whose price moves most: a report shows the first of all."""
        moved = []
        for at, row in enumerate(self.flat):
            old, new = row[_OLD], row[_NEW]
            if new != old:
                moved.append((-abs(new - old), at))
        for _, at in sorted(moved)[:most]:
            self.carts[at] = carts[at]

    def batch(self) -> Any:
        """All rows, as an Arrow batch of `SCHEMA`."""
        many = range(len(self.flat))
        flat = dict(zip(FLAT, zip(*self.flat, strict=True) if self.flat else [()] * len(FLAT), strict=True))
        flat["cart"] = tuple([self.carts.get(at) for at in many])
        flat["usage"] = tuple([self.usage.get(at) for at in many])
        columns = []
        for name in SCHEMA.names:
            if name in flat:
                columns.append(pa.array(flat[name], _kind(name)))
            elif name in self.texts:
                columns.append(pa.array(self.texts[name], _kind(name)))
            else:
                columns.append(self.lists[name].array())
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _earned(quote: Quote) -> int:
    return sum([each.coins for each in quote.earned]) if quote.earned else 0


def _bound(quote: Quote) -> int:
    return quote.total_minor if quote.optimal else min(quote.lower_bound_minor, quote.total_minor)


def _kind(name: str) -> Any:
    return SCHEMA.field(name).type
