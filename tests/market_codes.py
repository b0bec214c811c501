"""Markets of single codes, which a cart names with the rule that the ledger found for them, and of cards that are held
and sold for coins though they are no coupons."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from pricing.model.cart import TypedCode
from pricing.model.kind import CODE, HELD, TRAITS, Kind
from pricing.model.rule import CodePattern, Rule
from tests.market_words import Words

PATTERNS = ("M-##", "Mail-###", "ÖL #")
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
WRONG_SIGNS = "01OIL-Ö"


class Coded(Words):
    """A market whose codes are single ones, many of them."""

    def kind_words(self, kind: Kind, at_home: bool) -> dict[str, Any]:
        words = super().kind_words(kind, at_home)
        may = kind is Kind.PROMO_CODE or (TRAITS[kind].may_be_held and words.get("given") == CODE)
        if may and self.chance(0.7):
            words |= {"given": CODE, "codes": (), "pattern": CodePattern(100, self.rng.choice(PATTERNS))}
        if words.get("given", TRAITS[kind].given) == HELD and self.chance(0.4):
            words["lasts_days"] = self.rng.choice((1, 3, 30))
        return words

    def give(self, rule: Rule) -> None:
        """The pair of a code and its rule; now and then of a code that it has not, or of another rule."""
        before = list(self.codes)
        super().give(rule)
        if rule.pattern is None:
            if rule.codes and rule.given == CODE and self.chance(0.2):
                self.codes.append(TypedCode(self.rng.choice(rule.codes), rule.name))  # a code that anybody may type
            return
        self.codes = before
        code = self.single(rule.pattern.pattern)
        names = [other.name for other in self.rules]
        style = self.rng.choice(("right", "right", "right", "right", "other rule", "wrong", "typed", "none", "twice"))
        if style in ("right", "twice"):
            self.codes.append(
                TypedCode(self.rng.choice((code, code.lower(), f" {code}\n", f"\u200b{code}")), rule.name)
            )
        if style == "twice":
            self.codes.append(TypedCode(self.single(rule.pattern.pattern), rule.name))
        elif style == "other rule":
            self.codes.append(TypedCode(code, self.rng.choice([*names, "NOBODYS"])))
        elif style == "wrong":
            self.codes.append(TypedCode(f"{code[:-1]}{self.rng.choice(WRONG_SIGNS)}", rule.name))
        elif style == "typed":
            self.codes.append(code)  # nobody looked it up: it belongs to no rule

    def single(self, pattern: str) -> str:
        """A code of this shape."""
        return "".join(self.rng.choice(SIGNS) if sign == "#" else sign for sign in pattern)

    def coin_exchange(self) -> dict[str, Any]:
        words = super().coin_exchange()
        held = [rule.name for rule in self.rules if rule.given == HELD]
        return {**words, "trade": evolve(words["trade"], coupon=self.rng.choice(held))}
