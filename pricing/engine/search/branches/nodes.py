"""Every decision about the global applications, each with the options of the stores and a bound on its total.

Reads `Parts`; makes `Branch`es: a `Node`, the `Relaxation` of it, and whether its figures are exact. `search.py` works
them off, the most promising first.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application
from pricing.engine.search.branches.bounds import Relaxation, Row, rows_of
from pricing.engine.search.branches.branch import EXACT, LOOSE, Branch
from pricing.engine.search.branches.certificates import Certificates
from pricing.engine.search.branches.gains import FINE, Gain, is_apart, is_known
from pricing.engine.search.joining.beaten import put_in_order
from pricing.engine.search.joining.states import Watch
from pricing.engine.search.judge import NOTHING
from pricing.engine.search.keys import Keys
from pricing.engine.search.stores.options import CellWalk
from pricing.engine.search.stores.outcome import ANY_DOUBT, NO_DOUBT, RATIO_ONE, Node, Option
from pricing.engine.search.stores.parts import SCALE, Cell, Parts
from pricing.engine.settling.settle import has_item_cap, is_plain

Key = tuple[int, ...]

MOST_LISTED: Final = 4
"""One part of so many of the limit may be spent on listing the outcomes of one cell: nobody would join more of them."""


class Outcomes:
    """The options of one cell, and over what range they lie."""

    __slots__ = ("bases_high", "bases_low", "certain", "doubt", "known", "least", "options", "steps")

    def __init__(self, options: list[Option], parts: Parts, steps: int) -> None:
        self.options = options
        self.steps = steps
        """Those that listing them took."""
        first = options[0]
        self.least = SCALE * first.cost + parts.weight * first.count
        self.doubt = first.doubt
        for option in options:
            scaled = SCALE * option.cost + parts.weight * option.count
            if scaled < self.least:
                self.least = scaled
            if option.doubt > self.doubt:
                self.doubt = option.doubt
        self.bases_low: list[int] = []
        """For each global, the least and the most that the cell adds to its base; and whether that is ever uncertain."""
        self.bases_high: list[int] = []
        self.certain: list[bool] = []
        for position in range(len(parts.globals)):
            low = high = first.bases[position]
            certain = True
            for option in options:
                base, fuzz = option.bases[position], option.fuzz[position]
                if base > high:
                    high = base
                if fuzz:
                    base -= fuzz
                    certain = False
                if base < low:
                    low = base
            self.bases_low.append(low)
            self.bases_high.append(high)
            self.certain.append(certain)
        self.known: list[tuple[list[int], list[Row]]] = []
        """Rows already made, and the globals whose base has a price in them."""

    def priced(self, positions: list[int], weight: int) -> list[Row]:
        """The options as rows, the bases of these globals open to a price; branches that price the same share them."""
        for known, rows in self.known:
            if known == positions:
                return rows
        if not self.known:
            # In a list of its own: another search may be reading this one.
            ordered = self.options.copy()
            put_in_order(ordered)
            self.options = ordered
        made = rows_of(self.options, weight, positions)
        self.known.append((positions, made))
        return made


class Sketch:
    """A node with the outcomes of its cells, and a first bound: most nodes are refused by it."""

    __slots__ = ("bound", "gains", "node", "outcomes")

    def __init__(self, node: Node, outcomes: list[Outcomes], gains: list[Gain | None]) -> None:
        self.node = node
        self.outcomes = outcomes
        self.gains = gains
        self.bound = sum([each.least for each in outcomes])
        for gain in gains:
            if gain is not None:
                self.bound -= max(gain.tops) * SCALE // FINE


class Brancher:
    """Makes branches, and keeps the options of cells that several of them share."""

    __slots__ = (
        "cache",
        "chained",
        "faces",
        "kept",
        "keys",
        "limit",
        "listed",
        "local",
        "looking",
        "parts",
        "steps",
        "sure",
    )

    def __init__(self, parts: Parts, keys: Keys, limit: int, kept: list[dict[Key, Outcomes | None]]) -> None:
        self.limit = limit
        """Steps that listing outcomes may take; `TooMuchError` beyond."""
        self.local = 0
        """All applications that live in cells, as bits."""
        for cell in parts.cells:
            for app in cell.apps:
                self.local |= 1 << app.index
        self.sure = Certificates(parts)
        self.parts = parts
        self.keys = keys
        self.cache: list[dict[Key, Outcomes | None]] = [{} for _ in parts.cells]
        self.kept = kept
        """For each cell what an earlier search has listed of its like; see `stores/kept.py`. Empty: nothing is known."""
        self.steps = 0
        self.listed = 0
        """Those of them that listing took."""
        worth = [0] * len(parts.problem.pools)
        for app in parts.problem.applications:
            if app.piece:
                worth[app.pool] = max(worth[app.pool], app.piece)
        self.looking = 1 + (len(parts.cells) + len(parts.globals) >> 3)
        """Steps to look at all cells and globals of a node once."""
        self.faces = [worth[pool] for pool in parts.pools] + [1] * len(parts.caps)
        """For each shared pool the worth of a piece of a select coupon, 0 for other coupons; for each shared cap 1."""
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
            return not has_item_cap(app.apps[0])
        return not self.parts.problem.measured_on_item

    def first(self, node: Node) -> tuple[int, Sketch | None]:
        """No selection of a node is below this, in SCALE; and its sketch, if that was made for it. Where cells settle after
        globals, its outcomes are those under globals that take anything: all nodes that clash alike share them, and most are
        refused by it."""
        if not any(cell.dependent for cell in self.parts.cells):
            sketch = self.sketch(node)
            return NOTHING if sketch is None else sketch.bound, sketch
        loose = Node(self.parts, node.apps, node.counts)
        loose.counts = [1] * len(node.counts)
        sketch = self._listed(loose)
        if sketch is None:
            return NOTHING, None
        return Sketch(node, sketch.outcomes, self._gains(node, sketch.outcomes)).bound, None

    def sketch(self, node: Node) -> Sketch | None:
        """The node with its outcomes; None when some store has none under it."""
        for position, count in enumerate(node.counts):
            if count and node.apps[position].has_gift:
                self._spread(node, position)
        if self._passes(node):
            self._tighten(node, self._first_gains(node))
        sketch = self._listed(node)
        if sketch is None:
            return None
        for position in self.parts.optional:
            if self._must_be_used(position, node, sketch.outcomes):
                return None
        return sketch

    def refined(self, sketch: Sketch) -> Sketch | None:
        """The same with ratios as narrow as the outcomes make them; None when some store has none under these."""
        found: Sketch | None = sketch
        for _ in range(self._passes(sketch.node)):
            if found is None or not self._tighten(found.node, found.gains):
                break
            found = self._listed(found.node)
        return found

    def _listed(self, node: Node) -> Sketch | None:
        """The outcomes of all cells under the node's ratios."""
        self.steps += self.looking * (1 + len(node.counts) - node.counts.count(0))
        outcomes: list[Outcomes] = []
        for place, cell in enumerate(self.parts.cells):
            found = self._outcomes(cell, place, node)
            if found is None:
                return None
            outcomes.append(found)
        return Sketch(node, outcomes, self._gains(node, outcomes))

    def _first_gains(self, node: Node) -> list[Gain | None]:
        """What each used global saves on any base that the lemma of what is left on a line lets it have."""
        problem, amounts = self.parts.problem, self.parts.cut.amounts
        gains: list[Gain | None] = []
        for app, count in zip(node.apps, node.counts, strict=True):
            if not count or app.is_coins:
                gains.append(None)
                continue
            high = low = 0
            left = self.sure.left_at(app.layer)
            for place in app.lines:
                high += amounts[place]
                low += left[place]
            if problem.measured_on_item:
                low = high = sum([problem.item[place] for place in app.lines])
            gains.append(Gain(problem, amounts, app, count, low, high))
        return gains

    def _must_be_used(self, position: int, node: Node, outcomes: list[Outcomes]) -> bool:
        """Whether a node leaves out an automatic global that every one of its selections would have to use (SPEC 5.6): it is
        usable on every base, and nothing that may be used clashes with it or takes its place under a limit."""
        gauge = self.parts.globals[position]
        app = gauge.apps[0]
        if not gauge.automatic or node.counts[position] or app.groups or app.clash & (node.mask | self.local):
            return False
        low = sum([each.bases_low[position] for each in outcomes])
        high = sum([each.bases_high[position] for each in outcomes])
        for earlier in range(position):
            if self.chained[earlier][position] and node.counts[earlier]:
                low = 0  # what the earlier one saves comes off; nobody has added it up here
        gain = Gain(self.parts.problem, self.parts.cut.amounts, app, 1, min(low, high), high)
        return min([gain.at(point) for point in gain.points]) > 0 and not self.sure.may_fall_short(app)

    def _spread(self, node: Node, position: int) -> None:
        """Tell the node what a benefit on units takes from each place."""
        app = node.apps[position]
        least, most = self.sure.spread(app)
        if least:
            node.least[position] = lists = [0] * len(self.parts.problem.item)
            for place, share in zip(app.targets, least, strict=True):
                lists[place] = share
            if most is not least:
                lists = lists.copy()
                for place, share in zip(app.targets, most, strict=True):
                    lists[place] = share
            node.most[position] = lists

    def branch(self, sketch: Sketch) -> Branch:
        """The node's relaxation."""
        node, gains = sketch.node, sketch.gains
        trust = self._judge(sketch)
        watched = self._watched(gains)
        problem = self.parts.problem
        available = [problem.pools[pool].most(problem.coins) for pool in self.parts.pools]
        if self.parts.caps:
            caps = {app.rule: app.cap_order for app in problem.applications if app.cap_order != NO_CAP}
            available += [caps[rule] for rule in self.parts.caps]
        chained = [[linked and gains[later] is not None for later, linked in enumerate(row)] for row in self.chained]
        faces = self.faces
        short = [self.sure.may_fall_short(app) for app in node.apps]
        positions = sorted({position for position, _ in watched})
        rows = [each.priced(positions, self.parts.weight) for each in sketch.outcomes]
        relaxation = Relaxation(rows, positions, gains, chained, available, faces, short, self.parts.weight)
        return Branch(self.keys, node, relaxation, trust, watched)

    def _passes(self, node: Node) -> int:
        """Each pass narrows the ratio of one more global; only dependent stores read ratios."""
        if not any(cell.dependent for cell in self.parts.cells):
            return 0
        return min(3, sum(1 for count in node.counts if count))

    def _outcomes(self, cell: Cell, place: int, node: Node) -> Outcomes | None:
        key = [node.mask & cell.clash, *(node.groups_used[group] for group in cell.groups)]
        if cell.dependent:
            for position, count in enumerate(node.counts):
                if count and cell.touches(position):
                    key += [position, node.ratio_lo[position], node.ratio_hi[position]]
                    for shares in (node.least[position], node.most[position]):
                        key += [shares[cell.indexes[place]] for place in cell.global_targets[position] if shares]
        known = tuple(key)
        if known not in self.cache[place]:
            listed = self.kept[place].get(known) if self.kept else None
            allowed = min(self.limit // MOST_LISTED + 1, self.limit - self.listed)
            if listed is None or listed.steps > allowed:
                walk = CellWalk(self.parts, cell, node, self.keys, allowed)
                options = walk.run()
                steps = walk.steps + len(options)
                self.listed += steps
                self.steps += steps
                listed = Outcomes(options, self.parts, steps) if options else None
            else:
                self.listed += listed.steps
                self.steps += listed.steps
            self.cache[place][known] = listed
        return self.cache[place][known]

    def _gains(self, node: Node, outcomes: list[Outcomes]) -> list[Gain | None]:
        """What each used global saves, over the range that all options give its base."""
        problem = self.parts.problem
        gains: list[Gain | None] = []
        savings: list[tuple[int, int]] = []
        for position in range(len(self.parts.globals)):
            app = node.apps[position]
            if not node.counts[position]:
                gains.append(None)
                savings.append((0, 0))
                continue
            low = high = 0
            for each in outcomes:
                low += each.bases_low[position]
                high += each.bases_high[position]
            for earlier in range(position):
                if self.chained[earlier][position]:
                    low -= savings[earlier][1]
                    high -= savings[earlier][0]
            if app.is_coins and has_item_cap(app):
                low -= self._coin_fuzz(app, savings)
            low, high = max(0, low), max(0, high)
            low = min(low, high)
            gain = Gain(problem, self.parts.cut.amounts, app, node.counts[position], low, high)
            values = [gain.at(point) for point in gain.points]
            gains.append(gain)
            savings.append((0 if self.sure.may_fall_short(app) else min(values), max(values)))
        return gains

    def _coin_fuzz(self, app: Application, savings: list[tuple[int, int]]) -> int:
        """How much less room for coins the lines have after the shares of earlier globals: their share of the cap, and
        less than one minor unit of truncation for each line."""
        taken = sum(high for _, high in savings)
        if not taken:
            return 0
        if app.cap_item_numerator >= 0:
            taken = -(-taken * app.cap_item_numerator // app.cap_item_denominator)
        return taken + len(app.lines)

    def _ratios(self, gain: Gain) -> tuple[int, int]:
        """Between which ratios its saving lies to what its targets cost, as they are weighed for its shares."""
        problem, app = self.parts.problem, gain.app
        if problem.by_item_price:
            return gain.ratios(sum([problem.item[place] for place in app.targets]))
        if gain.most < 0 and not is_apart(app):
            return gain.ratios(0)
        amounts, left = self.parts.cut.amounts, self.sure.left_at(app.layer)
        least = max(1, sum([left[place] for place in app.targets]))
        if gain.most >= 0:
            return 0, RATIO_ONE if not is_plain(problem, app) else min(RATIO_ONE, gain.most * RATIO_ONE // least + 1)
        low, _ = gain.ratios(max(1, sum([amounts[place] for place in app.targets])))
        return low, gain.ratios(least)[1]

    def _tighten(self, node: Node, gains: list[Gain | None]) -> bool:
        """Narrow the ratios by the new ranges; False when nothing changed."""
        changed = False
        problem = self.parts.problem
        for position, gain in enumerate(gains):
            if gain is None or gain.app.is_coins:
                continue
            low, high = self._ratios(gain)
            if self.sure.may_fall_short(gain.app):
                low = 0
            if problem.measured_on_item and not problem.by_item_price:
                high = RATIO_ONE  # shared over running amounts, of which there may be less than of the base
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

    def _may_be_left_out(self, position: int, sketch: Sketch) -> bool:
        """Whether every selection of a node may do without a global that it leaves out (SPEC 5.6): it is left to choice, it
        clashes with what the node uses, or no base reaches its first step."""
        gauge = self.parts.globals[position]
        app = gauge.apps[0]
        if not gauge.automatic or app.clash & sketch.node.mask or not app.rungs:
            return True
        return sum([each.bases_high[position] for each in sketch.outcomes]) < app.rungs[0].reach

    def _judge(self, sketch: Sketch) -> int:
        """How far the relaxed figures are the true ones: the branch's trust."""
        node, outcomes, gains = sketch.node, sketch.outcomes, sketch.gains
        used = sum(1 for count in node.counts if count)
        paying = 0
        for position, gain in enumerate(gains):
            if gain is None:
                if not self._may_be_left_out(position, sketch):
                    return LOOSE
                continue
            app = gain.app
            paying += app.is_coins
            if not is_known(self.parts.problem, app) or (
                self.sure.may_lose(app) if app.is_coins else self.sure.may_fall_short(app)
            ):
                return LOOSE
            if gain.varies():
                if not gain.rises or not all(each.certain[position] for each in outcomes):
                    return LOOSE
                if app.is_coins and has_item_cap(app) and used > 1:
                    return LOOSE
        doubt = max(each.doubt for each in outcomes)
        if paying > 1 or doubt == ANY_DOUBT or not self.parts.rules.dominated:
            return LOOSE
        if doubt == NO_DOUBT:
            return EXACT
        return max(
            (gain.app.layer for gain in gains if gain is not None and gain.app.layer < doubt),
            default=LOOSE,
        )
