"""How low a node's total can be: prices on what stores share, so that every store can be judged alone.

Reads the options of a node and its `Gain`s; makes `Prices`, the reduced cost of every option, and the bound.

Lemma (Lagrange): let every unit of base of global g be worth price_g, every piece of pool p cost nu_p, both not negative
and scaled by SCALE. For any permitted selection within the node

    SCALE * total + WEIGHT * count
        >= sum over stores of min over options of (SCALE*cost + WEIGHT*count - sum price_g*base_g + sum nu_p*pieces_p)
           - sum over g of max over bases of (factor_g*gain_g(base) - price_g*base) - sum nu_p*available_p

where factor_g = SCALE - sum of price_h over later h that cover g: a later base is noted without g's saving, so each unit
of that saving also takes price_h from the later globals. A cap that cells share is like a pool of minor units, at a price of
at most SCALE: what they would take above it they pay. Any prices give a bound; good ones give a close one. WEIGHT is
so small that all coupons together weigh less than one minor unit: it only decides between equal totals (SPEC 6.3).
"""

from __future__ import annotations

from typing import Final

from pricing.engine.search.branches.gains import Gain
from pricing.engine.search.judge import NOTHING
from pricing.engine.search.stores.outcome import Option
from pricing.engine.search.stores.parts import SCALE

FIRST_STEP: Final = SCALE >> 3

PATIENCE: Final = 48
"""After so many passes that do not better the bound, prices stand still."""
LITTLE_PATIENCE: Final = 8
"""The same while the guess has not been bettered: most guesses that can be, are within a few passes."""
MOST_PART: Final = 4 * SCALE
"""Pieces may be worth more than their face less what a priced base loses by it: a global may see part of a store only."""


OUT_OF_REACH: Final = SCALE * NOTHING << 1
"""A bound above every other, no selection known included."""


class Row:
    """An option, with what most prices are for as plain numbers of its own: one priced base, pieces of one pool."""

    __slots__ = ("base", "option", "pieces", "scaled")

    def __init__(self, option: Option, weight: int, positions: list[int]) -> None:
        self.option = option
        self.scaled = SCALE * option.cost + weight * option.count
        self.base = option.bases[positions[0]] if positions else 0
        """What it offers to the first priced base."""
        self.pieces = option.drawn[0] if option.drawn else 0
        """Pieces from the first shared pool, or what it takes of a shared cap where there is no pool."""


def rows_of(options: list[Option], weight: int, positions: list[int]) -> list[Row]:
    """One row for each option of a cell; `positions`: the globals whose base may have a price."""
    rows: list[Row] = []
    for option in options:
        rows.append(Row(option, weight, positions))
    return rows


class Prices:
    """One set of prices, and the bound that they give."""

    __slots__ = (
        "base_price",
        "bound",
        "chosen",
        "constant",
        "least",
        "more_bases",
        "of_base",
        "of_piece",
        "piece_part",
        "piece_whole",
        "reaches",
    )

    def __init__(self, of_base: list[int], of_piece: list[int], positions: list[int]) -> None:
        self.of_base = of_base
        self.of_piece = of_piece
        self.base_price = of_base[positions[0]] if positions else 0
        self.more_bases = positions[1:]
        self.piece_whole = of_piece[0] // SCALE if of_piece else 0
        self.piece_part = of_piece[0] % SCALE if of_piece else 0
        """The price of a piece of the first pool in two parts: compiled code multiplies small numbers in place."""
        self.bound = 0
        """SCALE times the bound on the total, and WEIGHT times that on the count; charges outside all cells not included."""
        self.constant = 0
        self.least = 0
        """The sum over the cells of their least reduced cost."""
        self.chosen: list[Row] = []
        """The option of each cell that has it."""
        self.reaches = False
        """Whether they offer every base at which its gain is best."""

    def reduced(self, row: Row) -> int:
        """The reduced cost of an option."""
        pieces = row.pieces
        cost = row.scaled - row.base * self.base_price + SCALE * (pieces * self.piece_whole) + pieces * self.piece_part
        for position in self.more_bases:
            cost -= row.option.bases[position] * self.of_base[position]
        for pool in range(1, len(self.of_piece)):
            cost += row.option.drawn[pool] * self.of_piece[pool]
        return cost

    def cheapest(self, rows: list[Row]) -> tuple[Row, int]:
        """The first option of the least reduced cost, and that cost."""
        chosen = rows[0]
        least = self.reduced(chosen)
        if self.more_bases or len(self.of_piece) > 1:
            for row in rows:
                cost = self.reduced(row)
                if cost < least:
                    chosen, least = row, cost
            return chosen, least
        base_price, whole, part = self.base_price, self.piece_whole, self.piece_part
        for row in rows:
            # `reduced`, written out: this is the innermost loop of a bound.
            pieces = row.pieces
            cost = row.scaled - row.base * base_price
            if pieces:
                cost += SCALE * (pieces * whole) + pieces * part
            if cost < least:
                chosen, least = row, cost
        return chosen, least

    def bound_among(self, cell: int, rows: list[Row]) -> int:
        """The bound where a cell may have no other options than these; OUT_OF_REACH where there are none."""
        if not rows:
            return OUT_OF_REACH
        _, least = self.cheapest(rows)
        return self.bound + least - self.reduced(self.chosen[cell])


