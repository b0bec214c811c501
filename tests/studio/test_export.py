"""The studio as plain files: what is written, and that the Python in it prices as this one does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pricing import Cart, Engine
from pricing.cli import run
from pricing.studio.export import LOCK, PYTHON, export
from pricing.studio.folder import NotDone
from tests.pages import ROOT

RULES = ROOT / "rules"
CART = json.loads((RULES / "demo" / "cart.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pretended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like pyodide's."""
    folder = tmp_path_factory.mktemp("pyodide")
    for file in PYTHON:
        (folder / file).write_bytes(b"//")
    (folder / LOCK).write_text('{"info": {"abi_version": "1"}, "packages": {"numpy": {}}}')
    return folder


def test_its_python_alone_prices_as_this_one_does(pretended: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert export(RULES, site, "shop", pretended).size == sum(file.stat().st_size for file in site.iterdir())
    with zipfile.ZipFile(site / "engine.zip") as packed:
        packed.extractall(tmp_path / "engine")
    zones = str(site / "zones.zip")
    asked = json.dumps({"basket": CART, "why": "all"})
    program = (
        "import json, sys; sys.path[:0] = [sys.argv[1], sys.argv[3]]; from pricing.studio.alone import Alone; "
        "site = json.load(open(sys.argv[2], encoding='utf-8')); print(Alone(site).ask_json('price', sys.stdin.read()))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(tmp_path / "engine"), str(site / "rules.json"), zones],
        input=asked, capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout)["quote"]["total"] == str(Engine.load(RULES).quote(Cart.from_dict(CART)).total.amount)


def test_the_same_rules_give_the_same_bytes(pretended: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        export(RULES, tmp_path / name, "shop", pretended)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes(), file.name


def test_what_cannot_be_done_is_told_and_nothing_written_over(pretended: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(NotDone, match="full is not an empty folder"):
        export(RULES, tmp_path / "full", pyodide=pretended)
    with pytest.raises(NotDone, match=r"does not hold pyodide\.mjs"):
        export(RULES, tmp_path / "new", pyodide=tmp_path)
    assert not (tmp_path / "new").exists()
    assert [file.name for file in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_the_command_line_writes_it(pretended: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = str(tmp_path / "site")
    asked = ["studio", str(RULES), "--export", site, "--pyodide", str(pretended)]
    assert run(asked) == 0
    assert f"Wrote {site}: " in capsys.readouterr().err
    assert run(asked) == 1
    assert f"{site} is not an empty folder" in capsys.readouterr().err
    page = (Path(site) / "index.html").read_text()
    assert page.index("alone.js") < page.index("studio.js") and "wasm-unsafe-eval" in page


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a real site, with pyodide from npm."""
    try:
        export(RULES, tmp_path / "site", "shop")
    except NotDone as error:
        pytest.skip(f"no browser's Python here: {error}")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "site")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_prices_without_a_server(served: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium here")
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync"
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=chromium, args=flags.split())
        page = browser.new_page()
        page.goto(served)
        asked = "cart => pricingDesk('price', {basket: cart, why: 'none'}).then(answer => answer.quote.total)"
        assert page.evaluate(asked, CART) == str(Engine.load(RULES).quote(Cart.from_dict(CART)).total.amount)
        assert page.evaluate("pricingDesk('folder', {}).then(answer => answer.can.save)") is False
        refused = "pricingDesk('nothing', {}).then(() => '', error => error.answer.error)"
        assert page.evaluate(refused) == "there is no question 'nothing'"
        browser.close()
