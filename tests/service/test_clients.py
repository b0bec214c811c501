"""Checkouts in other languages against the real server, from product page to refund, on both databases.

`npm install && npm run generate && npm run build` in docs/clients/typescript makes its files anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.postgres import Server
from pricing.api import Engine
from pricing.ledger import Ledger
from pricing.service.access import tokens_of
from pricing.service.openapi import page
from pricing.service.settings import Settings
from tests.pages import ROOT
from tests.service.conftest import running

AT = "2026-06-20T18:30:00-07:00"
TOKEN = "a-token-for-checkouts"
CLIENT = ROOT / "docs/clients/typescript"
PAGE = ROOT / "docs/schemas/openapi.json"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo shop with a ledger."""
    place = str(tmp_path_factory.mktemp("ledger") / "ledger.db")
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        place = server.database()
    engine = Engine.load(ROOT / "rules")
    Ledger(place, engine, migrate=True).close()
    tokens = tokens_of(f"{TOKEN} quote ledger")
    settings = Settings(str(ROOT / "rules"), place, tokens=tokens, now=datetime.fromisoformat(AT), watch=0)
    with running(settings) as (http, _):
        yield str(http.base_url)
    with Ledger(place, engine) as books:
        assert books.verify() == ()


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_a_checkout_in_typescript(url: str) -> None:
    told = run("node", str(CLIENT / "checkout.js"), url, "ann", AT, TOKEN)
    assert "no more comes back than was bought" in told


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_a_checkout_in_plain_curl(url: str) -> None:
    told = run("sh", str(ROOT / "docs/clients/checkout.sh"), url, "bob", AT, TOKEN)
    assert told.splitlines()[-1] == "all of it came back"


def test_the_page_in_the_repository_is_that_of_the_service(update: bool) -> None:
    wanted = json.dumps(page("0"), indent=1, ensure_ascii=False) + "\n"
    if update:
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted, "run pytest tests/service/test_clients.py --update"


def test_the_types_are_generated_of_that_page() -> None:
    first = (CLIENT / "service.d.ts").read_text(encoding="utf-8").split("\n", 1)[0]
    digest = hashlib.sha256(PAGE.read_bytes()).hexdigest()
    assert first == f"// Of openapi.json {digest}", "see this file's docstring"


@pytest.mark.skipif(
    not (CLIENT / "node_modules/typescript").is_dir(), reason="TypeScript is not installed beside the client"
)
def test_the_typescript_is_sound_and_was_compiled(tmp_path: Path) -> None:
    run("node", str(CLIENT / "node_modules/typescript/bin/tsc"), "--project", str(CLIENT), "--outDir", str(tmp_path))
    for name in ("client.js", "checkout.js"):
        assert (tmp_path / name).read_text(encoding="utf-8") == (CLIENT / name).read_text(encoding="utf-8")
