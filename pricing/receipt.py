"""A quote as text for people (SPEC section 7): what every line costs, what was saved and by what, and why not more.

Reads a `Quote`; makes lines that fit a number of columns, without anything that could disturb a terminal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from attrs import evolve

from pricing.columns import clean, left, right, shorten, shorten_name, width, wrapped
from pricing.model.codes import normalised
from pricing.model.doors import doors
from pricing.model.kind import LAYERS, Kind
from pricing.model.quote import (
    NextStep,
    Quote,
    QuoteCharge,
    QuoteLine,
    Reasons,
    Refusal,
    Saving,
    Unclaimed,
    Use,
    reasons_wanted,
)
from pricing.model.reason import Reason
from pricing.money import show

WIDTH = 80
"""Columns of a receipt where nobody says otherwise; fits a terminal, a sheet of paper and a mail."""
NARROWEST = 60
"""Below that, names could not be told apart."""

_NAME = 32
_LABEL = 56

NO_CODES: Mapping[str, str] = {}


def receipt(quote: Quote, why: bool | str | Reasons | None = None, funders: bool = False, columns: int = WIDTH) -> str:
    """The quote as text of so many columns, 60 at least, ending with a line break; `why` as in `Quote.to_dict`.

    What says nothing to this customer (a campaign that is over, a code that nobody typed) is left out; `quote.refused`,
    the JSON and `answers` have it all.
    """
    reasons = reasons_wanted(quote, why)
    paper = _Paper(quote, reasons, columns)
    lines = [*paper.head(), *paper.goods(), *paper.delivery(), *paper.savings(), *paper.totals()]
    if funders:
        lines += paper.funders()
    lines += (*paper.wallet(), *paper.codes(), *paper.unclaimed())
    if reasons is not None:
        near = [each for each in reasons.refused if each.reason.is_near or _is_brought(quote, each.rule)]
        lines += paper.reasons(evolve(reasons, refused=tuple(near)))
    return _text(lines)


def answers(quote: Quote, rules: Iterable[str]) -> str:
    """What there is to say about these rules, whatever the reason; no rules named: about all."""
    names = tuple(rules)
    reasons = reasons_of(quote, names) if names else quote.reasons()
    return _text(_Paper(quote, reasons).reasons(reasons)).lstrip("\n")


def reasons_of(quote: Quote, rules: Iterable[str], codes: Mapping[str, str] = NO_CODES) -> Reasons:
    """The reasons of a quote that are about these rules.

    `codes`: labels of rules given by code that whoever asks may hear of. A quote tells nobody of codes that were not typed.
    """
    names, reasons = frozenset(rules), quote.reasons()
    known = {refusal.rule for refusal in reasons.refused} | {use.rule for use in quote.used}
    untyped = [Refusal(name, None, Reason.NOT_TYPED) for name in codes if name in names and name not in known]
    refused = [refusal for refusal in reasons.refused if refusal.rule in names]
    steps = tuple(step for step in reasons.next_steps if step.rule in names)
    told = sorted([*refused, *untyped], key=lambda refusal: (refusal.rule, refusal.store or ""))
    return Reasons(tuple(told), steps, {**codes, **reasons.labels})


def told_of(quote: Quote, rules: Iterable[str], columns: int = WIDTH, codes: Mapping[str, str] = NO_CODES) -> str:
    """What became of each of these rules, used or not, ending with a line break. `codes`: see `reasons_of`."""
    names = tuple(dict.fromkeys(rules))
    reasons = reasons_of(quote, names, codes)
    paper = _Paper(quote, reasons, columns)
    spoken = {each.rule for each in reasons.refused} | {each.rule for each in reasons.next_steps}
    lines: list[str] = []
    for name in names:
        amounts = [use.amount for use in quote.used if use.rule == name]
        if amounts:
            lines += wrapped(
                f"{paper.named(name)}: used, it takes {paper.show(sum(amounts))} off.", paper.columns, "", "  "
            )
        elif name not in spoken:
            lines += wrapped(f"{paper.named(name)}: has nothing to do with this cart.", paper.columns, "", "  ")
    return _text([*lines, *paper.reasons(reasons)]).lstrip("\n")


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{clean(line).rstrip()}\n" for line in lines)


class _Paper:
    """One receipt: knows how wide its columns are and what rules are called."""

    def __init__(self, quote: Quote, reasons: Reasons | None, columns: int = WIDTH) -> None:
        self.quote = quote
        self.columns = max(columns, NARROWEST)
        self.titles = {line.id: line.title for line in quote.cart.lines if line.title}
        """What people call an item, by line."""
        self.labels = {**quote.labels, **reasons.labels} if reasons else quote.labels
        amounts = (quote.list_minor, quote.total_minor)
        self.cell = max(11, *(len(self.show(amount)) + 2 for amount in amounts))
        """Columns of one amount."""

    # Small things

    def show(self, minor: int) -> str:
        return show(minor, self.quote.currency)

    def off(self, minor: int) -> str:
        return self.show(-minor) if minor else self.show(0)

    def row(self, text: str, *cells: str) -> str:
        """Text on the left, amounts under each other on the right."""
        room = self.columns - self.cell * len(cells)
        return left(shorten(text, room - 1), room) + "".join(right(cell, self.cell) for cell in cells)

    def label(self, rule: str) -> str:
        """What customers call the rule; its name when it has no label."""
        return _label(self.labels.get(rule) or "") or _name(rule)

    def both(self, rule: str) -> str:
        """Label and name, as in "3 off every 30 (every-30)"."""
        label = _label(self.labels.get(rule) or "")
        return f"{label} ({_name(rule)})" if label else _name(rule)

    def listed(self, title: str, sentences: list[str]) -> Iterator[str]:
        """A heading and one entry a sentence; nothing when there is nothing to say."""
        if not sentences:
            return
        yield ""
        yield title
        for sentence in sentences:
            yield from wrapped(sentence, self.columns, "  - ", "    ")

    # What is bought

    def head(self) -> Iterator[str]:
        title, at = "Your price", _moment(self.quote.cart.at)
        yield left(title, self.columns - width(at)) + at
        yield "=" * self.columns
        yield self.row(f"Amounts in {self.quote.currency}", "Price", "Saved", "To pay")

    def goods(self) -> Iterator[str]:
        """The lines, store by store, each with what was taken off it, in the order in which it was taken."""
        skus = Counter(line.sku for line in self.quote.lines)
        lines = sorted(self.quote.lines, key=lambda line: (line.store, _by_number(line.id)))
        for store, stored in groupby(lines, key=lambda line: line.store):
            yield ""
            yield _name(store, self.columns)
            for line in stored:
                yield from self.line(line, doubled=skus[line.sku] > 1)

    def line(self, line: QuoteLine, doubled: bool) -> Iterator[str]:
        sku = self.titles.get(line.id) or line.sku
        count = f"  {line.quantity} x {self.show(line.list // line.quantity)}" if line.quantity != 1 else ""
        room = self.columns - 3 * self.cell - 2 - len(count)
        name = clean(f"{sku} (line {line.id})") if doubled and line.id != line.sku else clean(sku)
        text = f"  {shorten_name(name, room - 1)}{count}"
        yield from self.priced(text, line.list, line.pays, line.savings)

    def delivery(self) -> Iterator[str]:
        if not self.quote.shipping:
            return
        yield ""
        yield "Delivery"
        for charge in self.quote.shipping:
            yield from self.charge(charge)

    def charge(self, charge: QuoteCharge) -> Iterator[str]:
        text = f"  {_name(charge.store, 26)}, {_name(charge.method, 18)}"
        text += f" ({_name(charge.id, 12)})" if charge.id else ""
        yield from self.priced(text, charge.list, charge.pays, charge.savings)

    def priced(self, text: str, listed: int, pays: int, savings: Iterable[Saving]) -> Iterator[str]:
        yield self.row(text, self.show(listed), "", self.show(pays))
        for saving in savings:
            yield self.row(f"    {self.label(saving.rule)}", "", self.off(saving.amount), "")

    # What was saved

    def savings(self) -> Iterator[str]:
        """All that was used, layer by layer, in the order in which the layers were worked off."""
        uses = [*self.quote.used, *_unnamed_uses(self.quote)]
        if not uses:
            return
        yield ""
        yield "Savings, in the order in which they were taken"
        for kind in _layers(self.quote, uses):
            yield f"  {_plural(kind)}"
            for use in uses:
                if use.kind == kind:
                    yield self.row(f"    {self.used(use)}", self.off(use.amount))

    def used(self, use: Use) -> str:
        room = self.columns - self.cell - 5
        facts = ""
        if use.store is not None:
            facts += f", at {_name(use.store, 20)}"
        if use.pieces > 1 or (use.pieces and use.kind == Kind.SELECT_COUPON):
            facts += f", {_count(use.pieces, 'piece')}"
        if use.coins:
            facts += f", {_count(use.coins, 'coin')}"
        name = f" ({_name(use.rule)})"
        label = _label(self.labels.get(use.rule) or "")
        if not label:
            return _name(use.rule) + facts
        return shorten(label, room - width(name) - width(facts)) + name + facts

    def totals(self) -> Iterator[str]:
        quote = self.quote
        goods, charges = quote.lines, quote.shipping
        listed, pays = sum(line.list for line in goods), sum(line.pays for line in goods)
        yield ""
        yield "-" * self.columns
        yield self.row("Goods", self.show(listed), self.off(listed - pays), self.show(pays))
        if charges:
            listed, pays = sum(charge.list for charge in charges), sum(charge.pays for charge in charges)
            yield self.row("Delivery", self.show(listed), self.off(listed - pays), self.show(pays))
        saved = quote.list_minor - quote.total_minor
        total = self.show(quote.total_minor)
        yield self.row(f"To pay, in {quote.currency}", self.show(quote.list_minor), self.off(saved), total)
        yield "=" * self.columns
        if not quote.optimal:
            bound = self.show(quote.lower_bound_minor)
            yield from wrapped(
                "This is the best price found within the limit of work. A better one may exist, "
                f"but none below {bound}.", self.columns
            )  # fmt: skip

    def funders(self) -> Iterator[str]:
        """Who pays for the savings, and how much: the platform, each payer, each seller."""
        shares: dict[tuple[int, str], int] = {}
        entries: list[QuoteLine | QuoteCharge] = [*self.quote.lines, *self.quote.shipping]
        for entry in entries:
            for saving in entry.savings:
                who = [((0, "The platform"), saving.platform), ((2, f"Seller {_name(entry.store)}"), saving.seller)]
                who += [((1, _name(payer)), share) for payer, share in saving.payers]
                for place, share in who:
                    shares[place] = shares.get(place, 0) + share
        if any(shares.values()):
            yield ""
            yield "Who pays for the savings"
            for (_, name), share in sorted(shares.items()):
                if share:
                    yield self.row(f"  {name}", self.show(share))

    def wallet(self) -> Iterator[str]:
        """Coins spent and what they were worth, pieces bought, coupons kept."""
        quote = self.quote
        facts = []
        if quote.bought and quote.coins_spent:
            facts.append(f"{_count(quote.coins_spent, 'coin')} spent in all.")
        for use in quote.used:
            if use.coins:
                facts.append(f"{_count(use.coins, 'coin')} paid {self.show(use.amount)}: {self.both(use.rule)}.")
        for bought in quote.bought:
            pieces, coins = _count(bought.pieces, "piece"), _count(bought.coins, "coin")
            facts.append(f"{pieces} of {self.both(bought.coupon)} bought for {coins}.")
        for earned in quote.earned:
            facts.append(f"{_count(earned.coins, 'coin')} earned: {self.both(earned.rule)}.")
        for kept in quote.kept:
            if not kept.known:
                facts.append(f"{_name(kept.rule)}: there is no such coupon.")
                continue
            until = f", good until {_moment(kept.expires)}" if kept.expires is not None else ""
            facts.append(f"{_count(kept.pieces, 'piece')} of {self.both(kept.rule)} kept for later{until}.")
        yield from self.listed("Coins and coupons", facts)

    def codes(self) -> Iterator[str]:
        """What was typed and is no code."""
        yield from self.listed("Codes", [f"{_name(code)}: there is no such code." for code in self.quote.unknown_codes])

    def unclaimed(self) -> Iterator[str]:
        """What could still be had at the terms of what is used or usable."""
        facts = []
        for each in self.quote.unclaimed:
            of = f" of {', '.join(_name(sku) for sku in each.skus)}" if each.skus else ""
            more = f"{_count(each.units, 'more item')}{of}"
            facts.append(f"{more} can still be had{_where(each)} at the terms of {self.both(each.rule)}.")
        yield from self.listed("Still to be had", facts)

    # What was not

    def reasons(self, reasons: Reasons) -> Iterator[str]:
        """What would bring more, and why the rest was not used."""
        steps = sorted(reasons.next_steps, key=lambda step: (step.rule, step.store or ""))
        yield from self.listed("With a little more", [self.next_step(step) for step in steps])
        refused = sorted(reasons.refused, key=lambda refusal: (refusal.rule, refusal.store or "", refusal.reason))
        sentences = [f"{self.named(refusal.rule)}: {self.refusal(refusal)}" for refusal in refused]
        yield from self.listed("Why not", list(dict.fromkeys(sentences)))

    def named(self, rule: str) -> str:
        """Name and label, as in `nova-6-off-60 "Nova Home: 6 off 60"`."""
        label = _label(self.labels.get(rule) or "")
        return f'{_name(rule)} "{label}"' if label else _name(rule)

    def next_step(self, step: NextStep) -> str:
        if step.payment is not None:
            how = f"Pay with {_name(step.payment)} for {self.both(step.rule)}"
            return f"{how}{_where(step)}: {self.show(step.saves)} more saved."
        where = _where(step).lstrip() or "in this order"
        more = _count(step.missing_units or 0, "more item") + self.of_item(step.sku)
        if step.missing is not None:
            more = f"{self.show(step.missing)} more{self.of_item(step.sku)}"
        return (
            f"Add {more} {where} to reach the next step of {self.both(step.rule)}: {self.show(step.saves)} more saved."
        )

    def of_item(self, sku: str | None) -> str:
        """` of Desk lamp`: the item that a step per sku looks at; nothing for other steps."""
        if sku is None:
            return ""
        titles = [self.titles.get(line.id) for line in self.quote.lines if line.sku == sku]
        return f" of {clean(next(filter(None, titles), None) or sku)}"

    def refusal(self, refusal: Refusal) -> str:
        """One sentence, in the words of a friendly shop assistant."""
        if refusal.short_by is not None or refusal.short_units is not None:
            return self.below(refusal)
        if refusal.reason in (Reason.BEATEN, Reason.CLASHES):
            return self.beaten(refusal)
        if refusal.reason is Reason.NO_ITEM_IN_SCOPE and refusal.clashes_with is not None:
            return f"cannot be used{_where(refusal)} on goods at the price of {self.both(refusal.clashes_with)}."
        if refusal.reason is Reason.NOT_HELD and _is_brought(self.quote, refusal.rule):
            return "what is in the wallet has expired."
        return refusal.reason.sentence.format(where=_where(refusal), currency=self.quote.currency)

    def below(self, refusal: Refusal) -> str:
        missing = []
        if refusal.short_by is not None:
            missing.append(f"{self.show(refusal.short_by)} short")
        if refusal.short_units is not None:
            missing.append(_count(refusal.short_units, "more item") + self.of_item(refusal.sku) + " needed")
        said = f"{' and '.join(missing)}{_where(refusal)}"
        if refusal.after:
            said += f" after {' and '.join(map(self.both, refusal.after))}"
        if refusal.total_without is not None:
            said += f"; without {'it' if len(refusal.after) == 1 else 'them'}, you would pay "
            said += self.show(refusal.total_without)
        return f"{said}."

    def beaten(self, refusal: Refusal) -> str:
        where, total = _where(refusal), refusal.total_with
        if refusal.reason is Reason.BEATEN and total == self.quote.total_minor:
            return f"could be used{where}, but the total would be the same."
        if refusal.reason is Reason.BEATEN:
            said, with_it = f"could be used{where}, but there is a better way to pay less", "with it"
        else:
            other = self.both(refusal.clashes_with) if refusal.clashes_with is not None else "what is used"
            said = f"cannot be used{where} together with {other}"
            with_it = "with it instead"
        if total is None:
            return f"{said}."
        if total == self.quote.total_minor:
            return f"{said}; {with_it}, the total is the same."
        return f"{said}; {with_it}, you would pay {self.show(total)}."


def _where(entry: Refusal | NextStep | Unclaimed) -> str:
    return f" at {_name(entry.store)}" if entry.store is not None else ""


def _is_brought(quote: Quote, rule: str) -> bool:
    """Whether the customer holds such a coupon or typed the code."""
    if any(lot.rule == rule for lot in quote.cart.wallet.coupons):
        return True
    codes = quote.cart.codes
    typed = {normalised(code) for code in codes if isinstance(code, str)}
    return normalised(rule) in typed or any(not isinstance(code, str) and code.rule == rule for code in codes)


def _layers(quote: Quote, uses: Iterable[Use]) -> list[Kind]:
    """The kinds used, in the order in which the lines met them; where no line says, in the house order."""
    kind_of = {use.rule: use.kind for use in uses}
    waiting = sorted(set(kind_of.values()), key=_house_order)
    before: set[tuple[Kind, Kind]] = set()
    for savings in _savings_of(quote):
        before.update(pairwise(dict.fromkeys(kind_of[saving.rule] for saving in savings)))
    order: list[Kind] = []
    while waiting:
        free = [kind for kind in waiting if not any((other, kind) in before for other in waiting if other != kind)]
        order.append((free or waiting)[0])
        waiting.remove((free or waiting)[0])
    return order


def _savings_of(quote: Quote) -> Iterator[tuple[Saving, ...]]:
    """The savings of every line, then of every shipping charge."""
    for line in quote.lines:
        yield line.savings
    for charge in quote.shipping:
        yield charge.savings


def _house_order(kind: Kind) -> int:
    return LAYERS.index(kind) if kind in LAYERS else len(LAYERS)


def _unnamed_uses(quote: Quote) -> list[Use]:
    """Savings of rules that `used` does not name, as uses over the whole order."""
    named = {use.rule for use in quote.used}
    amounts: dict[str, int] = {}
    for savings in _savings_of(quote):
        for saving in savings:
            if saving.rule not in named:
                amounts[saving.rule] = amounts.get(saving.rule, 0) + saving.amount
    return [Use(rule, Kind.ITEM_DISCOUNT, None, 0, 0, amount) for rule, amount in sorted(amounts.items())]


def _plural(kind: Kind) -> str:
    words = str(kind)
    ends = "" if kind in (Kind.FREE_SHIPPING, Kind.COIN_PAYMENT) else "s"
    return words[:1].upper() + words[1:] + ends


def _name(text: str, room: int = _NAME) -> str:
    return shorten_name(clean(text), room)


def _label(text: str) -> str:
    return shorten(clean(text).strip(), _LABEL)


def _by_number(name: str) -> list[tuple[int, str]]:
    """Sorts 2 before 10."""
    parts = re.split(r"([0-9]{1,18})", name)
    return [(int(part) if place % 2 else -1, part) for place, part in enumerate(parts)]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")  # fmt: skip


def _moment(at: datetime) -> str:
    """As in "20 June 2026, 18:30 (UTC-07:00)"."""
    offset = at.utcoffset() or timedelta()
    sign, minutes = ("-", -offset) if offset < timedelta() else ("+", offset)
    hours, rest = divmod(minutes // timedelta(minutes=1), 60)
    zone = f"UTC{sign}{hours:02}:{rest:02}" if offset else "UTC"
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at.hour:02}:{at.minute:02} ({zone})"


doors.receipt = receipt
