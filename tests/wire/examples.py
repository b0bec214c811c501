"""The cart of the interface's own page, and what can be made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from pricing.model.errors import CartError
from pricing.wire import cart_from_dict

EXAMPLE: dict[str, Any] = {
    "currency": "USD",
    "at": "2026-06-20T18:30:00-07:00",
    "customer": {"id": "c-1", "segments": ["new"]},
    "country": "US",
    "channel": "app",
    "lines": [
        {"id": "1", "sku": "NH-1001", "store": "nova-home", "price": "45.00", "quantity": 1,
         "categories": ["home/kitchen"], "brand": "nova", "tags": []}
    ],
    "shipping": [{"store": "nova-home", "method": "standard", "amount": "6.50"}],
    "wallet": {
        "coins": 900, "coupons": [{"rule": "select-summer", "pieces": 6, "expires": "2026-06-25T00:00:00-07:00"}]
    },
    "codes": ["SUMMER15"],
}  # fmt: skip
"""The cart of the interface's own page."""


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with another value at a path such as `lines.0.price`; `...` removes it."""
    data: dict[str, Any] = json.loads(json.dumps(EXAMPLE))
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = data
    for part in way:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


def problems(data: object) -> list[str]:
    with pytest.raises(CartError) as caught:
        cart_from_dict(data)
    assert str(caught.value).split("\n") == [str(problem) for problem in caught.value.problems]
    return [str(problem) for problem in caught.value.problems]


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["1.00", "USD"])
)
KEYS = st.text(max_size=3) | st.sampled_from([*EXAMPLE, *EXAMPLE["lines"][0], *EXAMPLE["wallet"], "rule", "pieces"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
