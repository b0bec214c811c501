"""From the text of a cart to the text of its quote: here, or in several processes with the order kept.

Reads `CartText`s; makes `Outcome`s. Whatever is wrong with one cart becomes that cart's outcome, so the others go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import click
from attrs import frozen

from pricing.api import Engine
from pricing.cli.adding import NOTHING_ADDED, Added
from pricing.cli.inputs import CartText
from pricing.cli.noting import Notes
from pricing.cli.talk import COLUMNS
from pricing.columns import clean
from pricing.language.loading.catalogue import NO_CATALOGUE, Catalogue
from pricing.model.cart import Cart, RuleUsage
from pricing.model.errors import CartError
from pricing.model.quote import Quote, Reasons
from pricing.model.rulebook import RuleBook
from pricing.processes import deaf_children, settle_in
from pricing.receipt import reasons_of, receipt, told_of
from pricing.wire import cart_from_dict, json_from_text, quote_to_json, usage_from_dict


@frozen
class Wishes:
    """What the command line asks for."""

    as_json: bool
    at: str | None
    """Instead of each cart's own instant."""
    without: tuple[str, ...]
    usage: object
    """What the usage file holds; None: nothing has been used."""
    why: bool | str | None
    """As in `Quote.to_dict`; None: all of a cart that stands alone, none of one among others."""
    titled: bool
    """Each receipt says where its cart stands."""
    about: tuple[str, ...] = ()
    """Tell only of these rules why they were not used."""
    added: Added = NOTHING_ADDED
    """What is put into every cart."""
    catalogue: Catalogue = NO_CATALOGUE
    """Names that exist."""
    funders: bool = False
    """Receipts say who pays for the savings."""
    columns: int = COLUMNS
    """Of a receipt."""


@frozen
class Outcome:
    """What became of one cart: the text of its quote, or problems."""

    where: str
    text: str
    problems: tuple[str, ...]
    size: int
    """Bytes that were read for it."""
    notes: tuple[str, ...] = ()
    """Names that nobody knows."""


class Pricer:
    """Prices one cart after another under the same rules and wishes."""

    def __init__(self, engine: Engine, wishes: Wishes) -> None:
        self.engine = engine
        self.wishes = wishes
        self.usages: dict[str, Mapping[str, RuleUsage] | CartError] = {}
        """By currency, for amounts are written in the cart's."""
        self.notes = Notes(wishes.catalogue, lambda name: engine.plan.rules.find(name) is not None)

    def price(self, source: CartText) -> Outcome:
        """The outcome of one cart; raises nothing that the cart could cause."""
        try:
            cart = self.cart(source)
            return Outcome(source.where, self.quoted(cart, source), (), len(source.text), self.notes.of(cart))
        except CartError as error:
            problems = tuple(str(problem) for problem in error.problems)
        except Exception as error:  # one cart that meets a fault of ours must not lose the other carts their prices
            problems = (f"a fault of the program, please report it with this cart: {type(error).__name__}: {error}",)
        return Outcome(source.where, "", problems, len(source.text))

    def cart(self, source: CartText) -> Cart:
        """One cart, with what the command line puts into it. Raises CartError."""
        data = json_from_text(source.text)
        if isinstance(data, dict):
            if self.wishes.at is not None:
                data["at"] = self.wishes.at
            self.wishes.added.to(data)
        return cart_from_dict(data)

    def quoted(self, cart: Cart, source: CartText) -> str:
        """The quote of a cart, as text. Raises CartError."""
        quote = self.engine.quote(cart, usage=self.usage(cart), without=self.wishes.without)
        among_others = self.wishes.titled or source.one_of_many
        why: bool | str | Reasons = (
            self.wishes.why if self.wishes.why is not None else ("none" if among_others else "all")
        )
        title = f"{clean(source.where)}\n" if among_others else ""
        if self.wishes.about and self.wishes.as_json:
            return quote_to_json(quote, reasons_of(quote, self.wishes.about, self._codes()))
        if self.wishes.about:
            told = told_of(quote, self.wishes.about, self.wishes.columns, self._codes())
            return f"{title}{self.receipt(quote, 'none')}\n{told}"
        return quote_to_json(quote, why) if self.wishes.as_json else title + self.receipt(quote, why)

    def _codes(self) -> dict[str, str]:
        """Labels of the rules asked about that are given by code: whoever has the rules may hear of them."""
        found = [self.engine.plan.rules.find(name) for name in self.wishes.about]
        return {rule.name: rule.rule.label for rule in found if rule is not None and rule.is_code}

    def receipt(self, quote: Quote, why: bool | str | Reasons) -> str:
        """The receipt of a quote, as it is wished for."""
        return receipt(quote, why, self.wishes.funders, self.wishes.columns)

    def usage(self, cart: Cart) -> Mapping[str, RuleUsage] | None:
        """Earlier uses, in the cart's currency. Raises CartError when an amount has decimals that it has not."""
        if self.wishes.usage is None:
            return None
        known = self.usages.get(cart.currency)
        if known is None:
            try:
                known = usage_from_dict(self.wishes.usage, cart.currency)
            except CartError as error:
                known = error
            self.usages[cart.currency] = known
        if isinstance(known, CartError):
            raise known
        return known


# Several processes

_pricer: Pricer


def _begin(book: RuleBook, wishes: Wishes) -> None:
    global _pricer
    _pricer = Pricer(Engine(book), wishes)
    settle_in()


def _price_all(chunk: list[CartText]) -> list[Outcome]:
    return [_pricer.price(source) for source in chunk]


def priced_by_many(book: RuleBook, wishes: Wishes, chunks: Iterable[list[CartText]], jobs: int) -> Iterator[Outcome]:
    """The outcomes of all chunks in their order, from `jobs` processes, with few chunks in hand at any time.

    The rules travel as they were read, so that all processes price alike even while somebody edits the files.
    """
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (book, wishes))
    waiting: deque[Future[list[Outcome]]] = deque()
    try:
        for chunk in chunks:
            with deaf_children():
                waiting.append(pool.submit(_price_all, chunk))
            if len(waiting) > 3 * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise click.ClickException("A process that helped with pricing was ended from outside.") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
