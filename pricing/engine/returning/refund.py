"""What is paid back for returned units: SPEC section 8, in whole minor units.

Reads the quote that was paid, what came back earlier and what comes back now; makes a `Refund`. Pure: no clock, no
ledger. Everything is a difference of two running sums, one after this return and one before it, so that any sequence of
partial returns, in any order, adds up to the same amounts.

*Unit by unit.* A line that paid P for q units pays back P div q for each, and one minor unit more for each of the first
P mod q units that come back: the same rule by which a saving is shared (SPEC section 4.5), over equal units. Savings,
their funders' parts and coins are shared over the units in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve

from pricing.engine.returning.returned import (
    Earlier,
    Part,
    State,
    charge_id,
    charge_name,
    charges_back,
    minor_unit,
    minor_units,
    more_back,
    paid_back,
    problems_of,
)
from pricing.engine.settling.allocate import allocate
from pricing.model.cart import Cart, Lot
from pricing.model.errors import CartError, Problem, shown
from pricing.model.kind import CODE, Kind
from pricing.model.policy import HOUSE_POLICY, Policy
from pricing.model.quote import Quote, Use, less, shared
from pricing.model.refund import FunderShare, Refund, RefundLine, first_units
from pricing.model.rulebook import RuleBook
from pricing.money import show

if TYPE_CHECKING:
    from money.money import Money

__all__ = ["Earlier", "Price", "agreed", "expiry_of_piece", "refund", "used_lots"]

Price = Callable[[Cart], int]
"""What a cart's goods cost, in minor units, under the rules that priced the order (policy `refund to recompute`)."""


def refund(
    quote: Quote,
    returned: Mapping[str, int],
    before: Mapping[str, int] | Earlier | None = None,
    *,
    at: datetime,
    policy: Policy = HOUSE_POLICY,
    shipping: bool | Mapping[str, Money | int] = False,
    book: RuleBook | None = None,
    used: Iterable[Lot] | None = None,
    price: Price | None = None,
) -> Refund:
    """What is paid back when `returned` (line id: units) comes back, after `before` (SPEC 8).

    `shipping`: True pays back what shipping cost, or what is left of it; a mapping such as `{"nova-home/standard":
    Money("2.00", Currency.USD)}` so much of each charge (store/method, or store/method/id where it has an id), at most
    what it still holds; whole numbers are minor units. `at` is the instant of the return; aware.

    `used` are the pieces and codes that the order used, with their expiry; without it they are taken from the quote's
    wallet and `book` (see `used_lots`). `price` is needed where the policy says `refund to recompute`. Raises CartError
    with every problem: unknown lines, units that are not there to return, shipping paid back twice.
    """
    _check_quote(quote)
    earlier = before if isinstance(before, Earlier) else Earlier({} if before is None else before)
    asked = minor_units(shipping, quote.currency)
    problems = list(problems_of(quote, returned, earlier, at, asked))
    if policy.refund == "recompute" and price is None:
        problems.append(Problem("the policy says `refund to recompute`, which needs a price function", "price"))
    if problems:
        raise CartError(problems)
    came = {line.id: earlier.units.get(line.id, 0) for line in quote.lines}
    after = {name: units + returned.get(name, 0) for name, units in came.items()}
    charged = charges_back(quote, earlier.shipping)
    paid = more_back(quote, charged, asked)
    old = State(quote, came, charged)
    new = State(quote, after, {name: back + paid[name] for name, back in charged.items()})
    if policy.refund != "recompute":
        price = None
    if price is not None and not earlier.cash:
        earlier = evolve(earlier, cash=_cash(quote, Earlier(), old, price))
    cash = _cash(quote, earlier, new, price)
    coins = _difference(_coins(new, policy), _coins(old, policy))
    lots = tuple(used) if used is not None else used_lots(quote, book)
    pieces, expired, uses = _instruments(old, new, lots, policy, at)
    pays = {charge_name(charge): charge.pays for charge in quote.shipping}
    cash_of_charges = {name: min(many, pays[name]) for name, many in paid.items()}
    return Refund(
        currency=quote.currency,
        lines=tuple(
            RefundLine(line.id, units, cash[line.id], coins.get(line.id, 0))
            for line in quote.lines
            if (units := returned.get(line.id, 0)) or cash[line.id] or coins.get(line.id, 0)
        ),
        shipping=sum(cash_of_charges.values()),
        shipping_coins=sum(coins.get(charge_id(charge), 0) for charge in quote.shipping),
        pieces=pieces,
        expired=expired,
        uses=uses,
        funders=_funders(old, new),
        charges=() if isinstance(asked, bool) else tuple(sorted((name, asked[name]) for name in asked)),
        earned=_taken_back(quote, earlier, cash),
    )


