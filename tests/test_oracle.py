"""Carts worked out by pencil from SPEC, which pin the oracle. Amounts are US cents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from pricing.forms import AmountOff, Get, ShareOff
from pricing.model.cart import Cart, Customer, Line, Lot, RuleUsage, ShippingCharge, Wallet
from pricing.model.kind import LAYERS, Kind
from pricing.model.ladder import Caps, Limit, Rate, Step, Trade
from pricing.model.policy import Layer, Policy, PolicyLimit
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window
from tests.oracle import OracleQuote, forced, price
from tests.oracle_amounts import Split

AT = datetime(2026, 6, 20, 18, 30, tzinfo=UTC)  # a Saturday
OPEN = Policy()
TEN = Fraction(1, 10)


def line(name: str, store: str, each: int, quantity: int = 1, **words: Any) -> Line:
    return Line(sku=f"S{name}", store=store, price=(each, "USD"), quantity=quantity, id=name, **words)


def cart(*lines: Line, coins: int = 0, lots: tuple[Lot, ...] = (), **words: Any) -> Cart:
    return Cart("USD", words.pop("at", AT), lines, wallet=Wallet(coins, lots), **words)


def book(*rules: Rule, policy: Policy = OPEN) -> RuleBook:
    return RuleBook(tuple(sorted(rules, key=lambda rule: rule.name)), policy)


def rule(name: str, kind: Kind, *ladder: Step, **words: Any) -> Rule:
    return Rule(name, kind, ladder=ladder, **words)


def take(amount: int, **words: Any) -> Step:
    return Step(gives=AmountOff(amount), **words)


def off(share: Fraction | int, **words: Any) -> Step:
    return Step(gives=ShareOff(Fraction(share)), **words)


def parts(platform: int, seller: int) -> Split:
    return (("platform", platform), ("seller", seller))


def stores(*names: str) -> Scope:
    return Scope((Clause("stores", names),))


def held(*names: str, pieces: int = 1, expires: datetime | None = None) -> tuple[Lot, ...]:
    return tuple(Lot(name, pieces, expires) for name in names)


def uses(quote: OracleQuote) -> list[tuple[str, str | None, int]]:
    return [(name, store, pieces) for name, store, _, pieces, _, _ in quote.used]


# --- 2: which rules, which lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("each", "total"), [(2000, 4500), (1999, 4999)])
def test_a_threshold_is_reached_when_it_is_met_exactly(each: int, total: int) -> None:
    spend = rule("d", Kind.STORE_DISCOUNT, take(500, reach=5000))
    assert price(book(spend), cart(line("1", "alba", 3000), line("2", "alba", each))).total == total


def test_a_ladder_per_store_does_not_see_the_other_stores() -> None:
    lines = line("1", "alba", 3000), line("2", "brio", 3000)
    per_store = rule("d", Kind.STORE_DISCOUNT, take(500, reach=5000))
    per_order = rule("d", Kind.CROSS_STORE_DISCOUNT, take(500, reach=5000))
    assert price(book(per_store), cart(*lines)).total == 6000
    assert price(book(per_order), cart(*lines)).total == 5500


def test_scope_words_narrow_and_except_wins() -> None:
    scope = Scope((Clause("categories", ("home",)),), (Clause("skus", ("S2",)),))
    lines = (
        line("1", "alba", 1000, categories=("home/kitchen",)),
        line("2", "alba", 1000, categories=("home",)),
        line("3", "alba", 1000, categories=("homeware",)),
    )
    quote = price(book(rule("d", Kind.STORE_DISCOUNT, off(TEN), scope=scope)), cart(*lines))
    assert quote.lines == {"1": 900, "2": 1000, "3": 1000}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"currency": "EUR"}, "other-currency"),
        ({"valid": Window(start=AT + timedelta(seconds=1))}, "not-yet"),
        ({"valid": Window(start=AT)}, None),
        ({"valid": Window(end=AT)}, "expired"),
        ({"days": (5,)}, None),
        ({"days": (6,)}, "wrong-day-or-hour"),
        ({"days": (6,), "zone": "Asia/Tokyo"}, None),  # there it is Sunday 03:30
        ({"hours": (Hours(18 * 60 + 30, 19 * 60),)}, None),
        ({"hours": (Hours(17 * 60, 18 * 60 + 30),)}, "wrong-day-or-hour"),
        ({"hours": (Hours(22 * 60, 4 * 60),), "zone": "Asia/Tokyo"}, None),  # passes midnight
        ({"audience": Scope((Clause("customers", ("new", "vip")),))}, None),
        ({"audience": Scope((), (Clause("customers", ("vip",)),))}, "other-customer"),
        ({"audience": Scope((Clause("countries", ("JP",)),))}, "other-country"),
        ({"audience": Scope((Clause("channels", ("web",)),))}, "other-channel"),
        ({"scope": stores("brio")}, "no-item-in-scope"),
        ({"limits": (Limit(2, "uses", "customer"),)}, "used-up"),
        ({"limits": (Limit(4, "uses", "day"),)}, None),
        ({"limits": (Limit(9, "uses", "total"),)}, "used-up"),
        ({"budget": 700}, "no-budget"),
        ({"budget": 701}, None),
    ],
)
def test_a_rule_is_refused_with_its_reason(words: dict[str, Any], reason: str | None) -> None:
    some = rule("d", Kind.STORE_DISCOUNT, take(100), **words)
    usage = {"d": RuleUsage(customer=2, today=3, total=9, spent=700)}
    one = cart(line("1", "alba", 1000), customer=Customer("c", ("vip",)), country="US", channel="app")
    quote = price(book(some), one, usage)
    assert quote.refused.get("d") == reason
    assert quote.total == (900 if reason is None else 1000)


def test_coupons_are_held_and_codes_are_typed() -> None:
    rules = (
        rule("a", Kind.PLATFORM_COUPON, take(100)),
        rule("b", Kind.PLATFORM_COUPON, take(200), combines=("a", "c")),
        rule("c", Kind.PLATFORM_COUPON, take(400), combines=("a",)),
        rule("SAVE", Kind.PROMO_CODE, take(10)),
        rule("SAVE2", Kind.PROMO_CODE, take(20)),
    )
    lots = held("a") + held("b", expires=AT)
    quote = price(book(*rules), cart(line("1", "alba", 1000), lots=lots, codes=(" save ",)))
    assert quote.refused == {"b": "not-held", "c": "not-held", "SAVE2": "not-typed"}
    assert quote.total == 890


def test_a_customer_may_forbid_rules_and_kinds() -> None:
    rules = rule("a", Kind.PLATFORM_COUPON, take(100)), rule("d", Kind.STORE_DISCOUNT, take(200))
    quote = price(book(*rules), cart(line("1", "alba", 1000), lots=held("a")), without=("d", "platform coupon"))
    assert (quote.total, quote.refused) == (1000, {"a": "declined", "d": "declined"})


# --- 3: item prices ---------------------------------------------------------------------------------------------------


def test_an_item_discount_is_rounded_once_per_unit() -> None:
    sale = book(rule("i", Kind.ITEM_DISCOUNT, off(Fraction(1, 5))))
    assert price(sale, cart(line("1", "alba", 333, 3))).total == 999 - 3 * 67  # 66.6 is 67
    down = book(*sale.rules, policy=Policy(rounding="down"))
    assert price(down, cart(line("1", "alba", 333, 3))).total == 999 - 3 * 66


@pytest.mark.parametrize(
    ("limit", "first", "second"),
    [
        (2, 2 * 700, 2 * 720),  # 200 better than the item discount on line 1, 120 on line 2
        (3, 2 * 700, 600 + 720),
        (9, 2 * 700, 2 * 600),
    ],
)
def test_contested_units_go_where_they_save_most(limit: int, first: int, second: int) -> None:
    flash = rule("f", Kind.FLASH_SALE, prices=(("S1", 700), ("S2", 600)), limits=(Limit(limit, "items", "order"),))
    tenth = rule("i", Kind.ITEM_DISCOUNT, off(TEN))
    quote = price(book(flash, tenth), cart(line("1", "alba", 1000, 2), line("2", "alba", 800, 2)))
    assert quote.item == {"1": first, "2": second}


def test_units_bought_before_count_against_a_limit_per_customer() -> None:
    flash = rule("f", Kind.FLASH_SALE, prices=(("S1", 700),), limits=(Limit(3, "items", "customer"),))
    quote = price(
        book(flash), cart(line("1", "alba", 1000, 4), customer=Customer("c")), {"f": RuleUsage(items_customer=1)}
    )
    assert quote.item == {"1": 2 * 700 + 2 * 1000}
    assert quote.savings == {"1": {"f": (("seller", 600),)}}


def test_a_price_above_list_gives_nothing() -> None:
    flash = rule("f", Kind.FLASH_SALE, prices=(("S1", 1100),))
    quote = price(book(flash), cart(line("1", "alba", 1000)))
    assert (quote.total, quote.refused) == (1000, {"f": "nothing-to-save"})


# --- 4: amounts -------------------------------------------------------------------------------------------------------


def test_a_later_layer_measures_what_the_earlier_left() -> None:
    rules = rule("d", Kind.STORE_DISCOUNT, off(TEN)), rule("p", Kind.PLATFORM_COUPON, take(2000, reach=9001))
    one = cart(line("1", "alba", 10000), lots=held("p"))
    assert price(book(*rules), one).total == 9000
    assert price(book(*rules, policy=Policy(measured_on="item-price")), one).total == 7000
    kinds = (*LAYERS[:2], Kind.PLATFORM_COUPON, *(k for k in LAYERS[2:] if k != Kind.PLATFORM_COUPON))
    first = Policy(order=tuple(map(Layer, kinds)))
    assert price(book(*rules, policy=first), one).total == 7200  # 10000 - 2000, then a tenth of 8000


def test_two_applications_of_a_layer_do_not_see_each_other() -> None:
    def coupons(step: Step) -> RuleBook:
        return book(
            rule("a", Kind.SELLER_COUPON, step, scope=stores("alba")),
            rule("b", Kind.SELLER_COUPON, step, scope=stores("alba"), combines=("a",)),
        )

    one = cart(line("1", "alba", 10000), lots=held("a", "b"))
    assert price(coupons(off(TEN)), one).total == 8000  # not 8100
    quote = price(coupons(take(6000)), one)
    assert [use[5] for use in quote.used] == [6000, 4000]  # the second is cut to what the line still costs


def test_percentages_are_rounded_once_and_capped() -> None:
    lines = line("1", "alba", 333), line("2", "alba", 333)
    assert price(book(rule("d", Kind.STORE_DISCOUNT, off(TEN))), cart(*lines)).total == 666 - 67
    down = book(rule("d", Kind.STORE_DISCOUNT, off(TEN)), policy=Policy(rounding="down"))
    assert price(down, cart(*lines)).total == 666 - 66
    assert price(book(rule("d", Kind.STORE_DISCOUNT, off(TEN, at_most=50))), cart(*lines)).total == 616


def test_only_the_highest_step_counts_and_every_repeats() -> None:
    steps = take(500, reach=5000), take(1200, reach=10000), off(Fraction(15, 100), reach=20000, at_most=6000)
    ladder = book(rule("d", Kind.STORE_DISCOUNT, *steps))
    assert price(ladder, cart(line("1", "alba", 19999))).total == 18799
    assert price(ladder, cart(line("1", "alba", 20000))).total == 17000
    every = book(rule("c", Kind.CROSS_STORE_DISCOUNT, take(300, reach=3000, repeats=True)))
    assert price(every, cart(line("1", "alba", 9500))).total == 8600
    items = book(rule("c", Kind.CROSS_STORE_DISCOUNT, take(300, measure="units", reach=2, repeats=True)))
    assert price(items, cart(line("1", "alba", 1000, 5))).total == 4400


def test_buy_two_get_one_takes_the_cheapest_units() -> None:
    def get(share: Fraction) -> RuleBook:
        return book(rule("d", Kind.STORE_DISCOUNT, Step("units", 2, gives=Get(1, share))))

    five = line("1", "alba", 1000, 2), line("2", "alba", 600, 2), line("3", "alba", 400)
    assert price(get(Fraction(1)), cart(*five)).lines == {"1": 2000, "2": 1200, "3": 0}
    six = line("1", "alba", 1000, 2), line("2", "alba", 605, 3), line("3", "alba", 400)
    quote = price(get(Fraction(1, 2)), cart(*six))  # units at 400 and 605: half of 1005 is 502.5, so 503
    assert quote.lines == {"1": 2000, "2": 1815 - 303, "3": 200}  # 302.80 and 200.20


def test_shares_go_by_largest_remainder_then_weight_then_id() -> None:
    order = book(rule("c", Kind.CROSS_STORE_DISCOUNT, take(7)))
    quote = price(order, cart(line("1", "alba", 50), line("2", "alba", 30), line("3", "alba", 20)))
    assert quote.lines == {"1": 46, "2": 28, "3": 19}  # 3.5, 2.1, 1.4
    order = book(rule("c", Kind.CROSS_STORE_DISCOUNT, take(100)))
    quote = price(order, cart(line("9", "alba", 500), line("2", "alba", 500), line("10", "alba", 500)))
    assert quote.lines == {"10": 466, "2": 467, "9": 467}  # ids are text
    order = book(rule("c", Kind.CROSS_STORE_DISCOUNT, take(2)))
    quote = price(order, cart(line("1", "alba", 10), line("2", "alba", 30)))
    assert quote.lines == {"1": 10, "2": 28}  # 0.5 and 1.5: the larger weight


def test_shares_may_go_by_item_price() -> None:
    rules = (
        rule("d", Kind.STORE_DISCOUNT, take(500), scope=Scope((Clause("skus", ("S1",)),))),
        rule("p", Kind.CROSS_STORE_DISCOUNT, take(300)),
    )
    lines = line("1", "alba", 1000), line("2", "alba", 1000)
    assert price(book(*rules), cart(*lines)).lines == {"1": 400, "2": 800}
    assert price(book(*rules, policy=Policy(share_by="item-price")), cart(*lines)).lines == {"1": 350, "2": 850}


def test_what_a_cap_per_item_cuts_off_is_lost() -> None:
    coupon = rule("p", Kind.PLATFORM_COUPON, take(1000), caps=Caps(per_item=400))
    one = cart(line("1", "alba", 3000), line("2", "alba", 1000), line("3", "alba", 1000), lots=held("p"))
    assert price(book(coupon), one).lines == {"1": 2600, "2": 800, "3": 800}


def test_what_the_room_of_a_line_cuts_off_moves_or_is_lost() -> None:
    coupon = rule("p", Kind.PLATFORM_COUPON, take(1000))
    lines = line("1", "alba", 3000, floor=(2600, "USD")), line("2", "alba", 1000), line("3", "alba", 1000)
    one = cart(*lines, lots=held("p"))
    assert price(book(coupon), one).lines == {"1": 2600, "2": 700, "3": 700}
    assert price(book(coupon, policy=Policy(remainder="lost")), one).lines == {"1": 2600, "2": 800, "3": 800}


def test_more_than_the_goods_cost_is_cut_or_void() -> None:
    coupon = rule("p", Kind.PLATFORM_COUPON, take(2000))
    one = cart(line("1", "alba", 1500), lots=held("p"))
    assert price(book(coupon), one).total == 0
    assert price(book(coupon, policy=Policy(overflow="void")), one).total == 1500


def test_a_cap_per_order_is_used_up_in_order_of_store() -> None:
    discount = rule("d", Kind.STORE_DISCOUNT, off(TEN), caps=Caps(per_order=1200))
    quote = price(book(discount), cart(line("1", "brio", 5000), line("2", "alba", 10000)))
    assert quote.lines == {"1": 4800, "2": 9000}


SELECT = rule("s", Kind.SELECT_COUPON, take(200, reach=1500), take(600, reach=6500), piece=200)


def test_a_select_coupon_takes_as_many_pieces_as_its_step_allows() -> None:
    lines = line("1", "alba", 7000), line("2", "brio", 2000)
    quote = price(book(SELECT), cart(*lines, lots=held("s", pieces=5)))
    assert (quote.total, uses(quote)) == (8200, [("s", "alba", 3), ("s", "brio", 1)])
    assert quote.kept == {("s", None): 1}
    capped = Rule("s", Kind.SELECT_COUPON, ladder=SELECT.ladder, piece=200, caps=Caps(per_order=600))
    quote = price(book(capped), cart(*lines, lots=held("s", pieces=5)))
    assert (quote.total, uses(quote)) == (8400, [("s", "alba", 2), ("s", "brio", 1)])  # the smaller list


def test_coins_buy_pieces_and_what_is_left_pays() -> None:
    rules = (
        SELECT,
        rule("x", Kind.COIN_EXCHANGE, trade=Trade(10, 1, "s")),
        rule("c", Kind.COIN_PAYMENT, rate=Rate(100, 100)),
    )
    quote = price(book(*rules), cart(line("1", "alba", 7000), coins=25, lots=held("s")))
    assert (quote.total, quote.coins) == (7000 - 600 - 5, 25)
    assert (quote.bought, quote.trades) == ({"s": (2, 20)}, {"x": 2})
    limited = Rule("x", Kind.COIN_EXCHANGE, trade=Trade(10, 1, "s"), limits=(Limit(1, "uses", "order"),))
    quote = price(book(rules[0], limited, rules[2]), cart(line("1", "alba", 7000), coins=25, lots=held("s")))
    assert (quote.total, quote.coins) == (7000 - 400 - 15, 25)


def test_trades_are_whole_and_the_best_price_per_piece_goes_first() -> None:
    rules = (
        SELECT,
        rule("x", Kind.COIN_EXCHANGE, trade=Trade(6, 2, "s"), limits=(Limit(1, "uses", "order"),)),
        rule("y", Kind.COIN_EXCHANGE, trade=Trade(4, 1, "s")),
    )
    quote = price(book(*rules), cart(line("1", "alba", 7000), coins=10))
    assert (quote.total, quote.bought, quote.trades) == (6400, {"s": (3, 10)}, {"x": 1, "y": 1})


def test_coin_payment_takes_what_caps_and_coins_allow() -> None:
    lines = line("1", "alba", 999), line("2", "alba", 500)
    share = rule("c", Kind.COIN_PAYMENT, rate=Rate(1, 1), caps=Caps(per_item_share=TEN, per_order=500))
    quote = price(book(share), cart(*lines, coins=1000))
    assert (quote.lines, quote.coins) == ({"1": 900, "2": 450}, 149)
    odd = book(rule("c", Kind.COIN_PAYMENT, rate=Rate(2, 5)))
    quote = price(odd, cart(*lines, coins=3))  # 3 coins are worth 7.5; 7 cents cost 2.8 coins
    assert (quote.total, quote.coins) == (1492, 3)
    quote = price(book(rule("c", Kind.COIN_PAYMENT, rate=Rate(3, 1))), cart(*lines, coins=11))
    assert (quote.total, quote.coins) == (1496, 9)


def test_free_shipping_takes_from_the_charges_of_its_stores_and_methods() -> None:
    ships = Scope((Clause("methods", ("standard",)),))
    free = rule("f", Kind.FREE_SHIPPING, off(1, reach=3500), scope=ships, caps=Caps(per_order=800))
    charges = tuple(
        ShippingCharge(store, method, (amount, "USD"))
        for store, method, amount in (
            ("alba", "standard", 650),
            ("alba", "express", 990),
            ("brio", "standard", 450),
            ("cora", "standard", 300),
        )
    )
    lines = line("1", "brio", 3500), line("2", "alba", 4000), line("3", "cora", 3499)
    quote = price(book(free), cart(*lines, shipping=charges))
    assert quote.shipping == {
        ("alba", "standard", ""): 0,
        ("alba", "express", ""): 990,
        ("brio", "standard", ""): 300,  # 800 - 650 of its 450
        ("cora", "standard", ""): 300,
    }


# --- 5: which selections are permitted --------------------------------------------------------------------------------


def test_two_of_a_kind_share_no_line_unless_they_combine() -> None:
    a = rule("a", Kind.SELLER_COUPON, take(300), scope=stores("alba"))
    b = rule("b", Kind.SELLER_COUPON, take(200), scope=stores("alba"))
    one = cart(line("1", "alba", 5000), lots=held("a", "b"))
    assert price(book(a, b), one).total == 4700
    combining = Rule("b", Kind.SELLER_COUPON, ladder=b.ladder, scope=b.scope, combines=("a",))
    assert price(book(a, combining), one).total == 4500
    never = Rule("a", Kind.SELLER_COUPON, ladder=a.ladder, scope=a.scope, never=("seller coupon",))
    assert price(book(never, combining), one).total == 4700  # never wins
    apart = rule("b", Kind.SELLER_COUPON, take(200), scope=stores("brio"))
    two = cart(line("1", "alba", 5000), line("2", "brio", 5000), lots=held("a", "b"))
    assert price(book(a, apart), two).total == 9500
    limit = Policy(limits=(PolicyLimit(1, Kind.SELLER_COUPON, "order"),))
    assert price(book(a, apart, policy=limit), two).total == 9700
    limit = Policy(limits=(PolicyLimit(1, Kind.SELLER_COUPON, "store"),))
    assert price(book(a, apart, policy=limit), two).total == 9500


@pytest.mark.parametrize("never", [("d",), ("store discount",), ("anything",)])
def test_never_lets_an_automatic_rule_be_left_out(never: tuple[str, ...]) -> None:
    d = rule("d", Kind.STORE_DISCOUNT, take(300))
    code = rule("CODE", Kind.PROMO_CODE, take(1000), never=never)
    one = cart(line("1", "alba", 5000), codes=("CODE",))
    quote = price(book(d, code), one)
    assert (quote.total, uses(quote)) == (4000, [("CODE", None, 0)])
    assert forced(book(d, code), one, ("d", "alba")) == 4700


def test_never_with_an_item_rule_takes_units_out_of_scope() -> None:
    flash = rule("f", Kind.FLASH_SALE, prices=(("S1", 900),), limits=(Limit(1, "items", "order"),))
    code = rule("CODE", Kind.PROMO_CODE, off(TEN), never=("flash sale",))
    one = cart(line("1", "alba", 1000, 2), line("2", "alba", 1000), codes=("CODE",))
    assert price(book(flash, code), one).lines == {"1": 1800, "2": 900}
    policy = Policy(never=((Kind.FLASH_SALE, Kind.PROMO_CODE),))
    plain = rule("CODE", Kind.PROMO_CODE, off(TEN))
    assert price(book(flash, plain, policy=policy), one).lines == {"1": 1800, "2": 900}


def test_automatic_rules_are_not_left_out_to_reach_a_coupon() -> None:
    d = rule("d", Kind.STORE_DISCOUNT, off(TEN))
    coupon = rule("p", Kind.PLATFORM_COUPON, take(2000, reach=9500))
    one = cart(line("1", "alba", 10000), lots=held("p"))
    assert price(book(d, coupon), one).total == 9000  # and not 8000
    assert forced(book(d, coupon), one, ("p", None)) is None


def test_of_two_automatic_rules_of_a_kind_the_better_is_used() -> None:
    a = rule("a", Kind.STORE_DISCOUNT, take(500))
    b = rule("b", Kind.STORE_DISCOUNT, take(800))
    one = cart(line("1", "alba", 5000))
    assert uses(price(book(a, b), one)) == [("b", "alba", 0)]
    assert forced(book(a, b), one, ("a", "alba")) == 4500


def test_a_coupon_is_used_once_unless_its_card_says_otherwise() -> None:
    once = rule("p", Kind.PLATFORM_COUPON, take(300), ladder_per="store")
    lines = line("1", "alba", 5000), line("2", "brio", 5000)
    assert price(book(once), cart(*lines, lots=held("p", pieces=2))).total == 9700
    twice = rule("p", Kind.PLATFORM_COUPON, take(300), ladder_per="store", limits=(Limit(2, "uses", "order"),))
    assert price(book(twice), cart(*lines, lots=held("p", pieces=2))).total == 9400
    assert price(book(twice), cart(*lines, lots=held("p"))).total == 9700


def test_earlier_uses_count_against_limits() -> None:
    d = rule("d", Kind.STORE_DISCOUNT, take(300), limits=(Limit(3, "uses", "customer"),))
    lines = line("1", "alba", 5000), line("2", "brio", 5000)
    quote = price(book(d), cart(*lines, customer=Customer("c")), {"d": RuleUsage(customer=2)})
    assert (quote.total, uses(quote)) == (9700, [("d", "alba", 0)])


# --- 6: ties ----------------------------------------------------------------------------------------------------------


def test_equal_totals_spend_fewer_coins_then_fewer_coupons() -> None:
    rules = (
        rule("p", Kind.PLATFORM_COUPON, take(1000)),
        rule("CODE", Kind.PROMO_CODE, take(1000)),
        rule("c", Kind.COIN_PAYMENT, rate=Rate(1, 1)),
    )
    quote = price(book(*rules), cart(line("1", "alba", 1000), coins=2000, lots=held("p"), codes=("CODE",)))
    assert (quote.total, quote.coins, uses(quote)) == (0, 0, [("CODE", None, 0)])  # one, and "CODE" before "p"


def test_equal_totals_use_the_piece_that_expires_first_then_the_smaller_name() -> None:
    twins = [rule(name, Kind.PLATFORM_COUPON, take(500)) for name in ("a", "b", "c")]
    soon, later = AT + timedelta(days=1), AT + timedelta(days=2)
    lots = held("a") + held("b", expires=later) + held("c", expires=soon)
    assert uses(price(book(*twins), cart(line("1", "alba", 1000), lots=lots))) == [("c", None, 1)]
    lots = held("b", expires=soon) + held("c", expires=soon)
    assert uses(price(book(*twins), cart(line("1", "alba", 1000), lots=lots))) == [("b", None, 1)]


# --- 7: who pays ------------------------------------------------------------------------------------------------------


def test_funders_share_each_saving() -> None:
    rules = (
        rule("d", Kind.STORE_DISCOUNT, take(20), payers=(("platform", Fraction(1, 8)),)),
        rule("p", Kind.PLATFORM_COUPON, take(33), payers=(("platform", Fraction(2, 5)),)),
        rule("CODE", Kind.PROMO_CODE, take(5)),
    )
    quote = price(book(*rules), cart(line("1", "alba", 1000), lots=held("p"), codes=("code",)))
    assert quote.savings == {"1": {"d": parts(3, 17), "p": parts(13, 20), "CODE": parts(5, 0)}}
