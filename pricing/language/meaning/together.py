"""Which steps may stand in one card, and what may stand behind a form (SPEC 4, "What goes together").

Called by `ladders` with the lines of a card and the steps that they made; tells what does not go together, in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.forms import AmountOff, Bundle, Form, Get, GroupsFor, OffEach, OffSome, PayInAll, ShareOff
from pricing.language.meaning.home import Home
from pricing.language.text.syntax import Listed, StepLine
from pricing.model.ladder import DIFFERENT, MONEY, UNITS, Step

Read = tuple[StepLine, Step]
_TAKES = (AmountOff, ShareOff, OffEach, OffSome)
_TWO_CARDS = "Make two cards of it; each has its own name."


def check(found: Sequence[Read], home: Home) -> None:
    """The steps of one card beside each other."""
    for line, step in found:
        _fits_its_step(line, step, home)
    lines = [line for line, _ in found]
    alone = [line for line, step in found if not step.reach]
    every = [line for line, step in found if step.repeats]
    measures = {step.measure: line for line, step in found if step.reach}
    if alone and len(found) > 1 and len(alone) < len(found):
        what = "A bundle" if alone[-1].slots else "A line without a step"
        home.findings.add(
            "P0310", alone[-1], f"{what} stands alone in its card.", caret="with other steps in the same card",
            helps=(_TWO_CARDS,),
        )  # fmt: skip
    elif every and len(found) > 1:
        home.findings.add(
            "P0304", every[-1], "An every line stands alone in its card.", caret="with other steps in the same card",
            helps=(_TWO_CARDS,),
        )  # fmt: skip
    elif len(measures) > 1:
        first, second = sorted(measures.values(), key=lambda line: line.start)[:2]
        home.findings.add(
            "P0303", second, "One card counts either money, items or different items, not two of them.",
            caret=f"but there is another one: {home.findings.place(first)}", helps=(_TWO_CARDS,),
        )  # fmt: skip
    elif len(lines) > 1:
        _doubled(found, home)


def _doubled(found: Sequence[Read], home: Home) -> None:
    """Two steps that begin at the same point."""
    seen: dict[int, StepLine] = {}
    for line, step in found:
        first = seen.setdefault(step.reach, line)
        if first is not line:
            where = line.threshold or line
            what = "Two steps begin at the same point" if step.reach else "Two lines give something without a condition"
            home.findings.add(
                "P0306", where, f"{what}; only one of them can count.",
                notes=(f"the other one is at {home.findings.place(first)}",),
            )  # fmt: skip


def tails_fit(step: Step, line: StepLine, home: Home) -> bool:
    """Whether what stands behind a form belongs there; told if not."""
    repeated = step.repeats or isinstance(step.gives, Bundle) or (isinstance(step.gives, Get) and step.measure == UNITS)
    if line.times is not None and not repeated:
        home.findings.add(
            "P0339", line.times, "Only what repeats has a number of times: every, buy … get and bundle.",
            helps=("How much it may bring is said by an amount: take 15% off, at most 20.00",),
        )  # fmt: skip
        return False
    if line.dearest is not None and not isinstance(step.gives, Get):
        home.findings.add(
            "P0339", line.dearest, "Only get can be told which items it gives.", caret="leave this out",
            helps=("The dearest items are named so: take 5.00 off the dearest",),
            fix=home.findings.replace(line.dearest, "") if isinstance(step.gives, Bundle | GroupsFor) else None,
        )  # fmt: skip
        return False
    return True


def _fits_its_step(line: StepLine, step: Step, home: Home) -> None:
    """A form behind a threshold with which it makes no sense."""
    form = step.gives
    if not isinstance(form, Form):
        return
    says = helps = ""
    if isinstance(form, GroupsFor) and step.measure != UNITS:
        says = "A price for a group stands behind a number of items."
        helps = "Write: every 3 items for 20.00, or: buy 3 for 20.00"
    elif isinstance(form, PayInAll) and step.repeats:
        says, helps = "Goods that cost so much in all do so once, not every time.", "Write: buy 3 pay 20.00 in all"
    elif step.repeats and step.measure == MONEY and form.on_units and not isinstance(form, Get):
        says = "Behind an amount that repeats stands what is taken off all together, or what one gets."
        helps = "Write: every 30.00 take 3.00 off, or: every 30.00 get 1 free"
    elif step.measure == DIFFERENT and not isinstance(form, _TAKES):
        says = "Behind a number of different items stands what is taken off."
        helps = "Write: buy 3 different take 10% off"
    if says:
        home.findings.add("P0340", line.gain or line, says, helps=(helps,))


def with_counts(
    lines: Sequence[StepLine], ladder: Sequence[Step], counts: Sequence[Listed], per: str, home: Home
) -> None:
    """What does not go with `counts` lines."""
    if not counts:
        return
    if per == "sku":
        home.findings.add(
            "P0341",
            counts[0],
            "A ladder per sku looks at one thing, so it cannot count others.",
            caret="leave this out",
        )
        return
    for step in ladder:
        form = step.gives
        if isinstance(form, (GroupsFor, Bundle, PayInAll)):
            says = "A price for goods together is the price of what is counted: it does not go with counts."
        elif step.repeats and isinstance(form, ShareOff):
            says = "A percentage that repeats is one of what is counted: it does not go with counts."
        elif step.repeats and isinstance(form, (OffEach, OffSome)):
            says = "Groups are made of what gets cheaper, so this does not go with counts."
        else:
            continue
        home.findings.add(
            "P0341", counts[0], says, caret="not with this card's steps",
            helps=("With counts stand take, get, and amounts off each item.",),
        )  # fmt: skip
        return
    if ladder and not any(step.reach for step in ladder):
        home.findings.add(
            "P0341", counts[0], "No step of this card looks at what counts.", caret="without a step this says nothing",
            helps=("A step begins with spend, buy or every, as in: buy 2 take 5.00 off",), severity="warning",
        )  # fmt: skip
