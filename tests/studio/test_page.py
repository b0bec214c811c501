"""The page's source and its bundle: no text is missing, nothing is read as HTML, and what is committed is what is built."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest

from pricing.model.reason import Reason
from pricing.studio.build import PAGE, build

SOURCE = PAGE / "src"
SCRIPTS = sorted(SOURCE.glob("*.js"))
TEXTS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((SOURCE / "texts").glob("*.json"))}
MOST = 400_000
"""Bytes of the page, compressed."""


def used_keys() -> set[str]:
    """Keys that the scripts name in full."""
    text = "".join(file.read_text(encoding="utf-8") for file in SCRIPTS)
    return set(re.findall(r'\bt\(\s*"([\w.-]+)"', text))


def test_the_languages_are_those_that_were_promised() -> None:
    assert sorted(TEXTS) == ["de", "en", "es"]


@pytest.mark.parametrize("language", TEXTS)
def test_no_text_is_missing_and_each_fills_in_the_same(language: str) -> None:
    mine, english = TEXTS[language], TEXTS["en"]
    assert list(mine) == list(english)
    for key, text in english.items():
        assert text.strip() and mine[key].strip(), key
        assert set(re.findall(r"\{\w+\}", mine[key])) == set(re.findall(r"\{\w+\}", text)), key


def test_every_text_that_is_used_exists() -> None:
    known = {key.removesuffix(".one").removesuffix(".other") for key in TEXTS["en"]}
    assert used_keys() - known == set()
    assert {f"why.{reason}" for reason in Reason} - known == set()


def test_nothing_is_read_as_html() -> None:
    for file in SCRIPTS:
        text = file.read_text(encoding="utf-8")
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "srcdoc",
        ):
            assert way not in text, f"{file.name}: {way}"


def test_the_page_is_small_and_fetches_nothing_from_elsewhere() -> None:
    files = sorted((PAGE / "built").iterdir())
    assert [file.name for file in files] == ["index.html", "studio.css", "studio.js"]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < MOST
    addresses = set(re.findall(r"https?://[\w.-]+", "".join(file.read_text(encoding="utf-8") for file in files)))
    assert addresses <= {"http://www.w3.org"}  # names of namespaces


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(not (PAGE / "node_modules").is_dir(), reason="the page's packages are not installed: npm ci")
def test_the_bundle_is_what_its_source_makes(tmp_path: Path) -> None:
    build(tmp_path)
    for file in sorted((PAGE / "built").iterdir()):
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), f"{file.name}: python -m pricing.studio.build"
