"""Joining the stores: partial selections carried from store to store, refused by the bound or by a better one.

Reads a `Branch` and its `Prices`; offers whole selections to `Best`, settled exactly by `judge.complete`.

Lemma (signatures): what an option in doubt really costs is decided by the shares of the globals below it, and those by
the decisions in the layers below the last of these globals. Two labels that agree in those decisions and in their options
in doubt have one *signature*; whatever completes both then meets the same shares, so the doubt falls on both alike and
dominance holds between them. Where anything else is uncertain nothing is dominated.

Lemma (fixing): an option whose reduced cost is above its store's least by more than the gap between the best total and
the bound is in no selection as good as the best.
"""

from __future__ import annotations

from bisect import bisect_right

from pricing.engine.problem import NO_CAP
from pricing.engine.search.branches.bounds import Prices, Relaxation
from pricing.engine.search.branches.branch import EXACT, LOOSE, Branch
from pricing.engine.search.branches.gains import Gain
from pricing.engine.search.joining.beaten import unbeaten
from pricing.engine.search.joining.labels import Label, by_reduced, ties_of, undominated
from pricing.engine.search.joining.states import Field, States, base_field
from pricing.engine.search.judge import NOTHING, Best, complete
from pricing.engine.search.stores.outcome import NO_DOUBT, Node, Option
from pricing.engine.search.stores.parts import SCALE, Parts


def ceiling(parts: Parts, branch: Branch, best: Best) -> int:
    """A bound above this belongs to no selection of the branch that is as good as the best: its total is higher, or it
    is as high with more coins spent, or with as many coins and more coupons."""
    scaled = SCALE * (best.total - parts.constant)
    coins = branch.least_coins
    if coins < best.coins:
        return scaled + SCALE - 1
    return scaled + parts.weight * best.count if coins == best.coins else scaled - 1


def proving(parts: Parts, best: Best) -> int:
    """Above this a bound proves the best total, ties left open."""
    return SCALE * (best.total - parts.constant - 1) + parts.weight * parts.most


