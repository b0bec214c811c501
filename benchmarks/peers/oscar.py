"""django-oscar, the shop a Python team would pick: its own offers, vouchers and applicator on in-memory SQLite.

Fair set-up. Every step of a ladder is a `ConditionalOffer`; which offers may meet on a line is written into
`combinations`, so that one step of a ladder and one coupon per store is used, as the rules want. Priorities follow the
layers, higher steps first. `unit_price` (the hook that the offer app loads) gives what is still to pay for a line, so
that thresholds are measured as our policy measures them; unchanged, oscar measures on the list price and would give
what nobody may get. Products, basket and vouchers are in the database beforehand; only `Applicator.apply` is timed.

What it cannot express: one coupon per store and one code per order (two whose goods differ would both be given, each on
its own lines; so the customer enters only the one that gives most on list prices), pieces shared between stores (handed
out beforehand, larger stores first), coins (taken off at the end, as the cheapest policy would), percentages with a cap
(a cart where a cap could bind is left out), and any choice at all: offers apply in order of priority.
"""

from __future__ import annotations

import os
import warnings
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.oscar_settings")
warnings.filterwarnings("ignore", module="haystack")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from oscar.apps.offer import abstract_models, conditions  # noqa: E402
from oscar.core.loading import get_class, get_model  # noqa: E402

from benchmarks.cards import Book, Card, Cart, Step, dollars  # noqa: E402
from benchmarks.peers.amounts import benefit, coin_caps, reached  # noqa: E402
from benchmarks.peers.facts import Facts, Offer, by_store, check_expressible, facts_of  # noqa: E402
from benchmarks.peers.peer import Answer  # noqa: E402

LAYERS = {"store discount": 4000, "seller coupon": 3000, "select coupon": 2000, "promo code": 1000}
"""Priority of each layer; steps add their place."""


def still_to_pay(offer: Any, line: Any) -> Decimal:
    """What one unit of the line costs after what was taken off so far."""
    return line.unit_effective_price - Decimal(line.discounts.total) / line.quantity  # type: ignore[no-any-return]


