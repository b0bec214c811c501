"""Earlier uses in JSON (INTERFACE: "Cart, JSON"; SPEC section 1)."""

from __future__ import annotations

from pricing.model.cart import RuleUsage


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
