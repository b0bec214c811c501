"""The levels of the house: the import contracts of pyproject.toml hold, and importing the library stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "pyproject.toml"


def test_the_import_contracts_hold(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(str(PROJECT), no_cache=True) == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_exception_of_a_contract_has_its_reason() -> None:
    lines = PROJECT.read_text(encoding="utf-8").splitlines()
    exceptions = [line for line in lines if line.strip().startswith('"pricing') and " -> " in line]
    contracts = tomllib.loads("\n".join(lines))["tool"]["importlinter"]["contracts"]
    assert len(exceptions) == sum(len(contract.get("ignore_imports", ())) for contract in contracts)
    assert [line for line in exceptions if "  # " not in line] == []


LOOK_INSIDE = {
    "pricing/engine/": "the engine itself",
    "tests/engine/": "tests of its modules",
    "tests/search/": "tests of its modules",
    "tests/settling/": "tests of its modules",
    "tests/matching/": "tests of its modules",
    "tests/hand.py": "what these are made of",
}
"""Who may import from inside the engine, with the reason; everybody else takes what `pricing/engine/__init__.py` offers."""


def test_nobody_passes_the_face_of_the_engine() -> None:
    passed = []
    for tree in ("pricing", "tests", "benchmarks"):
        for file in sorted((ROOT / tree).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if not name.startswith(tuple(LOOK_INSIDE)):
                passed += [f"{name}: {module}" for module in _imported(file) if module.startswith("pricing.engine.")]
    assert passed == []


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "pricing.engine":  # a name of the face, or a module inside it
                yield from (f"pricing.engine.{alias.name}" for alias in node.names if alias.name in INSIDE)


INSIDE = {entry.stem for entry in (ROOT / "pricing/engine").iterdir()}


LATE = (
    "lark",
    "sqlalchemy",
    "sqlite3",
    "xlsxwriter",
    "click",
    "rich",
    "pygls",
    "msgspec",
    "pyarrow",
    "distributed",
    "starlette",
    "httpx",
    "mcp",
)


def test_importing_the_library_is_light() -> None:
    """`from pricing import Engine` loads neither the parser's library nor a database, nor the command line."""
    code = f"import sys, pricing; print([name for name in {LATE} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
