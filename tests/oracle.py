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
from pricing.model.kind import Kind
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from tests.oracle_amounts import (
    Charge,
    Run,
    Settlement,
    Split,
    coins_of,
    split,
)
from tests.oracle_match import LATEST, Application, earlier_uses
from tests.oracle_settle import Selection, Settling


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
    used: list[tuple[str, str | None, str | None, int, int, int]]
    """(rule, store, sku, pieces, coins, amount), sorted; item rules not included."""
    item_rules: dict[str, int]
    """What each item rule saves."""
    bought: dict[str, tuple[int, int]]
    """By coupon: pieces that the trades give, and coins they cost."""
    trades: dict[str, int]
    """By exchange rule: how often."""
    kept: dict[tuple[str, datetime | None], int]
    """By rule and expiry (UTC): unexpired pieces still held."""
    earned: dict[str, int]
    """By coin reward: coins."""
    because: dict[tuple[str, str | None, str | None], tuple[str, ...]]
    """By used (rule, store, sku): ids of lines with counted units outside its scope."""
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


class Oracle(Settling):
    """One cart under one rule book, and all its selections."""

    def __init__(
        self, book: RuleBook, cart: Cart, usage: Mapping[str, RuleUsage] | None = None, without: Iterable[str] = ()
    ) -> None:
        super().__init__(book, cart, usage, without)
        self.held_to: dict[Selection, bool] = {}
        self.listed: list[tuple[Selection, Settlement]] = []

    # --- selections ---------------------------------------------------------------------------------------------------

    def choices(self, application: Application) -> range:
        """0 and 1; for a select coupon 0 to n pieces, no more than are had or than its steps could ever take."""
        rule = application.rule
        if rule.kind is not Kind.SELECT_COUPON:
            return range(2)
        base = sum(self.item[run] for run in application.counted)  # no base is ever above this
        whole = sum(self.item[run] for run in application.scope)
        most = 0
        for step in rule.ladder:
            if self.times(step, application, base):
                most = max(most, self.on_amounts(step, application, base, whole))
        return range(min(most // rule.piece, self.pieces[rule.name]) + 1)

    def size(self) -> int:
        """How many selections there are to try."""
        return prod(len(self.choices(application)) for application in self.applications)

    def limits_hold(self, selection: Selection) -> bool:
        if selection not in self.held_to:
            self.held_to[selection] = self.rules_limits_hold(selection) and self.policy_limits_hold(selection)
        return self.held_to[selection]

    def rules_limits_hold(self, selection: Selection) -> bool:
        """SPEC 5.3, and the caps of select coupons (4.3), which refuse a selection instead of cutting it."""
        uses: Counter[str] = Counter()
        rules: dict[str, Rule] = {}
        for place in self.used(selection):
            application, times = self.applications[place], selection[place]
            rule = rules.setdefault(application.rule.name, application.rule)
            uses[rule.name] += times
            if rule.kind is Kind.SELECT_COUPON and rule.caps.per_store is not None:  # noqa: SIM102
                if times * rule.piece > rule.caps.per_store:
                    return False
        for name, rule in rules.items():
            if rule.given == "held" and uses[name] > self.pieces[name]:
                return False
            limits = [limit for limit in rule.limits if limit.unit == "uses"]
            single = rule.kind in (Kind.SELLER_COUPON, Kind.PLATFORM_COUPON)
            if single and uses[name] > 1 and not any(limit.per == "order" for limit in limits):
                return False
            usage = self.usage.get(name, NO_USAGE)
            if any(earlier_uses(usage, limit.per) + uses[name] > limit.count for limit in limits):
                return False
            if rule.kind is Kind.SELECT_COUPON and rule.caps.per_order is not None:  # noqa: SIM102
                if uses[name] * rule.piece > rule.caps.per_order:
                    return False
        return True

    def policy_limits_hold(self, selection: Selection) -> bool:
        """ "A limit on promo codes or on codes counts rules, one on another kind or a group counts uses, each piece of
        a select coupon one"."""
        for limit in self.policy.limits:
            counted: Counter[str | None] = Counter()
            seen: set[tuple[str | None, str]] = set()
            for place in self.used(selection):
                application = self.applications[place]
                rule = application.rule
                if limit.codes:
                    under = rule.given == "code"
                elif limit.group:
                    under = limit.group in rule.groups
                else:
                    under = rule.kind is limit.kind
                if not under:
                    continue
                stores: set[str | None] = {self.lines[run.line].store for run in application.scope}
                for where in stores if limit.per == "store" else {None}:
                    if limit.codes or limit.kind is Kind.PROMO_CODE:
                        counted[where] += (where, rule.name) not in seen
                        seen.add((where, rule.name))
                    else:
                        counted[where] += selection[place]
            if any(many > limit.count for many in counted.values()):
                return False
        return True

    def admissible(self, selection: Selection) -> bool:
        """SPEC 5.1 to 5.4 as far as they do not need amounts."""
        used = self.used(selection)
        if any(self.clashing[a][b] for a in used for b in used):
            return False
        if not self.limits_hold(selection):
            return False
        trades = self.purchases(selection)
        return trades is not None and coins_of(trades) <= self.cart.wallet.coins

    def permitted(self) -> list[tuple[Selection, Settlement]]:
        """Every permitted selection (SPEC 5), found once."""
        self.listed = self.listed or list(self.all_permitted())
        return self.listed

    def all_permitted(self) -> Iterator[tuple[Selection, Settlement]]:
        automatic = [
            place
            for place, each in enumerate(self.applications)
            if each.rule.given == "automatic"
            and each.rule.kind is not Kind.COIN_PAYMENT
            and self.policy.automatic == "always"
        ]
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

    # --- the best selection (SPEC 6) ----------------------------------------------------------------------------------

    def coins_spent(self, selection: Selection, settlement: Settlement) -> int:
        return coins_of(self.purchases(selection) or []) + sum(settlement.coins.values())

    def pieces_used(self, selection: Selection) -> dict[str, int]:
        """By coupon or code: how many; pieces count one by one, a rule given by code counts one."""
        pieces: Counter[str] = Counter()
        for place in self.used(selection):
            rule = self.applications[place].rule
            if rule.given == "held":
                pieces[rule.name] += selection[place]
            elif rule.given == "code":
                pieces[rule.name] = 1
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
                self.applications[place].sku or "",
                selection[place] if self.applications[place].rule.given == "held" else 0,
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
        allowed = self.permitted()
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

    def earned(self, settlement: Settlement) -> dict[str, int]:
        """SPEC 4, coin reward: on what the lines in scope then pay."""
        found = {}
        for rule, scope in self.rewards:
            assert rule.reward is not None
            pays = sum(settlement.pays[run] for run in scope)
            coins = 0
            for earning in rule.reward.earnings:
                if earning.repeats:
                    coins = pays // earning.reach * earning.coins
                elif pays >= earning.reach:
                    coins = earning.coins  # the highest step reached
            if rule.reward.at_most is not None:
                coins = min(coins, rule.reward.at_most)
            if coins:
                found[rule.name] = coins
        return found

    def by_line(self, amounts: Mapping[Run, int]) -> dict[str, int]:
        """ "What comes out is added up by line." """
        found = dict.fromkeys(self.lines, 0)
        for run, amount in amounts.items():
            found[run.line] += amount
        return found

    def quote(self) -> OracleQuote:
        selection, settlement, permitted = self.best()
        places = self.used(selection)
        amounts: dict[str, Counter[str]] = {line: Counter() for line in self.lines}
        on_shipping: dict[Charge, Counter[str]] = {charge: Counter() for charge in settlement.charges}
        payers = {rule.name: rule.payers for rule in self.item_rules}
        item_rules: Counter[str] = Counter()
        for line_id, units in self.units.items():
            for at, name in units:
                if name is not None:
                    amounts[line_id][name] += self.lines[line_id].unit_price - at
                    item_rules[name] += self.lines[line_id].unit_price - at
        for place in places:
            rule = self.applications[place].rule
            payers[rule.name] = rule.payers
            for target, amount in settlement.taken[place].items():
                where = amounts[target.line] if isinstance(target, Run) else on_shipping[target]
                where[rule.name] += amount
        bought: dict[str, tuple[int, int]] = {}
        trades = self.purchases(selection) or []
        for coupon, rule, times in trades:
            assert rule.trade is not None
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
            item=self.by_line(self.item),
            lines=self.by_line(settlement.pays),
            shipping=settlement.charges,
            savings={
                line: {name: split(amount, payers[name]) for name, amount in mine.items() if amount}
                for line, mine in amounts.items()
            },
            shipping_savings={
                charge: {name: split(amount, payers[name]) for name, amount in mine.items() if amount}
                for charge, mine in on_shipping.items()
            },
            used=[
                (
                    self.applications[at].rule.name,
                    self.applications[at].store,
                    self.applications[at].sku,
                    selection[at] if self.applications[at].rule.given == "held" else 0,
                    settlement.coins.get(at, 0),
                    sum(settlement.taken[at].values()),
                )
                for at in places
            ],
            item_rules=dict(item_rules),
            bought=bought,
            trades={rule.name: times for _, rule, times in trades},
            kept=dict(kept),
            earned=self.earned(settlement),
            because={
                (app.rule.name, app.store, app.sku): tuple(
                    sorted({run.line for run in app.counted if run not in app.scope})
                )
                for app in (self.applications[at] for at in places)
            },
            refused=self.refused,
            selections=self.size(),
            permitted=permitted,
        )
