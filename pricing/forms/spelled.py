"""A step as a card writes it, in the canonical order of what may stand behind its form (LANGUAGE)."""

from __future__ import annotations

from pricing.forms.bundle import Bundle
from pricing.forms.form import Form, Show
from pricing.model.ladder import DIFFERENT, MONEY, UNITS, Step


def threshold(step: Step, money: Show) -> str:
    """What stands before the form: `spend 50.00`, `every 3 items`; empty: nothing."""
    if isinstance(step.gives, Bundle) or not step.reach:
        return ""
    if step.measure == MONEY:
        return f"{'every' if step.repeats else 'spend'} {money(step.reach)}"
    if step.measure == DIFFERENT:
        return f"buy {step.reach} different"
    assert step.measure == UNITS
    return f"every {step.reach} item{'' if step.reach == 1 else 's'}" if step.repeats else f"buy {step.reach}"


def spelled(step: Step, money: Show) -> str:
    """The whole line."""
    form = step.gives
    given = form.card(money) if isinstance(form, Form) else "take nothing"
    before = threshold(step, money)
    times = step.most_times
    behind = "" if times is None else f", at most {times} time{'' if times == 1 else 's'}"
    behind += "" if step.at_most is None else f", at most {money(step.at_most)}"
    return f"{before} {given}{behind}".lstrip()
