"""The worst cart: three disasters, random carts, the same answer every time."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest

from pricing.api import Engine
from pricing.audit.climb import by_money, by_share
from pricing.audit.folder import catalogue_of
from pricing.audit.starts import Bounds
from pricing.audit.worst import Audit, audit, endless
from pricing.language.loading.catalogue import NO_CATALOGUE, Catalogue
from tests.audit.markets import CATALOGUE, MIXED, book_of, campaigns, compare, random_trials

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

RULES = Path(__file__).parents[2] / "rules"

FLOOR = Fraction(40, 100)


def audited(cards: str, catalogue: Catalogue = CATALOGUE, effort: int = 1500) -> Audit:
    (made,) = audit(book_of(cards), catalogue, effort=effort)
    return made


def test_fifty_off_any_order_meant_for_orders_above_five_hundred() -> None:
    meant = 'platform coupon fifty "50 off 500"\n  spend 500.00 take 50.00 off\n  limit 1 use per customer\n'
    made = audited(meant)
    assert not made.below(FLOOR)
    worst = made.worst("share")
    assert worst is not None
    assert Fraction(90, 100) <= worst.share < Fraction(901, 1000)  # just above 500.00
    made = audited(meant.replace("spend 500.00 take", "take"))
    worst = made.worst("share")
    assert worst is not None
    assert worst.pays == worst.share == 0
    assert [finding.store for finding in made.below(FLOOR)] == ["alba", "brio", "cora", None]


def test_a_voucher_that_pays_whole_orders() -> None:
    made = audited('promo code STAFF "Everything"\n  take 100% off\n  limit 1 use per customer\n')
    worst = made.worst("money")
    assert worst is not None
    assert worst.pays == 0
    assert worst.saved == 20 * (1999 + 4500 + 12000 + 3300 + 8990 + 26000)  # twenty of each of the six dearest
    assert made.below(Fraction(1, 1000))


def test_a_coupon_that_can_be_used_without_end() -> None:
    cards = 'select coupon five "Five"\n  stores alba\n  piece 5.00\n  every 5.00 take 5.00 off\n'
    made = audited(cards)
    worst = made.worst("share")
    assert worst is not None
    assert worst.share < Fraction(1, 100)
    assert made.below(FLOOR)
    capped = audited(cards + "  at most 5.00 per order\n")
    money = capped.worst("money")
    assert money is not None
    assert money.saved == 500


def test_what_nothing_stops_is_named() -> None:
    cards = 'promo code AGAIN "Ten"\n  spend 50.00 take 10.00 off\n'
    rules = {rule.name: rule for rule in book_of(cards).rules}
    worst = audited(cards).worst("share")
    assert worst is not None
    assert endless(worst.quote, rules) == ("AGAIN",)
    for line in ("  limit 1 use per customer\n", "  limit 500 uses in total\n", "  budget 900.00 in total\n"):
        rules = {rule.name: rule for rule in book_of(cards + line).rules}
        assert endless(worst.quote, rules) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_worst_is_as_bad_as_that_of_random_carts(seed: int) -> None:
    book, bounds = book_of(MIXED), Bounds(4, 8)
    (made,) = audit(book, CATALOGUE, bounds=bounds, effort=2000)
    trials = list(islice(random_trials(book, CATALOGUE, "USD", bounds, seed), 2000))
    share, money = made.worst("share"), made.worst("money")
    assert share is not None and money is not None
    assert share.share <= min(trials, key=by_share).share
    assert money.saved >= min(trials, key=by_money).saved


@pytest.mark.parametrize("name", sorted(campaigns(RULES).keys() - {"all"}))
def test_the_worst_of_each_sample_campaign_is_as_bad_as_that_of_random_carts(name: str) -> None:
    """`python -m tests.audit.markets rules 100000` is the long run, with the effort that `pricing audit` takes."""
    found = list(compare(campaigns(RULES)[name], catalogue_of(RULES), 400, effort=1500))
    assert len(found) == 2
    assert [words for _, _, good, words in found if not good] == []


def test_the_answer_is_the_same_every_time() -> None:
    one, other = audited(MIXED, effort=600), audited(MIXED, effort=600)
    assert one == other
    assert one.carts <= 600 + 50


def test_what_is_found_is_what_the_engine_says() -> None:
    engine = Engine(book_of(MIXED))
    for finding in audited(MIXED, effort=600).findings:
        quote = engine.quote(finding.quote.cart)
        assert (finding.listed, finding.pays) == (sum(x.list for x in quote.lines), sum(x.pays for x in quote.lines))
        assert {line.store for line in quote.lines} == {finding.store} or finding.store is None
        assert len(quote.lines) <= Bounds().lines
        assert all(line.quantity <= Bounds().units for line in quote.lines)


def test_rules_that_hold_at_different_times_are_not_stacked() -> None:
    cards = (
        'promo code EARLY "Early"\n  hours from 06:00 until 08:00\n  take 30% off\n\n'
        'store discount late "Late"\n  stores alba\n  hours from 20:00 until 22:00\n  take 30% off\n'
    )
    worst = audited(cards).worst("share")
    assert worst is not None
    assert worst.share >= Fraction(699, 1000)
    assert len(worst.quote.used) == 1


def test_without_prices_goods_are_made_up() -> None:
    made = audited('store discount half "Half"\n  stores dora\n  categories toys\n  take 50% off\n', NO_CATALOGUE)
    worst = made.worst("share")
    assert made.made_up
    assert worst is not None
    assert worst.share == Fraction(1, 2)
    assert worst.quote.cart.lines[0].categories == ("toys",)


def test_no_rules_no_findings() -> None:
    made = audited('promo code NOTHING "For a sku that is not there"\n  skus Z-9\n  take 1.00 off\n')
    assert made.findings == ()
    assert made.worst("share") is None
