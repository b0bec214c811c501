"""Requests with something wrong in them, for `tests.mutated`: a service that runs beside answers each of them.

What is promised (INTERFACE: "HTTP"): an answer as HTTP has it, no fault of the program, problems as RFC 9457 has them, and
JSON. A request that a worker spends more than a second of processor on is a finding too.
"""

from __future__ import annotations

import json
import os
import random
import socket
import tempfile
from contextlib import ExitStack
from functools import cache
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from pricing.ledger import Ledger
from pricing.service.front import Front
from pricing.service.problems import MEDIA
from pricing.service.routes import ROUTES
from pricing.service.settings import Settings
from tests.ledger.shop import NOON, POLICY, RULES, engine_with
from tests.service.conftest import running
from tests.service.test_ledger_more import CARDS, CART

SLOW = 1.0
"""Seconds of a worker's processor."""
TICKS = os.sysconf("SC_CLK_TCK")
OPEN = ExitStack()
"""Who has tried enough closes it."""
FINE, FOUND, FAULT = 200, 400, 500
JUNK = (
    b"\x00", b"\xff\xfe", b"\r\n", b" ", b"%", b"%00", b"%2e%2e/", b"?", b"#", b"\xc3\xa9", b"a" * 9000, b": ", b"HTTP/9.9",
)  # fmt: skip
"""What may be put anywhere in a request's head."""
_AGREED = {"amount": "1.00", "line": "LL-2", "store": None, "why": "torn"}
BODIES: dict[str, Any] = {
    "quote": CART,
    "": [CART, CART],
    "explain": CART,
    "check": {"texts": {"policy.promo": POLICY, "campaigns/fair.promo": RULES}},
    "ucp": {
        "currency": "USD", "at": NOON.isoformat(), "discounts": {"codes": ["CODE10"]},
        "line_items": [{"id": "a", "item": {"id": "LL-2", "price": 2500}, "quantity": 1}],
    },
    "acp": {
        "currency": "usd", "at": NOON.isoformat(), "discounts": {"codes": ["CODE10"]},
        "line_items": [{"id": "a", "item": {"id": "LL-2"}, "unit_amount": 2500, "quantity": 1}],
    },
    "pick-up": {"rule": "one-each", "pieces": 1, "segments": ["vip"]},
    "exchange": {"rule": "coins-for-select", "times": 1, "segments": []},
    "grant": {"why": "thanks", "rule": "select", "pieces": 2, "coins": 0},
    "resolve": {"code": "MAIL-AAAA-AAAA"},
    "mint": {"many": 2},
    "void": {"codes": ["MAIL-AAAA-AAAA"], "all": False},
    "checkout": {"order": "o-1", "cart": CART, "without": ["CODE10"]},
    "reserve": {"cart": CART, "total": "45.00", "without": []},
    "refund": {"lines": {"LL-2": 1}, "shipping": {"lamps/standard": "1.00"}, "why": "torn", "customer": "ann"},
    "agreed": _AGREED,
}  # fmt: skip
"""A right body by what a worker does with it; steps of an order have `why` alone."""
QUERY = {"why": "all", "units": "true", "language": "de", "without": "CODE10", "state": "free", "from": "0", "sku": "LL-2",
         "store": "lamps", "price": "25.00", "currency": "USD", "customer": "ann"}  # fmt: skip


@cache
def service() -> tuple[str, int, Front]:
    """A service with the test shop's rules and a ledger, for as long as this process lives; where it listens."""
    folder = Path(OPEN.enter_context(tempfile.TemporaryDirectory()))
    (folder / "rules" / "campaigns").mkdir(parents=True)
    (folder / "rules" / "campaigns" / "fair.promo").write_text(RULES + CARDS, encoding="utf-8")
    (folder / "rules" / "policy.promo").write_text(POLICY, encoding="utf-8")
    place = str(folder / "ledger.db")
    Ledger(place, engine_with(CARDS), migrate=True).close()
    http, front = OPEN.enter_context(running(Settings(str(folder / "rules"), place, now=NOON, watch=0)))
    return str(http.base_url.host), http.base_url.port or 0, front


