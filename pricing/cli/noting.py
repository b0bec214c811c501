"""Names in carts that the catalogue and the rules do not have: said once, for a misspelt segment makes no promotion fail.

Reads carts and the names that exist; makes notes for stderr, a few for a whole run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from attrs import define, field

from pricing.facts import FACT_OF, FACTS
from pricing.language.diagnostics.nearest import nearest
from pricing.language.loading.catalogue import Catalogue
from pricing.language.meaning.countries import code_of
from pricing.model.cart import Cart

MOST = 10
"""Notes of one run."""
_WHAT = {**{fact.word: fact.one for fact in FACTS if fact.file or fact.shape}, "coupons": "coupon"}


@define
class Notes:
    """What has been noted so far."""

    catalogue: Catalogue
    is_rule: Callable[[str], bool]
    """Whether there is a rule of a name."""
    seen: set[tuple[str, str]] = field(factory=set)

    def of(self, cart: Cart) -> tuple[str, ...]:
        """What is to be said of a cart and has not been said of an earlier one."""
        found: list[str] = []
        for word, name, path in self._unknown(cart):
            if len(self.seen) >= MOST or (word, name) in self.seen:
                continue
            self.seen.add((word, name))
            found.append(self._says(word, name, path))
            if len(self.seen) == MOST:
                found.append("more names may be unknown, and are not noted")
        return tuple(found)

    def _unknown(self, cart: Cart) -> Iterator[tuple[str, str, str]]:
        names: Mapping[str, frozenset[str]] = self.catalogue.names
        for word, name, path in _named(cart):
            shape = FACT_OF[word].shape
            if name and (name not in names[word] if word in names else shape and not re.fullmatch(shape, name)):
                yield word, name, path
        for place, lot in enumerate(cart.wallet.coupons):
            if not self.is_rule(lot.rule):
                yield "coupons", lot.rule, f"wallet.coupons[{place}].rule"

    def _says(self, word: str, name: str, path: str) -> str:
        known = self.catalogue.names.get(word, frozenset())
        where = f" in {self.catalogue.files[word].rsplit('/', 1)[-1]}" if word in self.catalogue.files else ""
        meant = nearest(name, known) if word != "coupons" else None
        meant = code_of(name) if word == "countries" else meant
        hint = f"; did you mean {meant!r}?" if meant else ""
        return f"there is no {_WHAT[word]} called {name[:60]!r}{where}{hint} @ {path}"


def _named(cart: Cart) -> Iterator[tuple[str, str, str]]:
    """What a cart names that a catalogue may list: the word of the language, the name, where it stands."""
    for place, segment in enumerate(cart.customer.segments):
        yield "customers", segment, f"customer.segments[{place}]"
    yield from ((fact.word, getattr(cart, fact.field), fact.field) for fact in FACTS if fact.field)
    for place, charge in enumerate(cart.shipping):
        yield "methods", charge.method, f"shipping[{place}].method"
    for place, line in enumerate(cart.lines):
        one = (("stores", line.store, "store"), ("skus", line.sku, "sku"), ("brands", line.brand, "brand"))
        yield from ((word, name, f"lines[{place}].{key}") for word, name, key in one)
        for number, name in enumerate(line.categories):
            yield "categories", name, f"lines[{place}].categories[{number}]"
