"""Why rules were not used, what they would have come to, and what to add to get more (SPEC section 7).

Reads a cart, matched again, and the selection that its quote chose; makes `Reasons`: refusals, each with the best
total had the rule been forced in (`forced.py`), and next steps (`ahead.py`), each priced again with the goods added.
Nothing here runs until somebody asks, and every search has a limit of steps. `account.py` turns the same facts into
sentences.
"""

from __future__ import annotations

from attrs import evolve

from pricing.engine.matching.case import Case, case_of
from pricing.engine.rules.plan import Plan
from pricing.engine.settling.settle import settle
from pricing.engine.why.ahead import next_steps
from pricing.engine.why.forced import Forcing
from pricing.engine.why.standing import Chosen, Standing, refusal_of, rivals_of
from pricing.engine.why.taken import with_takers
from pricing.engine.why.trials import ALL_STEPS
from pricing.model.bulk import CollectorAtRest
from pricing.model.quote import NextStep, Quote, Reasons, Refusal
from pricing.model.reason import Reason

FORCED_STEPS = 150_000
"""Work allowed to one `total_with`; beyond it the total is left out."""


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
            with CollectorAtRest():
                self._refused = refusals(self.chosen(quote), quote)
        if why == "refused":
            return self._told(self._refused, ())
        if self._steps is None:
            with CollectorAtRest():
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
