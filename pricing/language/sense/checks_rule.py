"""Sense of one rule: its steps, caps, budget, scope, and its scope in the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from operator import attrgetter

from pricing.facts import FACTS, VALUE_WORDS
from pricing.forms import AmountOff, Bundle, Form, Get, ShareOff, ShipFree, amount_of, share_of
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.source import HasSpan
from pricing.language.loading.catalogue import Catalogue, Item, above
from pricing.language.meaning.resolve import Card, of
from pricing.language.meaning.values import written
from pricing.language.text.syntax import AtMost, Budget, LimitLine, Listed, Price, StepLine
from pricing.model.kind import ITEM_KINDS, Kind
from pricing.model.ladder import Step
from pricing.model.rule import Rule
from pricing.model.scope import Clause as ScopeClause
from pricing.money import LARGEST, AmountError, decimals, parse, show

_ONE_VALUED = frozenset(fact.word for fact in FACTS if fact.single and fact.values)
"""Words of which a line of a cart has one value, so that two lines of a card can exclude each other."""
_CAPPED = frozenset({Kind.SELLER_COUPON, Kind.CROSS_STORE_DISCOUNT, Kind.PLATFORM_COUPON, Kind.PROMO_CODE})
"""Kinds of which a percentage without a cap is usually a slip: one order can be of any size."""
_MONEY_OFF = _CAPPED | {Kind.STORE_DISCOUNT}
"""Kinds of which an amount off any order is usually a slip: a small order becomes free."""
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?%", re.ASCII)
MOST_UNITS = 1000
"""No basket that people fill has more units of one thing."""


def run(item: Card, findings: Findings) -> bool:
    """All checks of one card; whether its scope may hold anything."""
    _steps(item, findings)
    _promised(item, findings)
    _uncapped(item, findings)
    _pieces(item, findings)
    _budget(item, findings)
    _limits(item, findings)
    return not _scope(item, findings)


def lines_at(item: Card) -> Mapping[int, HasSpan]:
    """By threshold, the line of a card that made the step; the card itself where no line did."""
    lines = {_reach(line, item.rule.currency): line for line in reversed(of(item.block, StepLine))}
    return defaultdict(lambda: item.block, lines)


def _reach(line: StepLine, currency: str) -> int:
    if line.threshold is None:
        return 0
    units = line.word.text == "buy" or line.items
    try:
        return int(line.threshold.text) if units else parse(line.threshold.text, currency)
    except (ValueError, AmountError):
        return -1


def _steps(item: Card, findings: Findings) -> None:
    rule = item.rule
    before: Step | None = None
    lines = lines_at(item)
    for step in rule.ladder:
        line = lines[step.reach]
        largest = _largest(step)
        if step.at_most is not None and largest and step.at_most >= largest:
            findings.add(
                "P0326", line, "The cap of this step never cuts anything.",
                caret=f"it gives {show(largest, rule.currency)} at most anyway",
            )  # fmt: skip
        _doubts(step, line, rule, findings)
        if rule.kind is Kind.SELECT_COUPON and share_of(step):
            findings.add(
                "P0318", line, "Pieces have a fixed value: of this percentage, only whole pieces can be used.",
                helps=("Write a multiple of the piece, such as: spend 65.00 take 6.00 off",),
            )  # fmt: skip
        if (
            step.measure == "money"
            and step.reach
            and rule.kind is not Kind.FREE_SHIPPING
            and amount_of(step) >= step.reach
        ):
            findings.add(
                "P0307", line, f"This gives {show(amount_of(step), rule.currency)} back on "
                f"{show(step.reach, rule.currency)}: as much as was spent, or more.",
                helps=("Is a digit missing in the first amount, or one too many in the second?",),
            )  # fmt: skip
        if before is not None and step.gives and plain(step) and plain(before) and _less(step, before, rule):
            findings.add(
                "P0305", line, "This step gives less than the one before it.",
                caret=f"{_gives(step, step.reach, rule)}, but the step before gives {_gives(before, step.reach, rule)}",
                helps=("Only the highest step reached counts, so spending more would bring less.",),
            )  # fmt: skip
        before = step
        if step.measure == "units" and step.reach > MOST_UNITS:
            _unreached(line, f"it takes {step.reach} items", findings)
        if rule.kind in _MONEY_OFF and amount_of(step) and not step.reach:
            given = show(amount_of(step), rule.currency)
            findings.add(
                "P0336", line, f"Any order gets {given} off, and one of {given} or less costs nothing.",
                caret="no threshold",
                helps=(f"From what amount on? Such as: spend {show(10 * amount_of(step), rule.currency)} take {given} off",),
            )  # fmt: skip


def _largest(step: Step) -> int:
    """The most that a step of amounts gives, minor units; 0 when there is no end to it, or it is of another form."""
    if step.repeats:
        return amount_of(step) * (step.most_times or 0)
    return amount_of(step)


def _doubts(step: Step, line: HasSpan, rule: Rule, findings: Findings) -> None:
    """What a form doubts of itself, and benefits that are too small to be meant."""

    def money(minor: int) -> str:
        return show(minor, rule.currency)

    if isinstance(step.gives, Form):
        for doubt in step.gives.doubts(step, money):
            findings.add("P0348", line, doubt, caret="is this meant?")
    said = line.at_most if isinstance(line, StepLine) else None
    if isinstance(step.gives, Get) and said is not None and said.text.isdigit() and len(said.text) < 3:
        findings.add(
            "P0348", said, f"This get is worth at most {money(step.at_most or 0)}.", caret="is this meant?",
            helps=(f"For a number of times, write: at most {said.text} time{'' if said.text == '1' else 's'}",),
        )  # fmt: skip
    share, amount = share_of(step), amount_of(step)
    if 0 < share < Fraction(1, 100):
        findings.add(
            "P0350", line, f"{written(share)} is less than one in a hundred.", caret="is this meant?",
            helps=(f"If {written(share * 100)} is meant, write: take {written(share * 100)} off",),
        )  # fmt: skip
    small = amount and rule.kind not in ITEM_KINDS and 10 * amount <= 10 ** decimals(rule.currency) * 5
    if small and not step.repeats and step.reach in (0, max(step.reach, 50 * amount)):
        percent = written(Fraction(amount, 10 ** decimals(rule.currency)))
        findings.add(
            "P0350", line, f"{money(amount)} off is next to nothing.", caret="is this meant?",
            helps=(f"If {percent} is meant, write: take {percent} off",),
        )  # fmt: skip


def plain(step: Step) -> bool:
    """Whether a step gives a plain amount or share, so that two can be compared by size."""
    return step.gives is None or isinstance(step.gives, (AmountOff, ShareOff, ShipFree))


def _limits(item: Card, findings: Findings) -> None:
    """Limits that say something other than they seem to."""
    rule = item.rule
    gets = any(isinstance(step.gives, (Get, Bundle)) for step in rule.ladder)
    for line in of(item.block, LimitLine):
        per = line.per.text if line.per is not None and line.and_per is None else ""
        uses = line.unit.text in ("use", "uses")
        if per == "day" and uses and line.count.text.isdigit() and int(line.count.text) <= 10:
            findings.add(
                "P0349", line, f"Only {line.count.text} in a day, by all customers together: is that meant?",
                caret="per day counts everybody",
                helps=(f"For each customer, write: limit {line.count.text} {line.unit.text} per customer and day",),
            )  # fmt: skip
        if per == "order" and uses and line.count.text == "1" and gets:
            findings.add(
                "P0351", line, "One use is all that an order gets by this card, however often it buys and gets.",
                caret="a use is not a round",
                helps=("For one round in an order, write behind the step: , at most 1 time",),
            )  # fmt: skip


def _promised(item: Card, findings: Findings) -> None:
    """A label that speaks of a percentage, where the same number is given as money."""
    rule = item.rule
    for said in _PERCENT.findall(rule.label):
        lines = lines_at(item)
        for step in rule.ladder:
            if amount_of(step) and amount_of(step) == Fraction(said) * 10 ** decimals(rule.currency):
                given = show(amount_of(step), rule.currency)
                findings.add(
                    "P0337", lines[step.reach],
                    f"The label speaks of {said}%, but this takes {given} off.", caret="no % sign",
                    helps=(f"Is take {said}% off meant? Otherwise change the label.",),
                )  # fmt: skip


def _unreached(line: HasSpan, why: str, findings: Findings) -> None:
    findings.add(
        "P0334", line, "No cart is likely to reach this step.", caret=why, helps=("Is there a digit too many?",)
    )


def worth(step: Step, base: int) -> Fraction:
    """What a step gives on a base, in minor units, before rounding."""
    full = Fraction(amount_of(step)) if amount_of(step) else share_of(step) * base
    return full if step.at_most is None else min(full, Fraction(step.at_most))


def _less(step: Step, before: Step, rule: Rule) -> bool:
    if step.measure == "money" and rule.kind is not Kind.FREE_SHIPPING:
        return worth(step, step.reach) < worth(before, step.reach)
    if bool(share_of(step)) != bool(share_of(before)):
        return False
    return amount_of(step) < amount_of(before) or share_of(step) < share_of(before)


def _gives(step: Step, base: int, rule: Rule) -> str:
    if share_of(step) and (step.measure != "money" or rule.kind is Kind.FREE_SHIPPING):
        return written(share_of(step))
    return show(int(worth(step, base)), rule.currency)


def _uncapped(item: Card, findings: Findings) -> None:
    rule = item.rule
    if rule.kind not in _CAPPED or rule.caps.per_order or rule.caps.per_store or rule.caps.per_item or rule.budget:
        return
    for step in rule.ladder:
        if share_of(step) and step.at_most is None:
            line = lines_at(item)[step.reach]
            findings.add(
                "P0308", line, f"{written(share_of(step))} off has no cap: a large order gets a large saving.",
                helps=(f"Add a cap, such as: take {written(share_of(step))} off, at most 20.00",),
            )  # fmt: skip


def _pieces(item: Card, findings: Findings) -> None:
    rule = item.rule
    if not rule.piece:
        return
    piece = show(rule.piece, rule.currency)
    lines = lines_at(item)
    for step in rule.ladder:
        line = lines[step.reach]
        if amount_of(step) and amount_of(step) < rule.piece:
            findings.add(
                "P0329",
                line,
                f"No piece fits into this step: one piece is worth {piece}.",
                caret="so nobody can use one here",
                helps=(f"Write {piece} or a multiple of it.",),
            )
        elif amount_of(step) % rule.piece:
            usable = show(amount_of(step) - amount_of(step) % rule.piece, rule.currency)
            findings.add(
                "P0330", line, f"Pieces of {piece} do not add up to {show(amount_of(step), rule.currency)}.",
                caret=f"at most {usable} can be used",
                helps=(f"Write {usable} or {show(-(-amount_of(step) // rule.piece) * rule.piece, rule.currency)}.",),
            )  # fmt: skip


def _budget(item: Card, findings: Findings) -> None:
    rule = item.rule
    largest = max((amount_of(step) for step in rule.ladder), default=0)
    for line in of(item.block, Budget):
        if rule.budget is not None and rule.budget < largest:
            findings.add(
                "P0327", line, f"This budget is smaller than one use: {show(largest, rule.currency)}.",
                helps=("Is a digit missing?",),
            )  # fmt: skip
        elif rule.budget is not None and (worst := _one_order(rule)) is not None and worst[0] >= rule.budget:
            findings.add("P0335", line, "One order could use up this whole budget.", caret=worst[1], helps=(worst[2],))
    for cap in of(item.block, AtMost):
        if cap.per is not None and cap.per.text == "order" and rule.caps.per_order and rule.caps.per_store:
            if rule.caps.per_order <= rule.caps.per_store:
                findings.add("P0326", cap, "The cap per order is not above the one per store, which then never cuts.")
            break


def _one_order(rule: Rule) -> tuple[int, str, str] | None:
    """The most that a rule saves in one order, how that comes about, and what to do; None when it cannot be told."""
    if rule.kind in (Kind.FREE_SHIPPING, Kind.COIN_PAYMENT, Kind.COIN_EXCHANGE):
        return None
    cap, boundless = rule.caps.per_order, LARGEST
    if cap is not None:
        return cap, f"up to {show(cap, rule.currency)} in one order", "Is a digit missing?"
    open_end = "Say how much one order may get, such as: at most 20.00 per order"
    if rule.kind in ITEM_KINDS:
        limited = any(limit.unit == "items" for limit in rule.limits)
        return None if limited else (boundless, "any number of items", "Add a line such as: limit 2 items per customer")
    if (
        any(step.at_most is None and (share_of(step) or step.repeats) for step in rule.ladder)
        and not rule.caps.per_store
    ):
        return boundless, "the larger the order, the more", open_end
    one = max((step.at_most or amount_of(step) for step in rule.ladder), default=0)
    one = rule.caps.per_store if rule.caps.per_store is not None else one
    named = [len(clause.values) for clause in rule.scope.only if clause.word == "stores"]
    stores = min(named, default=1) if rule.ladder_per == "store" else 1
    where = (
        f"{show(one, rule.currency)} in each of {stores} stores"
        if stores > 1
        else f"{show(one, rule.currency)} at once"
    )
    return one * stores, where, "Is a digit missing?" if stores == 1 else open_end


def _scope(item: Card, findings: Findings) -> bool:
    """Scope lines that leave nothing; whether any was told."""
    told = len(findings.found)
    rule = item.rule
    seen: dict[str, ScopeClause] = {}
    for clause in (*rule.scope.only, *rule.audience.only):
        first = seen.setdefault(clause.word, clause)
        if clause.word not in VALUE_WORDS:
            continue
        if first is not clause and clause.word in _ONE_VALUED and not set(first.values) & set(clause.values):
            lines = [line for line in of(item.block, Listed) if line.word.text == clause.word]
            findings.add(
                "P0322", lines[-1], f"Two {clause.word} lines exclude each other, so this rule can never apply.",
                caret="lines narrow",
                helps=(f"Put all {clause.word} on one line, with commas: commas widen.",),
            )  # fmt: skip
        nevers = [never for never in (*rule.scope.never, *rule.audience.never) if never.word == clause.word]
        gone = {value for never in nevers if not never.removed for value in never.values}
        left = [value for value in clause.values if not _taken(value, gone, clause.word == "categories")]
        left = [value for value in left if value not in clause.removed]
        if not left:
            findings.add(
                "P0322", item.block, f"All its {clause.word} are excepted again, so this rule can never apply.",
                helps=("except removes, and always wins.",),
            )  # fmt: skip
    return len(findings.found) > told


def _taken(value: str, gone: AbstractSet[str], under: bool) -> bool:
    """Whether a value is among those, or, `under`, is a category under one of them."""
    return value in gone or (under and not gone.isdisjoint(above(value)))


def against_catalogue(item: Card, catalogue: Catalogue, findings: Findings) -> None:
    """Whether any sku of the catalogue is in scope, and item prices against list prices."""
    rule = item.rule
    if rule.kind is Kind.COIN_EXCHANGE:
        return
    in_scope = scope_of(rule)
    if (rule.scope.only or rule.scope.never) and not any(map(in_scope, catalogue.items)):
        findings.add(
            "P0321", item.block, "No item of the catalogue is in the scope of this rule.",
            caret="it can never apply",
            helps=("Its scope lines must all hold for one and the same item: lines narrow, commas widen.",),
        )  # fmt: skip
    _within_reach(item, catalogue, findings)
    if rule.kind not in ITEM_KINDS or not rule.prices:
        return
    rows = {sku.sku: sku for sku in catalogue.items}
    prices = dict(rule.prices)
    for line in of(item.block, Price):
        row = rows.get(line.sku.text)
        if row is None or line.sku.text not in prices:
            continue
        if not in_scope(row):
            findings.add(
                "P0332", line, f"{row.sku} is not in the scope of this card, so its price never holds.",
                notes=(f"{row.sku} is sold by {row.store}.",) if row.store else (),
            )  # fmt: skip
            continue
        listed = _price(row, rule.currency)
        if listed and prices[row.sku] >= listed:
            findings.add(
                "P0331", line.amount, f"This price is not below the list price of {row.sku}.",
                caret=f"the list price is {show(listed, rule.currency)}",
                helps=("An item never costs more than its list price, so this price does nothing.",),
            )  # fmt: skip


def _within_reach(item: Card, catalogue: Catalogue, findings: Findings) -> None:
    """Whether a basket of what the catalogue sells can come to the steps by money."""
    rule = item.rule
    steps = [step for step in rule.ladder if step.measure == "money" and step.reach]
    prices = [_price(sku, rule.currency) for sku in filter(scope_of(rule), catalogue.items)] if steps else []
    dearest = max(prices, default=0)
    lines = lines_at(item) if dearest else {}
    for step in steps:
        if dearest and step.reach > MOST_UNITS * dearest:
            units = -(-step.reach // dearest)
            _unreached(
                lines[step.reach], f"it takes {units} of the dearest item, {show(dearest, rule.currency)}", findings
            )


def _price(sku: Item, currency: str) -> int:
    try:
        return parse(sku.price, currency)
    except AmountError:
        return 0


def scope_of(rule: Rule) -> Callable[[Item], bool]:
    """Says whether a thing that the catalogue sells is in the scope of a rule."""
    only = [_matcher(clause, rule.currency, unknown=True) for clause in rule.scope.only]
    never = [_matcher(clause, rule.currency, unknown=False) for clause in rule.scope.never]
    return lambda sku: all(fits(sku) for fits in only) and not any(fits(sku) for fits in never)


def _matcher(clause: ScopeClause, currency: str, unknown: bool) -> Callable[[Item], bool]:
    """Says whether a thing answers a scope line; `unknown` where the catalogue does not tell."""
    if clause.word == "list":
        any_of = [_matcher(each, currency, unknown) for each in clause.any_of]
        but_not = [_matcher(each, currency, not unknown) for each in clause.but_not]
        return lambda sku: any(fits(sku) for fits in any_of) and not any(fits(sku) for fits in but_not)
    if clause.word == "prices":
        return lambda sku: _in_band(_price(sku, currency), clause, unknown)
    named = _named(clause.word, frozenset(clause.values), unknown)
    if not clause.removed:
        return named
    removed = _named(clause.word, frozenset(clause.removed), not unknown)
    return lambda sku: named(sku) and not removed(sku)


def _in_band(price: int, clause: ScopeClause, unknown: bool) -> bool:
    if not price:
        return unknown
    return clause.low <= price and (clause.high is None or price <= clause.high)


def _named(word: str, values: frozenset[str], unknown: bool) -> Callable[[Item], bool]:
    """Says whether a thing has one of the values of a scope word; columns that the catalogue does not have, struck
    prices and shipping methods are `unknown`."""
    if word == "categories":
        return lambda sku: any(_taken(own, values, under=True) for own in sku.categories)
    if word == "tags":
        return lambda sku: unknown if not sku.tags else not values.isdisjoint(sku.tags)
    column = {"stores": "store", "brands": "brand", "skus": "sku"}.get(word)
    if column is None:
        return lambda sku: unknown
    cell = attrgetter(column)
    return lambda sku: cell(sku) in values if cell(sku) else unknown
