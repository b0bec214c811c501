"""One cart met by the rules it touches, as plain numbers: what `match` makes and `settle` and `search` read.

Amounts stand in one list: first the goods of each line (lines in order of id), then each shipping charge (in order of
store and method). A *place* is an index into that list. Minor units everywhere.
"""

from __future__ import annotations

from typing import Final

NO_CAP: Final = -1


class Rung:
    """A step of a ladder as plain numbers; see `model.ladder.Step`."""

    __slots__ = ("amount", "at_most", "denominator", "given_units", "numerator", "reach", "repeats", "units")

    def __init__(
        self,
        units: bool,
        reach: int,
        repeats: bool,
        amount: int,
        numerator: int,
        denominator: int,
        given_units: int,
        at_most: int,
    ) -> None:
        self.units = units
        self.reach = reach
        self.repeats = repeats
        self.amount = amount
        self.numerator = numerator
        self.denominator = denominator
        self.given_units = given_units
        self.at_most = at_most


class Application:
    """A rule on one group of lines (SPEC section 2)."""

    __slots__ = (
        "amount_of_rate",
        "automatic",
        "cap_item",
        "cap_item_denominator",
        "cap_item_numerator",
        "cap_order",
        "cap_store",
        "clash",
        "coins_of_rate",
        "counted",
        "free",
        "given_total",
        "given_weights",
        "groups",
        "index",
        "is_coins",
        "is_shipping",
        "layer",
        "lines",
        "most",
        "name",
        "piece",
        "pool",
        "rule",
        "rungs",
        "store",
        "targets",
        "units",
    )

    def __init__(self, rule: int, name: str, store: str, layer: int, lines: list[int]) -> None:
        self.index = 0
        """Place in `Problem.applications`."""
        self.rule = rule
        """Index of the rule in the plan."""
        self.name = name
        self.store = store
        """"" for an application over the whole order."""
        self.layer = layer
        """Index of its kind in the policy's order."""
        self.lines = lines
        """Places of the lines in scope; base and threshold are measured on them."""
        self.targets = lines
        """Places that the benefit is taken from: the lines, or shipping charges."""
        self.units = 0
        """Units in scope."""
        self.rungs: list[Rung] = []
        """By rising reach."""
        self.given_weights: list[int] = []
        """`buy k get j`: item price of the units given, for each of `lines`."""
        self.given_total = 0
        self.cap_item = NO_CAP
        self.cap_item_numerator = NO_CAP
        self.cap_item_denominator = 1
        self.cap_store = NO_CAP
        self.cap_order = NO_CAP
        """Spans all applications of the rule; for a select coupon it is a group instead."""
        self.piece = 0
        """Worth of one piece of a select coupon, else 0."""
        self.most = 1
        """The highest count a selection may give it: pieces of a select coupon, else 1."""
        self.automatic = False
        self.free = False
        """Whether using it whenever it is usable is no decision: automatic, or the only coin payment, and neither
        clashes with anything nor is barred by a limit."""
        self.counted = 0
        """1 when each use counts as a coupon or code used (SPEC section 6.3)."""
        self.pool = -1
        """Index of the pool its pieces come from, or -1."""
        self.is_shipping = False
        self.is_coins = False
        self.coins_of_rate = 0
        self.amount_of_rate = 0
        self.clash = 0
        """Bit mask of applications that may not be used beside this one (SPEC section 5.1 and 5.2)."""
        self.groups: list[int] = []
        """Indexes of the count limits it is in."""

    def twin(self) -> Application:
        """A copy whose fields may be set to others; the lists are the same ones."""
        twin = Application(self.rule, self.name, self.store, self.layer, self.lines)
        twin.index = self.index
        twin.targets = self.targets
        twin.units = self.units
        twin.rungs = self.rungs
        twin.given_weights = self.given_weights
        twin.given_total = self.given_total
        twin.cap_item = self.cap_item
        twin.cap_item_numerator = self.cap_item_numerator
        twin.cap_item_denominator = self.cap_item_denominator
        twin.cap_store = self.cap_store
        twin.cap_order = self.cap_order
        twin.piece = self.piece
        twin.most = self.most
        twin.automatic = self.automatic
        twin.free = self.free
        twin.counted = self.counted
        twin.pool = self.pool
        twin.is_shipping = self.is_shipping
        twin.is_coins = self.is_coins
        twin.coins_of_rate = self.coins_of_rate
        twin.amount_of_rate = self.amount_of_rate
        twin.clash = self.clash
        twin.groups = self.groups
        return twin


