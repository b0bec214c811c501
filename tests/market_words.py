"""Random rules with every word of the second edition, for `markets.py` (sizes `words` and `more words`)."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from attrs import evolve

from pricing.forms import (
    AmountOff,
    AtEach,
    Bundle,
    Form,
    Get,
    GroupsFor,
    OffEach,
    OffSome,
    PayInAll,
    ShareOff,
    ShipAt,
    Slot,
)
from pricing.model.cart import Line, Lot, RuleUsage, ShippingCharge
from pricing.model.kind import CODE, HELD, LAYERS, TRAITS, Kind
from pricing.model.ladder import Caps, Earning, Limit, Reward, Step
from pricing.model.policy import Layer, Policy, PolicyLimit
from pricing.model.rule import PLATFORM, Rule
from pricing.model.scope import Clause, Scope
from tests.market_rules import CATEGORIES, KINDS, METHODS, SHARES, TAGS, Draft

WORDS_KINDS = {**KINDS, Kind.COIN_REWARD: 2, Kind.STORE_DISCOUNT: 9, Kind.CROSS_STORE_DISCOUNT: 6}
"""Every kind, and how often it is drawn."""

GROUPS = ("summer", "welcome")
PAYERS = ("bank-x", "brand-y")
UNIT_KINDS = frozenset(kind for kind in Kind if TRAITS[kind].on_units)
FURTHER = "member-price"
"""The further layers that policies name."""


def words_policy(rng: Random, policy: Policy) -> Policy:
    """With switches, limits and layers of the second edition."""
    changed: dict[str, Any] = {}
    if rng.random() < 0.3:
        changed["automatic"] = "when-better"
    if rng.random() < 0.4:
        changed["gets"] = "rounds"
    if rng.random() < 0.2:
        changed["floor"] = rng.choice((Fraction(1, 2), Fraction(7, 10), Fraction(333, 1000)))
    limits = list(policy.limits)
    if rng.random() < 0.3:
        limits.append(PolicyLimit(rng.choice((1, 2)), None, rng.choice(("order", "store")), codes=True))
    if rng.random() < 0.3:
        limits.append(PolicyLimit(1, None, "order", group=rng.choice(GROUPS)))
    changed["limits"] = tuple(limits)
    if rng.random() < 0.4:
        order = list(policy.order)
        for kind in rng.sample(LAYERS[2:-1], rng.choice((1, 2))):
            order.insert(rng.randint(2, len(order) - 1), Layer(kind, FURTHER))
        changed["order"] = tuple(order)
    return evolve(policy, **changed)


def words_lines(rng: Random, lines: list[Line], currency: str) -> list[Line]:
    """Struck prices, floors, and lines that are alike."""
    made = []
    for line in lines:
        words: dict[str, Any] = {}
        if rng.random() < 0.2:
            words["was"] = (line.unit_price + rng.choice((0, 100, 500)), currency)
        if rng.random() < 0.15:
            words["floor"] = (line.unit_price * rng.choice((0, 5, 8, 10, 12)) // 10, currency)
        made.append(evolve(line, price=(line.unit_price, currency), **words))
    return made


def words_shipping(rng: Random, charges: list[ShippingCharge], currency: str) -> list[ShippingCharge]:
    """Several parcels of one store and method."""
    more = []
    for charge in charges:
        if rng.random() < 0.2:
            more.append(ShippingCharge(charge.store, charge.method, (rng.choice((1, 300, 777)), currency), "p2"))
    return [*charges, *more]


class Words(Draft):
    """A market in the making, with the words of the second edition."""

    def kind_words(self, kind: Kind, at_home: bool) -> dict[str, Any]:
        if kind is Kind.COIN_REWARD:
            return self.reward()
        words = super().kind_words(kind, at_home)
        rng = self.rng
        if kind is Kind.COIN_PAYMENT:
            return self.coin_words(words)
        if kind in (Kind.FLASH_SALE, Kind.ITEM_DISCOUNT):
            return self.code_words(kind, words, 0.15)
        if kind is Kind.COIN_EXCHANGE:
            return words
        words["scope"] = scope = self.narrowed(words.get("scope", Scope()))
        if self.chance(0.15) and kind is not Kind.SELLER_COUPON:
            words["layer"] = FURTHER if Layer(kind, FURTHER) in self.policy.order else ""
        if self.chance(0.2):
            words["groups"] = (rng.choice(GROUPS),)
        if kind in UNIT_KINDS and self.chance(0.7):
            words = self.unit_words(kind, words, scope)
        elif kind is Kind.FREE_SHIPPING and self.chance(0.4):
            words["ladder"] = (evolve(words["ladder"][0], gives=ShipAt(rng.choice((0, 1, 100, 400)))),)
            if words["ladder"][0].repeats:
                words["ladder"] = (Step(gives=ShipAt(rng.choice((0, 1, 100, 400)))),)
        elif kind is not Kind.SELECT_COUPON and self.chance(0.2):
            words["ladder"] = (Step("money", 0, gives=PayInAll(self.whole(scope) * rng.choice((3, 6, 9)) // 10)),)
        if kind in (Kind.STORE_DISCOUNT, Kind.CROSS_STORE_DISCOUNT, Kind.FREE_SHIPPING):
            words = self.code_words(kind, words, 0.25)
        if kind is not Kind.SELECT_COUPON and self.chance(0.1) and len(words["ladder"]) > 0:
            words["ladder"] = self.with_nothing(words["ladder"])
        return words

    def whole(self, scope: Scope) -> int:
        return max(1, sum(line.unit_price * line.quantity for line in self.lines))

    def code_words(self, kind: Kind, words: dict[str, Any], probability: float) -> dict[str, Any]:
        """`held`, or `code`."""
        rng = self.rng
        if self.chance(probability):
            words["given"] = CODE
            words["codes"] = tuple(sorted(rng.sample(("SAVE", "Öl 5", "x-9"), rng.choice((1, 1, 2)))))
        elif TRAITS[kind].may_be_held and self.chance(probability):
            words["given"] = HELD
        return words

    def narrowed(self, scope: Scope) -> Scope:
        """Price bands, reduced goods and lists in a scope."""
        rng = self.rng
        only, never = list(scope.only), list(scope.never)
        if self.chance(0.08):
            price = rng.choice(self.lines).unit_price
            only.append(Clause("prices", low=price, high=rng.choice((None, price, price * 2))))
        if self.chance(0.1):
            never.append(Clause("reduced"))
        if self.chance(0.1):
            side = only if self.chance(0.7) else never
            side.append(self.listed())
        return Scope(tuple(only), tuple(never))

    def listed(self) -> Clause:
        rng = self.rng
        any_of = [Clause("categories", (rng.choice(CATEGORIES),))]
        if self.chance(0.5):
            any_of.append(Clause("skus", (rng.choice(self.lines).sku,)))
        if self.chance(0.3):
            any_of.append(Clause("tags", (rng.choice(TAGS),)))
        but_not = (Clause("brands", ("acme",)),) if self.chance(0.2) else ()
        return Clause("list", ("goods",), any_of=tuple(any_of), but_not=but_not)

    def with_nothing(self, ladder: tuple[Step, ...]) -> tuple[Step, ...]:
        """`take nothing`, on top."""
        last = ladder[-1]
        if last.repeats or (isinstance(last.gives, Form) and last.gives.on_units and last.reach == 0):
            return ladder
        if last.measure == "money":
            return (*ladder, Step("money", last.reach + self.rng.choice((1, 500, 3000))))
        return (*ladder, Step(last.measure, last.reach + self.rng.choice((1, 2))))

    # --- benefits on units --------------------------------------------------------------------------------------------

    def unit_words(self, kind: Kind, words: dict[str, Any], scope: Scope) -> dict[str, Any]:
        words = dict(words)
        if self.chance(0.25):
            words["ladder_per"] = "sku"
            if words["caps"].per_store is not None and kind is not Kind.SELLER_COUPON:
                words["caps"] = evolve(words["caps"], per_store=None)
        may_count = words["ladder_per"] != "sku"
        if may_count and self.chance(0.35):
            words["counts"] = self.counts()
        words["ladder"] = self.unit_ladder("counts" in words)
        if isinstance(words["ladder"][0].gives, Bundle | GroupsFor):
            words.pop("counts", None)
        return words

    def counts(self) -> Scope:
        rng = self.rng
        if self.chance(0.2):
            return Scope()
        clause = rng.choice(
            (
                Clause("categories", (rng.choice(CATEGORIES),)),
                Clause("skus", tuple(sorted({line.sku for line in rng.sample(self.lines, 1)}))),
                Clause("tags", (rng.choice(TAGS),)),
                self.listed(),
            )
        )
        return Scope((clause,)) if self.chance(0.6) else Scope((), (clause,))

    def price_of_one(self) -> int:
        return max(1, self.rng.choice(self.lines).unit_price)

    def some_units(self) -> int:
        units = sum(line.quantity for line in self.lines)
        return self.rng.randint(1, max(1, min(units, 5)))

    def money_step(self) -> Step:
        """A step by money without its benefit: `take`, `spend` or `every`."""
        reach = self.threshold(self.lines)
        return self.rng.choice((Step(), Step("money", reach), Step("money", max(1, reach // 3), True)))

    def unit_ladder(self, has_counts: bool) -> tuple[Step, ...]:
        rng = self.rng
        price = self.price_of_one()
        amount, share = max(1, price // rng.choice((2, 3, 5, 9))), rng.choice(SHARES)
        most = rng.choice((None, None, 1, 2))
        style = rng.choice(("each", "some", "at", "for", "items", "get", "get", "bundle", "different"))
        by_share = self.chance(0.5)
        each = OffEach(0, share) if by_share else OffEach(amount)
        some = OffSome(
            rng.choice((1, 1, 2, 3)),
            self.chance(0.5),
            self.chance(0.5),
            0 if by_share else amount,
            share if by_share else Fraction(0),
        )
        if style in ("each", "some"):
            form = each if style == "each" else some
            return (self.plain_step(form, has_counts),)
        if style == "at":
            prices = sorted((price * 9 // 10, price // 2), reverse=True)
            reaches = sorted({self.some_units(), self.some_units() + 1})
            if self.chance(0.5):
                return (Step(gives=AtEach(prices[0])),)
            return tuple([Step("units", at, gives=AtEach(v)) for at, v in zip(reaches, prices, strict=False)])
        if style == "for":
            many = self.some_units()
            repeats = self.chance(0.7)
            cost = max(1, many * price * rng.choice((5, 8, 9)) // 10)
            return (Step("units", many, repeats, most if repeats else None, GroupsFor(cost)),)
        if style == "items":
            gives = AmountOff(amount) if not by_share or has_counts else ShareOff(share)
            return (Step("units", self.some_units(), True, most, gives),)
        if style == "bundle":
            return (Step("units", 0, most_times=most, gives=self.bundle(price, amount, share)),)
        if style == "different":
            gives = AmountOff(amount) if not by_share else ShareOff(share)
            return (Step("different", rng.choice((1, 2, 3)), gives=gives),)
        return (self.get(amount, share, price, most),)

    def plain_step(self, form: Form, has_counts: bool) -> Step:
        """`take … off each` and its like, with one of the thresholds that it goes with."""
        rng = self.rng
        style = rng.choice(("take", "spend", "buy", "every items"))
        if style == "every items" and not has_counts:
            return Step("units", self.some_units(), True, rng.choice((None, None, 1)), form)
        if style == "spend":
            return Step("money", self.threshold(self.lines), gives=form)
        if style == "buy":
            return Step("units", self.some_units(), gives=form)
        return Step(gives=form)

    def get(self, amount: int, share: Fraction, price: int, most: int | None) -> Step:
        rng = self.rng
        form = rng.choice((Get(0, Fraction(1)), Get(0, share), Get(0, amount=amount), Get(0, price=price // 2)))
        form = evolve(form, many=rng.choice((1, 1, 2, 3)), dearest=self.chance(0.3))
        style = rng.choice(("buy", "buy", "spend", "every", "items"))
        if style == "buy":
            return Step("units", rng.choice((1, 1, 2, 3)), most_times=most, gives=form)
        if style == "items":
            return Step("units", self.some_units(), True, most, form)
        reach = self.threshold(self.lines)
        if style == "every":
            return Step("money", max(1, reach // rng.choice((1, 2, 3))), True, most, form)
        return Step("money", reach, gives=form)

    def bundle(self, price: int, amount: int, share: Fraction) -> Bundle:
        rng = self.rng
        slots = []
        for _ in range(rng.choice((1, 2, 2, 3))):
            clause = rng.choice(
                (
                    Clause("categories", (rng.choice(CATEGORIES[:2]),)),
                    Clause("skus", tuple(sorted({rng.choice(self.lines).sku, rng.choice(self.lines).sku}))),
                    Clause("stores", (rng.choice(self.lines).store,)),
                    self.listed(),
                )
            )
            slots.append(Slot(rng.choice((1, 1, 2)), Scope((clause,))))
        many = sum(slot.many for slot in slots)
        return rng.choice(
            (
                Bundle(tuple(slots), price=many * price * rng.choice((3, 6, 8)) // 10),
                Bundle(tuple(slots), amount=amount),
                Bundle(tuple(slots), share=share),
            )
        )

    # --- coins, limits, who pays --------------------------------------------------------------------------------------

    def reward(self) -> dict[str, Any]:
        rng = self.rng
        reach = max(1, self.whole(Scope()) // rng.choice((3, 10, 40)))
        if self.chance(0.5):
            earnings: tuple[Earning, ...] = (Earning(rng.choice((1, 2, 10)), reach, True),)
        else:
            earnings = (Earning(5, reach), Earning(12, reach * 3))
        return {
            "scope": self.narrowed(self.scope(Kind.COIN_REWARD)),
            "reward": Reward(earnings, rng.choice((None, 3, 20))),
            "limits": (),
        }

    def coin_words(self, words: dict[str, Any]) -> dict[str, Any]:
        if self.chance(0.4):
            words["rate"] = evolve(words["rate"], in_steps=True)
        if self.chance(0.3):
            words["caps"] = evolve(words["caps"], per_order_share=self.rng.choice((Fraction(1, 4), Fraction(1, 10))))
        return words

    def caps(self, kind: Kind, per: str, lines: list[Line]) -> Caps:
        caps = super().caps(kind, per, lines)
        if self.chance(0.15) and caps.per_item is None:
            caps = evolve(caps, per_item=max(1, self.price_of_one() // self.rng.choice((3, 8))))
        return caps

    def limits(self, kind: Kind, per: str) -> tuple[Limit, ...]:
        limits = list(super().limits(kind, per))
        if self.chance(0.1):
            limits.append(Limit(2, "uses", self.rng.choice(("customer and day", "customer and week"))))
        return tuple(sorted(limits, key=lambda limit: (limit.unit, limit.per)))

    def seldom_words(self, kind: Kind, campaign: Any) -> dict[str, Any]:
        words = super().seldom_words(kind, campaign)
        rng = self.rng
        if kind is not Kind.COIN_EXCHANGE and self.chance(0.2):
            platform = rng.choice((Fraction(1, 2), Fraction(2, 3)))
            words["payers"] = ((rng.choice(PAYERS), Fraction(1, 3)), (PLATFORM, platform))
        if self.chance(0.05):
            word, values = rng.choice((("regions", ("US-CA", "US-NY")), ("payments", ("card-x", "cash"))))
            clause = Clause(word, (rng.choice(values),))
            words["audience"] = Scope((), (clause,)) if self.chance(0.3) else Scope((clause,))
        if self.chance(0.1) and kind is not Kind.COIN_EXCHANGE:
            words["budget_day"] = 50
        return words

    def relations(self, rule: Rule) -> dict[str, Any]:
        words = super().relations(rule)
        if rule.kind is Kind.COIN_EXCHANGE:
            return words
        if self.chance(0.1):
            words["never"] = (f"group {self.rng.choice(GROUPS)}",)
        if self.chance(0.1):
            words["combines"] = (f"group {self.rng.choice(GROUPS)}",)
        return words

    def give(self, rule: Rule) -> None:
        super().give(rule)
        if rule.given == HELD and TRAITS[rule.kind].given != HELD and not self.chance(0.2):
            self.lots.append(Lot(rule.name, self.rng.choice((1, 1, 2)), None))
        if rule.given == CODE and rule.codes and rule.kind is not Kind.PROMO_CODE and not self.chance(0.2):
            code = self.rng.choice(rule.codes)
            self.codes.append(self.rng.choice((code, f"{code}\n", code.lower(), f"\u200b{code}")))

    def earlier(self, rule: Rule) -> RuleUsage:
        return evolve(
            super().earlier(rule),
            spent_today=self.rng.choice((0, 49, 50)),
            customer_day=self.rng.choice((0, 1, 2)),
            customer_week=self.rng.choice((0, 1, 2)),
        )


__all__ = ["METHODS", "WORDS_KINDS", "Words", "words_lines", "words_policy", "words_shipping"]