def agreed(
    quote: Quote,
    amount: Money | int,
    before: Earlier | None = None,
    line: str | None = None,
    *,
    store: str | None = None,
) -> Refund:
    """The outcome of a dispute: an amount (a Money, or minor units) back for one line, or for one store's lines by what
    each still holds (SPEC 8).

    An order of several stores needs the line or the store, for somebody has to bear the amount. At most what was paid
    for these goods and not paid back yet; nothing counts as returned. Raises CartError otherwise.
    """
    _check_quote(quote)
    earlier = before if before is not None else Earlier()
    minor = minor_unit(amount, quote.currency, "amount")
    if type(minor) is not int or minor <= 0:
        raise CartError([Problem("an agreed amount is a whole number above zero", "amount")])
    lines = [one for one in quote.lines if line in (None, one.id) and store in (None, one.store)]
    if not lines:
        what = f"line {line!r}" if line is not None else f"store {store!r}"
        at = f" at {store!r}" if line is not None and store is not None else ""
        raise CartError([Problem(f"the order has no {what}{at}", "line" if line is not None else "store")])
    stores = sorted({one.store for one in lines})
    if len(stores) > 1:
        raise CartError([Problem(f"name the line or the store that it is for: {', '.join(stores)}", "store")])
    room = [one.pays - paid_back(one, earlier) for one in lines]
    if minor > sum(room):
        left, asked = show(sum(room), quote.currency), show(minor, quote.currency)
        raise CartError([Problem(f"at most {left} is left to pay back, not {asked}", "amount")])
    shares = allocate(minor, room, room, True)
    return Refund(
        currency=quote.currency,
        lines=tuple(RefundLine(one.id, 0, cash, 0) for one, cash in zip(lines, shares, strict=True) if cash),
        shipping=0,
        shipping_coins=0,
        pieces=(),
        expired=(),
        uses=(),
        funders=(),
    )


def _check_quote(quote: object) -> None:
    if not isinstance(quote, Quote):
        raise CartError([Problem(f"expected a Quote, not {shown(quote)}", "quote")])


def used_lots(quote: Quote, book: RuleBook | None = None) -> tuple[Lot, ...]:
    """The pieces and codes that a quote uses, each with its expiry: held pieces by expiry, then bought ones.

    Codes are lots too, with one piece a use, until the rule's `valid` ends. A bought piece lasts as if it had been
    picked up when the cart was priced. Without `book`, codes and bought pieces never expire, and only promo codes are
    known to be given by code. Pieces are bought only
    beyond all held ones, and a trade may bring more of them than are used: those are not among the lots.
    """
    rules = {rule.name: rule for rule in book.rules} if book else {}
    wanted: dict[str, int] = {}
    lots: list[Lot] = []
    for use in quote.used:
        rule = rules.get(use.rule)
        if use.pieces_taken:
            wanted[use.rule] = wanted.get(use.rule, 0) + use.pieces_taken
        elif use.kind is Kind.PROMO_CODE or (rule is not None and rule.given == CODE):
            lots.append(Lot(use.rule, 1, rule.valid.end if rule else None))
    for name, pieces in sorted(wanted.items()):
        left = pieces
        for lot in sorted((lot for lot in quote.cart.wallet.coupons if lot.rule == name), key=_by_expiry):
            if left > 0 and lot.pieces > 0 and (lot.expires is None or lot.expires > quote.cart.at):
                lots.append(Lot(name, min(left, lot.pieces), lot.expires))
                left -= min(left, lot.pieces)
        if left > 0:
            rule = rules.get(name)
            ends = expiry_of_piece(quote.cart.at, rule.lasts_days, rule.valid.end) if rule else None
            lots.append(Lot(name, left, ends))
    return tuple(lots)


