"""The engine as others call it: rules in, `quote(cart)` out.

`Engine.load` and `from_texts` read rules through `language`; `quote` runs `engine`: match, search, settle again, answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricing import engine
from pricing.engine import STEP_LIMIT, Account, Plan
from pricing.model.cart import Cart, RuleUsage, Usage
from pricing.model.errors import CartError, Problem, RuleErrors, shown
from pricing.model.kind import Kind
from pricing.model.quote import Quote, Reasons
from pricing.model.rulebook import RuleBook
from pricing.wire import usage_from_dict

if TYPE_CHECKING:
    from pricing.language.loading.load import Loaded

_KINDS = frozenset(kind.value for kind in Kind)


class Engine:
    """Prices carts under one folder of rules. It never changes, so many threads may share it."""

    def __init__(self, book: RuleBook, work: int = STEP_LIMIT) -> None:
        self.book = book
        self.plan = Plan(book)
        self.work = _steps(work)
        """The work allowed to one quote, in steps of the search."""
        self._memories = engine.Memories()
        self._from: tuple[Path, str | Path | None, Loaded | None] | None = None
        """The folder, the cache, and what was loaded, for the next time."""
        self._may_be_empty = False

    @classmethod
    def load(
        cls, folder: str | Path, cache: str | Path | None = None, *, work: int = STEP_LIMIT, allow_empty: bool = False
    ) -> Engine:
        """An engine for a folder of rules. Raises RuleErrors, with all diagnostics at once, when a rule is wrong.

        A folder in which no file can hold a card is refused too, unless `allow_empty`: from a wrong place a shop would
        sell everything at its list price in silence.

        `cache` is a folder, made when it is not there, in which loaded rules are kept: the next load reads only the files
        that have changed. It must belong to this user, and nobody else may be able to write to it; otherwise it is not
        used, with a warning. Without `cache` nothing is written anywhere.

        `work` is the work allowed to one quote, in steps of the search, from 1; CartError when it is not. The house's
        own, 400,000 steps, is a few seconds of work at most, where nearly every cart takes below a thousandth of it.
        Counted in steps and never in seconds, so that the same cart gets the same price on a busy machine; a quote
        whose work was cut short says `optimal: false` and how low the best total could be (SPEC 6).
        """
        from pricing.language.loading.load import load_folder

        loaded = load_folder(Path(folder), Path(cache) if cache is not None else None)
        return cls._of(loaded, Path(folder), cache, work, allow_empty)

    def reload(self) -> Engine:
        """A new engine for the folder as it is now; this one keeps answering as before. Raises RuleErrors like `load`.

        Reads only the files that have changed since this one was loaded; cards are compared with each other only where
        there is a mistake to tell.
        """
        if self._from is None:
            raise ValueError("this engine was not loaded from a folder")
        from pricing.language.loading.load import load_folder

        folder, cache, earlier = self._from
        kept = Path(cache) if cache is not None else None
        loaded = load_folder(folder, kept, earlier, doubts=False)
        if loaded.book is None:
            loaded = load_folder(folder, kept, earlier)
        return Engine._of(loaded, folder, cache, self.work, self._may_be_empty)

    @classmethod
    def _of(cls, loaded: Loaded, folder: Path, cache: str | Path | None, work: int, allow_empty: bool) -> Engine:
        loaded = loaded if allow_empty else loaded.filled(folder)
        if loaded.cache_trouble:
            warnings.warn(loaded.cache_trouble, stacklevel=3)
        if loaded.book is None:
            raise RuleErrors(loaded.diagnostics, loaded.report())
        engine = cls(loaded.book, work)
        engine._from = folder, cache, loaded
        engine._may_be_empty = allow_empty
        return engine

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], *, work: int = STEP_LIMIT, allow_empty: bool = False) -> Engine:
        """An engine for rule files given as text, by their path in the folder; all else as in `load`.

        Raises TypeError for what is no mapping from paths to texts.
        """
        from pricing.language.loading.load import load_texts

        if not isinstance(texts, Mapping) or not all(
            isinstance(path, str) and isinstance(text, str | bytes) for path, text in texts.items()
        ):
            raise TypeError('expected texts by the path of their file, as in {"campaigns/a.promo": "campaign a ..."}')
        loaded = load_texts(texts) if allow_empty else load_texts(texts).filled()
        if loaded.book is None:
            raise RuleErrors(loaded.diagnostics, loaded.report())
        return cls(loaded.book, work)

    @property
    def fingerprint(self) -> str:
        """`sha256:...` of what the rules mean."""
        return self.plan.fingerprint

    def quote(
        self,
        cart: Cart,
        usage: Mapping[str, RuleUsage | Mapping[str, object]] | None = None,
        without: Iterable[str] = (),
        *,
        work: int | None = None,
    ) -> Quote:
        """The best permitted price of the cart (SPEC). Pure: no clock, no files, nothing shared changes.

        `usage` says what earlier orders used, by rule name: a `RuleUsage`, or a mapping such as `{"customer": 1,
        "spent": "12.50"}` with amounts in major units. `without` names rules or kinds that the customer declines.
        `work` is the work allowed to this quote, in steps, instead of the engine's (see `load`).

        Raises CartError when `usage` cannot be read, when `without` names nothing that exists, or for what is no cart.

        Threads may share an engine; one at a time prices, for the interpreter runs one at a time. A server that must
        answer meanwhile prices in processes: engines and quotes travel between them.
        """
        if not isinstance(cart, Cart):
            raise CartError([Problem(f"expected a Cart, not {shown(cart)}", "cart")])
        declined = self._declined(without) if without != () else frozenset()
        used = {} if usage is None else _counted(usage, cart.currency)
        return self._price(cart, used, declined, work, None)

    def _price(self, cart: Cart, used: Usage, declined: frozenset[str], work: int | None, before: Cart | None) -> Quote:
        """A quote, with what is remembered of the one of the cart `before`."""
        memory = self._memories.of(before)
        quote = engine.price(self.plan, cart, used, declined, self.work if work is None else _steps(work), memory)
        self._memories.note(cart, memory)
        return quote

    def requote(self, quote: Quote, cart: Cart, *, work: int | None = None) -> Quote:
        """The price of a cart that a customer has changed: the same answer as `quote(cart)` with the usage and the declined
        rules of the earlier quote, byte for byte.

        A cart that is as it was, under rules that are as they were, keeps its quote; any other is priced anew, and what
        the engine still remembers of the earlier quote (of the last few only) is not worked out again: the choices of
        stores, or other parts of the cart, that have not changed. Raises CartError like `quote`.
        """
        if work is None and engine.still_holds(self.plan, quote, cart):
            return quote
        if not isinstance(cart, Cart):
            raise CartError([Problem(f"expected a Cart, not {shown(cart)}", "cart")])
        declined = self._declined(quote.without) if quote.without else frozenset()
        return self._price(cart, dict(quote.usage), declined, work, quote.cart)

    def reasons(self, quote: Quote, why: str = "all") -> Reasons:
        """Why the rules that looked at the cart were not used, and what to add to get more (SPEC 7).

        Works for every quote of these rules, wherever it was made: in another process, or read back from a pickle. With
        `why` "refused" without next steps, which take longest. Raises ValueError when the quote was priced under other
        rules, or has been changed.
        """
        return engine.reasons(self.plan, _quote(quote), why)

    def explain(self, quote: Quote) -> Account:
        """A line-by-line account of a quote of these rules, every sentence with the file and line of its rule.

        Raises ValueError when the quote was priced under other rules, or has been changed.
        """
        return engine.explain(self.plan, _quote(quote))

    def __reduce__(self) -> tuple[Any, ...]:
        """Its rules and its work limit; what was made ready for carts is made again."""
        folder, cache = self._from[:2] if self._from else (None, None)
        return _made_again, (self.book, self.work, folder, cache)

    def _declined(self, without: object) -> frozenset[str]:
        """The names in `without`. Raises CartError for what is no name of a rule or kind."""
        if not isinstance(without, Iterable):
            raise CartError([Problem(f"expected names of rules or kinds, not {shown(without)}", "without")])
        names = [without] if isinstance(without, str) else list(without)
        problems = []
        for place, name in enumerate(names):
            if not isinstance(name, str):
                problems.append(Problem(f"expected text, not {shown(name)}", f"without[{place}]"))
            elif name not in _KINDS and self.plan.rules.find(name) is None:
                problems.append(Problem(f"there is no rule or kind called {name!r}", "without"))
        if problems:
            raise CartError(sorted(set(problems), key=str))
        return frozenset(names)


def _quote(quote: object) -> Quote:
    """A quote, checked."""
    if not isinstance(quote, Quote):
        raise CartError([Problem(f"expected a Quote, not {shown(quote)}", "quote")])
    return quote


def _steps(work: object) -> int:
    """Work in steps, checked."""
    if type(work) is not int or work < 1:
        raise CartError([Problem(f"work is a whole number of steps from 1, not {shown(work)}", "work")])
    return work


def _made_again(book: RuleBook, work: int, folder: Path | None, cache: str | Path | None) -> Engine:
    engine = Engine(book, work)
    if folder is not None:
        engine._from = folder, cache, None
    return engine


def _counted(usage: object, currency: str) -> Usage:
    """Usage with every mapping read; RuleUsage as it is."""
    if isinstance(usage, Mapping) and all(type(name) is str and type(usage[name]) is RuleUsage for name in usage):
        return dict(usage)
    return usage_from_dict(usage, currency)
