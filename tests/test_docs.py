"""What docstrings cite is there: sections of the pages, modules, names; and the tables that are written from the source."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pricing.language.vocabulary import table
from tests.pages import DOCS, ROOT, anchors, read, section, written

PACKAGE = ROOT / "pricing"
TREES = ("pricing", "tests", "benchmarks")


def sources() -> list[Path]:
    return sorted(found for tree in TREES for found in (ROOT / tree).rglob("*.py"))


# Sections -------------------------------------------------------------------------------------------------------------

CITED = re.compile(r"\bSPEC(?:'s)?(?:,)?\s+(?:sections?\s+)?((?:\d(?:\.\d)?(?:,\s+|\s+and\s+|\s+to\s+)?)+)")


def sections_of(text: str) -> set[str]:
    """`4`, and `4.3` for the third numbered item below it."""
    found: set[str] = set()
    number = ""
    for line in text.splitlines():
        heading = re.match(r"## (\d+)\. ", line)
        number = heading[1] if heading else number
        item = re.match(r"(\d+)\. ", line)
        found |= {number} if heading else set()
        found |= {f"{number}.{item[1]}"} if item else set()
    return found


def test_every_section_that_is_cited_exists() -> None:
    there = sections_of(read("docs/spec.md"))
    assert {"1", "4.6", "5.6", "6.5", "8"} <= there
    missing = []
    cited = 0
    for path in [*sources(), *DOCS.glob("*.md"), *(ROOT / "pricing").rglob("*.md")]:
        for found in CITED.finditer(path.read_text(encoding="utf-8")):
            for number in re.findall(r"\d(?:\.\d)?", found[1]):
                cited += 1
                if number not in there:
                    missing.append(f"{path.relative_to(ROOT)}: SPEC {number}")
    assert missing == []
    assert cited > 100


def test_pages_are_cited_by_a_name_that_exists() -> None:
    """What is quoted behind the name of a page is a heading of it."""
    cited = re.compile(r'\b(SPEC|LANGUAGE|INTERFACE):? \(?"([^"\n]+)"')
    for path in sources():
        for name, heading in cited.findall(path.read_text(encoding="utf-8")):
            named = rf"^## {re.escape(heading)}(?: \(.*\))?$"
            assert re.search(named, read(f"docs/{name.lower()}.md"), re.MULTILINE), f"{path}: {heading}"


# Names ----------------------------------------------------------------------------------------------------------------


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Of modules, classes and functions, and the texts below constants and fields."""
    for node in ast.walk(tree):
        for part in getattr(node, "body", ()) if not isinstance(node, ast.Lambda | ast.IfExp) else ():
            value = part.value if isinstance(part, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


@cache
def names() -> frozenset[str]:
    """All names that the source has: definitions, arguments, attributes, imports, keywords, and words within strings."""
    found: set[str] = set(dir(builtins))
    for path in sources():
        text = path.read_text(encoding="utf-8")
        found.add(path.stem)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.alias):
                found |= set(node.name.split("."))
            elif isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
    for script in PACKAGE.rglob("*.sql"):  # tables and columns
        found |= set(re.findall(r"\w+", script.read_text(encoding="utf-8")))
    return frozenset(found)


PATH = re.compile(r"[\w./-]+\.(?:py|md|lark|txt|json|csv|promo|toml)")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(.*\))?")


@cache
def files() -> frozenset[str]:
    tops = ("pricing", "tests", "benchmarks", "docs", "rules")
    return frozenset(
        f"/{found.relative_to(ROOT)}" for top in tops for found in (ROOT / top).rglob("*") if found.is_file()
    )


def stands(cited: str) -> bool:
    """Whether a file, a module or a name that is cited in back quotes is there; of anything else we do not ask."""
    if cited in OTHERS:
        return True
    if PATH.fullmatch(cited):
        return any(name.endswith(f"/{cited}") for name in files())
    if NAME.fullmatch(cited) and ("." in cited or "(" in cited or "_" in cited or cited != cited.lower()):
        return set(cited.partition("(")[0].split(".")) <= names()
    return True


OTHERS = {
    "campaigns/a.promo": "an example's file",
    "NNNN_name.sql": "how migrations are called",
    "schema_version": "a table of the ledger that no script makes",
    "from_sub_units": "py-money's",
    "sub_units": "py-money's",
    "object.__setattr__": "Python's",
    "pygments.lexers": "an entry point's group",
    "Los_Angeles": "part of a zone's name",
    "D": "the language page's sign for a date",
    "V": "the language page's sign for an amount or a share",
    "REVISION": "what is typed in its place",
}
"""What looks like a name or a path of ours, and whose it is."""


def test_what_is_cited_in_back_quotes_is_there() -> None:
    missing = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for text in docstrings(ast.parse(path.read_text(encoding="utf-8"))):
            for cited in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text):
                if not stands(cited):
                    missing.append(f"{path.relative_to(ROOT)}: {cited}")
    assert missing == []


# Links ----------------------------------------------------------------------------------------------------------------

PAGES = ["README.md", "CONTRIBUTING.md", "rules/README.md", "benchmarks/README.md"]
PAGES += sorted(f"docs/{found.name}" for found in DOCS.glob("*.md"))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    text = re.sub(r"^```.*?^```$", "", read(name), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        place, _, anchor = target.partition("#")
        page = (ROOT / name).parent / place if place else ROOT / name
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page.read_text(encoding="utf-8")), target


def test_every_page_is_on_the_list_of_pages() -> None:
    told = read("docs/README.md")
    pages = {found.name for found in DOCS.glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in told} == set()


# Tables written from the source -----------------------------------------------------------------------------------------


def test_the_words_are_those_of_the_vocabulary(update: bool) -> None:
    assert written("docs/words.md", "words", table(), update=update), "run pytest tests/test_docs.py --update"


def test_the_lemmas_are_those_of_the_docstrings(update: bool) -> None:
    rows = ["| lemma | file | how it begins |\n|---|---|---|\n"]
    for path in sorted((PACKAGE / "engine").rglob("*.py")):
        for text in docstrings(ast.parse(path.read_text(encoding="utf-8"))):
            for paragraph in re.split(r"\n\s*\n", text):
                for name, said in re.findall(r"Lemma \(([\w ]+)\):\s+(.*?)(?=Lemma \(|\Z)", paragraph, re.DOTALL):
                    first, _, rest = " ".join(said.split()).partition(". ")
                    rows.append(
                        f"| {name} | `{path.relative_to(PACKAGE)}` | {first.rstrip('.:')}{' …' if rest else ''} |\n"
                    )
    assert written("docs/search.md", "lemmas", "".join(rows), update=update), "run pytest tests/test_docs.py --update"


def test_each_lemma_is_worth_something() -> None:
    """What it rests under, or what is done without it, is measured and told."""
    page = read("docs/search.md")
    lemmas = re.findall(r"^\| ([\w ]+) \| `engine/", page, re.MULTILINE)
    told = section(page, "Switches")
    assert [name for name in lemmas if not re.search(rf"\b{name}\b", told)] == []
