"""What may come from outside, or break inside, without harm to anybody else: slow clients, torn requests, killed workers."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path

import httpx
import pytest

from benchmarks.postgres import Server
from pricing.api import Engine
from pricing.ledger import Ledger
from pricing.service.access import tokens_of
from pricing.service.front import Front
from pricing.service.settings import Allowance, Settings
from pricing.wire import cart_to_dict
from tests.ledger.shop import NOON, RULES, cart
from tests.service.conftest import PATIENCE, running
from tests.service.test_service import problem, until

CART = cart_to_dict(cart(codes=("CODE10",)))
PIECES = 20
SCARCE = RULES.replace("limit       2 uses per day", f"limit       {PIECES} uses in total")


@contextmanager
def line_to(http: httpx.Client, *texts: bytes) -> Iterator[socket.socket]:
    """A plain connection on which some bytes were sent; it holds little that was not read."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.settimeout(PATIENCE)
        line.connect((http.base_url.host, http.base_url.port or 0))
        for text in texts:
            line.sendall(text)
        yield line


def is_well(http: httpx.Client) -> bool:
    return str(http.post("/v1/quote", json=CART).json()["total"]) == "22.50"


HEAD = b"POST /v1/quote HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),  # TLS to a port that speaks HTTP
        (b"GET / HTTP/9.9\r\n\r\n", b"400"),
        (b"POST /v1/quote HTTP/1.1\r\nHost: a\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", b"421"),
        (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: -1\r\n\r\n", b"400"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (HEAD + b"X: " + b"a" * 2_000_000 + b"\r\n\r\n", b"431"),
        (HEAD + b"Content-Length: 2147483648\r\n\r\n{}", b"413"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", b"415"),
        (b"GET /v1/codes/mail?state=lost HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused_and_harms_nobody(http: httpx.Client, text: bytes, status: bytes) -> None:
    with line_to(http) as line:
        try:
            line.sendall(text)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    assert not answer or (answer.split(b" ", 2)[1], b"application/problem+json" in answer) == (status, True), answer
    assert b"Traceback" not in answer
    assert is_well(http)


def test_many_half_open_connections_harm_nobody(http: httpx.Client) -> None:
    torn = HEAD + b"Content-Length: 100\r\n\r\n{"
    lines = [socket.create_connection((http.base_url.host, http.base_url.port or 0)) for _ in range(100)]
    try:
        for place, line in enumerate(lines):
            line.sendall(torn[: place % len(torn)])
        assert is_well(http)
    finally:
        for line in lines:
            line.close()
    assert is_well(http)


def test_a_head_that_does_not_come_is_waited_for_so_long_only(http: httpx.Client, given: Callable[..., None]) -> None:
    given(bounds=Allowance(upload=0.1))
    for text in (b"", b"\r\n", HEAD):
        with suppress(ConnectionError), line_to(http, text) as line:
            assert line.recv(1) == b""


def test_a_body_that_does_not_come_is_waited_for_so_long_only(http: httpx.Client, given: Callable[..., None]) -> None:
    given(bounds=Allowance(upload=1.0))
    with line_to(http, HEAD + b"Content-Length: 100\r\n\r\n{") as line:
        assert line.recv(65_536).startswith(b"HTTP/1.1 408 ")


ND = b"POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
CARTS = b"%b\n" % json.dumps(CART).encode() * 50
CHUNK = b"%x\r\n%b\r\n" % (len(CARTS), CARTS)


def memory() -> int:
    """Bytes of this process, in which the front runs."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def answers_of(line: socket.socket) -> list[bytes]:
    """The lines of a chunked answer, read to its end."""
    answer = HTTPResponse(line)
    answer.begin()
    assert answer.status == 200
    return answer.read().splitlines()


def test_a_batch_that_is_sent_before_an_answer_is_read_has_all_its_answers(http: httpx.Client) -> None:
    """30 MB, mostly of empty lines, and answers that no buffer of a connection holds."""
    wrong = json.dumps({f"field-{number}": 0 for number in range(100)}).encode() + b"\n"
    part = wrong * 40 + CARTS[: len(CARTS) // 50] + b"\n" * 1_000_000
    with line_to(http, ND + b"Content-Length: %d\r\n\r\n" % (30 * len(part))) as line:
        for _ in range(30):
            line.sendall(part)
        found = answers_of(line)
    told = [json.loads(one) for one in found]
    assert [one.get("code", one.get("total")) for one in told] == [*["wrong-cart"] * 40, "22.50"] * 30
    assert sum(map(len, found)) > 5_000_000


def test_who_never_reads_is_served_so_long_only(http: httpx.Client, front: Front, given: Callable[..., None]) -> None:
    """Nothing is priced for it in advance, little is kept, others are served, and it ends."""
    given(bounds=Allowance(spool=1_000_000, unread=0.5))
    before = memory()
    with line_to(http, ND + b"Transfer-Encoding: chunked\r\n\r\n") as line:
        with pytest.raises(ConnectionError):  # noqa: PT012  # it comes as soon as the other side has ended it
            while True:
                line.sendall(CHUNK)
                assert front.pool.waiting < 10
        assert is_well(http)
    assert not front.pool.batches.locked()
    assert memory() - before < 50_000_000


def test_more_than_is_kept_is_told_after_the_answers_to_what_was(
    http: httpx.Client, given: Callable[..., None]
) -> None:
    given(bounds=Allowance(spool=200_000, upload=1.0))
    with line_to(http, ND + b"Transfer-Encoding: chunked\r\n\r\n") as line:
        for _ in range(1_000):
            line.sendall(CHUNK)
        line.sendall(b"0\r\n\r\n")
        *found, last = answers_of(line)
    assert found
    assert json.loads(found[-1])["total"] == "22.50"
    assert json.loads(last)["code"] == "not-read"


def test_so_many_batches_at_a_time_and_no_more(
    http: httpx.Client, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front.pool, "batches", asyncio.Semaphore(1))
    with line_to(http, ND + b"Transfer-Encoding: chunked\r\n\r\n") as line:
        line.sendall(CHUNK)
        line.recv(1)
        problem(http.post("/v1/quotes", json=[]), 429, "queue-full")
    until(lambda: http.post("/v1/quotes", json=[]).status_code == 200)


def test_a_line_of_a_batch_that_has_no_end_is_refused(http: httpx.Client, given: Callable[..., None]) -> None:
    given(bounds=Allowance(body=100_000))
    content = json.dumps(CART).encode() + b"\n" + b"[" * 300_000
    answer = http.post("/v1/quotes", content=content, headers={"Content-Type": "application/x-ndjson"})
    first, second = answer.text.splitlines()
    assert json.loads(first)["total"] == "22.50"
    assert json.loads(second)["code"] == "too-large"


@pytest.mark.parametrize("value", ["", "0", "sha256:", "md5:00"])
def test_what_is_no_fingerprint_is_told_everywhere(http: httpx.Client, value: str) -> None:
    for method, path in (("GET", "/v1/rules"), ("POST", "/v1/quote"), ("POST", "/v1/quotes"), ("GET", "/v1/wallets/a")):
        problem(http.request(method, path, headers={"Pricing-Rules": value}), 400, "wrong-header")


def test_wrong_tokens_and_hosts_are_refused(http: httpx.Client, given: Callable[..., None]) -> None:
    given(tokens=tokens_of("a-token-for-quotes quote"))
    for value in ("", "Bearer", "Basic YTpi", "Bearer a-token-for-quote", "Bearer \xff", "x" * 8_000):
        answer = http.post("/v1/quote", json=CART, headers={b"authorization": value.encode("latin-1")})
        problem(answer, 401, "no-token")
    for host in ("", "evil.example", "localhost.evil.example", "localhost:x", "[::1", "127.0.0.1:80:80"):
        problem(http.get("/v1/rules", headers={"Host": host}), 421, "other-host")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def scarce(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Rules with a code of few pieces, and a ledger."""
    rules = tmp_path / "rules"
    (rules / "campaigns").mkdir(parents=True)
    (rules / "campaigns" / "fair.promo").write_text(SCARCE, encoding="utf-8")
    place = str(tmp_path / "ledger.db")
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        place = server.database()
    Ledger(place, Engine.load(rules), migrate=True).close()
    return rules, place


def test_sixteen_clients_and_killed_workers_end_at_the_last_piece(scarce: tuple[Path, str]) -> None:
    """No order is lost, none is there twice, and exactly as many have the code as there are pieces."""
    rules, place = scarce
    with running(Settings(str(rules), place, workers=2, now=NOON, watch=0)) as (http, front):

        def buy(number: int) -> tuple[bool, bool]:
            if number % 10 == 5:
                for hand in front.pool.hands[:1]:
                    hand.kill()
            body = {"order": f"o-{number}", "cart": {**CART, "customer": {"id": f"c-{number}"}, "codes": ["TODAY3"]}}
            first = patiently(http, body, f"k-{number}")
            again = patiently(http, body, f"k-{number}")
            return any(use["rule"] == "TODAY3" for use in first.json()["quote"]["used"]), again.text == first.text

        with ThreadPoolExecutor(16) as clients:
            found = list(clients.map(buy, range(3 * PIECES)))
        assert front.pool.ended > 0
        assert all(http.get(f"/v1/orders/o-{number}").status_code == 200 for number in range(3 * PIECES))
    assert sum(had for had, _ in found) == PIECES
    assert all(same for _, same in found)
    with Ledger(place, Engine.load(rules)) as books:
        assert books.verify() == ()


def patiently(http: httpx.Client, body: object, key: str) -> httpx.Response:
    """A checkout, asked for again while its worker is gone."""
    for _ in range(100):
        answer = http.post("/v1/checkout", json=body, headers={"Idempotency-Key": key})
        if answer.status_code not in (409, 503):
            break
        time.sleep(0.1)
    assert answer.status_code == 200, answer.text
    return answer
