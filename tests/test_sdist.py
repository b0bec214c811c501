"""The source distribution is whole: what is unpacked from it has every file of the tree, and its tests can run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.pages import ROOT

pytestmark = pytest.mark.slow

LEFT_OUT = {".gitignore"}
MADE = (
    "node_modules",
    "__pycache__",
    "*.so",
    "*.egg-info",
    "build",
    "dist",
    ".*_cache",
    ".venv",
    ".hypothesis",
    ".benchmarks",
    ".git",
)
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_sdist(sys.argv[1]))"


def run(*command: str, cwd: Path) -> str:
    env = {**os.environ, "PRICING_PURE": "1", "PYTHONPATH": ""}
    done = subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tests_of_a_source_distribution_run(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*MADE))
    there = {path.relative_to(tree) for path in tree.rglob("*") if path.is_file()}
    packed = tmp_path / run("-c", BUILD, str(tmp_path), cwd=tree).splitlines()[-1]
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    missing = {str(path) for path in there if not (unpacked / path).exists()}
    assert missing <= LEFT_OUT
    # All are collected, and two files of them run; assertions need not say what they found.
    told = run("-m", "pytest", "-q", "--assert=plain", "-k", "test_map or test_docs", cwd=unpacked)
    assert re.search(r"\d\d passed.* \d{4,} deselected", told), told
