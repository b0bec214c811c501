"""What the front hands to a worker, and what comes back; bodies read into shapes and carts, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from pricing.model.cart import Cart
from pricing.model.errors import CartError, Problem
from pricing.service.problems import Refused, of_cart, pointer_of
from pricing.service.settings import Allowance
from pricing.wire import cart_from_dict, json_from_text
from pricing.wire.fields import DoubledKeys

S = TypeVar("S")
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a pair of surrogates, as JSON may have it and UTF-8 may not."""


class Ask(NamedTuple):
    """One request, as a worker gets it."""

    body: bytes = b""
    query: dict[str, Any] = {}  # noqa: RUF012  # never written to
    path: dict[str, str] = {}  # noqa: RUF012  # the same
    pinned: str = ""
    """The fingerprint that the rules must have; empty: any."""
    key: str = ""
    """The Idempotency-Key."""
    route: str = ""
    first: int | None = None
    """Of a part of a batch: the place of its first cart."""
    whole: bool = False
    """It may take all the work that a cart may; otherwise only what small carts take, and then it is `AGAIN`."""


AGAIN = 0
"""The status of a task that has to be given to a worker for costly carts."""


class Reply(NamedTuple):
    """What became of it."""

    status: int
    body: bytes
    rules: str = ""
    steps: int = 0
    unproved: int = 0
    refused: tuple[str, ...] = ()
    """Reasons of refusals, for counting; known only where reasons were asked for."""
    problem: str = ""
    """The problem's code."""
    retry: int = 0
    decided: tuple[bytes, ...] = ()
    """For the decision log: JSON objects without their opening, where what the front knows is put."""


def read(body: bytes, shape: type[S]) -> S:
    """A body of that shape. Raises Refused, and CartError where it is no JSON."""
    data = json_from_text(body)
    for root, one in _parts(data):
        if isinstance(one, DoubledKeys):
            raise Refused(422, "wrong-body", [("this field stands twice", f"{root}/{name}") for name in one.doubled])
        if not _is_unicode(one):
            raise Refused(422, "wrong-body", [("contains half a character", root)])
    try:
        return msgspec.convert(data, type=shape)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        pointer = where.rstrip("`").removeprefix("$").removeprefix(".").replace("[...]", "")
        raise Refused(422, "wrong-body", [(what, pointer_of(pointer))]) from None


def _parts(data: object) -> Iterator[tuple[str, object]]:
    """The body and what stands in it, with pointers; what is further in is a cart's, which has its own reader."""
    if isinstance(data, dict):
        yield from ((f"/{name}", value) for name, value in data.items())
    yield "", data


def _is_unicode(one: object) -> bool:
    """Whether a text, or what stands in an object or list, can be written as UTF-8."""
    texts = [one] if isinstance(one, str) else one if isinstance(one, (dict, list)) else ()
    more = one.values() if isinstance(one, dict) else ()
    return not any(isinstance(text, str) and _HALF.search(text) for text in (*texts, *more))


def bounded(data: object, bounds: Allowance, root: str = "") -> Cart:
    """The cart of a JSON object that stands at `root` of the body. Raises Refused."""
    lists = (("lines", bounds.lines), ("shipping", bounds.lines), ("codes", bounds.codes))
    for name, most in lists:
        found = data.get(name) if isinstance(data, dict) else None
        if isinstance(found, list) and len(found) > most:
            told = CartError([Problem(f"more than {most} entries in one request", name)])
            raise of_cart(told, root)
    try:
        return cart_from_dict(data)
    except CartError as error:
        raise of_cart(error, root) from None
