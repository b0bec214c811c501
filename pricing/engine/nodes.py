"""Every decision about the global applications, each with the options of the stores and a bound on its total.

Reads `Parts`; makes `Branch`es: a `Node`, the `Relaxation` of it, and whether its figures are exact. `search.py` works
them off, the most promising first.
"""

from __future__ import annotations

from itertools import product

from pricing.engine.bounds import Relaxation
from pricing.engine.gains import Gain
from pricing.engine.keys import Keys
from pricing.engine.options import CellWalk
from pricing.engine.outcome import ANY_DOUBT, NO_DOUBT, Node, Option
from pricing.engine.parts import Cell, Parts, has_item_cap
from pricing.engine.settle import coins_for
from pricing.engine.states import Watch

MOST_NODES = 512
"""More decisions about globals than this are left to the exhaustive search."""

Key = tuple[int, ...]


EXACT = -1
LOOSE = -2


class Branch:
    """One node, ready to be judged."""

    __slots__ = ("node", "relaxation", "trust", "watched")

    def __init__(self, node: Node, relaxation: Relaxation, trust: int, watched: list[Watch]) -> None:
        self.node = node
        self.relaxation = relaxation
        self.trust = trust
        """EXACT: relaxed figures are the true ones, so that dominance holds. LOOSE: they are only bounds. Else a layer:
        selections that decide alike below it, and in every option that is in doubt, are told apart by exact figures."""
        self.watched = watched

    def least_coins(self) -> int:
        """Coins that every selection of the branch spends: on a coin payment whose saving cannot vary."""
        coins = 0
        for position, gain in enumerate(self.relaxation.gains):
            if gain is not None and gain.app.is_coins and not gain.varies() and not self.relaxation.short[position]:
                coins += coins_for(gain.app, gain.at(gain.low))
        return coins

    def priced(self) -> list[int]:
        """The globals whose base is worth a price."""
        return [position for position, sign in self.watched if sign < 0]

    def children(self) -> list[Branch]:
        """The branch cut by the stretches of the gains that vary: every selection of it is in one of them.

        On a stretch a threshold is a condition that a bound can price; over a whole range it is a jump that it cannot.
        """
        gains = self.relaxation.gains
        cuts: list[list[Gain | None]] = []
        many = 1
        for gain in gains:
            parts: list[Gain | None] = [gain]
            if gain is not None and gain.varies() and not gain.app.is_coins:
                stretches = gain.stretches()
                if many * len(stretches) <= MOST_CHILDREN:
                    many *= len(stretches)
                    parts = [gain.on(first, last) for first, last in stretches]
            cuts.append(parts)
        if many == 1:
            return [self]
        relaxation = self.relaxation
        children: list[Branch] = []
        for chosen in product(*cuts):
            cut = Relaxation(
                relaxation.options,
                list(chosen),
                relaxation.chained,
                relaxation.available,
                relaxation.faces,
                relaxation.short,
                relaxation.weight,
            )
            children.append(Branch(self.node, cut, self.trust, self._watched_on(chosen)))
        return children

    def _watched_on(self, chosen: tuple[Gain | None, ...]) -> list[Watch]:
        """What must still be watched: bases that vary, that must reach the stretch, or that are chained to others."""
        watched: list[Watch] = []
        for position, sign in self.watched:
            gain, whole = chosen[position], self.relaxation.gains[position]
            if gain is None or whole is None:
                continue
            if (position, 1) in self.watched or gain.varies() or gain.low > whole.low:
                watched.append((position, sign))
        return watched


MOST_CHILDREN = 64


def nodes_of(parts: Parts) -> list[Node]:
    """Every permitted combination of the global decisions; empty when there are too many."""
    ranges = [range(parts.globals[position].most + 1) for position in parts.optional]
    many = 1
    for choices in ranges:
        many *= len(choices)
    if many > MOST_NODES:
        return []
    nodes: list[Node] = []
    for chosen in product(*ranges):
        counts = [1] * len(parts.globals)
        for position, pieces in zip(parts.optional, chosen, strict=True):
            counts[position] = pieces
        node = Node(parts, counts)
        if _is_permitted(parts, node):
            nodes.append(node)
    return nodes


