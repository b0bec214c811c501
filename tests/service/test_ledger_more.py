"""Single codes, rewards and shipping in part over HTTP, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.postgres import Server
from pricing.client import Client
from pricing.ledger import Ledger
from pricing.service.settings import Settings
from pricing.wire import cart_to_dict
from tests.ledger.shop import NOON, POLICY, RULES, cart, engine_with, line
from tests.service.conftest import running
from tests.service.test_ledger_routes import refused

CARDS = """
promo code mail "10 off, one code each"
  codes       100 like MAIL-####-####
  spend       20.00  take 10.00 off

coin reward earn "A coin for every 1.00"
  earn        1 coin every 1.00

store discount shade "Two lamps, a shade free"
  stores      lamps
  skus        SHADE
  counts      skus LL-2
  buy         1  get 1 free

promo code OPEN "3 off, for everybody"
  public
  spend       20.00  take 3.00 off
"""
CART = cart_to_dict(cart(line(units=2), shipping=495))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, httpx.Client]]:
    folder, place = tmp_path_factory.mktemp("rules"), str(tmp_path_factory.mktemp("ledger") / "ledger.db")
    _rules(folder)
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        place = server.database()
    engine = engine_with(CARDS)
    Ledger(place, engine, migrate=True).close()
    with running(Settings(str(folder), place, workers=1, now=NOON, watch=0)) as (http, _):
        with Client(str(http.base_url)) as client:
            yield client, http
        with Ledger(place, engine) as books:
            assert books.verify() == ()


def _rules(folder: Path) -> None:
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "fair.promo").write_text(RULES + CARDS, encoding="utf-8")
    (folder / "policy.promo").write_text(POLICY, encoding="utf-8")


def bought(client: Client, order: str, who: str, *codes: Any) -> Any:
    return client.checkout(order, {**CART, "customer": {"id": who}, "codes": list(codes)})


def test_a_single_code_from_its_making_to_its_return(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    made = client.mint("mail", 3, key="june")
    assert client.mint("mail", 3, key="june") == made and len(set(made)) == 3
    typed = client.resolve("ann", f"  {made[0].lower()}\u200b ")
    assert typed == {"code": made[0], "rule": "mail"}
    assert client.resolve("ann", "code10") == "code10"
    found = bought(client, "m-1", "ann", typed)
    assert "mail" in {use["rule"] for use in found["quote"]["used"]}
    refused(409, "code-taken", lambda: client.resolve("bob", made[0]))
    assert bought(client, "m-2", "bob", typed)["changes"][0]["of"] == "code"
    client.step("m-1", "commit")
    assert {one["code"]: (one["state"], one["order"]) for one in client.codes("mail", "used")} == {
        made[0]: ("used", "m-1")
    }
    client.step("m-1", "refund", {"lines": {"LL-2": 2}})
    assert [one["code"] for one in client.codes("mail", "free")].count(made[0]) == 1
    assert client.void("mail", [made[1]]) == 1
    refused(409, "code-void", lambda: client.resolve("ann", made[1]))
    assert client.void("mail") == 2
    assert {one["state"] for one in client.codes("mail")} == {"void"}


def test_failed_codes_of_a_customer_are_limited(shop: tuple[Client, httpx.Client]) -> None:
    client, http = shop
    wrong = client.mint("mail", 1)[0]
    client.void("mail", [wrong])
    with pytest.raises(Exception, match="a sign of it is wrong"):
        client.resolve("eve", wrong[:-1] + ("2" if wrong[-1] != "2" else "3"))
    for number in range(10):
        refused(422, "unknown-code", lambda number=number: client.resolve("eve", f"GUESS-{number}"))
    answer = http.post("/v1/wallets/eve/codes", json={"code": "GUESS-99"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-guesses")
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.resolve("fay", "CODE10") == "CODE10"


def test_carts_that_guess_are_limited_too(shop: tuple[Client, httpx.Client]) -> None:
    client, http = shop
    asked = {**CART, "customer": {"id": "gil"}}
    for number in range(10):
        assert client.quote({**asked, "codes": [f"TRY-{number}"]})["unknown_codes"] == [f"TRY-{number}"]
        client.quote({**asked, "codes": [f"try-{number} "]})  # the same page, shown anew
    answer = http.post("/v1/quote", json={**asked, "codes": ["CODE10"]})
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-guesses")
    assert int(answer.headers["retry-after"]) > 0
    assert client.quote(asked)["total"]
    assert "unknown_codes" not in client.quote({**asked, "customer": {"id": "hal"}, "codes": ["CODE10"]})
    for number in range(12):
        client.quote({**asked, "customer": {}, "codes": [f"TRY-{number}"]})


def test_what_an_order_earns_and_shipping_in_part(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    found = bought(client, "r-1", "ida")
    assert found["order"]["settled"] is False
    client.step("r-1", "commit")
    assert (client.wallet("ida")["coins"], client.wallet("ida")["coins_pending"]) == (0, 45)
    refused(422, "wrong-body", lambda: client.step("r-1", "refund", {"shipping": {"lamps/standard": "1,00"}}))
    refused(422, "bad-return", lambda: client.step("r-1", "refund", {"shipping": {"lamps/standard": "9.00"}}))
    back = client.step("r-1", "refund", {"lines": {"LL-2": 1}})
    assert (back["cash"], back["earned"], back["charges"]) == ("22.50", {"earn": 22}, {})
    assert client.step("r-1", "settled")["settled"] is True
    assert client.wallet("ida")["coins"] == 23
    refused(409, "wrong-state", lambda: client.step(bought(client, "r-2", "ida")["order"]["id"], "settled"))


def test_shipping_comes_back_in_part(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    asked = cart_to_dict(cart(line(units=1), shipping=495))
    client.checkout("s-1", {**asked, "customer": {"id": "jon"}})
    client.step("s-1", "commit")
    back = client.step("s-1", "refund", {"shipping": {"lamps/standard": "2.00"}})
    assert (back["cash"], back["shipping"], back["charges"]) == ("2.00", "2.00", {"lamps/standard": "2.00"})
    assert client.step("s-1", "refund", {"shipping": True})["cash"] == "2.95"


def test_a_product_page_tells_gifts_and_public_codes(shop: tuple[Client, httpx.Client]) -> None:
    client, _ = shop
    page = {one["rule"]: one for one in client.offers(sku="LL-2", store="lamps", price="25.00")}
    assert page["shade"]["unclaimed"] == [{"store": "lamps", "units": 1, "skus": ["SHADE"]}]
    assert page["OPEN"]["codes"] == ["OPEN"]
    assert "CODE10" not in page