def expiry_of_piece(at: datetime, lasts_days: int | None, valid_until: datetime | None) -> datetime | None:
    """Until when a piece got at `at` can be used: `lasts` days of 24 hours, never past the rule's own end."""
    ends = [] if lasts_days is None else [at + timedelta(days=lasts_days)]
    if valid_until is not None:
        ends.append(valid_until)
    return min(ends, default=None)


def _cash(quote: Quote, earlier: Earlier, new: State, price: Price | None) -> dict[str, int]:
    """Minor units to pay back now, for each line; never more than the line paid and still holds."""
    paid: dict[str, int] = {}
    room: dict[str, int] = {}
    for line in quote.lines:
        now = first_units(line.pays, line.quantity, new.units[line.id])
        then = first_units(line.pays, line.quantity, earlier.units.get(line.id, 0))
        room[line.id] = line.pays - paid_back(line, earlier)
        paid[line.id] = min(now - then, room[line.id])
    if price is None:
        return paid
    kept = _kept(quote.cart, new.units)
    goods = sum(line.pays for line in quote.lines)
    returned = sum(paid_back(line, earlier) for line in quote.lines) - sum(earlier.agreed.values())
    back = max(0, goods - (price(kept) if kept else 0) - returned)
    ids = [line.id for line in quote.lines]
    # The difference goes to the lines that came back, by their paid share; what is more than they paid, to the others.
    own = [line.pays - paid_back(line, earlier) if new.units[line.id] else 0 for line in quote.lines]
    shares = allocate(back, [paid[one] for one in ids], own, True)
    rest = [room[one] - shares[place] for place, one in enumerate(ids)]
    more = allocate(back - sum(shares), rest, rest, True)
    return {one: shares[place] + more[place] for place, one in enumerate(ids)}


def _kept(cart: Cart, returned: Mapping[str, int]) -> Cart | None:
    """The cart without what came back; None when nothing is left."""
    lines = [
        evolve(line, quantity=line.quantity - returned.get(line.id, 0))
        for line in cart.lines
        if line.quantity > returned.get(line.id, 0)
    ]
    return evolve(cart, lines=tuple(lines)) if lines else None


def _coins(state: State, policy: Policy) -> dict[str, int]:
    """Coins of the coin payment paid back so far, for each line and charge."""
    found: dict[str, int] = {}
    if policy.coins_return == "never":
        return found
    for use in state.quote.used:
        if use.kind is not Kind.COIN_PAYMENT or use.coins == 0:
            continue
        parts = list(_parts_of(state, use))
        shares = allocate(use.coins, weights := [amount for _, amount in parts], [use.coins] * len(weights), True)
        whole = all(part.is_whole for part, _ in parts)
        for (part, _), coins in zip(parts, shares, strict=True):
            back = part.share(coins) if policy.coins_return == "by-share" else coins * whole
            found[part.id] = found.get(part.id, 0) + back
    return found


def _parts_of(state: State, use: Use) -> Iterator[tuple[Part, int]]:
    """Everything that the application saved on, with the amount saved."""
    for part in state.parts():
        if use.store is None or use.store == part.store:
            amount = sum(saving.amount for saving in part.savings if saving.rule == use.rule)
            if amount:
                yield part, amount


