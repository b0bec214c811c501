"""What one store can come to: the outcomes of its own choices, for one decision about the global applications.

Reads a `Cell` and a `Node`; makes `Option`s, each with the cost it leaves at best and the bases it offers to the globals.
`join.py` joins them over the stores.

Lemma (interval settling): up to the first global application that touches the store, amounts are exact. From there on
every line carries a highest amount `hi` and a lowest amount `lo`. A global that saves D on a base B takes from a line
that costs w at least floor(D*w/B) and at most floor(D*w/B) + 1, so with D/B between two known ratios the line's amount
afterwards lies in a known interval. A ladder that never gives less on more gives the most on `hi` and the least on `lo`.
So an option's `cost` is never above, and its bases are never below, what settling any selection that contains it gives;
when nothing was uncertain they are equal, and the option has no `doubt`.
"""

from __future__ import annotations

from pricing.engine.problem import NO_CAP, Application
from pricing.engine.search.keys import Keys
from pricing.engine.search.stores.outcome import ANY_DOUBT, NO_DOUBT, RATIO_ONE, Node, Option
from pricing.engine.search.stores.parts import Cell, Event, Parts
from pricing.engine.settling.settle import (
    base_of,
    benefit_of,
    has_item_cap,
    is_plain,
    item_cap,
    room_of,
    rung_of,
    take,
    worth_of,
    worth_of_pieces,
)


class TooMuchError(Exception):
    """A cell has more outcomes than the work limit lets anybody list."""