def _is_permitted(parts: Parts, node: Node) -> bool:
    for position in parts.optional:
        if node.counts[position] and parts.globals[position].clash & node.mask:
            return False
    groups = zip(parts.problem.groups, node.groups_used, strict=True)
    return all(used * group.weight <= group.most for group, used in groups)


class Brancher:
    """Makes branches, and keeps the options of cells that several of them share."""

    __slots__ = ("cache", "chained", "keys", "parts", "steps")

    def __init__(self, parts: Parts, keys: Keys) -> None:
        self.parts = parts
        self.keys = keys
        self.cache: list[dict[Key, list[Option]]] = [{} for _ in parts.cells]
        self.steps = 0
        self.chained = [
            [covers and self._sees_saving(earlier, later) for later, covers in enumerate(row)]
            for earlier, row in enumerate(parts.covers)
        ]

    def _sees_saving(self, earlier: int, later: int) -> bool:
        """Whether the saving of one global comes off the noted base of another."""
        app = self.parts.globals[later]
        if self.parts.globals[earlier].layer >= app.layer or self.parts.globals[earlier].is_shipping:
            return False
        if app.is_coins:
            return not has_item_cap(app)
        return not self.parts.problem.measured_on_item

    def branch(self, node: Node) -> Branch | None:
        """The node's relaxation; None when some store has no outcome under it."""
        options: list[list[Option]] = []
        gains: list[Gain | None] = []
        for _ in range(1 + self._passes(node)):
            options = [self._options(cell, place, node) for place, cell in enumerate(self.parts.cells)]
            if not all(options):
                return None
            gains = self._gains(node, options)
            if not self._tighten(node, gains):
                break
        trust = self._judge(node, options, gains)
        watched = self._watched(gains)
        if trust == EXACT:
            options = [reduced_options(each, watched) for each in options]
        available = [self.parts.problem.pools[pool].most(self.parts.problem.coins) for pool in self.parts.pools]
        chained = [[linked and gains[later] is not None for later, linked in enumerate(row)] for row in self.chained]
        faces = [self._face(pool) for pool in self.parts.pools]
        short = [self._may_fall_short(position) for position in range(len(gains))]
        relaxation = Relaxation(options, gains, chained, available, faces, short, self.parts.weight)
        return Branch(node, relaxation, trust, watched)

    def _face(self, pool: int) -> int:
        """The worth of a piece of a select coupon; 0 for other coupons."""
        return max((app.piece for app in self.parts.problem.applications if app.pool == pool), default=0)

    def _passes(self, node: Node) -> int:
        """Each pass narrows the ratio of one more global; only dependent stores read ratios."""
        if not any(cell.dependent for cell in self.parts.cells):
            return 0
        return min(3, sum(1 for count in node.counts if count))

    def _options(self, cell: Cell, place: int, node: Node) -> list[Option]:
        key = [node.mask & cell.clash, *(node.groups_used[group] for group in cell.groups)]
        if cell.dependent:
            for position, lines in enumerate(cell.global_lines):
                if lines and node.counts[position]:
                    key += [position, node.ratio_lo[position], node.ratio_hi[position]]
        options = self.cache[place].get(tuple(key))
        if options is None:
            walk = CellWalk(self.parts, cell, node, self.keys)
            options = self.cache[place][tuple(key)] = walk.run()
            self.steps += walk.steps
        return options

    def _gains(self, node: Node, options: list[list[Option]]) -> list[Gain | None]:
        """What each used global saves, over the range that all options give its base."""
        problem = self.parts.problem
        gains: list[Gain | None] = []
        savings: list[tuple[int, int]] = []
        for position, app in enumerate(self.parts.globals):
            if not node.counts[position]:
                gains.append(None)
                savings.append((0, 0))
                continue
            low = sum(min(option.bases[position] - option.fuzz[position] for option in each) for each in options)
            high = sum(max(option.bases[position] for option in each) for each in options)
            for earlier in range(position):
                if self.chained[earlier][position]:
                    low -= savings[earlier][1]
                    high -= savings[earlier][0]
            if app.is_coins and has_item_cap(app):
                low -= self._coin_fuzz(position, savings)
            low, high = max(0, low), max(0, high)
            low = min(low, high)
            gain = Gain(problem, app, node.counts[position], low, high)
            values = [gain.at(point) for point in gain.points]
            gains.append(gain)
            savings.append((0 if self._may_fall_short(position) else min(values), max(values)))
        return gains

    def _coin_fuzz(self, position: int, savings: list[tuple[int, int]]) -> int:
        """How much less room for coins the lines have after the shares of earlier globals: their share of the cap, and
        less than one minor unit of truncation for each line."""
        app = self.parts.globals[position]
        taken = sum(high for _, high in savings)
        if not taken:
            return 0
        if app.cap_item_numerator >= 0:
            taken = -(-taken * app.cap_item_numerator // app.cap_item_denominator)
        return taken + len(app.lines)

    def _may_fall_short(self, position: int) -> bool:
        """Whether a global may save less than its gain says: caps per item, dropped remainders, clamping or voiding."""
        app = self.parts.globals[position]
        problem = self.parts.problem
        if app.is_coins:
            return any(pool.trades for pool in problem.pools) or not problem.moved
        if app.given_weights:
            return True
        return has_item_cap(app) or not problem.moved or problem.void or problem.measured_on_item or self.parts.overlap

    def _tighten(self, node: Node, gains: list[Gain | None]) -> bool:
        """Narrow the ratios by the new ranges; False when nothing changed."""
        changed = False
        problem = self.parts.problem
        for position, gain in enumerate(gains):
            if gain is None or gain.app.is_coins:
                continue
            weights = sum(problem.item[place] for place in gain.app.lines) if problem.by_item_price else 0
            low, high = gain.ratios(weights)
            if self._may_fall_short(position):
                low = 0
            if (low, high) != (node.ratio_lo[position], node.ratio_hi[position]):
                node.ratio_lo[position], node.ratio_hi[position] = low, high
                changed = True
        return changed

    def _watched(self, gains: list[Gain | None]) -> list[Watch]:
        """Globals that still vary with the base, within the range it can have."""
        watched: list[Watch] = []
        for position, gain in enumerate(gains):
            if gain is None or not gain.varies():
                continue
            watched.append((position, -1))
            for later, linked in enumerate(self.chained[position]):
                other = gains[later]
                if linked and other is not None and other.varies():
                    watched.append((position, 1))
                    break
        return watched

    def _judge(
        self,
        node: Node,
        options: list[list[Option]],
        gains: list[Gain | None],
    ) -> int:
        """How far the relaxed figures are the true ones: the branch's trust."""
        used = sum(1 for count in node.counts if count)
        paying = 0
        for position, gain in enumerate(gains):
            automatic = self.parts.globals[position].automatic
            if automatic and position in self.parts.optional:
                return LOOSE
            if gain is None:
                continue
            app = gain.app
            paying += app.is_coins
            if self._may_fall_short(position) and not (app.is_coins and self.parts.problem.moved):
                return LOOSE
            if gain.varies():
                if not gain.rises or any(option.fuzz[position] for each in options for option in each):
                    return LOOSE
                if app.is_coins and has_item_cap(app) and used > 1:
                    return LOOSE
        doubt = max(option.doubt for each in options for option in each)
        if paying > 1 or doubt == ANY_DOUBT:
            return LOOSE
        if doubt == NO_DOUBT:
            return EXACT
        return max(
            (gain.app.layer for gain in gains if gain is not None and gain.app.layer < doubt),
            default=LOOSE,
        )


def reduced_options(options: list[Option], watched: list[Watch]) -> list[Option]:
    """Without those that another of the same store beats in everything that a later layer can read."""
    ranked = sorted(options, key=_option_order)
    kept: list[Option] = []
    for option in ranked:
        for better in kept:
            if _outdoes(better, option, watched):
                break
        else:
            kept.append(option)
    return kept


def _option_order(option: Option) -> tuple[int, int, int, int]:
    return option.cost, option.count, option.expiry, option.key


def _outdoes(better: Option, option: Option, watched: list[Watch]) -> bool:
    """`better` comes first by (cost, count, expiry, names)."""
    for position, sign in watched:
        if sign * better.bases[position] > sign * option.bases[position]:
            return False
    if better.coins > option.coins:
        return False
    same = better.coins == option.coins
    for mine, theirs in (
        (option.pools, better.pools),
        (option.groups, better.groups),
        (option.caps, better.caps),
    ):
        for used, other in zip(mine, theirs, strict=True):
            if other > used:
                return False
            same = same and other == used
    return same or better.cost < option.cost or better.count < option.count
