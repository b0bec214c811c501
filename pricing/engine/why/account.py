"""A quote accounted for, sentence by sentence; every sentence points at the rule that it speaks of (SPEC section 7).

Reads a `Quote` and what its `Asked` knows; makes an `Account` for checkout engineers and support staff: what each line
cost and what was taken off it, by which step, on which base and paid by whom; why the rest was not used; and what is
within reach. Amounts are in major units of the quote's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from pricing.engine.matching.applications import measured
from pricing.engine.problem import NO_CAP, Rung
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.settling.settle import gift_of, whole_of, worth_of
from pricing.engine.why.explain import Asked
from pricing.engine.why.standing import Measure, Standing
from pricing.model.ladder import MONEY, UNITS, Step
from pricing.model.quote import NextStep, Quote, QuoteCharge, QuoteLine, Refusal, Saving
from pricing.model.reason import Reason
from pricing.model.rule import Place
from pricing.money import show


@frozen
class Sentence:
    """One statement, and the rule that makes it true."""

    text: str
    rule: str
    place: Place
    """File and line of the rule's card; an empty file when the rule was not read from a text."""


@frozen
class Passage:
    """What is said of one line, one shipping charge, or of what was not used."""

    title: str
    sentences: tuple[Sentence, ...]


@frozen
class Account:
    """A quote accounted for; `parts` in the order of the quote: lines, shipping, coins, not used, within reach."""

    parts: tuple[Passage, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for part in self.parts for sentence in part.sentences)

    def text(self) -> str:
        """The account as plain text, each sentence followed by its place."""
        lines: list[str] = []
        for part in self.parts:
            lines += [part.title] if not lines else ["", part.title]
            for sentence in part.sentences:
                place = sentence.place
                lines.append(f"  {sentence.text}" + (f" [{place.file}:{place.line}]" if place.file else ""))
        return "".join(f"{line}\n" for line in lines)


def account_of(quote: Quote, asked: Asked) -> Account:
    """The account of a quote. Works out all that the quote's reasons hold; `asked` keeps it for the next question."""
    return Account(tuple(_Teller(quote, asked).parts()))


