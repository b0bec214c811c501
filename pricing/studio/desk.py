"""The desk: every question that the page asks, answered from plain JSON to plain JSON. No file, no clock, no HTTP.

A `Workbench` holds the texts that are saved, by their path in the folder of rules: `.promo` files, `catalogue/*.csv` and
`*.examples.md`. A question is a name and an object; an answer is an object. In every question

    "draft": {"campaigns/a.promo": "text as it is being typed", "campaigns/b.promo": null, ...}

says which texts differ from the saved ones (null: the file is gone). Answers depend on texts and question alone.

What is counted: places are {"line": from 0, "character": in UTF-16}, amounts text in major units. What is wrong with cards
or basket is part of an answer; a question that is none raises `WrongQuestion` with a sentence (`ask_json`: {"error": ...}).

The docstring of each question below (`QUESTIONS`) says what else it holds, and what the answer has.

A basket is a cart (INTERFACE: "Cart, JSON") that may also leave out what the catalogue knows of a line's sku, say `at` as
local time ("2026-06-20T18:30") in `zone` (default: the campaigns'), and have `usage` and `without` beside the rest.

`price` gives one of: {"mistakes": n} while cards have mistakes; {"problems": [{what, path}]} where the basket is wrong; or

    quote    the quote (INTERFACE: "Quote, JSON"), with units, and reasons as `why` says
    cart     the cart with all that the catalogue filled in
    rules    {name: {label, kind, file, line}} of every rule that the quote speaks of
    titles   {line id: what people call the item}; shops {store: what people call it}
    payers   [{who: platform, seller or a payer; store of a seller; amount}]
    kept     [{rule, pieces, known}]
    near     with reasons: for each entry of quote.refused, whether a customer should hear of it
    adds     with all: for each entry of quote.next_steps {sku, store, quantity, title, cost} or {payment}, or null
    account  with all: [{title, sentences}] for each line and charge of the quote, in English
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pricing.language.describe import paragraph
from pricing.language.loading.kept import Kept
from pricing.studio import cards, compare, many, overview, till
from pricing.studio.asked import Asked, WrongQuestion, number_of, object_of, text_of, texts_of
from pricing.studio.basket import goods
from pricing.studio.bench import Bench
from pricing.studio.calendar import calendar

MOST = 200
"""Entries of one list, where the question does not say how many."""
KEPT = 4
"""Moments that are kept ready: the saved one, what is typed, what it is compared with."""


class Workbench:
    """The saved texts, and the last moments that were asked about."""

    def __init__(self, saved: Mapping[str, str], kept: Kept | None = None) -> None:
        self.saved = dict(saved)
        self.kept = kept
        """What the saved texts came to another time, on disk."""
        self._benches: list[Bench] = []

    def save(self, changed: Mapping[str, str | None]) -> None:
        """Takes texts over as saved; null: the file is gone."""
        self.saved = _over(self.saved, changed)

    def ask(self, name: str, asked: Asked) -> dict[str, Any]:
        """The answer to one question. Raises WrongQuestion, and nothing that a text or a basket could cause."""
        answer = QUESTIONS.get(name)
        if answer is None:
            raise WrongQuestion(f"there is no question {name[:40]!r}")
        return answer(self, self.bench(_over(self.saved, texts_of(asked, "draft"))), asked)

    def ask_json(self, name: str, asked: str) -> str:
        """The same from text to text; {"error": sentence} for a question that is none."""
        try:
            question = json.loads(asked)
            answer = self.ask(name, question) if isinstance(question, dict) else {"error": "a question is an object"}
        except (WrongQuestion, RecursionError, json.JSONDecodeError) as error:
            answer = {"error": str(error)}
        return json.dumps(answer, ensure_ascii=False)

    def bench(self, texts: Mapping[str, str]) -> Bench:
        """The bench of texts; the last few are kept."""
        found = next((one for one in self._benches if one.texts == texts), None)
        if found is None:
            kept = self.kept if texts == self.saved else None
            found = Bench(texts, self._benches[-1] if self._benches else None, kept)
        else:
            self._benches.remove(found)
        self._benches = [*self._benches[1 - KEPT :], found]
        return found


def _over(texts: Mapping[str, str], changed: Mapping[str, str | None]) -> dict[str, str]:
    return {path: text for path, text in {**texts, **changed}.items() if text is not None}


def _file(bench: Bench, asked: Asked) -> str:
    file = text_of(asked, "file")
    if file not in bench.texts:
        raise WrongQuestion(f"there is no file {file[:100]!r}")
    return file


def _open(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """Nothing more. Answer: what the page must know at the start.

    files        [{path, what: campaign, policy, catalogue or examples}]
    campaigns    [{name, label, currency, zone, file, line, from, until}], in local time, null where it is open
    currency, zone           what most campaigns have; currencies: all of them
    stores, segments         [{name, title}] of the catalogue
    customers, countries, regions, channels, payments, methods    names that cards ask for
    """
    return overview.opened(bench)


def _calendar(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """Nothing more. Answer: what is odd about when campaigns and cards hold; days are those of the campaign's zone.

    gaps         [{campaign, kind, days (how many), spans: [{from, through}]}]: days of a campaign on which no card of a
                 kind that it has holds
    overlaps     [{kind, rules: [{name, label, campaign, file, line}, the other], from, through}]: cards of one kind that
                 hold on a same day for goods that can be the same; null where the time is open
    more         how many overlaps beyond those told
    """
    return calendar(bench)


def _check(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """Nothing more. Answer: all that is wrong.

    errors, warnings, hints    how many
    problems     [{file, code, severity, message, caret, notes, helps, from, to, fixes}], in order of place; `file` is
                 empty where it is about the folder, `from` and `to` are null where it is about a whole file
    fixes        [{says, safe, edits: [{file, from, to, insert}]}]
    """
    return cards.findings(bench)


def _complete(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`file`, `line`, `before` (the line up to the cursor). Answer: what could come next.

    begun        how many characters before the cursor are replaced
    offers       [{text, what: word, kind, name or value; says, example}]
    """
    return cards.completion(bench, _file(bench, asked), number_of(asked, "line"), text_of(asked, "before"))