def total_of(parts: Parts, bound: int) -> int:
    """The least total that a bound allows."""
    return -(-(bound - parts.weight * parts.most) // SCALE) + parts.constant


class Join:
    """The label search of one branch under one set of prices."""

    __slots__ = (
        "bases",
        "best",
        "branch",
        "cut_bound",
        "is_empty",
        "node",
        "options",
        "parts",
        "pieces",
        "prices",
        "reduced",
        "relaxation",
        "signatures",
        "signed",
        "start",
        "states",
        "step_limit",
        "steps",
        "ways",
    )

    def __init__(self, parts: Parts, branch: Branch, prices: Prices, best: Best) -> None:
        self.parts = parts
        self.branch = branch
        self.node: Node = branch.node
        self.relaxation: Relaxation = branch.relaxation
        self.prices = prices
        self.best = best
        self.steps = 0
        self.step_limit = 0
        self.cut_bound = NOTHING
        """Least bound, in SCALE, among labels that a narrow beam cut."""
        self.options: list[list[Option]] = []
        self.reduced: list[list[int]] = []
        """By rising reduced cost."""
        self._fix()
        self.ways = self._ways()
        """The cells in the order in which they are joined; two lists where two halves are met in the middle."""
        self.bases: list[Field | None] = [None] * len(branch.relaxation.gains)
        """The field of each global whose base is watched."""
        self.pieces: list[Field] = []
        """The field of each shared pool."""
        self.states = States([], [], [])
        self.is_empty = not all(self.options)
        """Whether some store has no option left, or those left cannot keep a limit: nothing here is as good as the best."""
        if not self.is_empty:
            self.states = self._states()
            self.is_empty = self.states.none_fits
        self.signatures: dict[tuple[int, int], int] = {}
        """Number of each pair of (signature so far, option's part of it)."""
        self.signed: list[list[int]] = [self._signed(each) for each in self.options]
        self.start = self._start()
        """The label before any cell: what the node's own decisions cost."""

    def _ways(self) -> list[list[int]]:
        return [list(range(len(self.options)))]

    def _signed(self, options: list[Option]) -> list[int]:
        """What each option of a cell adds to a signature; alike where it adds the same."""
        trust = self.branch.trust
        if trust < 0:
            return [0] * len(options)
        apps = self.parts.problem.applications
        known: dict[tuple[object, ...], int] = {}
        signed: list[int] = []
        for place, option in enumerate(options):
            early = tuple(pair for pair in option.counts if apps[pair[0]].layer < trust)
            mark = (early, -1 if option.doubt == NO_DOUBT else place)
            signed.append(known.setdefault(mark, len(known)))
        return signed

    def highest(self) -> int:
        """No label above this, its stores still to come at their least included, is as good as the best."""
        return ceiling(self.parts, self.branch, self.best) + self.prices.constant

    def _fix(self) -> None:
        """Keep the options that can be in a selection as good as the best, cheapest first."""
        prices = self.prices
        room = self.highest() - prices.least
        exact = self.branch.trust == EXACT and self.parts.rules.beaten
        fixes = self.parts.rules.fixed
        for rows, chosen in zip(self.relaxation.rows, prices.chosen, strict=True):
            most = prices.reduced(chosen) + room
            kept: list[Option] = []
            costs: list[int] = []
            for row in rows:
                cost = prices.reduced(row)
                if cost <= most or not fixes:
                    kept.append(row.option)
                    costs.append(cost)
            places = unbeaten(kept, self.branch.watched) if exact and len(kept) > 1 else list(range(len(kept)))
            places.sort(key=costs.__getitem__)
            self.options.append([kept[place] for place in places])
            self.reduced.append([costs[place] for place in places])

    def narrow(self) -> None:
        """Drop the options that a better best selection has ruled out since."""
        room = self.highest() - self.prices.least
        if room < 0:
            self.is_empty = True
        if self.is_empty or not (self.parts.rules.narrowed and self.parts.rules.fixed):
            return
        changed = False
        for cell, reduced in enumerate(self.reduced):
            kept = bisect_right(reduced, reduced[0] + room)
            if kept < len(reduced):
                self.reduced[cell] = reduced[:kept]
                self.options[cell] = self.options[cell][:kept]
                self.signed[cell] = self.signed[cell][:kept]
                changed = True
        if changed:
            # Fewer options, narrower fields: a state that fits a machine word is worth the work.
            self.ways = self._ways()
            self.states = self._states()
            self.start = self._start()
            self.is_empty = self.states.none_fits

    def _states(self) -> States:
        parts = self.parts
        problem = parts.problem
        options = self.options
        fields: list[Field] = []
        start: list[int] = []
        pools: list[Field] = []
        watched = self.branch.watched
        for watch in watched:
            gain = self.relaxation.gains[watch[0]]
            assert gain is not None  # only used globals are watched
            taken, steady = self._taken(watch[0])
            field = base_field(options, watch, gain, taken, steady and parts.rules.leveled, self.ways)
            if watch[1] < 0:
                self.bases[watch[0]] = field
            fields.append(field)
            start.append(0)
        for place in range(len(parts.pools)):
            drawn = self.drawn(place)
            by_option = [[option.pools[place] for option in each] for each in options]
            pools.append(Field(by_option, self.relaxation.available[place], drawn))
            pools[place].pool = place
            start.append(drawn)
        fields += pools
        self.pieces = pools
        for place, index in enumerate(parts.groups):
            group = problem.groups[index]
            room = group.most // group.weight - self.node.groups_used[index]
            if self._repeated(place, room):
                continue
            fields.append(Field([[option.groups[place] for option in each] for each in options], room, 0))
            start.append(0)
        cap_fields: list[Field] = []
        if parts.caps:
            caps = {app.rule: app.cap_order for app in problem.applications if app.cap_order != NO_CAP}
            for place, rule in enumerate(parts.caps):
                field = Field([[option.caps[place] for option in each] for each in options], caps[rule], 0)
                field.price = self.prices.of_piece[len(parts.pools) + place]
                cap_fields.append(field)
                fields.append(field)
                start.append(0)
        fields.append(Field([[option.coins for option in each] for each in options], problem.coins, 0))
        start.append(0)
        return States(fields, start, cap_fields)

    def _repeated(self, group: int, room: int) -> bool:
        """Whether a limit only repeats that the pieces of a pool are limited."""
        for pool, field in enumerate(self.pieces):
            if field.limit <= room and self.drawn(pool) == 0 and self._same(pool, group):
                return True
        return False

    def _same(self, pool: int, group: int) -> bool:
        for each in self.options:
            for option in each:
                if option.pools[pool] != option.groups[group]:
                    return False
        return True

    def _taken(self, position: int) -> tuple[int, bool]:
        """What the globals before it take off a base at the least; and whether they take just that, and no later base
        is chained to it."""
        taken = 0
        steady = (position, 1) not in self.branch.watched
        for earlier, gain in enumerate(self.relaxation.gains):
            if gain is not None and self.relaxation.chained[earlier][position]:
                if self.relaxation.short[earlier]:
                    steady = False
                    continue
                steady = steady and not gain.varies()
                taken += min([gain.at(point) for point in gain.points])
        return taken, steady

    def drawn(self, place: int) -> int:
        """Pieces of a shared pool that the node itself uses."""
        pool = self.parts.pools[place]
        drawn = 0
        for position in self.parts.optional:
            if self.node.apps[position].pool == pool:
                drawn += self.node.counts[position]
        return drawn

    def run(self, width: int, step_limit: int) -> bool:
        """Join all cells, keeping at most `width` labels at each; True when nothing was cut: the branch is proved."""
        self.step_limit = self.steps + step_limit
        self.cut_bound = NOTHING
        if not self.is_empty:
            self._finished(width)
        return self.cut_bound == NOTHING

    def _finished(self, width: int) -> None:
        """Join the cells and settle what comes out."""
        self._settle(self._grown(self.ways[0], self.start, self.prices.least, width))

    def _start(self) -> Label:
        count = 0
        for position in self.parts.optional:
            count += self.node.counts[position] * self.node.apps[position].counted
        reduced = self.parts.weight * count
        for place in range(len(self.parts.pools)):
            reduced += self.prices.of_piece[place] * self.drawn(place)
        return Label(reduced, self.parts.constant, self.states.start, count, None, None, 0)

    def _grown(self, way: list[int], start: Label, rest: int, width: int) -> list[Label]:
        """Labels over these cells, at most `width` of them; `rest`: the least that these and all other cells add."""
        labels = [start]
        for cell in way:
            rest -= self.reduced[cell][0]
            labels = self._extended(labels, cell, rest)
            if len(labels) > width:
                labels = by_reduced(labels)
                self._spread(labels)
                cut = min([label.reduced for label in labels[width:]]) + rest - self.prices.constant
                self.cut_bound = min(self.cut_bound, cut)
                labels = labels[:width]
            if not labels:
                break
        return labels

    def _spread(self, labels: list[Label]) -> None:
        """Put first those that a narrow search keeps, of labels in order of reduced cost."""

    def _extended(self, labels: list[Label], cell: int, rest: int) -> list[Label]:
        """Every label with every option of the cell that the bound lets pass; `rest`: the least that all others add."""
        ceiling = self.highest() - rest
        states = self.states
        loosely = self.branch.trust == LOOSE
        labels = by_reduced(labels)
        found: dict[int, Label] = {}
        width = states.guards.bit_length()
        loose: list[Label] = []
        added = states.added[cell]
        for place, option in enumerate(self.options[cell]):
            reduced = self.reduced[cell][place]
            plus = added[place]
            for label in labels:
                new_reduced = label.reduced + reduced
                if new_reduced > ceiling:
                    break
                if self.steps >= self.step_limit:
                    self.cut_bound = min(self.cut_bound, new_reduced + rest - self.prices.constant)
                    break
                self.steps += 1
                state = label.state + plus
                cost = label.cost + option.cost
                for field in states.caps:
                    over = field.of(state) - field.limit
                    if over > 0:
                        cost += over
                        new_reduced += over * (SCALE - field.price)
                        state -= over << field.shift
                if not states.within(state):
                    continue
                if states.leveled:
                    state = states.leveled_at(cell, state)
                count = label.count + option.count
                if loosely:
                    loose.append(Label(new_reduced, cost, state, count, label, option, 0))
                    continue
                signature = self._signature(label.signature, self.signed[cell][place])
                key = signature << width | state
                other = found.get(key)
                if other is None or _is_better(label, option, cost, count, other):
                    found[key] = Label(new_reduced, cost, state, count, label, option, signature)
        return loose if loosely else self._left(found)

    def _left(self, found: dict[int, Label]) -> list[Label]:
        """The labels that no other with the same signature makes needless."""
        if self.branch.trust == EXACT:
            return undominated(list(found.values()), self.states, self.parts.rules.climbed)
        groups: dict[int, list[Label]] = {}
        for label in found.values():
            groups.setdefault(label.signature, []).append(label)
        left: list[Label] = []
        for alike in groups.values():
            left += undominated(alike, self.states, self.parts.rules.climbed)
        return left

    def _signature(self, before: int, added: int) -> int:
        if self.branch.trust == EXACT:
            return 0
        return self.signatures.setdefault((before, added), len(self.signatures))

    def _settle(self, labels: list[Label]) -> None:
        """Settle whole choices exactly, the most promising first, while they can still be as good as the best."""
        ceiling = self.highest()
        finished = [
            (self.least_total(label.options(), label.cost), label.count, place)
            for place, label in enumerate(labels)
            if label.reduced <= ceiling
        ]
        finished.sort()
        problem = self.parts.problem
        for total, _, place in finished:
            if total > self.best.total:
                break
            if self.steps >= self.step_limit:
                least = min([label.reduced for label in labels])
                self.cut_bound = min(self.cut_bound, least - self.prices.constant)
                break
            self.steps += self.parts.settling
            complete(problem, self.decisions(labels[place].options()), self.best)

    def least_total(self, chosen: list[Option], cost: int) -> int:
        """The least total that this choice of options can settle to; above all others when it is none of the branch's."""
        bases = [0] * len(self.node.counts)
        fuzz = [0] * len(bases)
        for option in chosen:
            for position in range(len(bases)):
                bases[position] += option.bases[position]
                fuzz[position] += option.fuzz[position]
        total = cost
        for position, gain in enumerate(self.relaxation.gains):
            if gain is None:
                continue
            low, high = max(gain.low, bases[position] - fuzz[position]), min(gain.high, bases[position])
            if low > high:
                return NOTHING  # its base lies on another stretch
            most, least = _gain_between(gain, low, high)
            total -= most
            if self.relaxation.short[position]:
                least = 0
            for later, chained in enumerate(self.relaxation.chained[position]):
                if chained:
                    bases[later] -= least
                    fuzz[later] += most - least
        return total

    def decisions(self, chosen: list[Option]) -> list[int]:
        """The counts of a whole choice: one option of every cell."""
        counts = [0] * len(self.parts.problem.applications)
        for position in self.parts.optional:
            counts[self.node.apps[position].index] = self.node.counts[position]
        for option in chosen:
            for index, pieces in option.counts:
                counts[index] = pieces
        return counts


def _is_better(label: Label, option: Option, cost: int, count: int, other: Label) -> bool:
    """Whether a label with one option more is better than another in the same state: cost, count, then ties decide."""
    if cost != other.cost:
        return cost < other.cost
    if count != other.count:
        return count < other.count
    return ties_of(label) + option.tie < ties_of(other)


def _gain_between(gain: Gain, low: int, high: int) -> tuple[int, int]:
    """The most and the least that a global saves on a base between the two."""
    if low == high:
        value = gain.at(high)
        return value, value
    if gain.rises:
        return gain.at(high), gain.at(low)
    values = [gain.at(point) for point in gain.points if low <= point <= high] + [gain.at(low), gain.at(high)]
    return max(values), min(values)
