"""How low a node's total can be: prices on what stores share, so that every store can be judged alone.

Reads the options of a node and its `Gain`s; makes `Prices`, the reduced cost of every option, and the bound.

Lemma (Lagrange): let every unit of base of global g be worth price_g, every piece of pool p cost nu_p, both not negative
and scaled by SCALE. For any permitted selection within the node

    SCALE * total + WEIGHT * count
        >= sum over stores of min over options of (SCALE*cost + WEIGHT*count - sum price_g*base_g + sum nu_p*pieces_p)
           - sum over g of max over bases of (factor_g*gain_g(base) - price_g*base) - sum nu_p*available_p

where factor_g = SCALE - sum of price_h over later h that cover g: a later base is noted without g's saving, so each unit
of that saving also takes price_h from the later globals. Any prices give a bound; good ones give a close one. WEIGHT is
so small that all coupons together weigh less than one minor unit: it only decides between equal totals (SPEC 6.3).
"""

from __future__ import annotations

from pricing.engine.gains import Gain
from pricing.engine.outcome import Option
from pricing.engine.parts import SCALE

COARSE = SCALE >> 10
"""Prices closer than this are told apart only when a tie must be decided."""


ROUNDS = 2
"""How often every price is halved in on."""


class Prices:
    """One set of prices, and the bound that they give."""

    __slots__ = ("bound", "constant", "of_base", "of_piece", "reduced", "suffix")

    def __init__(self, of_base: list[int], of_piece: list[int]) -> None:
        self.of_base = of_base
        self.of_piece = of_piece
        self.bound = 0
        """SCALE times the bound on the total, and WEIGHT times that on the count; charges outside all cells not included."""
        self.constant = 0
        self.suffix: list[int] = []
        """For each cell, the least reduced cost of it and all after it."""
        self.reduced: list[list[int]] = []
        """Of each option of each cell."""


