"""A quote has the same answer however its request comes: at once, in pieces, several behind each other, from who leaves."""

from __future__ import annotations

import json
import re
import socket
from http.client import HTTPResponse
from typing import Any

import httpx
import pytest

from pricing.service.front import Front
from tests.service.test_harm import CART, is_well, line_to
from tests.service.test_service import until

BODY = json.dumps(CART).encode()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"


def head(more: bytes = LENGTH, version: bytes = b"1.1", path: bytes = b"/v1/quote") -> bytes:
    return b"POST %b HTTP/%b\r\nHost: localhost\r\nContent-Type: application/json\r\n%b\r\n" % (path, version, more)


class Behind:
    """One reader for all answers of a connection: what is read ahead belongs to the next answer."""

    def __init__(self, line: socket.socket) -> None:
        self.reader = line.makefile("rb")

    def makefile(self, _mode: str) -> Behind:
        return self

    def close(self) -> None:
        """An answer is over, the connection is not."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


def answer(line: Any) -> tuple[int, dict[str, str], bytes]:
    """The next answer of a connection; several of one are read from `Behind`."""
    found = HTTPResponse(line)
    found.begin()
    body = found.read()
    headers = {name.lower(): value for name, value in found.getheaders()}
    assert re.fullmatch(r"[0-9a-f]{24}", headers.pop("pricing-decision"))
    return found.status, headers, body


@pytest.mark.parametrize(
    "texts",
    [
        (head() + BODY,),
        (head(), BODY),
        (head() + BODY[:100], BODY[100:]),
        (head()[:30], head()[30:] + BODY),
        (head(b"Transfer-Encoding: chunked\r\n") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),),
        (head(b"Transfer-Encoding: chunked\r\n") + b"%x\r\n%b\r\n" % (len(BODY), BODY), b"0\r\n\r\n"),
        (head(path=b"/v1/quote?why=none") + BODY,),
        (head(H2C + LENGTH) + BODY,),  # as Java's own client asks first
        (head(H2C + LENGTH), BODY),
        (head(H2C + LENGTH) + BODY[:100], BODY[100:]),
        (head(H2C + b"Transfer-Encoding: chunked\r\n") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),),
    ],
)
def test_the_answer_is_the_same_however_the_request_comes(http: httpx.Client, texts: tuple[bytes, ...]) -> None:
    wanted = http.post("/v1/quote", json=CART)
    for waits in (False, True):
        with line_to(http) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for text in texts:
                line.sendall(text)
                if waits:
                    http.get("/health/live")  # what was sent has been read by now
            status, headers, body = answer(line)
        assert (status, body) == (200, wanted.content)
        assert set(headers) | {"pricing-decision"} == set(wanted.headers)
        assert headers["pricing-rules"] == wanted.headers["pricing-rules"]


@pytest.mark.parametrize(
    "more", [b"", b"Pricing-Rules: sha256:0f\r\n", b"Pricing-Rules: x\r\n", b"Content-Type: a/b\r\n"]
)
def test_a_refusal_is_the_same_too(http: httpx.Client, more: bytes) -> None:
    found = []
    for path in (b"/v1/quote", b"/v1/quote?why=none"):
        with line_to(
            http, b"POST %b HTTP/1.1\r\nHost: localhost\r\n%bContent-Length: 2\r\n\r\n[]" % (path, more)
        ) as line:
            found.append(answer(line))
    assert found[0] == found[1]
    assert found[0][0] >= 400


def test_requests_behind_each_other_are_answered_in_order(http: httpx.Client) -> None:
    carts = [{**CART, "lines": [{**CART["lines"][0], "quantity": many}]} for many in range(1, 6)]
    sent = [b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n" + H2C + b"\r\n"]
    for cart in carts:
        body = json.dumps(cart).encode()
        sent += [head(b"Content-Length: %d\r\n" % len(body)) + body, head(b"Content-Length: 1\r\n") + b"{"]
    with line_to(http, b"".join(sent)) as line:
        behind = Behind(line)
        live, *found = [answer(behind) for _ in sent]
    assert live[0] == 200
    assert [json.loads(body)["list_total"] for _, _, body in found[::2]] == [f"{25 * many}.00" for many in range(1, 6)]
    assert [status for status, _, _ in found[1::2]] == [400] * 5


@pytest.mark.parametrize("text", [head(LENGTH + b"Connection: close\r\n"), head(version=b"1.0")])
def test_who_asks_to_end_the_connection_has_it_ended(http: httpx.Client, text: bytes) -> None:
    with line_to(http, text + BODY) as line:
        status, headers, _ = answer(line)
        assert (status, headers["connection"]) == (200, "close")
        assert line.recv(1) == b""


def test_who_leaves_before_the_answer_harms_nobody(http: httpx.Client, front: Front) -> None:
    for _ in range(20):
        with line_to(http, head() + BODY):
            pass
    assert is_well(http)
    until(lambda: not front.pool.waiting and not any(hand.tasks for hand in front.pool.hands))
    for text in (
        head() + BODY[:50],
        head() + b"x" * (len(BODY) - 1),
        head(b"Transfer-Encoding: chunked\r\n") + b"zz\r\n",
    ):
        with line_to(http, text):
            pass
    assert is_well(http)


def test_a_fault_is_told_without_its_cause(http: httpx.Client, front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(front.pool, "put", broken)
        for path in ("/v1/quote", "/v1/quote?why=none", "/v1/explain"):
            found = http.post(path, json=CART)
            assert (found.status_code, found.json()["code"]) == (500, "fault")
            assert "secret" not in found.text
    assert is_well(http)
