"""What other shops' own tests ask of a promotion, said in our words and worked out by hand from SPEC 4: by capability, a
card, a basket, and the total with what each line (and charge) pays. `test_peers.py` says how to read them."""

from __future__ import annotations

GET = "categories g; counts categories c; "
GIFT = "categories g; counts everything; counts except categories g; "
LOST, VOID, HALF = "  set remainder to lost\n", "  set overflow to void\n", "  floor 50% of list-price\n"

ACROSS = (
    (f"{GET}buy 2 get 1 free", "50.00 x2 @c, 8.00 @g, 5.00 @g", "108.00 100.00 8.00 0.00"),
    (f"{GET}buy 2 get 1 free", "50.00 x4 @c, 8.00 @g, 5.00 @g", "200.00 200.00 0.00 0.00"),
    (f"{GET}buy 2 get 1 free, at most 1 time", "50.00 x4 @c, 8.00 @g, 5.00 @g", "208.00 200.00 8.00 0.00"),
    (f"{GET}buy 2 get 1 free", "50.00 x3 @c, 8.00 @g, 5.00 @g", "158.00 150.00 8.00 0.00"),
    (f"{GET}buy 2 get 1 free", "50.00 @c, 8.00 @g", "58.00 50.00 8.00"),
    (f"{GET}buy 2 get 1 free", "50.00 x2 @c", "100.00 100.00"),
    (f"{GET}buy 2 get 1 free, dearest", "50.00 x2 @c, 8.00 @g, 5.00 @g", "105.00 100.00 0.00 5.00"),
    (f"{GET}buy 2 get 1 at 50% off", "50.00 x2 @c, 9.00 @g", "104.50 100.00 4.50"),
    (f"{GET}buy 2 get 1 at 2.00 off", "50.00 x2 @c, 9.00 @g", "107.00 100.00 7.00"),
    (f"{GET}buy 2 get 1 at 2.00 off", "50.00 x2 @c, 1.50 @g", "100.00 100.00 0.00"),
    (f"{GET}buy 2 get 1 at 1.00 each", "50.00 x2 @c, 9.00 @g", "101.00 100.00 1.00"),
    (f"{GET}buy 2 get 1 at 1.00 each", "50.00 x2 @c, 0.60 @g", "100.60 100.00 0.60"),
    (f"{GET}buy 1 get 2 free", "50.00 @c, 8.00 @g, 5.00 @g, 3.00 @g", "58.00 50.00 8.00 0.00 0.00"),
    (f"{GET}buy 1 get 2 free", "50.00 @c, 8.00 @g", "50.00 50.00 0.00"),
    (f"{GET}buy 2 get 2 free", "50.00 x3 @c, 8.00 @g, 5.00 @g, 3.00 @g", "158.00 150.00 8.00 0.00 0.00"),
    ("categories g; counts everything; buy 2 get 1 free", "10.00 @g, 8.00 @g, 6.00 @x", "16.00 10.00 0.00 6.00"),
    ("categories g; counts everything; buy 2 get 1 free", "10.00 @g, 6.00 @x", "16.00 10.00 6.00"),
    ("categories g; counts categories g, c; buy 1 get 1 free", "10.00 @g, 8.00 @g, 20.00 @c", "30.00 10.00 0.00 20.00"),
    (
        "categories g; counts categories g, c; buy 1 get 1 free",
        "10.00 @g, 8.00 @g, 20.00 x2 @c",
        "40.00 0.00 0.00 40.00",
    ),
    (f"{GET}spend 40.00 get 1 free", "50.00 @c, 8.00 @g, 5.00 @g", "58.00 50.00 8.00 0.00"),
    (f"{GET}every 40.00 get 1 free", "50.00 x2 @c, 8.00 @g, 5.00 @g, 3.00 @g", "108.00 100.00 8.00 0.00 0.00"),
    (f"{GET}every 2 items get 1 free", "50.00 x4 @c, 8.00 @g, 5.00 @g, 3.00 @g", "208.00 200.00 8.00 0.00 0.00"),
)
"""Get across sets: what is bought is not what is given."""

FIXED = (
    ("every 2 items for 5.00", "4.00 x3, 2.00 x2", "12.00 8.57 3.43"),  # 3.00 + 1.00; 4.00 by 12 : 2
    ("every 2 items for 5.00", "4.00 x2", "5.00 5.00"),
    ("every 2 items for 5.00", "4.00", "4.00 4.00"),
    ("every 2 items for 5.00", "2.00 x2", "4.00 4.00"),
    ("every 2 items for 5.00, at most 1 time", "4.00 x4", "13.00 13.00"),
    ("every 3 items for 10.00", "4.00, 5.00, 6.00", "10.00 2.67 3.33 4.00"),
    ("buy 3 for 10.00", "5.00 x7", "30.00 30.00"),
    ("buy 3 for 10.00", "5.00 x2", "10.00 10.00"),
    ("at 3.00 each", "5.00 x2, 2.00", "8.00 6.00 2.00"),
    ("buy 3 at 3.00 each", "5.00 x2", "10.00 10.00"),
    ("buy 3 at 3.00 each", "5.00 x4", "12.00 12.00"),
)
"""Fixed prices: so many for a price, or each at one."""

