"""What another way to pay would bring (SPEC 7): the total with each payment that a refused rule asks for.

Reads the rules that were refused for the payment alone; makes next steps, each priced anew with that payment.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from pricing.engine.matching.case import Case, case_of
from pricing.engine.search.run import Found
from pricing.engine.search.search import search
from pricing.engine.why.standing import Chosen
from pricing.model.errors import CartError
from pricing.model.quote import NextStep, Quote
from pricing.model.reason import Reason
from pricing.model.rule import Rule
from pricing.model.scope import Clause

MOST_PAYMENTS = 20
"""So many ways to pay are tried, in order of their names; a card may list thousands."""


def payment_steps(chosen: Chosen, quote: Quote, limit: int) -> Iterator[NextStep]:
    """By rule, then payment: those with which the rule is used and the total is lower, as far as that is proved within
    about `limit` steps of search."""
    wanted = {
        refusal.rule: _asked_for(chosen.case.plan.rules.named(refusal.rule).rule)
        for refusal in chosen.refused
        if refusal.reason is Reason.OTHER_PAYMENT
    }
    priced: dict[str, tuple[int, frozenset[str]]] = {}
    for payment in sorted(set().union(*wanted.values()))[:MOST_PAYMENTS]:
        try:
            cart = evolve(quote.cart, payment=payment)
        except CartError:  # a name that no cart can have
            continue
        if limit <= 0:
            break
        situation = chosen.case.situation
        case = case_of(chosen.case.plan, cart, situation.usage, situation.without)
        found = search(case.problem, limit)
        limit -= found.steps
        if found.optimal and found.total < quote.total_minor:
            priced[payment] = found.total, _used(case, found)
    for rule in sorted(wanted):
        for payment in sorted(wanted[rule]):
            total, used = priced.get(payment, (0, frozenset()))
            if rule in used:
                yield NextStep(rule, None, None, None, quote.total_minor - total, payment)


def _asked_for(rule: Rule) -> frozenset[str]:
    """The payments that a card names."""
    found: set[str] = set()
    for clause in rule.audience.only:
        if clause.word == "payments":
            found |= _named(clause)
    return frozenset(found)


def _named(clause: Clause) -> set[str]:
    named = set(clause.values) - set(clause.removed)
    for each in clause.any_of:
        named |= _named(each)
    return named


def _used(case: Case, found: Found) -> frozenset[str]:
    """Names of the rules that a selection uses, item rules included."""
    used = {app.name for app, count in zip(case.problem.applications, found.counts, strict=False) if count}
    used |= {name for priced in case.priced for _, _, name in priced.parts if name}
    return frozenset(used)
