"""Every word that a line can begin with: where it may stand, what it says, an example. One table.

Completion, the language page, suggestions and "is this word allowed here" are all fed from it, so that they agree.
"""

from __future__ import annotations

from attrs import frozen

from pricing.facts import AUDIENCE_WORDS, CHARGE, FACTS, GOODS_WORDS, LINE, VALUE_WORDS, Fact
from pricing.model.kind import COUPON_KINDS, ITEM_KINDS, TRAITS, Kind

CARDS = frozenset(Kind)
STEPPED = CARDS - ITEM_KINDS - {Kind.COIN_PAYMENT, Kind.COIN_EXCHANGE, Kind.COIN_REWARD}
"""Kinds that have a ladder."""
SCOPED = CARDS - {Kind.COIN_EXCHANGE}
ON_UNITS = frozenset(kind for kind in Kind if TRAITS[kind].on_units)
"""Kinds on which benefits on units may stand (SPEC 4)."""
HOLDABLE = frozenset(kind for kind in Kind if TRAITS[kind].may_be_held)
HELD_KINDS = COUPON_KINDS | HOLDABLE
CODED = frozenset(kind for kind in Kind if TRAITS[kind].may_have_code)
LAYERED = STEPPED
"""Kinds that the policy may give a further layer."""
NOBODY: frozenset[Kind] = frozenset()


@frozen
class Word:
    """A first word of a line."""

    word: str
    kinds: frozenset[Kind]
    """The kinds of card that take it."""
    heads: frozenset[str]
    """`file`, `campaign`, `list`, `policy`: other places that take it."""
    says: str
    example: str
    many: bool = False
    """Whether a card may have several such lines."""


def _word(
    word: str, kinds: frozenset[Kind], says: str, example: str, *, heads: str = "", many: bool = False
) -> tuple[str, Word]:
    return word, Word(word, kinds, frozenset(heads.split()), says, example, many)


def _asked(fact: Fact) -> tuple[str, Word]:
    """The row of a condition."""
    kinds = CARDS if fact.word in AUDIENCE_WORDS else SCOPED if fact.of == LINE else frozenset({Kind.FREE_SHIPPING})
    assert fact.of != CHARGE or kinds == {Kind.FREE_SHIPPING}
    return _word(fact.word, kinds, fact.says, fact.example, heads="list", many=True)


