"""Which rules a cart can be touched by, of a few that matter: those that changed, those that are counted.

Reads two rule books; makes a plan of the few rules alone, which the engine's own matching looks at. A rule that does not
apply to the cart (its time, its audience, its scope) moves no price, so a cart that no changed rule touches has one
price, not two (SPEC 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pricing.engine import Plan, PlannedRule, Situation, refusal_before_scope, rules_met, scope_of
from pricing.model.cart import Cart
from pricing.model.kind import Kind
from pricing.model.packed import meaning
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook

_NOBODY: frozenset[str] = frozenset()


class Glance:
    """What some rules look for in a cart: a no is sure, and takes no laying out of the cart."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._names: set[str] = set()
        """Of all the rules: a cart may hold coupons of theirs."""
        self._looked_for: dict[str, set[str]] = {}
        """By word of a scope, the values under which one of the rules is found."""
        self._by_code = False
        for plan in plans:
            self._names.update(plan.names)
            self._by_code = self._by_code or bool(plan.codes)
            for word, value in plan.met:
                self._looked_for.setdefault(word, set()).add(value)
        self._everywhere = "" in self._looked_for

    def may_meet(self, cart: Cart) -> bool:
        """Whether any of the rules may look at the cart."""
        if not self._names:
            return False
        if self._everywhere or (cart.codes and (self._by_code or not all(type(code) is str for code in cart.codes))):
            return True
        for lot in cart.wallet.coupons:
            if lot.rule in self._names:
                return True
        for word, values in self._looked_for.items():  # noqa: SIM110  # twice as fast as a generator
            if not values.isdisjoint(_values_of(cart, word)):
                return True
        return False


class Watch:
    """Some rules of a book, alone."""

    def __init__(self, book: RuleBook, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        """The rules that are asked about."""
        rules = [rule for rule in book.rules if rule.name in _with_exchanges(book, self.names)] if self.names else []
        self.plan = Plan(RuleBook(tuple(rules), book.policy)) if rules else None
        self.glance = Glance([self.plan] if self.plan is not None else [])

    def situation(self, cart: Cart) -> Situation | None:
        """The cart laid out for `met`; None when there are no rules at all."""
        return None if self.plan is None else Situation(self.plan, cart, {}, _NOBODY)

    def met(self, situation: Situation | None) -> list[PlannedRule]:
        """The rules that could apply to the cart, whatever has been used up."""
        if self.plan is None or situation is None:
            return []
        found = []
        for rule in rules_met(self.plan, situation):
            if not refusal_before_scope(rule, situation) and scope_of(rule, situation):
                found.append(rule)
        return found


class Watches:
    """The rules of several watches, of which any may touch a cart."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = [watch for watch in watches if watch.plan is not None]
        self._glance = Glance([watch.plan for watch in self._watches if watch.plan is not None])

    def touch(self, cart: Cart) -> bool:
        """Whether any of the rules could apply to the cart, which is laid out once where they look for the same words."""
        if not self._glance.may_meet(cart):
            return False
        known: Situation | None = None
        words: list[str] | None = None
        for watch in self._watches:
            if watch.plan is None:
                continue
            if known is None or words != watch.plan.words:
                known, words = watch.situation(cart), watch.plan.words
            if watch.met(known):
                return True
        return False


def _values_of(cart: Cart, word: str) -> set[str]:
    """What the lines of a cart say under a word of scopes, and what that lies under."""
    if word == "stores":
        return {line.store for line in cart.lines}
    if word == "skus":
        return {line.sku for line in cart.lines}
    if word == "brands":
        return {line.brand for line in cart.lines}
    if word == "tags":
        return {tag for line in cart.lines for tag in line.tags}
    paths = {path for line in cart.lines for path in line.categories}
    return {path[:end] for path in paths for end in (*_slashes(path), len(path))}


def _slashes(path: str) -> list[int]:
    return [at for at, sign in enumerate(path) if sign == "/"]


def changed(old: RuleBook, new: RuleBook) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the rules of each book that the other has not, or has otherwise. With another policy: all of them."""
    if old.policy != new.policy:
        return frozenset(rule.name for rule in old.rules), frozenset(rule.name for rule in new.rules)
    before = {rule.name: meaning(rule) for rule in old.rules}
    after = {rule.name: meaning(rule) for rule in new.rules}
    return (
        frozenset(name for name, digest in before.items() if after.get(name) != digest),
        frozenset(name for name, digest in after.items() if before.get(name) != digest),
    )


def counted(book: RuleBook) -> frozenset[str]:
    """Names of the rules with a limit beyond one order, or a budget."""
    return frozenset(rule.name for rule in book.rules if _is_counted(rule))


def _is_counted(rule: Rule) -> bool:
    budgets = rule.budget, rule.budget_day
    return any(budget is not None for budget in budgets) or any(limit.per != "order" for limit in rule.limits)


def _with_exchanges(book: RuleBook, names: frozenset[str]) -> frozenset[str]:
    """With the coupons that exchanges among them sell, and with all exchanges that sell their coupons."""
    sales = [(rule.name, rule.trade.coupon) for rule in book.rules if rule.trade is not None]
    coupons = names | {coupon for name, coupon in sales if name in names}
    return coupons | {name for name, coupon in sales if coupon in coupons}


def is_exchange(rule: PlannedRule) -> bool:
    return rule.kind is Kind.COIN_EXCHANGE
