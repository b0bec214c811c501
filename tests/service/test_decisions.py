"""The decision log: what was quoted can be quoted again from it, to the same bytes; it shows nobody, and harms nobody."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pricing.api import Engine
from pricing.client import Client
from pricing.ledger import Ledger
from pricing.model.errors import CartError
from pricing.service.decisions import DecisionLog
from pricing.service.settings import Settings
from pricing.wire import cart_to_dict, decision_from_dict, digest_of, quote_to_json
from tests.ledger.shop import ENGINE, NOON, cart
from tests.service.conftest import running
from tests.service.test_service import until

CART = {**cart_to_dict(cart(codes=("CODE10",))), "customer": {"id": "ann@example.org", "segments": ["new"]}}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


@pytest.fixture(params=[(), ("customers", "quotes")])
def kept(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def again(engine: Engine, line: dict[str, Any]) -> str:
    """The text of the same quote, made anew of a line."""
    told = decision_from_dict(line)
    quote = engine.quote(told.cart, told.usage, told.without, work=told.work)
    return quote_to_json(quote, **told.wishes)


def asked(http: httpx.Client) -> Iterator[tuple[str, str | None]]:
    """Decision id and text of each quote of a day; None where an answer holds more than the quote."""
    for query in ({}, {"why": "all"}, {"units": "true", "without": ["CODE10"]}):
        answer = http.post("/v1/quote", json=CART, params=query)
        yield answer.headers["pricing-decision"], answer.text
    carts = [{**CART, "lines": [{**CART["lines"][0], "quantity": many}]} for many in range(1, 40)]
    carts[3] = {}
    content = "".join(json.dumps(one) + "\n" for one in carts)
    answer = http.post("/v1/quotes", content=content, headers={"Content-Type": "application/x-ndjson"})
    for place, text in enumerate(answer.text.splitlines()):
        if place != 3:
            yield answer.headers["pricing-decision"], text
    answer = http.post("/v1/explain", json=CART)
    yield answer.headers["pricing-decision"], None
    assert http.post("/v1/quote", json={}).status_code == 422
    with Client(str(http.base_url)) as client:
        client.grant("ann@example.org", "thanks", coins=50)
        client.exchange("ann@example.org", "coins-for-select")
        for order in ("a-1", "a-2"):
            found = client.checkout(order, CART)
            yield "", json.dumps(found["quote"], ensure_ascii=False)
            client.step(order, "commit")


def test_every_quote_of_a_day_is_made_again_to_the_same_bytes(
    folder: Path, tmp_path: Path, log: Path, kept: tuple[str, ...]
) -> None:
    books = str(tmp_path / "ledger.db")
    Ledger(books, ENGINE).close()
    settings = Settings(str(folder), books, workers=2, now=NOON, watch=0, decisions=str(log), decisions_with=kept)
    with running(settings) as (http, _):
        wanted = list(asked(http))
    found = lines_of(log)
    assert len(found) == len(wanted)
    engine = Engine.load(folder)
    texts = [again(engine, one) for one in found]
    assert [digest_of(text) for text in texts] == [one["answer"] for one in found]
    assert sorted(texts) == sorted(text if text is not None else texts[-3] for _, text in wanted)
    assert {one for one, _ in wanted if one} <= {one["decision"] for one in found}
    batch = [one for one in found if one["route"] == "/v1/quotes"]
    assert sorted(one["place"] for one in batch) == [place for place in range(39) if place != 3]
    assert all(one["usage"] for one in found[-1:]), "what the ledger counted stands there"
    assert ("ann@example.org" in log.read_text(encoding="utf-8")) == ("customers" in kept)
    assert [json.dumps(one.get("quote"), ensure_ascii=False) for one in found] == (
        texts if "quotes" in kept else ["null"] * len(found)
    )


def test_a_line_that_was_changed_is_told(log: Path) -> None:
    with pytest.raises(CartError, match="@ cart"):
        decision_from_dict({"rules": "sha256:00"})
    with pytest.raises(CartError, match="expected a decision"):
        decision_from_dict([])


def test_a_file_that_is_moved_away_is_begun_anew(log: Path) -> None:
    writer = DecisionLog(str(log))
    writer.put([b"one"])
    until(lambda: writer.written == 1)
    log.rename(log.with_suffix(".1"))
    writer.put([b"two"])
    writer.close()
    assert (log.with_suffix(".1").read_bytes(), log.read_bytes()) == (b"one\n", b"two\n")


def test_what_cannot_be_written_is_counted_and_harms_no_request(folder: Path) -> None:
    with running(Settings(str(folder), now=NOON, watch=0, decisions="/dev/full")) as (http, front):
        for _ in range(3):
            assert http.post("/v1/quote", json=CART).status_code == 200
        assert front.decisions is not None
        until(lambda: front.decisions is not None and front.decisions.lost == 3)
        assert "pricing_decisions_lost 3.0" in http.get("/metrics").text


def test_lines_that_come_faster_than_they_are_written_are_lost_and_counted(tmp_path: Path) -> None:
    """A pipe that nobody reads from takes 64 KB."""
    place = tmp_path / "pipe"
    os.mkfifo(place)
    reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    try:
        writer = DecisionLog(str(place), most=1_000_000)
        for _ in range(100):
            writer.put([b"x" * 99_999])
        assert writer.lost >= 100 - 2 * 10
        writer.close(0.0)
    finally:
        os.close(reader)
