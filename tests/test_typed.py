"""What editors and type checkers say to those who use the library: nothing, in their strictest mode."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import pricing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
FILE = ROOT / "tests" / "typed" / "public_names.py"


def test_the_file_uses_every_public_name() -> None:
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "pricing"
        for name in node.names
    }
    assert imported == set(pricing.__all__)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used


def test_pyright_has_nothing_to_say(tmp_path: Path) -> None:
    config = tmp_path / "pyrightconfig.json"
    config.write_text(
        json.dumps(
            {
                "include": [str(FILE)],
                "extraPaths": [str(ROOT)],
                "stubPath": str(ROOT / "typings"),
                "typeCheckingMode": "strict",
                "pythonVersion": "3.11",
            }
        )
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "basedpyright",
            "--project",
            str(config),
            "--pythonpath",
            sys.executable,
            "--outputjson",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    assert [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in report["generalDiagnostics"]] == []


def test_mypy_has_nothing_to_say() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(FILE)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout
