"""Prices over HTTP: what is answered, what is refused and how, and what happens when something breaks."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pricing.client import Client
from pricing.service.access import tokens_of
from pricing.service.front import Front
from pricing.service.openapi import EXAMPLE
from pricing.service.settings import Allowance, Settings
from pricing.wire import cart_to_dict
from tests.ledger.shop import ENGINE, NOON, cart
from tests.service.conftest import PATIENCE, rules_in, running

CART = cart_to_dict(cart(codes=("CODE10",)))


def until(found: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Waits for something that happens beside the test."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.02)


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["pricing-decision"]
    found: dict[str, Any] = answer.json()
    return found


# Prices


@pytest.mark.parametrize("why", ["none", "refused", "all"])
def test_a_quote_is_that_of_the_library(http: httpx.Client, why: str) -> None:
    answer = http.post("/v1/quote", json=CART, params={"why": why})
    quote = ENGINE.quote(cart(codes=("CODE10",)))
    assert answer.json() == {**quote.to_dict(why=why), "rules": answer.headers["pricing-rules"]}
    assert answer.headers["pricing-rules"].startswith("sha256:")


def test_without_names_what_is_declined(http: httpx.Client) -> None:
    total = http.post("/v1/quote", json=CART, params={"without": ["CODE10", "promo code"]}).json()["total"]
    assert total == "25.00"
    assert http.post("/v1/quote", json=CART).json()["total"] == "22.50"


def test_many_carts_are_answered_in_order_each_with_a_quote_or_a_problem(http: httpx.Client) -> None:
    carts = [{**CART, "lines": [{**CART["lines"][0], "quantity": many}]} for many in range(1, 100)]
    carts[40] = {"currency": "USD"}
    wanted = [http.post("/v1/quote", json=one).json() for one in carts]
    assert http.post("/v1/quotes", json=carts).json() == wanted
    lines = "".join(json.dumps(one) + "\n" for one in carts)
    answer = http.post("/v1/quotes", content=lines, headers={"Content-Type": "Application/X-NDJSON; charset=utf-8"})
    assert [json.loads(line) for line in answer.text.splitlines()] == wanted
    assert wanted[40]["code"] == "wrong-cart"
    assert http.post("/v1/quotes", json=[]).json() == []


def test_the_client_sends_many_carts_a_few_at_a_time(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricing.client.PART", 3)
    taken: list[int] = []

    def carts() -> Iterator[dict[str, Any]]:
        for many in range(1, 9):
            taken.append(many)
            yield {**CART, "lines": [{**CART["lines"][0], "quantity": many}]}

    with Client(str(http.base_url)) as client:
        found = client.quotes(carts(), why="none")
        first = next(found)
        assert taken == [1, 2, 3]
        assert [one["list_total"] for one in (first, *found)] == [f"{25 * many}.00" for many in range(1, 9)]


def test_a_quote_is_accounted_for(http: httpx.Client) -> None:
    found = http.post("/v1/explain", json=CART).json()
    assert found["total"] == "22.50"
    assert "CODE10" in found["parts"][0]["sentences"][0]["text"]


def test_the_example_of_the_page_is_priced(http: httpx.Client) -> None:
    assert http.post("/v1/quote", json=EXAMPLE).json()["total"] == "45.00"


# Refusals


def test_every_mistake_has_its_pointer(http: httpx.Client) -> None:
    wrong = {**CART, "lines": [{**CART["lines"][0], "price": 3, "colour": "red"}]}
    found = problem(http.post("/v1/quote", json=wrong), 422, "wrong-cart")
    assert {one["pointer"] for one in found["errors"]} == {"/lines/0/price", "/lines/0/colour"}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "not-json"),
        (b"{", 400, "not-json"),
        (b"\xff", 400, "not-json"),
        (b"[" * 100_000, 422, "wrong-cart"),
        (b"[]", 422, "wrong-cart"),
        (b" " * 3_000_000, 413, "too-large"),
    ],
)
def test_what_is_no_cart_is_refused_in_words(http: httpx.Client, content: bytes, status: int, code: str) -> None:
    answer = http.post("/v1/quote", content=content, headers={"Content-Type": "application/json"})
    problem(answer, status, code)
    assert "Traceback" not in answer.text


def test_more_lines_than_the_bound_are_refused(http: httpx.Client) -> None:
    lines = [{**CART["lines"][0], "id": str(place)} for place in range(1001)]
    found = problem(http.post("/v1/quote", json={**CART, "lines": lines}), 422, "wrong-cart")
    assert found["errors"][0]["pointer"] == "/lines"


def test_unknown_places_methods_types_and_queries_are_problems(http: httpx.Client) -> None:
    problem(http.get("/v2"), 404, "no-route")
    answer = http.get("/v1/quote")
    problem(answer, 405, "no-method")
    assert answer.headers["allow"] == "POST"
    problem(http.post("/v1/quote", content="a=b", headers={"Content-Type": "text/plain"}), 415, "not-json")
    problem(http.post("/v1/quote", json=CART, params={"why": "so"}), 400, "wrong-query")
    problem(http.post("/v1/quote", json=CART, params={"what": "x"}), 400, "wrong-query")
    problem(http.post("/v1/quote", json=CART, params={"without": ["CODE10"] * 101}), 400, "wrong-query")
    told = problem(http.post("/v1/quote?why=all&why=none", json=CART), 400, "wrong-query")
    assert told["errors"][0]["detail"] == "why stands once"


def test_other_hosts_are_refused(http: httpx.Client) -> None:
    problem(http.get("/v1/rules", headers={"Host": "evil.example"}), 421, "other-host")
    assert http.get("/health/live", headers={"Host": "10.0.0.7"}).status_code == 200


def test_a_half_open_connection_harms_nobody(http: httpx.Client) -> None:
    with socket.create_connection((http.base_url.host, http.base_url.port or 0)) as line:
        line.sendall(b"POST /v1/quote HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert http.post("/v1/quote", json=CART).status_code == 200


def test_tokens_open_what_their_scopes_say(http: httpx.Client, given: Callable[..., None]) -> None:
    given(tokens=tokens_of("# ours\na-token-for-quotes quote\na-token-for-rules-too quote rules\n"))
    problem(http.get("/v1/rules"), 401, "no-token")
    problem(http.get("/metrics"), 401, "no-token")
    problem(http.get("/v1/rules", headers={"Authorization": "Bearer a-token-for-quotez"}), 401, "no-token")
    mine = {"Authorization": "Bearer a-token-for-quotes"}
    assert http.post("/v1/quote", json=CART, headers=mine).status_code == 200
    problem(http.post("/v1/rules/reload", headers=mine), 403, "no-scope")
    problem(http.get("/v1/wallets/ann", headers=mine), 403, "no-scope")
    theirs = {"Authorization": "Bearer a-token-for-rules-too"}
    assert http.post("/v1/rules/reload", headers=theirs).status_code == 200
    assert http.get("/health/ready").json() == {"status": "ready"}


@pytest.mark.parametrize("text", ["short quote", "a-token-without-scopes", "a-token-with-wrong-ones admin"])
def test_a_wrong_file_of_tokens_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match="line 1: ") as raised:
        tokens_of(text)
    assert text.split(maxsplit=1)[0] not in str(raised.value)


# Workers


def test_a_killed_worker_is_replaced_and_its_request_is_done_by_another(http: httpx.Client, front: Front) -> None:
    old = front.pool.hands[0]
    old.kill()
    assert http.post("/v1/quote", json=CART).json()["total"] == "22.50"
    assert front.pool.hands[0] is not old


def test_a_full_queue_answers_429_and_liveness_does_not_wait(http: httpx.Client, given: Callable[..., None]) -> None:
    given(bounds=Allowance(queue=0))
    assert http.get("/health/live").json() == {"status": "live"}
    answer = http.post("/v1/quote", json=CART)
    problem(answer, 429, "queue-full")
    assert answer.headers["retry-after"] == "1"


def test_a_request_that_takes_too_long_costs_its_worker_and_nobody_elses(http: httpx.Client, front: Front) -> None:
    old = front.pool.hands[0]
    assert old.hello is not None
    os.kill(old.hello.number, signal.SIGSTOP)
    old.seconds = 0.1
    problem(http.post("/v1/quote", json=CART), 503, "took-too-long")
    assert http.get("/health/live").status_code == 200
    assert http.post("/v1/quote", json=CART).status_code == 200
    assert front.pool.hands[0] is not old


# Rules


def test_rules_change_under_the_service_and_wrong_ones_leave_the_old_in_force(tmp_path: Path) -> None:
    file = rules_in(tmp_path) / "campaigns" / "fair.promo"
    good = file.read_text(encoding="utf-8")
    with running(Settings(str(tmp_path), workers=2, now=NOON, watch=0.05)) as (http, front):
        before = http.get("/v1/rules").json()
        assert before["trouble"] is None
        names = {one["rule"] for one in before["cards"]}
        assert "five-off" in names
        assert "CODE10" not in names
        file.write_text(good.replace("take 10% off", "take 20% off"), encoding="utf-8")
        until(lambda: front.fingerprint != before["rules"])
        answers = [http.post("/v1/quote", json=CART) for _ in range(6)]
        assert {one.json()["total"] for one in answers} == {"20.00"}
        file.write_text(good + "nonsense\n", encoding="utf-8")
        until(lambda: http.get("/v1/rules").json()["trouble"])
        assert "nonsense" in http.get("/v1/rules").json()["trouble"]
        assert http.post("/v1/quote", json=CART).json()["total"] == "20.00"
        assert "pricing_rules_wrong 1.0" in http.get("/metrics").text
        assert http.get("/health/ready").status_code == 200
        file.write_text(good, encoding="utf-8")
        until(lambda: http.post("/v1/rules/reload").json().get("trouble", "being read") is None)
        assert http.post("/v1/quote", json=CART, headers={"Pricing-Rules": before["rules"]}).status_code == 200
        problem(http.post("/v1/quote", json=CART, headers={"Pricing-Rules": "sha256:00"}), 409, "other-rules")


def test_without_rules_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "a.promo").write_text("nonsense", encoding="utf-8")
    with running(Settings(str(tmp_path), watch=0)) as (http, _):
        assert http.get("/health/live").status_code == 200
        assert http.get("/health/ready").status_code == 503
        problem(http.post("/v1/quote", json=CART), 503, "no-rules")


def test_rule_texts_are_checked(http: httpx.Client) -> None:
    found = http.post("/v1/rules/check", json={"texts": {"campaigns/a.promo": "nonsense"}}).json()
    assert not found["ok"]
    assert found["diagnostics"][0]["file"] == "campaigns/a.promo"


# Watching


def test_each_request_is_one_line_of_json_without_personal_data(
    http: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pricing.service.requests")
    answer = http.get("/v1/wallets/ann@example.org")
    decision = answer.headers["pricing-decision"]

    def mine() -> list[Any]:  # told once the answer is out
        told = [json.loads(one.getMessage()) for one in caplog.records if one.name == "pricing.service.requests"]
        return [one for one in told if one.get("decision") == decision]

    until(mine)
    assert len(mine()) == 1
    assert mine()[0]["route"] == "/v1/wallets/{customer}"
    assert "ann" not in caplog.text.replace("channel", "")


def test_figures_count_without_names_of_rules(http: httpx.Client) -> None:
    http.post("/v1/quote", json=CART, params={"why": "all"})
    text = http.get("/metrics").text
    assert 'pricing_request_seconds_count{route="/v1/quote",status="200"}' in text
    assert 'pricing_refusals_total{reason="below-threshold"}' in text
    assert "five-off" not in text
