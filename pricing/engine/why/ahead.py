"""What to add to a cart to reach a next step, and what that would save in all (SPEC section 7).

Reads how every rule stands under the selection that a quote chose (`standing.py`); makes `NextStep`s. Larger carts are
priced by `trials.py`. `explain.py` asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pricing.engine.why.payments import payment_steps
from pricing.engine.why.standing import Chosen
from pricing.engine.why.trials import Aim, LargerCart, Work, asked_about, base_in, cheapest_unit, guess_of, tried, uses
from pricing.model.quote import NextStep, Quote

RAISES: Final = 6
"""How often an amount that falls short is raised, and how often another selection is guessed."""
GUESSES: Final = 60
"""How often the span between an amount that falls short and one that does not is narrowed."""


def next_steps(chosen: Chosen, quote: Quote) -> Iterator[NextStep]:
    """What to add to reach the next step of each application, and what that saves in all; by rule, then store.

    Taken are all applications, used or not, of rules that are available; for each the nearest step above the one that
    its base reaches in the chosen selection (without what it clashes with, when it is not used).

    - Steps by money: `missing` minor units are added to the cart as one more line: one unit at that list price, with
      store, categories, brand and tags of one of the application's lines (of one at list price when there is one; the
      smallest line id), under a new sku unless the rule names skus. `missing` is the gap; or more, when earlier layers or
      item prices eat into the added goods: then one minor unit less does not reach the step.
    - Steps by units: `missing_units` more units of the cheapest of its lines (list price, then line id).

    The enlarged cart is priced anew, best selection and all. The step is listed when that selection uses the
    application at that step, the application gives more than before, and `saves` is above zero, where
    `saves` = total before + list price of the added goods - total of the enlarged cart.

    Rules that another way to pay would bring are told too (`payments.py`).

    Nothing is listed when the quote, or the best price of the enlarged cart, was not proved within the limits of work.
    """
    if not quote.optimal:
        return
    work = Work(chosen, quote)
    aims = [aim for standing in chosen.standings if (aim := asked_about(chosen, standing)) is not None]
    work.enlarge(aims)
    for aim in aims:
        step = _next_step(work, aim)
        if step is not None:
            yield step
    yield from payment_steps(chosen, quote, work.steps_left)


def _next_step(work: Work, aim: Aim) -> NextStep | None:
    standing, target = aim.standing, aim.target
    if aim.by_units:
        missing = target.missing
        found = _with_units(work, aim, missing * cheapest_unit(work.chosen, aim))
    else:
        least = _Least(work, aim)
        found = least.run()
        missing = least.amount
    if found is None or not _is_worth_telling(work, aim, found):
        return None
    return NextStep(
        standing.rule.name,
        standing.store,
        None if aim.by_units else missing,
        missing if aim.by_units else None,
        _saves(work, found),
        sku=standing.app.sku or None,
    )


def _saves(work: Work, trial: LargerCart) -> int:
    return work.quote.total_minor + trial.listed - work.listed - trial.total


def _is_worth_telling(work: Work, aim: Aim, trial: LargerCart) -> bool:
    gives_now = sum(aim.before.shares) if aim.standing.count else 0
    return trial.gives > gives_now and _saves(work, trial) > 0


def _with_units(work: Work, aim: Aim, amount: int) -> LargerCart | None:
    """The cart with the missing units, when they reach the step."""
    guess = guess_of(work, aim, amount)
    if guess is not None and not guess.may_use:
        return None
    trial = tried(work, aim, amount)
    return trial if trial is not None and trial.units >= aim.target.reach else None


class _Least:
    """The least amount that reaches a step by money: guessed with selections that nobody has proved, then proved."""

    __slots__ = ("aim", "amount", "base", "counts", "gap", "is_misled", "known", "low", "reach", "short", "work")

    def __init__(self, work: Work, aim: Aim) -> None:
        self.work = work
        self.aim = aim
        self.reach = aim.target.reach
        self.base = aim.before.base
        self.amount = self.gap = self.reach - self.base
        """Less never reaches it: what is added counts at its list price at most."""
        self.low = self.short = self.gap - 1
        """The largest amount with which it was not reached; and the largest of which that is proved."""
        self.counts: list[int] = []
        """The selection that amounts are guessed with; none: each is proved."""
        self.is_misled = False
        """Whether a good selection has reached the step where the best one does not: from then on all is proved."""
        self.known: dict[int, LargerCart | None] = {}
        """What was proved, by amount."""

    def run(self) -> LargerCart | None:
        """The cart with `amount` more; None where none is known to reach the step, or to be worth telling."""
        if not self._guess():
            return None
        # What a good selection does not use is mostly not worth telling: that is proved first.
        if self.counts and not uses(self.work, self.aim, self.counts):
            self._trial(self.amount)
        for _ in range(RAISES):
            if not self.counts:
                self.amount = self._climbed(self.amount)
                return self._told() if self.amount >= 0 else None
            if self.amount not in self.known or self._told() is not None:
                self._narrow()
            trial = self._trial(self.amount)
            if trial is None or trial.base >= self.reach:
                return self._told()
            self.is_misled = True
            self.low = self.short = self.amount
            self.counts = trial.counts
            self.amount = self._climbed(self.amount) if self.counts else self.amount
        return None

    def _guess(self) -> bool:
        """Find the amount that is the least for a selection that is good with that amount; False where bounds say that the
        best one does not use the application there."""
        if not self.work.is_large():
            return True
        self.counts = self.work.counts
        may_use = True
        guessed_at = -1
        for _ in range(RAISES):
            amount = self._climbed(self.amount) if self.counts else -1
            if amount < 0 or amount == guessed_at:
                break
            guess = guess_of(self.work, self.aim, amount)
            self.amount = guessed_at = amount
            if guess is None:
                self.counts = []
                return True
            self.counts, may_use = guess.counts, guess.may_use
        return may_use

    def _told(self) -> LargerCart | None:
        """The cart with the amount, where it is proved that the step is reached and worth telling."""
        trial = self._trial(self.amount)
        is_told = trial is not None and trial.base >= self.reach and _is_worth_telling(self.work, self.aim, trial)
        return trial if is_told else None

    def _narrow(self) -> None:
        """Lower the amount while the step is reached with one minor unit less, or half way down."""
        for attempt in range(GUESSES):
            if self.amount - self.short <= 1 or not self.counts:
                break
            is_next = attempt % 2 == 0 or self.amount - self.low <= 1
            amount = self.amount - 1 if is_next else (self.low + self.amount) // 2
            if self._is_enough(amount, is_next):
                self.amount = amount
                self.low = min(self.low, amount - 1)
                least = self._climbed(amount)
                if self.low < least < amount and self._is_enough(least, False):
                    self.amount = least
            elif is_next:
                break
            else:
                self.low = amount

    def _is_enough(self, amount: int, in_doubt: bool) -> bool:
        """Whether a good selection reaches the step with so much; `in_doubt`: where bounds leave it open, prove it."""
        guess = guess_of(self.work, self.aim, amount)
        self.counts = guess.counts if guess is not None else []
        if guess is not None and not guess.may_use:
            self.short = max(self.short, amount)
            return False
        if guess is not None and not self.is_misled and self._base(amount) >= self.reach:
            return True
        trial = self._trial(amount) if in_doubt or self.is_misled else None
        if trial is None:
            return False
        self.counts = trial.counts
        if trial.base < self.reach:
            self.short = max(self.short, amount)
        return trial.base >= self.reach

    def _trial(self, amount: int) -> LargerCart | None:
        if amount not in self.known:
            self.known[amount] = tried(self.work, self.aim, amount)
        return self.known[amount]

    def _base(self, amount: int) -> int:
        """The base with so much more: in the selection that is guessed with, else in the best. -1: nobody knows."""
        if self.counts:
            return base_in(self.work, self.aim, self.counts, amount)
        trial = self._trial(amount)
        return -1 if trial is None else trial.base

    def _climbed(self, amount: int) -> int:
        """The least amount found that reaches the step: raised from this one, then lowered. -1: none was found."""
        low, low_base = self.gap, -1
        base = self._base(amount)
        for _ in range(RAISES):
            if base < 0 or base >= self.reach:
                break
            gained, short = base - self.base, self.reach - base
            low, low_base = amount, base
            amount += short if gained <= 0 else max(1, -(-short * amount // gained))
            base = self._base(amount)
        if base < self.reach:
            return -1
        if amount == self.gap or self._base(amount - 1) < self.reach:
            return amount
        if low_base < 0:
            low_base = self._base(low)
        return low if low_base >= self.reach else self._lowered(low, low_base, amount - 1)

    def _lowered(self, low: int, low_base: int, amount: int) -> int:
        """Close in from both sides on an amount that is enough, while one minor unit less is not.

        Goods mostly count in proportion, so the first guess is on the straight line between the two, and the next one is
        right beside it; every third halves, in case they do not.
        """
        base = self._base(amount)
        was_enough = True
        for attempt in range(GUESSES):
            if amount - low <= 1:
                break
            guess = (low + amount) // 2
            if attempt % 3 == 0 and base > low_base:
                guess = low - (low_base - self.reach) * (amount - low) // (base - low_base)
            elif attempt % 3 == 1:
                guess = amount - 1 if was_enough else low + 1
            guess = min(max(guess, low + 1), amount - 1)
            there = self._base(guess)
            was_enough = there >= self.reach
            if was_enough:
                amount, base = guess, there
            else:
                low, low_base = guess, max(low_base, there)
        return amount
