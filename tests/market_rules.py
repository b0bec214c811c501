"""Random rules for `markets.py`: every kind, with thresholds, caps and limits where they bite."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from attrs import define, evolve, field

from pricing.forms import AmountOff, Get, ShareOff, ShipFree, amount_of
from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, TypedCode, Wallet
from pricing.model.kind import COUPON_KINDS, ITEM_KINDS, TRAITS, Kind
from pricing.model.ladder import Caps, Limit, Rate, Step, Trade
from pricing.model.policy import Policy
from pricing.model.rule import PLATFORM, Campaign, Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours
from tests.oracle import Oracle
from tests.oracle_match import line_in_scope

CATEGORIES = ("home", "home/kitchen", "home/kitchen/kettles", "home/kitchenware", "garden", "gift-cards")
BRANDS = ("acme", "bolt", "")
TAGS = ("organic", "heavy")
METHODS = ("standard", "express")
SEGMENTS = ("new", "vip", "follower")
SHARES = tuple(
    Fraction(percent) / 100 for percent in ("10", "15", "20", "33", "50", "12.5", "7.25", "33.33", "5", "1", "100")
)
SPLITS = tuple(Fraction(percent) / 100 for percent in ("40", "33.3", "50", "12.5", "99", "0", "100"))

ONE_USE_KINDS = (Kind.SELLER_COUPON, Kind.PLATFORM_COUPON, Kind.PROMO_CODE)
"""Used once per order unless their card says otherwise."""

KINDS = {
    Kind.FLASH_SALE: 3,
    Kind.ITEM_DISCOUNT: 3,
    Kind.STORE_DISCOUNT: 7,
    Kind.SELLER_COUPON: 7,
    Kind.CROSS_STORE_DISCOUNT: 4,
    Kind.SELECT_COUPON: 4,
    Kind.PLATFORM_COUPON: 5,
    Kind.PROMO_CODE: 5,
    Kind.FREE_SHIPPING: 5,
    Kind.COIN_PAYMENT: 3,
    Kind.COIN_EXCHANGE: 3,
}
"""Every kind, and how often it is drawn."""


@define
class Draft:
    """A market in the making."""

    rng: Random
    currency: str
    at: datetime
    lines: list[Line]
    shipping: list[ShippingCharge]
    policy: Policy
    campaigns: list[Campaign]
    segments: tuple[str, ...] = ()
    generous: int = 1
    """Above 1, savings are so large that goods cost nothing in many ways, and ties decide."""
    rules: list[Rule] = field(factory=list)
    coins: int = 0
    lots: list[Lot] = field(factory=list)
    codes: list[str | TypedCode] = field(factory=list)
    usage: dict[str, RuleUsage] = field(factory=dict)
    customer: str = "c-1"
    region: str = ""
    payment: str = ""

    def book(self) -> RuleBook:
        rules = tuple(sorted(self.rules, key=lambda rule: rule.name))
        return RuleBook(rules, self.policy, tuple(self.campaigns))

    def cart(self) -> Cart:
        return Cart(
            self.currency,
            self.at,
            self.lines,
            self.shipping,
            Customer(self.customer, self.segments),
            "app",
            "US",
            Wallet(self.coins, self.lots),
            [code for code in self.codes if not isinstance(code, str) or code.strip()],
            self.region,
            self.payment,
        )

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # --- one more rule ------------------------------------------------------------------------------------------------

    def add(self, kind: Kind, most_selections: int) -> None:
        """One more rule, unless there would be too many selections."""
        before = self.coins, list(self.lots), list(self.codes), dict(self.usage), list(self.rules)
        self.draw(kind)
        if Oracle(self.book(), self.cart(), self.usage).size() > most_selections:
            self.coins, self.lots, self.codes, self.usage, self.rules = before

    def draw(self, kind: Kind) -> None:
        coupons = [rule for rule in self.rules if rule.kind in COUPON_KINDS]
        if kind is Kind.COIN_EXCHANGE and not coupons:
            return
        twins = [rule for rule in self.rules if rule.kind is kind and kind is not Kind.COIN_EXCHANGE]
        if twins and self.chance(0.2):  # the same once more, for ties
            twin, name = self.rng.choice(twins), self.new_name(kind)
            codes = (name,) if kind is Kind.PROMO_CODE and twin.pattern is None else twin.codes
            rule = evolve(twin, name=name, codes=codes, never=(), combines=())
        else:
            campaign = self.campaigns[-1 if self.chance(0.05) else 0]
            words = self.kind_words(kind, campaign.currency == self.currency)
            rule = Rule(
                name=self.new_name(kind),
                kind=kind,
                label=f"A {kind}",
                currency=campaign.currency,
                zone=campaign.zone,
                campaign=campaign.name,
                **{"valid": campaign.valid, **words, **self.seldom_words(kind, campaign)},
            )
            rule = evolve(rule, claim=rule.valid)
        rule = evolve(rule, **self.relations(rule))
        self.rules.append(rule)
        self.give(rule)

    def new_name(self, kind: Kind) -> str:
        short = "".join(word[0] for word in kind.replace("-", " ").split())
        taken = {rule.name for rule in self.rules}
        while True:
            name = f"{self.rng.choice('abcdefgh')}{self.rng.randrange(10)}-{short}"
            name = name.upper() if kind is Kind.PROMO_CODE else name
            if name not in taken:
                return name

    def give(self, rule: Rule) -> None:
        """What the customer holds, has typed and has used before."""
        rng = self.rng
        if rule.kind in COUPON_KINDS and not self.chance(0.35 if rule.kind is Kind.SELECT_COUPON else 0.12):
            for _ in range(rng.choice((1, 1, 2)) if rule.kind is Kind.SELECT_COUPON else rng.choice((1, 1, 1, 2))):
                hours = rng.choice((None, None, 1, 24, 24, 24, 72, 72, 0, -5))
                pieces = rng.choice((1, 1, 1, 2)) if rule.kind is Kind.SELECT_COUPON else rng.choice((1, 1, 2))
                self.lots.append(Lot(rule.name, pieces, None if hours is None else self.at + timedelta(hours=hours)))
        if rule.kind is Kind.PROMO_CODE and not self.chance(0.1):
            self.codes.append(rng.choice((rule.name, rule.name.lower(), f" {rule.name} ")))
        if self.chance(0.25) or ((rule.limits or rule.budget) and self.chance(0.5)):
            self.usage[rule.name] = self.earlier(rule)

    def earlier(self, rule: Rule) -> RuleUsage:
        """Earlier uses, often so many that a limit is just used up, or just not."""
        rng = self.rng
        counts = {"customer": rng.choice((0, 0, 1, 2)), "day": rng.choice((0, 1)), "total": rng.choice((0, 3, 9))}
        items = rng.choice((0, 1, 2))
        for limit in rule.limits:
            left = limit.count - rng.choice((0, 1, 1, 2))
            if left >= 0 and limit.unit == "uses" and limit.per in counts:
                counts[limit.per] = left
            elif left >= 0 and limit.unit == "items":
                items = left
        budget = rule.budget or 7
        spent = rng.choice((0, budget - 1, budget, budget))
        return RuleUsage(counts["customer"], counts["day"], counts["total"], spent, items)

    def kind_words(self, kind: Kind, at_home: bool) -> dict[str, Any]:
        if kind in ITEM_KINDS:
            return self.item_rule()
        if kind is Kind.COIN_PAYMENT:
            return self.coin_payment()
        if kind is Kind.COIN_EXCHANGE:
            return self.coin_exchange()
        words: dict[str, Any] = {}
        per = TRAITS[kind].per
        if self.chance(0.25 if kind in ONE_USE_KINDS else 0.15):
            per = "order" if per == "store" else "store"
        words["scope"] = scope = self.scope(kind)
        lines = [line for line in self.lines if line_in_scope(scope, line)] or self.lines
        if per == "store":
            store = self.rng.choice(lines).store
            lines = [line for line in lines if line.store == store]
        words["ladder_per"] = per
        if kind is Kind.SELECT_COUPON:
            words |= self.select(lines)
        else:
            words["ladder"] = self.ladder(kind, lines)
        words["caps"] = self.caps(kind, per, lines)
        words["limits"] = self.limits(kind, per)
        return words

    # --- item rules and coins -----------------------------------------------------------------------------------------

    def item_rule(self) -> dict[str, Any]:
        rng = self.rng
        words: dict[str, Any] = {}
        if self.chance(0.5):
            some = rng.sample(self.lines, rng.randint(1, len(self.lines)))
            prices = {line.sku: line.unit_price * rng.choice((0, 3, 5, 8, 8, 9, 9, 10, 11)) // 10 for line in some}
            words["prices"] = tuple(sorted(prices.items()))
        else:
            words["scope"] = self.scope(Kind.ITEM_DISCOUNT)
        if not words.get("prices") or self.chance(0.1):  # a card may have both
            price = rng.choice(self.lines).unit_price
            if self.chance(0.7):
                at_most = max(1, price // 8) if self.chance(0.3) else None
                words["ladder"] = (Step(gives=ShareOff(rng.choice(SHARES[:-1])), at_most=at_most),)
            else:
                words["ladder"] = (Step(gives=AmountOff(max(1, price // rng.choice((3, 6, 10))))),)
            if self.chance(0.25):
                words["caps"] = Caps(per_item=max(1, price // 9))
        limits = set()
        if self.chance(0.5):
            limits.add(Limit(rng.randint(1, 4), "items", rng.choice(("order", "order", "customer"))))
        if self.chance(0.1):
            limits.add(Limit(rng.randint(1, 3), "uses", rng.choice(("customer", "day", "total"))))
        words["limits"] = ordered(limits)
        return words

    def coin_payment(self) -> dict[str, Any]:
        rng = self.rng
        whole = sum(line.unit_price * line.quantity for line in self.lines)
        rate = Rate(rng.choice((1, 3, 7, 10, 100)), rng.choice((1, 1, 2, 5, 10)))
        self.coins += rng.choice((0, 1, rate.coins * whole // rate.amount // rng.choice((3, 10, 30)))) % 2000
        caps = Caps(
            per_item=max(1, whole // 12) if self.chance(0.15) else None,
            per_item_share=rng.choice((Fraction(1, 10), Fraction(3333, 10000), Fraction(1, 20)))
            if self.chance(0.6)
            else None,
            per_order=max(1, whole // rng.choice((5, 9, 20))) if self.chance(0.5) else None,
        )
        words = {"rate": rate, "caps": caps, "scope": self.scope(Kind.COIN_PAYMENT), "limits": ()}
        if self.chance(0.1):
            words["limits"] = self.limits(Kind.COIN_PAYMENT, "order")
        return words

    def coin_exchange(self) -> dict[str, Any]:
        rng = self.rng
        coupons = [rule for rule in self.rules if rule.kind in COUPON_KINDS]
        selects = [rule for rule in coupons if rule.kind is Kind.SELECT_COUPON]
        coupon = rng.choice(selects if selects and self.chance(0.7) else coupons)
        trade = Trade(rng.choice((5, 10, 10, 20, 25)), rng.choice((1, 1, 1, 2, 3)), coupon.name)
        self.coins += trade.coins * rng.choice((0, 1, 2, 3, 4)) + rng.choice((0, 0, -1, 4)) + 1
        limits = set()
        if self.chance(0.6):
            limits.add(Limit(rng.randint(1, 3), "uses", rng.choice(("order", "order", "customer", "day"))))
        return {"trade": trade, "limits": ordered(limits)}

    # --- scope --------------------------------------------------------------------------------------------------------

    def scope(self, kind: Kind) -> Scope:
        rng = self.rng
        stores = sorted({line.store for line in self.lines})
        only: list[Clause] = []
        never: list[Clause] = []
        if kind is Kind.SELLER_COUPON:
            only.append(Clause("stores", (rng.choice(stores),)))
        elif self.chance(0.25):
            only.append(Clause("stores", tuple(sorted(rng.sample(stores, rng.randint(1, len(stores)))))))
        if self.chance(0.15):
            values = tuple(sorted(rng.sample(CATEGORIES, rng.choice((1, 1, 2)))))
            under = tuple(path for path in CATEGORIES if path.startswith(values[0] + "/"))
            only.append(Clause("categories", values, under[:1] if under and self.chance(0.2) else ()))
        if self.chance(0.06):
            only.append(Clause("brands", (rng.choice(BRANDS[:2]),)))
        if self.chance(0.06):
            only.append(Clause("tags", (rng.choice(TAGS),)))
        if self.chance(0.08):
            some = rng.sample(self.lines, rng.randint(1, len(self.lines)))
            only.append(Clause("skus", tuple(sorted({line.sku for line in some}))))
        if self.chance(0.15):
            never.append(
                rng.choice(
                    (
                        Clause("categories", (rng.choice(CATEGORIES),)),
                        Clause("skus", (rng.choice(self.lines).sku,)),
                        Clause("tags", (rng.choice(TAGS),)),
                    )
                )
            )
        if kind is Kind.FREE_SHIPPING and self.chance(0.4):
            (never if self.chance(0.3) else only).append(Clause("methods", (rng.choice(METHODS),)))
        return Scope(tuple(only), tuple(never))

    # --- ladders ------------------------------------------------------------------------------------------------------

    def bases(self, lines: list[Line]) -> list[int]:
        """Amounts that a threshold over these lines may be measured on."""
        ids = {line.id for line in lines}
        oracle = Oracle(self.book(), self.cart(), self.usage)
        of_lines = oracle.by_line(oracle.item)
        amounts = [sum(of_lines[line] for line in ids)]
        if len(ids) > 1:
            amounts.append(amounts[0] - of_lines[self.rng.choice(sorted(ids))])
        for _ in range(3):
            selection = tuple(self.rng.choice(oracle.choices(each)) for each in oracle.applications)
            pays = oracle.by_line(oracle.settle(selection).pays)
            amounts.append(sum(pays[line] for line in ids))
        return amounts

    def threshold(self, lines: list[Line]) -> int:
        return max(1, self.rng.choice(self.bases(lines)) + self.rng.choice((0, 0, 0, 0, 1, 1, -1, -7)))

    def value(self, whole: int, most: int | None = None) -> dict[str, Any]:
        """`take V off`: amount or share, at times with its own cap."""
        rng = self.rng
        whole *= self.generous
        if self.chance(0.45):
            at_most = max(1, whole // rng.choice((5, 10, 20))) if self.chance(0.4) else None
            return {"gives": ShareOff(rng.choice(SHARES)), "at_most": at_most}
        earlier = [amount_of(step) for rule in self.rules for step in rule.ladder if amount_of(step)]
        if earlier and self.chance(0.3):
            amount = rng.choice(earlier)
        else:
            amount = max(1, whole // rng.choice((3, 4, 5, 8, 10, 20)) + rng.choice((0, 0, 1)))
        return {"gives": AmountOff(amount if most is None else min(amount, most))}

    def ladder(self, kind: Kind, lines: list[Line]) -> tuple[Step, ...]:
        rng = self.rng
        whole = sum(line.unit_price * line.quantity for line in lines)
        if kind is Kind.FREE_SHIPPING:
            whole = sum(charge.minor for charge in self.shipping) or 1
        units = sum(line.quantity for line in lines)
        style = rng.choices(
            ("spend", "buy", "every", "every items", "get", "take"),
            (8, 2, 2, 1, 2 if kind is Kind.STORE_DISCOUNT else 0, 2),
        )[0]
        if kind is Kind.FREE_SHIPPING and self.chance(0.6):
            reach = self.threshold(lines) if self.chance(0.7) else 0
            return (Step(reach=reach, gives=ShipFree()),)
        if style == "take":
            if self.chance(0.2):  # more than the goods can take
                return (Step(gives=AmountOff(whole * rng.choice((1, 2)) + 1)),)
            return (Step(**self.value(whole)),)
        if style == "get":
            given = rng.choice((1, 1, 2))
            share = Fraction(1) if self.chance(0.6) else rng.choice(SHARES[:-1])
            return (Step("units", rng.randint(1, 2), gives=Get(given, share)),)
        if style == "every":
            reach = max(1, self.threshold(lines) // rng.choice((1, 2, 3)))
            by_share = {"gives": ShareOff(Fraction(rng.choice((2, 5, 10)), 100))}
            value = self.value(reach, reach) if self.chance(0.8) else by_share
            return (Step("money", reach, True, **value),)
        if style == "every items":
            return (Step("units", rng.randint(1, max(1, units)), True, **self.value(whole // max(1, units))),)
        if style == "buy":
            reaches = sorted({rng.randint(1, units + 1) for _ in range(rng.choice((1, 2)))})
            return tuple([Step("units", reach, **self.value(whole)) for reach in reaches])
        reaches = sorted({self.threshold(lines) for _ in range(rng.choice((1, 1, 2, 3)))})
        return tuple([Step("money", reach, **self.value(min(whole, reach), reach)) for reach in reaches])

    def select(self, lines: list[Line]) -> dict[str, Any]:
        rng = self.rng
        whole = sum(line.unit_price * line.quantity for line in lines)
        piece = max(1, self.generous * whole // rng.choice((8, 12, 20, 30)))
        reaches = sorted({max(piece, self.threshold(lines)) for _ in range(rng.choice((1, 2, 2, 3)))})
        steps = []
        for place, reach in enumerate(reaches):
            amount = piece * (place + rng.choice((1, 2, 3))) + (piece // 2 if self.chance(0.1) else 0)
            steps.append(Step("money", reach, gives=AmountOff(min(amount, reach))))
        if self.chance(0.1):
            units = sum(line.quantity for line in lines)
            steps = [Step("units", rng.randint(1, units + 1), gives=AmountOff(piece * rng.choice((1, 2))))]
        return {"piece": piece, "ladder": tuple(steps)}

    # --- caps, limits, relations --------------------------------------------------------------------------------------

    def caps(self, kind: Kind, per: str, lines: list[Line]) -> Caps:
        rng = self.rng
        whole = sum(line.unit_price * line.quantity for line in lines)
        if kind is Kind.FREE_SHIPPING:
            whole = sum(charge.minor for charge in self.shipping)
        words: dict[str, Any] = {}
        if self.chance(0.15):
            words["per_order"] = max(1, whole // rng.choice((3, 6, 12)))
        if per == "store" and self.chance(0.1):
            words["per_store"] = max(1, whole // rng.choice((4, 8)))
        if kind is not Kind.FREE_SHIPPING and self.chance(0.1):
            if self.chance(0.5):
                words["per_item"] = max(1, whole // rng.choice((6, 15)))
            else:
                words["per_item_share"] = rng.choice(SHARES[:-1])
        return Caps(**words)

    def limits(self, kind: Kind, per: str) -> tuple[Limit, ...]:
        limits = set()
        if self.chance(0.5 if per == "store" and kind in ONE_USE_KINDS else 0.15):
            limits.add(Limit(self.rng.randint(1, 3), "uses", "order"))
        if self.chance(0.2):
            limits.add(Limit(self.rng.randint(1, 4), "uses", self.rng.choice(("customer", "day"))))
        if self.chance(0.1):
            limits.add(Limit(self.rng.choice((4, 10)), "uses", "total"))
        return ordered(limits)

    def relations(self, rule: Rule) -> dict[str, Any]:
        """`never` and `combines`, with rules that are there already."""
        rng = self.rng
        if rule.kind is Kind.COIN_EXCHANGE:
            return {}
        words: dict[str, Any] = {}
        others = [other for other in self.rules if other.kind is not Kind.COIN_EXCHANGE]
        if others and self.chance(0.2):
            other = rng.choice(others)
            words["never"] = (rng.choice((other.name, other.kind.value, other.kind.value)),)
        elif self.chance(0.02):
            words["never"] = ("anything",)
        same = [other.name for other in others if other.kind is rule.kind and other.kind not in ITEM_KINDS]
        if same and self.chance(0.4):
            words["combines"] = tuple(sorted(set(rng.sample(same, rng.randint(1, len(same))))))
        if words.keys() == {"never", "combines"} and self.chance(0.8):
            del words[rng.choice(("never", "combines"))]
        return words

    def seldom_words(self, kind: Kind, campaign: Campaign) -> dict[str, Any]:
        """Words that refuse a rule now and then, and who pays."""
        rng = self.rng
        words: dict[str, Any] = {}
        if kind is not Kind.COIN_EXCHANGE:
            if self.chance(0.3):
                share = rng.choice(SPLITS)
                words["payers"] = ((PLATFORM, share),) if share else ()
            if self.chance(0.1):
                words["budget"] = rng.choice((2, 50, 1000))
        if self.chance(0.06):
            word, values = rng.choice(
                (("customers", SEGMENTS), ("countries", ("US", "JP")), ("channels", ("app", "web")))
            )
            clause = Clause(word, tuple(sorted(rng.sample(values, rng.choice((1, 1, 2))))))
            words["audience"] = Scope((), (clause,)) if self.chance(0.3) else Scope((clause,))
        if self.chance(0.02):
            words["days"] = tuple(sorted(rng.sample(range(7), rng.randint(3, 6))))
        if self.chance(0.03):
            start, end = rng.sample(range(0, 24 * 60, 30), 2)
            words["hours"] = (Hours(start, end),)
        if self.chance(0.05) and campaign.valid.start is not None:
            middle = self.at + timedelta(hours=rng.choice((0, 0, -24, 24)))
            window = campaign.valid
            words["valid"] = evolve(window, start=middle) if self.chance(0.5) else evolve(window, end=middle)
        return words


def ordered(limits: set[Limit]) -> tuple[Limit, ...]:
    return tuple(sorted(limits, key=lambda limit: (limit.unit, limit.per)))
