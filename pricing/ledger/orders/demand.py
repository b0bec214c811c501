"""What an order needs from the ledger: reads a quote and the rules, makes a `Demand`; no database, no clock.

One use is one application, one piece of a coupon, or one trade of a coin exchange, as the engine counts its limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import asdict, frozen

from pricing.forms import amount_of, share_of
from pricing.ledger.errors import LedgerError
from pricing.ledger.orders.checks import check_sums, check_used
from pricing.ledger.store.instants import expiry_text, name_of
from pricing.ledger.wallet.limits import Rules, day_of, in_currency, piece_expires
from pricing.model.cart import Line, TypedCode
from pricing.model.codes import fits, normalised
from pricing.model.kind import ITEM_KINDS
from pricing.model.policy import Policy
from pricing.model.quote import Quote
from pricing.model.rule import Rule


@frozen
class RuleDemand:
    """What an order takes of one rule."""

    rule: str
    day: str
    """The date in the rule's zone at which it counts."""
    uses: int
    items: int
    """Units at its price; counted where the rule limits them."""
    money: int
    """Minor units that it gives."""
    platform: int
    """The platform's part of that."""
    by_line: tuple[tuple[str, int], ...] = ()
    """(line id, units at its price), where `items` are counted: a line that comes back gives back its own."""


@frozen
class Demand:
    """What an order takes."""

    customer: str
    """Empty for a guest."""
    coins: int
    pieces: tuple[tuple[str, int], ...]
    """(coupon, pieces held that it uses); sorted."""
    bought: tuple[tuple[str, int, str], ...]
    """(coupon, pieces bought by the way, their expiry); sorted. Whole trades: see `surplus`."""
    rules: tuple[RuleDemand, ...]
    """Sorted by name: the order in which counters are taken, in every order alike."""
    codes: tuple[tuple[str, str], ...] = ()
    """(rule, the single code that it was typed by, as codes are compared); sorted."""

    def to_document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_document(cls, kept: Mapping[str, Any]) -> Demand:
        return cls(
            customer=kept["customer"],
            coins=kept["coins"],
            pieces=tuple((rule, many) for rule, many in kept["pieces"]),
            bought=tuple((rule, many, expires) for rule, many, expires in kept["bought"]),
            rules=tuple(
                RuleDemand(**{**one, "by_line": tuple((line, many) for line, many in one.get("by_line", ()))})
                for one in kept["rules"]
            ),
            codes=tuple((rule, code) for rule, code in kept.get("codes", ())),
        )


def demand_of(quote: Quote, rules: Rules, at: datetime) -> Demand:
    """What the quote takes when it is reserved at `at`. LedgerError when the quote does not hold together."""
    check_sums(quote)
    uses, pieces = _uses(quote)
    money, items = _money(quote, rules)
    check_used(quote, {name: saved for name, (saved, _) in money.items()})
    bought = {one.coupon: one.pieces for one in quote.bought}
    own = _own(quote, pieces, bought)
    return Demand(
        customer=quote.cart.customer.id and name_of(quote.cart.customer.id, "customer"),
        coins=quote.coins_spent,
        pieces=tuple((name, many) for name, many in sorted(own.items()) if many),
        bought=tuple(
            (name, many, expiry_text(piece_expires(rules.rule(name), quote.cart.at)))
            for name, many in sorted(bought.items())
        ),
        rules=tuple(
            RuleDemand(
                name,
                day_of(rules.rule(name), at),
                many,
                sum(items.get(name, {}).values()),
                *money.get(name, (0, 0)),
                tuple(sorted(items.get(name, {}).items())),
            )
            for name, many in sorted(uses.items())
        ),
        codes=tuple((name, code) for name in sorted(uses) if (code := _single_code(quote, rules.rule(name)))),
    )


def _single_code(quote: Quote, rule: Rule) -> str:
    """The single code by which the rule was typed; of several the first by its signs. Empty where it has none."""
    if rule.pattern is None:
        return ""
    typed = [code.code for code in quote.cart.codes if isinstance(code, TypedCode) and code.rule == rule.name]
    return min((normalised(code) for code in typed if fits(rule.pattern.pattern, code)), default="")