class Relaxation:
    """The relaxed problem of one node."""

    __slots__ = ("available", "chained", "faces", "fitting", "gains", "positions", "rows", "short", "weight")

    def __init__(
        self,
        rows: list[list[Row]],
        positions: list[int],
        gains: list[Gain | None],
        chained: list[list[bool]],
        available: list[int],
        faces: list[int],
        short: list[bool],
        weight: int,
    ) -> None:
        self.rows = rows
        """The options of each cell."""
        self.positions = positions
        """The globals whose base may have a price."""
        self.gains = gains
        """By global position; None: not used."""
        self.chained = chained
        """chained[g][h]: h's base is noted without g's saving, which must come off."""
        self.available = available
        """Pieces of each shared pool, then minor units of each shared cap."""
        self.weight = weight
        """What a coupon or code used adds to the scaled total."""
        self.short = short
        """Which globals may save less than their gain says."""
        self.faces = faces
        """What a piece of it is worth, minor units."""
        self.fitting: list[Row] = []
        """The cheapest choice of options met on the way to better prices that reaches and leaves what it must."""

    def priced(self, of_base: list[int], of_piece: list[int]) -> tuple[Prices, list[int], list[int]]:
        """The bound under these prices; and where they pull: for each global the base at which its gain is best less
        the base that the chosen options offer, for each pool the pieces that they use less those there are."""
        positions = self.positions
        prices = Prices(of_base, of_piece, positions)
        constant = 0
        base_pull = [0] * len(of_base)
        for position, gain in enumerate(self.gains):
            if gain is None:
                continue
            factor = SCALE
            for later, chained in enumerate(self.chained[position]):
                if chained and self.gains[later] is not None:
                    factor -= of_base[later]
            best, where = gain.best_against(of_base[position], max(0, factor))
            constant += best
            if position in positions:
                base_pull[position] = where
        piece_pull: list[int] = []
        for pool, price in enumerate(of_piece):
            available = self.available[pool]
            constant += price * available
            piece_pull.append(-available)
        total = 0
        for rows in self.rows:
            chosen, least = prices.cheapest(rows)
            total += least
            prices.chosen.append(chosen)
            bases, pools = chosen.option.bases, chosen.option.drawn
            for position in positions:
                base_pull[position] -= bases[position]
            for pool in range(len(piece_pull)):
                piece_pull[pool] += pools[pool]
        prices.reaches = _pulls_down(base_pull)
        prices.least = total
        prices.constant = constant
        prices.bound = total - constant
        return prices, base_pull, piece_pull

    def fits(self, prices: Prices) -> bool:
        """Whether prices of another relaxation can be those of this one: there are as many bases and pools."""
        return len(prices.of_base) == len(self.gains) and len(prices.of_piece) == len(self.available)

    def guessed_prices(self, enough: int) -> Prices:
        """The best of a few good guesses. Stops early at a bound above `enough`."""
        best, base_pull, _ = self.priced([0] * len(self.gains), [0] * len(self.available))
        tried = [best.of_base + best.of_piece]
        for of_base in (self._percentages(), self._slopes(base_pull)):
            for of_piece in self._piece_prices(of_base):
                if best.bound > enough:
                    return best
                if of_base + of_piece in tried:
                    continue
                tried.append(of_base + of_piece)
                found, _, _ = self.priced(of_base, of_piece)
                if found.bound > best.bound:
                    best = found
        return best

    def moved_prices(self, best: Prices, positions: list[int], passes: int, enough: int) -> Prices:
        """Better prices: the bound is concave in them, so all are moved where they pull, each by a step of its own that
        grows while the pull keeps its direction and halves when it turns.

        A base is priced with every piece worth its face less what it takes from priced bases: along that line stores
        are indifferent to pieces, and the bound climbs where moving one price alone would only swing to and fro.
        `positions`: the globals whose base matters. Stops early at a bound above `enough`.
        """
        of_base = best.of_base.copy()
        parts = [SCALE] * len(self.available)
        steps = [FIRST_STEP] * (len(positions) + len(parts))
        turns = [0] * len(steps)
        since = 0
        cheapest = 0
        guessed = best
        for _ in range(passes):
            found, base_pull, piece_pull = self.priced(of_base.copy(), self._faces_at(of_base, parts))
            since += 1
            if found.reaches and _pulls_down(piece_pull):
                cost = found.bound
                for place, pull in enumerate(base_pull):
                    cost -= found.of_base[place] * pull
                for place, pull in enumerate(piece_pull):
                    cost -= found.of_piece[place] * pull
                if not self.fitting or cost < cheapest:
                    cheapest = cost
                    self.fitting = found.chosen
            if found.bound > best.bound:
                best = found
                since = 0
                if best.bound > enough:
                    break
            if since >= (LITTLE_PATIENCE if best is guessed else PATIENCE):
                break
            for place, position in enumerate(positions):
                pull = base_pull[position]
                for pool, more in enumerate(piece_pull):
                    pull -= self.faces[pool] * parts[pool] * more // SCALE
                of_base[position] = _moved(of_base[position], SCALE, pull, steps, turns, place)
            for pool, pull in enumerate(piece_pull):
                parts[pool] = _moved(parts[pool], MOST_PART, pull, steps, turns, len(positions) + pool)
        return best

    def _faces_at(self, of_base: list[int], parts: list[int]) -> list[int]:
        """Piece prices as parts, in SCALE, of what a piece saves in all: its face less what priced bases lose by it, and
        less what one more coupon weighs."""
        left = SCALE
        for price in of_base:
            left -= price
        left = max(0, left)
        prices: list[int] = []
        for pool, part in enumerate(parts):
            face = self.faces[pool]
            worth = max(0, face * left - self.weight)
            prices.append(min(face * SCALE, worth // SCALE * part + worth % SCALE * part // SCALE))
        return prices

    def _percentages(self) -> list[int]:
        """Every global's base priced at the percentage that it gives."""
        prices = [0] * len(self.gains)
        for position, gain in enumerate(self.gains):
            if gain is None or gain.app.is_coins or gain.app.is_shipping or position not in self.positions:
                continue
            for rung in gain.app.rungs:
                if rung.numerator:
                    prices[position] = min(SCALE, SCALE * rung.numerator // rung.denominator)
        return prices

    def _slopes(self, pull: list[int]) -> list[int]:
        """Every base priced so that no higher step is worth reaching from where the stores are without prices."""
        prices = [0] * len(self.gains)
        for position, gain in enumerate(self.gains):
            if gain is None or not pull[position] or position not in self.positions:
                continue
            _, where = gain.best_against(0, SCALE)
            offered = min(gain.high, max(gain.low, where - pull[position]))
            there = gain.at(offered)
            for point in gain.points:
                if point > offered:
                    slope = -(-SCALE * (gain.at(point) - there) // (point - offered))
                    prices[position] = max(prices[position], min(SCALE, slope))
        return prices

    def _piece_prices(self, of_base: list[int]) -> list[list[int]]:
        """Pieces for nothing; and every piece at its face value, less what it takes from priced bases."""
        free = [0] * len(self.available)
        faces = self._faces_at(of_base, [SCALE] * len(free))
        return [free, faces] if any(faces) else [free]


def _pulls_down(pulls: list[int]) -> bool:
    """Whether nothing pulls up."""
    for pull in pulls:  # noqa: SIM110  # compiled code runs a loop much faster than a generator
        if pull > 0:
            return False
    return True


def _moved(value: int, most: int, pull: int, steps: list[int], turns: list[int], place: int) -> int:
    """The value after one step along the pull, from 0 to `most`; the step is made ready for the next."""
    turn = 1 if pull > 0 else -1 if pull < 0 else 0
    if turn == 0:
        return value
    if turns[place] == -turn:
        steps[place] //= 2
    elif turns[place] == turn:
        steps[place] += steps[place] >> 1
    turns[place] = turn
    return min(most, max(0, value + turn * steps[place]))
