"""Rule texts of one moment, with all that is made of them: findings, cards, an engine.

Reads texts by their path in the folder of rules; whatever is made is made when it is first asked for, and what has not
changed since an earlier moment is taken from there. Next: `cards`, `till`, `overview`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import define

from pricing.api import Engine
from pricing.editor.folder import Snapshot
from pricing.editor.places import Places
from pricing.language.loading.catalogue import Catalogue, Item
from pricing.language.loading.kept import Kept
from pricing.language.loading.load import Loaded, load_again
from pricing.language.text.build import build
from pricing.language.text.cards import cut
from pricing.language.text.syntax import Block

EXAMPLES = ".examples.md"


def is_rule_text(path: str) -> bool:
    """Whether a file is read as rules or as the catalogue's; the others are example carts and pages for people."""
    return path.endswith(".promo") or (path.startswith("catalogue/") and path.endswith(".csv"))


@define(slots=False, eq=False)
class Draft(Snapshot):
    """As an editor has it; what an earlier one has of files that are the same is taken from there."""

    earlier: Draft | None = None
    kept: Kept | None = None

    @cached_property
    def loaded(self) -> Loaded:
        before = self.earlier.__dict__.get("loaded") if self.earlier is not None else None
        return load_again(self.texts, before, self.kept)

    @cached_property
    def blocks(self) -> Mapping[str, tuple[Block, ...]]:
        """As in a Snapshot."""
        before, known = self.earlier, {}
        if before is not None and "blocks" in before.__dict__:
            known = {key: blocks for key, blocks in before.blocks.items() if before.texts[key] == self.texts.get(key)}
        sources = {key: self.source(key) for key in self.texts if key.endswith(".promo") and key not in known}
        made = {key: build(source, cut(source)[0])[0] for key, source in sources.items()}
        return {key: known[key] if key in known else made[key] for key in sorted({*known, *made})}


class Bench:
    """One moment. `texts` has every file of the folder that the studio knows, example carts too."""

    def __init__(self, texts: Mapping[str, str], earlier: Bench | None = None, kept: Kept | None = None) -> None:
        self.texts = texts
        before: Draft | None = earlier.snapshot if earlier is not None else None
        if before is not None:
            before.earlier = None  # no chain of all that was ever typed
        self.snapshot: Draft = Draft(
            Path(), {key: texts[key] for key in sorted(texts) if is_rule_text(key)}, earlier=before, kept=kept
        )
        self._places: dict[str, Places] = {}

    @property
    def loaded(self) -> Loaded:
        return self.snapshot.loaded

    @cached_property
    def engine(self) -> Engine | None:
        """None while a card has a mistake."""
        return Engine(self.loaded.book) if self.loaded.book is not None else None

    @property
    def catalogue(self) -> Catalogue:
        return self.snapshot.catalogue

    @cached_property
    def items(self) -> Mapping[str, tuple[Item, ...]]:
        """The rows of the catalogue by sku; a sku that several stores sell has several."""
        found: dict[str, list[Item]] = {}
        for item in self.catalogue.items:
            found.setdefault(item.sku, []).append(item)
        return {sku: tuple(items) for sku, items in found.items()}

    @cached_property
    def zone(self) -> str:
        """The zone that most campaigns have; UTC without any."""
        return _most(Counter(one.zone for one in self.loaded.partial.campaigns), "UTC")

    @cached_property
    def currency(self) -> str:
        """The currency that most campaigns have."""
        return _most(Counter(one.currency for one in self.loaded.partial.campaigns), "USD")

    def zone_named(self, name: str) -> ZoneInfo:
        """A zone by its name; the campaigns' own when it is empty. Raises ValueError for one that does not exist."""
        try:
            return ZoneInfo(name or self.zone)
        except (KeyError, OSError, ValueError):  # a strange name meets one or the other
            raise ValueError(f"there is no time zone called {name[:40]!r}") from None

    def places(self, key: str) -> Places:
        """Lines from 0 and columns in UTF-16, as a browser counts them."""
        if key not in self._places:
            self._places[key] = Places(self.snapshot.source(key))
        return self._places[key]


def _most(count: Counter[str], otherwise: str) -> str:
    return min(count, key=lambda name: (-count[name], name), default=otherwise)