class CellWalk:
    """Lists the options of one cell under one node."""

    __slots__ = (
        "adjust_hi",
        "adjust_lo",
        "bases",
        "cell",
        "count",
        "counts",
        "doubt",
        "events",
        "exact",
        "fuzz",
        "group_used",
        "hi",
        "key",
        "keys",
        "limit",
        "lo",
        "no_fuzz",
        "node",
        "node_work",
        "options",
        "parts",
        "pending",
        "pool_used",
        "saved",
        "shared_caps",
        "start_hi",
        "start_lo",
        "steps",
        "unshared",
        "used_mask",
    )

    def __init__(self, parts: Parts, cell: Cell, node: Node, keys: Keys, limit: int) -> None:
        self.limit = limit
        """Steps allowed: a step is an event met, and sixteen places looked at."""
        self.parts = parts
        self.cell = cell
        self.node = node
        self.keys = keys
        self.options: list[Option] = []
        self.steps = 0
        self.events = cell.events
        self.hi = cell.first
        self.lo = self.hi
        self.start_hi = self.hi
        self.start_lo = self.lo
        self.exact = True
        self.doubt = NO_DOUBT
        self.saved = 0
        globals_ = len(parts.globals)
        self.bases = [0] * globals_
        self.fuzz = [0] * globals_
        self.no_fuzz = self.fuzz.copy()
        """That of all exact options."""
        self.adjust_hi = [0] * globals_
        self.adjust_lo = [0] * globals_
        """What the bases of later globals have over the sums of `hi` and `lo`."""
        self.unshared = 0
        """Savings that were taken off bases without being shared over lines."""
        self.node_work = cell.finishing
        """Steps that an outcome takes."""
        self.used_mask = 0
        self.group_used = node.groups_used.copy()
        self.pool_used = [0] * len(parts.problem.pools)
        self.shared_caps: dict[int, int] = {}
        self.count = 0
        self.key = 0
        self.counts: list[tuple[int, int]] = []
        self.pending: list[Application] = []

    def run(self) -> list[Option]:
        self._visit(0)
        return self.options

    def _visit(self, at: int) -> None:
        if at >= self.cell.tail:
            self.steps += self.node_work
            self._finish(at)
            return
        event = self.events[at]
        self.steps += event.work
        if self.steps > self.limit:
            raise TooMuchError
        start_hi, start_lo = self.start_hi, self.start_lo
        if event.opens:
            self.start_hi, self.start_lo = self.hi, self.lo
        app = event.app
        if app is None:
            self._cross(event.position, at)
        elif app.clash & (self.used_mask | self.node.mask):
            self._visit(at + 1)
        else:
            self._decide(event, app, at)
        self.start_hi, self.start_lo = start_hi, start_lo

    # --- local applications -------------------------------------------------------------------------------------------

    def _decide(self, event: Event, app: Application, at: int) -> None:
        most = app.most
        problem = self.parts.problem
        for index in app.groups:
            group = problem.groups[index]
            most = min(most, group.most // group.weight - self.group_used[index])
        free = app.free
        surely = False
        used = False
        for pieces in range(most, 0, -1):
            if app.pool >= 0:
                cost = problem.pools[app.pool].cost(self.pool_used[app.pool] + pieces)
                if cost < 0 or cost > problem.coins:
                    continue
            high, low, off_hi, off_lo = self._gain(event, app, pieces)
            if high == 0:
                continue
            used = True
            # A cap that other stores share may have nothing left for this one.
            surely = surely or (low > 0 and not event.is_capped)
            self._use(event, app, pieces, high, low, off_hi, off_lo, at)
        if free and used:
            return
        doubt = self.doubt
        if app.automatic and surely:
            if app.clash >> (app.index + 1) or app.groups:
                self.pending.append(app)
                self._visit(at + 1)
                self.pending.pop()
        else:
            if app.automatic and used:
                self.doubt = max(doubt, self._doubt_of(event, app))
            self._visit(at + 1)
        self.doubt = doubt

    def _doubt_of(self, event: Event, app: Application) -> int:
        """What decides what an application really gives, when its bounds differ."""
        capped = event.is_capped and not (event.is_alone and app.free)
        if capped or (self.parts.overlap and self._meets_global(app)):
            return ANY_DOUBT
        return app.layer

    def _gain(self, event: Event, app: Application, pieces: int) -> tuple[int, int, list[int], list[int]]:
        """The most and the least it saves, and what it takes at least and at most from each target."""
        cell = self.cell.problem
        if self.parts.overlap and self._meets_global(app):
            high, _ = self._worths(app, pieces)
            return high, 0, [0] * len(app.targets), [self.lo[place] for place in app.targets]
        capped = event.is_capped and not event.is_alone
        cap_left = app.cap_order
        if event.shares_cap:
            cap_left -= self.shared_caps.get(app.rule, 0)
        if self.exact or (event.is_alone and cell.measured_on_item and not event.shares_cap):
            if self.exact and app.piece and event.is_unread:
                # Every global sees all of its lines or none.
                amount = benefit_of(cell, app, pieces, self.start_hi, self.hi, cap_left, 0)
                return amount, amount, [], []
            given = take(cell, app, pieces, self.start_hi, self.hi, cap_left, 0)
            amount = 0
            for share in given:
                amount += share
            if amount and capped:
                return amount, 0, [0] * len(given), given
            return amount, amount, given, given
        high, low = self._worths(app, pieces)
        if high == 0:
            return 0, 0, [], []
        if not is_plain(cell, app) or not cell.moved:
            low = 0
        if capped or event.shares_cap:
            low = 0
        off_hi: list[int] = []
        off_lo: list[int] = []
        total_hi = sum(self.start_hi[place] for place in app.targets)
        total_lo = sum(self.start_lo[place] for place in app.targets)
        plain = is_plain(cell, app) and not (cell.by_item_price or self.parts.overlap)
        for place in app.targets:
            least, most = 0, min(self.hi[place], high)
            if plain and total_hi:
                least = low * self.start_lo[place] // total_hi
                rest = max(1, self.start_hi[place] + total_lo - self.start_lo[place])
                most = min(most, high * self.start_hi[place] // rest + 1)
            off_hi.append(min(least, self.lo[place]))
            off_lo.append(most)
        return high, low, off_hi, off_lo

    def _meets_global(self, app: Application) -> bool:
        """Whether a used global of its own layer may take from the same lines before it."""
        for position, targets in enumerate(self.cell.global_targets):
            if targets and self.node.counts[position] and self.parts.globals[position].layer == app.layer:
                return True
        return False

    def _worths(self, app: Application, pieces: int) -> tuple[int, int]:
        """The most and the least it saves on bases between the two that it can have, caps per item left out.

        Steps that begin in between count too: a ladder may give less on more.
        """
        cell = self.cell.problem
        base_hi, base_lo = base_of(cell, app, self.start_hi), base_of(cell, app, self.start_lo)
        high = self._worth_at(app, pieces, base_hi, self.start_hi)
        low = self._worth_at(app, pieces, base_lo, self.start_lo)
        for base in (base_lo, *(rung.reach - step for rung in app.rungs for step in (0, 1))):
            if base_lo <= base <= base_hi:
                high = max(high, self._worth_at(app, pieces, base, self.start_hi))
                low = min(low, self._worth_at(app, pieces, base, self.start_lo))
        most = least = 0
        for place in app.targets:
            most += self.hi[place]
            least += self.lo[place]
        if low > least:
            low = 0 if cell.void else least
        return min(high, most), low

    def _worth_at(self, app: Application, pieces: int, base: int, start: list[int]) -> int:
        """What it saves on a base before overflow, its targets costing so much; 0 when no step is reached."""
        cell = self.cell.problem
        rung = rung_of(app, base)
        if rung is None:
            return 0
        worth = worth_of(cell, app, rung, base, start)
        if app.piece:
            worth = worth_of_pieces(app, pieces, worth)
        elif app.cap_store != NO_CAP:
            worth = min(worth, app.cap_store)
        if app.cap_order != NO_CAP:
            worth = min(worth, app.cap_order)
        return worth

    def _use(
        self,
        event: Event,
        app: Application,
        pieces: int,
        high: int,
        low: int,
        off_hi: list[int],
        off_lo: list[int],
        at: int,
    ) -> None:
        """Go on with the application used, then put everything back."""
        hi, lo, exact, doubt, saved = self.hi, self.lo, self.exact, self.doubt, self.saved
        count, key, used_mask, unshared = self.count, self.key, self.used_mask, self.unshared
        more_hi = more_lo = 0
        self.hi = _less(hi, app.targets, off_hi) if off_hi else hi
        if exact and high == low:
            self.lo = self.hi
            if not off_hi:
                self.unshared = unshared + high
                more_hi = more_lo = -high
        else:
            self.exact = False
            self.lo = _less(lo, app.targets, off_lo)
            if not app.is_shipping:
                more_hi = _fallen(app, hi, self.hi) - low
                more_lo = _fallen(app, lo, self.lo) - high
        if high != low:
            self.doubt = max(doubt, self._doubt_of(event, app))
        self._correct_bases(event, more_hi, more_lo)
        self.saved = saved + high
        self.used_mask = used_mask | 1 << app.index
        self.count = count + pieces * app.counted
        self.key = key + self.keys.of_use(app.index, pieces if app.pool >= 0 else 0)
        self._draw(event, app, pieces, high)
        if app.free:
            self._visit(at + 1)
        else:
            self.counts.append((app.index, pieces))
            self._visit(at + 1)
            self.counts.pop()
        self._draw(event, app, -pieces, -high)
        self._correct_bases(event, -more_hi, -more_lo)
        self.hi, self.lo, self.exact, self.doubt, self.saved = hi, lo, exact, doubt, saved
        self.count, self.key, self.used_mask, self.unshared = count, key, used_mask, unshared

    def _draw(self, event: Event, app: Application, pieces: int, high: int) -> None:
        """Count pieces and savings against what limits them."""
        for group in app.groups:
            self.group_used[group] = self.group_used[group] + pieces
        if app.pool >= 0:
            self.pool_used[app.pool] = self.pool_used[app.pool] + pieces
        if event.is_capped or event.shares_cap:
            self.shared_caps[app.rule] = self.shared_caps.get(app.rule, 0) + high

    def _correct_bases(self, event: Event, more_hi: int, more_lo: int) -> None:
        """A global that covers all its lines sees the sum fall by the whole saving, not by bounds of shares.

        `more_hi` and `more_lo`: what the amounts have really fallen by, less the saving. They never fall below zero.
        """
        if more_hi or more_lo:
            for position in event.covering:
                self.adjust_hi[position] = self.adjust_hi[position] + more_hi
                self.adjust_lo[position] = self.adjust_lo[position] + more_lo

    # --- globals ------------------------------------------------------------------------------------------------------

    def _cross(self, position: int, at: int) -> None:
        """Note the base that the store offers, and let the global take its share."""
        lines = self.cell.global_lines[position]
        base, fuzz = self.bases[position], self.fuzz[position]
        self.bases[position], low = self._base(position, lines)
        self.fuzz[position] = self.bases[position] - low
        app = self.node.apps[position]
        hi, lo, exact = self.hi, self.lo, self.exact
        adjust_hi, adjust_lo = self.adjust_hi, self.adjust_lo
        if self.node.counts[position] and self.cell.dependent and not app.is_shipping:
            targets = self.cell.global_targets[position]
            off_hi, off_lo = self._shares(position, targets)
            self.hi = _less(hi, targets, off_hi)
            if off_lo is off_hi and lo is hi:
                self.lo = self.hi
            else:
                self.lo = _less(lo, targets, off_lo)
                self.exact = False
            self.adjust_hi = adjust_hi.copy()
            self.adjust_lo = adjust_lo.copy()
            for later in range(position + 1, len(self.parts.globals)):
                if self.parts.covers[position][later] and self.parts.globals[later].layer > app.layer:
                    # The later base is noted as if this saving were not there: the whole of it comes off at the end.
                    self.adjust_hi[later] += sum(off_hi)
                    self.adjust_lo[later] += sum(lo[place] - self.lo[place] for place in targets)
        self._visit(at + 1)
        self.hi, self.lo, self.exact = hi, lo, exact
        self.adjust_hi, self.adjust_lo = adjust_hi, adjust_lo
        self.bases[position], self.fuzz[position] = base, fuzz

    def _base(self, position: int, lines: list[int]) -> tuple[int, int]:
        """The most and the least that the store adds to a global's base."""
        app = self.node.apps[position]
        cell = self.cell.problem
        if app.is_coins and has_item_cap(app):
            high = self._coin_room(app, lines, self.hi)
            low = high if self.lo is self.hi else self._coin_room(app, lines, self.lo)
            # What was taken off without being shared could have come from any line, and be truncated on each.
            return high, max(0, low - self.unshared - len(lines)) if self.unshared else low
        if cell.measured_on_item and not app.is_coins:
            total = 0
            for place in lines:
                total += cell.item[place]
            return total, total
        high = self.adjust_hi[position]
        for place in lines:
            high += self.start_hi[place]
        if self.lo is self.hi:
            return high, high
        low = 0
        for place in lines:
            low += self.start_lo[place]
        return high, min(high, max(0, low + self.adjust_lo[position]))

    def _coin_room(self, app: Application, lines: list[int], amounts: list[int]) -> int:
        cell = self.cell.problem
        room = 0
        for place in lines:
            room += min(room_of(cell, amounts, place), item_cap(cell, app, place, amounts))
        return room

    def _shares(self, position: int, lines: list[int]) -> tuple[list[int], list[int]]:
        """What a global takes from each line at least and at most."""
        app = self.node.apps[position]
        least, most = self.node.least[position], self.node.most[position]
        if least:
            indexes = self.cell.indexes
            shares = [least[indexes[place]] for place in lines]
            return shares, shares if most is least else [most[indexes[place]] for place in lines]
        cell = self.cell.problem
        loose = cell.by_item_price or not is_plain(cell, app) or self.parts.overlap or not cell.moved
        ratio_lo, ratio_hi = self.node.ratio_lo[position], self.node.ratio_hi[position]
        off_hi: list[int] = []
        off_lo: list[int] = []
        for place in lines:
            if loose:
                off_hi.append(0)
                off_lo.append(self.lo[place])
            else:
                off_hi.append(min(ratio_lo * self.start_hi[place] // RATIO_ONE, self.hi[place]))
                off_lo.append(ratio_hi * self.start_lo[place] // RATIO_ONE + 1)
        return off_hi, off_lo

    def _finish(self, at: int) -> None:
        """Note the bases of the globals that come after all local applications, and the outcome."""
        start_hi, start_lo = self.start_hi, self.start_lo
        high = low = 0
        for place in range(at, len(self.events)):
            event = self.events[place]
            if event.opens:
                self.start_hi, self.start_lo = self.hi, self.lo
            if not event.repeats:
                high, low = self._base(event.position, self.cell.global_lines[event.position])
            self.bases[event.position] = high
            self.fuzz[event.position] = high - low
        self._emit()
        self.start_hi, self.start_lo = start_hi, start_lo

    # --- the outcome --------------------------------------------------------------------------------------------------

    def _emit(self) -> None:
        doubt = self.doubt
        problem = self.parts.problem
        for app in self.pending:
            if app.clash & self.used_mask:
                continue
            excused = False
            for index in app.groups:
                group = problem.groups[index]
                if group.weight * (self.group_used[index] + 1) > group.most:
                    excused = True
                elif index in self.parts.groups:
                    excused, doubt = True, ANY_DOUBT
            if not excused:
                return
        coins, tie = 0, self.key
        for pool in self.cell.pools:
            pieces = self.pool_used[pool]
            if pieces:
                coins += problem.pools[pool].cost(pieces)
                tie += self.keys.of_pieces(pool, pieces)
        if coins > problem.coins:
            return
        fuzz = self.no_fuzz if self.exact and not self.unshared else self.fuzz.copy()
        option = Option(self.cell.total - self.saved, self.bases.copy(), fuzz, doubt, self.counts.copy())
        parts = self.parts
        if parts.pools:
            option.pools = option.drawn = [self.pool_used[pool] for pool in parts.pools]
        if parts.groups:
            option.groups = [self.group_used[index] - self.node.groups_used[index] for index in parts.groups]
        if parts.caps:
            option.caps = [self.shared_caps.get(rule, 0) for rule in parts.caps]
            option.drawn = option.pools + option.caps
        option.coins, option.count, option.tie = coins, self.count, tie
        self.options.append(option)


def _less(amounts: list[int], places: list[int], off: list[int]) -> list[int]:
    """The amounts with something taken off, never below zero."""
    left = amounts.copy()
    for position, place in enumerate(places):
        rest = left[place] - off[position]
        left[place] = rest if rest > 0 else 0
    return left


def _fallen(app: Application, before: list[int], after: list[int]) -> int:
    """By how much its targets have fallen in all."""
    fallen = 0
    for place in app.targets:
        fallen += before[place] - after[place]
    return fallen
