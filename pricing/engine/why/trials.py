"""Carts with more in them, priced to see what that brings (SPEC section 7).

Reads the selection that a quote chose, and an application with a next step (`Aim`); makes `LargerCart`s: the cart with goods
for some amount, or with some more units, as that application sees it. They are tried in one enlarged cart
(`enlarged.py`), of which one amount changes from trial to trial; where that cannot be, each in a cart of its own. `ahead.py`
asks.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from pricing.engine.matching.applications import measured
from pricing.engine.matching.case import Case, case_of
from pricing.engine.problem import Application
from pricing.engine.search.memory import Memory
from pricing.engine.search.run import Found, Guess
from pricing.engine.search.search import search
from pricing.engine.why.enlarged import Addition, Enlarged, enlarged
from pricing.engine.why.standing import Chosen, Measure, Selected, Standing, Target, next_target, rivals_of
from pricing.model.cart import MOST_LINES, MOST_UNITS, Cart, Line
from pricing.model.errors import CartError
from pricing.model.ladder import DIFFERENT, UNITS
from pricing.model.quote import Quote
from pricing.money import LARGEST

TRIAL_STEPS: Final = 150_000
"""Work allowed to pricing one enlarged cart; beyond it the next step is left out."""
ALL_STEPS: Final = 2_000_000
"""Work allowed to all totals of a quote, and as much to all next steps; then the rest, in order, is left out."""


class Aim:
    """An application with a next step."""

    __slots__ = ("before", "by_units", "goods", "is_named", "model", "standing", "target")

    def __init__(self, chosen: Chosen, standing: Standing, before: Measure, target: Target) -> None:
        self.standing = standing
        self.before = before
        self.target = target
        self.by_units = target.measure == UNITS
        """Whether units of its cheapest line are to be added; else goods made after one of its lines."""
        runs, lines = chosen.case.runs, chosen.case.situation.lines
        keys: list[tuple[int, int]] = []
        for place in standing.app.lines:
            dear = lines[runs.line_of[place]].unit_price if self.by_units else runs.rules[place] != ""
            keys.append((int(dear), place))
        self.model = min(keys)[1] if keys else -1
        """The place of that line; -1: there is none."""
        named = [test.word == "skus" for test in (standing.rule.counts or standing.rule.scope).only]
        self.is_named = self.by_units or True in named
        """Whether what is added is of the sku of that line."""
        self.goods: Addition | None = None
        """As they stand in the enlarged cart."""

    def missing_units(self) -> int:
        """How many units are added."""
        return self.target.missing if self.by_units else 1

    def whole_pieces(self) -> int:
        """How often it must be used at least to give what it gives now: only one piece more gives more."""
        app, pieces = self.standing.app, self.standing.count
        return pieces if app.piece and pieces and sum(self.before.shares) == pieces * app.piece else 0


def asked_about(chosen: Chosen, standing: Standing) -> Aim | None:
    if standing.app.is_coins:
        return None
    before = _measured(chosen, standing)
    target = next_target(chosen.case, standing, before.base)
    if target is None or target.measure == DIFFERENT:
        return None
    return Aim(chosen, standing, before, target)


def _measured(chosen: Selected, standing: Standing) -> Measure:
    apart = set() if standing.count else {rival.index for rival in rivals_of(chosen, standing)}
    return Measure(chosen.case.problem, chosen.counts, standing.app, apart)


class Work:
    """The quote asked about, the steps of search left for its next steps, and what their searches share."""

    def __init__(self, chosen: Chosen, quote: Quote) -> None:
        self.chosen = chosen
        self.quote = quote
        self.steps_left = ALL_STEPS
        self.listed = listed_of(quote.cart)
        self.most = LARGEST - self.listed - sum(charge.minor for charge in quote.cart.shipping)
        """No goods may cost as much: no cart is like that."""
        self.memory: Memory | None = None
        self.enlarged: Enlarged | None = None
        self.counts: list[int] = []
        """The chosen selection, in the enlarged cart."""
        self.last: Aim | None = None
        """Whom the last trial was for: its selection is a good one to begin with."""

    def enlarge(self, aims: list[Aim]) -> None:
        """Put into one cart all the goods that will be tried."""
        every: dict[tuple[int, bool, int], Addition] = {}
        for aim in aims:
            if aim.model >= 0:
                key = aim.model, aim.is_named, aim.missing_units()
                goods = every.get(key)
                if goods is None:
                    every[key] = goods = Addition(_goods(self.chosen, aim, LARGEST), aim.model)
                aim.goods = goods
        if not every or len(self.quote.cart.lines) >= MOST_LINES:
            return
        larger = enlarged(self.chosen.case, list(every.values()))
        if larger is None:
            return
        self.enlarged = larger
        self.counts = [0] * len(larger.problem.applications)
        for app, count in zip(self.chosen.case.problem.applications, self.chosen.counts, strict=True):
            if count:
                self.counts[larger.known[app.rule, app.store, app.sku].index] = count
        larger.memory.base_counts = self.counts

    def larger_with(self, aim: Aim, amount: int) -> Enlarged | None:
        """The enlarged cart with goods for so much, or with the missing units; None where it cannot have them."""
        larger, goods = self.enlarged, aim.goods
        if larger is None or goods is None or goods.place < 0 or amount >= self.most:
            return None
        if not aim.by_units:
            larger.set(goods.place, amount, 1)
            return larger
        line = self.chosen.case.situation.lines[self.chosen.case.runs.line_of[aim.model]]
        units = line.quantity + aim.target.missing
        if units > MOST_UNITS:
            return None
        larger.set(goods.model_place, line.unit_price, units)
        return larger

    def is_large(self) -> bool:
        """Whether guessing is less work than proving: small carts are walked through."""
        return self.enlarged is not None and self.enlarged.is_large

    def limit(self) -> int:
        """Steps that pricing one more cart may take."""
        return max(1, min(TRIAL_STEPS, self.steps_left))

    def priced(self, cart: Cart) -> tuple[Case, Found] | None:
        """A cart that differs little, matched, and its best selection; None where that is not proved."""
        before = self.chosen.case
        if self.memory is None:
            self.memory = Memory(is_warm=True)
            self.steps_left -= search(before.problem, self.limit(), self.memory).steps
            self.memory.settle_on_last()
        case = case_of(before.plan, cart, before.situation.usage, before.situation.without)
        found = search(case.problem, self.limit(), self.memory)
        self.steps_left -= found.steps
        return (case, found) if found.optimal else None


def _there(larger: Enlarged, aim: Aim, counts: list[int]) -> Standing | None:
    """How an application stands in the enlarged cart."""
    rule, app = aim.standing.rule, aim.standing.app
    found: Application | None = larger.known.get((rule.index, app.store, app.sku))
    return None if found is None else Standing(rule, found, found.index, counts[found.index])


class LargerCart:
    """An enlarged cart, priced, as one application sees it."""

    __slots__ = ("base", "counts", "gives", "listed", "total", "units")

    def __init__(self, listed: int, total: int, measure: Measure, standing: Standing, units: int) -> None:
        self.total = total
        self.counts: list[int] = []
        """Its selection, where it was tried in the common cart."""
        self.listed = listed
        """What the cart costs at list prices."""
        self.base = measure.base
        self.units = units
        self.gives = sum(measure.shares) if standing.count else 0


def tried(work: Work, aim: Aim, amount: int) -> LargerCart | None:
    """The cart with goods for so much, priced: in the common one where that can be. None when the cart cannot be, its best
    price is not proved, or the rule has no such application there."""
    larger = work.larger_with(aim, amount) if work.steps_left > 0 else None
    if larger is not None:
        standing = _there(larger, aim, work.counts)
        if standing is not None and standing.app.most:
            found = larger.priced(work.limit(), _guess(work, aim, larger, standing))
            work.steps_left -= found.steps
            if not found.optimal:
                return None
            standing = Standing(standing.rule, standing.app, standing.index, found.counts[standing.index])
            measure = _measured(Selected(larger.case, found.counts), standing)
            units = measured(larger.case, larger.counted_of(standing.app), UNITS) if aim.by_units else 0
            trial = LargerCart(work.listed + amount, found.total, measure, standing, units)
            trial.counts = found.counts
            return trial
    if aim.by_units:
        return _tried_alone(work, aim, _with_units(work.chosen, aim))
    return _tried_alone(work, aim, _with_goods(work.chosen, aim, amount))


def guess_of(work: Work, aim: Aim, amount: int) -> Guess | None:
    """A good selection of the cart with goods for so much, and whether the best one may use the application so that it
    gives more; None where only a proof tells."""
    larger = work.larger_with(aim, amount) if work.steps_left > 0 and work.is_large() else None
    standing = _there(larger, aim, work.counts) if larger is not None else None
    if larger is None or standing is None or not standing.app.most:
        return None
    reach = 0 if aim.by_units else aim.target.reach
    guess = larger.guessed(work.limit(), _guess(work, aim, larger, standing), standing.app, aim.whole_pieces(), reach)
    if guess is not None:
        work.steps_left -= guess.steps
    return guess


def uses(work: Work, aim: Aim, counts: list[int]) -> bool:
    """Whether a selection of the common cart uses the application so that it may give more than now."""
    larger = work.enlarged
    standing = _there(larger, aim, counts) if larger is not None else None
    return standing is not None and standing.count > aim.whole_pieces()


def base_in(work: Work, aim: Aim, counts: list[int], amount: int) -> int:
    """The base of the application in one selection of the common cart, with goods for so much; -1: it has none."""
    larger = work.larger_with(aim, amount)
    standing = _there(larger, aim, counts) if larger is not None else None
    return -1 if larger is None or standing is None else _measured(Selected(larger.case, counts), standing).base


def _guess(work: Work, aim: Aim, larger: Enlarged, standing: Standing) -> list[int]:
    """The chosen selection with an application used instead of what may not be used beside it; none where it has been tried
    just now."""
    was_last, work.last = work.last is aim, aim
    if was_last:
        return []
    counts = work.counts
    guess = counts.copy()
    for rival in rivals_of(Selected(larger.case, counts), standing) if not standing.count else ():
        guess[rival.index] = 0
    guess[standing.index] = standing.count or 1
    return guess


def _tried_alone(work: Work, aim: Aim, cart: Cart | None) -> LargerCart | None:
    """The same in a cart of its own."""
    if cart is None or work.steps_left <= 0:
        return None
    priced = work.priced(cart)
    if priced is None:
        return None
    case, found = priced
    there = Chosen(case, found.counts, aim.standing.rule)
    for other in there.standings:
        if other.app.store == aim.standing.app.store and other.app.sku == aim.standing.app.sku:
            return LargerCart(
                listed_of(cart), found.total, _measured(there, other), other, measured(case, other.app, UNITS)
            )
    return None


def listed_of(cart: Cart) -> int:
    return sum(line.unit_price * line.quantity for line in cart.lines)


def _with_goods(chosen: Chosen, aim: Aim, amount: int) -> Cart | None:
    """The cart with goods for `amount` minor units in scope of the application; None when no cart may be like that."""
    if aim.model < 0:
        return None
    cart = chosen.case.situation.cart
    return _changed(cart, (*cart.lines, _goods(chosen, aim, amount)))


def _goods(chosen: Chosen, aim: Aim, amount: int) -> Line:
    """Units that cost so much each, like the line that they are made after."""
    case = chosen.case
    cart, line = case.situation.cart, case.situation.lines[case.runs.line_of[aim.model]]
    taken = {each.id for each in cart.lines} | {each.sku for each in cart.lines}
    new = "more"
    while new in taken:
        new += "+"
    sku = line.sku if aim.is_named else new
    return evolve(line, id=new, sku=sku, price=(amount, cart.currency), quantity=aim.missing_units())


def cheapest_unit(chosen: Chosen, aim: Aim) -> int:
    """What a unit of the line costs that units are added to."""
    return chosen.case.situation.lines[chosen.case.runs.line_of[aim.model]].unit_price if aim.model >= 0 else 0


def _with_units(chosen: Chosen, aim: Aim) -> Cart | None:
    """The cart with more units of the application's cheapest line."""
    if aim.model < 0:
        return None
    cart, line = chosen.case.situation.cart, chosen.case.situation.lines[chosen.case.runs.line_of[aim.model]]
    more = evolve(line, quantity=line.quantity + aim.target.missing)
    return _changed(cart, tuple(more if each.id == line.id else each for each in cart.lines))


def _changed(cart: Cart, lines: tuple[Line, ...]) -> Cart | None:
    try:
        return evolve(cart, lines=lines)
    except CartError:
        return None
