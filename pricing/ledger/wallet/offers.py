"""What a product page, a cart and a sale page show: discounts with their ladder, coupons to pick up, public
codes, exchanges, and what is unclaimed.

Reads the rules, what the customer holds and used, and the stock; makes `Offer`s. Nothing is held by looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from attrs import evolve, frozen

from pricing.engine import (
    Plan,
    PlannedRule,
    Situation,
    is_typed,
    limit_refusal,
    refusal_before_scope,
    rules_met,
    scope_of,
)
from pricing.forms import Get
from pricing.forms.spelled import spelled
from pricing.ledger.core import Core, Quoter
from pricing.ledger.store.instants import text_of
from pricing.ledger.wallet.eligible import claim_window, is_for
from pricing.ledger.wallet.gifts import counts_any, unclaimed
from pricing.ledger.wallet.reading import usage, wallet_for_cart
from pricing.model.cart import Cart, Customer, Line, Usage
from pricing.model.kind import Kind
from pricing.model.ladder import Step
from pricing.model.quote import Unclaimed
from pricing.model.reason import Reason
from pricing.model.rule import Rule
from pricing.money import show

_STOCK = (
    "SELECT rule, sum(lim) - sum(used) AS pieces FROM counter WHERE what = 'stock' GROUP BY rule"
    " UNION ALL SELECT rule, 0 - pieces - 1 FROM picked WHERE customer = :customer"
)


@frozen
class Offer:
    """One rule, as a page shows it to one customer at one instant."""

    rule: str
    kind: Kind
    label: str
    campaign: str
    note: str
    ladder: tuple[Step, ...]
    """What it gives; item rules with fixed prices have none."""
    words: tuple[str, ...]
    """The same as a card writes it, prices of these products, coin rates and trades too: `spend 50.00 take 5.00 off`."""
    currency: str
    state: str
    """`ready`: it counts by itself · `pick-up`: a piece can be picked up · `held`: pieces are in the wallet ·
    `picked-up`: no more for this customer · `code`: to be typed (of single codes: those that the customer was sent) ·
    `exchange`: to be had for coins · `starts`: not yet ·
    `used-up`: gone, for all or for this customer."""
    starts: datetime | None
    """When it begins, for `starts`."""
    ends: datetime | None
    held: int
    """Pieces in the wallet."""
    left: int | None
    """Pieces left to hand out; None: no limit."""
    coins: int
    """Coins for one trade, for a coin exchange; and the coupon it gives in `gives`."""
    gives: tuple[int, str] | None
    codes: tuple[str, ...] = ()
    """What to type, for `code`: only of cards that are `public`."""
    unclaimed: tuple[Unclaimed, ...] = ()
    """Units that could be had with this product, or in this cart, at the terms of a `get`: a gift, as a shop tells it."""

    def starts_in(self, at: datetime) -> str:
        """`2 days 3 h`, `45 min`: how long it is until it starts."""
        if self.starts is None or self.starts <= at:
            return ""
        minutes = -(-int((self.starts - at).total_seconds()) // 60)
        days, rest = divmod(minutes, 1440)
        hours, minutes = divmod(rest, 60)
        if days:
            return f"{days} days {hours} h" if days > 1 else f"1 day {hours} h"
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"


_HIDDEN = frozenset(
    {
        Reason.OTHER_CURRENCY, Reason.OTHER_CUSTOMER, Reason.OTHER_COUNTRY, Reason.OTHER_REGION, Reason.OTHER_CHANNEL,
        Reason.EXPIRED,
    }
)  # fmt: skip
"""Reasons for not showing a rule at all. How somebody will pay is not known yet."""


@frozen
class Visit:
    """Who looks, when and from where."""

    customer: Customer
    at: datetime
    country: str = ""
    channel: str = ""
    region: str = ""


def offers(
    core: Core, plan: Plan, what: Line | Cart | str, visit: Visit, engine: Quoter | None = None
) -> tuple[Offer, ...]:
    """All that could help on this product, in this cart, or in this campaign (by name); sorted by kind, then rule.

    A code is told only when its card is `public`, or it stands in the cart. Without an `engine`, nothing is unclaimed.
    """
    customer, at = visit.customer, visit.at
    text_of(at)
    currency = next((rule.rule.currency for rule in plan.rules if rule.rule.campaign == what), "USD")
    cart = _cart(what, currency, visit)
    cart = evolve(cart, wallet=wallet_for_cart(core, customer.id, at))
    counted = usage(core, customer.id, None, at, cart.currency, looking=True)
    situation = Situation(plan, cart, counted, frozenset())
    if isinstance(what, str):
        met: Iterable[PlannedRule] = [rule for rule in plan.rules if rule.rule.campaign == what]
    else:
        met = [rule for rule in _with_exchanges(core, plan, situation) if _touches(rule, situation)]
    stock, picked = _stock(core, customer.id)
    told = ((rule, _offer(core, rule, situation, counted, stock, picked, at)) for rule in met)
    found = [(rule, one) for rule, one in told if one is not None]
    if engine is not None and not isinstance(what, str) and any(_gives_goods(one) for _, one in found):
        quote = engine.quote(cart, counted)
        found = [
            (rule, evolve(one, unclaimed=unclaimed(rule, situation, quote)) if _gives_goods(one) else one)
            for rule, one in found
        ]
    kinds = list(Kind)
    return tuple(sorted((one for _, one in found), key=lambda one: (kinds.index(one.kind), one.rule)))


def _gives_goods(offer: Offer) -> bool:
    return offer.state in ("ready", "held") and any(isinstance(step.gives, Get) for step in offer.ladder)


def _cart(what: Line | Cart | str, currency: str, visit: Visit) -> Cart:
    """A cart to ask the engine's matcher with: the cart itself, or one with just this product (a campaign: any)."""
    if isinstance(what, Cart):
        return evolve(what, customer=visit.customer, at=visit.at)
    line = what if isinstance(what, Line) else Line(sku="-", store="-", price=(0, currency), quantity=1)
    return Cart(
        currency=line.currency,
        at=visit.at,
        lines=[line],
        customer=visit.customer,
        country=visit.country,
        channel=visit.channel,
        region=visit.region,
    )


