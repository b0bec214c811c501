"""Which applications may not be used beside which (SPEC 5.1 and 5.2): said once, for the search and for reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pricing.engine.problem import Application
from pricing.engine.rules.plan import Plan
from pricing.engine.rules.planned import PlannedRule

if TYPE_CHECKING:
    from pricing.engine.matching.case import Case


MANY_PLACES: Final = 32
"""Of so many places it pays to see that two applications hold the very same ones."""


def never_meet(plan: Plan, one: PlannedRule, other: PlannedRule) -> bool:
    """Whether a card or the policy keeps two rules off the same line."""
    return _shuns(one, other) or _shuns(other, one) or (one.kind, other.kind) in plan.never_kinds


def _shuns(one: PlannedRule, other: PlannedRule) -> bool:
    if not one.never or one is other:
        return False
    return other.is_named(one.never) or other.kind.value in one.never or "anything" in one.never


def combine(one: PlannedRule, other: PlannedRule) -> bool:
    """Whether a card lets two rules of one layer share lines."""
    return other.is_named(one.combines) or one.is_named(other.combines)


def held_places(app: Application) -> list[int]:
    """What two applications of one layer may not share: lines of their scopes; free shippings, the charges they take
    from."""
    return app.targets if app.is_shipping else app.scope


def do_clash(plan: Plan, one: tuple[Application, PlannedRule], other: tuple[Application, PlannedRule]) -> bool:
    """SPEC 5.1 and 5.2 of two applications."""
    (app, rule), (beside, its) = one, other
    never = never_meet(plan, rule, its)
    if never and not set(app.scope).isdisjoint(beside.scope):
        return True
    if app.layer != beside.layer or (combine(rule, its) and not never):
        return False
    return not set(held_places(app)).isdisjoint(held_places(beside))


def set_clashes(case: Case) -> None:
    """All clashes of a problem, as bit masks over its applications."""
    problem = case.problem
    layers = problem.layers
    places = len(problem.item)
    on_line = [0] * (places * layers)
    """For each place and layer, who holds it."""
    of_scope = on_line
    """For each line and layer, who has it in scope: differs for free shipping. Only the policy's `never` asks."""
    never_layers = case.plan.never_layers
    if case.plan.never_kinds:
        of_scope = [0] * (places * layers)
    heads, likes = _alike(problem.applications)
    for index, app in enumerate(problem.applications):
        if heads[index] != index:
            continue  # the first of those with the same places has noted all of them
        bits, layer = likes[index], app.layer
        for place in app.targets if app.is_shipping else app.scope:
            on_line[place * layers + layer] |= bits
        if of_scope is not on_line:
            for place in app.scope:
                of_scope[place * layers + layer] |= bits
    for index, app in enumerate(problem.applications):
        head = heads[index]
        if head != index:
            app.clash = (problem.applications[head].clash | 1 << head) & ~(1 << index)
        else:
            app.clash = _barred(app, layers, on_line, of_scope, never_layers[app.layer]) & ~(1 << index)
    for rule in case.rules:
        if rule.combines or rule.never:
            _set_named_clashes(case, list(zip(problem.applications, case.rules, strict=True)))
            break


def _barred(app: Application, layers: int, on_line: list[int], of_scope: list[int], never: list[int]) -> int:
    """What holds a line or charge of an application in its layer, or has one in scope in a layer that never meets it."""
    mask = 0
    for place in app.targets if app.is_shipping else app.scope:
        mask |= on_line[place * layers + app.layer]
    for other in never:
        for place in app.scope:
            mask |= of_scope[place * layers + other]
    return mask


def _alike(apps: list[Application]) -> tuple[list[int], list[int]]:
    """For each application the first one of its layer that holds the very same places; and for each first one, as bits,
    all that do."""
    heads = list(range(len(apps)))
    likes = [1 << index for index in heads]
    known: dict[tuple[int, int], int] = {}
    for index, app in enumerate(apps):
        if len(app.scope) < MANY_PLACES or app.is_shipping:
            continue
        key = app.layer, id(app.scope)
        head = known.get(key)
        if head is None:
            known[key] = index
        else:
            heads[index] = head
            likes[head] |= 1 << index
    return heads, likes


def _set_named_clashes(case: Case, found: list[tuple[Application, PlannedRule]]) -> None:
    """What cards say of each other by `combines with` and `never with`; `never` wins."""
    for one in found:
        app, rule = one
        if not rule.combines and not rule.never:
            continue
        for other in found:
            beside, its = other
            if beside is app or not (_shuns(rule, its) or its.is_named(rule.combines)):
                continue  # nothing is said of it that the places do not say
            if do_clash(case.plan, one, other):
                app.clash |= 1 << beside.index
                beside.clash |= 1 << app.index
            else:
                app.clash &= ~(1 << beside.index)
                beside.clash &= ~(1 << app.index)
