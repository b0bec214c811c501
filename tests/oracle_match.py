"""Which rules look at which lines, and what a unit costs: SPEC sections 2, 3, 5.1 and 5.2, for `oracle.py`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count
from zoneinfo import ZoneInfo

from attrs import evolve

from pricing.forms import amount_of
from pricing.forms import share_of as step_share
from pricing.model.cart import NO_USAGE, Cart, Line, RuleUsage, TypedCode
from pricing.model.kind import ITEM_KINDS, Kind
from pricing.model.ladder import Trade
from pricing.model.policy import Layer, Policy
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope
from tests.oracle_amounts import Charge, Run, coins_of, share_of

LATEST = datetime.max.replace(tzinfo=UTC)
"""Stands for no expiry."""


@dataclass(frozen=True)
class Application:
    """A rule over the lines it looks at together (SPEC 2)."""

    rule: Rule
    store: str | None
    sku: str | None
    scope: tuple[Run, ...]
    """What its saving is taken from; of free shipping, where its charges come from."""
    counted: tuple[Run, ...]
    """What its steps look at."""
    charges: tuple[Charge, ...] = ()

    @property
    def layer(self) -> Layer:
        return Layer(self.rule.kind, self.rule.layer)


# --- scope (SPEC 2: within one word any of the values; a category matches everything under it; `except` wins) ---------


def any_value(word: str, values: tuple[str, ...], having: tuple[str, ...]) -> bool:
    if word == "categories":
        return any(path == value or path.startswith(value + "/") for path in having for value in values)
    return any(each in values for each in having)


def clause_matches(clause: Clause, having: Iterable[str]) -> bool:
    having = tuple(having)
    return any_value(clause.word, clause.values, having) and not any_value(clause.word, clause.removed, having)


def line_matches(clause: Clause, line: Line) -> bool:
    """One scope word, asked of a line."""
    if clause.word == "prices":
        return clause.low <= line.unit_price and (clause.high is None or line.unit_price <= clause.high)
    if clause.word == "reduced":
        return line.is_reduced
    if clause.word == "list":
        return any(line_matches(each, line) for each in clause.any_of) and not any(
            line_matches(each, line) for each in clause.but_not
        )
    having = {
        "stores": (line.store,),
        "categories": line.categories,
        "brands": (line.brand,),
        "tags": line.tags,
        "skus": (line.sku,),
    }
    return clause_matches(clause, having[clause.word])


def line_in_scope(scope: Scope, line: Line) -> bool:
    """`methods` says nothing about lines."""
    return all(line_matches(clause, line) for clause in scope.only if clause.word != "methods") and not any(
        line_matches(clause, line) for clause in scope.never if clause.word != "methods"
    )


def is_counted(rule: Rule, line: Line) -> bool:
    """SPEC 2, with `counts`: every one of them and no `counts except`, and the rule's `stores` and `except stores`."""
    if rule.counts is None:
        return line_in_scope(rule.scope, line)
    stores = Scope(
        tuple(clause for clause in rule.scope.only if clause.word == "stores"),
        tuple(clause for clause in rule.scope.never if clause.word == "stores"),
    )
    return line_in_scope(rule.counts, line) and line_in_scope(stores, line)


def method_in_scope(scope: Scope, method: str) -> bool:
    return all(clause_matches(clause, (method,)) for clause in scope.only if clause.word == "methods") and not any(
        clause_matches(clause, (method,)) for clause in scope.never if clause.word == "methods"
    )


# --- availability (SPEC 2) --------------------------------------------------------------------------------------------


def refusal_of_time(rule: Rule, at: datetime) -> str | None:
    if rule.valid.start is not None and at < rule.valid.start:
        return "not-yet"
    if rule.valid.end is not None and at >= rule.valid.end:
        return "expired"
    local = at.astimezone(ZoneInfo(rule.zone))
    minute = local.hour * 60 + local.minute
    if not rule.hours and rule.days and local.weekday() not in rule.days:
        return "wrong-day-or-hour"
    for hours in rule.hours:
        began = local
        if hours.start < hours.end:
            inside = hours.start <= minute < hours.end
        else:  # passes midnight: it belongs to the day on which it began
            inside = minute >= hours.start or minute < hours.end
            if minute < hours.end:
                began = local - timedelta(days=1)
        if not inside or (rule.days and began.weekday() not in rule.days):
            return "wrong-day-or-hour"
    return None