WORDS: dict[str, Word] = dict(
    [
        _word("campaign", NOBODY, "begins a rule file", 'campaign summer-week-2026 "Summer Week"', heads="file"),
        _word("list", NOBODY, "names stores, skus and so on for use in many cards", "list select-stores", heads="file"),
        _word("policy", NOBODY, "how rules work together; only in policy.promo", "policy house", heads="file"),
        _word("owner", NOBODY, "the team that answers for the campaign", "owner marketing-us", heads="campaign"),
        _word("brief", NOBODY, "the ticket or brief behind the campaign", "brief MKT-1042", heads="campaign"),
        _word("currency", NOBODY, "the currency of all amounts, or several", "currency USD, EUR", heads="campaign"),
        _word("zone", NOBODY, "the time zone of all times", "zone America/Los_Angeles", heads="campaign"),
        _word(
            "valid",
            CARDS,
            "when it holds; a card without it holds as long as its campaign",
            "valid from 2026-06-18 through 2026-06-24",
            heads="campaign",
        ),
        _word("claim", HELD_KINDS, "when a coupon can be picked up", "claim from 2026-06-15 through 2026-06-23"),
        _word("lasts", HELD_KINDS, "how long a picked-up coupon can be used", "lasts 7 days"),
        _word("days", CARDS, "on which days of the week", "days mon, tue"),
        _word("hours", CARDS, "at which time of day; may pass midnight", "hours from 18:00 until 22:00", many=True),
        *[_asked(fact) for fact in FACTS if fact.word != "reduced"],
        _word(
            "except",
            CARDS,
            "takes something out again, and always wins",
            "except categories gift-cards",
            heads="list",
            many=True,
        ),
        _word(
            "counts",
            STEPPED,
            "what the steps look at, when it is not what gets cheaper",
            "counts categories clothes/coats",
            many=True,
        ),
        _word("held", HOLDABLE, "customers hold it, like a coupon", "held"),
        _word("code", CODED, "the codes that customers type for it", "code SHIP1, SHIP2"),
        _word(
            "codes",
            CODED - ITEM_KINDS,
            "so many codes that are made for it, each for one use",
            "codes 10000 like MAIL-####-####",
        ),
        _word("public", CODED, "its code may be shown to everybody", "public"),
        _word(
            "layer", LAYERED, "its place in the order of the policy", "layer member-price", heads="policy", many=True
        ),
        _word("group", SCOPED, "names that never, combines and limit can use", "group welcome"),
        _word("price", ITEM_KINDS, "the item price of one sku", "price LL-100 at 19.99", many=True),
        _word("take", STEPPED | ITEM_KINDS, "what comes off, without a condition", "take 15% off", many=True),
        _word(
            "spend",
            STEPPED | {Kind.COIN_REWARD},
            "a step by money: what comes off from this amount on",
            "spend 60.00 take 6.00 off",
            many=True,
        ),
        _word("buy", STEPPED, "a step by number of items", "buy 3 take 10% off", many=True),
        _word("every", STEPPED, "what comes off again and again", "every 30.00 take 3.00 off", many=True),
        _word(
            "ship", frozenset({Kind.FREE_SHIPPING}), "what shipping costs, without a condition", "ship free", many=True
        ),
        _word("pay", ON_UNITS, "what all the goods together cost", "pay 20.00 in all", many=True),
        _word(
            "bundle",
            ON_UNITS,
            "goods of several kinds together at a price",
            "bundle 1 of list mains + 1 of skus COLA, WATER for 5.00",
            many=True,
        ),
        _word("earn", frozenset({Kind.COIN_REWARD}), "coins that an order earns", "earn 1 coin every 1.00", many=True),
        _word("piece", frozenset({Kind.SELECT_COUPON}), "what one coupon of several is worth", "piece 2.00"),
        _word("trade", frozenset({Kind.COIN_EXCHANGE}), "coins that buy coupons", "trade 10 coins for 1 select-summer"),
        _word("rate", frozenset({Kind.COIN_PAYMENT}), "what coins are worth", "rate 100 coins = 1.00"),
        _word(
            "ladder",
            STEPPED | {Kind.COIN_PAYMENT},
            "whether it looks at one store at a time, at the whole order, or at one sku at a time",
            "ladder per store",
        ),
        _word(
            "at",
            STEPPED | ITEM_KINDS | {Kind.COIN_PAYMENT, Kind.COIN_REWARD},
            "at most: the most that one use can bring; at … each: what each item costs",
            "at most 20.00 per order",
            many=True,
        ),
        _word(
            "limit",
            CARDS,
            "how many uses or items; per day alone counts everybody",
            "limit 1 use per customer",
            heads="policy",
            many=True,
        ),
        _word(
            "budget",
            SCOPED - {Kind.COIN_REWARD},
            "stops the rule when the money is gone, in total or for the day",
            "budget 250000.00 in total",
            many=True,
        ),
        _word("funded", SCOPED, "who pays", "funded by platform 40%, bank-x 30%"),
        _word(
            "never",
            SCOPED,
            "what it does not meet on one line: kinds, names, groups, or anything",
            "never with seller coupon",
            heads="policy",
            many=True,
        ),
        _word(
            "combines",
            LAYERED | ITEM_KINDS | {Kind.COIN_PAYMENT},
            "rules of its own layer it may meet on one line",
            "combines with nova-6-off-60",
            many=True,
        ),
        _word("label", CARDS, "its label in another language", 'label de "Sommerrabatt"', many=True),
        _word(
            "note",
            CARDS,
            "shown to customers with the offer; in another language too",
            'note "While stocks last"',
            many=True,
        ),
        _word(
            "order",
            NOBODY,
            "the layers, first to last",
            "order flash sale, item discount, store discount",
            heads="policy",
        ),
        _word(
            "floor",
            NOBODY,
            "the share of its list price below which nothing is sold",
            "floor 40% of list-price",
            heads="policy",
        ),
        _word("set", NOBODY, "one switch of the policy", "set rounding to half-up", heads="policy", many=True),
    ]
)
"""By first word, in the order in which they are explained."""

SCOPE_WORDS = GOODS_WORDS + AUDIENCE_WORDS
"""Words that take values between commas; `prices` and `reduced` take none."""
assert set(SCOPE_WORDS) == set(VALUE_WORDS)

KIND_NAMES = tuple(kind.value for kind in Kind)
KIND_OF = {kind.value: kind for kind in Kind}

CARD_EXAMPLES = {
    Kind.FLASH_SALE: 'flash sale lamp-hour "One-hour lamp sale"',
    Kind.ITEM_DISCOUNT: 'item discount kettle-week "Kettles 15% off"',
    Kind.STORE_DISCOUNT: 'store discount nova-spend-more "Spend more, save more"',
    Kind.SELLER_COUPON: 'seller coupon nova-6-off-60 "6 off 60"',
    Kind.CROSS_STORE_DISCOUNT: 'cross-store discount every-30 "3 off every 30"',
    Kind.SELECT_COUPON: 'select coupon select-summer "Select coupon"',
    Kind.PLATFORM_COUPON: 'platform coupon welcome-4 "4 off your first order"',
    Kind.PROMO_CODE: 'promo code SUMMER15 "15% off, up to 20"',
    Kind.FREE_SHIPPING: 'free shipping home-ships-free "Free shipping over 35"',
    Kind.COIN_PAYMENT: 'coin payment summer-coins "Pay part with coins"',
    Kind.COIN_EXCHANGE: 'coin exchange coins-for-select "10 coins for a select coupon"',
    Kind.COIN_REWARD: 'coin reward earn "A coin for every 1.00"',
}

