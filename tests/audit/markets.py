"""Rule books to audit, with a catalogue; random carts of the same universe to compare with.

`python -m tests.audit.markets rules 100000` compares the audit of a rule folder, and of each of its campaigns, with so
many random carts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from attrs import evolve

from pricing.api import Engine
from pricing.audit.climb import Till, Trial, by_money, by_share
from pricing.audit.folder import catalogue_of
from pricing.audit.shelf import shelf_of
from pricing.audit.situations import occasions
from pricing.audit.starts import Bounds, basket_of
from pricing.audit.worst import COINS, EFFORT, STEPS, audit
from pricing.language.loading.catalogue import Catalogue, read_catalogue
from pricing.language.loading.load import load_folder, load_texts
from pricing.model.rulebook import RuleBook

HEAD = """campaign week-1 "Week"
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30

"""
SKUS = """sku,store,price,categories,brand,tags
A-1,alba,4.90,home/kitchen,nova,
A-2,alba,19.99,home/kitchen,nova,sale
A-3,alba,45.00,home/dining,kawa,
A-4,alba,120.00,garden,kawa,
B-1,brio,7.50,sport/running,fjell,
B-2,brio,33.00,sport/running,fjell,sale
B-3,brio,89.90,sport/ski,fjell,
C-1,cora,12.00,tea,,organic
C-2,cora,260.00,tea,,
"""
CATALOGUE, _ = read_catalogue({"catalogue/skus.csv": SKUS})

MIXED = """item discount kitchen "Kitchen"
  stores alba
  categories home/kitchen
  take 15% off

store discount steps "Steps"
  stores alba
  spend 50.00 take 5.00 off
  spend 100.00 take 12.00 off

store discount three "Three"
  stores brio
  buy 3 take 10% off

seller coupon sixty "Sixty"
  stores alba
  spend 60.00 take 6.00 off
  limit 1 use per customer

cross-store discount every-30 "Every thirty"
  stores alba, brio
  every 30.00 take 3.00 off

select coupon select "Select"
  stores alba, brio
  piece 2.00
  spend 15.00 take 2.00 off
  spend 65.00 take 6.00 off
  at most 20.00 per order

platform coupon welcome "Welcome"
  customers new
  spend 30.00 take 4.00 off

promo code CODE15 "Fifteen"
  spend 80.00 take 15% off, at most 20.00
  never with seller coupon

promo code APP8 "Eight in the app"
  channels app
  hours from 18:00 until 22:00
  spend 40.00 take 8.00 off

coin payment coins "Coins"
  rate 100 coins = 1.00
  at most 10% per item
  at most 5.00 per order
"""


def book_of(cards: str) -> RuleBook:
    """The rule book of some cards in one campaign."""
    loaded = load_texts({"a.promo": HEAD + cards})
    assert loaded.book is not None, loaded.report()
    return loaded.book


def random_trials(book: RuleBook, catalogue: Catalogue, currency: str, bounds: Bounds, seed: int) -> Iterator[Trial]:
    """Random carts of the universe that `audit` searches, without end."""
    rng = Random(seed)
    engine = Engine(book, STEPS)
    shelf = shelf_of(engine.plan, catalogue, currency)
    found = occasions(engine.plan, currency, COINS)
    till = Till(engine, shelf, found, bounds)
    by_store = [[place for place, item in enumerate(shelf.products) if item.store == store] for store in shelf.stores]
    everything = list(range(len(shelf.products)))
    while True:
        places = rng.choice(by_store) if rng.random() < 0.6 else everything
        most = rng.choice((1, 2, 3, bounds.lines))
        chosen = rng.sample(places, min(len(places), rng.randint(1, most)))
        units = rng.choice((1, 3, 6, bounds.units))
        basket = basket_of({place: rng.randint(1, units) for place in chosen})
        yield till.trial(basket, rng.randrange(len(found)))


def campaigns(folder: Path | str) -> dict[str, RuleBook]:
    """The rules of a folder all together, and of each campaign on its own."""
    book = load_folder(folder).book
    assert book is not None
    own = {made.name: tuple(rule for rule in book.rules if rule.campaign == made.name) for made in book.campaigns}
    return {"all": book, **{name: evolve(book, rules=rules) for name, rules in own.items()}}


def compare(
    book: RuleBook, catalogue: Catalogue, many: int, effort: int = EFFORT
) -> Iterator[tuple[str, str, bool, str]]:
    """(currency, sense, whether the audit's worst is as bad as that of `many` random carts, both in words)."""
    bounds = Bounds()
    for made in audit(book, catalogue, effort=effort):
        if made.worst("share") is None:
            continue
        trials = random_trials(book, catalogue, made.currency, bounds, 1)
        worst = {"share": next(trials)}
        worst["money"] = worst["share"]
        for _ in range(many - 1):
            trial = next(trials)
            worst["share"] = min(worst["share"], trial, key=by_share)
            worst["money"] = min(worst["money"], trial, key=by_money)
        for sense, trial in worst.items():
            found = made.worst(sense)
            assert found is not None
            good = found.share <= trial.share if sense == "share" else found.saved >= trial.saved
            words = f"audit pays {found.pays} of {found.listed}, random {trial.pays} of {trial.listed}"
            yield made.currency, sense, good, f"{words} ({made.carts} carts against {many})"


def main() -> None:
    """Compares the whole folder, then each campaign on its own."""
    folder, many = sys.argv[1], int(sys.argv[2])
    wrong = 0
    for name, one in campaigns(folder).items():
        for currency, sense, good, words in compare(one, catalogue_of(folder), many):
            wrong += not good
            print(f"{'ok   ' if good else 'WRONG'} {name} {currency} {sense}: {words}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
