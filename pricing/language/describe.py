"""A rule as one paragraph of plain English: for `pricing explain`, and for whoever signs a campaign off.

Reads a model `Rule`; makes sentences, one for each thing a card can say, so that nothing that is set goes unmentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from pricing.facts import CHECKOUT, FACTS
from pricing.forms import AmountOff, Form, Get, GroupsFor, ShareOff
from pricing.forms.form import Show
from pricing.language.meaning.values import written
from pricing.language.vocabulary import a
from pricing.model.kind import AUTOMATIC, CODE, HELD, ITEM_KINDS, TRAITS, Kind
from pricing.model.ladder import DIFFERENT, MONEY, Limit, Reward, Step
from pricing.model.rule import PLATFORM, Rule
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window
from pricing.money import show

_DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_GOODS = {fact.word: fact.english for fact in FACTS if fact.of != CHECKOUT}
_PEOPLE = {fact.word: fact.english for fact in FACTS if fact.of == CHECKOUT}


def paragraph(rule: Rule) -> str:
    """All that a card says, in plain English."""
    sentences = [_opening(rule), *_gains(rule), *_goods(rule), *_people(rule), *_times(rule), *_codes(rule)]
    return " ".join([*sentences, *_bounds(rule), *_payers(rule), *_meetings(rule), *_extras(rule)])


def _opening(rule: Rule) -> str:
    of = f" of the campaign {rule.campaign}" if rule.campaign else ""
    label = f", “{rule.label}”," if rule.label else ""
    rule_word = " rule" if rule.kind is Kind.FREE_SHIPPING else ""
    how = ""
    if rule.given == AUTOMATIC and TRAITS[rule.kind].may_be_held:
        how = " that is given without being asked for"
    elif rule.given == HELD:
        how = " that the customer picks up first"
    elif rule.given == CODE:
        how = " that the customer types in"
    other = _and(each.currency for each in rule.also)
    also = f", and there are others for {other}" if other else ""
    return f"{rule.name}{label} is {a(rule.kind)}{rule_word}{of}{how}; amounts are in {rule.currency}{also}."


def _gains(rule: Rule) -> Iterator[str]:
    def money(minor: int) -> str:
        return show(minor, rule.currency)

    for sku, price in rule.prices:
        yield f"One {sku} costs {money(price)}."
    if rule.ladder:
        yield _sentence(_and(_step(step, rule) for step in rule.ladder))
        if len(rule.ladder) > 1:
            yield "Only the highest step reached counts."
    if rule.ladder and (rule.kind not in ITEM_KINDS):
        yield _LOOKS[rule.ladder_per]
    elif rule.ladder_per == "store":
        yield _LOOKS["store"]
    if rule.counts is not None:
        yield _counts(rule)
    if rule.piece:
        yield f"One piece is worth {money(rule.piece)}; a customer may hold several."
    if rule.trade:
        pieces = f"{rule.trade.pieces} piece{'' if rule.trade.pieces == 1 else 's'}"
        yield f"{_many(rule.trade.coins, 'coin')} {_verb(rule.trade.coins, 'buy')} {pieces} of {rule.trade.coupon}."
    if rule.rate:
        steps = ", in whole steps of that" if rule.rate.in_steps else ""
        yield f"{_many(rule.rate.coins, 'coin')} {_verb(rule.rate.coins, 'pay')} {money(rule.rate.amount)}{steps}."
    if rule.reward:
        yield from _earned(rule.reward, money)


_LOOKS = {
    "store": "It looks at one store at a time.",
    "order": "It looks at the order as a whole.",
    "sku": "It looks at one sku of one store at a time.",
}


def _counts(rule: Rule) -> str:
    """What the steps look at, where it is not the scope."""
    counts = rule.counts
    assert counts is not None
    if not counts.only and not counts.never:
        return "Its steps look at everything, not only at what gets cheaper."
    only = " and ".join([_clause(clause, _GOODS, rule.currency) for clause in counts.only])
    never = " or ".join([_clause(clause, _GOODS, rule.currency) for clause in counts.never])
    what = f"items {only}" if only else "everything"
    return f"Its steps look at {what}{f' but items {never}' if never else ''}."


def _earned(reward: Reward, money: Show) -> Iterator[str]:
    parts = [
        f"{'for every' if each.repeats else 'from'} {money(each.reach)}{'' if each.repeats else ' on'} it earns "
        f"{_many(each.coins, 'coin')}"
        for each in reward.earnings
    ]
    yield _sentence(_and(parts))
    if reward.at_most is not None:
        yield f"It earns at most {_many(reward.at_most, 'coin')} per order."


def _step(step: Step, rule: Rule) -> str:
    def money(minor: int) -> str:
        return show(minor, rule.currency)

    form = step.gives
    given = form.english(money) if isinstance(form, Form) else "it takes nothing"
    if rule.kind in ITEM_KINDS:
        given = f"{given} each item"
    elif rule.kind is Kind.FREE_SHIPPING and isinstance(form, (AmountOff, ShareOff)):
        given = f"{given} the shipping"
    if step.most_times is not None:
        given += f", at most {'once' if step.most_times == 1 else f'{step.most_times} times'}"
    if step.at_most is not None:
        given += f" (at most {money(step.at_most)})"
    if not step.reach:
        return given
    if step.measure == MONEY:
        return f"for every {money(step.reach)} {given}" if step.repeats else f"from {money(step.reach)} on {given}"
    many = _many(step.reach, "different item" if step.measure == DIFFERENT else "item")
    if isinstance(form, Get) and not step.repeats:
        return f"for every {many} bought {given}"
    if isinstance(form, GroupsFor) and not step.repeats:
        return f"of {many} {given}"
    return f"for every {many} {given}" if step.repeats else f"from {many} on {given}"


def _goods(rule: Rule) -> Iterator[str]:
    yield from _scope(rule, rule.scope, "It is for items", "Items", _GOODS)


def _people(rule: Rule) -> Iterator[str]:
    yield from _scope(rule, rule.audience, "It is for customers", "Customers", _PEOPLE)


def _scope(rule: Rule, scope: Scope, only: str, never: str, words: Mapping[str, str]) -> Iterator[str]:
    some = [clause for clause in scope.only if clause.word != "list" or clause.values]  # a bundle says its goods itself
    if some:
        yield f"{only} {' and '.join(_clause(clause, words, rule.currency) for clause in some)}."
    if scope.never:
        yield f"{never} {' or '.join(_clause(clause, words, rule.currency) for clause in scope.never)} are left out."


def _clause(clause: Clause, words: Mapping[str, str], currency: str) -> str:
    if clause.word == "list":
        return f"of the list {clause.values[0]}"
    if clause.word == "prices":
        low = show(clause.low, currency)
        return words["prices"].format(
            f"{low} or more" if clause.high is None else f"{low} to {show(clause.high, currency)}"
        )
    values = _or(clause.values)
    if clause.removed:
        values += f" (but not {_or(clause.removed)})"
    return words[clause.word].format(values)


def _times(rule: Rule) -> Iterator[str]:
    if rule.valid.start or rule.valid.end:
        yield f"It holds {_window(rule.valid, rule.zone)} ({rule.zone} time)."
    else:
        yield "It holds at all times."
    if rule.days:
        yield f"It holds on {_and(_DAY_NAMES[day] for day in rule.days)} only."
    if rule.hours:
        yield f"It holds {' and '.join(_hours(hours) for hours in rule.hours)} only."
    if (rule.days or rule.hours) and not (rule.valid.start or rule.valid.end):
        yield f"Days and hours are those of {rule.zone}."
    if rule.given == HELD and rule.claim != rule.valid and (rule.claim.start or rule.claim.end):
        yield f"It can be picked up {_window(rule.claim, rule.zone)}."
    if rule.lasts_days is not None:
        yield f"Once picked up, a piece can be used for {_many(rule.lasts_days, 'day')}."


def _window(window: Window, zone: str) -> str:
    parts = []
    if window.start is not None:
        parts.append(f"from {_moment(window.start, zone)}")
    if window.end is not None:
        local = window.end.astimezone(ZoneInfo(zone))
        day_before = (window.end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
        whole_day = local.timetz().replace(tzinfo=None) == time() or local.date() != day_before
        parts.append(f"through {day_before.isoformat()}" if whole_day else f"until {_moment(window.end, zone)}")
    return " ".join(parts)


def _moment(instant: datetime, zone: str) -> str:
    local = instant.astimezone(UTC).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d}" if local.time() == time() else f"{local:%Y-%m-%d %H:%M}"


def _hours(hours: Hours) -> str:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    passing = " of the next day" if hours.end < hours.start else ""
    return f"from {clock(hours.start)} until {clock(hours.end)}{passing}"


def _bounds(rule: Rule) -> Iterator[str]:
    caps = rule.caps
    said = [
        f"{show(value, rule.currency)} per {per}"
        for per, value in (("item", caps.per_item), ("store", caps.per_store), ("order", caps.per_order))
        if value is not None
    ]
    if caps.per_order_share is not None:
        said.append(f"{written(caps.per_order_share)} per order")
    if caps.per_item_share is not None:
        said.insert(0, f"{written(caps.per_item_share)} per item")
    if said:
        yield f"It takes at most {_and(said)}."
    if rule.limits:
        yield f"It is limited to {_and(_limit(limit) for limit in rule.limits)}."
    if rule.budget is not None:
        yield f"It stops when {show(rule.budget, rule.currency)} have been given in all."
    if rule.budget_day is not None:
        yield f"It stops for the day when {show(rule.budget_day, rule.currency)} have been given on it."


def _limit(limit: Limit) -> str:
    what = _many(limit.count, limit.unit.removesuffix("s"))
    if limit.per == "day":
        return f"{what} per day by all customers together"
    return f"{what} in total" if limit.per == "total" else f"{what} per {limit.per}"


def _codes(rule: Rule) -> Iterator[str]:
    if rule.pattern is not None:
        yield f"There are {rule.pattern.count} codes like {rule.pattern.pattern}, each for one use."
    elif rule.given == CODE and rule.codes != (rule.name,):
        yield f"Its code{'' if len(rule.codes) == 1 else 's'}: {', '.join(rule.codes)}."
    if rule.public:
        yield "The code may be shown to everybody."


def _payers(rule: Rule) -> Iterator[str]:
    if rule.kind is Kind.COIN_EXCHANGE:
        return
    share = dict(rule.payers).get(PLATFORM, Fraction(0))
    if any(name != PLATFORM for name, _ in rule.payers):
        rest = 1 - sum([each for _, each in rule.payers], Fraction(0))
        parts = [
            f"{'the platform' if name == PLATFORM else name} pays {written(each)} of it" for name, each in rule.payers
        ]
        yield _sentence(_and([*parts, f"the seller the other {written(rest)}"] if rest else parts))
        return
    usual = share == (0 if TRAITS[rule.kind].seller_pays else 1)
    if share in (0, 1):
        yield f"The {'platform' if share else 'seller'} pays for it{', as usual' if usual else ''}."
    else:
        rest = 1 - share
        yield f"The platform pays {written(share)} of it, the seller the other {written(rest)}."


def _meetings(rule: Rule) -> Iterator[str]:
    if rule.layer:
        yield f"It is worked off in the layer {rule.layer}."
    if rule.groups:
        yield f"It is in the group{'' if len(rule.groups) == 1 else 's'} {_and(rule.groups)}."
    if rule.never:
        yield f"On one line it never meets {_or(map(_met, rule.never))}."
    if rule.combines:
        yield f"On one line it may meet {_or(map(_met, rule.combines))}."


def _met(name: str) -> str:
    return f"a card of the {name}" if name.startswith("group ") else name


def _extras(rule: Rule) -> Iterator[str]:
    if rule.note:
        yield f"Customers are told: “{rule.note}”"
    for language, text in rule.labels:
        yield f"In {language} it is called “{text}”."
    for language, text in rule.notes:
        yield f"In {language} customers are told: “{text}”"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _verb(count: int, verb: str) -> str:
    return verb + "s" if count == 1 else verb


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _and(parts: Iterable[str]) -> str:
    return _listed(list(parts), "and")


def _or(parts: Iterable[str]) -> str:
    return _listed(list(parts), "or")


def _listed(parts: Sequence[str], word: str) -> str:
    return ", ".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"