def refusal_of_audience(rule: Rule, cart: Cart) -> str | None:
    having = {
        "customers": (cart.customer.segments, "other-customer"),
        "countries": ((cart.country,), "other-country"),
        "regions": ((cart.region,), "other-region"),
        "channels": ((cart.channel,), "other-channel"),
        "payments": ((cart.payment,), "other-payment"),
    }
    for word, (values, reason) in having.items():
        if not all(clause_matches(clause, values) for clause in rule.audience.only if clause.word == word):
            return reason
        if any(clause_matches(clause, values) for clause in rule.audience.never if clause.word == word):
            return reason
    return None


def plain_code(code: str) -> str:
    """SPEC 2: "compared after Unicode NFKC, case folding, and without blanks, line ends and invisible signs at their
    ends (and without soft hyphens and zero-width signs anywhere)"."""
    nothing = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
    code = "".join(sign for sign in unicodedata.normalize("NFKC", code) if sign not in nothing).casefold()

    def unseen(sign: str) -> bool:
        return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")

    while code and unseen(code[0]):
        code = code[1:]
    while code and unseen(code[-1]):
        code = code[:-1]
    return code


def is_typed(rule: Rule, cart: Cart) -> bool:
    """SPEC 1 and 2: what the customer typed, or "the pair (code, rule) that the ledger found for it"; a pair whose rule has
    no such code is unknown. The check sign of a code is the ledger's to look at."""
    typed = {plain_code(code) for code in cart.codes if isinstance(code, str)} - {""}
    found = {plain_code(code.code) for code in cart.codes if not isinstance(code, str) and code.rule == rule.name}
    if rule.pattern is not None and any(one_of_many(rule.pattern.pattern, code) for code in found):
        return True
    return any(plain_code(code) in typed | found for code in rule.codes)


def unknown_codes(book: RuleBook, cart: Cart) -> set[str]:
    """SPEC 7: "what was typed and belongs to no rule", as it is compared."""
    typed = [(code, "") if isinstance(code, str) else (code.code, code.rule) for code in cart.codes]
    return {
        plain_code(code)
        for code, of in typed
        if not any(
            is_typed(rule, evolve(cart, codes=(TypedCode(code, of) if of else code,)))
            for rule in book.rules
            if rule.given == "code"
        )
    }


SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a `#` in a pattern: "one of 31 signs that cannot be mistaken (no 0 O 1 I L)"."""


def one_of_many(pattern: str, code: str) -> bool:
    """Whether a plain code has the signs of a pattern."""
    signs = plain_code(pattern)
    return len(signs) == len(code) and all(
        one in SIGNS if sign == "#" else one == sign for sign, one in zip(signs, code, strict=True)
    )


def earlier_uses(usage: RuleUsage, per: str) -> int:
    return {
        "customer": usage.customer,
        "day": usage.today,
        "total": usage.total,
        "order": 0,
        "customer and day": usage.customer_day,
        "customer and week": usage.customer_week,
        "customer and month": usage.customer_month,
    }[per]


def refusal_of_counts(rule: Rule, usage: RuleUsage) -> str | None:
    for limit in rule.limits:
        if limit.unit == "uses" and earlier_uses(usage, limit.per) >= limit.count:
            return "used-up"
        if limit.unit == "items" and limit.per == "customer" and usage.items_customer >= limit.count:
            return "used-up"
        if limit.unit == "items" and limit.per == "total" and usage.items_total >= limit.count:
            return "used-up"
    if rule.budget is not None and usage.spent >= rule.budget:
        return "no-budget"
    if rule.budget_day is not None and usage.spent_today >= rule.budget_day:
        return "no-budget"
    return None


# --- what rules say of each other (SPEC 5.1, 5.2) ---------------------------------------------------------------------


def names(rule: Rule) -> set[str]:
    return {rule.name, *(f"group {name}" for name in rule.groups)}


def never_meet(one: Rule, other: Rule, policy: Policy) -> bool:
    def says(a: Rule, b: Rule) -> bool:
        return any(word in names(b) | {b.kind.value, "anything"} for word in a.never)

    if says(one, other) or says(other, one):
        return True
    return any({one.kind, other.kind} == set(pair) for pair in policy.never)


def clash(a: Application, b: Application, policy: Policy) -> bool:
    """Two used applications that share a line (free shippings of one layer: a charge) although they may not."""
    lines = set(a.scope) & set(b.scope)
    never = never_meet(a.rule, b.rule, policy)
    if lines and never:  # 5.2
        return True
    combined = names(b.rule) & set(a.rule.combines) or names(a.rule) & set(b.rule.combines)
    shared = set(a.charges) & set(b.charges) if a.rule.kind is Kind.FREE_SHIPPING else lines
    return a.layer == b.layer and (never or not combined) and bool(shared)  # 5.1; `never` wins over `combines`


def applications_of(rule: Rule, scope: list[Run], counted: list[Run], cart: Cart) -> list[Application]:
    """One over all lines in scope, or one for each store (and sku) that has lines in scope, in order of store, then sku."""
    lines = {line.id: line for line in cart.lines}

    def owner(run: Run) -> tuple[str | None, str | None]:
        line = lines[run.line]
        return {"order": (None, None), "store": (line.store, None), "sku": (line.store, line.sku)}[rule.ladder_per]

    made = []
    for own in sorted({owner(run) for run in scope}, key=lambda own: (own[0] or "", own[1] or "")):
        mine = tuple(run for run in scope if owner(run) == own)
        charges: tuple[Charge, ...] = ()
        if rule.kind is Kind.FREE_SHIPPING:
            stores = {lines[run.line].store for run in mine}
            charges = tuple(
                Charge(charge.store, charge.method, charge.id)
                for charge in cart.shipping
                if charge.store in stores and method_in_scope(rule.scope, charge.method)
            )
        made.append(Application(rule, *own, mine, tuple(run for run in counted if owner(run) == own), charges))
    return made


# --- item prices (SPEC 3) ---------------------------------------------------------------------------------------------


def unit_saving(rule: Rule, line: Line, policy: Policy) -> int:
    """What an item rule takes off one unit; 0 when it gives no lower price."""
    savings = [line.unit_price - at for sku, at in rule.prices if sku == line.sku]
    for step in rule.ladder:
        off = amount_of(step) or share_of(step_share(step), line.unit_price, policy.rounding)
        savings.append(off if step.at_most is None else min(off, step.at_most))
    saving = min(max(savings, default=0), line.unit_price)
    if rule.caps.per_item is not None:
        saving = min(saving, rule.caps.per_item)
    if rule.caps.per_item_share is not None:
        saving = min(saving, share_of(rule.caps.per_item_share, line.unit_price, "down"))
    return max(min(saving, line.unit_price - floor_of(line, policy)), 0)


def floor_of(line: Line, policy: Policy) -> int:
    """SPEC 1: "the larger of the line's `floor` and the policy's `floor` (a share of the list price, rounded up)"."""
    return max(line.floor_minor, -(-policy.floor.numerator * line.unit_price // policy.floor.denominator))


def items_left(rule: Rule, usage: RuleUsage) -> int | None:
    """How many units may have the rule's price; None: any number."""
    left = [
        limit.count - {"customer": usage.items_customer, "total": usage.items_total, "order": 0}[limit.per]
        for limit in rule.limits
        if limit.unit == "items"
    ]
    return min(left) if left else None