def _with_exchanges(core: Core, plan: Plan, situation: Situation) -> list[PlannedRule]:
    """The rules that could touch these lines, coupons not held and codes not typed too; those whose steps look at them,
    though other goods get cheaper; and exchanges."""
    met = {rule.name: rule for rule in rules_met(plan, situation, everyone=True)}
    for name in core.rules.counting:
        met.setdefault(name, plan.rules.named(name).of(situation.currency))
    for rule in list(met.values()):
        met.update({exchange.name: exchange for exchange in rule.exchanges})
    return list(met.values())


def _touches(rule: PlannedRule, situation: Situation) -> bool:
    if rule.kind is Kind.COIN_EXCHANGE:
        return True
    if rule.item_only:
        return any(line.sku in rule.prices for line in situation.lines)
    return bool(scope_of(rule, situation)) or counts_any(rule, situation)


def _stock(core: Core, customer: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """(pieces left to hand out, by coupon; pieces this customer picked up, by coupon): one query."""
    left: dict[str, int] = {}
    picked: dict[str, int] = {}
    for rule, pieces in core.database.ask(_STOCK, {"customer": customer}):
        if pieces < 0:
            picked[rule] = -int(pieces) - 1
        else:
            left[rule] = int(pieces)
    return left, picked


def _offer(
    core: Core,
    planned: PlannedRule,
    situation: Situation,
    counted: Usage,
    stock: Mapping[str, int],
    picked: Mapping[str, int],
    at: datetime,
) -> Offer | None:
    rule = planned.rule
    reason = refusal_before_scope(planned, situation)
    window = claim_window(rule) if planned.is_coupon else rule.valid
    if reason in _HIDDEN:
        return None
    if not is_for(rule, situation.cart.customer):
        return None
    typed = is_typed(planned, situation)
    if not (typed or rule.public):
        return None
    left = _left(core, rule.name, stock) if planned.is_coupon else None
    held = sum(lot.pieces for lot in situation.lots.get(rule.name, ()))
    state = _state(core, planned, reason, held, left, picked.get(rule.name, 0), at)
    if state == "ready" and not typed:
        state = "code"
    gone = _left(core, rule.trade.coupon, stock) if rule.trade else None
    no_trade = rule.trade is not None and gone is not None and gone < rule.trade.pieces
    if state != "starts" and (no_trade or limit_refusal(planned, situation)):
        state = "used-up"
    if not state:
        return None
    return Offer(
        rule=rule.name,
        kind=rule.kind,
        label=rule.label,
        campaign=rule.campaign,
        note=rule.note,
        ladder=rule.ladder,
        words=tuple(_words(rule, {line.sku for line in situation.lines})),
        currency=rule.currency,
        state=state,
        starts=(window.start if window.start and window.start > at else rule.valid.start)
        if state == "starts"
        else None,
        ends=window.end if state == "pick-up" else rule.valid.end,
        held=held,
        left=left,
        coins=rule.trade.coins if rule.trade else 0,
        gives=(rule.trade.pieces, rule.trade.coupon) if rule.trade else None,
        codes=rule.codes if rule.public else (),
    )


def _left(core: Core, coupon: str, stock: Mapping[str, int]) -> int | None:
    """Pieces of a coupon that can still be handed out; None: no limit."""
    limit = core.rules.limits(coupon).uses_total
    return None if limit is None else stock.get(coupon, limit)


def _state(
    core: Core, planned: PlannedRule, reason: Reason | None, held: int, left: int | None, picked: int, at: datetime
) -> str:
    """See `Offer.state`; empty: not to be shown."""
    rule = planned.rule
    if not planned.is_coupon:
        if reason is Reason.NOT_YET:
            return "starts"
        return "exchange" if rule.kind is Kind.COIN_EXCHANGE else "ready"
    window = claim_window(rule)
    if window.start is not None and at < window.start:
        return "held" if held else "starts"
    most = core.rules.limits(rule.name).uses_customer
    more = picked < most if most is not None else not held
    over = window.end is not None and at >= window.end
    if more and not over and (left is None or left > 0):
        return "pick-up"
    if held:
        return "held"
    if not more:
        return "picked-up"
    return "" if over else "used-up"


def _words(rule: Rule, skus: AbstractSet[str]) -> Iterable[str]:
    """What a rule gives, in the words of its card."""
    for sku, price in rule.prices:
        if sku in skus:
            yield f"{sku} at {show(price, rule.currency)}"
    for step in rule.ladder:
        yield words_of(step, rule)
    if rule.piece:
        yield f"{show(rule.piece, rule.currency)} a piece"
    if rule.trade:
        yield f"{rule.trade.coins} coins for {rule.trade.pieces} {rule.trade.coupon}"
    if rule.rate:
        yield f"{rule.rate.coins} coins = {show(rule.rate.amount, rule.currency)}"
    for earning in rule.reward.earnings if rule.reward else ():
        coins = f"{earning.coins} coin{'' if earning.coins == 1 else 's'}"
        reach = show(earning.reach, rule.currency)
        yield f"earn {coins} every {reach}" if earning.repeats else f"spend {reach} earn {coins}"


def words_of(step: Step, rule: Rule | Offer) -> str:
    """A step as a card writes it: `spend 50.00 take 5.00 off`."""
    return spelled(step, lambda minor: show(minor, rule.currency))
