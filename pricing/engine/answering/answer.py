"""A selection made into a quote: lines, savings, funders, what was used, bought and kept (SPEC section 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pricing.engine.answering.told import earned_of, unclaimed_of
from pricing.engine.matching.case import Case
from pricing.engine.matching.conditions import is_known_code
from pricing.engine.problem import Application
from pricing.engine.returning.refund import expiry_of_piece
from pricing.engine.rules.plan import code_key
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.search.run import Found
from pricing.engine.settling.settle import Settlement, pieces_used, rounded, settle
from pricing.model.cart import TypedCode
from pricing.model.errors import SearchFault
from pricing.model.quote import Asked, Bought, KeptCoupon, Quote, QuoteCharge, QuoteLine, Saving, Use
from pricing.model.rule import PLATFORM

NOBODY: Final[tuple[tuple[str, int], ...]] = ()
"""No further payers."""

_row: Final = tuple.__new__
"""Makes a NamedTuple of a tuple with its fields, in half the time that its own constructor takes."""


def quote_of(case: Case, found: Found, asked: Asked | None) -> Quote:
    """Settle the found selection once more, compare, and write the quote down; `asked`: who tells its reasons."""
    settlement = settle(case.problem, found.counts)
    if settlement is None or sum(settlement.now) != found.total:
        raise SearchFault(f"search claims {found.total}, settling gives {settlement and sum(settlement.now)}")
    situation = case.situation
    savings, uses = _savings(case, found.counts, settlement)
    lines: list[QuoteLine] = []
    firsts = case.runs.firsts
    for at, line in enumerate(situation.lines):
        listed = situation.prices[at] * situation.quantities[at]
        pays = settlement.now[firsts[at]]
        for place in range(firsts[at] + 1, firsts[at + 1]):
            pays += settlement.now[place]
        item, off = case.priced[at].amount, tuple(savings[at])
        store, quantity = situation.stores[at], situation.quantities[at]
        lines.append(_row(QuoteLine, (line.id, line.sku, store, quantity, listed, item, pays, off)))
    charges: list[QuoteCharge] = []
    for number, charge in enumerate(case.charges):
        place = case.problem.places + number
        off = tuple(savings[len(lines) + number])
        charges.append(QuoteCharge(charge.store, charge.method, charge.minor, settlement.now[place], off, charge.id))
    uses.sort(key=_use_order)
    pieces = pieces_used(case.problem, found.counts)
    bought = _bought(case, pieces)
    kept = _kept(case, pieces, bought)
    unclaimed, earned = unclaimed_of(case, found.counts), earned_of(case, settlement)
    told = [*(each.rule for each in unclaimed), *(each.rule for each in earned)]
    named = _named(case, uses, bought, kept, told)
    return Quote(
        situation.currency,
        tuple(lines),
        tuple(charges),
        tuple(uses),
        bought,
        kept,
        settlement.exchange_coins + sum(settlement.payment_coins),
        case.plan.fingerprint,
        found.optimal,
        found.steps,
        found.lower_bound,
        found.total,
        situation.cart,
        tuple(sorted(situation.usage.items())) if situation.usage else (),
        tuple(sorted(situation.without)) if situation.without else (),
        _labels(named),
        _translations(named),
        _unknown_codes(case) if situation.cart.codes else (),
        unclaimed,
        earned,
        asked,
    )


def _unknown_codes(case: Case) -> tuple[str, ...]:
    """What was typed and belongs to no rule, each once."""
    unknown: dict[str, str] = {}
    for code in sorted(case.situation.cart.codes, key=_spelt):
        if not is_known_code(case.plan, code):
            unknown.setdefault(code_key(_spelt(code)), _spelt(code))
    return tuple(sorted(unknown.values()))


def _spelt(code: str | TypedCode) -> str:
    return code if isinstance(code, str) else code.code


def _named(
    case: Case, uses: list[Use], bought: tuple[Bought, ...], kept: tuple[KeptCoupon, ...], told: Iterable[str]
) -> dict[str, PlannedRule]:
    """The rules that a quote names, whose labels go with it; the folder may have a million others."""
    rules = case.plan.rules
    named: dict[str, PlannedRule] = {}
    for use in uses:
        named[use.rule] = rules.named(use.rule)
    for each in bought:
        for exchange, _ in each.trades:
            named[exchange] = rules.named(exchange)
    for piece in kept:
        rule = rules.find(piece.rule)
        if rule is not None:
            named[piece.rule] = rule
    for name in told:
        named[name] = rules.named(name)
    return named


def _labels(named: dict[str, PlannedRule]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for name, rule in named.items():
        if rule.label:
            labels[name] = rule.label
    return labels


def _translations(named: dict[str, PlannedRule]) -> tuple[tuple[str, str, str], ...]:
    """(rule, language, label) where cards have labels in other languages."""
    found: list[tuple[str, str, str]] = []
    for name, rule in named.items():
        for language, label in rule.labels or ():
            found.append((name, language, label))
    return tuple(sorted(found)) if found else ()


def _use_order(use: Use) -> tuple[str, str, str]:
    return use.rule, use.store or "", use.sku or ""


def saving(rule: PlannedRule, amount: int) -> Saving:
    """One saving with its funder split: each payer's share rounded half up, in the order written and never above what is
    left; the seller bears the rest (SPEC 7)."""
    if rule.platform_alone >= 0:
        share = rule.platform_alone
        platform = rounded(amount * share, rule.platform_of, False) if share else 0
        return _row(Saving, (rule.name, amount, platform, NOBODY))
    payers = rule.payers
    platform, left = 0, amount
    others: list[tuple[str, int]] = []
    for name, numerator, denominator in payers:
        share = min(left, rounded(amount * numerator, denominator, False))
        left -= share
        if name == PLATFORM:
            platform = share
        else:
            others.append((name, share))
    return _row(Saving, (rule.name, amount, platform, tuple(others)))


def _savings(case: Case, counts: list[int], settlement: Settlement) -> tuple[list[list[Saving]], list[Use]]:
    """Savings of each line, then of each charge, in the order in which they were taken; and what was used, item rules first.

    What was worked off as several runs is added up by line (SPEC 3).
    """
    runs = case.runs
    first = len(case.priced) - len(runs.line_of)
    taken: list[list[Saving]] = [[] for _ in range(len(settlement.now) + first)]
    uses: list[Use] = []
    totals: dict[str, int] = {}
    for at, priced in enumerate(case.priced):
        amounts: dict[str, int] = {}
        for price, units, name in priced.parts:
            if name:
                amounts[name] = amounts.get(name, 0) + (case.situation.prices[at] - price) * units
        for name in sorted(amounts) if amounts else ():
            taken[at].append(saving(case.plan.rules.named(name), amounts[name]))
            totals[name] = totals.get(name, 0) + amounts[name]
    for name, amount in totals.items():
        uses.append(Use(name, case.plan.rules.named(name).kind, None, 0, 0, amount))
    for app in case.problem.applications:
        index = app.index
        if not counts[index]:
            continue
        rule, shares = case.rules[index], settlement.shares[index]
        amount = 0
        for position, place in enumerate(app.targets):
            share = shares[position]
            if share:
                amount += share
                if not runs.is_split:
                    taken[place].append(saving(rule, share))
                    continue
                mine = taken[runs.line_of[place] if place < case.problem.places else place + first]
                if mine and mine[-1].rule == rule.name:
                    mine[-1] = saving(rule, mine[-1].amount + share)
                else:
                    mine.append(saving(rule, share))
        pieces, coins = pieces_of(app, counts[index]), settlement.payment_coins[index]
        because = _because(case, app) if app.lines is not app.scope else ()
        uses.append(
            _row(Use, (app.name, rule.kind, app.store or None, pieces, coins, amount, app.sku or None, because))
        )
    return taken, uses


def _because(case: Case, app: Application) -> tuple[str, ...]:
    """Ids of the lines with counted units outside its scope (SPEC 7)."""
    scope = set(app.scope)
    lines = case.situation.lines
    return tuple(sorted({lines[case.runs.line_of[place]].id for place in app.lines if place not in scope}))


def pieces_of(app: Application, count: int) -> int:
    """Pieces of a coupon that a use takes; 0 for rules that have none."""
    return count if app.pool >= 0 else 0


def _bought(case: Case, used: list[int]) -> tuple[Bought, ...]:
    """What the order buys by the way; `used`: pieces used of each pool."""
    bought: list[Bought] = []
    for index, pool in enumerate(case.problem.pools):
        need = used[index] - pool.held
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


def _kept(case: Case, used_pieces: list[int], bought: tuple[Bought, ...]) -> tuple[KeptCoupon, ...]:
    """Unexpired pieces that stay in the wallet, and bought ones that the order does not need; they are got just now."""
    used: dict[str, int] = {}
    for index, pool in enumerate(case.problem.pools):
        used[pool.name] = used_pieces[index]
    kept: list[KeptCoupon] = []
    rules = case.plan.rules
    for name in sorted(case.held):
        rule = rules.find(name)
        known = rule is not None and rule.is_coupon
        left = used.get(name, 0)
        for lot in case.held[name]:
            pieces = lot.pieces
            stays = max(0, pieces - left)
            left = max(0, left - pieces)
            if stays:
                kept.append(_row(KeptCoupon, (name, stays, lot.expires, known)))
    for each in bought:
        over = each.pieces - (used[each.coupon] - sum([lot.pieces for lot in case.held.get(each.coupon, [])]))
        if over:
            coupon = rules.named(each.coupon).rule
            ends = expiry_of_piece(case.situation.cart.at, coupon.lasts_days, coupon.valid.end)
            kept.append(KeptCoupon(each.coupon, over, ends))
    return tuple(kept)