def item_layer(
    rules: list[tuple[Rule, list[Line]]], lines: tuple[Line, ...], usage: Mapping[str, RuleUsage], policy: Policy
) -> dict[str, list[tuple[int, str | None]]]:
    """For each line, the price of every unit and the rule that gives it."""
    plain: dict[str, tuple[int, str | None]] = {}
    """The best unlimited price: by line, what it saves per unit and by which rule."""
    left: dict[str, int] = {}
    for rule, _ in rules:
        limit = items_left(rule, usage.get(rule.name, NO_USAGE))
        if limit is not None:
            left[rule.name] = limit
    for line in lines:
        offers = [
            (-unit_saving(rule, line, policy), rule.name)
            for rule, scope in rules
            if rule.name not in left and line in scope and unit_saving(rule, line, policy) > 0
        ]
        saving, name = min(offers, default=(0, None))
        plain[line.id] = (-saving, name)
    units = {line.id: line.quantity for line in lines}
    limited: dict[str, list[tuple[int, str | None]]] = {line.id: [] for line in lines}
    while True:
        pairs = [
            (plain[line.id][0] - unit_saving(rule, line, policy), rule.name, line.id, unit_saving(rule, line, policy))
            for rule, scope in rules
            for line in scope
            if left.get(rule.name, 0) > 0 and units[line.id] > 0
        ]
        best = min(pairs, default=(0, "", "", 0))
        if best[0] >= 0:  # no pair saves anything
            break
        _, name, line_id, saving = best
        count = min(left[name], units[line_id])
        left[name] -= count
        units[line_id] -= count
        limited[line_id] += [(saving, name)] * count
    return {
        line.id: [
            (line.unit_price - saving, name) for saving, name in limited[line.id] + [plain[line.id]] * units[line.id]
        ]
        for line in lines
    }


# --- all of it --------------------------------------------------------------------------------------------------------