def surplus(quote: Quote, demand: Demand) -> dict[str, int]:
    """Pieces by coupon that a trade brought beyond what the order uses: the customer's own once it is paid."""
    _, used = _uses(quote)
    own = dict(demand.pieces)
    return {name: own.get(name, 0) + many - used.get(name, 0) for name, many, _ in demand.bought}


def _own(quote: Quote, used: Mapping[str, int], bought: Mapping[str, int]) -> dict[str, int]:
    """Pieces by coupon that the quote takes from those held: all that it uses and does not buy.

    Pieces are bought only beyond all held ones, so what it keeps of a coupon that it buys is of the trade.
    """
    own = dict(used)
    for name, many in bought.items():
        kept = sum(one.pieces for one in quote.kept if one.rule == name)
        own[name] = used.get(name, 0) - (many - kept)
        if kept >= many or own[name] < 0:
            what = f"buys {many} {name!r} and keeps {kept}, but uses {used.get(name, 0)}"
            raise LedgerError("bad-quote", what, "quote.bought")
    return own


def _uses(quote: Quote) -> tuple[dict[str, int], dict[str, int]]:
    """(uses by rule, pieces of coupons by rule, bought ones too)."""
    uses: dict[str, int] = {}
    pieces: dict[str, int] = {}
    for use in quote.used:
        uses[use.rule] = uses.get(use.rule, 0) + max(use.pieces, 1)
        if use.pieces_taken:
            pieces[use.rule] = pieces.get(use.rule, 0) + use.pieces_taken
    for one in quote.bought:
        for name, times in one.trades:
            uses[name] = uses.get(name, 0) + times
    for each in quote.earned:
        uses[each.rule] = uses.get(each.rule, 0) + 1
    return uses, pieces


def _money(quote: Quote, rules: Rules) -> tuple[dict[str, tuple[int, int]], dict[str, dict[str, int]]]:
    """(minor units given and the platform's part, by rule; units at the price of item rules that limit them, by line)."""
    money: dict[str, tuple[int, int]] = {}
    items: dict[str, dict[str, int]] = {}
    parts = [(line.id, line.savings) for line in quote.lines]
    parts += [("", charge.savings) for charge in quote.shipping]
    for line_id, savings in parts:
        for saving in savings:
            amount, platform = money.get(saving.rule, (0, 0))
            money[saving.rule] = (amount + saving.amount, platform + saving.platform)
            rule = in_currency(rules.rule(saving.rule), quote.currency)
            if rule.kind in ITEM_KINDS and rules.limits(rule.name).counts_items:
                items.setdefault(rule.name, {})[line_id] = _units(quote, rule, rules, line_id, saving.amount)
    return money, items


def _units(quote: Quote, rule: Rule, rules: Rules, line_id: str, amount: int) -> int:
    """How many units got the rule's price: its saving on the line over its saving on one unit."""
    line = next((line for line in quote.cart.lines if line.id == line_id), None)
    each = 0 if line is None else line.unit_price - item_price(rule, line, rules.book.policy)
    if each <= 0 or amount % each:
        raise LedgerError("bad-quote", f"{rule.name!r} cannot save {amount} on this line", f"quote.lines[{line_id}]")
    return amount // each


def item_price(rule: Rule, line: Line, policy: Policy) -> int:
    """What an item rule makes one unit of the line cost (SPEC sections 1 and 3), minor units."""
    listed, down = line.unit_price, policy.rounding == "down"
    price = min(dict(rule.prices).get(line.sku, listed), listed)
    for step in rule.ladder:
        off, share = amount_of(step), share_of(step)
        if share:
            above, below = listed * share.numerator, share.denominator
            off = above // below if down else (2 * above + below) // (2 * below)
        if step.at_most is not None:
            off = min(off, step.at_most)
        price = min(price, listed - min(off, listed))
    if rule.caps.per_item is not None:
        price = max(price, listed - rule.caps.per_item)
    if rule.caps.per_item_share is not None:
        share = rule.caps.per_item_share
        price = max(price, listed - listed * share.numerator // share.denominator)
    least = policy.floor
    floor = max(line.floor_minor, -(-listed * least.numerator // least.denominator))
    return min(listed, max(price, floor))
