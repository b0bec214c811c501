"""From product page to refund over HTTP, on SQLite and PostgreSQL; every write may be repeated."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.postgres import Server
from pricing.client import Client, ServiceError
from pricing.ledger import Ledger
from pricing.service.settings import Settings
from pricing.wire import cart_to_dict
from tests.ledger.shop import ENGINE, NOON, cart
from tests.service.conftest import running

CART = cart_to_dict(cart(codes=("CODE10",)))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    url = str(tmp_path_factory.mktemp("ledger") / "ledger.db")
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        url = server.database()
    Ledger(url, ENGINE, migrate=True).close()
    return url


@pytest.fixture(scope="module")
def shop(place: str, folder: Path) -> Iterator[tuple[Client, httpx.Client]]:
    with running(Settings(str(folder), place, workers=2, now=NOON, watch=0)) as (http, _):
        with Client(str(http.base_url)) as client:
            yield client, http
        with Ledger(place, ENGINE) as books:
            assert books.verify() == ()


def refused(status: int, code: str, call: Any) -> ServiceError:
    with pytest.raises(ServiceError) as raised:
        call()
    assert (raised.value.status, raised.value.code) == (status, code)
    return raised.value


def test_from_product_page_to_refund(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    offers = client.offers(sku="LL-2", store="lamps", price="25.00", customer="cat")
    assert {one["rule"]: one["state"] for one in offers}["one-each"] == "pick-up"
    assert client.pick_up("cat", "one-each")["pieces"] == 1
    assert client.grant("cat", "thanks", coins=100)["coins"] == 100
    assert client.exchange("cat", "coins-for-select")["coins"] == -10
    wallet = client.wallet("cat")
    assert (wallet["coins"], {one["rule"] for one in wallet["cards"]}) == (90, {"one-each", "select"})
    found = client.checkout("c-1", {**CART, "customer": {"id": "cat"}})
    assert found["order"]["state"] == "reserved"
    assert found["quote"]["total"] == found["order"]["total"]
    assert client.step("c-1", "verifying")["state"] == "verifying"
    assert client.step("c-1", "commit")["state"] == "committed"
    back = client.step("c-1", "refund", {"lines": {"LL-2": 1}})
    assert back["cash"] == found["order"]["total"]
    assert client.order("c-1")["paid_back"] == back["cash"]


def test_a_repeated_write_has_the_first_answer_and_another_body_is_refused(shop: tuple[Client, httpx.Client]) -> None:
    client, http = shop
    first = client.grant("dan", "thanks", coins=5, key="k-1")
    assert client.grant("dan", "thanks", coins=5, key="k-1") == first
    assert client.wallet("dan")["coins"] == 5
    refused(422, "key-taken", lambda: client.grant("dan", "thanks", coins=6, key="k-1"))
    answer = http.post("/v1/wallets/dan/grants", json={"why": "thanks", "coins": 5})
    assert (answer.status_code, answer.json()["code"]) == (400, "needs-key")


def test_an_order_is_reserved_at_the_total_that_was_shown(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    guest = {**CART, "customer": {"id": "eve"}}
    error = refused(409, "price-changed", lambda: client.step("e-1", "reserve", {"cart": guest, "total": "1.00"}))
    assert error.errors == [{"detail": "the total is 22.50 now", "pointer": "/total"}]
    body = {"cart": guest, "total": "22.50"}
    first = client.step("e-1", "reserve", body, key="e")
    assert client.step("e-1", "reserve", body, key="e") == first
    assert client.step("e-1", "reserve", body)["order"] == first["order"]
    assert client.step("e-1", "release", {"why": "changed her mind"})["state"] == "released"
    refused(409, "wrong-state", lambda: client.step("e-1", "commit"))


def test_what_cannot_be_done_is_told(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    refused(404, "unknown-order", lambda: client.order("nobody"))
    refused(403, "not-for-you", lambda: client.pick_up("fay", "for-vips"))
    late = {**CART, "at": "2026-06-12T12:00:00+00:00"}
    assert refused(422, "wrong-clock", lambda: client.checkout("f-1", late)).errors[0]["pointer"] == "/cart/at"
    wrong = refused(422, "wrong-cart", lambda: client.checkout("f-1", {**CART, "lines": []}))
    assert wrong.errors[0]["pointer"] == "/cart/lines"
    assert refused(422, "wrong-body", lambda: client.pick_up("fay", "")).errors[0]["pointer"] == "/rule"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('"order": "g-1", "order": "g-2", "cart": {}', ("wrong-body", "/order", "this field stands twice")),
        (
            '"order": "g-1", "cart": {"lines": [], "lines": []}',
            ("wrong-body", "/cart/lines", "this field stands twice"),
        ),
        ('"order": "\\ud800", "cart": {}', ("wrong-body", "/order", "contains half a character")),
        ('"order": "g-1", "cart": {"currency": NaN}', ("wrong-cart", "/cart/currency", "expected text, not NaN")),
        ('"order": "g-1", "cart": {},', ("not-json", "", "not JSON: ")),
        ('"order": NaN, "cart": {}', ("wrong-body", "/order", "Expected `str`, got `float`")),
    ],
)
def test_a_body_is_read_as_strictly_as_a_cart(
    shop: tuple[Client, httpx.Client], wrong: str, told: tuple[str, str, str]
) -> None:
    _, http = shop
    answer = http.post("/v1/checkout", content=f"{{{wrong}}}", headers={"Idempotency-Key": wrong[:200]})
    found = answer.json()
    errors = {error["pointer"]: error["detail"] for error in found["errors"]}
    assert (found["code"], told[1]) == (told[0], told[1] if told[1] in errors else "not there"), errors
    assert errors[told[1]].startswith(told[2])


def test_a_wrong_return_is_told_in_money_and_with_its_place(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    client.checkout("i-1", {**CART, "customer": {"id": "ivy"}})
    client.step("i-1", "commit")
    many = refused(422, "bad-return", lambda: client.step("i-1", "refund", {"lines": {"LL-2": 2}}))
    assert many.errors == [{"detail": "only 1 of 1 units are left to return, not 2", "pointer": "/lines/LL-2"}]
    much = refused(422, "bad-amount", lambda: client.step("i-1", "agreed", {"amount": "30"}))
    assert much.errors == [{"detail": "at most 22.50 is left to pay back, not 30.00", "pointer": "/amount"}]


def test_one_key_at_once_is_done_once(shop: tuple[Client, httpx.Client]) -> None:
    _, http = shop

    def write(_: int) -> tuple[int, str]:
        body = {"why": "thanks", "coins": 7}
        answer = http.post("/v1/wallets/gus/grants", json=body, headers={"Idempotency-Key": "one"})
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(8) as many:
        found = set(many.map(write, range(24)))
    assert found <= {(200, ""), (409, "in-progress")}
    assert http.get("/v1/wallets/gus").json()["coins"] == 7


def test_no_more_is_reserved_than_there_is(shop: tuple[Client, httpx.Client]) -> None:
    """Two uses a day of TODAY3, twelve customers at once."""
    client, _ = shop

    def buy(number: int) -> bool:
        customer = {"id": f"h-{number}"}
        found = client.checkout(f"h-{number}", {**CART, "customer": customer, "codes": ["TODAY3"]})
        return any(use["rule"] == "TODAY3" for use in found["quote"]["used"])

    with ThreadPoolExecutor(12) as many:
        assert sum(many.map(buy, range(12))) == 2
