"""Two threads share one engine: nothing in it changes, so their quotes are the same bytes as one thread's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pricing import Cart, Engine

RULES = Path(__file__).parents[2] / "rules"
CARTS = [
    Cart.from_dict({**json.loads((RULES / "demo/cart.json").read_text(encoding="utf-8")), "codes": codes})
    for codes in ([], ["SUMMER12"], ["SUMMER12", "LANTERN20"], ["SUMMER25"])
]


def test_two_threads_share_one_engine() -> None:
    engine = Engine.load(RULES)
    alone = [priced(engine, cart) for cart in CARTS]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda cart: priced(engine, cart), CARTS * 4)) == alone * 4


def test_a_quote_tells_why_while_another_is_priced() -> None:
    engine = Engine.load(RULES)
    quote = engine.quote(CARTS[2])
    alone = quote.refused
    with ThreadPoolExecutor(2) as pool:
        reasons = pool.submit(lambda: quote.refused)
        others = [priced(engine, cart) for cart in CARTS]
        assert reasons.result() == alone
    assert others == [priced(Engine.load(RULES), cart) for cart in CARTS]


def priced(engine: Engine, cart: Cart) -> str:
    return json.dumps(engine.quote(cart).to_dict(why=False))