def _hover(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`file`, `line`, `character`. Answer: {from, to, text (Markdown)}, or {} where there is nothing to tell."""
    return cards.hover(bench, _file(bench, asked), number_of(asked, "line"), number_of(asked, "character"))


def _format(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`file`. Answer: {text, changed, problem}: the file in its one layout, or as it is and why."""
    file = _file(bench, asked)
    if not file.endswith(".promo"):
        return {"text": bench.texts[file], "changed": False, "problem": "only rule files have a layout"}
    return cards.layout(bench, file)


def _cards(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`search`, `file`, `most`. Answer: {total, cards: [{name, what, label, file, line, end}]}."""
    return cards.card_list(bench, text_of(asked, "search", ""), text_of(asked, "file", ""), _most(asked))


def _card(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`rule`. Answer: {rule, text}: the card as a paragraph; empty where there is none, or cards have mistakes."""
    name = text_of(asked, "rule")
    planned = bench.engine.plan.rules.find(name) if bench.engine is not None else None
    return {"rule": name, "text": paragraph(planned.rule) if planned is not None else ""}


def _goods(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`search`, `store`, `currency`, `most`. Answer: {total, goods: [a line of a cart with title and shop]}."""
    currency = text_of(asked, "currency", bench.currency)
    return goods(bench, text_of(asked, "search", ""), text_of(asked, "store", ""), currency, _most(asked))


def _wallet(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`search`, `currency`, `most`. Answer: what a customer can hold or type.

    total        how many there are
    coupons      [{rule, label, kind, campaign}]
    codes        [{code, rule, label, kind, campaign}]
    """
    return overview.wallet(bench, text_of(asked, "search", ""), text_of(asked, "currency", ""), _most(asked))


def _price(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`basket`, `why` (none, refused, all), `language`. Answer: see above."""
    return till.price(bench, object_of(asked, "basket"), *_manner(asked))


def _compare(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`basket`, `old` ({path: text}; the saved texts by default), `why`, `language`. Answer: both prices.

    old, new     as `price`
    change       what the customer pays more; null where one of them has no price
    moves        [{rule, old, new, change}]: what each rule saves, the largest move first
    payers       [{who, store, old, new}]
    """
    return compare.basket(desk.bench(_old(desk, asked)), bench, object_of(asked, "basket"), *_manner(asked))


def _examples(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`old`. Answer: all example carts under both versions.

    carts, more, less, problems    how many there are, pay more, pay less, have no price
    sums         [{currency, carts, old, new, pay_more, pay_less, rules, funders, changes}], as `pricing diff --json`
    examples     [{file, line, title, currency, old, new, change, rules: {rule: by how much more it saves}, basket}], or
                 [{file, line, title, problem}]
    labels       what customers call the rules that took part, by name
    """
    return many.examples(desk.bench(_old(desk, asked)), bench)


def _baskets(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`most`, `file`. Answer: {baskets: [{title, cards, basket}]}: example carts to begin with; those beside the file come
    first, then those of the last names; `cards` is the file that they are examples of.
    """
    return many.baskets(bench, _most(asked), text_of(asked, "file", ""))


def _orders(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`orders` (texts, one cart in JSON each), `old`. Answer: as `examples`, of which those are told that change most.

    left_out     how many orders beyond those that are looked at
    """
    orders = asked.get("orders")
    if not isinstance(orders, list) or not all(isinstance(line, str) for line in orders):
        raise WrongQuestion("orders must be a list of texts, one cart each")
    return many.orders(desk.bench(_old(desk, asked)), bench, orders)


def _worst(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`effort` (carts to try), `old`. Answer: baskets that pay the least share of their list price with these cards.

    carts        how many were tried
    worst        [{store (null: over several), currency, list, pays, pays_old, percent, rules, basket}], the worst first
    problem      why there is none
    """
    return many.worst(desk.bench(_old(desk, asked)), bench, max(number_of(asked, "effort", 300, 20_000), 100))


def _example(desk: Workbench, bench: Bench, asked: Asked) -> dict[str, Any]:
    """`basket`, `title`, `file`. Answer: {file, text}: the whole file with one example more, to be saved."""
    return compare.example(bench, object_of(asked, "basket"), text_of(asked, "title"), text_of(asked, "file"))


def _old(desk: Workbench, asked: Asked) -> Mapping[str, str]:
    """The texts that are compared with: those of the question, else the saved ones."""
    return _over({}, texts_of(asked, "old")) if "old" in asked else desk.saved


def _manner(asked: Asked) -> tuple[str, str | None]:
    why = text_of(asked, "why", "none")
    if why not in till.WHY:
        raise WrongQuestion(f"why is one of {', '.join(till.WHY)}")
    return why, text_of(asked, "language", "") or None


def _most(asked: Asked) -> int:
    return number_of(asked, "most", MOST, 10_000)


QUESTIONS: Mapping[str, Callable[[Workbench, Bench, Asked], dict[str, Any]]] = {
    "open": _open,
    "calendar": _calendar,
    "check": _check,
    "complete": _complete,
    "hover": _hover,
    "format": _format,
    "cards": _cards,
    "card": _card,
    "goods": _goods,
    "wallet": _wallet,
    "price": _price,
    "compare": _compare,
    "baskets": _baskets,
    "examples": _examples,
    "orders": _orders,
    "worst": _worst,
    "example": _example,
}
"""By name, all that can be asked."""