class Matched:
    """One cart under one rule book: everything that does not depend on the selection."""

    def __init__(
        self, book: RuleBook, cart: Cart, usage: Mapping[str, RuleUsage] | None = None, without: Iterable[str] = ()
    ) -> None:
        self.cart, self.policy, self.usage = cart, book.policy, usage or {}
        self.at = cart.at.astimezone(UTC)
        self.lines = {line.id: line for line in cart.lines}
        self.refused: dict[str, str] = {}
        forbidden = set(without)
        rules: list[Rule] = []
        for rule in book.rules:
            if rule.name in forbidden or rule.kind.value in forbidden:
                self.refused[rule.name] = "declined"
            else:
                rules.append(next((one for one in (rule, *rule.also) if one.currency == cart.currency), rule))

        # Item layer (SPEC 3). An item rule with a list of prices is only for the skus in that list.
        items: list[tuple[Rule, list[Line]]] = []
        for rule in rules:
            if rule.kind in ITEM_KINDS:
                skus = {sku for sku, _ in rule.prices}
                scope = [
                    line for line in cart.lines if line_in_scope(rule.scope, line) and (rule.ladder or line.sku in skus)
                ]
                if self.available(rule, bool(scope), {}):
                    items.append((rule, scope))
        self.item_rules = [rule for rule, _ in items]
        self.units = item_layer(items, cart.lines, self.usage, self.policy)
        priced = {name for units in self.units.values() for _, name in units}
        self.refused |= {rule.name: "nothing-to-save" for rule, _ in items if rule.name not in priced}
        # From here on a line is as many runs as its units have prices and item rules.
        self.quantity: dict[Run, int] = {}
        for line_id, units in self.units.items():
            for at, name in units:
                run = Run(line_id, at, name or "")
                self.quantity[run] = self.quantity.get(run, 0) + 1
        self.item = {run: run.price * many for run, many in self.quantity.items()}
        """Item price amount of each run."""
        self.floors = {run: floor_of(self.lines[run.line], self.policy) * many for run, many in self.quantity.items()}

        # Coin exchange (SPEC 4): not a layer, and takes nothing from lines. First, because coupons can be bought.
        self.exchanges: dict[str, list[tuple[Rule, Trade]]] = {}
        for rule in rules:
            if rule.kind is Kind.COIN_EXCHANGE and rule.trade is not None:
                scope = [line for line in cart.lines if line_in_scope(rule.scope, line)]
                if self.available(rule, bool(scope), {}):
                    self.exchanges.setdefault(rule.trade.coupon, []).append((rule, rule.trade))
        for offers in self.exchanges.values():  # "at the best price per piece first (ties: rule name)"
            offers.sort(key=lambda offer: (Fraction(offer[1].coins, offer[1].pieces), offer[0].name))

        # Pieces held, soonest-expiring first (SPEC 2: an unexpired piece).
        self.held: dict[str, list[datetime]] = {}
        for lot in cart.wallet.coupons:
            expires = LATEST if lot.expires is None else lot.expires.astimezone(UTC)
            if self.at < expires:
                self.held.setdefault(lot.rule, []).extend([expires] * lot.pieces)
        for pieces in self.held.values():
            pieces.sort()
        self.pieces = {rule.name: len(self.held.get(rule.name, ())) + self.buyable(rule.name) for rule in book.rules}
        """How many pieces of each coupon the customer holds or could buy."""

        # Applications (SPEC 2), in order of rule name, then store, then sku; and coin rewards, which are none.
        self.applications: list[Application] = []
        self.rewards: list[tuple[Rule, list[Run]]] = []
        for rule in sorted(rules, key=lambda rule: rule.name):
            if rule.kind in ITEM_KINDS or rule.kind is Kind.COIN_EXCHANGE:
                continue
            scope_runs, counted = self.goods_of(rule, items)
            if self.available(rule, bool(scope_runs), self.pieces):
                if rule.kind is Kind.COIN_REWARD:
                    self.rewards.append((rule, scope_runs))
                else:
                    self.applications += applications_of(rule, scope_runs, counted, cart)
        self.clashing = [
            [a is not b and clash(a, b, self.policy) for b in self.applications] for a in self.applications
        ]

    def goods_of(self, rule: Rule, items: list[tuple[Rule, list[Line]]]) -> tuple[list[Run], list[Run]]:
        """In scope, and counted, of a rule that is no item rule, after SPEC 5.2 "against an item rule"."""
        never = {item.name for item, _ in items if never_meet(item, rule, self.policy)}
        runs = sorted(self.quantity)
        scope = [run for run in runs if line_in_scope(rule.scope, self.lines[run.line])]
        scope = [run for run in scope if run.rule not in never]
        if rule.counts is None:
            return scope, scope
        return scope, [run for run in runs if is_counted(rule, self.lines[run.line])]

    def available(self, rule: Rule, has_scope: bool, pieces: Mapping[str, int]) -> bool:
        """SPEC 2: "refused with the first reason that fails, in this order"."""
        reason = None
        if rule.currency != self.cart.currency:
            reason = "other-currency"
        reason = reason or refusal_of_time(rule, self.at) or refusal_of_audience(rule, self.cart)
        if not reason and rule.given == "held" and pieces[rule.name] == 0:
            reason = "not-held"
        if not reason and rule.given == "code" and not is_typed(rule, self.cart):
            reason = "not-typed"
        if not reason and not self.cart.customer.id and any(limit.per.startswith("customer") for limit in rule.limits):
            reason = "needs-customer"
        if not reason and not has_scope:
            reason = "no-item-in-scope"
        reason = reason or refusal_of_counts(rule, self.usage.get(rule.name, NO_USAGE))
        if reason:
            self.refused[rule.name] = reason
        return reason is None

    def most_trades(self, rule: Rule) -> int | None:
        """As often as the limits of an exchange rule allow ("uses" count trades); None: any number."""
        usage = self.usage.get(rule.name, NO_USAGE)
        left = [limit.count - earlier_uses(usage, limit.per) for limit in rule.limits if limit.unit == "uses"]
        return min(left, default=None)

    def purchase(self, coupon: str, missing: int) -> list[tuple[str, Rule, int]] | None:
        """Trades for so many pieces, as (coupon, exchange rule, times); None: not to be had.

        SPEC 4: "in whole trades, the fewest that are enough, at the best price per piece first (ties: rule name), each
        exchange rule at most as often as its limits allow".
        """
        trades = []
        for rule, trade in self.exchanges.get(coupon, ()):
            enough, most = -(-missing // trade.pieces), self.most_trades(rule)
            times = enough if most is None else min(enough, most)
            if times > 0:
                trades.append((coupon, rule, times))
                missing -= times * trade.pieces
        return None if missing > 0 else trades

    def buyable(self, coupon: str) -> int:
        """How many pieces could be bought with all coins."""
        for pieces in count(1):
            trades = self.purchase(coupon, pieces)
            if trades is None or coins_of(trades) > self.cart.wallet.coins:
                return pieces - 1
        raise AssertionError
