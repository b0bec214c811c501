"""Which used rules took away what another needed for its step, and what the order would cost without them (SPEC 7).

An automatic rule that is worked off earlier can bring the running amount below a coupon's or a code's threshold, and may
not be left out (SPEC 5.6). Whoever typed the code must hear of it.
"""

from __future__ import annotations

from attrs import evolve

from pricing.engine.matching.case import case_of
from pricing.engine.search.search import search
from pricing.engine.why.standing import Chosen, Measure, Standing, rivals_of
from pricing.model.quote import Refusal


def with_takers(chosen: Chosen, standing: Standing, refusal: Refusal, limit: int) -> tuple[Refusal, int]:
    """A refusal for want of money with the rules that took it (`after`), and the best total without these when it uses the
    refused one (`total_without`); and the steps that took, at most about `limit`."""
    takers = _takers(chosen, standing, refusal.short_by or 0)
    if not takers:
        return refusal, 0
    refusal = evolve(refusal, after=takers)
    situation = chosen.case.situation
    case = case_of(chosen.case.plan, situation.cart, situation.usage, situation.without | set(takers))
    found = search(case.problem, max(1, limit))
    used = any(
        count and (app.name, app.store, app.sku) == (standing.app.name, standing.app.store, standing.app.sku)
        for app, count in zip(case.problem.applications, found.counts, strict=False)
    )
    return (evolve(refusal, total_without=found.total) if used and found.optimal else refusal), found.steps


def _takers(chosen: Chosen, standing: Standing, short_by: int) -> tuple[str, ...]:
    """The first used rule without which the step would be reached; else all of an earlier layer, when it takes them all."""
    apart = {rival.index for rival in rivals_of(chosen, standing)}
    lines = set(standing.app.lines)
    before = [
        other
        for other in chosen.used()
        if other.app.layer < standing.app.layer and other.index not in apart and not lines.isdisjoint(other.app.targets)
    ]

    def base(more: set[int]) -> int:
        return Measure(chosen.case.problem, chosen.counts, standing.app, apart | more).base

    reach = base(set()) + short_by
    for other in before:
        if base({other.index}) >= reach:
            return (other.rule.name,)
    if len(before) > 1 and base({other.index for other in before}) >= reach:
        return tuple(sorted({other.rule.name for other in before}))
    return ()
