"""Cards to fill in, one for each kind: what `pricing new` prints.

Reads the campaign's currency and names that exist; makes text in the rule language that loads as it stands. Each line
that a card can do without is a remark to be taken away or made a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from attrs import frozen

from pricing.language.formatter import REMARK_AT, fmt
from pricing.model.kind import Kind
from pricing.money import show


@frozen
class NamesThere:
    """What a template needs to know of the folder it is for. The defaults are those of the language page."""

    currency: str = "USD"
    zone: str = "America/Los_Angeles"
    store: str = "nova-home"
    category: str = "home/kitchen"
    segment: str = "new"
    sku: str = ""
    """A sku with a price, and the store that sells it; empty when the catalogue has none."""
    sku_store: str = ""
    sku_price: int = 0
    coupon: str = ""
    """A coupon that coins can buy; empty when there is none yet."""
    taken: frozenset[str] = frozenset()
    """Names of cards that are there."""


def campaign_text(name: str, names: NamesThere, today: date) -> str:
    """A whole rule file with one card, for a week that begins next Monday."""
    start = today + timedelta(days=7 - today.weekday())
    end = start + timedelta(days=6)
    label = name.replace("-", " ").title()
    head = f"""# {label}. Questions: put a name or a channel here.

campaign {name} "{label}"
  owner marketing   # the team that answers for it
  # brief     MKT-1042   # the ticket, if there is one
  currency {names.currency}   # of all amounts below
  zone {names.zone}   # of all times below
  valid from {start} through {end}   # that whole day included
