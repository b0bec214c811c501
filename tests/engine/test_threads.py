"""Threads share one engine: nothing in it changes, so their quotes are the same bytes as one thread's."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from pricing import Cart, Engine, Quote, RuleUsage
from pricing.engine.answering.answer import quote_of
from pricing.engine.matching.case import Case, case_of
from pricing.engine.search.search import search
from pricing.engine.why.explain import Asked

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

RULES = Path(__file__).parents[2] / "rules"
DEMO = json.loads((RULES / "demo/cart.json").read_text(encoding="utf-8"))
CARTS = [
    Cart.from_dict({**DEMO, "codes": codes, "lines": DEMO["lines"][: 8 - few]})
    for few, codes in enumerate(([], ["SUMMER12"], ["SUMMER12", "LANTERN20"], ["SUMMER25"]))
]
ASKED = [
    (cart, usage, without)
    for cart in CARTS
    for usage in (None, {"nova-6-off-60": RuleUsage(customer=1)})
    for without in ((), ("every-30",))
]
THREADS = 4


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads take turns after every few instructions, so that what two of them share is met half done."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_share_one_engine(impatient: None) -> None:
    engine = Engine.load(RULES)
    whole = pickle.dumps((engine.book, engine.fingerprint))
    assert differing(engine) == 0
    assert pickle.dumps((engine.book, engine.fingerprint)) == whole


class Careless(Engine):
    """Keeps in itself, for a moment, what it is working on."""

    case: Case

    def quote(
        self,
        cart: Cart,
        usage: Mapping[str, RuleUsage | Mapping[str, object]] | None = None,
        without: Iterable[str] = (),
        *,
        work: int | None = None,
    ) -> Quote:
        self.case = case_of(self.plan, cart, usage or {}, frozenset(without))  # type: ignore[arg-type]  # all RuleUsage
        found = search(self.case.problem)
        return quote_of(self.case, found, Asked(self.plan))


def test_an_engine_that_shares_something_would_be_found_out(impatient: None) -> None:
    engine = Careless(Engine.load(RULES).book)
    assert differing(engine) > 0


def test_threads_that_ask_one_quote_for_its_reasons_get_the_same(impatient: None) -> None:
    engine = Engine.load(RULES)
    alone = engine.quote(CARTS[2]).to_dict()
    quote = engine.quote(CARTS[2])
    start = Barrier(THREADS)

    def reasons(_: int) -> object:
        start.wait()
        return quote.to_dict()

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(reasons, range(THREADS))) == [alone] * THREADS


def differing(engine: Engine) -> int:
    """How many answers differ from those of one thread alone, when all threads begin at once, each at another cart."""
    alone = [priced(engine, *asked) for asked in ASKED]
    start = Barrier(THREADS)

    def work(thread: int) -> int:
        start.wait()
        wrong = 0
        for turn in range(len(ASKED)):
            number = (turn * (2 * thread + 1) + thread) % len(ASKED)
            try:
                wrong += priced(engine, *ASKED[number]) != alone[number]
            except Exception:
                wrong += 1
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(work, range(THREADS)))


def priced(engine: Engine, cart: Cart, usage: Mapping[str, RuleUsage] | None, without: tuple[str, ...]) -> str:
    return json.dumps(engine.quote(cart, usage, without).to_dict(why=False))
