"""A client of `pricing serve` (extra `client`): what it sends and gets is JSON as INTERFACE has it.

A write gets an Idempotency-Key; when the answer is lost the same call is sent again under the same key, and has the
first answer.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import TracebackType
from typing import Any
from urllib.parse import quote as escaped

import httpx

PART = 500
"""Carts that are sent before their answers are read."""


class ServiceError(Exception):
    """A problem that the service answered with (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.status = int(problem.get("status", 0))
        self.code = str(problem.get("code", ""))
        self.errors: list[dict[str, str]] = list(problem.get("errors", ()))
        """Each with `detail` and `pointer`."""
        told = "; ".join(f"{one['detail']} @ {one['pointer']}" for one in self.errors)
        super().__init__(f"{problem.get('title', 'no answer')} {told}".strip())


class Client:
    """One service. To be used in a `with`, or closed."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        token: str = "",
        *,
        rules: str = "",
        tries: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`rules` is the fingerprint that every answer must be of; empty: any."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if rules:
            headers["Pricing-Rules"] = rules
        self._http = httpx.Client(base_url=url, headers=headers, timeout=30.0, transport=transport)
        self._tries = tries

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # Prices

    def quote(self, cart: Mapping[str, Any], **wishes: Any) -> Any:
        """The quote of a cart; wishes are `why`, `units`, `without`, `language`. Raises ServiceError."""
        return self._asked("POST", "/v1/quote", cart, wishes)

    def quotes(self, carts: Iterable[Mapping[str, Any]], **wishes: Any) -> Iterator[Any]:
        """A quote or a problem for each cart, in order; `PART` carts are sent at a time, so there may be any number."""
        left, headers = iter(carts), {"Content-Type": "application/x-ndjson"}
        while part := list(islice(left, PART)):
            lines = b"".join(json.dumps(cart).encode() + b"\n" for cart in part)
            answer = self._http.post("/v1/quotes", content=lines, params=_query(wishes), headers=headers)
            if answer.is_error:
                raise ServiceError(_problem(answer))
            yield from map(json.loads, answer.iter_lines())

    def explain(self, cart: Mapping[str, Any], **wishes: Any) -> Any:
        """The account of a cart's quote."""
        return self._asked("POST", "/v1/explain", cart, wishes)

    def rules(self) -> Any:
        """The rules in force."""
        return self._asked("GET", "/v1/rules")

    def check(self, texts: Mapping[str, str]) -> Any:
        """What is wrong with rule texts."""
        return self._asked("POST", "/v1/rules/check", {"texts": dict(texts)})

    # The ledger

    def offers(self, **query: Any) -> Any:
        """What to show beside a product (`sku`, `store`) or a campaign."""
        return self._asked("GET", "/v1/offers", None, query)

    def wallet(self, customer: str) -> Any:
        """What a customer holds."""
        return self._asked("GET", f"/v1/wallets/{_part(customer)}")

    def pick_up(self, customer: str, rule: str, *, key: str = "", **more: Any) -> Any:
        """Picks a coupon up."""
        return self._written(f"/v1/wallets/{_part(customer)}/pick-ups", {"rule": rule, **more}, key)

    def exchange(self, customer: str, rule: str, *, key: str = "", **more: Any) -> Any:
        """Trades coins for pieces."""
        return self._written(f"/v1/wallets/{_part(customer)}/exchanges", {"rule": rule, **more}, key)

    def grant(self, customer: str, why: str, *, key: str = "", **what: Any) -> Any:
        """Gives coins, or pieces of a rule."""
        return self._written(f"/v1/wallets/{_part(customer)}/grants", {"why": why, **what}, key)

    def resolve(self, customer: str, code: str) -> Any:
        """What a customer typed, as it belongs into a cart's `codes`; a ServiceError 429 after too many in vain."""
        found = self._asked("POST", f"/v1/wallets/{_part(customer)}/codes", {"code": code})
        return found if found["rule"] else found["code"]

    def mint(self, rule: str, many: int, *, key: str = "") -> Any:
        """Makes single codes of a rule."""
        return self._written(f"/v1/codes/{_part(rule)}/mint", {"many": many}, key)["codes"]

    def codes(self, rule: str, *states: str) -> Iterator[Any]:
        """The single codes of a rule in these states (none: all), page by page."""
        start: int | None = 0
        while start is not None:
            page = self._asked("GET", f"/v1/codes/{_part(rule)}", None, {"state": list(states), "from": str(start)})
            yield from page["codes"]
            start = page["next"]

    def void(self, rule: str, codes: Iterable[str] | None = None, *, key: str = "") -> Any:
        """Takes single codes out of use; None: all that are free."""
        body = {"all": True} if codes is None else {"codes": list(codes)}
        return self._written(f"/v1/codes/{_part(rule)}/void", body, key)["many"]

    def checkout(self, order: str, cart: Mapping[str, Any], *, key: str = "", **more: Any) -> Any:
        """Quotes and reserves."""
        return self._written("/v1/checkout", {"order": order, "cart": dict(cart), **more}, key)

    def order(self, order: str) -> Any:
        """An order."""
        return self._asked("GET", f"/v1/orders/{_part(order)}")

    def step(self, order: str, step: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Any:
        """`reserve`, `verifying`, `commit`, `settled`, `release`, `refund` or `agreed`, with the body of that route."""
        return self._written(f"/v1/orders/{_part(order)}/{_part(step)}", dict(body or {}), key)

    def _written(self, path: str, body: Any, key: str) -> Any:
        return self._asked("POST", path, body, key=key or uuid.uuid4().hex)

    def _asked(
        self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None, key: str = ""
    ) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        content = {} if body is None else {"json": body}
        for attempt in range(1, self._tries + 1):
            try:
                answer = self._http.request(method, path, params=_query(query or {}), headers=headers, **content)
            except httpx.TransportError:
                if attempt == self._tries:
                    raise
                continue
            if answer.status_code != 503 or attempt == self._tries:
                break
        if answer.is_error:
            raise ServiceError(_problem(answer))
        return answer.json()


def _part(name: str) -> str:
    return escaped(name, safe="")


def _query(wishes: Mapping[str, Any]) -> dict[str, Any]:
    spelled = {True: "true", False: "false"}
    return {name: spelled[value] if isinstance(value, bool) else value for name, value in wishes.items()}


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"status": answer.status_code}
