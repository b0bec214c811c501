"""A decision log replayed: each price recomputes to the same bytes under its own rules, or says which change moved it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pricing import Cart, Engine, __version__
from pricing.cli import run
from pricing.simulate.price import ReplayWishes
from pricing.simulate.run import ReplayPlan, replay, task_of
from pricing.wire import decision_to_dict
from tests.simulate import shop

USED = {"nova-5": {"customer": 2, "total": 9}}
"""What earlier orders of each customer have used: the coupon is gone for all."""


def decided(engine: Engine, carts: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    """What `pricing serve --decisions` writes of these carts."""
    made = []
    for place, cart in enumerate(carts):
        quote = engine.quote(Cart.from_dict(cart), USED if place % 2 else None, ["TEN"] if place % 7 == 0 else ())
        line = {"decision": f"d-{place}", "at": cart["at"], "route": "/v1/quote", "pricing": __version__}
        made.append({**line, **decision_to_dict(quote, engine.work, **more)})
    return made


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules in git: as they were, and as they are."""
    monkeypatch.chdir(tmp_path)
    shop.folder(tmp_path / "rules", **shop.OLD)
    _git("init", "-q")
    _commit("as they were")
    shop.folder(tmp_path / "rules", **shop.NEW)
    _commit("as they are")
    return tmp_path


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def _commit(what: str) -> None:
    _git("add", "rules")
    _git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", what)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    status = run(["replay", *words, "--json"])
    found = capsys.readouterr()
    return status, json.loads(found.out) if found.out else {}, found.err


