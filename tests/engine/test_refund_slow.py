"""Refunds once more, written from SPEC section 8 alone and without any care for speed: every amount is dealt out cent by
cent over the units of its line, and a return adds up the units that come back. `engine.refund` must say the same, however
the units are split over returns and in whatever order they come.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pricing.engine.returning.refund import Earlier, agreed, refund
from pricing.model.cart import Cart, Lot
from pricing.model.kind import Kind
from pricing.model.policy import HOUSE_POLICY, Policy
from pricing.model.quote import Quote
from pricing.model.refund import Refund
from tests.engine.test_refund import quote, use

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

AT = datetime(2026, 6, 20, 12, tzinfo=UTC)
PIECES, COINS = 5, 137


def dealt(amount: int, units: int) -> list[int]:
    """An amount cent by cent over equal units: who comes back first is first in turn."""
    found = [0] * units
    for cent in range(amount):
        found[cent % units] += 1
    return found


def shared(amount: int, weights: list[int]) -> list[int]:
    """An amount in proportion to weights; cents left over go to the largest remainders, then weights, then places."""
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    found = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda place: (found[place] - exact[place], -weights[place], place))
    for place in order[: amount - sum(found)]:
        found[place] += 1
    return found


def slow(asked: Quote, units: Counter[str], policy: Policy) -> Counter[Any]:
    """All that has come back when so many units of each line have, by `paid-share`."""
    sums: Counter[Any] = Counter()
    saved = {
        rule: [line.savings[place].amount for line in asked.lines] for place, rule in enumerate(("select", "coins"))
    }
    whole = {
        rule: all(
            units[line.id] == line.quantity for line, amount in zip(asked.lines, saved[rule], strict=True) if amount
        )
        for rule in saved
    }
    back = 0
    for place, line in enumerate(asked.lines):
        many = units[line.id]
        sums["cash", line.id] += sum(dealt(line.pays, line.quantity)[:many])
        for saving in line.savings:
            sums["platform", saving.rule] += sum(dealt(saving.platform, line.quantity)[:many])
            sums["saved", saving.rule] += sum(dealt(saving.amount, line.quantity)[:many])
        back += sum(dealt(saved["select"][place], line.quantity)[:many])
        if sum(saved["coins"]):
            coins = shared(COINS, saved["coins"])[place]
            by_share = sum(dealt(coins, line.quantity)[:many])
            sums["coins", line.id] += {"by-share": by_share, "full-only": coins * whole["coins"], "never": 0}[
                policy.coins_return
            ]
    if sum(saved["select"]):
        by_share = PIECES if whole["select"] else min(PIECES - 1, PIECES * back // sum(saved["select"]))
        sums["pieces"] = {"by-share": by_share, "full-only": PIECES * whole["select"], "never": 0}[policy.returns]
    return sums


def added(back: Refund) -> Counter[Any]:
    """One refund in the same words."""
    sums: Counter[Any] = Counter({"pieces": sum(lot.pieces for lot in back.pieces)})
    assert sum(lot.pieces for lot in back.pieces) == sum(many for _, many in back.uses)
    for line in back.lines:
        sums["cash", line.id] += line.cash
        sums["coins", line.id] += line.coins
        assert line.cash >= 0 and line.coins >= 0
    for share in back.funders:
        sums["platform", share.rule] += share.platform
        sums["saved", share.rule] += share.amount
        assert share.platform >= 0 and share.seller >= 0
    return sums


_saved = st.one_of(st.integers(0, 4), st.integers(0, 900))
_line = st.tuples(st.integers(1, 900), st.integers(1, 6), _saved, _saved)
_lines = st.lists(_line, min_size=1, max_size=4)
_random = st.integers(0, 2**32).map(Random)


def order_of(lines: list[tuple[int, int, int, int]]) -> Quote:
    """An order in which a select coupon of five pieces and a coin payment save something on some lines."""
    shaped = []
    for price, units, one, two in lines:
        first = min(one, price * units)
        shaped.append((price, units, {"select": first, "coins": min(two, price * units - first)}))
    saved = {rule: sum(saving[rule] for _, _, saving in shaped) for rule in ("select", "coins")}
    used = [use("coins", Kind.COIN_PAYMENT, saved["coins"], coins=COINS)] if saved["coins"] else []
    used += [use("select", Kind.SELECT_COUPON, saved["select"], PIECES)] if saved["select"] else []
    return quote(shaped, used, [Lot("select", 2, datetime(2026, 7, 1, tzinfo=UTC)), Lot("select", 3)])


def split(asked: Quote, random: Random) -> list[Counter[str]]:
    """All units of an order in a random order, in random returns."""
    units = [line.id for line in asked.lines for _ in range(line.quantity)]
    random.shuffle(units)
    parts = []
    while units:
        many = random.randint(1, len(units))
        parts.append(Counter(units[:many]))
        units = units[many:]
    return parts


@given(
    _lines,
    st.sampled_from(["full-only", "by-share", "never"]),
    st.sampled_from(["full-only", "by-share", "never"]),
    _random,
)
def test_after_every_return_all_sums_are_those_of_the_units_that_are_back(
    lines: list[tuple[int, int, int, int]], returns: str, coins_return: str, random: Random
) -> None:
    asked = order_of(lines)
    policy = evolve(HOUSE_POLICY, returns=returns, coins_return=coins_return)
    before: Counter[str] = Counter()
    sums: Counter[Any] = Counter()
    for part in split(asked, random):
        sums += added(refund(asked, part, dict(before), at=AT, policy=policy))
        before += part
        assert +sums == +slow(asked, before, policy)
    assert {line.id: sums["cash", line.id] for line in asked.lines} == {line.id: line.pays for line in asked.lines}


@given(_lines, st.dictionaries(st.integers(0, 20), st.integers(0, 20_000)), _random)
def test_recompute_pays_up_to_what_the_kept_cart_leaves_and_never_takes_money(
    lines: list[tuple[int, int, int, int]], prices: dict[int, int], random: Random
) -> None:
    """The price of what is kept is whatever it is, even more than before: the sum paid back only ever grows."""
    asked = order_of(lines)
    goods = sum(line.pays for line in asked.lines)

    def price(kept: Cart) -> int:
        units = sum(line.quantity for line in kept.lines)
        return prices.get(units, goods * units // sum(line.quantity for line in asked.lines))

    policy = evolve(HOUSE_POLICY, refund="recompute")
    before: Counter[str] = Counter()
    cash: Counter[str] = Counter()
    paid = left = 0
    for part in split(asked, random):
        back = refund(asked, part, Earlier(dict(before), _all(asked, cash)), at=AT, policy=policy, price=price)
        before += part
        left = sum(line.quantity for line in asked.lines) - sum(before.values())
        worth = goods - (prices.get(left, goods * left // (left + sum(before.values()))) if left else 0)
        assert back.cash == max(0, worth - paid)
        paid += back.cash
        for line in back.lines:
            cash[line.id] += line.cash
        assert all(cash[line.id] <= line.pays for line in asked.lines)
    assert left == 0 and {line.id: cash[line.id] for line in asked.lines} == {
        line.id: line.pays for line in asked.lines
    }


def _all(asked: Quote, cash: Counter[str]) -> dict[str, int]:
    return {line.id: cash[line.id] for line in asked.lines}


@given(_lines, st.sampled_from(["paid-share", "recompute"]), _random)
def test_agreed_amounts_between_returns_change_no_line_s_sum_in_the_end(
    lines: list[tuple[int, int, int, int]], how: str, random: Random
) -> None:
    asked = order_of(lines)
    policy = evolve(HOUSE_POLICY, refund=how)
    before: Counter[str] = Counter()
    cash: Counter[str] = Counter()
    promised: Counter[str] = Counter()

    def price(kept: Cart) -> int:
        return sum(line.unit_price * line.quantity for line in kept.lines)  # without any saving: as dear as can be

    for part in split(asked, random):
        earlier = Earlier(dict(before), _all(asked, cash), agreed=dict(promised))
        line = random.choice([None, *(line.id for line in asked.lines)])
        room = sum(one.pays - cash[one.id] for one in asked.lines if line in (None, one.id))
        if room:
            for one in agreed(asked, random.randint(1, room), earlier, line).lines:
                cash[one.id] += one.cash
                promised[one.id] += one.cash
        earlier = Earlier(dict(before), _all(asked, cash), agreed=dict(promised))
        back = refund(asked, part, earlier, at=AT, policy=policy, price=price)
        before += part
        if how == "recompute":
            kept = sum(one.unit_price * (one.quantity - before[one.id]) for one in asked.cart.lines)
            worth = sum(one.pays for one in asked.lines) - kept - (sum(cash.values()) - sum(promised.values()))
            assert back.cash == min(max(0, worth), sum(one.pays - cash[one.id] for one in asked.lines))
        for one in back.lines:
            assert one.cash >= 0
            cash[one.id] += one.cash
        assert all(cash[one.id] <= one.pays for one in asked.lines)
    assert _all(asked, cash) == {one.id: one.pays for one in asked.lines}
