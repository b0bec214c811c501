"""What can be asked of rules that are made ready: a price, its reasons, an account, how near a step was.

Reads a `Plan`, which never changes, and a cart or a quote; every answer is a pure function of the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import frozen

from pricing.engine.answering.answer import quote_of
from pricing.engine.matching.case import case_of
from pricing.engine.rules.plan import Plan
from pricing.engine.search.memory import Memory
from pricing.engine.search.search import STEP_LIMIT, search
from pricing.engine.why.account import Account, account_of
from pricing.engine.why.explain import Asked
from pricing.engine.why.standing import Measure, next_target, rivals_of
from pricing.model.bulk import CollectorAtRest
from pricing.model.cart import Cart, Usage
from pricing.model.quote import Quote, Reasons
from pricing.model.rule import Rule


def price(
    plan: Plan,
    cart: Cart,
    usage: Usage,
    without: frozenset[str] = frozenset(),
    work: int = STEP_LIMIT,
    memory: Memory | None = None,
) -> Quote:
    """The best permitted price of the cart (SPEC): matched, searched, settled again and compared, answered.

    `usage`: what earlier orders used, by rule. `without`: rules and kinds that the customer declines. `work`: steps that
    the search may take. `memory`: what the quote of a cart that differs little has listed; it changes no answer.
    """
    with CollectorAtRest():
        case = case_of(plan, cart, usage, without)
        return quote_of(case, search(case.problem, work, memory), Asked(plan))


def still_holds(plan: Plan, quote: Quote, cart: Cart) -> bool:
    """Whether a quote is what the cart would get again: it was proved, and neither the cart nor the rules have changed."""
    return quote.optimal and quote.rules == plan.fingerprint and quote.cart == cart


def reasons(plan: Plan, quote: Quote, why: str = "all") -> Reasons:
    """Why rules were not used, and what to add to get more (SPEC 7); with `why` "refused" without next steps.

    Raises ValueError when the quote was priced under other rules, or has been changed.
    """
    return _asked(plan, quote).reasons(quote, why)


def explain(plan: Plan, quote: Quote) -> Account:
    """A quote accounted for, line by line. Raises ValueError like `reasons`."""
    return account_of(quote, _asked(plan, quote))


@frozen
class StepAhead:
    """A step that the goods of a quote do not reach yet."""

    rule: str
    reach: int
    """Its threshold as the card says it: of `every 30.00` not the 90.00 that its third time needs."""
    missing: int
    """What is missing for it, in what `measure` counts: minor units, units or different items."""
    measure: str
    """See `pricing.model.ladder.Step`."""


def steps_ahead(plan: Plan, quote: Quote, rules: Collection[str]) -> Iterator[StepAhead]:
    """The next step of each application of some rules (by name), used or not. Raises ValueError like `reasons`."""
    chosen = _asked(plan, quote).chosen(quote)
    for standing in chosen.standings:
        if standing.rule.name not in rules or not standing.rule.rule.ladder:
            continue
        apart = set() if standing.count else {rival.index for rival in rivals_of(chosen, standing)}
        measure = Measure(chosen.case.problem, chosen.counts, standing.app, apart)
        target = next_target(chosen.case, standing, measure.base)
        if target is not None:
            reach = _reach_of(standing.rule.rule, target.reach)
            yield StepAhead(standing.rule.name, reach, target.missing, target.measure)


def _reach_of(rule: Rule, reach: int) -> int:
    return next((step.reach for step in rule.ladder if step.repeats), reach)


def units_at(plan: Plan, quote: Quote) -> dict[str, int]:
    """How many units the quote sells at the price of each item rule, by its name (SPEC 3)."""
    found: dict[str, int] = {}
    for priced in case_of(plan, quote.cart, dict(quote.usage), frozenset(quote.without)).priced:
        for _, units, name in priced.parts:
            if name:
                found[name] = found.get(name, 0) + units
    return found


def _asked(plan: Plan, quote: Quote) -> Asked:
    """Who knows the quote's reasons: whoever was asked before, if these are its rules."""
    if quote.rules != plan.fingerprint:
        raise ValueError("this quote was priced under other rules")
    asked = quote._asked
    return asked if isinstance(asked, Asked) and asked.plan is plan else Asked(plan)
