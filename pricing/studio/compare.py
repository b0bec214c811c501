"""Two versions of the texts on the same basket; and a basket written down as an example.

Reads `Bench`es; makes plain JSON. Many carts at once are in `many`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pricing.examples import ExampleError, of_text
from pricing.model.errors import CartError
from pricing.model.quote import Quote
from pricing.money import show
from pricing.simulate.entries import savings_by_rule
from pricing.studio.asked import WrongQuestion
from pricing.studio.basket import basket_of
from pricing.studio.bench import EXAMPLES, Bench
from pricing.studio.till import payers, price


def basket(old: Bench, new: Bench, given: Mapping[str, Any], why: str, language: str | None) -> dict[str, Any]:
    """One basket under both versions: see `desk` (compare)."""
    before, after = price(old, given, why, language), price(new, given, why, language)
    made: dict[str, Any] = {"old": before, "new": after, "moves": [], "payers": [], "change": None}
    quotes = [_quote(bench, given) for bench in (old, new)]
    if quotes[0] is None or quotes[1] is None or quotes[0].currency != quotes[1].currency:
        return made
    one, other = quotes[0], quotes[1]
    currency = one.currency
    made["change"] = show(other.total_minor - one.total_minor, currency)
    was, now = savings_by_rule(one), savings_by_rule(other)
    moved = sorted(((now.get(rule, 0) - was.get(rule, 0), rule) for rule in {*was, *now}), key=largest)
    made["moves"] = [
        {"rule": rule, "old": show(was.get(rule, 0), currency), "new": show(now.get(rule, 0), currency),
         "change": show(by, currency)}
        for by, rule in moved if by
    ]  # fmt: skip
    made["payers"] = list(_payers(one, other))
    return made


def largest(move: tuple[int, str]) -> tuple[int, str]:
    return -abs(move[0]), move[1]


def _quote(bench: Bench, given: Mapping[str, Any]) -> Quote | None:
    if bench.engine is None:
        return None
    try:
        bought = basket_of(bench, given)
        return bench.engine.quote(bought.cart, bought.usage, bought.without)
    except CartError:
        return None


def _payers(one: Quote, other: Quote) -> Iterator[dict[str, str]]:
    """Who pays for the savings under both versions; in the order of `payers`."""
    sides = [{(each["who"], each["store"]): each["amount"] for each in payers(quote)} for quote in (one, other)]
    nothing = show(0, one.currency)
    for who, store in dict.fromkeys([*sides[0], *sides[1]]):
        yield {
            "who": who, "store": store,
            "old": sides[0].get((who, store), nothing), "new": sides[1].get((who, store), nothing),
        }  # fmt: skip


# A basket as an example


def example(bench: Bench, given: Mapping[str, Any], title: str, file: str) -> dict[str, Any]:
    """The text of an example file with this basket and its receipt as one more: see `desk` (example).

    Raises WrongQuestion when there is no price, the title cannot stand as a heading, or stands there already.
    """
    title = " ".join(title.split())
    if not title or not title.isprintable() or title.startswith("#"):
        raise WrongQuestion("an example needs a title: one sentence about money")
    if not file.endswith(EXAMPLES):
        raise WrongQuestion(f"files of examples end in {EXAMPLES}")
    if bench.engine is None:
        raise WrongQuestion("the cards have mistakes, so that there is no receipt to write down")
    try:
        bought = basket_of(bench, given)
        quote = bench.engine.quote(bought.cart, bought.usage, bought.without)
    except CartError as error:
        raise WrongQuestion(f"this basket cannot be priced: {error.problems[0]}") from None
    before = bench.texts.get(file, "# Examples\n")
    parts = [before if before.endswith("\n") else f"{before}\n", f"\n## {title}\n"]
    parts.append(_block("cart", f"{_cart_text(bought.json)}\n"))
    if given.get("usage"):
        parts.append(_block("usage", json.dumps(given["usage"], ensure_ascii=False, indent=2) + "\n"))
    if bought.without:
        parts.append(_block("without", "".join(f"{name}\n" for name in bought.without)))
    text = "".join([*parts, _block("receipt", quote.receipt(why=False))])
    try:
        of_text(file, text)
    except ExampleError as error:
        raise WrongQuestion(str(error)) from None
    return {"file": file, "text": text}


def _block(word: str, text: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in text.split() if set(run) == {"`"}), default=0))
    return f"\n{fence}{word}\n{text}{fence}\n"


def _cart_text(cart: Mapping[str, Any]) -> str:
    """JSON that people read: a line of the cart on a line, and nothing that says nothing."""
    made = []
    for name, value in _said(cart).items():
        if isinstance(value, list) and isinstance(value[0], dict):
            rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
            made.append(f'  "{name}": [\n{rows}\n  ]')
        else:
            made.append(f'  "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(made) + "\n}"


def _said(value: Any) -> Any:
    """Without empty texts, lists and objects."""
    if isinstance(value, dict):
        return {name: kept for name, each in value.items() if (kept := _said(each)) not in ("", [], {}, None)}
    return [_said(each) for each in value] if isinstance(value, list) else value
