"""What to add to a cart to reach a next step, and what that would save in all (SPEC section 7).

Reads how every rule stands under the selection that a quote chose (`standing.py`); makes `NextStep`s. Addition by money are
tried in one enlarged cart (`enlarged.py`), of which one amount changes from trial to trial. `explain.py` asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from pricing.engine.matching.applications import measured
from pricing.engine.matching.case import Case, case_of
from pricing.engine.problem import Application
from pricing.engine.search.memory import Memory
from pricing.engine.search.search import Found, search
from pricing.engine.why.enlarged import Addition, Enlarged, enlarged
from pricing.engine.why.payments import payment_steps
from pricing.engine.why.standing import Chosen, Measure, Selected, Standing, Target, next_target, rivals_of
from pricing.model.cart import MOST_LINES, MOST_UNITS, Cart, Line
from pricing.model.errors import CartError
from pricing.model.ladder import DIFFERENT, UNITS
from pricing.model.quote import NextStep, Quote
from pricing.money import LARGEST

TRIAL_STEPS: Final = 150_000
"""Work allowed to pricing one enlarged cart; beyond it the next step is left out."""
ALL_STEPS: Final = 2_000_000
"""Work allowed to all totals of a quote, and as much to all next steps; then the rest, in order, is left out."""
RAISES: Final = 6
"""How often an amount that falls short is raised."""
GUESSES: Final = 60
"""How often the span between an amount that falls short and one that does not is narrowed."""


def next_steps(chosen: Chosen, quote: Quote) -> Iterator[NextStep]:
    """What to add to reach the next step of each application, and what that saves in all; by rule, then store.

    Taken are all applications, used or not, of rules that are available; for each the nearest step above the one that
    its base reaches in the chosen selection (without what it clashes with, when it is not used).

    - Steps by money: `missing` minor units are added to the cart as one more line: one unit at that list price, with
      store, categories, brand and tags of one of the application's lines (of one at list price when there is one; the
      smallest line id), under a new sku unless the rule names skus. `missing` starts as the gap; when earlier layers or
      item prices eat into the added goods, it is raised in proportion, and then lowered until one minor unit less
      does not reach the step.
    - Steps by units: `missing_units` more units of the cheapest of its lines (list price, then line id).

    The enlarged cart is priced anew, best selection and all. The step is listed when that selection uses the
    application at that step, the application gives more than before, and `saves` is above zero, where
    `saves` = total before + list price of the added goods - total of the enlarged cart.

    Rules that another way to pay would bring are told too (`payments.py`).

    Nothing is listed when the quote, or the best price of the enlarged cart, was not proved within the limits of work.
    """
    if not quote.optimal:
        return
    work = _Work(chosen, quote)
    asked = [ask for standing in chosen.standings if (ask := _asked(chosen, standing)) is not None]
    work.enlarge(asked)
    for ask in asked:
        step = _next_step(work, ask)
        if step is not None:
            yield step
    yield from payment_steps(chosen, quote, work.steps_left)


class _Ask:
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


def _asked(chosen: Chosen, standing: Standing) -> _Ask | None:
    if standing.app.is_coins:
        return None
    before = _measured(chosen, standing)
    target = next_target(chosen.case, standing, before.base)
    if target is None or target.measure == DIFFERENT:
        return None
    return _Ask(chosen, standing, before, target)


def _measured(chosen: Selected, standing: Standing) -> Measure:
    apart = set() if standing.count else {rival.index for rival in rivals_of(chosen, standing)}
    return Measure(chosen.case.problem, chosen.counts, standing.app, apart)


class _Work:
    """The quote asked about, the steps of search left for its next steps, and what their searches share."""

    def __init__(self, chosen: Chosen, quote: Quote) -> None:
        self.chosen = chosen
        self.quote = quote
        self.steps_left = ALL_STEPS
        self.listed = _listed(quote.cart)
        self.most = LARGEST - self.listed - sum(charge.minor for charge in quote.cart.shipping)
        """No goods may cost as much: no cart is like that."""
        self.memory: Memory | None = None
        self.enlarged: Enlarged | None = None
        self.counts: list[int] = []
        """The chosen selection, in the enlarged cart."""

    def enlarge(self, asked: list[_Ask]) -> None:
        """Put into one cart all the goods that will be tried."""
        every: dict[tuple[int, bool, int], Addition] = {}
        for ask in asked:
            if ask.model >= 0:
                key = ask.model, ask.is_named, ask.missing_units()
                goods = every.get(key)
                if goods is None:
                    every[key] = goods = Addition(_goods(self.chosen, ask, LARGEST), ask.model)
                ask.goods = goods
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

    def larger_with(self, ask: _Ask, amount: int) -> Enlarged | None:
        """The enlarged cart with goods for so much, or with the missing units; None where it cannot have them."""
        larger, goods = self.enlarged, ask.goods
        if larger is None or goods is None or goods.place < 0 or amount >= self.most:
            return None
        if not ask.by_units:
            larger.set(goods.place, amount, 1)
            return larger
        line = self.chosen.case.situation.lines[self.chosen.case.runs.line_of[ask.model]]
        units = line.quantity + ask.target.missing
        if units > MOST_UNITS:
            return None
        larger.set(goods.model_place, line.unit_price, units)
        return larger

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


def _next_step(work: _Work, ask: _Ask) -> NextStep | None:
    standing, target = ask.standing, ask.target
    if ask.by_units:
        missing = target.missing
        trial = _with(work, ask, missing * _cheapest(work.chosen, ask))
        found = trial if trial is not None and trial.units >= target.reach else None
    else:
        missing, found = _least(work, ask)
    if found is None or not _is_worth_telling(work, ask, found):
        return None
    return NextStep(
        standing.rule.name,
        standing.store,
        None if ask.by_units else missing,
        missing if ask.by_units else None,
        _saves(work, found),
        sku=standing.app.sku or None,
    )


def _saves(work: _Work, trial: _Trial) -> int:
    return work.quote.total_minor + trial.listed - work.listed - trial.total


def _is_worth_telling(work: _Work, ask: _Ask, trial: _Trial) -> bool:
    gives_now = sum(ask.before.shares) if ask.standing.count else 0
    return trial.gives > gives_now and _saves(work, trial) > 0


# How much to add


def _least(work: _Work, ask: _Ask) -> tuple[int, _Trial | None]:
    """The least amount found that reaches the step, and the cart with it priced; None when none was found."""
    reach, base = ask.target.reach, ask.before.base
    low, low_base = 0, base
    """The largest amount known to fall short, and the base with it."""
    amount = reach - base
    for _ in range(RAISES):
        trial = _with(work, ask, amount)
        if trial is None:
            return amount, None
        if trial.base >= reach:
            break
        gained, short = trial.base - base, reach - trial.base
        low, low_base = amount, trial.base
        amount += short if gained <= 0 else max(1, -(-short * amount // gained))
    else:
        return amount, None
    if low:
        amount, trial = _lowered(work, ask, (low, low_base), (amount, trial))
    return amount, trial


def _lowered(work: _Work, ask: _Ask, short: tuple[int, int], enough: tuple[int, _Trial]) -> tuple[int, _Trial]:
    """Close in from both sides on an amount that is enough, while one minor unit less is not.

    Addition mostly count in proportion, so the first guess is on the straight line between the two, and the next one is
    right beside it; every third halves, in case they do not.
    """
    (low, low_base), (amount, trial) = short, enough
    reach = ask.target.reach
    was_enough = True
    for attempt in range(GUESSES):
        if amount - low <= 1:
            break
        guess = (low + amount) // 2
        if attempt % 3 == 0 and trial.base > low_base:
            guess = low - (low_base - reach) * (amount - low) // (trial.base - low_base)
        elif attempt % 3 == 1:
            guess = amount - 1 if was_enough else low + 1
        guess = min(max(guess, low + 1), amount - 1)
        less = _with(work, ask, guess)
        was_enough = less is not None and less.base >= reach
        if less is not None and was_enough:
            amount, trial = guess, less
        else:
            low, low_base = guess, low_base if less is None else less.base
    return amount, trial


def _there(larger: Enlarged, ask: _Ask, counts: list[int]) -> Standing | None:
    """How an application stands in the enlarged cart."""
    rule, app = ask.standing.rule, ask.standing.app
    found: Application | None = larger.known.get((rule.index, app.store, app.sku))
    return None if found is None else Standing(rule, found, found.index, counts[found.index])


# A cart tried


class _Trial:
    """An enlarged cart, priced, as one application sees it."""

    def __init__(self, listed: int, total: int, measure: Measure, standing: Standing, units: int) -> None:
        self.total = total
        self.counts: list[int] = []
        """Its selection, where it was tried in the common cart."""
        self.listed = listed
        """What the cart costs at list prices."""
        self.base = measure.base
        self.units = units
        self.gives = sum(measure.shares) if standing.count else 0


def _with(work: _Work, ask: _Ask, amount: int) -> _Trial | None:
    """The cart with goods for so much, in place where that can be; None like `_tried`."""
    larger = work.larger_with(ask, amount) if work.steps_left > 0 else None
    if larger is not None:
        standing = _there(larger, ask, work.counts)
        if standing is not None and standing.app.most:
            found = larger.priced(work.limit(), _guess(larger, work.counts, standing))
            work.steps_left -= found.steps
            if not found.optimal:
                return None
            standing = Standing(standing.rule, standing.app, standing.index, found.counts[standing.index])
            measure = _measured(Selected(larger.case, found.counts), standing)
            units = measured(larger.case, larger.counted_of(standing.app), UNITS) if ask.by_units else 0
            trial = _Trial(work.listed + amount, found.total, measure, standing, units)
            trial.counts = found.counts
            return trial
    if ask.by_units:
        return _tried(work, ask, _with_units(work.chosen, ask))
    return _tried(work, ask, _with_goods(work.chosen, ask, amount))


def _guess(larger: Enlarged, counts: list[int], standing: Standing) -> list[int]:
    """The chosen selection with an application used instead of what may not be used beside it."""
    if standing.count:
        return []
    guess = counts.copy()
    for rival in rivals_of(Selected(larger.case, counts), standing):
        guess[rival.index] = 0
    guess[standing.index] = 1
    return guess


def _tried(work: _Work, ask: _Ask, cart: Cart | None) -> _Trial | None:
    """None when the cart cannot be, its best price is not proved, or the rule has no such application there."""
    if cart is None or work.steps_left <= 0:
        return None
    priced = work.priced(cart)
    if priced is None:
        return None
    case, found = priced
    there = Chosen(case, found.counts, ask.standing.rule)
    for other in there.standings:
        if other.app.store == ask.standing.app.store and other.app.sku == ask.standing.app.sku:
            return _Trial(_listed(cart), found.total, _measured(there, other), other, measured(case, other.app, UNITS))
    return None


def _listed(cart: Cart) -> int:
    return sum(line.unit_price * line.quantity for line in cart.lines)


def _with_goods(chosen: Chosen, ask: _Ask, amount: int) -> Cart | None:
    """The cart with goods for `amount` minor units in scope of the application; None when no cart may be like that."""
    if ask.model < 0:
        return None
    cart = chosen.case.situation.cart
    return _changed(cart, (*cart.lines, _goods(chosen, ask, amount)))


def _goods(chosen: Chosen, ask: _Ask, amount: int) -> Line:
    """Units that cost so much each, like the line that they are made after."""
    case = chosen.case
    cart, line = case.situation.cart, case.situation.lines[case.runs.line_of[ask.model]]
    taken = {each.id for each in cart.lines} | {each.sku for each in cart.lines}
    new = "more"
    while new in taken:
        new += "+"
    sku = line.sku if ask.is_named else new
    return evolve(line, id=new, sku=sku, price=(amount, cart.currency), quantity=ask.missing_units())


def _cheapest(chosen: Chosen, ask: _Ask) -> int:
    """What a unit of the line costs that units are added to."""
    return chosen.case.situation.lines[chosen.case.runs.line_of[ask.model]].unit_price if ask.model >= 0 else 0


def _with_units(chosen: Chosen, ask: _Ask) -> Cart | None:
    """The cart with more units of the application's cheapest line."""
    if ask.model < 0:
        return None
    cart, line = chosen.case.situation.cart, chosen.case.situation.lines[chosen.case.runs.line_of[ask.model]]
    more = evolve(line, quantity=line.quantity + ask.target.missing)
    return _changed(cart, tuple(more if each.id == line.id else each for each in cart.lines))


def _changed(cart: Cart, lines: tuple[Line, ...]) -> Cart | None:
    try:
        return evolve(cart, lines=lines)
    except CartError:
        return None