class _Teller:
    """Knows the quote, its currency and how each used application came to its benefit."""

    def __init__(self, quote: Quote, asked: Asked) -> None:
        self.quote = quote
        self.asked = asked
        self.chosen = asked.chosen(quote)
        self.why: dict[tuple[str, str, str], str] = {}
        """By rule, store and sku: the sentence's end, which says how the benefit came about."""
        self.by_target: dict[int, list[Standing]] = {}
        for standing in self.chosen.used():
            self.why[standing.rule.name, standing.app.store, standing.app.sku] = self.benefit(standing)
            lines, first = self.chosen.case.runs.line_of, len(quote.lines)
            for target in standing.app.targets:
                at = lines[target] if target < len(lines) else first + target - len(lines)
                self.by_target.setdefault(at, []).append(standing)

    def show(self, minor: int) -> str:
        return show(minor, self.quote.currency)

    def say(self, rule: str, text: str) -> Sentence:
        planned = self.asked.plan.rules.named(rule)
        return Sentence(f"{rule} ({planned.kind}) {text}", rule, planned.rule.place)

    def parts(self) -> Iterator[Passage]:
        for place, line in enumerate(self.quote.lines):
            each = self.show(line.list // line.quantity)
            title = f"Line {line.id}: {line.sku} at {line.store}, {line.quantity} x {each} is {self.show(line.list)}"
            yield Passage(f"{title}; to pay {self.show(line.pays)}.", tuple(self.savings(line, place)))
        first = len(self.quote.lines)
        for place, charge in enumerate(self.quote.shipping):
            title = f"Shipping: {charge.method} by {charge.store} is {self.show(charge.list)}"
            yield Passage(f"{title}; to pay {self.show(charge.pays)}.", tuple(self.savings(charge, first + place)))
        yield from _part("Coupons bought with coins", self.bought())
        reasons = self.asked.reasons(self.quote)
        yield from _part("Not used", (self.refusal(refusal) for refusal in reasons.refused))
        yield from _part("Within reach", (self.next_step(step) for step in reasons.next_steps))

    # What was taken off

    def savings(self, priced: QuoteLine | QuoteCharge, place: int) -> Iterator[Sentence]:
        """One sentence for each saving, in the order in which they were taken."""
        left = priced.list
        for saving in priced.savings:
            before, left = left, left - saving.amount
            step = f"takes {self.show(saving.amount)}, from {self.show(before)} to {self.show(left)}: "
            yield self.say(saving.rule, step + self.reason(saving, place) + f" {self.funders(saving, priced.store)}")

    def reason(self, saving: Saving, place: int) -> str:
        for standing in self.by_target.get(place, ()):
            if standing.rule.name == saving.rule:
                return self.why[saving.rule, standing.app.store, standing.app.sku]
        parts = self.chosen.case.priced[place].parts
        units = [f"{many} at {self.show(price)} each" for price, many, name in parts if name == saving.rule]
        listed = self.show(self.chosen.case.situation.lines[place].unit_price)
        return f"{' and '.join(units)} instead of {listed}."

    def funders(self, saving: Saving, store: str) -> str:
        who = [("the platform", saving.platform), *saving.payers, (f"the seller {store}", saving.seller)]
        shares = [(name, share) for name, share in who if share]
        if len(shares) == 1:
            return f"{_sentence(shares[0][0])} pays for it."
        (first, share), *others = shares
        rest = ", ".join(f"{name} {self.show(part)}" for name, part in others)
        return f"{_sentence(first)} pays {self.show(share)}, {rest}."

    def benefit(self, standing: Standing) -> str:
        """How a used application came to its benefit: base, step, caps, and that it is shared."""
        app, rule = standing.app, standing.rule
        problem = self.chosen.case.problem
        measure = Measure(problem, self.chosen.counts, app, frozenset())
        given = sum(measure.shares)
        where = f"at {app.store}" if app.store else "in the whole order"
        if app.is_coins:
            rate = f"{app.coins_of_rate} coins are worth {self.show(app.amount_of_rate)}"
            text = f"{rate}, and {self.show(given)} was the most that coins and caps allow {where}"
        elif measure.rung is None:
            return f"{self.show(given)} {where}."
        else:
            text = self.step(rule, standing, measure, measure.rung, where)
            worth = worth_of(problem, app, measure.rung, measure.base, measure.start)
            worth = standing.count * app.piece or worth
            if given < worth:
                text += f"; caps and what was left to pay cut it to {self.show(given)}"
        several = sum(1 for share in measure.shares if share) > 1
        return f"{text}{', shared among all that it covers' if several else ''}."

    def step(self, rule: PlannedRule, standing: Standing, measure: Measure, rung: Rung, where: str) -> str:
        """The step reached and what it gives, with the numbers it was reckoned from."""
        app, case = standing.app, self.chosen.case
        ladder = rule.rule.ladder
        counted = MONEY if not ladder else ladder[0].measure
        how = " by item prices" if case.problem.measured_on_item else ""
        have = measure.base if counted == MONEY else measured(case, app, counted)
        text = f"{self.amount(counted, have)} in scope {where}{how if counted == MONEY else ''}"
        step = max((step for step in ladder if step.reach <= have), key=_reach, default=None)
        if step is not None and step.reach:
            text += f", reaching the step of {self.amount(counted, step.reach)}"
        text += f": {self.value(standing, measure, rung)}"
        if step is not None and step.repeats and rung.gift is None:
            times = have // step.reach
            text += f", {times if step.most_times is None else min(times, step.most_times)} times"
        return text + (f", at most {self.show(rung.at_most)}" if rung.at_most != NO_CAP else "")

    def amount(self, counted: str, many: int) -> str:
        """What a step counts, in words."""
        if counted == MONEY:
            return self.show(many)
        return f"{many} units" if counted == UNITS else f"{many} different items"

    def value(self, standing: Standing, measure: Measure, rung: Rung) -> str:
        """What a step gives, before caps."""
        app, problem = standing.app, self.chosen.case.problem
        gift = gift_of(problem, app, measure.start)
        if gift is not None:
            cost = self.show(sum(gift.costs))
            return f"{self.show(gift.amount)} off {_units(sum(gift.units))} that cost {cost}"
        if app.piece:
            allowed = worth_of(problem, app, rung, measure.base, measure.start)
            pieces = f"{standing.count} piece{'s' if standing.count > 1 else ''} of {self.show(app.piece)}"
            return f"{pieces}, where up to {self.show(allowed)} may be used"
        of = whole_of(problem, app, measure.start)
        if rung.beyond != NO_CAP:
            return f"{self.show(of)} for {self.show(rung.beyond)}"
        if rung.numerator:
            return f"{_percent(rung)} of {'the shipping' if app.is_shipping else self.show(of)}"
        return f"{self.show(rung.amount)} off"

    def bought(self) -> Iterator[Sentence]:
        for bought in self.quote.bought:
            for exchange, times in bought.trades:
                trade = self.asked.plan.rules.named(exchange).rule.trade
                if trade is not None:
                    pieces, coins = times * trade.pieces, times * trade.coins
                    yield self.say(exchange, f"gave {pieces} of {bought.coupon} for {coins} coins.")

    # What was not used, and what is within reach

    def refusal(self, refusal: Refusal) -> Sentence:
        where = f" at {refusal.store}" if refusal.store is not None else ""
        return self.say(refusal.rule, f"was not used{where}: {self.why_not(refusal)}")

    def why_not(self, refusal: Refusal) -> str:
        planned = self.asked.plan.rules.named(refusal.rule)
        cart = self.quote.cart
        if refusal.short_by is not None:
            text = f"{self.show(refusal.short_by)} short of its step"
            if refusal.after:
                text += f" after {' and '.join(refusal.after)}"
            if refusal.total_without is not None:
                text += f"; the best total without {'it' if len(refusal.after) == 1 else 'them'} is "
                text += self.show(refusal.total_without)
            return f"{text}."
        if refusal.short_units is not None:
            return f"{refusal.short_units} {'unit' if refusal.short_units == 1 else 'units'} short of its step."
        if refusal.reason in (Reason.BEATEN, Reason.CLASHES):
            return self.outdone(refusal)
        if refusal.reason is Reason.NO_ITEM_IN_SCOPE and refusal.clashes_with is not None:
            return f"all its lines have units at the price of {refusal.clashes_with}, which it never meets."
        return _WHY_NOT[refusal.reason].format(
            start=planned.start.isoformat(),
            end=planned.end.isoformat(),
            zone=planned.rule.zone,
            currency=planned.rule.currency,
            cart=cart.currency,
            country=cart.country or "none given",
            region=cart.region or "none given",
            channel=cart.channel or "none given",
            payment=cart.payment or "none given",
        )

    def outdone(self, refusal: Refusal) -> str:
        text = "using it would not make the total lower"
        if refusal.clashes_with is not None:
            text = f"it may not be used together with {refusal.clashes_with}"
        if refusal.total_with is None:
            return f"{text}."
        more = refusal.total_with - self.quote.total_minor
        apart = f"{self.show(more)} more" if more > 0 else "the same"
        return f"{text}; the best total with it is {self.show(refusal.total_with)}, {apart}."

    def next_step(self, step: NextStep) -> Sentence:
        where = f" at {step.store}" if step.store is not None else ""
        saves = self.show(step.saves)
        if step.payment is not None:
            return self.say(step.rule, f"would be had{where} by paying with {step.payment}: {saves} saved in all.")
        if step.missing is None:
            missing = f"{step.missing_units} more {'unit' if step.missing_units == 1 else 'units'}"
        else:
            missing = f"{self.show(step.missing)} more in goods"
        return self.say(step.rule, f"has a step within reach: {missing}{where} would save {saves} in all.")


_WHY_NOT = {
    Reason.NOT_YET: "it begins at {start}.",
    Reason.EXPIRED: "it ended at {end}.",
    Reason.WRONG_DAY_OR_HOUR: "not at this day or hour in {zone}.",
    Reason.OTHER_CURRENCY: "it is in {currency}, the cart in {cart}.",
    Reason.OTHER_CUSTOMER: "the customer is in none of its segments, or in one that it excepts.",
    Reason.OTHER_COUNTRY: "not in this country ({country}).",
    Reason.OTHER_REGION: "not in this region ({region}).",
    Reason.OTHER_CHANNEL: "not on this channel ({channel}).",
    Reason.OTHER_PAYMENT: "not with this way to pay ({payment}).",
    Reason.NOT_HELD: "no unexpired piece is in the wallet, and none can be bought.",
    Reason.NOT_TYPED: "the code was not typed.",
    Reason.NEEDS_CUSTOMER: "it has a limit for each customer, and the cart names none.",
    Reason.NO_ITEM_IN_SCOPE: "no line is in its scope.",
    Reason.USED_UP: "a limit on its uses or items is used up.",
    Reason.NO_BUDGET: "its budget is spent.",
    Reason.DECLINED: "it was declined.",
    Reason.BELOW_THRESHOLD: "no step is reached.",
    Reason.NOTHING_TO_SAVE: "there was nothing left that it could take.",
}
"""What the account says of a refusal, where its numbers do not say it."""


def _units(many: int) -> str:
    return f"{many} unit{'' if many == 1 else 's'}"


def _reach(step: Step) -> int:
    return step.reach


def _part(title: str, sentences: Iterable[Sentence]) -> Iterator[Passage]:
    found = tuple(sentences)
    if found:
        yield Passage(title, found)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _percent(rung: Rung) -> str:
    """The share of a step: 15%, 12.5%; as a fraction when decimals cannot say it."""
    for places in range(9):
        scaled, rest = divmod(rung.numerator * 100 * 10**places, rung.denominator)
        if rest == 0:
            whole, part = divmod(scaled, 10**places)
            return f"{whole}.{part:0{places}d}%" if places else f"{whole}%"
    return f"{rung.numerator}/{rung.denominator}"
