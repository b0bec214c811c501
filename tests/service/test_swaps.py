"""Rules that change while requests come, and workers that are killed meanwhile: no answer fails, none is of wrong rules."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx

from benchmarks.workloads import workload
from pricing.api import Engine
from pricing.service.front import Front
from pricing.service.settings import Settings
from pricing.wire import cart_from_dict, cart_to_dict, quote_to_json
from tests.ledger.shop import NOON, cart
from tests.service.conftest import rules_in, running
from tests.service.test_service import until

CART = cart_to_dict(cart(codes=("CODE10",)))
PRICES = {"10%": "22.50", "20%": "20.00"}


def told(http: httpx.Client, found: Counter[tuple[int, str, str]], pinned: str, ending: threading.Event) -> None:
    """Asks again and again; counts statuses with the fingerprint of header and body, and the total."""
    with httpx.Client(base_url=http.base_url, timeout=30) as mine:
        while not ending.is_set():
            answer = mine.post("/v1/quote", json=CART, headers={"Pricing-Rules": pinned} if pinned else {})
            body = answer.json()
            if answer.status_code == 200:
                assert body["rules"] == answer.headers["pricing-rules"]
            found[answer.status_code, answer.headers["pricing-rules"], body.get("total", body.get("code"))] += 1


def changed(http: httpx.Client, front: Front, file: Path, share: str) -> str:
    """Puts other rules in force; their fingerprint."""
    before = front.fingerprint
    text = file.read_text(encoding="utf-8")
    for one in PRICES:
        text = text.replace(f"take {one} off", f"take {share} off")
    file.write_text(text, encoding="utf-8")
    assert http.post("/v1/rules/reload").json()["trouble"] is None
    assert front.fingerprint != before
    return front.fingerprint


def wait_for_answers(counts: dict[str, Counter[tuple[int, str, str]]]) -> None:
    """Until each has some more."""
    before = {one: found.total() for one, found in counts.items()}
    until(lambda: all(counts[one].total() > many + 4 for one, many in before.items()))


def test_under_load_every_answer_is_of_the_rules_that_it_names(tmp_path: Path) -> None:
    file = rules_in(tmp_path) / "campaigns" / "fair.promo"
    ending = threading.Event()
    with running(Settings(str(tmp_path), workers=2, now=NOON, watch=0)) as (http, front):
        old = front.fingerprint
        new = changed(http, front, file, "20%")
        assert changed(http, front, file, "10%") == old
        counts = {pinned: Counter[tuple[int, str, str]]() for pinned in ("", old, new)}
        threads = [
            threading.Thread(target=told, args=(http, counts[pinned], pinned, ending)) for pinned in (*counts, "")
        ]
        for thread in threads:
            thread.start()
        for share in ("20%", "10%", "20%", "10%"):
            changed(http, front, file, share)
            front.pool.hands[0].kill()
            wait_for_answers(counts)
        ending.set()
        for thread in threads:
            thread.join(30)
    good = {(200, old, "22.50"), (200, new, "20.00")}
    assert set(counts[""]) == good
    for pinned in (old, new):
        mine = {one for one in good if one[1] == pinned}
        assert mine <= set(counts[pinned])
        assert {one[::2] for one in set(counts[pinned]) - mine} == {(409, "other-rules")}


def test_the_process_that_reads_rules_may_be_killed(tmp_path: Path) -> None:
    """Workers go on, come back under the rules in force though those in the folder are wrong, and rules are read again."""
    file = rules_in(tmp_path) / "campaigns" / "fair.promo"
    good = file.read_text(encoding="utf-8")
    with running(Settings(str(tmp_path), now=NOON, watch=0)) as (http, front):
        file.write_text(good + "nonsense\n", encoding="utf-8")
        reader, worker = front.pool.reader, front.pool.hands[0]
        assert reader is not None
        reader.kill()
        assert http.post("/v1/quote", json=CART).json()["total"] == "22.50"
        until(lambda: front.pool.reader not in (None, reader))
        worker.kill()
        assert http.post("/v1/quote", json=CART).json()["total"] == "22.50"
        until(lambda: front.trouble)
        file.write_text(good, encoding="utf-8")
        changed(http, front, file, "20%")
        assert http.post("/v1/quote", json=CART).json()["total"] == "20.00"


def test_workers_may_be_killed_before_they_have_begun(tmp_path: Path) -> None:
    """Each process that reads the rules begins, at once or a little later, and one that was there for a moment."""
    rules_in(tmp_path)
    with running(Settings(str(tmp_path), workers=2, now=NOON, watch=0)) as (http, front):
        reader = front.pool.reader
        assert reader is not None and reader.hello is not None
        begun = Path(f"/proc/{reader.hello.number}/task/{reader.hello.number}/children")
        killed: set[int] = set()
        while len(killed) < 9:
            for number in {int(word) for word in begun.read_text(encoding="ascii").split()} - killed:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
                killed.add(number)
            time.sleep(0.005)
        until(lambda: len(front.pool.hands) == 2 and len(front.pool.heavy) == 1)
        assert {http.post("/v1/quote", json=CART).json()["total"] for _ in range(20)} == {"22.50"}


def test_costly_carts_and_small_ones_have_the_librarys_answers(tmp_path: Path) -> None:
    """One by one, in a batch, and with reasons; the limit of small carts lies in the midst of these."""
    shop = workload("M", "tight", 8)
    for name, text in shop.book.texts().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    engine = Engine.load(tmp_path)
    quotes = [engine.quote(cart_from_dict(one)) for one in shop.carts]
    limit = sorted(quote.steps for quote in quotes)[4]
    wanted = [quote_to_json(quote, "none") for quote in quotes]
    with running(Settings(str(tmp_path), watch=0, quick=limit)) as (http, _):
        assert [http.post("/v1/quote", json=one).text for one in shop.carts] == wanted
        content = "".join(json.dumps(one) + "\n" for one in [*shop.carts, {}])
        answer = http.post("/v1/quotes", content=content, headers={"Content-Type": "application/x-ndjson"})
        *found, problem = answer.text.splitlines()
        assert found == wanted
        assert json.loads(problem)["code"] == "wrong-cart"
        told = http.post("/v1/quote", json=shop.carts[0], params={"why": "refused"})
        assert told.text == quote_to_json(quotes[0], "refused")
