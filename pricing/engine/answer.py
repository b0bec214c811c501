"""A selection made into a quote: lines, savings, funders, what was used, bought and kept (SPEC section 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

from pricing.engine.case import Case
from pricing.engine.match import expiry_key
from pricing.engine.plan import PlannedRule
from pricing.engine.problem import Application
from pricing.engine.refund import expiry_of_piece
from pricing.engine.search import Found
from pricing.engine.settle import Settlement, rounded, settle
from pricing.model.cart import Lot
from pricing.model.quote import Bought, KeptCoupon, Quote, QuoteCharge, QuoteLine, Reasons, Saving, Use


class SearchFault(RuntimeError):
    """The search claimed what settling does not confirm: a fault of this library, never of a cart or a rule."""


def quote_of(case: Case, found: Found, ask: Callable[[Quote], Reasons]) -> Quote:
    """Settle the found selection once more, compare, and write the quote down."""
    settlement = settle(case.problem, found.counts)
    if settlement is None or sum(settlement.now) != found.total:
        raise SearchFault(f"search claims {found.total}, settling gives {settlement and sum(settlement.now)}")
    savings = _savings(case, settlement)
    lines = tuple(
        QuoteLine(
            line.id,
            line.sku,
            line.store,
            line.quantity,
            line.unit_price * line.quantity,
            case.priced[place].amount,
            settlement.now[place],
            tuple(savings[place]),
        )
        for place, line in enumerate(case.situation.lines)
    )
    first = len(lines)
    charges = tuple(
        QuoteCharge(
            charge.store, charge.method, charge.minor, settlement.now[first + place], tuple(savings[first + place])
        )
        for place, charge in enumerate(case.charges)
    )
    bought = _bought(case, found.counts)
    uses = _item_uses(case) + _uses(case, found.counts, settlement)
    uses.sort(key=_use_order)
    return Quote(
        currency=case.situation.cart.currency,
        lines=lines,
        shipping=charges,
        used=tuple(uses),
        bought=bought,
        kept=_kept(case, found.counts),
        coins_spent=settlement.exchange_coins + sum(settlement.payment_coins),
        rules=case.plan.fingerprint,
        optimal=found.optimal,
        steps=found.steps,
        lower_bound_minor=found.lower_bound,
        total_minor=found.total,
        cart=case.situation.cart,
        ask=ask,
        labels=case.plan.labels,
    )


def _use_order(use: Use) -> tuple[str, str]:
    return use.rule, use.store or ""


def saving(rule: PlannedRule, amount: int) -> Saving:
    """One saving with its funder split: the platform's share rounded half up, the seller pays the rest."""
    share: Fraction = rule.rule.platform_share
    if share.numerator == 0:
        return Saving(rule.name, amount, 0)
    return Saving(rule.name, amount, rounded(amount * share.numerator, share.denominator, False))


def _savings(case: Case, settlement: Settlement) -> list[list[Saving]]:
    """By place, in the order in which they were taken."""
    savings: list[list[Saving]] = [[] for _ in settlement.now]
    by_name = case.plan.by_name
    for place, priced in enumerate(case.priced):
        listed = case.situation.lines[place].unit_price
        amounts: dict[str, int] = {}
        for price, units, name in priced.parts:
            if name:
                amounts[name] = amounts.get(name, 0) + (listed - price) * units
        savings[place] += [saving(by_name[name], amounts[name]) for name in sorted(amounts)]
    for app in case.problem.applications:
        shares = settlement.shares[app.index]
        if not shares:
            continue
        rule = case.plan.rules[app.rule]
        for position, place in enumerate(app.targets):
            if shares[position]:
                savings[place].append(saving(rule, shares[position]))
    return savings


def _item_uses(case: Case) -> list[Use]:
    amounts: dict[str, int] = {}
    for place, priced in enumerate(case.priced):
        listed = case.situation.lines[place].unit_price
        for price, units, name in priced.parts:
            if name:
                amounts[name] = amounts.get(name, 0) + (listed - price) * units
    by_name = case.plan.by_name
    return [Use(name, by_name[name].kind, None, 0, 0, amount) for name, amount in amounts.items()]


def pieces_of(app: Application, count: int) -> int:
    """Pieces of a coupon that a use takes; 0 for rules that have none."""
    return count if app.pool >= 0 else 0


def _uses(case: Case, counts: list[int], settlement: Settlement) -> list[Use]:
    rules = case.plan.rules
    return [
        Use(
            app.name,
            rules[app.rule].kind,
            app.store or None,
            pieces_of(app, counts[app.index]),
            settlement.payment_coins[app.index],
            sum(settlement.shares[app.index]),
        )
        for app in case.problem.applications
        if counts[app.index]
    ]


def _used_pieces(case: Case, counts: list[int]) -> list[int]:
    used = [0] * len(case.problem.pools)
    for app in case.problem.applications:
        if app.pool >= 0:
            used[app.pool] += counts[app.index]
    return used


def _bought(case: Case, counts: list[int]) -> tuple[Bought, ...]:
    bought: list[Bought] = []
    for pool, used in zip(case.problem.pools, _used_pieces(case, counts), strict=True):
        need = used - pool.held
        if need <= 0:
            continue
        pieces, coins = 0, 0
        trades: list[tuple[str, int]] = []
        for price, size, most, name in pool.trades:
            times = min(most, (need - pieces + size - 1) // size)
            if times > 0:
                trades.append((name, times))
                pieces += times * size
                coins += times * price
        bought.append(Bought(pool.name, pieces, coins, tuple(trades)))
    return tuple(sorted(bought, key=_coupon))


def _coupon(bought: Bought) -> str:
    return bought.coupon


def _kept(case: Case, counts: list[int]) -> tuple[KeptCoupon, ...]:
    """Unexpired pieces that stay in the wallet, and bought ones that the order does not need; they are got just now.

    Pieces of one coupon that expire at one instant are one entry, in whatever lots and order the wallet has them.
    """
    used = {pool.name: pieces for pool, pieces in zip(case.problem.pools, _used_pieces(case, counts), strict=True)}
    kept: dict[tuple[str, datetime | None], int] = {}
    for name in sorted({*case.held, *used}):
        left = used.get(name, 0)
        for lot in sorted(case.held.get(name, []), key=_lot_order):
            stays = max(0, lot.pieces - left)
            left = max(0, left - lot.pieces)
            if stays:
                kept[name, lot.expires] = kept.get((name, lot.expires), 0) + stays
    for bought in _bought(case, counts):
        over = bought.pieces - (used[bought.coupon] - sum(lot.pieces for lot in case.held.get(bought.coupon, [])))
        if over:
            rule = case.plan.by_name[bought.coupon].rule
            ends = expiry_of_piece(case.situation.cart.at, rule.lasts_days, rule.valid.end)
            kept[bought.coupon, ends] = kept.get((bought.coupon, ends), 0) + over
    return tuple(KeptCoupon(name, pieces, expires) for (name, expires), pieces in kept.items())


def _lot_order(lot: Lot) -> tuple[tuple[bool, datetime | None], timedelta]:
    """Soonest first; one instant written with several offsets by offset, so that the first one is always the same."""
    return expiry_key(lot), (lot.expires and lot.expires.utcoffset()) or timedelta()
