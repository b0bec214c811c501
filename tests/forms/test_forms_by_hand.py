"""Each form of benefit on baskets that a reader can reckon, with the sentence of SPEC 4 that each shows."""

from __future__ import annotations

import pytest

from pricing import Cart, Engine
from pricing.money import show

HEAD = 'campaign c "C"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n'
POLICY = (
    "policy p\n  order flash sale, item discount, store discount, seller coupon, cross-store discount, select coupon, "
    "platform coupon, promo code, free shipping, coin payment\n"
)


def quoted(card: str, basket: str, *, policy: str = "", shipping: str = "", codes: tuple[str, ...] = ()) -> list[str]:
    """The total, then what each line and each charge pays.

    `card`: its lines, with `;` between. `basket`: price, `xN` units, `@category`, `+floor` for each line, `,` between.
    """
    lines = []
    for number, said in enumerate(basket.split(","), 1):
        price, *more = said.split()
        line: dict[str, object] = {"id": str(number), "sku": f"S-{number}", "store": "s", "price": price, "quantity": 1}
        for word in more:
            if word[0] == "x":
                line["quantity"] = int(word[1:])
            elif word[0] == "@":
                line["categories"] = [word[1:]]
            else:
                line["floor"] = word[1:]
        lines.append(line)
    charges = [
        {"store": "s", "method": "standard", "id": f"p{number}", "amount": amount}
        for number, amount in enumerate(shipping.split(), 1)
    ]
    texts = {"campaigns/c.promo": HEAD + "\n".join(card.split(";")) + "\n"}
    if policy:
        texts["policy.promo"] = POLICY + policy
    at = "2026-06-20T12:00:00+00:00"
    cart = Cart.from_dict({"currency": "USD", "at": at, "lines": lines, "shipping": charges, "codes": list(codes)})
    quote = Engine.from_texts(texts).quote(cart)
    pays = [line.pays for line in quote.lines] + [charge.pays for charge in quote.shipping]
    return [show(amount, "USD") for amount in (quote.total_minor, *pays)]


D = 'store discount d "D";'

