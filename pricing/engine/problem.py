"""One cart met by the rules it touches, as plain numbers: what `match` makes and `settle` and `search` read.

Amounts stand in one list: first the goods of each line, or of each run of a line whose units have got different prices (in
order of line id, price, item rule), then each shipping charge (in order of store, method, id). A *place* is an index into
that list. Minor units everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

NO_CAP: Final = -1


class Gift:
    """A benefit on units, aligned to the targets of an application (SPEC 4, "Benefits on units"). Never changes."""

    __slots__ = ("amount", "costs", "units", "weights")

    def __init__(self, amount: int, units: list[int], costs: list[int], weights: list[int]) -> None:
        self.amount = amount
        """Minor units, before caps."""
        self.units = units
        """How many units of each target it falls on."""
        self.costs = costs
        """What those units cost at item prices: no target gives more."""
        self.weights = weights
        """In which proportion it is shared."""


class Rung:
    """A stretch of an application's curve from base to saving; see `pricing.forms.lowered.Lowered`."""

    __slots__ = ("amount", "at_most", "beyond", "denominator", "every", "gift", "most_times", "numerator", "reach")

    def __init__(
        self,
        reach: int,
        amount: int,
        numerator: int,
        denominator: int,
        beyond: int,
        every: int,
        most_times: int,
        at_most: int,
        gift: Callable[[int], Gift] | None,
    ) -> None:
        self.reach = reach
        self.amount = amount
        self.numerator = numerator
        self.denominator = denominator
        self.beyond = beyond
        """`pay v in all`, `ship at v`: the saving is what the targets cost above it; NO_CAP: something else."""
        self.every = every
        """Above 0: given for each whole such part of the base."""
        self.most_times = most_times
        self.at_most = at_most
        self.gift = gift
        """Of a benefit on units: what it comes to when its step is reached so many times."""


class Application:
    """A rule on one group of lines (SPEC section 2)."""

    __slots__ = (
        "amount_of_rate",
        "automatic",
        "cap_item",
        "cap_item_denominator",
        "cap_item_numerator",
        "cap_order",
        "cap_order_denominator",
        "cap_order_numerator",
        "cap_store",
        "clash",
        "coins_of_rate",
        "counted",
        "free",
        "groups",
        "has_gift",
        "in_steps",
        "index",
        "is_coins",
        "is_shipping",
        "item_base",
        "item_whole",
        "layer",
        "lines",
        "most",
        "name",
        "piece",
        "pool",
        "rule",
        "rungs",
        "scope",
        "sku",
        "store",
        "targets",
    )

    def __init__(self, rule: int, name: str, store: str, sku: str, layer: int, scope: list[int]) -> None:
        self.index = 0
        """Place in `Problem.applications`."""
        self.rule = rule
        """Index of the rule in the plan."""
        self.name = name
        self.store = store
        """"" for an application over the whole order."""
        self.sku = sku
        """With `ladder per sku`, else ""."""
        self.layer = layer
        """Index of its layer in the policy's order."""
        self.scope = scope
        """Places of the lines in scope: what two applications may not share."""
        self.lines = scope
        """Places of the counted lines: base and threshold are measured on them. Often the very same list as `scope`."""
        self.targets = scope
        """Places that the benefit is taken from: the lines in scope, or shipping charges."""
        self.item_base = -1
        """What its counted lines cost at item prices, and"""
        self.item_whole = -1
        """what its targets do, minor units; -1: nobody has asked (`settle.item_base`, `item_whole`)."""
        self.rungs: list[Rung] = []
        """By rising reach."""
        self.has_gift = False
        """Whether a rung is a benefit on units."""
        self.cap_item = NO_CAP
        """For each unit that the benefit falls on."""
        self.cap_item_numerator = NO_CAP
        self.cap_item_denominator = 1
        self.cap_store = NO_CAP
        self.cap_order = NO_CAP
        """Spans all applications of the rule; for a select coupon it is a group instead."""
        self.cap_order_numerator = NO_CAP
        """Coin payment: a share of what its targets cost when its layer begins."""
        self.cap_order_denominator = 1
        self.piece = 0
        """Worth of one piece of a select coupon, else 0."""
        self.most = 1
        """The highest count a selection may give it: pieces of a select coupon, else 1."""
        self.automatic = False
        """Whether it may not be left out (SPEC 5.6)."""
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
        self.in_steps = False
        """Coin payment: only multiples of `amount_of_rate` are paid."""
        self.clash = 0
        """Bit mask of applications that may not be used beside this one (SPEC section 5.1 and 5.2)."""
        self.groups: list[int] = []
        """Indexes of the count limits it is in."""

    def twin(self) -> Application:
        """A copy whose fields may be set to others; the lists are the same ones."""
        twin = Application(self.rule, self.name, self.store, self.sku, self.layer, self.scope)
        twin.index = self.index
        twin.lines = self.lines
        twin.targets = self.targets
        twin.item_base = self.item_base
        twin.item_whole = self.item_whole
        twin.rungs = self.rungs
        twin.has_gift = self.has_gift
        twin.cap_item = self.cap_item
        twin.cap_item_numerator = self.cap_item_numerator
        twin.cap_item_denominator = self.cap_item_denominator
        twin.cap_store = self.cap_store
        twin.cap_order = self.cap_order
        twin.cap_order_numerator = self.cap_order_numerator
        twin.cap_order_denominator = self.cap_order_denominator
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
        twin.in_steps = self.in_steps
        twin.clash = self.clash
        twin.groups = self.groups
        return twin


class Group:
    """A limit on counts: the sum of weight times count over its members may not pass `most` (SPEC section 5.3)."""

    __slots__ = ("by_rule", "members", "most", "weight")

    def __init__(self, members: list[int], weight: int, most: int, by_rule: bool = False) -> None:
        self.members = members
        self.weight = weight
        self.most = most
        self.by_rule = by_rule
        """Whether it counts rules: several used applications of one rule are one (a code typed once serves them all)."""


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
        "codes_serve_many",
        "coins",
        "floors",
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
        "units",
        "void",
    )

    def __init__(self) -> None:
        self.places = 0
        """Number of lines; shipping charges follow them in `item`."""
        self.item: list[int] = []
        """Item price amount of each line, then the amount of each shipping charge."""
        self.units: list[int] = []
        """How many units stand at each line; 1 for each charge."""
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
        self.floors: list[int] = []
        """Of each place, what no saving takes it below (SPEC 1, room); empty where nothing has a floor."""
        self.codes_serve_many = False
        """Whether a rule given by code has several applications: they count as one code (SPEC 6.3)."""

    def twin(self) -> Problem:
        """A copy whose fields may be set to others; the lists are the same ones."""
        twin = Problem()
        twin.places = self.places
        twin.item = self.item
        twin.units = self.units
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
        twin.floors = self.floors
        twin.codes_serve_many = self.codes_serve_many
        return twin