def asked(rng: random.Random, changed_json: Any, changed_text: Any) -> tuple[bytes, bool]:
    """A request, most often with something wrong in its body, sometimes in its head; and whether its head is whole."""
    route = rng.choice([route for route in ROUTES if not route.path.endswith("/reload")])
    path = route.path
    for name, value in (("customer", "ann"), ("order", f"o-{rng.randrange(40)}"), ("rule", "mail")):
        value = changed_text(rng, value) if rng.random() < 0.1 else value
        path = path.replace(f"{{{name}}}", quote(value.encode("utf-8", "replace"), safe=""))
    query = {name: QUERY.get(name, "x") for name in route.query if rng.random() < 0.3}
    if query and rng.random() < 0.5:
        name = rng.choice([*query])
        query[name] = changed_text(rng, query[name]).encode("utf-8", "replace").decode()
    body = b""
    if route.method == "POST":
        data = BODIES.get(route.task, {"why": "paid"})
        sent = json.dumps(changed_json(rng, data) if rng.random() < 0.8 else data)
        body = (changed_text(rng, sent) if rng.random() < 0.2 else sent).encode("utf-8", "replace")
    media = "application/x-ndjson" if route.path == "/v1/quotes" and rng.random() < 0.4 else "application/json"
    head = [f"{route.method} {path}{'?' if query else ''}{urlencode(query)} HTTP/1.1"]
    head += ["Host: localhost", f"Content-Type: {media}", "Connection: close", f"Content-Length: {len(body)}"]
    if route.writes and rng.random() < 0.95:
        head.append(f"Idempotency-Key: k-{rng.randrange(10**9)}")
    if rng.random() < 0.05:
        head.append(f"Pricing-Rules: {rng.choice(('', 'sha256:00', 'x'))}")
    text = "\r\n".join(head).encode("ascii") + b"\r\n\r\n"
    if whole := rng.random() < 0.9:
        return text + body, whole
    place = rng.randint(0, len(text))
    return text[:place] + rng.choice(JUNK) + text[place:] + body, whole


def answered(request: bytes, *, whole: bool) -> tuple[int, str, bytes]:
    """Status, media type and body of the answer; status 0 where the connection was closed without one."""
    host, port, _ = service()
    with socket.create_connection((host, port), timeout=60) as line:
        line.sendall(request)
        if not whole:  # of a head that never ends more would be waited for
            line.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(line)
        try:
            answer.begin()
            return answer.status, answer.headers.get_content_type(), answer.read()
        except (HTTPException, ConnectionError):
            return 0, "", b""


def told(status: int, media: str, body: bytes, *, whole: bool) -> str:
    """What is wrong with an answer; empty: nothing. A request whose head is `whole` must have one."""
    if not whole and (status == 0 or body == b"Invalid HTTP request received."):
        return ""
    if status == 0 or status >= FAULT:
        return f"a fault: {status} {body[:300]!r}"
    if media not in ("application/json", MEDIA):
        return (
            ""
            if status == FINE and media in ("application/x-ndjson", "text/plain", "text/html")
            else f"{status} {media}"
        )
    found = json.loads(body) if body else None
    if status < FOUND:
        return ""
    right = media == MEDIA and found and found["status"] == status and found["title"] and b"Traceback" not in body
    return "" if right else f"no problem: {status} {media} {body[:300]!r}"


def processor(front: Front) -> float:
    """Seconds of processor that the workers have used."""
    spent = 0
    for hand in (*front.pool.hands, *front.pool.heavy):
        if hand.hello is not None:
            try:
                fields = Path(f"/proc/{hand.hello.number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            except OSError:
                continue
            spent += int(fields[11]) + int(fields[12])
    return spent / TICKS
