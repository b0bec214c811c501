"""What a selection costs, layer by layer: SPEC section 4, for `oracle.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pricing.forms import AmountOff, Form, PayInAll, ShareOff, ShipAt, ShipFree
from pricing.model.cart import Cart, RuleUsage
from pricing.model.kind import ITEM_KINDS, Kind
from pricing.model.ladder import Step
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Scope
from tests.oracle_amounts import Charge, Run, Settlement, Target, allocate, coins_of, share_of
from tests.oracle_match import Application, Matched, line_in_scope
from tests.oracle_units import Goods, OnUnits, Unit, falls_on_units, on_units

Selection = tuple[int, ...]
"""For each application: 0 not used, 1 used; for a select coupon, how many pieces."""


Amounts = dict[Target, int]


class Settling(Matched):
    """One cart under one rule book, and what its selections cost."""

    def __init__(
        self, book: RuleBook, cart: Cart, usage: Mapping[str, RuleUsage] | None = None, without: Iterable[str] = ()
    ) -> None:
        super().__init__(book, cart, usage, without)
        self.settled: dict[Selection, Settlement] = {}
        self.gifts: dict[tuple[int, int, int], OnUnits] = {}

    def used(self, selection: Selection) -> list[int]:
        return [place for place, times in enumerate(selection) if times]

    def purchases(self, selection: Selection) -> list[tuple[str, Rule, int]] | None:
        """Trades for the pieces used beyond those held, as (coupon, exchange rule, times); None: not to be had."""
        need: Counter[str] = Counter()
        for place in self.used(selection):
            rule = self.applications[place].rule
            if rule.given == "held":
                need[rule.name] += selection[place]
        trades: list[tuple[str, Rule, int]] = []
        for coupon in sorted(need):
            bought = self.purchase(coupon, need[coupon] - len(self.held.get(coupon, ())))
            if bought is None:
                return None
            trades += bought
        return trades

    # --- amounts of a selection (SPEC 4) ------------------------------------------------------------------------------

    def settle(self, selection: Selection) -> Settlement:
        if selection in self.settled:
            return self.settled[selection]
        charges = {Charge(charge.store, charge.method, charge.id): charge.minor for charge in self.cart.shipping}
        now = Settlement(dict(self.item), charges)
        coins = self.cart.wallet.coins - coins_of(self.purchases(selection) or [])
        for layer in self.policy.order:
            if layer.kind in ITEM_KINDS:
                continue
            running, running_charges = dict(now.pays), dict(now.charges)  # "at the start of the layer"
            given: Counter[str] = Counter()
            for place in self.used(selection):
                application = self.applications[place]
                rule = application.rule
                if application.layer != layer:
                    continue
                cap = None if rule.caps.per_order is None else rule.caps.per_order - given[rule.name]
                if rule.kind is Kind.COIN_PAYMENT:
                    shares = self.coin_payment(application, running, now, coins, cap)
                else:
                    shares = self.benefit(place, selection[place], running, running_charges, now, cap)
                amount = sum(shares.values())
                if amount == 0:  # 4.6 a benefit of zero is not a use
                    continue
                given[rule.name] += amount
                now.taken[place] = shares
                for target, share in shares.items():
                    if isinstance(target, Run):
                        now.pays[target] -= share
                    else:
                        now.charges[target] -= share
                if rule.kind is Kind.COIN_PAYMENT:
                    assert rule.rate is not None
                    now.coins[place] = -(-amount * rule.rate.coins // rule.rate.amount)
                    coins -= now.coins[place]
        self.settled[selection] = now
        return now

    def units_of(self, application: Application) -> int:
        return sum(self.quantity[run] for run in application.counted)

    def measured(self, step: Step, application: Application, base: int) -> int:
        """What a step's threshold is compared with."""
        if step.measure == "money":
            return base
        if step.measure == "units":
            return self.units_of(application)
        lines = [self.lines[run.line] for run in application.counted]
        return len({(line.store, line.sku) for line in lines})

    def times(self, step: Step, application: Application, base: int) -> int:
        """How often a step is reached (SPEC 4.2)."""
        have = self.measured(step, application, base)
        if have < step.reach:
            return 0
        if not step.repeats:
            return 1
        times = have // step.reach
        return times if step.most_times is None else min(times, step.most_times)

    def on_amounts(self, step: Step, application: Application, base: int, whole: int) -> int:
        """A benefit on amounts, cut by its own `at most`. `whole`: the sum that a percentage is of."""
        times = self.times(step, application, base)
        form = step.gives
        if isinstance(form, ShipFree):
            amount = whole
        elif isinstance(form, PayInAll | ShipAt):
            amount = max(0, whole - form.price)
        elif isinstance(form, ShareOff):
            of = times * step.reach if step.repeats and step.measure == "money" else whole
            amount = share_of(form.share, of, self.policy.rounding)
        elif isinstance(form, AmountOff):
            amount = times * form.amount
        else:
            raise TypeError(form)
        return amount if step.at_most is None else min(amount, step.at_most)

    def on_units(self, place: int, step: Step, times: int) -> OnUnits:
        """What a benefit on units comes to; no selection changes it."""
        application = self.applications[place]
        key = (place, application.rule.ladder.index(step), times)
        if key not in self.gifts:

            def units(runs: Iterable[Run]) -> frozenset[Unit]:
                return frozenset(Unit(run, number) for run in runs for number in range(self.quantity[run]))

            goods = Goods(
                units(application.scope),
                units(application.counted),
                application.rule.counts is not None,
                self.policy.rounding,
                self.policy.gets,
                self.matches,
            )
            self.gifts[key] = on_units(step, times, goods)
        return self.gifts[key]

    def matches(self, scope: object, run: Run) -> bool:
        """Whether a run answers the scope of a bundle's slot."""
        assert isinstance(scope, Scope)
        return line_in_scope(scope, self.lines[run.line])

    def room(self, run: Run, now: Settlement) -> int:
        """SPEC 1: what a run can still give."""
        return max(0, now.pays[run] - self.floors[run])

    def falls_on(
        self,
        place: int,
        step: Step,
        base: int,
        running: Mapping[Run, int],
        running_charges: Mapping[Charge, int],
        now: Settlement,
    ) -> tuple[int, Amounts, Amounts, Amounts, Amounts]:
        """What a step gives; and the amounts that take it: in which proportion, what they can still give, what a cap in
        percent is of, and how many units they are."""
        application, policy = self.applications[place], self.policy
        rule = application.rule
        if rule.kind is Kind.FREE_SHIPPING:
            charges: Amounts = {charge: running_charges[charge] for charge in application.charges}
            left: Amounts = {charge: now.charges[charge] for charge in application.charges}
            amount = self.on_amounts(step, application, base, sum(charges.values()))
            return amount, charges, left, charges, dict.fromkeys(charges, 1)
        if falls_on_units(step, rule.counts is not None) and rule.kind is not Kind.SELECT_COUPON:
            gift = self.on_units(place, step, self.times(step, application, base))
            costs: Amounts = dict(gift.costs().items())
            room: Amounts = {run: min(costs[run], self.room(run, now)) for run in gift.weights}
            amount = gift.amount if step.at_most is None else min(gift.amount, step.at_most)
            weights: Amounts = dict(gift.weights.items())
            return amount, weights, room, costs, dict(gift.counts().items())
        read = self.item if policy.measured_on == "item-price" else running
        by = self.item if policy.share_by == "item-price" else running
        whole: Amounts = {run: read[run] for run in application.scope}
        amount = self.on_amounts(step, application, base, sum(whole.values()))
        rooms: Amounts = {run: self.room(run, now) for run in application.scope}
        units: Amounts = {run: self.quantity[run] for run in application.scope}
        return amount, {run: by[run] for run in application.scope}, rooms, whole, units

    def benefit(
        self,
        place: int,
        pieces: int,
        running: Mapping[Run, int],
        running_charges: Mapping[Charge, int],
        now: Settlement,
        order_cap: int | None,
    ) -> dict[Target, int]:
        """The shares of one used application; empty when it is not usable."""
        application, policy = self.applications[place], self.policy
        rule = application.rule
        # 1. Base
        read = self.item if policy.measured_on == "item-price" else running
        base = sum(read[run] for run in application.counted)
        # 2. Step
        steps = [step for step in rule.ladder if self.times(step, application, base)]
        if not steps or max(steps, key=lambda step: step.reach).gives is None:
            return {}
        step = max(steps, key=lambda step: step.reach)
        assert isinstance(step.gives, Form)
        amount, weights, room, of_caps, units = self.falls_on(place, step, base, running, running_charges, now)
        # 3. Benefit
        if rule.kind is Kind.SELECT_COUPON:
            if pieces * rule.piece > amount:
                return {}
            amount = pieces * rule.piece
        caps = self.item_caps(rule, units, of_caps)
        if caps is not None:
            amount = min(amount, sum(caps.values()))
        if rule.kind is not Kind.SELECT_COUPON:
            amount = min([amount, *(cap for cap in (rule.caps.per_store, order_cap) if cap is not None)])
        # 4. Overflow
        if amount > sum(room.values()):
            if policy.overflow == "void":
                return {}
            amount = sum(room.values())
        # 5. Allocation
        return allocate(max(amount, 0), weights, room, caps, policy.remainder == "moved")

    def item_caps(self, rule: Rule, units: Mapping[Target, int], of: Mapping[Target, int]) -> dict[Target, int] | None:
        """`at most … per item`: the most that each line or charge may give."""
        if rule.caps.per_item is None and rule.caps.per_item_share is None:
            return None
        caps = {}
        for target, many in units.items():
            either = []
            if rule.caps.per_item is not None:
                either.append(rule.caps.per_item * many)
            if rule.caps.per_item_share is not None:
                either.append(share_of(rule.caps.per_item_share, of[target], "down"))
            caps[target] = min(either)
        return caps

    def coin_payment(
        self, application: Application, running: Mapping[Run, int], now: Settlement, coins: int, order_cap: int | None
    ) -> dict[Target, int]:
        rule, policy = application.rule, self.policy
        assert rule.rate is not None
        read = self.item if policy.measured_on == "item-price" else running
        caps = self.item_caps(
            rule,
            {run: self.quantity[run] for run in application.scope},
            {run: read[run] for run in application.scope},
        )
        room: dict[Target, int] = {
            run: self.room(run, now) if caps is None else min(self.room(run, now), caps[run])
            for run in application.scope
        }
        rate = rule.rate
        worth = coins // rate.coins * rate.amount if rate.in_steps else coins * rate.amount // rate.coins
        most = [sum(room.values()), worth]
        most += [cap for cap in (order_cap, rule.caps.per_store) if cap is not None]
        if rule.caps.per_order_share is not None:
            whole = sum(running[run] for run in application.scope)
            most.append(share_of(rule.caps.per_order_share, whole, "down"))
        amount = max(min(most), 0)
        if rate.in_steps:
            amount -= amount % rate.amount
        by = self.item if policy.share_by == "item-price" else running
        weights: dict[Target, int] = {run: by[run] for run in application.scope}
        return allocate(amount, weights, room, None, policy.remainder == "moved" or rate.in_steps)
