"""Two versions of the texts on many carts: all examples, past orders, and the worst cart that can be found.

Reads two `Bench`es and carts; makes plain JSON. Each cart is priced as it stands: what orders use up for each other is the
business of `pricing replay`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import field, frozen

from pricing.api import Engine
from pricing.audit.starts import Bounds
from pricing.audit.worst import WorstCart, audit
from pricing.examples import Example, ExampleError, of_text
from pricing.model.cart import Cart, Usage
from pricing.model.errors import CartError
from pricing.model.quote import Quote
from pricing.money import show
from pricing.simulate.compare import Comparison, as_dict
from pricing.simulate.entries import savings_by_rule
from pricing.studio.bench import EXAMPLES, Bench
from pricing.studio.compare import largest
from pricing.wire import cart_from_json, json_from_text, usage_from_dict
from pricing.wire.cart import cart_to_dict

MOST_CARTS = 5_000
"""Carts that are priced under both versions."""
MOST_TOLD = 50
"""Past orders that are told one by one: those that change most."""
MISTAKES = "these cards have mistakes"
UNTIL = Bounds(lines=6, units=6)
"""How large the worst cart may be: one that a customer would fill."""


@frozen
class Tried:
    """A cart that both versions price."""

    about: Mapping[str, Any]
    """What it is called and where it stands."""
    cart: Cart
    usage: Usage = field(factory=dict)
    without: tuple[str, ...] = ()


def examples(old: Bench, new: Bench) -> dict[str, Any]:
    """All example carts of the new version under both: see `desk` (examples)."""
    return _both(old, new, _examples(new, sorted(new.texts)))


def baskets(bench: Bench, most: int, beside: str) -> dict[str, Any]:
    """Example carts to begin with: see `desk` (baskets)."""
    first = _cards_of(beside)
    newest = sorted(bench.texts, key=lambda path: (_cards_of(path) == first, path), reverse=True)
    found = (one for one in _examples(bench, newest) if isinstance(one, Tried))
    told = [(one.about["title"], _cards_of(one.about["file"]), one) for one in islice(found, most)]
    return {"baskets": [{"title": title, "cards": cards, "basket": _basket(one)} for title, cards, one in told]}


def _cards_of(path: str) -> str:
    """The file of cards that a file of examples stands beside."""
    return path.removesuffix(EXAMPLES) + ".promo" if path.endswith(EXAMPLES) else path


def orders(old: Bench, new: Bench, lines: Sequence[str]) -> dict[str, Any]:
    """Past orders, one cart in JSON each, under both versions: see `desk` (orders)."""
    made = _both(old, new, _orders(lines))
    told = [one for one in made.pop("examples") if one["problem"] or one["rules"]]
    told.sort(key=lambda one: (bool(one["problem"]), -_size(one.get("change", "0")), one["line"]))
    return {**made, "left_out": max(len(lines) - MOST_CARTS, 0), "examples": told[:MOST_TOLD]}


def _both(old: Bench, new: Bench, carts: Iterable[Tried | dict[str, Any]]) -> dict[str, Any]:
    """Carts under both versions, and what they add up to. What is no cart is a dict that says so."""
    sums: dict[str, Comparison] = {}
    told: list[dict[str, Any]] = []
    labels: dict[str, str] = {}
    more = less = problems = 0
    for known in carts:
        pair = [known] if isinstance(known, dict) else [_priced(bench.engine, known) for bench in (old, new)]
        one, other = pair[0], pair[-1]
        if not isinstance(one, Quote) or not isinstance(other, Quote):
            told.append(known if isinstance(known, dict) else {**known.about, "problem": str(_wrong(one, other))})
            problems += 1
            continue
        assert isinstance(known, Tried)
        sums.setdefault(one.currency, Comparison(one.currency, 20)).add(str(known.about["title"]), one, other)
        more += other.total_minor > one.total_minor
        less += other.total_minor < one.total_minor
        told.append({**known.about, "problem": "", **_change(one, other), "basket": _basket(known)})
        labels.update({**one.labels, **other.labels})
    return {
        "carts": len(told), "more": more, "less": less, "problems": problems,
        "sums": [as_dict(sums[currency]) for currency in sorted(sums)], "examples": told, "labels": labels,
    }  # fmt: skip


def _size(amount: str) -> int:
    """How large an amount is, among those of one currency."""
    return int(amount.lstrip("-").replace(".", ""))


def _wrong(one: object, other: object) -> object:
    return other if isinstance(one, Quote) else one


def _priced(engine: Engine | None, known: Tried) -> Quote | str:
    """Its quote, or why there is none."""
    if engine is None:
        return MISTAKES
    try:
        declined = [name for name in known.without if engine.plan.rules.find(name) is not None]
        return engine.quote(known.cart, known.usage, declined)
    except CartError as error:
        return str(error)


def _change(one: Quote, other: Quote) -> dict[str, Any]:
    currency = one.currency
    was, now = savings_by_rule(one), savings_by_rule(other)
    moved = sorted(((now.get(rule, 0) - was.get(rule, 0), rule) for rule in {*was, *now}), key=largest)
    return {
        "currency": currency,
        "old": show(one.total_minor, currency),
        "new": show(other.total_minor, currency),
        "change": show(other.total_minor - one.total_minor, currency),
        "rules": {rule: show(by, currency) for by, rule in moved if by},
    }


def _basket(known: Tried) -> dict[str, Any]:
    """As the page's basket, to be looked at."""
    made = cart_to_dict(known.cart)
    if known.without:
        made["without"] = list(known.without)
    return {**made, **known.about.get("beside", {})}