def test_each_decision_recomputes_under_the_rules_that_git_knows(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = Engine(shop.book(**shop.OLD)), Engine(shop.book(**shop.NEW))
    carts = shop.orders(60)
    lines = decided(old, carts[:40]) + decided(new, carts[40:], whole=True)
    shop.write(place / "log.jsonl", lines)
    status, found, _ = told(capsys, "log.jsonl", "rules")
    assert status == 0 and found["differing"] == found["wrong"] == 0
    (sums,) = found["currencies"]
    assert {row["name"]: (row["orders"], row["same"]) for row in sums["decisions"]} == {
        old.fingerprint: (40, 40),
        new.fingerprint: (20, 20),
    }
    totals = [0, 0]
    for at, cart in enumerate(carts):
        engine, row = (old, at) if at < 40 else (new, at - 40)
        usage, without = USED if row % 2 else None, ["TEN"] if row % 7 == 0 else ()
        totals[0] += engine.quote(Cart.from_dict(cart), usage, without).total_minor
        totals[1] += new.quote(Cart.from_dict(cart), usage, without).total_minor
    assert [round(100 * float(sums[which])) for which in ("old", "new")] == totals
    # `nova-more` takes 5.00 for 4.00: of all that changed, it alone moved prices.
    assert [row["name"] for row in sums["moved_by"]] == ["nova-more"]
    assert sums["moved_by"][0]["paid_change"] == sums["change"]


def test_a_line_that_is_not_what_was_answered_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = decided(Engine(shop.book(**shop.NEW)), shop.orders(9), whole=True)
    lines[2]["cart"]["lines"][0]["quantity"] += 1
    lines[4]["answer"] = "sha256:" + "0" * 64
    lines[5] |= {"answer": "sha256:" + "0" * 64, "pricing": "0.0.9"}
    lines[7]["rules"] = "sha256:" + "1" * 64
    del lines[8]["answer"]
    shop.write(place / "log.jsonl", lines)
    with (place / "log.jsonl").open("a") as out:
        out.write('{"decision": "torn')
    status, found, err = told(capsys, "log.jsonl", "rules")
    assert status == 1 and (found["differing"], found["wrong"]) == (3, 3)
    says = {one["decision"]: one["difference"] for one in found["differences"]}
    assert "the answer was" in says["log.jsonl:3"] and "the same rules and version" in says["log.jsonl:3"]
    assert says["log.jsonl:5"].startswith("the same total, other details")
    assert says["log.jsonl:6"].endswith(f"answered by version 0.0.9, this is {__version__}")
    assert "The rules sha256:1111" in err and "--known says where they are" in err
    assert "3 of 10 decisions do not recompute to the same bytes." in err
    assert [one["order"] for one in found["problems"]] == ["log.jsonl:8", "log.jsonl:9", "log.jsonl:10"]


def test_the_log_may_be_the_new_side_and_lie_in_several_files(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = decided(Engine(shop.book(**shop.NEW)), shop.orders(20))
    shop.write(place / "log.jsonl.1", lines[:12])
    shop.write(place / "log.jsonl", lines[12:])
    status, found, _ = told(capsys, "HEAD~1", "log.jsonl.1", "--orders", "log.jsonl")
    assert status == 0 and found["orders"] == 20
    assert (
        told(capsys, "log.jsonl.1", "HEAD~1", "--orders", "log.jsonl")[1]["currencies"][0]["new"]
        == (found["currencies"][0]["old"])
    )


def test_rules_that_git_does_not_know_are_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = {**shop.OLD, "off": "3.50"}
    shop.folder(place / "draft", **elsewhere)
    shop.write(place / "log.jsonl", decided(Engine(shop.book(**elsewhere)), shop.orders(8)))
    assert told(capsys, "log.jsonl", "rules")[0] == 1
    status, found, _ = told(capsys, "log.jsonl", "rules", "--known", "draft")
    assert status == 0 and found["currencies"][0]["decisions"][0]["same"] == 8


def test_decisions_are_orders_between_any_two_versions(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What had been used before is as each of them says, under both; so nothing is counted along."""
    carts = shop.orders(30)
    shop.write(place / "log.jsonl", decided(Engine(shop.book(**shop.NEW)), carts))
    _, found, _ = told(capsys, "HEAD~1", "rules", "--orders", "log.jsonl")
    _, other, _ = told(capsys, "HEAD~1", "log.jsonl")
    assert found["currencies"][0]["old"] == other["currencies"][0]["old"]
    assert found["currencies"][0]["new"] == other["currencies"][0]["new"]
    shop.write(place / "carts.jsonl", carts)
    _, ignored, _ = told(capsys, "HEAD~1", "rules", "--orders", "log.jsonl", "--usage", "ignored")
    assert ignored["currencies"][0]["old"] != found["currencies"][0]["old"]


def test_changes_that_move_a_price_only_together_are_named_together(tmp_path: Path) -> None:
    old, new = shop.book(**shop.OLD), shop.book(**{**shop.OLD, "off": "4.50", "budget": "80.00"})
    texts = shop.texts(**{**shop.OLD, "off": "4.50"})
    name = "campaigns/june.promo"
    both = Engine.from_texts({name: texts[name].replace("3.00 off", "2.00 off")}).book
    carts = [{"currency": "USD", "at": "2026-06-12T12:00:00Z",
              "lines": [{"sku": "N", "store": "nova", "price": "60.00", "quantity": 1}]}]  # fmt: skip
    file = shop.write(tmp_path / "log.jsonl", decided(Engine(old), carts))
    for book, cause in ((new, "nova-more"), (both, "every-30 + nova-more")):
        known = {Engine(old).fingerprint: old}
        task = task_of(old, book, ReplayWishes(carried=False), "OLD", known)
        sums = replay(task, ReplayPlan((str(file),))).by_currency["USD"]
        assert list(sums.moved_by) == [cause]


def test_mistakes_of_the_user_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write(place / "carts.jsonl", shop.orders(3))
    shop.write(place / "log.jsonl", decided(Engine(shop.book(**shop.NEW)), shop.orders(3)))
    for words, said in (
        (["rules", "rules"], "Missing option '--orders'"),
        (["log.jsonl", "log.jsonl"], "Only one of OLD and NEW can be a decision log"),
        (["-", "rules"], "cannot come from the standard input"),
    ):
        assert run(["replay", *words]) == 2 and said in capsys.readouterr().err, words
    shop.write(place / "log.jsonl", decided(Engine(shop.book(**{**shop.NEW, "off": "3.50"})), shop.orders(3)))
    assert run(["replay", "log.jsonl", "rules", "--known", "nothing"]) == 2
    assert "neither a folder nor a git revision" in capsys.readouterr().err
    status, found, _ = told(capsys, "carts.jsonl", "rules")
    assert status == 1 and found["wrong"] == 3
    assert "is no decision" in found["problems"][0]["problem"]


def test_any_number_of_workers_gives_the_same_bytes(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write(place / "log.jsonl", decided(Engine(shop.book(**shop.OLD)), shop.orders(50)))
    assert told(capsys, "log.jsonl", "rules") == told(capsys, "log.jsonl", "rules", "--jobs", "2")