class Oscar:
    """The peer."""

    def __init__(self) -> None:
        call_command("migrate", run_syncdb=True, verbosity=0)
        conditions.unit_price = abstract_models.unit_price = still_to_pay
        self.user = get_user_model().objects.create(username="customer", email="customer@example.com")
        product_class = get_model("catalogue", "ProductClass").objects.create(
            name="goods", requires_shipping=True, track_stock=False
        )
        self.product_class = product_class
        self.partner = get_model("partner", "Partner").objects.create(name="market")
        self.categories: dict[str, Any] = {}
        self.count = 0

    def load(self, book: Book) -> None:
        check_expressible(book)
        for app, model in (
            ("basket", "Basket"),
            ("voucher", "Voucher"),
            ("offer", "ConditionalOffer"),
            ("offer", "Condition"),
            ("offer", "Benefit"),
            ("offer", "Range"),
            ("catalogue", "Product"),
        ):
            get_model(app, model).objects.all().delete()
        self.book, self.index = book, by_store(book)
        self.vouchers: dict[str, Any] = {}
        self.select_offers: dict[tuple[str, str], list[Any]] = {}
        self.shops = sorted({store for card in book.cards for store in card.stores})
        self.names = sorted({c for card in book.cards for c in (*card.categories, *card.without_categories)})
        self.names.append("other")
        made: list[tuple[Card, str, Any]] = []
        for card in book.cards:
            if card.kind == "coin payment":
                continue
            per_order = card.kind == "promo code"
            for store in [""] if per_order else card.stores or self.shops:
                offers = [self._offer(card, store, place, step) for place, step in enumerate(card.steps)]
                made += [(card, store, offer) for offer in offers]
                if card.kind == "select coupon":
                    self.select_offers[(card.name, store)] = offers
                    self._voucher(f"{card.name}-{store}", offers)
                elif card.kind != "store discount":
                    self._voucher(card.name, offers)
        for card, store, offer in made:
            offer.combinations.add(
                *(
                    other
                    for kind, place, other in made
                    if kind.kind != card.kind and (not store or not place or store == place)
                )
            )

    def ready(self, cart: Cart) -> tuple[Any, Facts]:
        """A fresh basket with the customer's vouchers."""
        facts = facts_of(self.book, cart, self.index)
        basket = get_model("basket", "Basket").objects.create(owner=self.user)
        basket.strategy = get_class("partner.strategy", "Selector")().strategy()
        for line in facts.lines:
            basket.add_product(self._product(line), quantity=int(str(line["quantity"])))
        pools = dict(facts.held)
        names = [_largest(facts, store.coupons) for store in facts.stores] + [_largest(facts, tuple(facts.codes))]
        by_size = sorted(facts.stores, key=lambda store: -sum(facts.amounts[place] for place in store.places))
        for store in by_size:
            for offer in store.selects:
                base = sum(facts.amounts[place] for place in offer.places)
                step = reached(offer.card.steps, base, offer.units)
                if step is not None and pools[offer.card.name] * offer.card.piece >= step.amount:
                    pools[offer.card.name] -= step.amount // offer.card.piece
                    names.append(f"{offer.card.name}-{store.store}")
        basket.vouchers.add(*(self.vouchers[name] for name in names if name in self.vouchers))
        return basket, facts

    def run(self, ready: tuple[Any, Facts]) -> tuple[Any, Facts]:
        basket, facts = ready
        get_class("offer.applicator", "Applicator")().apply(basket, self.user)
        return basket, facts

    def answer(self, result: tuple[Any, Facts]) -> Answer:
        basket, facts = result
        left = sum(line.unit_effective_price * line.quantity - line.discounts.total for line in basket.all_lines())
        goods = int((left * 100).to_integral_value(ROUND_CEILING))
        coins = 0
        if facts.coin_card is not None:
            per_item, per_order = coin_caps(facts.coin_card)
            coins = min(per_order, facts.cart["wallet"]["coins"], per_item * goods // 100)
        return Answer(
            total=goods - coins, exact=not caps_may_bind(facts), matched=len(basket.offer_applications.applications)
        )

    def _offer(self, card: Card, store: str, place: int, step: Step) -> Any:
        """One step as an offer over one range."""
        name = f"{card.name} {store} {place}"
        goods = self._range(card, store, name)
        condition = get_model("offer", "Condition").objects.create(
            range=goods,
            type="Value" if step.word == "spend" else "Count",
            value=Decimal(dollars(step.reach)) if step.word == "spend" else step.reach,
        )
        benefit = get_model("offer", "Benefit").objects.create(
            range=goods,
            type="Percentage" if step.percent else "Absolute",
            value=step.percent or Decimal(dollars(step.amount)),
        )
        offer_model = get_model("offer", "ConditionalOffer")
        return offer_model.objects.create(
            name=name,
            offer_type=offer_model.SITE if card.kind == "store discount" else offer_model.VOUCHER,
            exclusive=False,
            condition=condition,
            benefit=benefit,
            priority=LAYERS[card.kind] + 100 * (card.name.endswith("-money")) + place,
            max_basket_applications=1,
        )

    def _range(self, card: Card, store: str, name: str) -> Any:
        """The card's goods as a union of store-and-category categories."""
        goods = get_model("offer", "Range").objects.create(name=name)
        shops = [store] if store else [shop for shop in card.stores or self.shops if shop not in card.without_stores]
        names = [n for n in card.categories or self.names if n not in card.without_categories]
        goods.included_categories.add(*(self._category(shop, kind) for shop in shops for kind in names))
        return goods

    def _category(self, store: str, kind: str) -> Any:
        key = f"{store} {kind}"
        if key not in self.categories:
            self.categories[key] = get_model("catalogue", "Category").add_root(
                name=key, slug=f"c{len(self.categories)}"
            )
        return self.categories[key]

    def _product(self, line: dict[str, Any]) -> Any:
        """The line's product at its price."""
        self.count += 1
        kind = line["categories"][0]
        category = self._category(line["store"], kind if kind in self.names else "other")
        product = get_model("catalogue", "Product").objects.create(
            product_class=self.product_class, title=line["sku"], upc=str(self.count)
        )
        get_model("catalogue", "ProductCategory").objects.create(product=product, category=category)
        get_model("partner", "StockRecord").objects.create(
            product=product,
            partner=self.partner,
            partner_sku=str(self.count),
            price=Decimal(line["price"]),
            price_currency="USD",
            num_in_stock=10**6,
        )
        return product

    def _voucher(self, name: str, offers: list[Any]) -> None:
        now = datetime.now(UTC)
        voucher_model = get_model("voucher", "Voucher")
        voucher = voucher_model.objects.create(
            name=name,
            code=name.upper(),
            usage=voucher_model.MULTI_USE,
            start_datetime=now - timedelta(days=1),
            end_datetime=now + timedelta(days=30),
        )
        voucher.offers.add(*offers)
        self.vouchers[name] = voucher


def _largest(facts: Facts, offers: tuple[Offer, ...]) -> str:
    """The name of the offer that gives most on the list amounts; empty when none gives anything."""

    def worth(offer: Offer) -> int:
        base = sum(facts.amounts[place] for place in offer.places)
        return benefit(reached(offer.card.steps, base, offer.units), base)

    best = max(offers, key=worth, default=None)
    return best.card.name if best is not None and worth(best) else ""


def caps_may_bind(facts: Facts) -> bool:
    """Whether a percentage of the list amounts could exceed its cap."""
    for store in facts.stores:
        for offer in (*store.discounts, *store.coupons):
            base = sum(facts.amounts[place] for place in offer.places)
            if any(
                step.percent and step.at_most and step.percent * base > 100 * step.at_most for step in offer.card.steps
            ):
                return True
    return False
