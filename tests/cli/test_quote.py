"""`pricing quote`, run as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pricing.api import Engine
from pricing.cli.inputs import CartText
from pricing.cli.pricer import Pricer, Wishes
from tests.cli.conftest import CART, Run, command, environment, hearing_ctrl_c
from tests.quotes import a_quote

pytestmark = pytest.mark.slow


def totals(output: str) -> list[str]:
    return [json.loads(line)["total"] for line in output.splitlines()]


def test_one_cart_gives_one_receipt_and_nothing_else(pricing: Run) -> None:
    done = pricing("quote", "cart.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Your price ")
    assert "To pay, in USD                                       60.00     -10.50      49.50\n" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_one_quote_a_line_in_utf_8(pricing: Run, folder: Path) -> None:
    cart = {**CART, "lines": [{**CART["lines"][0], "sku": "灯"}]}
    (folder / "cart.json").write_text(json.dumps(cart), encoding="utf-8")
    done = pricing("quote", "cart.json", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)["lines"][0]["sku"] == "灯"


def test_a_terminal_of_few_letters_still_gets_its_receipt(pricing: Run, folder: Path) -> None:
    cart = {**CART, "lines": [{**CART["lines"][0], "sku": "灯"}]}
    (folder / "cart.json").write_text(json.dumps(cart), encoding="utf-8")
    done = pricing("quote", "cart.json", env={"PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0 and "\\u706f" in done.stdout


def test_a_wrong_cart_is_named_and_the_rest_is_priced(pricing: Run) -> None:
    done = pricing("quote", "carts.jsonl", "--json")
    assert done.returncode == 1
    assert [json.loads(line)["lines"][0]["id"] for line in done.stdout.splitlines()] == ["l0", "l1", "l3", "l4"]
    assert done.stderr.splitlines() == [
        "error: carts.jsonl:3: must be from 1 to 1000000, not 0 @ lines[0].quantity",
        "1 of 5 carts could not be priced.",
    ]


def test_many_receipts_say_whose_they_are(pricing: Run) -> None:
    done = pricing("quote", "cart.json", "carts.jsonl", "--no-why")
    titles = [line for line in done.stdout.splitlines() if line.startswith("cart")]
    assert titles == ["cart.json", "carts.jsonl:1", "carts.jsonl:2", "carts.jsonl:5", "carts.jsonl:6"]


@pytest.mark.parametrize(
    ("text", "count"),
    [(json.dumps(CART), 1), (json.dumps(CART, indent=1), 1), (f"\n{json.dumps(CART)}\n\n{json.dumps(CART)}\n", 2)],
)
def test_standard_input(pricing: Run, text: str, count: int) -> None:
    done = pricing("quote", "-", "--json", stdin=text)
    assert (done.returncode, totals(done.stdout)) == (0, ["49.50"] * count)


def test_standard_input_with_nothing_in_it(pricing: Run) -> None:
    done = pricing("quote", "-")
    assert (done.returncode, done.stderr) == (1, "error: <stdin>: nothing there @ line 1, column 1\n")


def test_another_instant(pricing: Run, folder: Path) -> None:
    (folder / "cart.json").write_text(json.dumps({**CART, "at": ...}, default=lambda _: "never"), encoding="utf-8")
    assert totals(pricing("quote", "cart.json", "--json", "--at", "2026-07-01T00:00:00Z").stdout) == ["60.00"]
    assert totals(pricing("quote", "cart.json", "--json", "--at", "2026-06-30T23:59:59Z").stdout) == ["49.50"]


def test_without_a_rule_or_a_kind(pricing: Run) -> None:
    assert totals(pricing("quote", "cart.json", "--json", "--without", "TEN").stdout) == ["55.00"]
    assert totals(pricing("quote", "cart.json", "--json", "--without", "promo code").stdout) == ["55.00"]


def test_usage(pricing: Run, folder: Path) -> None:
    (folder / "usage.json").write_text('{"TEN": {"customer": 1}}', encoding="utf-8")
    assert totals(pricing("quote", "cart.json", "--json", "--usage", "usage.json").stdout) == ["55.00"]


def test_a_usage_file_that_is_wrong_is_told_once(pricing: Run, folder: Path) -> None:
    (folder / "usage.json").write_text('{"TEN": {"customers": 1}}', encoding="utf-8")
    done = pricing("quote", "cart.json", "carts.jsonl", "--usage", "usage.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: usage.json: unknown field; did you mean 'customer'? @ usage.TEN.customers\n"


def test_a_usage_file_with_decimals_that_the_cart_has_not(pricing: Run, folder: Path) -> None:
    (folder / "usage.json").write_text('{"TEN": {"spent": "1.005"}}', encoding="utf-8")
    done = pricing("quote", "cart.json", "--usage", "usage.json")
    said = "error: cart.json: '1.005' has too many decimals: USD has only 2 decimals @ usage.TEN.spent\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_why_not_is_left_out_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "quote", lambda *_, **__: a_quote())
    for why in (True, False):
        pricer = Pricer(Engine.from_texts({}, allow_empty=True), Wishes(False, None, (), None, why, False))
        text = pricer.price(CartText("here", json.dumps(CART).encode(), False)).text
        assert ("Why not\n" in text) is why
        pricer = Pricer(Engine.from_texts({}, allow_empty=True), Wishes(True, None, (), None, why, False))
        text = pricer.price(CartText("here", json.dumps(CART).encode(), False)).text
        assert ("refused" in json.loads(text)) is why


def test_two_processes_give_the_same_bytes(pricing: Run) -> None:
    one, two = (pricing("quote", "carts.jsonl", "--json", "--jobs", jobs) for jobs in ("1", "2"))
    assert (one.stdout, one.stderr, one.returncode) == (two.stdout, two.stderr, two.returncode)
    assert one.stdout.count("\n") == 4


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["quote"], "Missing argument 'CART...'"),
        (["quote", "nowhere.json"], "'nowhere.json' does not exist"),
        (["quote", "rules"], "'rules' is a directory"),
        (["quote", "cart.json", "--rules", "nowhere"], "There is no folder called nowhere here"),
        (["quote", "cart.json", "--at", "noon"], "'noon' is not an instant; write it like"),
        (["quote", "cart.json", "--without", "TEEN"], "There is no rule or kind called 'TEEN'. Did you mean 'TEN'?"),
        (["quote", "cart.json", "--jobs", "0"], "--jobs"),
        (["quote", "cart.json", "--usage", "nowhere"], "'nowhere' does not exist"),
        (["quote", "-", "-"], "only once"),
        (["quote", "cart.json", "--jsn"], "No such option"),
    ],
)
def test_wrong_use(pricing: Run, args: list[str], said: str) -> None:
    done = pricing(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr


def test_rules_that_are_wrong(pricing: Run, folder: Path) -> None:
    (folder / "rules" / "campaigns" / "summer.promo").write_text("campain x\n", encoding="utf-8")
    done = pricing("quote", "cart.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error P0" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 2}', b"null", b"\x00" * 100])
def test_files_of_nonsense(pricing: Run, folder: Path, data: bytes) -> None:
    (folder / "cart.json").write_bytes(data)
    done = pricing("quote", "cart.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert all(line.startswith("error: cart.json: ") for line in done.stderr.splitlines())


def test_a_fault_of_ours_costs_one_cart_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    engine = Engine.from_texts({}, allow_empty=True)
    monkeypatch.setattr(Engine, "quote", fails)
    pricer = Pricer(engine, Wishes(True, None, (), None, True, False))
    outcome = pricer.price(CartText("here", json.dumps(CART).encode(), False))
    assert outcome.problems == ("a fault of the program, please report it with this cart: ZeroDivisionError: oh",)


def test_a_reader_that_goes_away_is_no_reason_to_complain(folder: Path) -> None:
    line = (folder / "carts.jsonl").read_text(encoding="utf-8").splitlines()[0]
    (folder / "many.jsonl").write_text((line + "\n") * 2000, encoding="utf-8")
    with subprocess.Popen(
        command("quote", "many.jsonl"), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 141


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_cleanly(folder: Path, jobs: str) -> None:
    line = (folder / "carts.jsonl").read_text(encoding="utf-8").splitlines()[0]
    (folder / "many.jsonl").write_text((line + "\n") * 50_000, encoding="utf-8")
    with subprocess.Popen(
        hearing_ctrl_c("quote", "many.jsonl", "--json", "--jobs", jobs),
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), start_new_session=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None and running.stderr is not None
        running.stdout.readline()
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all processes of the command
        start = time.monotonic()
        output, talk = running.communicate(timeout=30)
        assert (running.returncode, talk) == (130, b"\nStopped.\n")
        assert time.monotonic() - start < 20
    assert output.count(b"\n") < 50_000
