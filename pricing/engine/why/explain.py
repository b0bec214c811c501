"""Why rules were not used, what they would have come to, and what to add to get more (SPEC section 7).

Reads a cart, matched again, and the selection that its quote chose; makes `Reasons`: refusals, each with the best
total had the rule been forced in (`forced.py`), and next steps, each priced again with the goods added. Nothing here
runs until somebody asks, and every search has a limit of steps. `account.py` turns the same facts into sentences.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from pricing.engine.matching.applications import measured
from pricing.engine.matching.case import Case, case_of
from pricing.engine.rules.plan import Plan
from pricing.engine.search.memory import Memory
from pricing.engine.search.search import Found, search
from pricing.engine.settling.settle import settle
from pricing.engine.why.forced import Forcing
from pricing.engine.why.payments import payment_steps
from pricing.engine.why.standing import Chosen, Measure, Standing, Target, next_target, refusal_of, rivals_of
from pricing.engine.why.taken import with_takers
from pricing.model.cart import Cart, Line
from pricing.model.errors import CartError
from pricing.model.ladder import DIFFERENT, MONEY, UNITS
from pricing.model.quote import NextStep, Quote, Reasons, Refusal
from pricing.model.reason import Reason

FORCED_STEPS = 150_000
"""Work allowed to one `total_with`; beyond it the total is left out."""
TRIAL_STEPS = 150_000
"""Work allowed to pricing one enlarged cart; beyond it the next step is left out."""
ALL_STEPS = 2_000_000
"""Work allowed to all totals of a quote, and as much to all next steps; then the rest, in order, is left out."""
RAISES = 6
"""How often an amount that falls short is raised."""
GUESSES = 60
"""How often the span between an amount that falls short and one that does not is narrowed."""


# What was asked


class Asked:
    """A quote asked for its reasons. It keeps what it found; threads that ask at once find the same.

    A quote says all that is needed, so that one from elsewhere is as good as one that was made here.
    """

    __slots__ = ("_chosen", "_refused", "_steps", "plan")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._chosen: Chosen | None = None
        self._refused: tuple[Refusal, ...] | None = None
        self._steps: tuple[NextStep, ...] | None = None

    def reasons(self, quote: Quote, why: str = "all") -> Reasons:
        """Refusals with all their totals; unless `why` is "refused", next steps too."""
        if self._refused is None:
            self._refused = refusals(self.chosen(quote), quote)
        if why == "refused":
            return self._told(self._refused, ())
        if self._steps is None:
            self._steps = tuple(sorted(next_steps(self.chosen(quote), quote), key=_step_order))
        return self._told(self._refused, self._steps)

    def chosen(self, quote: Quote) -> Chosen:
        """The cart matched again, with the selection that the quote chose for it.

        Raises ValueError when these rules do not price that selection as the quote says.
        """
        if self._chosen is None:
            case = case_of(self.plan, quote.cart, dict(quote.usage), frozenset(quote.without))
            counts = _counts_of(case, quote)
            settlement = settle(case.problem, counts)
            if settlement is None or sum(settlement.now) != quote.total_minor:
                raise ValueError("this quote is not what its rules make of its cart: it has been changed")
            self._chosen = Chosen(case, counts)
        return self._chosen

    def _told(self, refused: tuple[Refusal, ...], steps: tuple[NextStep, ...]) -> Reasons:
        names = {each.rule for each in refused} | {step.rule for step in steps}
        rules = self.plan.rules
        labels = {name: label for name in sorted(names) if (label := rules.named(name).rule.label)}
        return Reasons(refused, steps, labels)


def _counts_of(case: Case, quote: Quote) -> list[int]:
    """How often the quote uses each application: a coupon by pieces, anything else once."""
    used = {(use.rule, use.store, use.sku): use.pieces or 1 for use in quote.used}
    return [used.get((app.name, app.store or None, app.sku or None), 0) for app in case.problem.applications]


def refusals(chosen: Chosen, quote: Quote, totals: bool = True) -> tuple[Refusal, ...]:
    """Sorted by rule, then store. Without `totals`, or when the quote itself was not proved, no `total_with`."""
    found = list(chosen.refused)
    steps_left = ALL_STEPS if totals and quote.optimal else 0
    forcing: Forcing | None = None
    for standing in chosen.standings:
        if standing.count:
            continue
        refusal = refusal_of(chosen, standing)
        if refusal.reason in (Reason.BEATEN, Reason.CLASHES) and steps_left > 0:
            limit = min(FORCED_STEPS, steps_left)
            forcing = forcing or Forcing(chosen.case.problem, quote.total_minor)
            forced = forcing.best_with(standing.index, limit, _guess(chosen, standing))
            steps_left -= forced.steps
            refusal = evolve(refusal, total_with=forced.total)
        elif refusal.short_by is not None and steps_left > 0:
            refusal, steps = with_takers(chosen, standing, refusal, min(FORCED_STEPS, steps_left))
            steps_left -= steps
        found.append(refusal)
    return tuple(sorted(found, key=_refusal_order))


def _guess(chosen: Chosen, standing: Standing) -> list[int]:
    """The chosen selection with an application used instead of what may not be used beside it."""
    if standing.index < 0:
        return []
    guess = chosen.counts.copy()
    for rival in rivals_of(chosen, standing):
        guess[rival.index] = 0
    guess[standing.index] = 1
    return guess


def _refusal_order(refusal: Refusal) -> tuple[str, str, str]:
    return refusal.rule, refusal.store or "", refusal.sku or ""


def _step_order(step: NextStep) -> tuple[str, str, str, str]:
    return step.rule, step.store or "", step.sku or "", step.payment or ""


# What to add


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
    for standing in chosen.standings:
        step = _next_step(work, standing)
        if step is not None:
            yield step
    yield from payment_steps(chosen, quote, work.steps_left)


class _Work:
    """The quote asked about, the steps of search left for its next steps, and what their searches share."""

    __slots__ = ("chosen", "memory", "quote", "steps_left")

    def __init__(self, chosen: Chosen, quote: Quote) -> None:
        self.chosen = chosen
        self.quote = quote
        self.steps_left = ALL_STEPS
        self.memory: Memory | None = None

    def priced(self, cart: Cart) -> tuple[Case, Found] | None:
        """A cart that differs little, matched, and its best selection; None where that is not proved."""
        before = self.chosen.case
        if self.memory is None:
            self.memory = Memory(is_warm=True)
            self.steps_left -= search(before.problem, min(TRIAL_STEPS, self.steps_left), self.memory).steps
            self.memory.settle_on_last()
        case = case_of(before.plan, cart, before.situation.usage, before.situation.without)
        found = search(case.problem, max(1, min(TRIAL_STEPS, self.steps_left)), self.memory)
        self.steps_left -= found.steps
        return (case, found) if found.optimal else None


def _next_step(work: _Work, standing: Standing) -> NextStep | None:
    chosen, quote = work.chosen, work.quote
    if standing.app.is_coins:
        return None
    before = _measured(chosen, standing)
    target = next_target(chosen.case, standing, before.base)
    if target is None:
        return None
    if target.measure == DIFFERENT:
        return None
    if target.measure == UNITS:
        missing = target.missing
        trial = _Trial.of(work, _with_units(chosen, standing, missing), standing)
    else:
        missing, trial = _enough(work, standing, target, before.base)
    if trial is None or not trial.reaches(target):
        return None
    gives_now = sum(before.shares) if standing.count else 0
    saves = quote.total_minor + trial.listed - _listed(quote.cart) - trial.total
    if trial.gives <= gives_now or saves <= 0:
        return None
    if target.measure == UNITS:
        return NextStep(standing.rule.name, standing.store, None, missing, saves, sku=standing.app.sku or None)
    return NextStep(standing.rule.name, standing.store, missing, None, saves, sku=standing.app.sku or None)


def _measured(chosen: Chosen, standing: Standing) -> Measure:
    apart = set() if standing.count else {rival.index for rival in rivals_of(chosen, standing)}
    return Measure(chosen.case.problem, chosen.counts, standing.app, apart)


def _enough(work: _Work, standing: Standing, target: Target, base: int) -> tuple[int, _Trial | None]:
    """The least amount found that reaches the step, and the cart with it priced; None when none was found."""
    low, low_base = 0, base
    """The largest amount known to fall short, and the base with it."""
    amount = target.reach - base
    for _ in range(RAISES):
        trial = _Trial.of(work, _with_goods(work.chosen, standing, amount), standing)
        if trial is None:
            return amount, None
        if trial.reaches(target):
            break
        gained, short = trial.base - base, target.reach - trial.base
        low, low_base = amount, trial.base
        amount += short if gained <= 0 else max(1, -(-short * amount // gained))
    else:
        return amount, None
    if low:
        amount, trial = _lowered(work, standing, target, (low, low_base), (amount, trial))
    return amount, trial


def _lowered(
    work: _Work, standing: Standing, target: Target, short: tuple[int, int], enough: tuple[int, _Trial]
) -> tuple[int, _Trial]:
    """Close in from both sides on an amount that is enough, while one minor unit less is not.

    Goods mostly count in proportion, so the first guess is on the straight line between the two, and the next one is
    right beside it; every third halves, in case they do not.
    """
    (low, low_base), (amount, trial) = short, enough
    was_enough = True
    for attempt in range(GUESSES):
        if amount - low <= 1:
            break
        guess = (low + amount) // 2
        if attempt % 3 == 0 and trial.base > low_base:
            guess = low - (low_base - target.reach) * (amount - low) // (trial.base - low_base)
        elif attempt % 3 == 1:
            guess = amount - 1 if was_enough else low + 1
        guess = min(max(guess, low + 1), amount - 1)
        less = _Trial.of(work, _with_goods(work.chosen, standing, guess), standing)
        was_enough = less is not None and less.reaches(target)
        if less is not None and was_enough:
            amount, trial = guess, less
        else:
            low, low_base = guess, low_base if less is None else less.base
    return amount, trial


class _Trial:
    """An enlarged cart, priced, as one application sees it."""

    def __init__(self, cart: Cart, found: Found, measure: Measure, standing: Standing, units: int) -> None:
        self.total = found.total
        self.listed = _listed(cart)
        self.base = measure.base
        self.units = units
        self.gives = sum(measure.shares) if standing.count else 0

    def reaches(self, target: Target) -> bool:
        return (self.base if target.measure == MONEY else self.units) >= target.reach

    @classmethod
    def of(cls, work: _Work, cart: Cart | None, standing: Standing) -> _Trial | None:
        """None when the cart cannot be, its best price is not proved, or the rule has no such application there."""
        if cart is None or work.steps_left <= 0:
            return None
        priced = work.priced(cart)
        if priced is None:
            return None
        case, found = priced
        there = Chosen(case, found.counts, standing.rule)
        for other in there.standings:
            if other.app.store == standing.app.store and other.app.sku == standing.app.sku:
                return cls(cart, found, _measured(there, other), other, measured(case, other.app, UNITS))
        return None


def _listed(cart: Cart) -> int:
    return sum(line.unit_price * line.quantity for line in cart.lines)


def _with_goods(chosen: Chosen, standing: Standing, amount: int) -> Cart | None:
    """The cart with goods for `amount` minor units in scope of the application; None when no cart may be like that."""
    case = chosen.case
    model = min(standing.app.lines, key=lambda place: (case.runs.rules[place] != "", place), default=None)
    if model is None:
        return None
    cart, line = case.situation.cart, case.situation.lines[case.runs.line_of[model]]
    taken = {each.id for each in cart.lines} | {each.sku for each in cart.lines}
    new = "more"
    while new in taken:
        new += "+"
    sku = line.sku if any(test.word == "skus" for test in (standing.rule.counts or standing.rule.scope).only) else new
    added = evolve(line, id=new, sku=sku, price=(amount, cart.currency), quantity=1)
    return _changed(cart, (*cart.lines, added))


def _with_units(chosen: Chosen, standing: Standing, units: int) -> Cart | None:
    """The cart with more units of the application's cheapest line."""
    lines = chosen.case.situation.lines
    mine = {chosen.case.runs.line_of[place] for place in standing.app.lines}
    if not mine:
        return None
    cheapest = lines[min(mine, key=lambda line: (lines[line].unit_price, line))]
    more = evolve(cheapest, quantity=cheapest.quantity + units)
    cart = chosen.case.situation.cart
    return _changed(cart, tuple(more if line.id == cheapest.id else line for line in cart.lines))


def _changed(cart: Cart, lines: tuple[Line, ...]) -> Cart | None:
    try:
        return evolve(cart, lines=lines)
    except CartError:
        return None
