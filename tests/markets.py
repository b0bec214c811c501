"""Small random markets: a rule book, a cart and earlier uses, the same for the same seed.

`python -m tests.markets 500` says how much they bite.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from pricing.model.cart import Cart, Line, RuleUsage, ShippingCharge
from pricing.model.kind import AUTOMATIC, COUPON_KINDS, ITEM_KINDS, LAYERS, TRAITS, Kind
from pricing.model.policy import HOUSE_POLICY, Layer, Policy, PolicyLimit
from pricing.model.rule import Campaign
from pricing.model.rulebook import RuleBook
from pricing.model.window import Window
from tests.market_codes import Coded
from tests.market_rules import BRANDS, CATEGORIES, KINDS, METHODS, SEGMENTS, TAGS, Draft
from tests.market_words import WORDS_KINDS, Words, words_lines, words_policy, words_shipping
from tests.oracle import Oracle

SIZES = {"tiny": (2, 4, 200), "small": (5, 14, 3000), "large": (7, 18, 30000), "crowded": (8, 26, 1 << 60)}
WORDS = {
    "words": (5, 12, 3000),
    "more words": (7, 16, 20000),
    "crowded words": (8, 24, 1 << 60),
    "codes": (5, 12, 3000),
}
"""By size: most lines, most rules, most selections. A crowded market is too much for the oracle."""
UNITS = {"USD": 1, "JPY": 1, "KWD": 10}

Market = tuple[RuleBook, Cart, dict[str, RuleUsage]]


def market(seed: int, size: str = "small") -> Market:
    """The market of this seed. It always has something to choose."""
    for draft in drafts(seed, size):
        made = draft.book(), draft.cart(), draft.usage
        if Oracle(*made).size() > 1:
            return made
    raise AssertionError


def drafts(seed: int, size: str) -> Iterator[Draft]:
    most_lines, most_rules, most_selections = {**SIZES, **WORDS}[size]
    drawn = WORDS_KINDS if size in WORDS else KINDS
    attempt = 0
    while True:
        rng = Random(f"{size} {seed} {attempt}")
        attempt += 1
        draft = start(rng, rng.randint(1, most_lines))
        if size in WORDS:
            draft = with_words(draft, Coded if size == "codes" else Words)
        count = rng.randint(3, most_rules)
        kinds = rng.choices(list(drawn), list(drawn.values()), k=count)
        kinds.sort(key=lambda kind: kind not in ITEM_KINDS)  # item rules first, so that thresholds know item prices
        for kind in kinds:
            draft.add(kind, most_selections)
            if kind is Kind.SELECT_COUPON and rng.random() < 0.5:
                draft.add(Kind.COIN_EXCHANGE, most_selections)
        rng.shuffle(draft.rules)
        yield draft


def with_words(draft: Draft, made: type[Words] = Words) -> Draft:
    """The same with what the second edition adds to lines, charges, policy and customer."""
    rng = draft.rng
    return made(
        rng,
        draft.currency,
        draft.at,
        words_lines(rng, draft.lines, draft.currency),
        words_shipping(rng, draft.shipping, draft.currency),
        words_policy(rng, draft.policy),
        draft.campaigns,
        draft.segments,
        draft.generous,
        codes=["NOSUCH", "save", " \n"],
        customer=rng.choice(("c-1", "c-1", "c-1", "")),
        region=rng.choice(("", "US-CA")),
        payment=rng.choice(("", "card-x")),
    )


def start(rng: Random, line_count: int) -> Draft:
    """Lines, shipping, policy, and no rules yet."""
    currency = rng.choice(("USD", "USD", "JPY", "KWD"))
    zone = rng.choice(("UTC", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kuwait"))
    at = datetime(2026, 6, 20, 18, 30, tzinfo=UTC) + timedelta(minutes=30 * rng.randrange(48))
    at = at.astimezone(timezone(timedelta(hours=rng.choice((0, -7, 9, 3)))))
    stores = ["alba", "brio", "cora"][: rng.choice((1, 2, 2, 3))]
    lines = cart_lines(rng, line_count, stores, currency)
    charges = {}
    for store in stores:
        for method in METHODS:
            if rng.random() < 0.5:
                amount = rng.choice((0, 499, 500, 650, 999, 1)) * UNITS[currency]
                charges[store, method] = ShippingCharge(store, method, (amount, currency))
    valid = Window(datetime(2026, 6, 1, 7, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC))
    campaigns = [Campaign("main", "Main", currency, zone, valid)]
    if rng.random() < 0.3:
        campaigns.append(Campaign("other", "Other", rng.choice((currency, "EUR")), "Europe/Berlin", valid))
    shipping = list(charges.values())
    rng.shuffle(shipping)
    segments = tuple(rng.sample(SEGMENTS, rng.randint(0, 2)))
    generous = 8 if rng.random() < 0.12 else 1
    return Draft(rng, currency, at, lines, shipping, policy(rng), campaigns, segments, generous, codes=["NOSUCH"])


def cart_lines(rng: Random, count: int, stores: list[str], currency: str) -> list[Line]:
    tiny = rng.random() < 0.1  # rounding is all that matters
    prices = [
        max(1, rng.choice((rng.randrange(100, 6000), 333, 999, 1000, 1999, 2000, 50)) * UNITS[currency])
        for _ in range(3)
    ]
    lines = []
    ids = rng.sample(["1", "2", "10", "11", "9", "a", "B", "b"], count)
    for line_id in ids:
        amount = rng.randrange(1, 30) if tiny else rng.choice(prices) + rng.choice((0, 0, 0, 1, 7, 100))
        if rng.random() < 0.03:
            amount = 0
        lines.append(
            Line(
                sku=f"S-{line_id.upper() if rng.random() < 0.8 else 1}",
                store=rng.choice(stores),
                price=(amount, currency),
                quantity=rng.choice((1, 1, 1, 2, 2, 3, 4)),
                id=line_id,
                categories=tuple(rng.sample(CATEGORIES, rng.choice((0, 1, 1, 2)))),
                brand=rng.choice(BRANDS),
                tags=tuple(tag for tag in TAGS if rng.random() < 0.3),
            )
        )
    return lines


def policy(rng: Random) -> Policy:
    if rng.random() < 0.25:
        return HOUSE_POLICY

    def switch(usual: str, other: str) -> str:
        return other if rng.random() < 0.3 else usual

    middle = list(LAYERS[2:-1])
    if rng.random() < 0.5:
        rng.shuffle(middle)
    limits = {}
    for kind in (
        Kind.PLATFORM_COUPON,
        Kind.PROMO_CODE,
        Kind.SELLER_COUPON,
        Kind.SELECT_COUPON,
        Kind.STORE_DISCOUNT,
        Kind.FREE_SHIPPING,
    ):
        if rng.random() < 0.35:
            count = rng.choice((2, 3)) if kind is Kind.SELECT_COUPON else rng.choice((1, 1, 2))
            per = rng.choice(("order", "store"))
            limits[kind, per] = PolicyLimit(count, kind, per)
    never = set()
    while rng.random() < 0.2:
        one, other = sorted(rng.sample(LAYERS, 2))
        never.add((one, other))
    return Policy(
        name="house",
        order=tuple([Layer(kind) for kind in (*LAYERS[:2], *middle, LAYERS[-1])]),
        limits=tuple(limits[key] for key in sorted(limits)),
        never=tuple(sorted(never)),
        measured_on=switch("running", "item-price"),
        share_by=switch("running", "item-price"),
        remainder=switch("moved", "lost"),
        overflow=switch("clamp", "void"),
        rounding=switch("half-up", "down"),
        refund=switch("paid-share", "recompute"),
        returns=rng.choice(("full-only", "by-share", "never")),
        coins_return=rng.choice(("by-share", "full-only", "never")),
    )


def traits(made: Market) -> set[str]:
    """What a market shows: for the report, and for tests that want to know that everything comes up."""
    book, cart, usage = made
    oracle = Oracle(book, cart, usage)
    quote = oracle.quote()
    seen = set(quote.refused.values())
    used = {rule: (store, pieces) for rule, store, _, pieces, _, _ in quote.used}
    kinds = {rule.name: rule.kind for rule in book.rules}
    seen |= {f"used {kinds[rule]}" for rule in [*used, *quote.item_rules]}
    seen |= {"exchange used"} if quote.trades else set()
    if quote.permitted > 1:
        seen.add("a choice")
    for application in oracle.applications:
        rule = application.rule
        if any(used[0:2] == (rule.name, application.store) for used in quote.used):
            continue
        choice = rule.kind in COUPON_KINDS or rule.kind is Kind.PROMO_CODE
        if choice or TRAITS[rule.kind].given == AUTOMATIC:
            forced = oracle.forced((rule.name, application.store))
            word = "coupon or code" if choice else "automatic"
            seen.add(f"{word} left: " + ("no permitted selection" if forced is None else "beaten or no better"))
    totals = [settlement.total() for _, settlement in oracle.permitted()]
    if totals.count(min(totals)) > 1:
        seen.add("tie of totals")
    ranks = sorted(oracle.rank(*pair) for pair in oracle.permitted())
    for place, name in ((1, "tie broken by coins"), (2, "tie broken by pieces"), (3, "tie broken by expiry")):
        if len(ranks) > 1 and ranks[0][:place] == ranks[1][:place] and ranks[0][place] != ranks[1][place]:
            seen.add(name)
    if len(ranks) > 1 and ranks[0][:4] == ranks[1][:4]:
        seen.add("tie broken by name")
    if len(greedy(oracle)) and greedy(oracle) != [quote.total]:
        seen.add("greedy is not best")
    return seen


def greedy(oracle: Oracle) -> list[int]:
    """The total when applications are added one by one, each time the one that saves most."""
    allowed = {selection: settlement.total() for selection, settlement in oracle.permitted()}
    now = min(allowed, key=lambda selection: (sum(selection), allowed[selection]))
    while True:
        near = [
            selection
            for selection in allowed
            if sum(a != b for a, b in zip(now, selection, strict=True)) == 1 and allowed[selection] < allowed[now]
        ]
        if not near:
            return [allowed[now]]
        now = min(near, key=lambda selection: allowed[selection])


def main(count: int, size: str = "small") -> None:
    seen: Counter[str] = Counter()
    sizes = []
    for seed in range(count):
        made = market(seed, size)
        sizes.append(Oracle(*made).size())
        seen.update(traits(made))
    sizes.sort()
    print(f"{count} markets; selections: median {sizes[count // 2]}, most {sizes[-1]}")
    for trait, times in sorted(seen.items(), key=lambda item: -item[1]):
        print(f"{100 * times / count:5.1f}%  {trait}")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