EACH = (
    ("take 1.00 off each", "5.00 x2, 3.00 x3", "14.00 8.00 6.00"),
    ("take 1.00 off each", "0.60 x2", "0.00 0.00"),
    ("spend 20.00 take 1.00 off each", "5.00 x2, 3.00 x3", "19.00 10.00 9.00"),
    ("spend 19.00 take 1.00 off each", "5.00 x2, 3.00 x3", "14.00 8.00 6.00"),
    ("buy 5 take 1.00 off each", "5.00 x2, 3.00 x3", "14.00 8.00 6.00"),
    ("buy 6 take 1.00 off each", "5.00 x2, 3.00 x3", "19.00 10.00 9.00"),
    ("categories g; take 1.00 off each", "5.00 x2 @g, 3.00 x3 @x", "17.00 8.00 9.00"),
    ("take 10% off each", "0.05 x3", "0.12 0.12"),  # half a cent up, three times
    ("take 10% off", "0.05 x3", "0.13 0.13"),  # once: 1.5 cents
    ("take 33% off each", "1.00, 2.00", "2.01 0.67 1.34"),
    ("every 3 items take 1.00 off each", "9.00, 8.00, 7.00, 6.00", "27.00 8.00 7.00 6.00 6.00"),
    ("every 3 items take 1.00 off each", "9.00, 8.00", "17.00 9.00 8.00"),
    ("buy 3 take 50% off each", "4.00 x2", "8.00 8.00"),
    ("buy 2 take 50% off each", "4.00 x2", "4.00 4.00"),
    ("take 2.00 off each, at most 5.00", "4.00 x3", "7.00 7.00"),
    ("take 1.00 off each; at most 2.00 per order", "5.00, 5.00, 5.00", "13.00 4.33 4.33 4.34"),
    ("at 4.00 each; at most 1.00 per item", "6.00 x2", "10.00 10.00"),
)
"""So much off each."""

SOME = (
    ("take 100% off the cheapest", "9.00, 8.00", "9.00 9.00 0.00"),
    ("take 100% off the 2 cheapest", "9.00, 8.00, 7.00", "9.00 9.00 0.00 0.00"),
    ("take 1.00 off the cheapest", "9.00, 8.00", "16.00 9.00 7.00"),
    ("take 5.00 off the cheapest", "9.00, 3.00", "9.00 9.00 0.00"),
    ("take 50% off the dearest", "9.00, 8.00", "12.50 4.50 8.00"),
    ("take 50% off the 2 dearest", "9.01, 8.00, 1.00", "9.50 4.50 4.00 1.00"),  # 8.505 is 8.51; 4.507 and 4.002
    ("take 1.00 off each of the 2 cheapest", "9.00, 8.00, 7.00", "22.00 9.00 7.00 6.00"),
    ("take 50% off each of the 3 cheapest", "8.00, 6.00", "7.00 4.00 3.00"),
    ("take 100% off the cheapest", "5.00, 5.00", "5.00 0.00 5.00"),
    ("take 100% off the dearest", "5.00, 5.00", "5.00 0.00 5.00"),
    ("take 100% off the cheapest", "5.00 x3", "10.00 10.00"),
    ("buy 3 take 100% off the cheapest", "9.00, 8.00, 7.00, 6.00", "24.00 9.00 8.00 7.00 0.00"),
    ("buy 3 take 100% off the cheapest", "9.00, 8.00", "17.00 9.00 8.00"),
    ("spend 20.00 take 50% off the cheapest", "15.00, 6.00", "18.00 15.00 3.00"),
    ("spend 22.00 take 50% off the cheapest", "15.00, 6.00", "21.00 15.00 6.00"),
    (
        "every 2 items take 100% off the cheapest",
        "9.00, 8.00, 7.00, 6.00, 5.00",
        "21.00 9.00 0.00 7.00 0.00 5.00",
    ),
    (
        "every 3 items take 50% off the dearest",
        "9.00, 8.00, 6.00, 4.00, 2.00, 2.00",
        "24.50 4.50 8.00 6.00 2.00 2.00 2.00",
    ),
    ("every 3 items take 1.00 off each of the 2 cheapest", "9.00, 8.00, 6.00", "21.00 9.00 7.00 5.00"),
    ("every 2 items take 3.00 off the cheapest", "9.00, 8.00, 7.00, 6.00", "24.00 9.00 4.57 7.00 3.43"),
    ("every 2 items take 100% off the cheapest, at most 1 time", "9.00, 8.00, 7.00, 6.00", "22.00 9.00 0.00 7.00 6.00"),
)
"""Cheapest or dearest."""