CASES = {
    # `take v off`: "v; with every: t × v"
    "amount": ("take 5.00 off", "30.00, 10.00", "35.00 26.25 8.75"),
    "amount, above the room": ("take 50.00 off", "30.00, 10.00", "0.00 0.00 0.00"),
    "amount, every 30.00": ("every 30.00 take 3.00 off", "50.00, 40.00", "81.00 45.00 36.00"),
    "amount, every 2 items, on full groups only": (
        "every 2 items take 3.00 off",
        "10.00, 10.00, 2.00",
        "19.00 8.50 8.50 2.00",
    ),
    "amount, the units left over to the largest remainder": (
        "take 1.00 off",
        "1.00, 1.00, 1.00",
        "2.00 0.66 0.67 0.67",
    ),
    # `take p% off`: "of the sum over the lines in scope, rounded half up once"
    "share": ("take 10% off", "30.00, 10.00", "36.00 27.00 9.00"),
    "share, rounded once": ("take 50% off", "0.01, 0.01, 0.01", "0.01 0.00 0.00 0.01"),
    "share, every 30.00": ("every 30.00 take 10% off", "50.00, 40.00", "81.00 45.00 36.00"),
    "share, every 2 items: the dearest two": (
        "every 2 items take 50% off",
        "10.00, 30.00, 20.00",
        "35.00 10.00 15.00 10.00",
    ),
    "share, at most 1.00 per item: per unit": ("take 50% off; at most 1.00 per item", "5.00 x3", "12.00 12.00"),
    "share, at most 1.00 per item: on two lines": (
        "take 50% off; at most 1.00 per item",
        "5.00, 5.00 x2",
        "12.00 4.00 8.00",
    ),
    # `pay v in all`: "the sum over the lines in scope less v, if positive"
    "pay": ("pay 20.00 in all", "30.00, 10.00", "20.00 15.00 5.00"),
    "pay, nothing to save": ("pay 50.00 in all", "30.00, 10.00", "40.00 30.00 10.00"),
    "pay, once spent": ("spend 40.00 pay 35.00 in all", "30.00, 10.00", "35.00 26.25 8.75"),
    "pay, not yet spent": ("spend 40.01 pay 35.00 in all", "30.00, 10.00", "40.00 30.00 10.00"),
    "pay, once bought": ("buy 3 pay 9.00 in all", "4.00 x3", "9.00 9.00"),
    # `take v off each · p% off each`: "v, or p% of its price rounded by itself; never more than the unit's price"
    "each": ("take 2.00 off each", "5.00 x3, 1.00", "9.00 9.00 0.00"),
    "each, a share rounded by itself": ("take 50% off each", "0.01 x3", "0.00 0.00"),
    "each, from two on": ("buy 2 take 1.00 off each", "5.00, 3.00", "6.00 4.00 2.00"),
    "each, of full groups": ("every 2 items take 1.00 off each", "5.00, 3.00, 4.00", "10.00 4.00 3.00 3.00"),
    "each, not below the floor": ("take 2.00 off each", "5.00 x2 +4.00", "8.00 8.00"),
    # `take … off [each of] the m dearest · cheapest`: "the same, to the first m of them in that order"
    "some, the cheapest": ("take 50% off the cheapest", "30.00, 10.00", "35.00 30.00 5.00"),
    "some, each of the 2 dearest": ("take 5.00 off each of the 2 dearest", "20.00 x3", "50.00 50.00"),
    "some, once over the 2 dearest": ("take 5.00 off the 2 dearest", "20.00, 30.00", "45.00 18.00 27.00"),
    "some, three for two": (
        "every 3 items take 100% off the cheapest",
        "9.00, 8.00, 7.00, 6.00, 5.00, 4.00",
        "28.00 9.00 8.00 0.00 6.00 5.00 0.00",
    ),
    "some, of each group of two": (
        "every 2 items take 50% off the cheapest",
        "30.00, 20.00, 10.00",
        "50.00 30.00 10.00 10.00",
    ),
    # `at v each`: "to each unit looked at, what its price is above v"
    "at each": ("at 4.00 each", "5.00 x2, 3.00", "11.00 8.00 3.00"),
    "at each, from ten on": ("ladder per sku; buy 10 at 9.00 each", "10.00 x10, 10.00 x9", "180.00 90.00 90.00"),
    "at each, the highest step": ("ladder per sku; buy 2 at 9.00 each; buy 4 at 8.20 each", "10.00 x4", "32.80 32.80"),
    "at each, of full groups": ("every 2 items at 4.00 each", "6.00 x3", "14.00 14.00"),
    "at each, not below the floor": ("at 4.00 each", "5.00 x2 +4.50", "9.00 9.00"),
    # `every n items for v · buy n for v`: "groups of n units, dearest first: what the group costs above v, if anything"
    "groups, any three for 20.00": ("every 3 items for 20.00", "9.00 x2, 8.00", "20.00 13.85 6.15"),
    "groups, a group that costs less stays": ("every 2 items for 10.00", "8.00 x2, 3.00 x2", "16.00 10.00 6.00"),
    "groups, an incomplete one pays in full": ("every 3 items for 20.00", "9.00 x4", "29.00 29.00"),
    "groups, at most once": ("every 2 items for 10.00, at most 1 time", "8.00 x4", "26.00 26.00"),
    "groups, buy: one group": ("buy 2 for 10.00", "8.00 x4", "26.00 26.00"),
    # `buy k get j`: "the largest g such that with r = ⌈g ÷ j⌉ rounds there are r × k units of A besides g units of B"
    "get, 1 at 50% off": ("buy 1 get 1 at 50% off", "30.00, 20.00, 10.00", "55.00 30.00 20.00 5.00"),
    "get, an incomplete last round": ("buy 2 get 2 free", "9.00 x3", "18.00 18.00"),
    "get, the dearest": ("buy 1 get 1 free, dearest", "30.00, 10.00", "10.00 0.00 10.00"),
    "get, at v each, at most once": ("buy 1 get 1 at 1.00 each, at most 1 time", "9.00 x4", "28.00 28.00"),
    "get, shared over the rounds": ("buy 1 get 1 free", "30.00, 20.00", "30.00 18.00 12.00", "  set gets to rounds"),
    "get, other goods counted": (
        "categories scarves; counts categories coats; buy 2 get 1 free",
        "50.00 x2 @coats, 8.00 @scarves, 5.00 @scarves",
        "108.00 100.00 8.00 0.00",
    ),
    "get, spend: the cheapest": ("spend 40.00 get 1 free", "30.00, 10.00", "30.00 30.00 0.00"),
    "get, every 2 items: t × j": (
        "every 2 items get 1 at 1.00 off",
        "9.00, 8.00, 7.00, 6.00",
        "28.00 9.00 8.00 6.00 5.00",
    ),
    # `bundle`: "what these units cost less n × v"; n rises "with `for v` also only while the saving rises"
    "bundle, lunch for 5.00": (
        "bundle 1 of categories m + 1 of categories s + 1 of categories c for 5.00",
        "3.50 @m, 1.50 @s, 2.00 @c",
        "5.00 2.50 1.07 1.43",
    ),
    "bundle, the dearest that fit": (
        "bundle 1 of categories m + 1 of categories s for 4.00",
        "3.00 @m, 5.00 @m, 2.00 @s",
        "7.00 3.00 2.86 1.14",
    ),
    "bundle, no dearer than before": (
        "bundle 1 of categories m + 1 of categories s for 6.00",
        "3.00 @m, 2.00 @s",
        "5.00 3.00 2.00",
    ),
    "bundle, 2 off each of two": (
        "bundle 1 of categories m + 1 of categories s take 1.00 off",
        "4.00 x2 @m, 1.00 x3 @s",
        "9.00 6.40 2.60",
    ),
    "bundle, a share, at most once": (
        "bundle 1 of categories m + 1 of categories s take 50% off, at most 1 time",
        "4.00 x2 @m, 2.00 x2 @s",
        "9.00 6.00 3.00",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_goods(case: str) -> None:
    card, basket, expected, *policy = CASES[case]
    assert quoted(D + card, basket, policy="".join(policy)) == expected.split()


SHIPPING = {
    # "`ship free`, `take v off`, `take p% off`, `ship at v` (what the charges together are above v)"
    "free": ("ship free", "4.00 5.00", "40.00 40.00 0.00 0.00"),
    "free, at most 8.00 per order": ("ship free; at most 8.00 per order", "4.00 6.00", "42.00 40.00 0.80 1.20"),
    "free, spent": ("spend 40.00 ship free", "4.00", "40.00 40.00 0.00"),
    "free, not spent": ("spend 40.01 ship free", "4.00", "44.00 40.00 4.00"),
    # the caps make 2.00 together; dealt 0.89 and 1.11, of which 0.11 is lost: "what that cuts off is lost"
    "free, at most 1.00 per item: per charge": (
        "ship free; at most 1.00 per item",
        "4.00 5.00",
        "47.11 40.00 3.11 4.00",
    ),
    "at": ("ship at 3.00", "4.00 5.00", "43.00 40.00 1.33 1.67"),
    "at, less than it costs": ("ship at 9.01", "4.00 5.00", "49.00 40.00 4.00 5.00"),
    "at, bought": ("buy 1 ship at 1.00", "4.00", "41.00 40.00 1.00"),
    "at, not bought": ("buy 2 ship at 1.00", "4.00", "44.00 40.00 4.00"),
    "at nothing": ("ship at 0.00", "4.00", "40.00 40.00 0.00"),
}


@pytest.mark.parametrize("case", SHIPPING)
def test_shipping(case: str) -> None:
    card, charges, expected = SHIPPING[case]
    assert quoted('free shipping d "D";' + card, "40.00", shipping=charges) == expected.split()


SALE = 'flash sale f "F";price S-1 at 8.00;limit 1 item per order;price S-2 at 8.00;'
CODE = 'promo code P "P";take 20% off;never with flash sale'


@pytest.mark.parametrize(("basket", "lines"), [("10.00 x3", ["24.00"]), ("10.00, 10.00 x2", ["8.00", "16.00"])])
def test_a_sale_that_reaches_one_unit_leaves_the_others_to_the_code(basket: str, lines: list[str]) -> None:
    """Runs: "a code that is `never with flash sale` still works on the units that the sale did not reach"."""
    assert quoted(SALE + CODE, basket, codes=("P",)) == ["24.00", *lines]


def test_what_the_form_cuts_is_not_above_the_room() -> None:
    """`every n items take v off`: "t × v, on those units, at most what they cost", also where more would be void."""
    card = f"{D}every 2 items take 9.00 off"
    assert quoted(card, "4.00 x2, 1.00", policy="  set overflow to void\n")[0] == "1.00"


def test_never_wins_where_free_shippings_share_only_the_charge() -> None:
    """SPEC 5.1: what combines on one charge does not where one is never with anything."""
    fish = 'free shipping fish "F";  categories fish;  ship at 3.00;  combines with meat'
    meat = 'free shipping meat "M";  categories meat;  ship free;  at most 2.00 per order'
    basket = "10.00 @fish, 10.00 @meat"
    assert quoted(f"{fish};{meat}", basket, shipping="5.00")[0] == "21.00"
    assert quoted(f"{fish};  never with anything;{meat}", basket, shipping="5.00")[0] == "23.00"
