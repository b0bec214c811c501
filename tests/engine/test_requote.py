"""A cart that was changed gets the very quote that it gets when it comes new."""

from __future__ import annotations

import json
from random import Random

from attrs import evolve

from benchmarks.workloads import workload
from pricing import Cart, CartError, Engine
from pricing.engine.matching.case import case_of
from pricing.engine.search.stores.kept import likes_of
from pricing.engine.search.stores.parts import parts_of
from tests.markets import market


def edited(cart: Cart, rng: Random) -> Cart:
    """The cart with one quantity changed, a line taken out, a code more or fewer coins."""
    at = rng.randrange(len(cart.lines))
    line = cart.lines[at]
    more = evolve(line, quantity=max(1, line.quantity + rng.choice((-1, 1, 2))))
    changed = (*cart.lines[:at], more, *cart.lines[at + 1 :])
    edits = [evolve(cart, lines=changed), evolve(cart, codes=("SAVE", *cart.codes))]
    edits.append(evolve(cart, wallet=evolve(cart.wallet, coins=cart.wallet.coins // 2)))
    if len(cart.lines) > 1:
        edits.append(evolve(cart, lines=(*cart.lines[:at], *cart.lines[at + 1 :])))
    return rng.choice([*edits, cart])


def test_sequences_of_edits() -> None:
    for seed in range(40):
        book, cart, usage = market(seed, "words")
        engine, rng = Engine(book), Random(seed)
        quote = engine.quote(cart, usage)
        for _ in range(4):
            try:
                cart = edited(cart, rng)
            except CartError:
                continue
            quote = engine.requote(quote, cart)
            assert json.dumps(quote.to_dict()) == json.dumps(engine.quote(cart, usage).to_dict()), seed


def test_a_cart_as_it_was_keeps_its_quote() -> None:
    book, cart, usage = market(3, "words")
    engine = Engine(book)
    quote = engine.quote(cart, usage)
    assert engine.requote(quote, cart) is quote
    assert engine.requote(quote, cart, work=1) is not quote


def test_what_is_remembered_changes_no_byte() -> None:
    """Carts of many stores, one line at a time: what has not changed is not listed again, and the steps are told alike."""
    for mood in ("tight", "loose"):
        work = workload("M", mood, 4)
        engine, rng = Engine.from_texts(work.book.texts()), Random(mood)
        for data in work.carts:
            cart = Cart.from_dict(data)
            quote = engine.quote(cart)
            for _ in range(4):
                cart = edited(cart, rng)
                quote = engine.requote(quote, cart)
                alone = Engine(engine.book).quote(cart)
                assert json.dumps(quote.to_dict(why="none")) == json.dumps(alone.to_dict(why="none"))


def test_of_a_changed_cart_one_store_is_listed_again() -> None:
    work = workload("M", "tight", 1)
    engine = Engine.from_texts(work.book.texts())
    cart = Cart.from_dict(work.carts[0])
    line = cart.lines[3]
    changed = evolve(cart, lines=(*cart.lines[:3], evolve(line, quantity=line.quantity + 1), *cart.lines[4:]))
    first = parts_of(case_of(engine.plan, cart, {}, frozenset()).problem)
    later = parts_of(case_of(engine.plan, changed, {}, frozenset()).problem)
    likes = likes_of(first, later)
    assert len(likes) == 8
    assert likes.count(-1) == 1