# Where carts come from


def _examples(bench: Bench, paths: Iterable[str]) -> Iterator[Tried | dict[str, Any]]:
    """The example carts of files but those that bring rules of their own, and what is wrong with the others."""
    left = MOST_CARTS
    for path in paths:
        if not path.endswith(EXAMPLES):
            continue
        try:
            found = [example for example in of_text(path, bench.texts[path]) if not example.texts]
        except ExampleError as error:
            yield {"file": path, "title": "", "line": 0, "problem": str(error)}
            continue
        for example in found[:left]:
            yield _known(path, example)
        left -= min(len(found), left)


def _known(path: str, example: Example) -> Tried | dict[str, Any]:
    about = {"file": path, "title": example.title, "line": example.line - 1}
    try:
        cart = cart_from_json(example.cart.text)
        if example.usage is None:
            return Tried(about, cart, {}, example.without)
        usage = json_from_text(example.usage.text)
        return Tried(
            {**about, "beside": {"usage": usage}}, cart, usage_from_dict(usage, cart.currency), example.without
        )
    except CartError as error:
        return {**about, "problem": str(error)}


def _orders(lines: Sequence[str]) -> Iterator[Tried | dict[str, Any]]:
    for number, line in enumerate(lines[:MOST_CARTS]):
        about = {"file": "", "title": f"{number + 1}", "line": number}
        try:
            yield Tried(about, cart_from_json(line))
        except CartError as error:
            yield {**about, "problem": str(error)}


# The worst


def worst(old: Bench, new: Bench, effort: int) -> dict[str, Any]:
    """The carts that pay the least share of their list price under the new version: see `desk` (worst)."""
    if new.engine is None:
        return {"carts": 0, "worst": [], "labels": {}, "problem": MISTAKES}
    found = audit(new.engine.book, new.catalogue, bounds=UNTIL, effort=effort)
    mine = [one for each in found for one in each.findings if one.sense == "share"]
    mine.sort(key=lambda one: (one.share, -one.saved, one.store or ""))
    told = [_finding(old, one) for one in mine[:5]]
    labels = {rule: label for one in mine[:5] for rule, label in one.quote.labels.items()}
    return {"carts": sum(each.carts for each in found), "worst": told, "labels": labels, "problem": ""}


def _finding(old: Bench, one: WorstCart) -> dict[str, Any]:
    cart = one.quote.cart
    before = _priced(old.engine, Tried({}, cart))
    goods = sum([line.pays for line in before.lines]) if isinstance(before, Quote) else None
    return {
        "store": one.store,
        "currency": cart.currency,
        "list": show(one.listed, cart.currency),
        "pays": show(one.pays, cart.currency),
        "pays_old": None if goods is None else show(goods, cart.currency),
        "percent": int(one.share * 100),
        "rules": {rule: show(by, cart.currency) for rule, by in sorted(savings_by_rule(one.quote).items())},
        "basket": cart_to_dict(cart),
    }
