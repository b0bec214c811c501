"""The engine against the oracle on random markets: two answers, written apart, that must agree in every figure.

By default some hundreds of markets. `pytest tests/engine/test_differential.py --seeds 4000` compares more, and
`--first-seed 100000` others. Every market is priced twice by the engine: as it comes, and with the joined search,
which otherwise serves large carts only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from pricing import Engine
from pricing.engine.matching.case import case_of
from pricing.engine.search import search
from pricing.engine.search.walk import Walk
from pricing.model.quote import Quote, QuoteCharge, QuoteLine
from tests.markets import Market, market
from tests.oracle import Oracle
from tests.oracle_amounts import Split
from tests.oracle_match import plain_code, unknown_codes

BATCH = 50
"""Markets in one test, so that thousands of them do not drown a report."""

MOST_WALKED = 200_000
"""Steps of the exhaustive search on a crowded market."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The markets, in batches: as many as the options say."""
    first, seeds = (metafunc.config.getoption(name) for name in ("--first-seed", "--seeds"))
    if "size" in metafunc.fixturenames:
        small, large = batches("small", first, seeds, BATCH), batches("large", first, seeds // 8, 10)
        words, more = batches("words", first, seeds, BATCH), batches("more words", first, seeds // 8, 10)
        codes = batches("codes", first, seeds // 4, 10)
        every = [quick_first(many) for many in (small, large, words, more, codes)]
        metafunc.parametrize(("size", "first", "count"), [one for many in every for one in many])
    else:
        crowded = [(start, count) for _, start, count in batches("crowded", first, seeds // 2, 20)]
        metafunc.parametrize(("first", "count"), quick_first(crowded))


def quick_first(many: list[Any]) -> list[Any]:
    """All but the first are slow, and are not watched line by line."""
    marks = (pytest.mark.slow, pytest.mark.no_cover)
    return [*many[:1], *(pytest.param(*each, marks=marks) for each in many[1:])]


def batches(size: str, first: int, seeds: int, most: int) -> list[tuple[str, int, int]]:
    """So many seeds from the first on, cut into batches: size, first seed, how many."""
    return [(size, start, min(most, first + seeds - start)) for start in range(first, first + seeds, most)]


def test_engine_and_oracle_agree(size: str, first: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    differences = []
    for seed in range(first, first + count):
        made = market(seed, size)
        expected = figures_of_oracle(made)
        for way, most in (("as it comes", search.SMALL), ("joined", 0)):
            with monkeypatch.context() as patched:
                patched.setattr(search, "SMALL", most)
                differences += [f"{size} {seed} {way}: {said}" for said in compared(made, expected)]
    assert not differences, "\n".join(differences)


def test_the_two_searches_agree_on_crowded_markets(first: int, count: int) -> None:
    """The joined search against the exhaustive one, where there are too many selections for the oracle."""
    for seed in range(first, first + count):
        book, cart, usage = market(seed, "crowded")
        problem = case_of(Engine(book).plan, cart, usage, frozenset()).problem
        walk = Walk(problem, MOST_WALKED)
        best = walk.run()
        found = search.by_cells(problem, search.STEP_LIMIT)
        if found is None or walk.lowest_open <= best.total:
            continue  # left to the exhaustive search anyway, or too much for it
        assert found.lower_bound <= best.total <= found.total, seed
        if found.optimal:
            assert (found.total, found.counts) == (best.total, best.counts), seed


def compared(made: Market, expected: dict[str, object]) -> Iterator[str]:
    """What the engine says otherwise than the oracle."""
    book, cart, usage = made
    quote = Engine(book).quote(cart, usage)
    ours = figures_of(quote)
    for what, value in expected.items():
        if ours[what] != value:
            yield f"{what}: oracle {value}, engine {ours[what]}"
    if not quote.optimal:
        yield f"not proved in {quote.steps} steps"
    elif quote.lower_bound_minor != quote.total_minor:
        yield f"proved, but the bound {quote.lower_bound_minor} is not the total"


def figures_of(quote: Quote) -> dict[str, object]:
    kept: Counter[tuple[str, datetime | None]] = Counter()
    for left in quote.kept:
        kept[left.rule, left.expires] += left.pieces
    return {
        "total": quote.total_minor,
        "coins": quote.coins_spent,
        "item prices": {line.id: line.item for line in quote.lines},
        "lines": {line.id: line.pays for line in quote.lines},
        "shipping": {(charge.store, charge.method, charge.id): charge.pays for charge in quote.shipping},
        "savings": {line.id: splits_of(line) for line in quote.lines},
        "shipping savings": {(charge.store, charge.method, charge.id): splits_of(charge) for charge in quote.shipping},
        "used": sorted(
            (use.rule, use.store or "", use.sku or "", use.pieces, use.coins, use.amount) for use in quote.used
        ),
        "because": {(use.rule, use.store, use.sku): use.because for use in quote.used if use.because},
        "earned": {each.rule: each.coins for each in quote.earned},
        "unknown codes": {plain_code(code) for code in quote.unknown_codes},
        "bought": {bought.coupon: (bought.pieces, bought.coins) for bought in quote.bought},
        "trades": {rule: times for bought in quote.bought for rule, times in bought.trades},
        "kept": kept,
    }


def splits_of(entry: QuoteLine | QuoteCharge) -> dict[str, dict[str, int]]:
    """By rule, who pays which part of what it saves."""
    return {
        saving.rule: {
            name: amount
            for name, amount in (("platform", saving.platform), *saving.payers, ("seller", saving.seller))
            if amount
        }
        for saving in entry.savings
    }


def paid_parts(savings: dict[str, Split]) -> dict[str, dict[str, int]]:
    return {rule: {name: amount for name, amount in split if amount} for rule, split in savings.items()}


def figures_of_oracle(made: Market) -> dict[str, object]:
    oracle = Oracle(*made)
    quote = oracle.quote()
    rules = {rule.name: rule for rule in made[0].rules}
    kept: Counter[tuple[str, datetime | None]] = Counter(quote.kept)
    for coupon, (pieces, _) in quote.bought.items():  # a trade may give more than the order needs
        used_pieces = sum(use[3] for use in quote.used if use[0] == coupon)
        rule = rules[coupon]
        ends = [rule.valid.end] if rule.valid.end else []
        ends += [made[1].at + timedelta(days=rule.lasts_days)] if rule.lasts_days else []
        kept[coupon, min(ends, default=None)] += pieces + len(oracle.held.get(coupon, ())) - used_pieces
    used = [(rule, store or "", sku or "", pieces, coins, gave) for rule, store, sku, pieces, coins, gave in quote.used]
    used += [(rule, "", "", 0, 0, amount) for rule, amount in quote.item_rules.items() if amount]
    return {
        "total": quote.total,
        "coins": quote.coins,
        "item prices": quote.item,
        "lines": quote.lines,
        "shipping": quote.shipping,
        "savings": {line: paid_parts(savings) for line, savings in quote.savings.items()},
        "shipping savings": {charge: paid_parts(savings) for charge, savings in quote.shipping_savings.items()},
        "used": sorted(used),
        "because": {use: lines for use, lines in quote.because.items() if lines},
        "earned": quote.earned,
        "unknown codes": unknown_codes(made[0], made[1]),
        "bought": quote.bought,
        "trades": quote.trades,
        "kept": +kept,
    }
