"""What there is: files, campaigns, what can be chosen for a basket, the words that get a colour.

Reads a `Bench`; makes plain JSON for the page's lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from pricing.editor.words import FIRST_WORDS, HEAD_WORDS, INNER_WORDS
from pricing.facts import AUDIENCE_WORDS
from pricing.language.vocabulary import DAYS, KIND_NAMES
from pricing.model.kind import CODE, HELD
from pricing.model.packed import each
from pricing.model.rule import Rule
from pricing.studio.bench import EXAMPLES, Bench


def opened(bench: Bench) -> dict[str, Any]:
    """All that the page must know at the start: see `desk` (open)."""
    partial = bench.loaded.partial
    return {
        "files": [{"path": path, "what": _what(path)} for path in sorted(bench.texts)],
        "campaigns": [
            {
                "name": one.name, "label": one.label, "currency": one.currency, "zone": one.zone,
                "file": one.place.file, "line": max(one.place.line - 1, 0),
                "from": _local(one.valid.start, one.zone), "until": _local(one.valid.end, one.zone),
            }
            for one in partial.campaigns
        ],
        "currency": bench.currency,
        "currencies": sorted({name for one in partial.campaigns for name in (*one.currencies, one.currency)}),
        "zone": bench.zone,
        "stores": _named(bench, "stores"),
        "segments": _named(bench, "customers"),
        **_chosen(partial.rules),
    }  # fmt: skip


def words() -> dict[str, list[str]]:
    """The words of the language that get a colour."""
    named = {"heads": HEAD_WORDS, "first": FIRST_WORDS, "inner": INNER_WORDS, "kinds": KIND_NAMES, "days": DAYS}
    return {what: list(said) for what, said in named.items()}


def _what(path: str) -> str:
    if path.endswith(EXAMPLES):
        return "examples"
    if path.startswith("catalogue/"):
        return "catalogue"
    return "policy" if path.rpartition("/")[2] == "policy.promo" else "campaign"


def _local(at: datetime | None, zone: str) -> str | None:
    return None if at is None else at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def _named(bench: Bench, word: str) -> list[dict[str, str]]:
    names = bench.catalogue.names.get(word, frozenset())
    return [{"name": name, "title": bench.catalogue.title(word, name)} for name in sorted(names)]


def _chosen(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """Values that cards ask of a checkout, by word, and ways of delivery: what a basket can be tried with."""
    found: dict[str, set[str]] = {word: set() for word in (*AUDIENCE_WORDS, "methods")}
    scopes = chain(each(rules, "audience"), each(rules, "scope"))
    for clause in chain.from_iterable((*scope.only, *scope.never) for scope in scopes):
        if clause.word in found:
            found[clause.word].update(clause.values)
    found["methods"] = found["methods"] or {"standard"}
    return {word: sorted(names) for word, names in found.items()}


def wallet(bench: Bench, search: str, currency: str, most: int) -> dict[str, Any]:
    """Coupons that a customer can hold, and codes that can be typed: see `desk` (wallet)."""
    wanted = search.casefold().split()
    coupons: list[dict[str, Any]] = []
    codes: list[dict[str, Any]] = []
    total = 0
    for rule in bench.loaded.partial.rules:
        said = f"{rule.name} {rule.label} {rule.kind} {' '.join(rule.codes)}".casefold()
        if currency not in ("", rule.currency, *(each.currency for each in rule.also)):
            continue
        if rule.given not in (HELD, CODE) or not all(word in said for word in wanted):
            continue
        total += 1
        if len(coupons) + len(codes) >= most:
            continue
        entry = {"rule": rule.name, "label": rule.label, "kind": rule.kind.value, "campaign": rule.campaign}
        if rule.given == HELD:
            coupons.append(entry)
        else:
            codes += [{**entry, "code": code} for code in rule.codes]
    return {"total": total, "coupons": coupons, "codes": codes}