def _instruments(
    old: State, new: State, lots: tuple[Lot, ...], policy: Policy, at: datetime
) -> tuple[tuple[Lot, ...], tuple[Lot, ...], tuple[tuple[str, int], ...]]:
    """Pieces that come back now, pieces that would but have expired, and uses given back."""
    alive: dict[tuple[str, datetime | None], int] = {}
    expired: dict[tuple[str, datetime | None], int] = {}
    uses: dict[str, int] = {}
    taken: dict[str, int] = {}
    names = {lot.rule for lot in lots}
    for use in new.quote.used:
        if use.rule not in names:
            continue
        pieces = max(use.pieces, 1)
        start = taken.get(use.rule, 0)
        taken[use.rule] = start + pieces
        mine = _slice([lot for lot in lots if lot.rule == use.rule], start, pieces)
        then, now = (_pieces_back(state, use, pieces, policy) for state in (old, new))
        # The pieces that last longest come back first, so that a customer loses as few as possible.
        for lot in _slice(list(reversed(mine)), then, now - then):
            gone = lot.expires is not None and lot.expires <= at
            if use.pieces_taken:
                into = expired if gone else alive
                into[lot.rule, lot.expires] = into.get((lot.rule, lot.expires), 0) + lot.pieces
            if not gone:
                uses[use.rule] = uses.get(use.rule, 0) + lot.pieces
    return _lots(alive), _lots(expired), tuple(sorted(uses.items()))


def _pieces_back(state: State, use: Use, pieces: int, policy: Policy) -> int:
    """How many pieces of one application have come back in this state."""
    if policy.returns == "never":
        return 0
    parts = list(_parts_of(state, use))
    if all(part.is_whole for part, _ in parts):
        return pieces if parts else 0
    if policy.returns == "full-only":
        return 0
    saved = sum(amount for _, amount in parts)
    back = sum(part.share(amount) for part, amount in parts)
    # Never the last piece before everything is back, however the cents were shared.
    return min(pieces * back // saved, pieces - 1)


def _slice(lots: list[Lot], start: int, pieces: int) -> list[Lot]:
    """The pieces number `start` to `start + pieces` of the lots, in their order."""
    found: list[Lot] = []
    for lot in lots:
        skipped = min(start, lot.pieces)
        start -= skipped
        many = min(pieces, lot.pieces - skipped)
        if many > 0:
            found.append(Lot(lot.rule, many, lot.expires))
            pieces -= many
    return found


def _funders(old: State, new: State) -> tuple[FunderShare, ...]:
    """Savings on what comes back now, by rule and funder."""
    found: dict[str, tuple[int, int, dict[str, int]]] = {}
    for then, now in zip(old.parts(), new.parts(), strict=True):
        for saving in now.savings:
            back = less(shared(saving, now.share), shared(saving, then.share))
            platform, seller, payers = found.get(saving.rule, (0, 0, {}))
            for who, share in back.payers:
                payers[who] = payers.get(who, 0) + share
            found[saving.rule] = (platform + back.platform, seller + back.seller, payers)
    return tuple(
        FunderShare(rule, platform, seller, tuple(sorted((who, share) for who, share in payers.items() if share)))
        for rule, (platform, seller, payers) in sorted(found.items())
        if platform or seller or any(payers.values())
    )


def _taken_back(quote: Quote, earlier: Earlier, cash: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Coins that rewards had brought and that go back now, by the share of money paid back; parts of a coin stay."""
    found = []
    for each in quote.earned:
        lines = [line for line in quote.lines if not each.lines or line.id in each.lines]
        pays = sum(line.pays for line in lines)
        then = sum(paid_back(line, earlier) for line in lines)
        now = then + sum(cash[line.id] for line in lines)
        coins = each.coins * now // pays - each.coins * then // pays if pays else 0
        if coins:
            found.append((each.rule, coins))
    return tuple(sorted(found))


def _difference(now: Mapping[str, int], then: Mapping[str, int]) -> dict[str, int]:
    return {name: many - then.get(name, 0) for name, many in now.items()}


def _by_expiry(lot: Lot) -> tuple[bool, float]:
    """Soonest first, never last. Seconds since the epoch only order instants; no amount passes through them."""
    return (True, 0.0) if lot.expires is None else (False, lot.expires.timestamp())


def _lots(found: Mapping[tuple[str, datetime | None], int]) -> tuple[Lot, ...]:
    lots = [Lot(rule, pieces, expires) for (rule, expires), pieces in found.items()]
    return tuple(sorted(lots, key=lambda lot: (lot.rule, _by_expiry(lot))))
