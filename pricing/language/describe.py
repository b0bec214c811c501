"""A rule as one paragraph of plain English: for `pricing explain`, and for whoever signs a campaign off.

Reads a model `Rule`; makes sentences, one for each thing a card can say, so that nothing that is set goes unmentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from pricing.forms import Get, amount_of, share_of
from pricing.language.meaning.values import written
from pricing.language.vocabulary import a
from pricing.model.kind import AUTOMATIC, COUPON_KINDS, ITEM_KINDS, TRAITS, Kind
from pricing.model.ladder import Limit, Step
from pricing.model.rule import PLATFORM, Rule
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window
from pricing.money import show

_DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_GOODS = {
    "stores": "sold by {}", "categories": "in the category {}", "brands": "of the brand {}", "tags": "tagged {}",
    "skus": "with the sku {}", "methods": "sent by {} shipping",
}  # fmt: skip
_PEOPLE = {"customers": "in the segment {}", "countries": "in {}", "channels": "who come through {}"}


def paragraph(rule: Rule) -> str:
    """All that a card says, in plain English."""
    sentences = [_opening(rule), *_gains(rule), *_goods(rule), *_people(rule), *_times(rule), *_bounds(rule)]
    return " ".join([*sentences, *_payers(rule), *_meetings(rule), *_extras(rule)])


def _opening(rule: Rule) -> str:
    of = f" of the campaign {rule.campaign}" if rule.campaign else ""
    label = f", “{rule.label}”," if rule.label else ""
    rule_word = " rule" if rule.kind is Kind.FREE_SHIPPING else ""
    how = ""
    if rule.given == AUTOMATIC and TRAITS[rule.kind].may_be_held:
        how = " that is given without being asked for"
    elif rule.kind in COUPON_KINDS:
        how = " that the customer picks up first"
    elif rule.kind is Kind.PROMO_CODE:
        how = " that the customer types in"
    return f"{rule.name}{label} is {a(rule.kind)}{rule_word}{of}{how}; amounts are in {rule.currency}."


def _gains(rule: Rule) -> Iterator[str]:
    def money(minor: int) -> str:
        return show(minor, rule.currency)

    for sku, price in rule.prices:
        yield f"One {sku} costs {money(price)}."
    if rule.ladder:
        yield _sentence(_and(_step(step, rule) for step in rule.ladder))
        if len(rule.ladder) > 1:
            yield "Only the highest step reached counts."
    if rule.ladder and (rule.ladder_per == "store" or TRAITS[rule.kind].per == "store"):
        yield "It looks at one store at a time." if rule.ladder_per == "store" else "It looks at the order as a whole."
    elif rule.ladder and rule.kind not in ITEM_KINDS:
        yield "It looks at the order as a whole."
    if rule.piece:
        yield f"One piece is worth {money(rule.piece)}; a customer may hold several."
    if rule.trade:
        pieces = f"{rule.trade.pieces} piece{'' if rule.trade.pieces == 1 else 's'}"
        yield f"{_many(rule.trade.coins, 'coin')} {_verb(rule.trade.coins, 'buy')} {pieces} of {rule.trade.coupon}."
    if rule.rate:
        yield f"{_many(rule.rate.coins, 'coin')} {_verb(rule.rate.coins, 'pay')} {money(rule.rate.amount)}."


def _step(step: Step, rule: Rule) -> str:
    off = _off(step, rule)
    if isinstance(step.gives, Get):
        many = step.gives.many
        return f"of every {step.reach + many} items ({step.reach} bought and {many} given) the cheapest {off}"
    if not step.reach:
        return f"it takes {off}" if rule.kind not in ITEM_KINDS else f"it takes {off} each item"
    threshold = _many(step.reach, "item") if step.measure == "units" else show(step.reach, rule.currency)
    if step.repeats:
        return f"for every {threshold} it takes {off}"
    return f"from {threshold} on it takes {off}"


def _off(step: Step, rule: Rule) -> str:
    if isinstance(step.gives, Get):
        text = "are free" if step.gives.share == 1 else f"are {written(step.gives.share)} off"
    elif rule.kind is Kind.FREE_SHIPPING:
        text = "all shipping off" if share_of(step) == 1 else f"{_value(step, rule)} off the shipping"
    else:
        text = f"{_value(step, rule)} off"
    return text if step.at_most is None else f"{text} (at most {show(step.at_most, rule.currency)})"


def _value(step: Step, rule: Rule) -> str:
    return written(share_of(step)) if share_of(step) else show(amount_of(step), rule.currency)


def _goods(rule: Rule) -> Iterator[str]:
    yield from _scope(rule.scope, "It is for items", "Items", _GOODS)


def _people(rule: Rule) -> Iterator[str]:
    yield from _scope(rule.audience, "It is for customers", "Customers", _PEOPLE)


def _scope(scope: Scope, only: str, never: str, words: dict[str, str]) -> Iterator[str]:
    if scope.only:
        yield f"{only} {' and '.join(_clause(clause, words) for clause in scope.only)}."
    if scope.never:
        yield f"{never} {' or '.join(_clause(clause, words) for clause in scope.never)} are left out."


def _clause(clause: Clause, words: dict[str, str]) -> str:
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
    if rule.kind in COUPON_KINDS and rule.claim != rule.valid and (rule.claim.start or rule.claim.end):
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
    if caps.per_item_share is not None:
        said.insert(0, f"{written(caps.per_item_share)} per item")
    if said:
        yield f"It takes at most {_and(said)}."
    if rule.limits:
        yield f"It is limited to {_and(_limit(limit) for limit in rule.limits)}."
    if rule.budget is not None:
        yield f"It stops when {show(rule.budget, rule.currency)} have been given in all."


def _limit(limit: Limit) -> str:
    what = _many(limit.count, limit.unit.removesuffix("s"))
    if limit.per == "day":
        return f"{what} per day by all customers together"
    return f"{what} in total" if limit.per == "total" else f"{what} per {limit.per}"


def _payers(rule: Rule) -> Iterator[str]:
    if rule.kind is Kind.COIN_EXCHANGE:
        return
    share = dict(rule.payers).get(PLATFORM, Fraction(0))
    usual = share == (0 if TRAITS[rule.kind].seller_pays else 1)
    if share in (0, 1):
        yield f"The {'platform' if share else 'seller'} pays for it{', as usual' if usual else ''}."
    else:
        rest = written(1 - share)
        yield f"The platform pays {written(share)} of it, the seller the other {rest}."


def _meetings(rule: Rule) -> Iterator[str]:
    if rule.never:
        yield f"On one line it never meets {_or(rule.never)}."
    if rule.combines:
        yield f"On one line it may meet {_or(rule.combines)}."


def _extras(rule: Rule) -> Iterator[str]:
    if rule.note:
        yield f"Customers are told: “{rule.note}”"


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