SWITCHES: dict[str, tuple[str, ...]] = {
    "measured-on": ("running", "item-price"),
    "share-by": ("running", "item-price"),
    "remainder": ("moved", "lost"),
    "overflow": ("clamp", "void"),
    "rounding": ("half-up", "down"),
    "automatic": ("always", "when-better"),
    "gets": ("given", "rounds"),
    "refund": ("paid-share", "recompute"),
    "returns": ("full-only", "by-share", "never"),
    "coins-return": ("by-share", "full-only", "never"),
}
"""`set WORD to VALUE`; the first value is what holds when the policy does not say."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SLIPS = {
    "store": "stores", "shop": "stores", "shops": "stores", "seller": "stores", "sellers": "stores",
    "category": "categories", "brand": "brands", "tag": "tags", "sku": "skus", "item": "skus", "product": "skus",
    "products": "skus", "method": "methods", "shipping": "methods", "customer": "customers", "segment": "customers",
    "segments": "customers", "country": "countries", "channel": "channels", "day": "days", "weekdays": "days",
    "hour": "hours", "time": "hours", "times": "hours", "region": "regions", "states": "regions", "payment": "payments",
    "counting": "counts", "count": "counts", "groups": "group", "labels": "label", "floors": "floor", "layers": "layer",
    "exclude": "except", "excluding": "except",
    "excludes": "except", "without": "except", "not": "except", "takes": "take", "get": "take",
    "save": "take", "discount": "take", "spends": "spend", "buys": "buy", "each": "every", "per": "every",
    "max": "at most", "maximum": "at most", "cap": "at most", "upto": "at most", "limits": "limit",
    "budgets": "budget", "fund": "funded", "paid": "funded", "excludes-with": "never", "combine": "combines",
    "stacks": "combines", "stack": "combines", "notes": "note", "timezone": "zone", "team": "owner",
    "validity": "valid", "from": "valid from", "claims": "claim", "pieces": "piece", "trades": "trade",
    "rates": "rate", "ladders": "ladder", "last": "lasts", "orders": "order", "once": "limit 1 use",
    "minimum": "spend", "min": "spend", "over": "spend", "above": "spend", "dates": "valid", "date": "valid",
    "expires": "lasts", "expire": "lasts", "for": "customers", "only": "stores",
    "starts": "valid", "start": "valid", "ends": "valid", "end": "valid", "cannot": "never", "exclusive": "never",
}  # fmt: skip
"""First words that people write, and the word that they mean."""

KIND_SLIPS: dict[str, tuple[Kind, ...]] = {
    "coupon": (Kind.SELLER_COUPON, Kind.PLATFORM_COUPON, Kind.SELECT_COUPON),
    "voucher": (Kind.SELLER_COUPON, Kind.PLATFORM_COUPON, Kind.PROMO_CODE),
    "discount": (Kind.STORE_DISCOUNT, Kind.ITEM_DISCOUNT, Kind.CROSS_STORE_DISCOUNT),
    "offer": (Kind.STORE_DISCOUNT, Kind.ITEM_DISCOUNT, Kind.CROSS_STORE_DISCOUNT),
    "sale": (Kind.FLASH_SALE,),
    "code": (Kind.PROMO_CODE,),
    "promo": (Kind.PROMO_CODE,),
    "shipping": (Kind.FREE_SHIPPING,),
    "delivery": (Kind.FREE_SHIPPING,),
    "coins": (Kind.COIN_PAYMENT, Kind.COIN_EXCHANGE, Kind.COIN_REWARD),
    "points": (Kind.COIN_PAYMENT, Kind.COIN_EXCHANGE, Kind.COIN_REWARD),
}
"""Words that people begin a card with, and the kinds that they may mean."""

PLURALS = frozenset(
    {"store", "category", "brand", "tag", "sku", "method", "customer", "country", "channel", "region", "payment",
     "count", "day", "hour",
     "takes", "spends", "buys", "limits", "budgets", "combine", "notes", "claims", "pieces", "trades", "rates"}
)  # fmt: skip
"""Slips that are only a letter or two: replacing them is safe."""


def a(name: str) -> str:
    """`a store discount`, `an item discount`."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def table() -> str:
    """The words as a Markdown table, for the language page."""
    rows = ["| word | in | says | example |", "|---|---|---|---|"]
    for word in WORDS.values():
        if word.kinds == CARDS:
            places = ["every card"]
        elif len(word.kinds) > len(CARDS) - 3:
            places = ["every card but " + " and ".join(sorted(CARDS - word.kinds))]
        else:
            places = [kind.value for kind in Kind if kind in word.kinds]
        rows.append(f"| `{word.word}` | {', '.join([*places, *sorted(word.heads)])} | {word.says} | `{word.example}` |")
    return "\n".join(rows) + "\n"