class Group:
    """A limit on counts: the sum of weight times count over its members may not pass `most` (SPEC section 5.3)."""

    __slots__ = ("members", "most", "weight")

    def __init__(self, members: list[int], weight: int, most: int) -> None:
        self.members = members
        self.weight = weight
        self.most = most


class Pool:
    """The pieces of one coupon: those held, soonest expiry first, and those that coins can buy (SPEC section 4)."""

    __slots__ = ("expiries", "held", "name", "trades")

    def __init__(
        self, name: str, held: int, expiries: list[tuple[int, int]], trades: list[tuple[int, int, int, str]]
    ) -> None:
        self.name = name
        self.held = held
        self.expiries = expiries
        """(rank of the expiry, pieces), soonest first; the rank is common to all pools of a problem."""
        self.trades = trades
        """(coins, pieces, most trades, exchange rule), best price per piece first."""

    def cost(self, pieces: int) -> int:
        """Coins to pay for using so many pieces; -1 when they cannot be had."""
        need = pieces - self.held
        coins = 0
        for price, size, most, _ in self.trades:
            if need <= 0:
                break
            times = min(most, (need + size - 1) // size)
            coins += times * price
            need -= times * size
        return coins if need <= 0 else -1

    def rank_of(self, piece: int) -> int:
        """Rank of the expiry of one of the pieces held, counted from 0, soonest first; -1 when it is not held."""
        for rank, many in self.expiries:
            if piece < many:
                return rank
            piece -= many
        return -1

    def most(self, coins: int) -> int:
        """How many pieces can be had in all for so many coins. The cost only rises with the pieces."""
        low, high = self.held, self.held
        for _, size, times, _ in self.trades:
            high += size * times
        while low < high:
            middle = (low + high + 1) // 2
            cost = self.cost(middle)
            if 0 <= cost <= coins:
                low = middle
            else:
                high = middle - 1
        return low


class Problem:
    """Everything that a selection is settled and judged by."""

    __slots__ = (
        "applications",
        "by_item_price",
        "charge_stores",
        "coins",
        "groups",
        "item",
        "layers",
        "measured_on_item",
        "moved",
        "never_expires",
        "places",
        "pools",
        "rounds_down",
        "stores",
        "void",
    )

    def __init__(self) -> None:
        self.places = 0
        """Number of lines; shipping charges follow them in `item`."""
        self.item: list[int] = []
        """Item price amount of each line, then the amount of each shipping charge."""
        self.stores: list[int] = []
        """Store of each line, stores numbered by name."""
        self.charge_stores: list[int] = []
        """Likewise of each charge; -1 when the store has no lines."""
        self.applications: list[Application] = []
        """By layer, rule name, store: the order in which they are settled."""
        self.layers = 0
        self.groups: list[Group] = []
        self.pools: list[Pool] = []
        self.coins = 0
        self.never_expires = 0
        """The expiry rank of pieces that never expire: above all others."""
        self.measured_on_item = False
        self.by_item_price = False
        self.moved = True
        self.void = False
        self.rounds_down = False

    def twin(self) -> Problem:
        """A copy whose fields may be set to others; the lists are the same ones."""
        twin = Problem()
        twin.places = self.places
        twin.item = self.item
        twin.stores = self.stores
        twin.charge_stores = self.charge_stores
        twin.applications = self.applications
        twin.layers = self.layers
        twin.groups = self.groups
        twin.pools = self.pools
        twin.coins = self.coins
        twin.never_expires = self.never_expires
        twin.measured_on_item = self.measured_on_item
        twin.by_item_price = self.by_item_price
        twin.moved = self.moved
        twin.void = self.void
        twin.rounds_down = self.rounds_down
        return twin