"""
    return f"{laid_out(head)}\n{card_text(Kind.STORE_DISCOUNT, '', names)}"


def card_text(kind: Kind, name: str, names: NamesThere) -> str:
    """A card of a kind, ending with a line break. `name`: empty for a name that is still free."""
    text = _CARDS[kind]
    if kind is Kind.COIN_EXCHANGE and not names.coupon:
        coupon = _free("coupon-for-coins", names.taken)
        text = text.replace("«coupon»", coupon)
        text = _filled(_CARDS[Kind.SELECT_COUPON], coupon, names) + "\n" + text
    if kind is Kind.FLASH_SALE and names.sku:
        text = _FLASH_PRICE
    return _filled(text, name or _free(_NAMES[kind], names.taken), names)


def _free(name: str, taken: frozenset[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _filled(text: str, name: str, names: NamesThere) -> str:
    """The template with its blanks filled in; an amount is written in minor units, in the campaign's currency."""
    words: Mapping[str, str] = {
        "name": name,
        "store": names.store,
        "category": names.category,
        "segment": names.segment,
        "coupon": names.coupon,
        "sku": names.sku,
        "sku_store": names.sku_store,
        "sale": show(max(1, names.sku_price * 4 // 5), names.currency),
    }
    for word, value in words.items():
        text = text.replace(f"«{word}»", value)
    text = _AMOUNT.sub(lambda found: show(int(found[1]), names.currency), text)
    return laid_out(text)


def laid_out(text: str) -> str:
    """The canonical layout, in which the remarks of what can become a line stand in the column of the others."""
    lines = fmt(text).text.splitlines()
    return "".join(f"{_with_remark(line) if line.startswith('  # ') else line}\n" for line in lines)


def _with_remark(line: str) -> str:
    clause, mark, remark = line.partition("   # ")
    return f"{clause.rstrip():<{REMARK_AT - 2}}  # {remark}" if mark else line


_AMOUNT = re.compile("«([0-9]+)»")


_NAMES = {
    Kind.FLASH_SALE: "my-flash-sale",
    Kind.ITEM_DISCOUNT: "my-item-discount",
    Kind.STORE_DISCOUNT: "my-store-discount",
    Kind.SELLER_COUPON: "my-seller-coupon",
    Kind.CROSS_STORE_DISCOUNT: "my-cross-store-discount",
    Kind.SELECT_COUPON: "my-select-coupon",
    Kind.PLATFORM_COUPON: "my-platform-coupon",
    Kind.PROMO_CODE: "MYCODE15",
    Kind.FREE_SHIPPING: "my-free-shipping",
    Kind.COIN_PAYMENT: "my-coin-payment",
    Kind.COIN_EXCHANGE: "my-coin-exchange",
    Kind.COIN_REWARD: "my-coin-reward",
}

_FLASH_PRICE = """\
# A flash sale sets prices for a short time. Every customer gets them; there is nothing to pick up or type.
flash sale «name» "What customers read"
  stores      «sku_store»
  price       «sku» at «sale»              # one line for each sku
  limit       2 items per customer         # so that nobody buys all of them
  # valid     from 2026-06-20 18:00 until 2026-06-20 19:00
  # hours     from 18:00 until 19:00       # the same hour on every day of the campaign
  # never     with seller coupon           # lines at this price take no seller coupon
"""

_CARDS = {
    Kind.FLASH_SALE: """\
# A flash sale lowers item prices for a short time. Every customer gets them; there is nothing to pick up or type.
flash sale «name» "What customers read"
  stores      «store»
  categories  «category»
  take        20% off
  limit       2 items per customer         # so that nobody buys all of them
  # price     SKU at «2000»                 # instead of take: one line for each sku
  # valid     from 2026-06-20 18:00 until 2026-06-20 19:00
  # hours     from 18:00 until 19:00       # the same hour on every day of the campaign
  # never     with seller coupon           # lines at this price take no seller coupon
""",
    Kind.ITEM_DISCOUNT: """\
# An item discount lowers the price of single items, before anything else is counted.
item discount «name» "What customers read"
  stores      «store»
  categories  «category»                   # and everything under it
  take        15% off
  # except    skus NH-2040                 # leaves some items out
  # limit     3 items per customer
""",
    Kind.STORE_DISCOUNT: """\
# A store discount counts what is bought at one store. Customers get it without doing anything.
store discount «name» "What customers read"
  stores      «store»
  # except    categories gift-cards        # leaves some items out
  spend        «5000»  take «500» off
  spend       «10000»  take «1200» off     # only the highest step reached counts
  # buy       3 take 10% off, at most «2000»   # instead of spend: counts items
  # buy       2 get 1 free                 # or: the cheapest of three is free
  # every     3 items for «2000»            # or: any three for a price
  # counts    categories home              # steps look at these, not at what gets cheaper
  # code      MYCODE                       # only for who types it; held: for who holds it
""",
    Kind.SELLER_COUPON: """\
# A seller coupon waits in the customer's wallet and is used at one store.
seller coupon «name» "What customers read"
  stores      «store»                      # exactly one store
  lasts       7 days                       # after it was picked up
  spend       «6000»  take «600» off
  limit       1 use per customer
  limit       10000 uses in total
  # claim     from 2026-06-15 through 2026-06-23   # when it can be picked up
""",
    Kind.CROSS_STORE_DISCOUNT: """\
# A cross-store discount counts everything in its stores together. Customers get it without doing anything.
cross-store discount «name» "What customers read"
  stores      «store»                      # put all stores that take part here, with commas
  every       «3000»  take «300» off
  at most     «1500» per order
  # except    categories gift-cards        # leaves some items out
""",
    Kind.SELECT_COUPON: """\
# A select coupon comes in pieces; a customer holds several and uses as many as the step allows.
select coupon «name» "What customers read"
  stores      «store»                      # put all stores that take part here, with commas
  piece       «200»                        # what one coupon is worth
  spend       «1500»  take «200» off       # one piece
  spend       «5000»  take «600» off       # three pieces
  at most     «2000» per order             # over all stores
  budget      «500000» in total            # then it stops
""",
    Kind.PLATFORM_COUPON: """\
# A platform coupon waits in the customer's wallet and is used once, over the whole order.
platform coupon «name» "What customers read"
  customers   «segment»                    # for whom; without this line, for everybody
  spend       «3000»  take «400» off
  lasts       30 days                      # after it was picked up
  limit       1 use per customer
  # budget    «500000» in total             # then it stops
""",
    Kind.PROMO_CODE: """\
# A promo code is typed by the customer; its name is the code.
promo code «name» "What customers read"
  spend       «8000»  take 15% off, at most «2000»   # a percentage needs a cap
  limit       1 use per customer
  limit       5000 uses in total
  # except    categories gift-cards        # leaves some items out
  # never     with seller coupon           # not on lines that use one
""",
    Kind.FREE_SHIPPING: """\
# Free shipping takes the shipping charge off when enough is bought at a store.
free shipping «name» "What customers read"
  stores      «store»
  methods     standard                     # which ways of shipping
  spend       «3500»  ship free
  at most     «800» per order
""",
    Kind.COIN_PAYMENT: """\
# A coin payment lets customers pay a part with the coins they have collected.
coin payment «name» "What customers read"
  rate        100 coins = «100»
  at most     10% per item
  at most     «500» per order
  # except    categories gift-cards        # leaves some items out
""",
    Kind.COIN_EXCHANGE: """\
# A coin exchange sells pieces of a coupon for coins.
coin exchange «name» "What customers read"
  trade       10 coins for 1 «coupon»
  limit       5 uses per customer
""",
    Kind.COIN_REWARD: """\
# A coin reward gives coins for what was paid. They can be spent later.
coin reward «name» "What customers read"
  earn        1 coin every «100»
  at most     200 coins per order
  # spend     «5000» earn 20 coins           # instead of earn: steps, of which the highest one counts
  # except    categories gift-cards        # leaves some items out
""",
}

KINDS = tuple(kind.value for kind in _CARDS)
"""The kinds of card that can be printed, as the language spells them."""