def words_for(where: Kind | str) -> tuple[Word, ...]:
    """The words that may begin a line in a kind of card, or in `file`, `campaign`, `list`, `policy`."""
    if isinstance(where, Kind):
        return tuple(word for word in WORDS.values() if where in word.kinds)
    return tuple(word for word in WORDS.values() if where in word.heads)


INNER_WORDS = {
    "anything": ("every other promotion, on the same line of a cart", "never with anything"),
    "per day": (
        "a use on one day, in the campaign's zone, by all customers together; per customer and day is each customer's own",
        "limit 100 uses per day",
    ),
    "per customer": ("of each customer for himself, over all orders", "limit 1 use per customer"),
    "per customer and day": (
        "of each customer for himself, on one day of the campaign's zone",
        "limit 1 use per customer and day",
    ),
    "per customer and week": (
        "of each customer for himself, from Monday through Sunday",
        "limit 1 use per customer and week",
    ),
    "per customer and month": (
        "of each customer for himself, in one month of the calendar",
        "limit 2 uses per customer and month",
    ),
    "per item": ("of each unit that it falls on", "at most 5.00 per item"),
    "per store": ("of one store's goods, or looking at one store at a time", "at most 20.00 per store"),
    "per sku": ("at one item at a time, by store and sku", "ladder per sku"),
    "per order": ("in one order", "at most 20.00 per order"),
    "in total": ("of all customers together, as long as the card holds", "budget 250000.00 in total"),
    "through": ("a last day, which is included as a whole", "valid from 2026-06-18 through 2026-06-24"),
    "until": ("the moment at which it stops; a day alone means its first moment", "hours from 18:00 until 22:00"),
    "at most": ("the most that one use can bring", "take 15% off, at most 20.00"),
    "combines with": ("rules of its own kind that it may meet on one line", "combines with nova-6-off-60"),
    "off": ("what comes off the price, as an amount or a share", "take 15% off"),
    "free": ("nothing to pay for it", "buy 2 get 1 free"),
    "get": ("so many units of the goods in the card, cheaper or free", "buy 2 get 1 free, at most 3 times"),
    "each": ("for every unit by itself", "take 5.00 off each"),
    "the cheapest": ("the unit with the lowest price, or so many of them", "every 3 items take 100% off the cheapest"),
    "the dearest": ("the unit with the highest price, or so many of them", "take 5.00 off each of the 4 dearest"),
    "different": ("different items, by store and sku; two of one count once", "buy 3 different take 10% off"),
    "items": ("units of the goods that the step looks at", "every 3 items for 20.00"),
    "nothing": ("a step that gives nothing, above one that gives something", "spend 500.00 take nothing"),
    "in all": ("for all goods of the card together", "pay 20.00 in all"),
    "in steps": ("only whole multiples of these coins", "rate 100 coins = 1.00, in steps"),
    "reduced": ("goods with a struck price above their price", "except reduced"),
    "everything": ("all goods of the cart, not only those that get cheaper", "counts everything"),
    "like": ("what single codes look like; each # is a sign", "codes 10000 like MAIL-####-####"),
    "by": ("who pays, and which part", "funded by platform 40%, bank-x 30%"),
    "for": ("the price of all of them together", "every 3 items for 20.00"),
    "from": (
        "the first day or moment, which is included; with prices, the lowest",
        "valid from 2026-06-18 through 2026-06-24",
    ),
    "at": ("the price of each, or what is taken off it", "buy 10 at 9.00 each"),
    "uses": (
        "each time that the card gives something: once in every store, or with every piece",
        "limit 5 uses per customer",
    ),
    "times": ("how often a step that repeats may count in one use", "every 30.00 take 3.00 off, at most 5 times"),
    "platform": ("the marketplace, as the one who pays", "funded by platform"),
    "seller": ("the store of the goods, as the one who pays", "funded by seller"),
    "coins": ("whole numbers in the customer's wallet", "rate 100 coins = 1.00"),
}
"""Words in the middle of lines."""


def inner_word(said: str) -> str:
    """The entry that tells of a word in the middle of lines, such as `in steps` for `steps`; empty when none does."""
    alike = (said, f"{said}s")
    return next(
        (word for word in (*alike, *INNER_WORDS) if word in INNER_WORDS and {*alike} & {word, *word.split()}), ""
    )