NEEDS = (
    (f"{GET}buy 2 take 50% off", "50.00 x2 @c, 8.00 @g", "104.00 100.00 4.00"),
    (f"{GET}buy 2 take 50% off", "50.00 @c, 8.00 @g", "58.00 50.00 8.00"),
    (f"{GET}spend 100.00 take 5.00 off", "50.00 x2 @c, 8.00 @g", "103.00 100.00 3.00"),
    (f"{GET}spend 100.00 take 10.00 off", "50.00 x2 @c, 8.00 @g", "100.00 100.00 0.00"),
    (f"{GET}every 50.00 take 1.00 off", "50.00 x3 @c, 8.00 @g", "155.00 150.00 5.00"),
)
"""Needs other goods."""

ORDER = (
    ("pay 20.00 in all", "12.00, 12.00", "20.00 10.00 10.00"),
    ("buy 3 pay 20.00 in all", "12.00, 12.00", "24.00 12.00 12.00"),
    ("spend 24.00 pay 6.00 in all", "16.00, 8.00", "6.00 4.00 2.00"),
)
"""An order at a price."""

FLOORS = (
    ("take 50% off", "10.00 +6.00", "6.00 6.00"),
    ("take 50% off", "10.00 +6.00, 10.00", "10.00 6.00 4.00"),
    ("take 5.00 off", "10.00 +10.00", "10.00 10.00"),
    ("take 5.00 off", "10.00 +10.00, 10.00", "15.00 10.00 5.00"),
    ("take 5.00 off", "10.00 +10.00, 10.00", "17.50 10.00 7.50", LOST),
    ("take 50% off", "10.00 +6.00", "10.00 10.00", VOID),
    ("take 10% off", "10.00 +12.00", "10.00 10.00"),
    ("take 100% off the cheapest", "9.00, 8.00 +5.00", "14.00 9.00 5.00"),
    ("buy 1 get 1 free", "9.00, 8.00 +5.00", "14.00 9.00 5.00"),
    ("every 2 items for 10.00", "8.00 +7.00, 8.00", "10.00 7.00 3.00"),
    ("bundle 1 of categories m + 1 of categories s for 4.00", "5.00 @m +4.00, 3.00 @s", "4.00 4.00 0.00"),
    ("pay 10.00 in all", "8.00 +7.00, 8.00", "10.00 7.00 3.00"),
    ("at 4.00 each", "6.00 x2 +5.00", "10.00 10.00"),
    ("take 80% off", "10.00", "5.00 5.00", HALF),
    ("take 80% off", "9.99", "5.00 5.00", HALF),  # half of 9.99, rounded up
    ("take 80% off", "10.00 +7.00", "7.00 7.00", HALF),
    ("take 10% off", "10.00 +5.00", "9.00 9.00"),
    ("spend 20.00 take 5.00 off", "20.00 +18.00", "18.00 18.00"),
    ("take 50% off", "10.00 x3 +6.00", "18.00 18.00"),
    ("take 3.00 off each of the 2 cheapest", "5.00 +4.00, 6.00", "5.00 4.00 1.00"),
    ("take 2.00 off", "5.00 +5.00, 5.00 +5.00", "10.00 5.00 5.00"),
    ("take 2.00 off each", "5.00 +4.00 x3", "12.00 12.00"),
)
"""Floors: nothing below them, and what they cut moves to lines that have room."""

GIFTS = (
    (f"{GIFT}spend 80.00 get 1 free", "80.00 @x, 12.00 @g", "80.00 80.00 0.00"),
    (f"{GIFT}spend 80.00 get 1 free", "79.99 @x, 12.00 @g", "91.99 79.99 12.00"),
    (f"{GIFT}spend 80.00 get 1 free", "80.00 @x, 12.00 @g, 9.00 @g", "92.00 80.00 12.00 0.00"),
    (f"{GIFT}spend 80.00 get 1 free, dearest", "80.00 @x, 12.00 @g, 9.00 @g", "89.00 80.00 0.00 9.00"),
    (f"{GIFT}every 80.00 get 1 free", "160.00 @x, 12.00 @g, 9.00 @g", "160.00 160.00 0.00 0.00"),
    (f"{GIFT}spend 80.00 get 1 at 1.00 each", "80.00 @x, 12.00 @g", "81.00 80.00 1.00"),
    (f"{GIFT}spend 80.00 get 1 free, dearest, at most 10.00", "80.00 @x, 12.00 @g", "82.00 80.00 2.00"),
)
"""Gifts."""

