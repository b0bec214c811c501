"""The recipes of the editors' page work as they stand, where the editor is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "pricing" / "editor" / "README.md").read_text(encoding="utf-8")
NVIM = os.environ.get("PRICING_NVIM") or shutil.which("nvim")
HEAD = 'campaign a "A"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n\n'
RULES = HEAD + 'store discount b "B"\n  store x\n'


def block(language: str) -> str:
    (found,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE)
    return str(found)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with an environment of its own, whose `pricing` is this checkout's."""
    (tmp_path / "rules" / "campaigns").mkdir(parents=True)
    (tmp_path / "rules" / "policy.promo").write_text("policy house\n")
    (tmp_path / "rules" / "campaigns" / "a.promo").write_text(RULES)
    program = tmp_path / ".venv" / "bin" / "pricing"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -m pricing.cli "$@"\n')
    program.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(NVIM is None, reason="there is no nvim here; PRICING_NVIM names one")
def test_neovim_shows_what_is_wrong(shop: Path) -> None:
    pytest.importorskip("pygls")
    (shop / "init.lua").write_text(block("lua"))
    ask = (
        "lua vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end); "
        "for _, found in ipairs(vim.diagnostic.get(0)) do io.stdout:write(found.message) end"
    )
    assert NVIM is not None
    done = subprocess.run(
        [NVIM, "--headless", "--clean", "-u", str(shop / "init.lua"), "rules/campaigns/a.promo", "-c", ask, "-c", "qa!"],
        cwd=shop, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert 'A line cannot begin with "store".' in done.stdout + done.stderr


def test_helix_names_what_it_takes() -> None:
    """Helix refuses a language with a field that it does not know, or without one of three (its `LanguageConfiguration`)."""
    made = tomllib.loads(block("toml"))
    (language,) = made["language"]
    needed = {"name", "scope", "file-types"}
    assert needed <= set(language)
    assert set(language) - needed == {"comment-token", "indent", "roots", "language-servers", "auto-format"}
    assert set(language["indent"]) == {"tab-width", "unit"} and 0 < language["indent"]["tab-width"] <= 16
    assert language["language-servers"] == list(made["language-server"])
    assert made["language-server"]["promo"] == {"command": "pricing", "args": ["lsp"]}


def test_no_recipe_starts_a_python_that_may_be_another_one() -> None:
    assert "python3" not in PAGE
    package = json.loads((ROOT / "pricing" / "editor" / "vscode" / "package.json").read_text())
    assert package["contributes"]["configuration"]["properties"]["promo.command"]["default"] == []


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_the_extension_finds_the_program_of_the_workspace(shop: Path, tmp_path: Path) -> None:
    script = f"""
const Module = require("module");
const started = [];
const stand = {{
  vscode: {{ workspace: {{ getConfiguration: () => ({{ get: () => [] }}), createFileSystemWatcher: () => null,
    workspaceFolders: [{{ uri: {{ fsPath: {json.dumps(str(shop))} }} }}] }} }},
  "vscode-languageclient/node": {{
    LanguageClient: class {{ constructor(a, b, server) {{ started.push(server); }} start() {{}} }} }},
}};
const load = Module._load;
Module._load = (name, ...rest) => stand[name] ?? load(name, ...rest);
require({json.dumps(str(ROOT / "pricing/editor/vscode/extension.js"))}).activate();
console.log(JSON.stringify(started[0]));
"""
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == {"command": str(shop / ".venv/bin/pricing"), "args": ["lsp"]}


@pytest.mark.slow
def test_one_command_packs_the_extension(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here")
    assert "npm run vsix" in PAGE
    folder = tmp_path / "vscode"
    shutil.copytree(ROOT / "pricing" / "editor" / "vscode", folder)
    done = subprocess.run(
        [npm, "run", "vsix"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode and re.search("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|E40[134]", done.stdout + done.stderr):
        pytest.skip("npm does not reach its registry here")
    assert not done.returncode, done.stdout + done.stderr
    with zipfile.ZipFile(folder / "promo-rules.vsix") as packed:
        names = set(packed.namelist())
        assert {"extension/extension.js", "extension/syntaxes/promo.tmLanguage.json"} <= names
        assert any(name.startswith("extension/node_modules/vscode-languageclient/") for name in names)
        assert json.loads(packed.read("extension/package.json"))["name"] == "promo-rules"