class Relaxation:
    """The relaxed problem of one node."""

    __slots__ = ("available", "chained", "faces", "gains", "options", "short", "weight")

    def __init__(
        self,
        options: list[list[Option]],
        gains: list[Gain | None],
        chained: list[list[bool]],
        available: list[int],
        faces: list[int],
        short: list[bool],
        weight: int,
    ) -> None:
        self.options = options
        self.gains = gains
        """By global position; None: not used."""
        self.chained = chained
        """chained[g][h]: h's base is noted without g's saving, which must come off."""
        self.available = available
        """Pieces of each shared pool."""
        self.weight = weight
        """What a coupon or code used adds to the scaled total."""
        self.short = short
        """Which globals may save less than their gain says."""
        self.faces = faces
        """What a piece of it is worth, minor units."""

    def priced(self, of_base: list[int], of_piece: list[int]) -> tuple[Prices, list[int], list[int]]:
        """The bound under these prices; and where they pull: for each global the base at which its gain is best less
        the base that the chosen options offer, for each pool the pieces that they use less those there are."""
        prices = Prices(of_base, of_piece)
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
            base_pull[position] = where
        for pool, price in enumerate(of_piece):
            constant += price * self.available[pool]
        piece_pull = [-available for available in self.available]
        suffix = [0] * (len(self.options) + 1)
        for cell in range(len(self.options) - 1, -1, -1):
            options = self.options[cell]
            reduced = [reduced_cost(option, self.weight, of_base, of_piece) for option in options]
            least = min(reduced)
            chosen = options[reduced.index(least)]
            for position in range(len(of_base)):
                if self.gains[position] is not None:
                    base_pull[position] -= chosen.bases[position]
            for pool in range(len(of_piece)):
                piece_pull[pool] += chosen.pools[pool]
            prices.reduced.append(reduced)
            suffix[cell] = suffix[cell + 1] + least
        prices.reduced.reverse()
        prices.suffix = suffix
        prices.constant = constant
        prices.bound = suffix[0] - constant
        return prices, base_pull, piece_pull

    def unpriced(self) -> Prices:
        """The bound with nothing priced."""
        return self.priced([0] * len(self.gains), [0] * len(self.available))[0]

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

    def moved_prices(self, best: Prices, positions: list[int], grain: int, enough: int) -> Prices:
        """Better prices: the bound is concave in them, so each is halved in on while the others stand still.

        A base is priced with every piece worth its face less what it takes from priced bases: along that line stores
        are indifferent to pieces, and the bound climbs where moving one price alone would only swing to and fro.
        `positions`: the globals whose base matters; `grain`: how finely. Stops early at a bound above `enough`.
        """
        parts = [SCALE] * len(self.available)
        of_base = best.of_base
        for _ in range(ROUNDS):
            before = best.bound
            for position in positions:
                best, of_base = self._halved_base(best, of_base, parts, position, grain, enough)
            for pool in range(len(parts)):
                if best.bound <= enough and (len(parts) > 1 or grain == 1):
                    best, parts = self._halved_piece(best, of_base, parts, pool, grain)
            if best.bound == before or best.bound > enough:
                break
        return best

    def _halved_base(
        self, best: Prices, of_base: list[int], parts: list[int], position: int, grain: int, enough: int
    ) -> tuple[Prices, list[int]]:
        low, high = 0, SCALE
        middle = of_base[position]
        chosen, top = of_base, -(1 << 62)
        while best.bound <= enough:
            tried = of_base.copy()
            tried[position] = middle
            found, base_pull, piece_pull = self.priced(tried, self._faces_at(tried, parts))
            if found.bound > top:
                chosen, top = tried, found.bound
            if found.bound > best.bound:
                best = found
            pull = base_pull[position]
            for face, part, more in zip(self.faces, parts, piece_pull, strict=True):
                pull -= face * part * more // SCALE
            if pull > 0:
                low = middle + 1
            elif pull < 0:
                high = middle - 1
            if pull == 0 or high - low < grain:
                break
            middle = (low + high) // 2
        return best, chosen

    def _halved_piece(
        self, best: Prices, of_base: list[int], parts: list[int], pool: int, grain: int
    ) -> tuple[Prices, list[int]]:
        low, high = 0, SCALE
        chosen, top = parts, -(1 << 62)
        while high - low > max(grain, SCALE >> 14):
            middle = (low + high + 1) // 2
            tried = parts.copy()
            tried[pool] = middle
            found, _, piece_pull = self.priced(of_base, self._faces_at(of_base, tried))
            if found.bound > top:
                chosen, top = tried, found.bound
            if found.bound > best.bound:
                best = found
            if piece_pull[pool] > 0:
                low = middle
            else:
                high = middle
        return best, chosen

    def _faces_at(self, of_base: list[int], parts: list[int]) -> list[int]:
        """Piece prices as parts, in SCALE, of what a piece saves in all: its face less what priced bases lose by it, and
        less what one more coupon weighs."""
        left = max(0, SCALE - sum(of_base))
        return [max(0, face * left - self.weight) * part // SCALE for face, part in zip(self.faces, parts, strict=True)]

    def _percentages(self) -> list[int]:
        """Every global's base priced at the percentage that it gives."""
        prices = [0] * len(self.gains)
        for position, gain in enumerate(self.gains):
            if gain is None or gain.app.is_coins or gain.app.is_shipping:
                continue
            for rung in gain.app.rungs:
                if rung.numerator and not rung.given_units:
                    prices[position] = min(SCALE, SCALE * rung.numerator // rung.denominator)
        return prices

    def _slopes(self, pull: list[int]) -> list[int]:
        """Every base priced so that no higher step is worth reaching from where the stores are without prices."""
        prices = [0] * len(self.gains)
        for position, gain in enumerate(self.gains):
            if gain is None or not pull[position]:
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


def reduced_cost(option: Option, weight: int, of_base: list[int], of_piece: list[int]) -> int:
    cost = SCALE * option.cost + weight * option.count
    for position, price in enumerate(of_base):
        if price:
            cost -= price * option.bases[position]
    for pool, price in enumerate(of_piece):
        if price:
            cost += price * option.pools[pool]
    return cost