SHIP = 'free shipping d "D";code SHIP, "SHIP 2";'
BOTH = 'store discount a "A";code BOTH;take 5.00 off;free shipping b "B";code BOTH;ship free'

CODES = (
    (f"{SHIP}ship free", "SHIP", "40.00", "40.00 40.00 0.00"),
    (f"{SHIP}ship free", "", "40.00", "44.00 40.00 4.00"),
    (f"{SHIP}ship free", " ship\n", "40.00", "40.00 40.00 0.00"),
    (f"{SHIP}ship free", "ship 2", "40.00", "40.00 40.00 0.00"),
    (f"{SHIP}ship at 1.00", "SHIP", "40.00", "41.00 40.00 1.00"),
    (f"{SHIP}spend 50.00 ship free", "SHIP", "40.00", "44.00 40.00 4.00"),
    (f"{SHIP}ship free; at most 3.00 per order", "SHIP", "40.00", "41.00 40.00 1.00"),
    (f"{SHIP}take 50% off", "SHIP", "40.00", "42.00 40.00 2.00"),
    ('store discount d "D";code TEN;take 10% off', "TEN", "40.00", "40.00 36.00 4.00"),
    ('store discount d "D";code TEN;take 10% off', "", "40.00", "44.00 40.00 4.00"),
    ('item discount i "I";code CUT;take 2.00 off', "CUT", "10.00 x2", "20.00 16.00 4.00"),
    ('item discount i "I";code CUT;take 2.00 off', "", "10.00 x2", "24.00 20.00 4.00"),
    (BOTH, "both", "40.00", "35.00 35.00 0.00"),
)
"""Codes on delivery and on items: card, what is typed, basket, and the total with goods and a charge of 4.00."""

DELIVERY = (
    ("ship at 1.00", "4.00", "41.00 40.00 1.00"),
    ("ship at 1.00", "0.80", "40.80 40.00 0.80"),
    ("spend 40.01 ship at 1.00", "4.00", "44.00 40.00 4.00"),
    ("ship at 3.00", "4.00 2.00", "43.00 40.00 2.00 1.00"),
    ("ship at 1.00; at most 2.00 per order", "4.00", "42.00 40.00 2.00"),
)
"""Delivery at a price: card, charges, and the total with goods of 40.00 and the charges."""

ALSO = 'cross-store discount x "X";'
SHIRT = f'store discount d "D";categories shirt; take 20% off;{ALSO}'
TWO = 'promo code P "P";take 10% off;combines with Q;promo code Q "Q";take 20% off'
SEQUENCE = 'cross-store discount p "P";code P;take 10% off;promo code Q "Q";take 20% off'
FLEXI = f'store discount d "D";take 5.00 off each of the 3 dearest;{ALSO}take 5.00 off the dearest'
ITEM, DOWN = "  set measured-on to item-price\n", "  set rounding to down\n"
MANY = "  limit 2 promo code per order\n"

TOGETHER = (
    (f"{SHIRT}spend 60.00 take 10.00 off", "", "30.00 @shirt, 40.00 @pants", "54.00 20.25 33.75", ""),
    (f"{SHIRT}spend 68.00 take 10.00 off", "", "30.00 @shirt, 40.00 @pants", "64.00 24.00 40.00", ""),  # 64.00 are left
    (f"{SHIRT}spend 68.00 take 10.00 off", "", "30.00 @shirt, 40.00 @pants", "54.00 20.25 33.75", ITEM),
    (TWO, "P Q", "10.00 x2, 5.00", "17.50 14.00 3.50", MANY + ITEM),  # both of the price
    (SEQUENCE, "P Q", "10.00 x2, 5.00", "18.00 14.40 3.60", ""),  # the second of what the first left
    (SEQUENCE, "P Q", "1.80 x10, 13.95 x3", "43.10 12.96 30.14", DOWN),
    (SEQUENCE, "P Q", "1.80 x10, 13.95 x3", "43.09 12.96 30.13", ""),
    (TWO.replace("10% off", "30% off the 5 dearest"), "P Q", "10.00 x3, 5.00 x3", "24.00 15.00 9.00", MANY + ITEM),
    (FLEXI, "", "30.00 x4", "100.00 100.00", ""),  # ten off the first, five off each of two more
    ('promo code P "P";take 50% off', "P", "20.00 +15.00", "15.00 15.00", ""),
)
"""Two promotions: card, what is typed, basket, the total with each line, and what the policy says beside the order."""
