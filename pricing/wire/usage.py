"""Earlier uses in JSON (INTERFACE: "Cart, JSON"; SPEC section 1)."""

from __future__ import annotations

from attrs import fields

from pricing.model.cart import RuleUsage
from pricing.money import show
from pricing.wire.fields import SPENT


def check_usage(data: object) -> None:
    """Looks at earlier uses before the currency is known. Raises CartError with every problem that shows already."""
    from pricing.wire.problems import read_usage

    read_usage(data, None)


def usage_from_dict(data: object, currency: str) -> dict[str, RuleUsage]:
    """Earlier uses by rule:  `{"customer": n, "today": n, "total": n, "spent": "amount", "items_customer": n}`.

    What is left out counts as 0; `spent` is in major units of `currency`. Raises CartError with every problem.
    """
    from pricing.wire.problems import read_usage

    return read_usage(data, currency)


def usage_to_dict(usage: dict[str, RuleUsage], currency: str) -> dict[str, dict[str, int | str]]:
    """The JSON object of earlier uses, without zeros; `usage_from_dict` reads it back to equal ones."""
    return {
        rule: {
            each.name: show(count, currency) if each.name in SPENT else count
            for each in fields(RuleUsage)
            if (count := getattr(found, each.name))
        }
        for rule, found in sorted(usage.items())
    }
