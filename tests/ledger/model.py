"""The ledger once more, in memory and without any care for speed: what the real one is compared with.

Plain dictionaries; a call works on a copy that replaces the book when it went well. Shares with the ledger only the
engine and `engine.refund`, which have tests of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from pricing.engine import Earlier, agreed, expiry_of_piece, refund
from pricing.ledger.wallet.limits import ENDLESS
from pricing.model.cart import Lot, RuleUsage, TypedCode, Wallet
from pricing.model.kind import CODE, COUPON_KINDS
from pricing.model.quote import Quote
from pricing.model.refund import Refund
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook

NONE = 10**18
"""No limit."""
FOREVER = datetime.max.replace(tzinfo=UTC)


class Refused(Exception):
    """The call cannot be done; nothing has changed."""


class Book:
    """Who holds and used what."""

    def __init__(self, rules: RuleBook) -> None:
        self.rules = {rule.name: rule for rule in rules.rules}
        self.policy = rules.policy
        self.coins: Counter[str] = Counter()
        self.held_coins: Counter[str] = Counter()
        self.pending: Counter[str] = Counter()
        self.owed: Counter[str] = Counter()
        self.pieces: Counter[tuple[str, str, datetime | None]] = Counter()
        self.picked: Counter[tuple[str, str]] = Counter()
        self.handed: Counter[str] = Counter()
        self.uses: Counter[tuple[str, str]] = Counter()
        self.items: Counter[tuple[str, str]] = Counter()
        self.total: Counter[str] = Counter()
        self.days: Counter[tuple[str, str]] = Counter()
        self.spent: Counter[str] = Counter()
        self.orders: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, tuple[str, str, str]] = {}
        """Single codes: rule, state, and the order that holds it or has used it."""

    def limit(self, rule: str, unit: str, per: str) -> int:
        counts = [one.count for one in self.rules[rule].limits if (one.unit, one.per) == (unit, per)]
        return min(counts, default=NONE)

    def check(self) -> None:
        """Raises Refused when any limit is passed or any balance is below zero."""
        counted = [
            *((self.uses[key], self.limit(key[1], "uses", "customer")) for key in self.uses),
            *((self.items[key], self.limit(key[1], "items", "customer")) for key in self.items),
            *((self.total[rule], self.limit(rule, "uses", "total")) for rule in self.total),
            *((self.handed[rule], self.limit(rule, "uses", "total")) for rule in self.handed),
            *((self.days[key], self.limit(key[0], "uses", "day")) for key in self.days),
            *((self.spent[rule], self.rules[rule].budget or 10**18) for rule in self.spent),
        ]
        balances = [*self.coins.values(), *self.pieces.values()]
        if any(used > most for used, most in counted) or any(left < 0 for left in balances):
            raise Refused

    # Getting

    def hand(self, customer: str, rule: Rule, pieces: int, at: datetime) -> None:
        self.pieces[customer, rule.name, expiry_of_piece(at, rule.lasts_days, rule.valid.end)] += pieces
        self.handed[rule.name] += pieces

    def spend(self, customer: str, coins: int) -> None:
        self.coins[customer] -= coins
        if coins and self.coins[customer] < self.owed[customer]:
            raise Refused

    def pick_up(self, customer: str, name: str, at: datetime) -> None:
        rule = self.rules[name]
        self.picked[customer, name] += 1
        most = self.limit(name, "uses", "customer")
        unexpired = [key for key in self.pieces if key[:2] == (customer, name) and (key[2] or FOREVER) > at]
        held = sum(self.pieces[key] for key in unexpired)
        held += sum(
            lot.pieces
            for order in self.orders.values()
            if order["customer"] == customer and order["state"] in ("reserved", "verifying")
            for lot in (*order["lots"], *order["bought"])
            if lot.rule == name and (lot.expires or FOREVER) > at
        )
        if self.picked[customer, name] > most if most < 10**18 else held:
            raise Refused
        self.hand(customer, rule, 1, at)

    def exchange(self, customer: str, name: str, at: datetime, times: int) -> None:
        trade = self.rules[name].trade
        assert trade is not None
        self.spend(customer, times * trade.coins)
        self.uses[customer, name] += times
        self.total[name] += times
        self.hand(customer, self.rules[trade.coupon], times * trade.pieces, at)

    # Single codes

    def mint(self, rule: str, made: tuple[str, ...], many: int) -> None:
        """The ledger drew these codes; how many it may draw is the card's to say."""
        pattern = self.rules[rule].pattern
        assert pattern is not None
        if sum(of == rule and state != "void" for of, state, _ in self.codes.values()) + many > pattern.count:
            raise Refused
        assert len(set(made) - set(self.codes)) == many
        self.codes |= dict.fromkeys(made, (rule, "free", ""))

    def void(self, code: str) -> None:
        if self.codes[code][1] not in ("free", "void"):
            raise Refused
        self.codes[code] = (self.codes[code][0], "void", "")

    def resolve(self, code: str) -> TypedCode:
        if self.codes[code][1] != "free":
            raise Refused
        return TypedCode(code, self.codes[code][0])

    def hold_codes(self, quote: Quote, order_id: str) -> None:
        used = {use.rule for use in quote.used}
        for typed in quote.cart.codes:
            if isinstance(typed, TypedCode) and typed.rule in used:
                rule, state, _ = self.codes[typed.code]
                if state != "free":
                    raise Refused
                self.codes[typed.code] = (rule, "held", order_id)

    def end_codes(self, order_id: str, state: str, rules: Collection[str] | None = None) -> None:
        for code, (rule, before, order) in self.codes.items():
            if order == order_id and before in ("held", "used") and (rules is None or rule in rules):
                self.codes[code] = (rule, state, order_id if state == "used" else "")

    # Orders

    def usage(self, customer: str, at: datetime) -> dict[str, RuleUsage]:
        day = at.date().isoformat()
        found = {}
        for name in self.rules:
            # A guest cannot be counted: what is limited for each customer is used up for him.
            known = bool(customer) or all(self.limit(name, what, "customer") == NONE for what in ("uses", "items"))
            found[name] = RuleUsage(
                customer=self.uses[customer, name] if known else ENDLESS,
                today=self.days[name, day],
                total=self.total[name],
                spent=self.spent[name],
                items_customer=self.items[customer, name] if known else ENDLESS,
            )
        return found

    def wallet(self, customer: str, at: datetime) -> Wallet:
        lots = [
            Lot(rule, pieces, expires)
            for (who, rule, expires), pieces in self.pieces.items()
            if who == customer and pieces and (expires or FOREVER) > at
        ]
        return Wallet(
            max(0, self.coins[customer] - self.owed[customer]),
            sorted(lots, key=lambda lot: (lot.rule, lot.expires or FOREVER)),
        )

    def reserve(self, quote: Quote, order_id: str, at: datetime, day: str = "") -> None:
        customer = quote.cart.customer.id
        self.hold_codes(quote, order_id)
        self.spend(customer, quote.coins_spent)
        coming = Counter({one.coupon: one.pieces for one in quote.bought})
        lots: list[Lot] = []
        made: list[Lot] = []
        spare: list[Lot] = []
        uses: Counter[str] = Counter()
        for use in quote.used:
            uses[use.rule] += use.pieces if use.kind in COUPON_KINDS else 1
        for rule in {use.rule for use in quote.used if use.kind in COUPON_KINDS}:
            # Every piece in the wallet goes before any is bought.
            held = sum(
                lot.pieces
                for lot in quote.cart.wallet.coupons
                if lot.rule == rule and (lot.expires or FOREVER) > quote.cart.at
            )
            need = min(held, uses[rule])
            over = coming[rule] - (uses[rule] - need)
            if over:
                card = self.rules[rule]
                spare.append(Lot(rule, over, expiry_of_piece(quote.cart.at, card.lasts_days, card.valid.end)))
            keys = [key for key in self.pieces if key[:2] == (customer, rule) and (key[2] or FOREVER) > at]
            for key in sorted(keys, key=lambda key: key[2] or FOREVER):
                part = min(need, self.pieces[key])
                self.pieces[key] -= part
                need -= part
                if part:
                    lots.append(Lot(rule, part, key[2]))
            if need:
                raise Refused
        for one in quote.bought:
            coupon = self.rules[one.coupon]
            ends = expiry_of_piece(quote.cart.at, coupon.lasts_days, coupon.valid.end)
            made.append(Lot(one.coupon, one.pieces, ends))
            self.handed[one.coupon] += one.pieces
            for name, times in one.trades:
                uses[name] += times
        for each in quote.earned:
            uses[each.rule] += 1
        money: Counter[str] = Counter()
        items: Counter[str] = Counter()
        by_line: Counter[tuple[str, str]] = Counter()
        for line, bought_line in zip(quote.lines, sorted(quote.cart.lines, key=lambda line: line.id), strict=True):
            for saving in line.savings:
                money[saving.rule] += saving.amount
                prices = dict(self.rules[saving.rule].prices)
                if line.sku in prices:
                    units = saving.amount // (bought_line.unit_price - prices[line.sku])
                    items[saving.rule] += units
                    by_line[saving.rule, line.id] += units
        for charge in quote.shipping:
            for saving in charge.savings:
                money[saving.rule] += saving.amount
        order = {
            "customer": customer,
            "quote": quote,
            "lots": lots,
            "bought": made,
            "spare": spare,
            "uses": uses,
            "money": money,
            "items": items,
            "by_line": by_line,
            "day": day or at.date().isoformat(),
            "state": "reserved",
            "until": at + timedelta(minutes=30),
            "units": Counter(),
            "again": Counter(),
            "cash": Counter(),
            "shipping": False,
            "settled": False,
        }
        self.held_coins[customer] += quote.coins_spent
        self.count(order, uses, money, items, 1)
        self.orders[order_id] = order

    def count(self, order: dict[str, Any], uses: Any, money: Any, items: Any, sign: int) -> None:
        customer = order["customer"]
        for rule in {*uses, *money, *items}:
            self.uses[customer, rule] += sign * uses[rule]
            self.total[rule] += sign * uses[rule]
            self.days[rule, order["day"]] += sign * uses[rule]
            self.spent[rule] += sign * money[rule]
            self.items[customer, rule] += sign * items[rule]

    def step(self, order_id: str, what: str, at: datetime) -> None:
        """Verifying, commit or release; a repeated step changes nothing."""
        order = self.orders.get(order_id)
        if order is None:
            raise Refused
        state = order["state"]
        target = {"verifying": "verifying", "commit": "committed", "release": "released"}[what]
        if state == target:
            return
        if what == "commit" and order.get("expired"):
            # The hold ran out before the payment came: all of it once more, counted on its own day.
            self.reserve(order["quote"], order_id, at, order["day"])
            order = self.orders[order_id]
        elif state not in ("reserved", "verifying") or (what == "verifying" and at >= order["until"]):
            raise Refused
        order["state"] = target
        if what == "verifying":
            order["until"] = max(order["until"], at + timedelta(hours=6))
            return
        customer = order["customer"]
        self.held_coins[customer] -= order["quote"].coins_spent
        self.end_codes(order_id, "used" if what == "commit" else "free")
        if what == "commit":
            for lot in order["spare"]:
                self.pieces[customer, lot.rule, lot.expires] += lot.pieces
            if customer:
                self.pending[customer] += sum(each.coins for each in order["quote"].earned)
        if what == "release":
            self.coins[customer] += order["quote"].coins_spent
            for lot in order["lots"]:
                self.pieces[customer, lot.rule, lot.expires] += lot.pieces
            for lot in order["bought"]:
                self.handed[lot.rule] -= lot.pieces
            self.count(order, order["uses"], order["money"], order["items"], -1)

    def settle(self, order_id: str) -> None:
        order = self.orders.get(order_id)
        if order is None or order["state"] != "committed":
            raise Refused
        if not order["settled"] and order["customer"]:
            left = sum(each.coins for each in order["quote"].earned) - order.get("taken", 0)
            self.pending[order["customer"]] -= left
            self.coins[order["customer"]] += left
        order["settled"] = True

    def take_back(self, order: dict[str, Any], coins: int) -> None:
        customer = order["customer"]
        if not customer:
            return
        if not order["settled"]:
            order["taken"] = order.get("taken", 0) + coins
            self.pending[customer] -= coins
            return
        free = min(coins, max(0, self.coins[customer] - self.owed[customer]))
        self.coins[customer] -= free
        self.owed[customer] += coins - free

    def expire(self, at: datetime) -> list[str]:
        held = [name for name, one in self.orders.items() if one["state"] in ("reserved", "verifying")]
        late = sorted((self.orders[name]["until"], name) for name in held if self.orders[name]["until"] <= at)
        for _, name in late:
            self.step(name, "release", at)
            self.orders[name]["expired"] = True
        return [name for _, name in late]

    def refund(self, order_id: str, returned: dict[str, int], at: datetime, shipping: bool) -> Refund:
        order = self.orders.get(order_id)
        if order is None or order["state"] != "committed":
            raise Refused
        quote: Quote = order["quote"]
        codes = [Lot(use.rule, 1, self.rules[use.rule].valid.end) for use in quote.used if self.by_code(use.rule)]
        left = Counter({lot.rule: lot.pieces for lot in order["spare"]})
        needed = [Lot(lot.rule, lot.pieces - left[lot.rule], lot.expires) for lot in order["bought"]]
        used = codes + sorted(order["lots"] + needed, key=lambda lot: lot.rule)
        cash = {line.id: order["cash"][line.id] for line in quote.lines}
        earlier = Earlier(dict(order["units"]), cash, order["shipping"])
        try:
            back = refund(quote, returned, earlier, at=at, policy=self.policy, shipping=shipping, used=used)
        except ValueError:
            raise Refused from None
        customer = order["customer"]
        self.coins[customer] += back.coins
        for _, coins in back.earned:
            self.take_back(order, coins)
        for lot in back.pieces:
            self.pieces[customer, lot.rule, lot.expires] += lot.pieces
        order["again"].update(dict(back.uses))  # one code serves every store: it is free when all its uses are back
        whole = {rule for rule, uses in order["again"].items() if uses == order["uses"][rule]}
        self.end_codes(order_id, "free", whole & dict(back.uses).keys())
        money = Counter({share.rule: share.amount for share in back.funders})
        items: Counter[str] = Counter()
        quantity = {line.id: line.quantity for line in quote.lines}
        for (rule, line_id), many in order["by_line"].items():
            before, after = order["units"][line_id], order["units"][line_id] + returned.get(line_id, 0)
            items[rule] += many * after // quantity[line_id] - many * before // quantity[line_id]
        self.count(order, Counter(dict(back.uses)), money, items, -1)
        order["units"] += Counter(returned)
        for line in back.lines:
            order["cash"][line.id] += line.cash
        order["shipping"] = order["shipping"] or shipping
        return back

    def by_code(self, rule: str) -> bool:
        return self.rules[rule].given == CODE

    def dispute(self, order_id: str, amount: int, line: str | None, store: str | None) -> Refund:
        order = self.orders.get(order_id)
        if order is None or order["state"] != "committed":
            raise Refused
        cash = {one.id: order["cash"][one.id] for one in order["quote"].lines}
        try:
            back = agreed(order["quote"], amount, Earlier(dict(order["units"]), cash), line, store=store)
        except ValueError:
            raise Refused from None
        for one in back.lines:
            order["cash"][one.id] += one.cash
        return back

    def trying(self) -> Book:
        """A copy to work on."""
        copy = Book.__new__(Book)
        copy.__dict__ = {
            name: value if name in ("rules", "policy") else deepcopy(value, _shared(value))
            for name, value in self.__dict__.items()
        }
        return copy


def _shared(value: Any) -> dict[int, Any]:
    """Quotes never change: copies share them."""
    if not isinstance(value, dict):
        return {}
    quotes = [order["quote"] for order in value.values() if isinstance(order, dict)]
    return {id(quote): quote for quote in quotes}
