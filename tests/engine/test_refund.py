"""Refunds (SPEC section 8): unit by unit, any sequence to the same sums, both policies; what comes back beside cash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from money.currency import Currency
from money.money import Money

from pricing import agreed, refund
from pricing.engine.returning.refund import Earlier, used_lots
from pricing.model.cart import Cart, Customer, Line, Lot, ShippingCharge, Wallet
from pricing.model.errors import CartError
from pricing.model.kind import Kind
from pricing.model.policy import HOUSE_POLICY
from pricing.model.quote import Bought, Earned, Quote, QuoteCharge, QuoteLine, Saving, Use
from pricing.model.refund import FunderShare, Refund

AT = datetime(2026, 6, 20, 12, tzinfo=UTC)
SOON = AT + timedelta(days=2)
LATER = AT + timedelta(days=9)
BY_SHARE = evolve(HOUSE_POLICY, returns="by-share")
RECOMPUTE = evolve(HOUSE_POLICY, refund="recompute")


def quote(
    lines: Sequence[tuple[int, int, Mapping[str, int]]],
    used: Sequence[Use] = (),
    lots: Sequence[Lot] = (),
    bought: Sequence[Bought] = (),
    shipping: int = 0,
) -> Quote:
    """A quote by hand: (list price of one, units, what each rule saves) for each line; lines are called 1, 2, ..."""
    made = []
    for number, (price, units, saved) in enumerate(lines, 1):
        savings = tuple(Saving(rule, amount, amount // 2) for rule, amount in saved.items())
        pays = price * units - sum(saved.values())
        made.append(QuoteLine(str(number), "sku", "shop", units, price * units, price * units, pays, savings))
    cart = Cart(
        currency="USD",
        at=AT,
        lines=[
            Line(id=str(number), sku="sku", store="shop", price=(price, "USD"), quantity=units)
            for number, (price, units, _) in enumerate(lines, 1)
        ],
        shipping=[ShippingCharge(store="shop", method="post", amount=(shipping, "USD"))] if shipping else [],
        customer=Customer("ann"),
        wallet=Wallet(1000, lots),
    )
    return Quote(
        currency="USD",
        lines=tuple(made),
        shipping=(QuoteCharge("shop", "post", shipping, shipping, ()),) if shipping else (),
        used=tuple(used),
        bought=tuple(bought),
        kept=(),
        coins_spent=sum(use.coins for use in used) + sum(one.coins for one in bought),
        rules="",
        optimal=True,
        steps=0,
        lower_bound_minor=0,
        total_minor=sum(line.pays for line in made) + shipping,
        cart=cart,
    )


def use(rule: str, kind: Kind, amount: int, pieces: int = 0, coins: int = 0, store: str | None = None) -> Use:
    return Use(rule, kind, store, pieces, coins, amount)


def test_a_line_is_paid_back_unit_by_unit() -> None:
    asked = quote([(1000, 3, {"r": 299})])
    assert [
        refund(asked, {"1": 1}, {"1": before}, at=AT).cash for before in range(3)
    ] == [901, 900, 900]  # fmt: skip
    assert refund(asked, {"1": 3}, at=AT).cash == 2701


def test_other_lines_keep_their_savings_and_shipping_stays_unless_asked_for() -> None:
    asked = quote([(1000, 1, {"r": 100}), (2000, 1, {"r": 200})], shipping=500)
    back = refund(asked, {"1": 1}, at=AT)
    assert [(line.id, line.units, line.cash) for line in back.lines] == [("1", 1, 900)]
    assert back.shipping == 0 and str(back.total) == "USD 9.00"
    with_shipping = refund(asked, {"1": 1}, at=AT, shipping=True)
    assert (with_shipping.shipping, with_shipping.cash) == (500, 1400)
    assert refund(asked, {}, Earlier({"1": 1}), at=AT, shipping=True).cash == 500


def test_a_coupon_comes_back_with_the_last_line_that_used_it() -> None:
    asked = quote(
        [(1000, 2, {"six": 200}), (2000, 1, {"six": 400}), (500, 1, {})],
        [use("six", Kind.SELLER_COUPON, 600, 1, store="shop")],
        [Lot("six", 1, LATER)],
    )
    assert refund(asked, {"1": 2, "3": 1}, at=AT).coupons == {}
    assert refund(asked, {"2": 1}, {"1": 1}, at=AT).coupons == {}
    back = refund(asked, {"2": 1}, {"1": 2}, at=AT)
    assert back.pieces == (Lot("six", 1, LATER),) and back.uses == (("six", 1),)


def test_what_has_expired_does_not_come_back() -> None:
    asked = quote(
        [(1000, 1, {"six": 100, "CODE": 50})],
        [use("six", Kind.SELLER_COUPON, 100, 1), use("CODE", Kind.PROMO_CODE, 50)],
        [Lot("six", 1, SOON)],
    )
    used = (Lot("CODE", 1, LATER), Lot("six", 1, SOON))
    assert refund(asked, {"1": 1}, at=SOON - timedelta(seconds=1), used=used).uses == (("CODE", 1), ("six", 1))
    back = refund(asked, {"1": 1}, at=SOON, used=used)
    assert (back.pieces, back.expired, back.uses) == ((), (Lot("six", 1, SOON),), (("CODE", 1),))
    assert refund(asked, {"1": 1}, at=LATER, used=used).uses == ()


def test_pieces_by_share_come_back_longest_lasting_first() -> None:
    asked = quote(
        [(1000, 4, {"select": 400})],
        [use("select", Kind.SELECT_COUPON, 400, 4)],
        [Lot("select", 1, SOON), Lot("select", 5, LATER)],
    )
    back = [refund(asked, {"1": 1}, {"1": before}, at=AT, policy=BY_SHARE).pieces for before in range(4)]
    assert back == [(Lot("select", 1, LATER),)] * 3 + [(Lot("select", 1, SOON),)]
    assert refund(asked, {"1": 3}, at=AT).pieces == ()
    assert refund(asked, {"1": 4}, at=AT).coupons == {"select": 4}
    assert refund(asked, {"1": 4}, at=AT, policy=evolve(HOUSE_POLICY, returns="never")).coupons == {}


def test_bought_pieces_come_back_as_pieces() -> None:
    asked = quote(
        [(1000, 1, {"select": 600})],
        [use("select", Kind.SELECT_COUPON, 600, 3)],
        [Lot("select", 1, SOON)],
        [Bought("select", 2, 20, (("trade", 2),))],
    )
    assert used_lots(asked) == (Lot("select", 1, SOON), Lot("select", 2, None))
    back = refund(asked, {"1": 1}, at=AT)
    assert (back.coupons, back.coins) == ({"select": 3}, 0)


def test_a_trade_of_more_pieces_than_needed_gives_back_what_was_used() -> None:
    """One piece is held, two are used, and a trade gives three: the order used the held one and one of the three."""
    asked = quote(
        [(1000, 1, {"select": 400})],
        [use("select", Kind.SELECT_COUPON, 400, 2)],
        [Lot("select", 1, SOON)],
        [Bought("select", 3, 10, (("trade", 1),))],
    )
    assert used_lots(asked) == (Lot("select", 1, SOON), Lot("select", 1, None))
    assert refund(asked, {"1": 1}, at=AT).pieces == (Lot("select", 1, SOON), Lot("select", 1, None))
    late = refund(asked, {"1": 1}, at=SOON)
    assert (late.pieces, late.expired) == ((Lot("select", 1, None),), (Lot("select", 1, SOON),))


def test_each_store_s_pieces_come_back_with_that_store_s_lines() -> None:
    asked = quote(
        [(1000, 1, {"select": 200}), (1000, 1, {"select": 400})],
        [
            use("select", Kind.SELECT_COUPON, 200, 1, store="a"),
            use("select", Kind.SELECT_COUPON, 400, 2, store="b"),
        ],
        [Lot("select", 1, SOON), Lot("select", 2, LATER)],
    )
    asked = evolve(
        asked, lines=tuple(line._replace(store=store) for line, store in zip(asked.lines, "ab", strict=True))
    )
    assert refund(asked, {"1": 1}, at=AT).pieces == (Lot("select", 1, SOON),)
    assert refund(asked, {"2": 1}, at=AT).pieces == (Lot("select", 2, LATER),)


def test_coins_come_back_by_share_in_full_or_never() -> None:
    asked = quote(
        [(1000, 2, {"coins": 100}), (1000, 1, {"coins": 50})], [use("coins", Kind.COIN_PAYMENT, 150, coins=15)]
    )

    def coins(policy: str) -> list[int]:
        house = evolve(HOUSE_POLICY, coins_return=policy)
        steps = [({"1": 1}, {}), ({"2": 1}, {"1": 1}), ({"1": 1}, {"1": 1, "2": 1})]
        return [refund(asked, now, before, at=AT, policy=house).coins for now, before in steps]

    assert coins("by-share") == [5, 5, 5]
    assert coins("full-only") == [0, 0, 15]
    assert coins("never") == [0, 0, 0]


def test_recompute_pays_the_difference_to_the_kept_cart_and_never_takes_money() -> None:
    asked = quote([(6000, 1, {"over-100": 900}), (6000, 1, {"over-100": 900})])

    def price(kept: Cart) -> int:
        goods = sum(line.unit_price * line.quantity for line in kept.lines)
        return goods - (1800 if goods >= 10000 else 0)

    back = refund(asked, {"1": 1}, at=AT, policy=RECOMPUTE, price=price)
    assert back.cash == 10200 - 6000
    rest = refund(asked, {"2": 1}, Earlier({"1": 1}, {"1": back.cash, "2": 0}), at=AT, policy=RECOMPUTE, price=price)
    assert back.cash + rest.cash == 10200
    # Giving back something small can cost the whole discount: then nothing is paid, and nothing is taken.
    small = quote([(9500, 1, {"over-100": 1700}), (600, 1, {"over-100": 100})])
    nothing = refund(small, {"2": 1}, at=AT, policy=RECOMPUTE, price=price)
    assert nothing.cash == 0
    with pytest.raises(CartError, match="needs a price function"):
        refund(small, {"2": 1}, at=AT, policy=RECOMPUTE)


def test_an_agreed_amount_is_at_most_what_is_still_held() -> None:
    asked = quote([(1000, 2, {}), (500, 1, {})])
    assert [line.cash for line in agreed(asked, 500, Earlier()).lines] == [400, 100]
    assert agreed(asked, 2000, Earlier(), "1").cash == 2000
    for amount, line in ((2501, None), (2001, "1"), (0, None), (-5, None), (1, "9"), (True, None)):
        with pytest.raises(CartError):
            agreed(asked, amount, Earlier(), line)
    with pytest.raises(CartError, match=r"at most 15\.00"):
        agreed(asked, 1501, Earlier({"1": 1}))
    # What was agreed on a unit is not paid again when it comes back.
    later = refund(asked, {"1": 2}, Earlier({}, {"1": 300, "2": 0}), at=AT)
    assert later.cash == 1700


@pytest.mark.parametrize(
    ("returned", "before", "message"),
    [
        ({"9": 1}, {}, "no line '9' @ returned"),
        ({"1": 3}, {}, "only 2 of 2 units are left to return, not 3 @ returned[1]"),
        ({"1": 2}, {"1": 1}, "only 1 of 2 units are left"),
        ({"1": -1, "2": 1}, {}, "units are a whole number from 0, not -1"),
        ({"1": True}, {}, "not true"),
        ({}, {}, "nothing is returned"),
        ({"1": 0}, {}, "nothing is returned"),
        ({"1": 1}, {"1": 5}, "only 2 of 2 units are left to return, not 5 @ before[1]"),
    ],
)
def test_impossible_returns_are_told(returned: dict[str, int], before: dict[str, int], message: str) -> None:
    with pytest.raises(CartError) as failed:
        refund(quote([(1000, 2, {}), (500, 1, {})]), returned, before, at=AT)
    assert message in str(failed.value)


_line = st.tuples(st.integers(1, 2000), st.integers(1, 7), st.integers(0, 2000), st.integers(0, 2000))
_lines = st.lists(_line, min_size=1, max_size=4)


@given(_lines, st.integers(0, 500), st.sampled_from(["full-only", "by-share"]), st.randoms(use_true_random=False))
def test_every_sequence_of_returns_ends_at_the_same_sums(
    lines: list[tuple[int, int, int, int]], coins: int, returns: str, random: Random
) -> None:
    shaped = []
    for price, units, one, two in lines:
        first = min(one, price * units)
        shaped.append((price, units, {"select": first, "coins": min(two, price * units - first)}))
    selected = sum(saved["select"] for _, _, saved in shaped)
    paid_in_coins = sum(saved["coins"] for _, _, saved in shaped)
    used = []
    if paid_in_coins:
        used.append(use("coins", Kind.COIN_PAYMENT, paid_in_coins, coins=coins))
    if selected:
        used.append(use("select", Kind.SELECT_COUPON, selected, 3))
    asked = quote(shaped, used, [Lot("select", 3, LATER)])
    policy = evolve(HOUSE_POLICY, returns=returns)
    left = [line.id for line in asked.lines for _ in range(line.quantity)]
    random.shuffle(left)
    before: dict[str, int] = {}
    parts: list[Refund] = []
    while left:
        many = random.randint(1, len(left))
        now = {name: left[:many].count(name) for name in set(left[:many])}
        parts.append(refund(asked, now, before, at=AT, policy=policy))
        before = {name: before.get(name, 0) + now.get(name, 0) for name in {*before, *now}}
        left = left[many:]
    for line in asked.lines:
        assert sum(part.cash for back in parts for part in back.lines if part.id == line.id) == line.pays
    assert sum(back.coins for back in parts) == (coins if paid_in_coins else 0)
    assert sum(back.coupons.get("select", 0) for back in parts) == (3 if selected else 0)
    for rule, amount in (("select", selected), ("coins", paid_in_coins)):
        shares = [share for back in parts for share in back.funders if share.rule == rule]
        assert sum(share.amount for share in shares) == amount
        assert all(share.platform >= 0 and share.seller >= 0 for share in shares)
        saved = sum(s.platform for line in asked.lines for s in line.savings if s.rule == rule)
        assert sum(share.platform for share in shares) == saved
    assert all(line.cash >= 0 and line.coins >= 0 for back in parts for line in back.lines)


# The public names


def usd(amount: str) -> Money:
    return Money(amount, Currency.USD)


def parcels() -> Quote:
    """Two stores: one delivers in two parcels, of which coins and a bank pay a part; the other for nothing."""
    made = quote([(1000, 2, {}), (500, 1, {})], [use("coins", Kind.COIN_PAYMENT, 100, coins=10)])
    return evolve(
        made,
        lines=tuple(line._replace(store=store) for line, store in zip(made.lines, "ab", strict=True)),
        shipping=(
            QuoteCharge("a", "post", 600, 500, (Saving("coins", 100, 40, (("bank-x", 30),)),), "1"),
            QuoteCharge("a", "post", 300, 300, (), "2"),
            QuoteCharge("b", "post", 400, 0, (Saving("free", 400, 0),)),
        ),
    )


def test_shipping_comes_back_in_part_and_never_more_than_was_paid() -> None:
    asked = parcels()
    first = refund(asked, {}, at=AT, shipping={"a/post/1": usd("2.00"), "a/post/2": 1})
    assert (first.cash, first.shipping, first.charges) == (201, 201, (("a/post/1", 200), ("a/post/2", 1)))
    assert (first.coins, first.funders) == (4, (FunderShare("coins", 16, 12, (("bank-x", 12),)),))
    then = Earlier(shipping=dict(first.charges))
    rest = refund(asked, {}, then, at=AT, shipping=True)
    assert (rest.cash, rest.charges, rest.coins) == (300 + 299, (), 6)
    whole = refund(asked, {}, at=AT, shipping=True)
    assert (whole.cash, whole.coins) == (first.cash + rest.cash, first.coins + rest.coins)
    for amount, what in (
        ({"a/post/1": usd("3.01")}, "at most 3.00 is left to pay back, not 3.01"),
        ({"a/post/1": 0}, "a whole number above zero"),
        ({"a/post/1": Money("1", Currency.JPY)}, "is in JPY, but the order is in 'USD'"),
        ({"a/post/1": "1.00"}, "expected a Money, not str"),
        ({"b/post": 1}, "at most 0.00 is left to pay back, not 0.01"),
        ({"a/post": 1}, "no charge 'a/post'"),
        ("a/post", "expected True, False or amounts by charge"),
    ):
        with pytest.raises(CartError, match=what):
            refund(asked, {}, then, at=AT, shipping=amount)  # type: ignore[arg-type]
    with pytest.raises(CartError, match="paid back before"):
        refund(asked, {}, Earlier(shipping={"a/post/1": 500, "a/post/2": 300}), at=AT, shipping=True)


def test_an_agreed_amount_names_whom_it_is_taken_from() -> None:
    asked = parcels()
    with pytest.raises(CartError, match="name the line or the store that it is for: a, b @ store"):
        agreed(asked, usd("1.00"))
    assert [(line.id, line.cash) for line in agreed(asked, usd("1.00"), store="b").lines] == [("2", 100)]
    assert agreed(asked, usd("20.00"), line="1").total == usd("20.00")
    for wrong, what in (
        ({"store": "c"}, "the order has no store 'c'"),
        ({"line": "1", "store": "b"}, "the order has no line '1' at 'b'"),
        ({"line": "9"}, "the order has no line '9'"),
    ):
        with pytest.raises(CartError, match=what):
            agreed(asked, 1, **wrong)  # type: ignore[arg-type]


def test_coins_earned_are_taken_back_by_share_in_the_customers_favour() -> None:
    asked = evolve(quote([(1000, 3, {}), (500, 1, {})]), earned=(Earned("club", 10, ("1",)), Earned("all", 7)))
    taken = []
    for before in range(3):
        taken.append(refund(asked, {"1": 1}, {"1": before}, at=AT).earned)
    assert taken == [(("all", 2), ("club", 3)), (("all", 2), ("club", 3)), (("all", 2), ("club", 4))]
    assert refund(asked, {"2": 1}, {"1": 3}, at=AT).earned == (("all", 1),)


def test_a_return_that_cannot_be_is_told() -> None:
    asked, odd, text = parcels(), cast("Any", 5), cast("Any", "1")
    cases: tuple[tuple[Any, dict[str, Any], str], ...] = (
        ([1], {}, "expected units by line, not a list @ returned"),
        ({"1": "x"}, {}, "units are a whole number from 0, not 'x'"),
        ({"1": 1}, {"at": "now"}, "needs an offset"),
        ({"1": 1}, {"quote": {}}, "expected a Quote, not an object"),
        ({"1": 1}, {"before": Earlier(shipping=odd)}, "expected True, False or amounts by charge, not 5"),
        ({"1": 1}, {"before": Earlier(shipping={"a/post/1": text})}, "a whole number from zero"),
        ({"1": 2}, {"before": {"1": 1}}, "only 1 of 2 units are left to return, not 2"),
    )
    for returned, words, what in cases:
        with pytest.raises(CartError, match=what):
            refund(**{"quote": asked, "returned": returned, "at": AT, **words})
