"""Random rules of the second edition, put so that the language can say them: what a rule file has no words for is taken
away, and lists get names of their own."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from pricing.forms import Bundle, PayInAll, Slot
from pricing.model.kind import Kind
from pricing.model.policy import Layer, Policy
from pricing.model.rule import PLATFORM, Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope


def sayable(book: RuleBook) -> RuleBook:
    """The rules that can be said, as they can be."""
    policy = _policy(book.policy)
    kept = [made for rule in book.rules if (made := _rule(rule, policy)) is not None]
    names = {rule.name for rule in kept}
    kept = [rule for rule in kept if rule.trade is None or rule.trade.coupon in names]
    names = {rule.name for rule in kept}
    rules = tuple(
        [evolve(rule, combines=tuple(name for name in rule.combines if name in names or " " in name)) for rule in kept]
    )
    never = [tuple(name for name in rule.never if name in names or name == "anything" or " " in name) for rule in rules]
    rules = tuple([evolve(rule, never=nevers) for rule, nevers in zip(rules, never, strict=True)])
    return RuleBook(tuple([_agreed(rule) for rule in rules]), policy, book.campaigns)


def _agreed(rule: Rule) -> Rule:
    """A card that combines with what it never meets is an error."""
    return evolve(rule, combines=()) if set(rule.combines) & set(rule.never) else rule


def _policy(policy: Policy) -> Policy:
    """One further layer: a name is that of one layer."""
    seen: set[str] = set()
    order = []
    for layer in policy.order:
        if not layer.name or layer.name not in seen:
            order.append(layer)
        seen.add(layer.name)
    return evolve(policy, order=tuple(order))


def _rule(rule: Rule, policy: Policy) -> Rule | None:
    steps = rule.ladder
    if any(clause.word == "list" for clause in rule.scope.only):
        return None  # only `except`, `counts` and slots name a whole list
    if len(steps) > 1 and any(not step.reach for step in steps):
        return None
    if rule.kind is Kind.FREE_SHIPPING and any(isinstance(step.gives, PayInAll) for step in steps):
        return None
    if not any(step.gives for step in steps) and not rule.prices and not (rule.trade or rule.rate or rule.reward):
        return None
    number = iter(range(100))

    def renamed(scope: Scope) -> Scope:
        return Scope(
            tuple([_named(clause, rule.name, next(number)) for clause in scope.only]),
            tuple([_named(clause, rule.name, next(number)) for clause in scope.never]),
        )

    scope, counts = renamed(rule.scope), None if rule.counts is None else renamed(rule.counts)
    ladder = tuple(
        [
            evolve(
                step, gives=evolve(step.gives, slots=tuple([Slot(s.many, renamed(s.scope)) for s in step.gives.slots]))
            )
            if isinstance(step.gives, Bundle)
            else step
            for step in steps
        ]
    )
    slots = [slot.scope.only[0] for step in ladder if isinstance(step.gives, Bundle) for slot in step.gives.slots]
    if slots:
        scope = Scope((*scope.only, Clause("list", any_of=tuple(slots))), scope.never)
    payers = tuple(
        [(who, Fraction(1, 4) if who != PLATFORM and share == Fraction(1, 3) else share) for who, share in rule.payers]
    )
    if any(share == Fraction(2, 3) for _, share in payers):
        payers = tuple([(who, Fraction(1, 2) if share == Fraction(2, 3) else share) for who, share in payers])
    layer = rule.layer if Layer(rule.kind, rule.layer) in policy.order else ""
    if rule.kind is Kind.COIN_REWARD:
        rule = evolve(rule, combines=(), budget=None, budget_day=None)
    return evolve(rule, scope=scope, counts=counts, ladder=ladder, payers=payers, layer=layer)


def _named(clause: Clause, name: str, number: int) -> Clause:
    return evolve(clause, values=(f"goods-{name}-{number}",)) if clause.word == "list" else clause
