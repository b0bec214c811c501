"""The slow truth: SPEC read word by word, by trying every selection. Shares no code with the engine.

Every function cites the SPEC section whose words it turns into code. Nothing here is clever: a selection is a tuple
that says for every application how often it is used; every tuple is tried, settled, checked and compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from math import prod

from pricing.model.cart import NO_USAGE, Cart, RuleUsage
from pricing.model.kind import AUTOMATIC_KINDS, COUPON_KINDS, ITEM_KINDS, Kind
from pricing.model.ladder import Step
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from tests.oracle_amounts import (
    Charge,
    Settlement,
    Split,
    Target,
    allocate,
    coins_of,
    reached,
    share_of,
    split,
    step_benefit,
)
from tests.oracle_match import (
    LATEST,
    Application,
    Matched,
    earlier_uses,
    method_in_scope,
)

Selection = tuple[int, ...]
"""For each application: 0 not used, 1 used; for a select coupon, how many pieces."""


@dataclass(frozen=True)
class OracleQuote:
    """The best permitted selection and what follows from it. Minor units."""

    total: int
    coins: int
    """Spent on exchanges and on coin payment."""
    item: dict[str, int]
    """By line: item price amount."""
    lines: dict[str, int]
    """By line: what it pays."""
    shipping: dict[Charge, int]
    savings: dict[str, dict[str, Split]]
    """By line and rule, item rules included; nothing where a rule saves nothing."""
    shipping_savings: dict[Charge, dict[str, Split]]
    used: list[tuple[str, str | None, int, int, int]]
    """(rule, store, pieces, coins, amount), sorted; item rules not included."""
    item_rules: dict[str, int]
    """What each item rule saves."""
    bought: dict[str, tuple[int, int]]
    """By coupon: pieces that the trades give, and coins they cost."""
    trades: dict[str, int]
    """By exchange rule: how often."""
    kept: dict[tuple[str, datetime | None], int]
    """By rule and expiry (UTC): unexpired pieces still held."""
    refused: dict[str, str]
    """By rule that is not available: why. Item rules that save nothing: `nothing-to-save`."""
    selections: int
    permitted: int


def price(
    book: RuleBook, cart: Cart, usage: Mapping[str, RuleUsage] | None = None, without: Iterable[str] = ()
) -> OracleQuote:
    """The quote of SPEC, found by trying everything."""
    return Oracle(book, cart, usage, without).quote()


def forced(
    book: RuleBook,
    cart: Cart,
    must_use: tuple[str, str | None],
    usage: Mapping[str, RuleUsage] | None = None,
    without: Iterable[str] = (),
) -> int | None:
    """The best total among the permitted selections that use this (rule, store); None when there is none."""
    return Oracle(book, cart, usage, without).forced(must_use)


# --- the whole --------------------------------------------------------------------------------------------------------


class Oracle(Matched):
    """One cart under one rule book, and all its selections."""

    def __init__(
        self, book: RuleBook, cart: Cart, usage: Mapping[str, RuleUsage] | None = None, without: Iterable[str] = ()
    ) -> None:
        super().__init__(book, cart, usage, without)
        self.settled: dict[Selection, Settlement] = {}

    # --- selections ---------------------------------------------------------------------------------------------------

    def choices(self, application: Application) -> range:
        """0 and 1; for a select coupon 0 to n pieces, no more than are had or than its steps could ever take."""
        rule = application.rule
        if rule.kind is not Kind.SELECT_COUPON:
            return range(2)
        base = sum(self.item[line] for line in application.lines)  # no base is ever above this
        units = sum(self.lines[line].quantity for line in application.lines)
        most = max(
            (step_benefit(step, base, base, units, "half-up") for step in rule.ladder if reached(step, base, units)),
            default=0,
        )
        return range(min(most // rule.piece, self.pieces[rule.name]) + 1)

    def size(self) -> int:
        """How many selections there are to try."""
        return prod(len(self.choices(application)) for application in self.applications)

    def used(self, selection: Selection) -> list[int]:
        return [place for place, times in enumerate(selection) if times]

    def limits_hold(self, selection: Selection) -> bool:
        """SPEC 5.3, and the caps of select coupons (4.3), which refuse a selection instead of cutting it."""
        uses: Counter[str] = Counter()
        rules: dict[str, Rule] = {}
        of_kind: Counter[tuple[Kind, str | None]] = Counter()
        for place in self.used(selection):
            application, times = self.applications[place], selection[place]
            rule = rules.setdefault(application.rule.name, application.rule)
            uses[rule.name] += times
            of_kind[rule.kind, None] += times
            for store in {self.lines[line].store for line in application.lines}:
                of_kind[rule.kind, store] += times
            if rule.kind is Kind.SELECT_COUPON and rule.caps.per_store is not None:  # noqa: SIM102
                if times * rule.piece > rule.caps.per_store:
                    return False
        for name, rule in rules.items():
            if rule.kind in COUPON_KINDS and uses[name] > self.pieces[name]:
                return False
            limits = [limit for limit in rule.limits if limit.unit == "uses"]
            single = rule.kind in (Kind.SELLER_COUPON, Kind.PLATFORM_COUPON, Kind.PROMO_CODE)
            if single and uses[name] > 1 and not any(limit.per == "order" for limit in limits):
                return False
            usage = self.usage.get(name, NO_USAGE)
            if any(earlier_uses(usage, limit.per) + uses[name] > limit.count for limit in limits):
                return False
            if rule.kind is Kind.SELECT_COUPON and rule.caps.per_order is not None:  # noqa: SIM102
                if uses[name] * rule.piece > rule.caps.per_order:
                    return False
        for limit in self.policy.limits:
            for (kind, store), times in of_kind.items():
                if kind is limit.kind and (store is not None) == (limit.per == "store") and times > limit.count:
                    return False
        return True

    def purchases(self, selection: Selection) -> list[tuple[str, Rule, int]] | None:
        """Trades for the pieces used beyond those held, as (coupon, exchange rule, times); None: not to be had."""
        need: Counter[str] = Counter()
        for place in self.used(selection):
            rule = self.applications[place].rule
            if rule.kind in COUPON_KINDS:
                need[rule.name] += selection[place]
        trades: list[tuple[str, Rule, int]] = []
        for coupon in sorted(need):
            bought = self.purchase(coupon, need[coupon] - len(self.held.get(coupon, ())))
            if bought is None:
                return None
            trades += bought
        return trades

    def admissible(self, selection: Selection) -> bool:
        """SPEC 5.1 to 5.4 as far as they do not need amounts."""
        used = self.used(selection)
        if any(self.clashing[a][b] for a in used for b in used):
            return False
        if not self.limits_hold(selection):
            return False
        trades = self.purchases(selection)
        return trades is not None and coins_of(trades) <= self.cart.wallet.coins

    def permitted(self) -> Iterator[tuple[Selection, Settlement]]:
        """Every permitted selection (SPEC 5)."""
        automatic = [place for place, each in enumerate(self.applications) if each.rule.kind in AUTOMATIC_KINDS]
        for selection in product(*(self.choices(application) for application in self.applications)):
            if not self.admissible(selection):
                continue
            settlement = self.settle(selection)
            if all(place in settlement.taken for place in self.used(selection)) and not any(
                self.left_out(selection, place) for place in automatic if not selection[place]
            ):
                yield selection, settlement

    def left_out(self, selection: Selection, place: int) -> bool:
        """SPEC 5.6: usable under the selection, not used, and clashing with nothing that is used."""
        if any(self.clashing[place][other] for other in self.used(selection)):
            return False
        more = (*selection[:place], 1, *selection[place + 1 :])
        return self.limits_hold(more) and place in self.settle(more).taken

    # --- amounts of a selection (SPEC 4) ------------------------------------------------------------------------------

    def settle(self, selection: Selection) -> Settlement:
        if selection in self.settled:
            return self.settled[selection]
        charges = {(charge.store, charge.method): charge.minor for charge in self.cart.shipping}
        now = Settlement(dict(self.item), charges)
        coins = self.cart.wallet.coins - coins_of(self.purchases(selection) or [])
        middle = [kind for kind in self.policy.order if kind not in ITEM_KINDS and kind is not Kind.COIN_PAYMENT]
        for kind in [*middle, Kind.COIN_PAYMENT]:
            running, running_charges = dict(now.pays), dict(now.charges)  # "at the start of the layer"
            given: Counter[str] = Counter()
            for place in self.used(selection):
                application = self.applications[place]
                rule = application.rule
                if rule.kind is not kind:
                    continue
                cap = None if rule.caps.per_order is None else rule.caps.per_order - given[rule.name]
                if kind is Kind.COIN_PAYMENT:
                    shares = self.coin_payment(application, running, now, coins, cap)
                else:
                    shares = self.benefit(application, selection[place], running, running_charges, now, cap)
                amount = sum(shares.values())
                if amount == 0:  # 4.6 a benefit of zero is not a use
                    continue
                given[rule.name] += amount
                now.taken[place] = shares
                for target, share in shares.items():
                    if isinstance(target, str):
                        now.pays[target] -= share
                    else:
                        now.charges[target] -= share
                if kind is Kind.COIN_PAYMENT:
                    assert rule.rate is not None
                    now.coins[place] = -(-amount * rule.rate.coins // rule.rate.amount)
                    coins -= now.coins[place]
        self.settled[selection] = now
        return now

    def line_caps(self, rule: Rule, measured: Mapping[str, int]) -> dict[str, int] | None:
        """`at most ... per item`: the most that each line's share may be."""
        if rule.caps.per_item is None and rule.caps.per_item_share is None:
            return None
        caps = {}
        for line, base in measured.items():
            of_share = None if rule.caps.per_item_share is None else share_of(rule.caps.per_item_share, base, "down")
            caps[line] = min(cap for cap in (rule.caps.per_item, of_share) if cap is not None)
        return caps

    def benefit(
        self,
        application: Application,
        pieces: int,
        running: Mapping[str, int],
        running_charges: Mapping[Charge, int],
        now: Settlement,
        order_cap: int | None,
    ) -> dict[Target, int]:
        """The shares of one used application; empty when it is not usable."""
        rule, policy = application.rule, self.policy
        # 1. Base
        start = {line: running[line] for line in application.lines}
        item = {line: self.item[line] for line in application.lines}
        measured = item if policy.measured_on == "item-price" else start
        base = sum(measured.values())
        units = sum(self.lines[line].quantity for line in application.lines)
        # 2. Step
        steps = [step for step in rule.ladder if reached(step, base, units)]
        if not steps:
            return {}
        step = max(steps, key=lambda step: step.reach)
        # Which amounts take the benefit, what they still cost, and in which proportion they share it
        weights: Mapping[Target, int] = item if policy.share_by == "item-price" else start
        room: dict[Target, int] = {line: now.pays[line] for line in application.lines}
        percent_of = base
        if rule.kind is Kind.FREE_SHIPPING:
            stores = {self.lines[line].store for line in application.lines}
            weights = {
                charge: amount
                for charge, amount in running_charges.items()
                if charge[0] in stores and method_in_scope(rule.scope, charge[1])
            }
            room = {charge: now.charges[charge] for charge in weights}
            percent_of = sum(weights.values())
        elif step.given_units:
            weights = self.given_units(application, step, units)
            room = {line: now.pays[line] for line in weights}
            percent_of = sum(weights.values())
        # 3. Benefit
        amount = step_benefit(step, base, percent_of, units, policy.rounding)
        if rule.kind is Kind.SELECT_COUPON:
            if pieces * rule.piece > amount:
                return {}
            amount = pieces * rule.piece
        else:
            amount = min([amount, *(cap for cap in (order_cap, rule.caps.per_store) if cap is not None)])
        caps = None if rule.kind is Kind.FREE_SHIPPING else self.line_caps(rule, measured)
        if caps is not None:
            amount = min(amount, sum(caps[line] for line in room))
        # 4. Overflow
        if amount > sum(room.values()):
            if policy.overflow == "void":
                return {}
            amount = sum(room.values())
        # 5. Allocation
        if caps is not None:
            room = {line: min(rest, caps[line]) for line, rest in room.items()}
        return allocate(amount, weights, room, policy.remainder == "moved")

    def given_units(self, application: Application, step: Step, units: int) -> dict[Target, int]:
        """`buy k get j`: item prices of the cheapest units, summed by line (SPEC 4.3)."""
        prices = sorted((at, line) for line in application.lines for at, _ in self.units[line])
        weights: Counter[Target] = Counter()
        for at, line in prices[: units // step.reach * step.given_units]:
            weights[line] += at
        return dict(weights)

    def coin_payment(
        self, application: Application, running: Mapping[str, int], now: Settlement, coins: int, order_cap: int | None
    ) -> dict[Target, int]:
        rule, policy = application.rule, self.policy
        assert rule.rate is not None
        item = {line: self.item[line] for line in application.lines}
        start = {line: running[line] for line in application.lines}
        caps = self.line_caps(rule, item if policy.measured_on == "item-price" else start)
        room: dict[Target, int] = {
            line: now.pays[line] if caps is None else min(now.pays[line], caps[line]) for line in application.lines
        }
        most = [sum(room.values()), coins * rule.rate.amount // rule.rate.coins]
        most += [cap for cap in (order_cap, rule.caps.per_store) if cap is not None]
        weights: Mapping[Target, int] = item if policy.share_by == "item-price" else start
        return allocate(min(most), weights, room, policy.remainder == "moved")

    # --- the best selection (SPEC 6) ----------------------------------------------------------------------------------

    def coins_spent(self, selection: Selection, settlement: Settlement) -> int:
        return coins_of(self.purchases(selection) or []) + sum(settlement.coins.values())

    def pieces_used(self, selection: Selection) -> dict[str, int]:
        """By coupon or code: how many; pieces of select coupons one by one."""
        pieces: Counter[str] = Counter()
        for place in self.used(selection):
            rule = self.applications[place].rule
            if rule.kind in COUPON_KINDS or rule.kind is Kind.PROMO_CODE:
                pieces[rule.name] += selection[place]
        return dict(pieces)

    def rank(self, selection: Selection, settlement: Settlement) -> tuple[object, ...]:
        """Smaller is better, part by part as SPEC 6 counts them."""
        pieces = self.pieces_used(selection)
        # 4. soonest-expiring pieces go first; bought pieces and codes have no expiry, which is the latest; all padded
        expiries = sorted(when for name, count in pieces.items() for when in self.held.get(name, [])[:count])
        expiries += [LATEST] * (sum(self.pieces.values()) + len(self.applications) - len(expiries))
        # 5. the list of what is used
        used = sorted(
            (
                self.applications[place].rule.name,
                self.applications[place].store or "",
                selection[place] if self.applications[place].rule.kind in COUPON_KINDS else 0,
            )
            for place in self.used(selection)
        )
        return (
            settlement.total(),
            self.coins_spent(selection, settlement),
            sum(pieces.values()),
            expiries,
            used,
        )

    def best(self) -> tuple[Selection, Settlement, int]:
        """The best permitted selection, and how many are permitted."""
        allowed = list(self.permitted())
        selection, settlement = min(allowed, key=lambda pair: self.rank(*pair))
        return selection, settlement, len(allowed)

    def forced(self, must_use: tuple[str, str | None]) -> int | None:
        totals = [
            settlement.total()
            for selection, settlement in self.permitted()
            if any(
                must_use == (self.applications[at].rule.name, self.applications[at].store)
                for at in self.used(selection)
            )
        ]
        return min(totals, default=None)

    # --- what comes out (SPEC 7) --------------------------------------------------------------------------------------

    def quote(self) -> OracleQuote:
        selection, settlement, permitted = self.best()
        places = self.used(selection)
        savings: dict[str, dict[str, Split]] = {line: {} for line in self.lines}
        shipping_savings: dict[Charge, dict[str, Split]] = {charge: {} for charge in settlement.charges}
        shares = {rule.name: rule.platform_share for rule in self.item_rules}
        item_rules: Counter[str] = Counter()
        for line_id, units in self.units.items():
            of_line: Counter[str] = Counter()
            for at, name in units:
                if name is not None:
                    of_line[name] += self.lines[line_id].unit_price - at
            item_rules += of_line
            savings[line_id] = {name: split(amount, shares[name]) for name, amount in of_line.items()}
        for place in places:
            rule = self.applications[place].rule
            for target, amount in settlement.taken[place].items():
                if amount:
                    where = savings[target] if isinstance(target, str) else shipping_savings[target]
                    where[rule.name] = split(amount, rule.platform_share)
        bought: dict[str, tuple[int, int]] = {}
        trades = self.purchases(selection) or []
        for coupon, rule, times in trades:
            pieces, coins = bought.get(coupon, (0, 0))
            bought[coupon] = (pieces + times * rule.trade.pieces, coins + times * rule.trade.coins)
        pieces_used = self.pieces_used(selection)
        kept = Counter(
            (name, None if when == LATEST else when)
            for name, expiries in self.held.items()
            for when in expiries[pieces_used.get(name, 0) :]
        )
        return OracleQuote(
            total=settlement.total(),
            coins=self.coins_spent(selection, settlement),
            item=self.item,
            lines=settlement.pays,
            shipping=settlement.charges,
            savings=savings,
            shipping_savings=shipping_savings,
            used=[
                (
                    self.applications[at].rule.name,
                    self.applications[at].store,
                    selection[at] if self.applications[at].rule.kind in COUPON_KINDS else 0,
                    settlement.coins.get(at, 0),
                    sum(settlement.taken[at].values()),
                )
                for at in places
            ],
            item_rules=dict(item_rules),
            bought=bought,
            trades={rule.name: times for _, rule, times in trades},
            kept=dict(kept),
            refused=self.refused,
            selections=self.size(),
            permitted=permitted,
        )
