"""Names in carts that the catalogue and the rules do not have: said once, for a misspelt segment makes no promotion fail.

Reads carts and the names that exist; makes notes for stderr, a few for a whole run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import define, field

from pricing.facts import FACTS
from pricing.language.diagnostics.nearest import nearest
from pricing.language.loading.catalogue import Catalogue
from pricing.model.cart import Cart

MOST = 10
"""Notes of one run."""
_WHAT = {**{fact.word: fact.one for fact in FACTS if fact.file}, "coupons": "coupon"}


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
        for place, segment in enumerate(cart.customer.segments):
            if "customers" in names and segment not in names["customers"]:
                yield "customers", segment, f"customer.segments[{place}]"
        for fact in FACTS:
            said = getattr(cart, fact.field) if fact.field else ""
            if said and fact.word in names and said not in names[fact.word]:
                yield fact.word, said, fact.field
        for place, charge in enumerate(cart.shipping):
            if "methods" in names and charge.method not in names["methods"]:
                yield "methods", charge.method, f"shipping[{place}].method"
        for place, line in enumerate(cart.lines):
            one = (("stores", line.store, "store"), ("skus", line.sku, "sku"), ("brands", line.brand, "brand"))
            for word, name, key in one:
                if name and word in names and name not in names[word]:
                    yield word, name, f"lines[{place}].{key}"
            for number, name in enumerate(line.categories):
                if "categories" in names and name not in names["categories"]:
                    yield "categories", name, f"lines[{place}].categories[{number}]"
        for place, lot in enumerate(cart.wallet.coupons):
            if not self.is_rule(lot.rule):
                yield "coupons", lot.rule, f"wallet.coupons[{place}].rule"

    def _says(self, word: str, name: str, path: str) -> str:
        known = self.catalogue.names.get(word, frozenset())
        where = f" in {self.catalogue.files[word].rsplit('/', 1)[-1]}" if word in self.catalogue.files else ""
        meant = nearest(name, known) if word != "coupons" else None
        hint = f"; did you mean {meant!r}?" if meant else ""
        return f"there is no {_WHAT[word]} called {name[:60]!r}{where}{hint} @ {path}"
