"""What a warning claims is never contradicted by a quote: rules that can never apply, caps that never cut, items that
are never cheaper by one card than by another, thresholds that cost more than they save."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest
from attrs import evolve

from pricing import Cart, Engine, Quote
from pricing.language.loading.load import load_texts
from pricing.model.diagnostic import Diagnostic
from pricing.model.quote import QuoteCharge, QuoteLine
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook
from tests.language.warned import CATALOGUE, carts, folder

FOLDERS = 40
CARTS = 12

NEVER_APPLIES = frozenset({"P0321", "P0322", "P0323", "P0328", "P0329", "P0410"})
"""What these say of a card: it can never apply, or nobody can use it."""


def applied(quote: Quote) -> set[str]:
    """Names of the rules that saved something."""
    entries: list[QuoteLine | QuoteCharge] = [*quote.lines, *quote.shipping]
    return {saving.rule for entry in entries for saving in entry.savings}


def without_cap(book: RuleBook, name: str) -> RuleBook:
    """The rules with a card whose steps have no `at most` of their own."""

    def bare(rule: Rule) -> Rule:
        return evolve(rule, ladder=tuple([evolve(step, at_most=None) for step in rule.ladder]))

    return evolve(book, rules=tuple([bare(rule) if rule.name == name else rule for rule in book.rules]))


def rule_of(book: RuleBook, name: str) -> Rule:
    return next(rule for rule in book.rules if rule.name == name)


def only(book: RuleBook, *names: str) -> RuleBook:
    return evolve(book, rules=tuple([rule for rule in book.rules if rule.name in names]))


def figures(quote: Quote) -> object:
    return quote.total_minor, [(line.id, line.pays) for line in quote.lines]


Claim = Callable[[RuleBook, str, Diagnostic, Sequence[Cart]], str]


def never_applies(book: RuleBook, name: str, told: Diagnostic, some: Sequence[Cart]) -> str:
    engine = Engine(book)
    used = any(name in applied(engine.quote(cart)) for cart in some)
    return f"{name} saved something" if used else ""


def never_cuts(book: RuleBook, name: str, told: Diagnostic, some: Sequence[Cart]) -> str:
    if "per store" in told.message:
        rule = rule_of(book, name)
        other = evolve(rule, caps=evolve(rule.caps, per_store=None))
        changed = evolve(book, rules=tuple([other if each is rule else each for each in book.rules]))
    else:
        several = len(rule_of(book, name).ladder) > 1
        if several:
            return ""  # the cap of one step among others, which do cut
        changed = without_cap(book, name)
    with_it, without_it = Engine(book), Engine(changed)
    cut = any(figures(with_it.quote(cart)) != figures(without_it.quote(cart)) for cart in some)
    return f"the cap of {name} cut something" if cut else ""


def never_lower(book: RuleBook, name: str, told: Diagnostic, some: Sequence[Cart]) -> str:
    """An item rule that another one beats: without it, every price stays."""
    if "an ever" in told.message:
        return ""  # a question
    with_it, without_it = Engine(book), Engine(evolve(book, rules=only_not(book, name)))
    lower = any(
        line.item < other.item
        for cart in some
        for line, other in zip(with_it.quote(cart).lines, without_it.quote(cart).lines, strict=True)
    )
    return f"{name} made a price lower" if lower else ""


def only_not(book: RuleBook, name: str) -> tuple[Rule, ...]:
    return tuple([rule for rule in book.rules if rule.name != name])


def the_same(book: RuleBook, name: str, told: Diagnostic, some: Sequence[Cart]) -> str:
    """Two cards that give the same: each alone comes to one price."""
    other = re.fullmatch(r".* gives the same as (\S+), .*", told.message)
    assert other is not None
    one, two = Engine(only(book, name)), Engine(only(book, other[1]))
    differ = any(one.quote(cart).total_minor != two.quote(cart).total_minor for cart in some)
    return f"{name} and {other[1]} differ" if differ else ""


def changes_nothing(book: RuleBook, name: str, told: Diagnostic, some: Sequence[Cart]) -> str:
    other = re.fullmatch(r"combines with (\S+) changes nothing: .*", told.message)
    assert other is not None
    rules = [
        evolve(rule, combines=tuple([each for each in rule.combines if each != other[1]]))
        if rule.name == name
        else rule
        for rule in book.rules
    ]
    one, two = Engine(book), Engine(evolve(book, rules=tuple(rules)))
    differ = any(figures(one.quote(cart)) != figures(two.quote(cart)) for cart in some)
    return f"combining {name} changed a quote" if differ else ""


def saves_less(book: RuleBook, name: str, told: Diagnostic, some: Sequence[Cart]) -> str:
    """Who reaches the step, by the two cards alone, saves less than who stays one cent below; of goods of some kind."""
    found = re.fullmatch(r"Who reaches this step loses (\S+), and saves ([0-9.]+) less by the two.", told.message)
    assert found is not None
    two = only(book, name, found[1])
    if any(rule.days or rule.hours for rule in two.rules):
        return ""  # they must hold on the day that is tried
    reaches = [step.reach for step in rule_of(two, name).ladder if step.measure == "money" and step.reach]
    start = max([rule.valid.start for rule in two.rules if rule.valid.start is not None])
    engine = Engine(two)

    def saved(base: int, store: str, category: str) -> int:
        line = {"sku": "Z", "store": store, "price": f"{base // 100}.{base % 100:02d}", "quantity": 1}
        cart = Cart.from_dict({
            "currency": "USD", "at": start.isoformat(), "lines": [{**line, "categories": [category]}],
            "wallet": {"coupons": [{"rule": found[1], "pieces": 1}]}, "codes": [found[1]], "customer": {"id": "c"},
        })  # fmt: skip
        return base - engine.quote(cart).total_minor

    true = any(
        saved(reach, store, category) < saved(reach - 1, store, category)
        for reach in reaches
        for store in ("nova", "luma")
        for category in ("home/pans", "lamps", "other")
    )
    return "" if true else "It does not"


CLAIMS: dict[str, Claim] = {
    **dict.fromkeys(NEVER_APPLIES, never_applies),
    "P0326": never_cuts,
    "P0402": changes_nothing,
    "P0404": never_lower,
    "P0405": the_same,
    "P0409": saves_less,
}


def contradicted(seed: int, seen: Counter[str]) -> list[str]:
    """What a quote contradicts in the folder of this seed."""
    rng = Random(f"warned {seed}")
    texts, names = folder(rng)
    loaded = load_texts(texts, CATALOGUE)
    if loaded.book is None:
        return []
    lines = texts["campaigns/w.promo"].splitlines()
    found = []
    some = carts(rng, names, CARTS)
    for told in loaded.diagnostics:
        claim = CLAIMS.get(told.code)
        if claim is None or told.file != "campaigns/w.promo":
            continue
        head = next(line for line in reversed(lines[: told.line]) if line and not line.startswith(" "))
        name = head.split('"')[0].split()[-1]
        seen[told.code] += 1
        wrong = claim(loaded.book, name, told, some)
        if wrong:
            found.append(f"seed {seed}: {told.code} {told.message} {wrong}.\n{texts}")
    return found


@pytest.mark.parametrize("first", range(0, 200, FOLDERS))
def test_no_warning_is_contradicted_by_a_quote(first: int) -> None:
    seen: Counter[str] = Counter()
    wrong = [said for seed in range(first, first + FOLDERS) for said in contradicted(seed, seen)]
    assert not wrong, "\n".join(wrong)


def test_the_folders_get_the_warnings_that_are_held_against_quotes() -> None:
    seen: Counter[str] = Counter()
    for seed in range(200):
        loaded = load_texts(folder(Random(f"warned {seed}"))[0], CATALOGUE)
        seen.update({told.code for told in loaded.diagnostics})
    assert set(CLAIMS) - {"P0323", "P0410"} <= set(seen), seen
