"""Joining the stores of a branch whose figures are exact: two halves of the stores, met in the middle.

Reads and offers the same as `join.Join`. Each half is grown as there; then every label of the first half looks among
those of the second for the ones that fit it.

Lemma (window): let what stores share in a field have a price: pieces, or a base on which its global saves a constant. A
selection that leaves `over` of the limit is dearer than its reduced cost says by price * over. So a label of the second
half fits only when its field is at most what the first leaves of the limit, and less than that by no more than the room
that the bound leaves, divided by the price: a window into the second half, sorted by the field. What is left of several
priced fields adds up: the second half stands on shelves, one for each amount of another field, and a shelf that would
leave too much of it is passed by.

Lemma (halves): limits, costs, counts, expiries and names add up over stores, so dominance within a half holds as it does
over all stores; and what one half can still cost the other is the sum of its stores' least reduced costs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

from pricing.engine.search.branches.bounds import Prices
from pricing.engine.search.branches.branch import Branch
from pricing.engine.search.joining.join import Join
from pricing.engine.search.joining.labels import Label, ascending, by_reduced_and_ties, ties_of
from pricing.engine.search.joining.states import Field
from pricing.engine.search.judge import Best, complete
from pricing.engine.search.stores.outcome import Option
from pricing.engine.search.stores.parts import Parts
from pricing.engine.settling.settle import coins_for, pieces_used

MOST_KINDS: Final = 32
"""In so many kinds labels are parted by what they draw on one field, when not all of them can be kept."""


class Halves(Join):
    """The label search of one exact branch under one set of prices."""

    __slots__ = ("pairs",)

    def __init__(self, parts: Parts, branch: Branch, prices: Prices, best: Best) -> None:
        super().__init__(parts, branch, prices, best)
        self.pairs: Pairs | None = None

    def _ways(self) -> list[list[int]]:
        """The stores dealt out, those with the most options first, so that both halves have about as many choices."""
        ways: list[list[int]] = [[], []]
        sizes = [1, 1]
        for cell in sorted(range(len(self.options)), key=lambda cell: (-len(self.options[cell]), cell)):
            half = 0 if sizes[0] <= sizes[1] else 1
            ways[half].append(cell)
            sizes[half] *= len(self.options[cell])
        return [way[::-1] for way in ways]

    def _finished(self, width: int) -> None:
        first = self._grown(self.ways[0], self.start, self.prices.least, width)
        if first:
            rest = self.start.reduced
            for way in self.ways:
                for cell in way:
                    rest += self.reduced[cell][0]
            second = self._grown(self.ways[1], Label(0, 0, 0, 0, None, None, 0), rest, width)
            if second:
                self._meet(self._paired(), first, second)
        # They hold this: left in a circle, everything that was searched would wait for the garbage collector.
        self.pairs = None

    def _paired(self) -> Pairs:
        pairs = self.pairs
        if pairs is None:
            self.pairs = pairs = Pairs(self)
        return pairs

    def _spread(self, labels: list[Label]) -> None:
        """The cheapest of each kind, then the next of each: the cheapest labels of one half alone draw so much alike that
        hardly two of different halves fit. Where there are more fields than two, kinds would hold too few to choose from."""
        pairs = self._paired()
        field, beside = pairs.field, pairs.beside
        if field is None or len(self.states.fields) > 2 or not self.parts.rules.spread:
            return
        met: dict[int, int] = {}
        ranks: list[int] = []
        for label in labels:
            kind = field.of(label.state) * MOST_KINDS // (field.top + 1)
            if beside is not None:
                kind += beside.of(label.state) * MOST_KINDS
            met[kind] = rank = met.get(kind, 0) + 1
            ranks.append(rank)
        labels[:] = [labels[place] for place in ascending(ranks)]

    def _meet(self, pairs: Pairs, first: list[Label], second: list[Label]) -> None:
        """Offer every pair that fits and can be as good as the best; of those that tie, mostly the best first."""
        first = by_reduced_and_ties(first)
        shelves = shelves_of(second, pairs)
        drawn = [shelf.drawn for shelf in shelves]
        least = min([shelf.least for shelf in shelves])
        beside, price = pairs.beside, pairs.beside_price
        for label in first:
            room = self.highest() - label.reduced
            if room < least:
                break
            left = beside.limit - beside.of(label.state) if beside is not None else 0
            for place in range(bisect_right(drawn, left) - 1, -1, -1):
                shelf = shelves[place]
                dearer = price * (left - shelf.drawn)
                if room - dearer < least:
                    break
                self.steps += 1
                fits = room - dearer >= shelf.least
                if self.steps > self.step_limit or (fits and not self._looked(pairs, label, shelf, dearer)):
                    self.cut_bound = min(self.cut_bound, label.reduced + least - self.prices.constant)
                    return
                if fits:
                    room = self.highest() - label.reduced

    def _looked(self, pairs: Pairs, label: Label, shelf: Shelf, dearer: int) -> bool:
        """Offer the pairs of a label and a shelf, `dearer` by what they leave of its field; False when steps ran out."""
        field, price = pairs.field, pairs.price
        inside = shelf.inside
        room = self.highest() - label.reduced - dearer
        high = 0
        if field is None:
            start, highest = 0, room
        else:
            high = field.limit - field.of(label.state)
            start, highest = bisect_left(inside, -high), (room - shelf.least) // price - high
        for place in range(start, len(inside)):
            if inside[place] > highest:
                break
            if self.steps >= self.step_limit:
                return False
            self.steps += 1
            other = shelf.labels[place]
            over = price * (high + inside[place]) if field is not None else 0
            if other.reduced + over <= room and pairs.met(label, other):
                room = self.highest() - label.reduced - dearer
        return True


class Shelf:
    """The labels of the second half that draw the same on one field; those that draw most on another come first."""

    __slots__ = ("drawn", "inside", "labels", "least")

    def __init__(self, drawn: int, labels: list[Label], inside: list[int], least: int) -> None:
        self.drawn = drawn
        """What they draw on the field beside the one that is looked through."""
        self.labels = labels
        self.inside = inside
        """For each label, what it draws on the field that is looked through, below zero, so that the list rises; its reduced
        cost where there is no such field."""
        self.least = least
        """The least reduced cost among them."""


def shelves_of(labels: list[Label], pairs: Pairs) -> list[Shelf]:
    """The labels put on shelves, those that draw least first."""
    field, beside = pairs.field, pairs.beside
    alike: dict[int, list[Label]] = {}
    for label in labels:
        drawn = beside.of(label.state) if beside is not None else 0
        alike.setdefault(drawn, []).append(label)
    shelves: list[Shelf] = []
    for drawn in sorted(alike):
        mine = alike[drawn]
        least = min(label.reduced for label in mine)
        mine = by_reduced_and_ties(mine)
        if field is None:
            inside = [label.reduced for label in mine]
        else:
            inside = [-field.of(label.state) for label in mine]
            places = ascending(inside)
            mine, inside = [mine[place] for place in places], [inside[place] for place in places]
        shelves.append(Shelf(drawn, mine, inside, least))
    return shelves


class Pairs:
    """Whole choices of options of one branch, offered to the best."""

    __slots__ = (
        "beside",
        "beside_price",
        "best",
        "coins",
        "field",
        "is_ours",
        "join",
        "price",
        "saved",
        "varies",
        "wavers",
    )

    def __init__(self, join: Join) -> None:
        self.join = join
        self.best = join.best
        self.coins = self._steady_coins()
        self.is_ours = self._is_of_node()
        self.varies = False
        """Whether what a global saves depends on its base."""
        self.wavers = False
        """Whether a free global is used by some selections only: then the options alone do not decide a tie."""
        self.saved = 0
        """What the globals save, when nothing varies."""
        for position, gain in enumerate(join.relaxation.gains):
            if gain is not None:
                least = gain.at(gain.low)
                self.saved += least
                if gain.varies():
                    self.varies = True
                    if least == 0 and position not in join.parts.optional:
                        self.wavers = True
        self.field: Field | None = None
        """The field through which the second half is looked into: the one that is worth most."""
        self.price = 0
        self.beside: Field | None = None
        """Another field, by which the second half is put on shelves: the one that is worth most but for that."""
        self.beside_price = 0
        self._choose_window()

    def _steady_coins(self) -> int:
        """Coins that every selection of the branch spends, or -1 when they differ."""
        join = self.join
        relaxation = join.relaxation
        for pool in join.parts.pools:
            if join.parts.problem.pools[pool].trades:
                return -1
        for options in join.options:
            for option in options:
                if option.coins:
                    return -1
        coins = 0
        for position, gain in enumerate(relaxation.gains):
            if gain is not None and gain.app.is_coins:
                if gain.varies() or relaxation.short[position]:
                    return -1
                coins += coins_for(gain.app, gain.at(gain.low))
        return coins

    def _choose_window(self) -> None:
        join = self.join
        if not join.parts.rules.windowed:
            return
        worth = second = 0
        for field in join.states.fields:
            price = 0
            if field.pool >= 0:
                price = join.prices.of_piece[field.pool]
            elif field.watch is not None and field.watch[1] < 0:
                position = field.watch[0]
                gain = join.relaxation.gains[position]
                if gain is not None and not gain.varies() and not self._chained_to(position):
                    price = join.prices.of_base[position]
            if price * field.limit > worth:
                self.beside, self.beside_price, second = self.field, self.price, worth
                self.field, self.price, worth = field, price, price * field.limit
            elif price * field.limit > second:
                self.beside, self.beside_price, second = field, price, price * field.limit
        if not join.parts.rules.shelved:
            self.beside, self.beside_price = None, 0

    def _chained_to(self, position: int) -> bool:
        """Whether the base is noted without the saving of another global."""
        relaxation = self.join.relaxation
        for earlier, gain in enumerate(relaxation.gains):
            if gain is not None and relaxation.chained[earlier][position]:
                return True
        return False

    def met(self, one: Label, other: Label) -> bool:
        """Offer a pair of labels; whether it is better than the best in more than a tie."""
        join = self.join
        state = one.state + other.state
        cost = one.cost + other.cost
        for field in join.states.caps:
            over = field.of(state) - field.limit
            if over > 0:
                cost += over
                state -= over << field.shift
        if not join.states.within(state):
            return False
        total, count = self.total(cost, state), one.count + other.count
        if not self._may_win(total, count):
            return False
        if self._is_tied(total, count) and self._ties(ties_of(one) + ties_of(other), state) >= self._ties_of_best():
            return False
        return self._offered(one.options() + other.options(), cost, total, count, state)

    def offered(self, chosen: list[Option], state: int) -> bool:
        """Offer a choice of options whose state is within all limits; likewise."""
        cost, count = self.join.start.cost, self.join.start.count
        for option in chosen:
            cost += option.cost
            count += option.count
        total = self.total(cost, state)
        return self._may_win(total, count) and self._offered(chosen, cost, total, count, state)

    def _may_win(self, total: int, count: int) -> bool:
        best = self.best
        if total != best.total or self.coins < 0:
            return total <= best.total
        return self.coins < best.coins or (self.coins == best.coins and count <= best.count)

    def _is_tied(self, total: int, count: int) -> bool:
        """Whether only expiries and names decide against the best, which is one of this node."""
        best = self.best
        return (
            total == best.total
            and self.is_ours
            and self.coins >= 0
            and self.coins == best.coins
            and count == best.count
            and not self.wavers
        )

    def _offered(self, chosen: list[Option], cost: int, total: int, count: int, state: int) -> bool:
        """Take or settle a choice that may win; whether it is better than the best in more than a tie.

        Its figures are known: they are claimed when they alone decide, or when the tie is with another of this node.
        """
        join, best = self.join, self.best
        if not best.trusting or self.coins < 0:
            return self._settled(chosen)
        tied = total == best.total and self.coins == best.coins and count == best.count
        if tied and not self._is_tied(total, count):
            return self._settled(chosen)
        tie = 0
        for option in chosen:
            tie += option.tie
        ties = self._ties(tie, state)
        if tied and ties >= self._ties_of_best():
            return False
        if join.least_total(chosen, cost) != total:
            return self._settled(chosen)  # a choice of another branch, where it saves more
        join.steps += 1
        best.claim(total, self.coins, count, join.decisions(chosen), ties)
        self.is_ours = True
        return not tied

    def _settled(self, chosen: list[Option]) -> bool:
        problem = self.join.parts.problem
        self.join.steps += self.join.parts.settling
        if not complete(problem, self.join.decisions(chosen), self.best):
            return False
        self.is_ours = True
        return True

    def total(self, cost: int, state: int) -> int:
        """What a choice comes to; less only where coins are also spent on pieces."""
        if not self.varies:
            return cost - self.saved
        relaxation = self.join.relaxation
        taken = [0] * len(relaxation.gains)
        for position, gain in enumerate(relaxation.gains):
            if gain is None:
                continue
            base = gain.low
            field = self.join.bases[position]
            if field is not None:
                base = field.edge - field.of(state) - taken[position]
            saved = gain.at(base)
            cost -= saved
            for later, chained in enumerate(relaxation.chained[position]):
                if chained:
                    taken[later] += saved
        return cost

    def _ties(self, tie: int, state: int) -> int:
        """What ranks a selection of this node among its equals: expiries, then names, packed. `tie`: of its options."""
        join = self.join
        for place, pool in enumerate(join.parts.pools):
            tie += join.branch.keys.of_pieces(pool, join.pieces[place].of(state))
        return tie

    def _ties_of_best(self) -> int:
        """The same of the best selection, which is one of this node."""
        best = self.best
        if best.ties is not None:
            return best.ties
        join = self.join
        parts, keys, counts = join.parts, join.branch.keys, best.counts
        tie = 0
        for pool, used in enumerate(pieces_used(parts.problem, counts)):
            tie += keys.of_pieces(pool, used)
        for cell in parts.cells:
            for app in cell.apps:
                if counts[app.index]:
                    tie += keys.of_use(app.index, counts[app.index] if app.pool >= 0 else 0)
        best.ties = tie
        return tie

    def _is_of_node(self) -> bool:
        """Whether the best selection is one of this node."""
        join = self.join
        counts = self.best.counts
        if not counts:
            return False
        for position in join.parts.optional:
            mine = join.node.apps[position].index
            for app in join.parts.globals[position].apps:
                if counts[app.index] != (join.node.counts[position] if app.index == mine else 0):
                    return False
        return True
