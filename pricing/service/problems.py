"""Errors as RFC 9457 has them: a status, a title, and each problem with a pointer into the body.

Made where something is found wrong, in a worker or at the front; never holds a traceback, a token or a cart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pricing.ledger.errors import LedgerError
from pricing.model.errors import CartError

MEDIA = "application/problem+json"

TITLES = {
    400: "The request cannot be understood.",
    401: "A bearer token is needed.",
    403: "This token does not open this.",
    404: "There is nothing here.",
    405: "This cannot be done here.",
    408: "The body did not arrive in time.",
    409: "This cannot be done as things stand.",
    413: "This is too much for one request.",
    415: "The body is of another type.",
    421: "This service is called by another name.",
    422: "What the body says cannot be done.",
    429: "Too many requests.",
    431: "This is too much for one request.",
    500: "The service has a fault.",
    503: "The service cannot do this at the moment.",
}

STATUS = {
    "key-taken": 422,
    "ran-out": 409,
    "busy": 503,
    "unavailable": 503,
    "storage": 503,
    "no-database": 503,
    "not-for-you": 403,
    "unknown-code": 422,
    "too-many-codes": 422,
    "foreign-order": 403,
    "order-taken": 409,
}
"""Statuses of a LedgerError's codes; `unknown-...` is 404, `bad-...` is 422, all else is 409."""


class Refused(Exception):
    """A request that gets a problem for an answer."""

    def __init__(self, status: int, code: str, errors: Iterable[tuple[str, str]] = (), retry: int = 0) -> None:
        self.status = status
        self.code = code
        """For programs, as in `wrong-cart`."""
        self.errors = tuple(errors)
        """Each with its detail and a JSON pointer."""
        self.retry = retry
        """Seconds after which to ask again."""
        super().__init__(code)

    def document(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "type": f"urn:pricing:problem:{self.code}",
            "title": TITLES[self.status],
            "status": self.status,
            "code": self.code,
            "errors": [{"detail": detail, "pointer": pointer} for detail, pointer in self.errors],
        }

    def body(self) -> bytes:
        """The bytes of the answer."""
        return json.dumps(self.document(), ensure_ascii=False).encode("utf-8", "backslashreplace")


def of_cart(error: CartError, root: str = "") -> Refused:
    """The problem of a wrong cart; `root` is where the cart stands in the body."""
    unread = any(problem.path.startswith(("line ", "byte ")) for problem in error.problems)
    told = [(problem.what, root + pointer_of(problem.path)) for problem in error.problems[:100]]
    if unread:
        told = [(f"{problem.what}, {problem.path}", "") for problem in error.problems]
    return Refused(400 if unread else 422, "not-json" if unread else "wrong-cart", told)


def of_ledger(error: LedgerError) -> Refused:
    """The problem of a call that the ledger refuses."""
    status = STATUS.get(error.code, 404 if error.code.startswith("unknown-") else 422)
    if error.code not in STATUS and not error.code.startswith(("unknown-", "bad-")):
        status = 409
    told = [(what, pointer_of(path).replace("/returned", "/lines", 1)) for what, path in error.problems]
    return Refused(status, error.code, told or [(error.what, "")], retry=1 if status == 503 else 0)


def pointer_of(path: str) -> str:
    """`lines[2].price` as a JSON pointer."""
    if path in ("cart", ""):
        return ""
    parts = re.findall(r"\[([^\]]*)\]|([^.\[\]]+)", path)
    return "".join("/" + (index or name).replace("~", "~0").replace("/", "~1") for index, name in parts)
