"""The studio over HTTP: who gets in, what is read and written, and what never is."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from pricing.studio.clerk import Clerk
from tests.studio.conftest import TOKEN, Open
from tests.studio.shop import CARDS, SUMMER, TEXTS, basket


def ask(studio: Open, name: str, question: Any = None, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{studio.url}api/{name}", json={} if question is None else question, timeout=30,
        headers={"origin": f"http://{studio.host}", **headers},
    )  # fmt: skip


def fingerprint(studio: Open, path: str = SUMMER) -> str:
    found: str = ask(studio, "folder").json()["files"][path]["fingerprint"]
    return found


# Who gets in


@pytest.mark.parametrize("path", ["", "api/open", "wrong/", f"{TOKEN[:-1]}/", f"{TOKEN}x/", "studio.js", TOKEN])
def test_who_does_not_know_the_address_gets_nothing(studio: Open, path: str) -> None:
    for method in ("GET", "POST"):
        reply = httpx.request(method, f"http://{studio.host}/{path}", headers={"origin": f"http://{studio.host}"})
        assert reply.status_code == 403
        assert "campaign" not in reply.text and TOKEN not in reply.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", ""])
def test_another_name_for_this_machine_is_refused(studio: Open, host: str) -> None:
    reply = httpx.get(studio.url, headers={"host": host})
    assert reply.status_code in (400, 421)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://127.0.0.1", "https://127.0.0.1"])
def test_another_page_cannot_ask(studio: Open, origin: str) -> None:
    assert ask(studio, "open", origin=origin).status_code == 403


def test_a_form_of_another_page_cannot_ask_either(studio: Open) -> None:
    reply = httpx.post(
        f"{studio.url}api/save", content=b"{}",
        headers={"origin": f"http://{studio.host}", "content-type": "text/plain"},
    )  # fmt: skip
    assert reply.status_code == 415


def test_the_page_runs_no_script_but_its_own_and_tells_nobody_its_address(studio: Open) -> None:
    reply = httpx.get(studio.url)
    assert reply.status_code == 200
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cache-control"] == "no-store"
    assert "http" not in reply.text.replace("http://www.w3.org/2000/svg", "")


# Asking


def test_the_desk_answers_over_http(studio: Open) -> None:
    answer = ask(studio, "price", {"basket": basket(("TEA-1", 3))}).json()
    assert answer["quote"]["total"] == "24.00"
    slow = ask(studio, "price", {"basket": basket(("TEA-1", 2)), "why": "all"}).json()
    assert slow["adds"][0]["sku"] == "TEA-1"


@pytest.mark.parametrize("name", ["rm", "__class__", "..%2fsave", "%00"])
def test_a_question_that_is_none_is_told(studio: Open, name: str) -> None:
    assert ask(studio, name).status_code in (404, 422)


def test_a_question_must_be_an_object(studio: Open) -> None:
    for body in (b"", b"[]", b"{", b"\xff", b"[" * 100_000):
        reply = httpx.post(
            f"{studio.url}api/open", content=body,
            headers={"origin": f"http://{studio.host}", "content-type": "application/json"},
        )  # fmt: skip
        assert reply.status_code == 422
        assert reply.json()["error"]


def test_a_long_question_that_nobody_waits_for_does_not_keep_the_next_waiting() -> None:
    many = [{"sku": "TEA-1", "store": "tea-house", "price": "9.00", "quantity": 1, "id": str(n)} for n in range(40)]
    orders = [json.dumps({"currency": "USD", "at": "2026-06-20T18:30:00Z", "lines": many})] * 5000

    async def run() -> str:
        clerk = Clerk(TEXTS)
        try:
            long = asyncio.create_task(clerk.ask_json("orders", json.dumps({"orders": orders})))
            await asyncio.sleep(0.1)
            long.cancel()
            return await asyncio.wait_for(clerk.ask_json("price", json.dumps({"basket": basket(("TEA-1", 3))})), 60)
        finally:
            clerk.close()

    assert json.loads(asyncio.run(run()))["quote"]["total"] == "24.00"


# Files


def test_a_save_writes_the_file_and_the_next_price_knows_it(studio: Open) -> None:
    text = CARDS.replace("3.00 off", "4.00 off")
    reply = ask(studio, "save", {"path": SUMMER, "text": text, "seen": fingerprint(studio)})
    assert reply.status_code == 200
    assert (studio.folder / SUMMER).read_text(encoding="utf-8") == text
    assert reply.json()["fingerprint"] == fingerprint(studio)
    assert ask(studio, "price", {"basket": basket(("TEA-1", 3))}).json()["quote"]["total"] == "23.00"


def test_what_somebody_else_has_written_is_never_overwritten_unseen(studio: Open) -> None:
    seen = fingerprint(studio)
    theirs = CARDS.replace("3.00 off", "2.00 off")
    (studio.folder / SUMMER).write_text(theirs, encoding="utf-8")
    reply = ask(studio, "save", {"path": SUMMER, "text": "mine", "seen": seen})
    assert reply.status_code == 409
    assert reply.json()["theirs"] == theirs
    assert (studio.folder / SUMMER).read_text(encoding="utf-8") == theirs
    again = ask(studio, "save", {"path": SUMMER, "text": CARDS, "seen": reply.json()["fingerprint"]})
    assert again.status_code == 200


def test_a_new_file_does_not_take_the_place_of_one_that_came_meanwhile(studio: Open) -> None:
    assert ask(studio, "save", {"path": SUMMER, "text": "mine", "seen": ""}).status_code == 409
    new = {"path": "campaigns/2027/spring.promo", "text": "", "seen": ""}
    assert ask(studio, "save", new).status_code == 200
    assert ask(studio, "save", new).status_code == 409


def test_a_file_that_is_gone_is_told_and_one_can_be_removed(studio: Open) -> None:
    seen = fingerprint(studio)
    (studio.folder / SUMMER).unlink()
    reply = ask(studio, "save", {"path": SUMMER, "text": "mine", "seen": seen})
    assert (reply.status_code, reply.json()["theirs"]) == (409, None)
    made = ask(studio, "save", {"path": SUMMER, "text": CARDS, "seen": ""}).json()
    assert ask(studio, "save", {"path": SUMMER, "text": None, "seen": made["fingerprint"]}).status_code == 200
    assert not (studio.folder / SUMMER).exists()


def test_changes_made_elsewhere_are_followed(studio: Open) -> None:
    (studio.folder / "campaigns/more.promo").write_text(CARDS.replace("summer", "more"), encoding="utf-8")
    assert "campaigns/more.promo" in ask(studio, "folder").json()["files"]
    assert "more" in ask(studio, "read", {"path": "campaigns/more.promo"}).json()["text"]


def test_line_ends_and_mark_of_a_windows_file_stay(studio: Open) -> None:
    file = studio.folder / SUMMER
    file.write_bytes(b"\xef\xbb\xbf" + CARDS.replace("\n", "\r\n").encode())
    read = ask(studio, "read", {"path": SUMMER}).json()
    assert read["text"] == CARDS
    text = CARDS.replace("3.00 off", "4.00 off")
    assert ask(studio, "save", {"path": SUMMER, "text": text, "seen": read["fingerprint"]}).status_code == 200
    assert file.read_bytes() == b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


OUTSIDE = (
    "../outside.promo", "/etc/outside.promo", "campaigns/../../outside.promo", "campaigns/./a.promo", "a//b.promo",
    "..\\outside.promo", "C:\\outside.promo", ".hidden.promo", ".git/a.promo", "campaigns/a.promo\x00", "a\nb.promo",
    "notes.txt", "catalogue/evil.csv", "policy.promo/", "", "campaigns/" + "a" * 300 + ".promo",
)  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leads_out_of_the_folder(studio: Open, path: str) -> None:
    before = sorted(studio.folder.parent.rglob("*"))
    assert ask(studio, "save", {"path": path, "text": "x", "seen": ""}).status_code == 422
    assert ask(studio, "read", {"path": path}).status_code == 422
    assert sorted(studio.folder.parent.rglob("*")) == before


def test_no_link_leads_out_of_the_folder(studio: Open, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.promo").write_text("secret", encoding="utf-8")
    (studio.folder / "campaigns/link.promo").symlink_to(outside / "secret.promo")
    (studio.folder / "folder").symlink_to(outside)
    answer = ask(studio, "folder").json()["files"]["campaigns/link.promo"]
    assert "leads out" in answer["locked"]
    assert "secret" not in ask(studio, "read", {"path": "campaigns/link.promo"}).json()["text"]
    for path in ("campaigns/link.promo", "folder/new.promo"):
        assert ask(studio, "save", {"path": path, "text": "x", "seen": ""}).status_code == 422
    assert [file.read_text(encoding="utf-8") for file in outside.iterdir()] == ["secret"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes on this system")
def test_a_pipe_is_neither_waited_for_nor_written(studio: Open) -> None:
    os.mkfifo(studio.folder / "campaigns/pipe.promo")
    assert ask(studio, "folder").json()["files"]["campaigns/pipe.promo"]["locked"]
    assert ask(studio, "save", {"path": "campaigns/pipe.promo", "text": "x", "seen": ""}).status_code == 422
    assert ask(studio, "price", {"basket": basket(("TEA-1", 3))}).json()["quote"]["total"] == "24.00"


def test_a_file_that_is_not_utf_8_is_shown_and_left_alone(studio: Open) -> None:
    file = studio.folder / "campaigns/old.promo"
    file.write_bytes(b"# caf\xe9\n")
    read = ask(studio, "read", {"path": "campaigns/old.promo"}).json()
    assert read["locked"]
    reply = ask(studio, "save", {"path": "campaigns/old.promo", "text": "x", "seen": read["fingerprint"]})
    assert reply.status_code == 422
    assert file.read_bytes() == b"# caf\xe9\n"


def test_half_a_character_is_refused_not_written(studio: Open) -> None:
    reply = httpx.post(
        f"{studio.url}api/save", content=json.dumps({"path": "a.promo", "text": "\ud800", "seen": ""}),
        headers={"origin": f"http://{studio.host}", "content-type": "application/json"},
    )  # fmt: skip
    assert reply.status_code == 422
    assert not (studio.folder / "a.promo").exists()


# Revisions


def git(folder: Path, *args: str) -> None:
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", *who, *args], cwd=folder, check=True, capture_output=True)


def test_a_draft_is_compared_with_a_revision(studio: Open) -> None:
    git(studio.folder, "init", "-q")
    git(studio.folder, "add", ".")
    git(studio.folder, "commit", "-qm", "Summer as it was")
    (studio.folder / SUMMER).write_text(CARDS.replace("3.00 off", "5.00 off"), encoding="utf-8")
    ask(studio, "folder")  # has a look at what has changed
    told = ask(studio, "revisions").json()["revisions"]
    assert [one["says"] for one in told] == ["Summer as it was"]
    asked = {"revision": told[0]["name"], "basket": basket(("TEA-1", 3))}
    answer = ask(studio, "compare", asked).json()
    assert (answer["old"]["quote"]["total"], answer["new"]["quote"]["total"]) == ("24.00", "22.00")
    for wrong in ("--help", "nothing", "HEAD:..", "-c"):
        assert ask(studio, "compare", {**asked, "revision": wrong}).status_code == 422


def test_a_folder_without_git_has_no_revisions(studio: Open) -> None:
    assert ask(studio, "revisions").json() == {"revisions": []}
