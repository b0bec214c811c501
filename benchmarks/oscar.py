"""django-oscar's way of using a voucher, for comparison: what its `OrderCreator.place_order` does about one voucher.

Needs `pip install django-oscar` (no dependency of the library). Reads a PostgreSQL URL; makes oscar's own tables there
and applies one voucher to many orders from several processes: the order's row, the voucher's row lock and checks, the
usage of the offer, the discount and the voucher, in one transaction. No basket, no lines, no stock: those would only
slow it down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

_APPS = """
config.Shop address.apps.AddressConfig analytics.apps.AnalyticsConfig basket.apps.BasketConfig
catalogue.apps.CatalogueConfig catalogue.reviews.apps.CatalogueReviewsConfig checkout.apps.CheckoutConfig
communication.apps.CommunicationConfig customer.apps.CustomerConfig offer.apps.OfferConfig order.apps.OrderConfig
partner.apps.PartnerConfig payment.apps.PaymentConfig search.apps.SearchConfig shipping.apps.ShippingConfig
voucher.apps.VoucherConfig wishlists.apps.WishlistsConfig dashboard.apps.DashboardConfig
"""
_DASHBOARDS = """
catalogue communications offers orders pages partners ranges reports reviews shipping users vouchers
"""
"""Nobody looks at them here, but oscar does not start without."""


class _NoMigrations:
    """Tables straight from the models: oscar's hundred migrations end at the same ones."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def set_up(url: str, limit: int) -> None:
    """Configures Django for this process and makes the tables with one voucher, `limit` times to be used."""
    import django
    from django.conf import settings
    from oscar import defaults

    parts = urlsplit(url)
    query = parse_qs(parts.query)
    apps = [f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "sites", "flatpages", "messages")]
    apps += [f"oscar.{app}" if app.startswith("config") else f"oscar.apps.{app}" for app in _APPS.split()]
    apps += [f"oscar.apps.dashboard.{name}.apps.{name.title()}DashboardConfig" for name in _DASHBOARDS.split()]
    settings.configure(
        **{name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")},
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path[1:],
                "USER": parts.username,
                "HOST": query["host"][0],
                "OPTIONS": {"options": query["options"][0]},
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=[*apps, "haystack", "treebeard", "django_tables2"],
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        MIGRATION_MODULES=_NoMigrations(),
        SECRET_KEY="benchmark",
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", run_syncdb=True, verbosity=0)
    _make_voucher(limit)
    connections.close_all()


def _make_voucher(limit: int) -> None:
    from oscar.core.loading import get_model

    ranges = get_model("offer", "Range").objects.create(name="all", includes_all_products=True)
    condition = get_model("offer", "Condition").objects.create(range=ranges, type="Count", value=1)
    benefit = get_model("offer", "Benefit").objects.create(range=ranges, type="Absolute", value=1)
    offer = get_model("offer", "ConditionalOffer").objects.create(
        name="hot", offer_type="Voucher", condition=condition, benefit=benefit, max_global_applications=limit
    )
    voucher = get_model("voucher", "Voucher").objects.create(
        name="HOT",
        code="HOT",
        start_datetime=datetime(2020, 1, 1, tzinfo=UTC),
        end_datetime=datetime(2100, 1, 1, tzinfo=UTC),
    )
    voucher.offers.add(offer)


def attempt(worker: str, attempts: int, latency: float, ready: Callable[[], None]) -> tuple[int, int, int]:
    """One process: so many orders with the voucher. (done, refused, thousandths of a second)."""
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection, transaction
    from oscar.core.loading import get_model

    def slowly(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        time.sleep(latency)
        return execute(sql, params, many, context)

    offers, vouchers = get_model("offer", "ConditionalOffer"), get_model("voucher", "Voucher")
    orders, discounts = get_model("order", "Order"), get_model("order", "OrderDiscount")
    guest = AnonymousUser()
    done = refused = 0
    offers.objects.get(name="hot")
    ready()
    begin = time.monotonic_ns()
    with connection.execute_wrapper(slowly):
        for number in range(attempts):
            offer = offers.objects.get(name="hot")
            if not offer.is_available():
                refused += 1
                continue
            with transaction.atomic():
                order = orders(
                    number=f"o-{worker}-{number}",
                    currency="USD",
                    total_incl_tax=Decimal("9.00"),
                    total_excl_tax=Decimal("9.00"),
                    shipping_incl_tax=Decimal(0),
                    shipping_excl_tax=Decimal(0),
                )
                order.save()
                voucher = vouchers.objects.select_for_update().get(code="HOT")
                if not voucher.is_active() or not voucher.is_available_to_user(user=guest)[0]:
                    raise AssertionError("the voucher is there for all")
                discount = {"offer": offer, "voucher": voucher, "freq": 1, "discount": Decimal("1.00")}
                discounts.objects.create(
                    order=order, offer_id=offer.id, offer_name=offer.name, voucher_id=voucher.id, frequency=1, amount=1
                )
                offer.record_usage(discount)
                voucher.record_discount(discount)
                voucher.record_usage(order, guest)
            done += 1
    seconds = (time.monotonic_ns() - begin) // 1_000_000
    connection.close()
    return done, refused, seconds


def limit_to(limit: int) -> None:
    """From now on the voucher's offer may be used so many times more."""
    from django.db import connections
    from oscar.core.loading import get_model

    get_model("offer", "ConditionalOffer").objects.update(max_global_applications=limit, num_applications=0)
    connections.close_all()


def uses() -> int:
    """How many orders had the voucher."""
    from django.db import connections
    from oscar.core.loading import get_model

    found = int(get_model("voucher", "VoucherApplication").objects.count())
    connections.close_all()
    return found
