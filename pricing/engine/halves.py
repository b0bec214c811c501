"""Joining the stores of a branch whose figures are exact: two halves of the stores, met in the middle.

Reads and offers the same as `labels.Join`. Each half is grown as there; then every label of the first half looks among
those of the second for the ones that fit it.

Lemma (window): let what stores share in a field have a price: pieces, or a base on which its global saves a constant. A
selection that leaves `over` of the limit is dearer than its reduced cost says by price * over. So a label of the second
half fits only when its field is at most what the first leaves of the limit, and less than that by no more than the room
that the bound leaves, divided by the price: a window into the second half, sorted by the field.

Lemma (halves): limits, costs, counts, expiries and names add up over stores, so dominance within a half holds as it does
over all stores; and what one half can still cost the other is the sum of its stores' least reduced costs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from pricing.engine.judge import complete
from pricing.engine.keys import expiry_of
from pricing.engine.labels import Join, Label, by_reduced, ties_of
from pricing.engine.outcome import Option
from pricing.engine.settle import coins_for, pieces_used
from pricing.engine.states import Field


class Halves(Join):
    """The label search of one exact branch under one set of prices."""

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
        if not first:
            return
        rest = self.start.reduced
        for way in self.ways:
            for cell in way:
                rest += self.reduced[cell][0]
        second = self._grown(self.ways[1], Label(0, 0, 0, 0, None, None, 0), rest, width)
        if second:
            self._meet(Pairs(self), first, second)

    def _meet(self, pairs: Pairs, first: list[Label], second: list[Label]) -> None:
        """Offer every pair that fits and can be as good as the best."""
        first.sort(key=by_reduced)
        least = min(label.reduced for label in second)
        field, price = pairs.field, pairs.price
        if field is None:
            second.sort(key=by_reduced)
            drawn = [label.reduced for label in second]
        else:
            second.sort(key=lambda label: (field.of(label.state), label.reduced))
            drawn = [field.of(label.state) for label in second]
        for label in first:
            room = self.highest() - label.reduced
            if room < least:
                break
            high = 0
            if field is None:
                places = range(bisect_right(drawn, room))
            else:
                high = field.limit - field.of(label.state)
                start = bisect_left(drawn, high - (room - least) // price)
                places = range(bisect_right(drawn, high) - 1, start - 1, -1)
            for place in places:
                if self.steps >= self.step_limit:
                    self.cut_bound = min(self.cut_bound, label.reduced + least - self.prices.constant)
                    return
                self.steps += 1
                other = second[place]
                over = price * (high - drawn[place]) if field is not None else 0
                if other.reduced + over > room:
                    continue
                if pairs.met(label, other):
                    room = self.highest() - label.reduced


class Pairs:
    """Whole choices of options of one branch, offered to the best."""

    __slots__ = ("best", "coins", "field", "is_ours", "join", "price", "saved", "varies", "wavers")

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
        worth = 0
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
                self.field, self.price, worth = field, price, price * field.limit

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
        self.join.steps += len(problem.applications) // 4 + 1
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
            pieces = join.pieces[place].of(state)
            tie += expiry_of(join.parts.problem.pools[pool].expiries, pieces, join.branch.keys)
        return tie

    def _ties_of_best(self) -> int:
        """The same of the best selection, which is one of this node."""
        best = self.best
        if best.ties is not None:
            return best.ties
        join = self.join
        parts, keys, counts = join.parts, join.branch.keys, best.counts
        tie = 0
        for pool, used in zip(parts.problem.pools, pieces_used(parts.problem, counts), strict=True):
            tie += expiry_of(pool.expiries, used, keys)
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
            if counts[join.parts.globals[position].index] != join.node.counts[position]:
                return False
        return True
