"""How shops usually choose, written plainly: layer by layer, best over all codes, and one thing at a time.

Each gives a permitted selection, worked off by the same plain arithmetic as the table, so that it never pays less than
the optimum. What they have in common: nobody thinks of leaving a coupon unused so that a code's threshold is reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.cards import Book, Card, Cart
from benchmarks.peers.amounts import benefit, coins_pay, reached, share
from benchmarks.peers.facts import Facts, Offer, StoreFacts, facts_of
from benchmarks.peers.table import coupon_choices, discount_sets, piece_limit


@dataclass(frozen=True, slots=True)
class Choice:
    """What is used in one store."""

    discounts: tuple[tuple[Offer, int], ...] = ()
    coupon: Offer | None = None
    select: Offer | None = None
    pieces: int = 0


def layer_by_layer(book: Book, cart: Cart, index: dict[str, list[Card]] | None = None) -> int:
    """Each layer takes its largest benefit and looks no further; the first typed code that can be used is used."""
    facts = facts_of(book, cart, index)
    running = layers(facts)
    for code in cart["codes"]:
        for offer in facts.codes:
            if offer.card.name == code and (worth := _worth(offer, running)):
                share(worth, running, list(offer.places))
                return sum(running) - coins_pay(cart, facts.coin_card, running)
    return sum(running) - coins_pay(cart, facts.coin_card, running)


def best_code(book: Book, cart: Cart, index: dict[str, list[Card]] | None = None) -> int:
    """Layer by layer, and then the code that takes most."""
    facts = facts_of(book, cart, index)
    running = layers(facts)
    worths = [(_worth(offer, running), offer) for offer in facts.codes]
    worth, offer = max(worths, key=lambda pair: pair[0], default=(0, None))
    if offer is not None:
        share(worth, running, list(offer.places))
    return sum(running) - coins_pay(cart, facts.coin_card, running)


def one_at_a_time(book: Book, cart: Cart, index: dict[str, list[Card]] | None = None) -> int:
    """Automatic discounts, then again and again the one coupon, lot of pieces or code that now saves most."""
    facts = facts_of(book, cart, index)
    pools = dict(facts.held)
    choices = [Choice(discounts=_best_discounts(store, facts.amounts)) for store in facts.stores]
    running = list(facts.amounts)
    for store, choice in zip(facts.stores, choices, strict=True):
        _write(running, store, settle(facts, store, choice) or facts.amounts)
    code: Offer | None = None
    while True:
        best_saving, best = 0, None
        before = sum(running) - _worth(code, running)
        for place, (store, choice) in enumerate(zip(facts.stores, choices, strict=True)):
            for tried in _additions(store, choice, running, pools):
                settled = settle(facts, store, tried)
                if settled is None:
                    continue
                after = list(running)
                _write(after, store, settled)
                saving = before - (sum(after) - _worth(code, after)) if _usable(code, after) else 0
                if saving > best_saving:
                    best_saving, best = saving, (place, tried, after)
        offered = max(facts.codes, key=lambda offer: _worth(offer, running), default=None) if code is None else None
        if offered is not None and _worth(offered, running) > best_saving:
            code = offered
        elif best is None:
            break
        else:
            place, choices[place], running = best
            picked = choices[place]
            if picked.select is not None:
                used = sum(c.pieces for c in choices if c.select and c.select.card.name == picked.select.card.name)
                pools[picked.select.card.name] = facts.held[picked.select.card.name] - used
    if code is not None:
        share(_worth(code, running), running, list(code.places))
    return sum(running) - coins_pay(cart, facts.coin_card, running)


def layers(facts: Facts) -> list[int]:
    """What every line costs after store discounts, seller coupons and select coupons, each layer chosen for itself."""
    running = list(facts.amounts)
    pools = dict(facts.held)
    for store in facts.stores:
        for offer, worth in _best_discounts(store, facts.amounts):
            share(worth, running, list(offer.places))
        coupon = max(coupon_choices(store, running), key=lambda found: found[1] if found else 0)
        if coupon is not None:
            share(coupon[1], running, list(coupon[0].places))
        counts = [(piece_limit(o, running, pools[o.card.name]), o) for o in store.selects]
        for count, offer in sorted(counts, key=lambda pair: -pair[0] * pair[1].card.piece)[:1]:
            pools[offer.card.name] -= count
            base = sum(running[place] for place in offer.places)
            share(min(count * offer.card.piece, base), running, list(offer.places))
    return running


def settle(facts: Facts, store: StoreFacts, choice: Choice) -> list[int] | None:
    """The amounts (of all lines; only the store's changed) under the choice; None when a part of it cannot be used."""
    running = list(facts.amounts)
    for offer, worth in choice.discounts:
        share(worth, running, list(offer.places))
    if choice.coupon is not None:
        worth = _worth(choice.coupon, running)
        if not worth:
            return None
        share(worth, running, list(choice.coupon.places))
    if choice.select is not None:
        if piece_limit(choice.select, running, choice.pieces) < choice.pieces:
            return None
        base = sum(running[place] for place in choice.select.places)
        share(min(choice.pieces * choice.select.card.piece, base), running, list(choice.select.places))
    return running


def _best_discounts(store: StoreFacts, amounts: list[int]) -> tuple[tuple[Offer, int], ...]:
    return tuple(max(discount_sets(store, amounts), key=lambda chosen: sum(worth for _, worth in chosen)))


def _additions(store: StoreFacts, choice: Choice, running: list[int], pools: dict[str, int]) -> list[Choice]:
    """The store's choice with one more coupon or lot of pieces."""
    found = []
    if choice.coupon is None:
        found += [replace(choice, coupon=offer) for offer in store.coupons]
    if choice.select is None:
        for offer in store.selects:
            count = piece_limit(offer, running, pools[offer.card.name])
            if count:
                found.append(replace(choice, select=offer, pieces=count))
    return found


def _worth(offer: Offer | None, running: list[int]) -> int:
    if offer is None:
        return 0
    base = sum(running[place] for place in offer.places)
    return benefit(reached(offer.card.steps, base, offer.units), base)


def _usable(code: Offer | None, running: list[int]) -> bool:
    return code is None or _worth(code, running) > 0


def _write(target: list[int], store: StoreFacts, source: list[int]) -> None:
    for place in store.places:
        target[place] = source[place]
