"""The worst cart of a rule book: per store and over stores, by share of the list price and by money.

Reads a `RuleBook` and a `Catalogue`; makes an `Audit`. What counts is goods: shipping is left out, and coins that pay
for goods are a saving like any other. The customer holds pieces of every coupon, has typed every code, and has coins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from attrs import frozen

from pricing.api import Engine
from pricing.audit.climb import Order, Till, Trial, by_money, by_share, climb, goods
from pricing.audit.passed_over import Omission, omissions
from pricing.audit.shelf import Shelf, shelf_of
from pricing.audit.situations import Occasion, occasions
from pricing.audit.starts import Basket, Bounds, basket_of, pool_of, reaching, singles
from pricing.language.loading.catalogue import Catalogue
from pricing.model.kind import CODE, HELD
from pricing.model.quote import Quote
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook

COINS = 100_000
EFFORT = 6_000
"""Carts to price."""
STEPS = 2_000
"""Work allowed to one cart while searching; the carts shown are priced with all that a quote may take."""
POOL, WIDE_POOL = 24, 40
"""Goods tried in one store, and over stores."""
BEST = 6
"""How many baskets are made worse, of those tried first."""
MOST_OCCASIONS = 24


@frozen
class WorstCart:
    """The worst cart of one store, or over several, in one of two senses."""

    store: str | None
    """None: over several stores."""
    sense: str
    """`share` or `money`."""
    listed: int
    pays: int
    quote: Quote

    @property
    def share(self) -> Fraction:
        """Of the list price of the goods, what is still paid."""
        return Fraction(self.pays, self.listed)

    @property
    def saved(self) -> int:
        return self.listed - self.pays


@frozen
class Audit:
    """What a search found in one currency."""

    currency: str
    findings: tuple[WorstCart, ...]
    """By store, over several stores last; for each the worst by share, then by money."""
    carts: int
    """How many were priced."""
    occasions: int
    bounds: Bounds
    made_up: bool
    """The catalogue has no prices, so that the goods are made up."""
    left_out: tuple[Omission, ...] = ()
    """What was not looked at."""

    def worst(self, sense: str) -> WorstCart | None:
        """The worst of all; None when nothing is for sale."""
        mine = [finding for finding in self.findings if finding.sense == sense]
        if sense == "share":
            return min(mine, key=lambda one: (one.share, -one.saved), default=None)
        return min(mine, key=lambda one: (-one.saved, one.share), default=None)

    def below(self, floor: Fraction) -> tuple[WorstCart, ...]:
        """Worst carts by share that pay less than the floor."""
        return tuple(one for one in self.findings if one.sense == "share" and one.share < floor)


def audit(
    book: RuleBook,
    catalogue: Catalogue,
    *,
    bounds: Bounds = Bounds(),  # noqa: B008  # frozen
    coins: int = COINS,
    effort: int = EFFORT,
    tell: Callable[[int], None] = lambda done: None,
) -> tuple[Audit, ...]:
    """The worst carts in each currency of the rules. `tell` hears now and then how many more carts were priced."""
    currencies = sorted({rule.currency for rule in book.rules})
    return tuple(
        _Search(book, catalogue, currency, bounds, coins, effort // len(currencies), tell).run()
        for currency in currencies
    )


class _Search:
    """One currency."""

    def __init__(
        self, book: RuleBook, catalogue: Catalogue, currency: str, bounds: Bounds, coins: int, effort: int,
        tell: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.engine = Engine(book)
        self.catalogue = catalogue
        self.not_tried = 0
        """The most occasions that were passed over for one store."""
        self.shelf: Shelf = shelf_of(self.engine.plan, catalogue, currency)
        self.occasions: tuple[Occasion, ...] = occasions(self.engine.plan, currency, coins)
        self.bounds = bounds
        self.effort = effort
        self.rules: dict[str, Rule] = {rule.name: rule for rule in book.rules}
        self.till = Till(Engine(book, STEPS), self.shelf, self.occasions, bounds)
        self.tell = tell
        self.told = 0
        self.tried: dict[str, list[Trial]] = {}
        """Of each store, what was found there."""

    def run(self) -> Audit:
        findings: list[WorstCart] = []
        stores = [store for store in self.shelf.stores if self._met(frozenset({store}))]
        if self.occasions:
            # A store gets work by how many rules look at it; what it leaves goes to the next.
            weights = [len(self._met(frozenset({store}))) for store in stores]
            alone = self.effort if len(stores) == 1 else self.effort * 6 // 10
            for place, store in enumerate(stores, 1):
                limit = alone * sum(weights[:place]) // sum(weights)
                findings += self._group(frozenset({store}), store, (), limit)
            if len(stores) > 1:
                findings += self._group(frozenset(stores), None, list(self._unions(stores)), self.effort)
        return Audit(
            self.shelf.currency, tuple(findings), self.till.count, len(self.occasions), self.bounds, self.shelf.made_up,
            omissions(self.rules.values(), self.catalogue, self.shelf, self.not_tried),
        )  # fmt: skip

    def _met(self, stores: frozenset[str]) -> frozenset[str]:
        """Rules that look at something in the stores."""
        places = [place for place, product in enumerate(self.shelf.products) if product.store in stores]
        return frozenset(name for place in places for name in self.shelf.rules[place])

    def _occasions(self, met: frozenset[str]) -> tuple[list[int], list[int]]:
        """Occasions on which different rules of some stores hold: those with the most rules, and the others."""
        first: dict[frozenset[str], int] = {}
        for place, occasion in enumerate(self.occasions):
            first.setdefault(occasion.rules & met, place)
        most = [place for rules, place in first.items() if rules and not any(rules < other for other in first)]
        rest = [place for rules, place in first.items() if rules and place not in most]
        passed_over = max(0, len(most) - MOST_OCCASIONS) + max(0, len(rest) - MOST_OCCASIONS)
        self.not_tried = max(self.not_tried, passed_over)
        return most[:MOST_OCCASIONS], rest[:MOST_OCCASIONS]

    def _group(self, stores: frozenset[str], store: str | None, more: Sequence[Basket], limit: int) -> list[WorstCart]:
        """The worst carts of a store, or over several."""
        met = self._met(stores)
        pool = pool_of(self.shelf, stores, met, POOL if store is not None else WIDE_POOL)
        most, rest = self._occasions(met)
        begun = self.till.count
        trials: dict[tuple[Basket, int], Trial] = {}

        def fits(trial: Trial) -> bool:
            return store is not None or len({self.shelf.products[place].store for place, _ in trial.basket}) > 1

        def keep(basket: Basket, occasion: int) -> None:
            trial = self.till.trial(basket, occasion)
            if trial.listed and fits(trial):
                trials[basket, occasion] = trial

        for turn, occasion in enumerate(most, 1):
            stop = begun + (limit - begun) * 6 * turn // (10 * len(most))
            rules = [self.rules[name] for name in sorted(self.occasions[occasion].rules & met)]
            for basket in (*more, *singles(pool, self.bounds), *reaching(self.shelf, pool, rules, self.bounds)):
                if self.till.count >= stop:
                    break
                keep(basket, occasion)
            self._told()
        return [
            finding
            for sense, order in _SENSES.items()
            if (finding := self._worst(store, sense, order, trials, fits, pool, rest, limit if sense == "money" else
                                       (self.till.count + limit) // 2)) is not None
        ]  # fmt: skip

    def _worst(
        self, store: str | None, sense: str, order: Order, trials: dict[tuple[Basket, int], Trial],
        fits: Callable[[Trial], bool], pool: Sequence[int], rest: Sequence[int], limit: int,
    ) -> WorstCart | None:  # fmt: skip
        """The worst of the trials, made worse still."""

        def ranked(trial: Trial) -> tuple[object, ...]:
            return (not fits(trial), *order(trial))

        found = sorted(trials.values(), key=ranked)[:BEST]
        if not found:
            return None
        for occasion in rest:  # fewer rules hold, but a lower price may have kept a step from being reached
            found += [self.till.trial(trial.basket, occasion) for trial in found[:BEST]]
        found = sorted(found, key=ranked)[:BEST]
        ends = [climb(self.till, trial, pool, ranked, limit) for trial in found]
        for trial in ends:
            trials[trial.basket, trial.occasion] = trial
        best = min(ends, key=ranked)
        if store is not None:
            self.tried.setdefault(store, []).extend(sorted(ends, key=ranked)[:2])
        self._told()
        quote = self.engine.quote(self.till.cart(best.basket, best.occasion))
        return WorstCart(store, sense, *goods(quote), quote)

    def _unions(self, stores: Iterable[str]) -> Iterable[Basket]:
        """The worst baskets of two stores and of more, put together."""
        found = [(store, trial) for store in stores for trial in self.tried.get(store, ())]
        for order in _SENSES.values():
            ranked = sorted(found, key=lambda one: order(one[1]))[:12]
            for place, (store, trial) in enumerate(ranked):
                for other, beside in ranked[place + 1 :]:
                    if other != store and len(trial.basket) + len(beside.basket) <= self.bounds.lines:
                        yield basket_of({**dict(trial.basket), **dict(beside.basket)})
            together: dict[int, int] = {}
            for _, trial in ranked:
                if len(together) + len(trial.basket) <= self.bounds.lines:
                    together.update(trial.basket)
                    yield basket_of(together)

    def _told(self) -> None:
        self.tell(self.till.count - self.told)
        self.told = self.till.count


_SENSES: dict[str, Order] = {"share": by_share, "money": by_money}


def endless(quote: Quote, rules: dict[str, Rule]) -> tuple[str, ...]:
    """Coupons and codes that a quote used and that nothing stops from being used in order after order."""
    names = sorted({use.rule for use in quote.used})
    return tuple(name for name in names if name in rules and is_endless(rules[name]))


def is_endless(rule: Rule) -> bool:
    """A coupon or code without a limit per customer, per day or in total, and without a budget."""
    if rule.given not in (HELD, CODE):
        return False
    unlimited = rule.budget is None and rule.budget_day is None
    return unlimited and all(limit.per == "order" for limit in rule.limits)
