"""A quote is plain data: it leaves its process and comes back, and any engine of its rules tells its reasons."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from attrs import evolve

from benchmarks.workloads import workload
from pricing import Cart, Engine, Quote, RuleUsage
from pricing.model.rulebook import RuleBook

RULES = Path(__file__).parents[2] / "rules"
CART = Cart.from_dict(json.loads((RULES / "demo/cart.json").read_text(encoding="utf-8")))
USAGE = {"SUMMER12": RuleUsage(customer=9), "luma-3-off-25": RuleUsage(total=1)}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(RULES)


@pytest.fixture
def quote(engine: Engine) -> Quote:
    return engine.quote(CART, USAGE, ["select coupon"])


def test_a_quote_comes_back_from_a_pickle_as_it_was(engine: Engine, quote: Quote) -> None:
    back = pickle.loads(pickle.dumps(quote))
    assert back == quote and hash(back) == hash(quote) and repr(back) == repr(quote)
    assert (back.usage, back.without, back.labels) == (quote.usage, quote.without, quote.labels)
    assert back.to_dict(why="none") == quote.to_dict(why="none")
    assert engine.reasons(back) == quote.reasons()
    assert engine.explain(back) == engine.explain(quote)


def test_a_quote_that_left_its_engine_gives_itself_without_reasons_or_with_those_it_is_given(
    engine: Engine, quote: Quote
) -> None:
    back = pickle.loads(pickle.dumps(quote))
    assert quote.knows_reasons and not back.knows_reasons
    assert back.to_dict() == quote.to_dict(why="none")
    assert back.receipt() == quote.receipt(why="none")
    assert back.to_dict(engine.reasons(back)) == quote.to_dict()
    assert back.receipt(engine.reasons(back)) == quote.receipt()
    for ask in (lambda: back.refused, lambda: back.to_dict(why="all"), lambda: back.receipt(why=True), back.reasons):
        with pytest.raises(ValueError, match=r"ask engine\.reasons\(quote\)"):
            ask()


def test_why_says_how_much_is_told(quote: Quote) -> None:
    whole = quote.to_dict(why="all")
    assert whole == quote.to_dict() == quote.to_dict(why=True)
    assert quote.to_dict(why="refused") == {key: value for key, value in whole.items() if key != "next_steps"}
    assert quote.to_dict(why=False) == quote.to_dict(why="none")
    with pytest.raises(ValueError, match='why is "none", "refused" or "all", not \'some\''):
        quote.to_dict(why="some")


def test_copies_are_equal_and_still_know_whom_to_ask(quote: Quote) -> None:
    for twin in (copy.copy(quote), copy.deepcopy(quote), evolve(quote)):
        assert twin == quote and twin.to_dict() == quote.to_dict()


def test_an_engine_of_the_same_rules_tells_as_much(engine: Engine, quote: Quote) -> None:
    other = pickle.loads(pickle.dumps(engine))
    assert other.fingerprint == engine.fingerprint
    assert other.quote(CART, USAGE, ["select coupon"]).to_dict() == quote.to_dict()
    assert other.reasons(quote) == other.reasons(pickle.loads(pickle.dumps(quote))) == quote.reasons()
    assert other.reload().fingerprint == engine.fingerprint


def test_reasons_of_other_rules_or_of_a_changed_quote_are_refused(engine: Engine, quote: Quote) -> None:
    with pytest.raises(ValueError, match="priced under other rules"):
        Engine(RuleBook()).reasons(quote)
    changed = pickle.loads(pickle.dumps(evolve(quote, used=())))
    with pytest.raises(ValueError, match="it has been changed"):
        engine.reasons(changed)


@pytest.mark.slow
def test_a_quote_of_two_hundred_lines_is_small() -> None:
    work = workload("L1", "tight", 1)
    quote = Engine.from_texts(work.book.texts()).quote(Cart.from_dict(work.carts[0]))
    assert len(quote.lines) == 200
    assert len(pickle.dumps(quote)) < 80_000


def test_nothing_of_the_rules_is_in_a_pickled_quote(quote: Quote) -> None:
    back = pickle.loads(pickle.dumps(quote))
    assert {type(each).__module__.partition(".")[0] for each in reachable(back)} <= {"builtins", "datetime", "pricing"}
    assert not any(type(each).__module__.startswith("pricing.engine") for each in reachable(back))


def reachable(thing: object) -> Iterator[object]:
    """The value and all that it holds, but classes and modules."""
    seen: dict[int, object] = {}
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type):
            continue
        seen[id(each)] = each
        yield each
        waiting += gc.get_referents(each)


def priced_elsewhere(engine: Engine, cart: Cart) -> tuple[Quote, dict[str, object]]:
    quote = engine.quote(cart)
    return quote, quote.to_dict()


@pytest.mark.slow
def test_a_pool_of_processes_takes_engines_and_gives_quotes(engine: Engine) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        quote, told = pool.submit(priced_elsewhere, engine, CART).result(timeout=120)
        again = pool.submit(engine.quote, CART).result(timeout=120)
    assert quote == again == engine.quote(CART)
    assert told == engine.quote(CART).to_dict() == again.to_dict(engine.reasons(again))
