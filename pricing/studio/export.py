"""`pricing studio --export DIR`: the studio as a folder of plain files, in which the engine runs in the browser itself.

Reads the folder of rules, the page as it is built, this program's own source and that of the few packages it imports; takes
the browser's Python (pyodide) from a folder or from npm. Whatever serves files can serve the result; nothing is asked of it
but files.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from attrs import frozen

from pricing.studio.folder import NotDone, TextFolder

PYODIDE = "314.0.7"
"""The version that this was tried with."""
PYTHON = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
"""Its files that a page needs."""
LOCK = "pyodide-lock.json"
PACKAGES = ("attr", "attrs", "lark", "money", "pricing")
"""What the engine imports. py-money's own import, babel, is ten times as large as all these, and only prints."""
PAGE = Path(__file__).parent / "page"
STARTING = '<script type="module" src="studio.js"></script>'
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_BABEL = "def format_currency(*_, **__):\n    raise NotImplementedError('amounts are printed without babel here')\n"
_LEFT_OUT = frozenset({
    "lark/__pyinstaller", "lark/tools", "pricing/adapters", "pricing/cli", "pricing/client.py",
    "pricing/ledger", "pricing/mcp.py", "pricing/service", "pricing/studio/page", "pricing/studio/app.py",
    "pricing/studio/books.py", "pricing/studio/build.py", "pricing/studio/clerk.py", "pricing/studio/export.py",
    "pricing/studio/folder.py",
})  # fmt: skip
"""What no question of the page needs: it would only be loaded and unpacked."""


@frozen
class Site:
    """What was written."""

    size: int
    """Bytes of all files."""
    is_compiled: bool
    """Whether its Python is compiled; if not, for want of Node.js, the browser does that at each start: seconds more."""


def export(root: Path, place: Path, name: str = "", pyodide: Path | None = None) -> Site:
    """Writes the site into `place`, a folder that is new or empty. Raises NotDone with a sentence.

    The same rules and the same programs give the same bytes.
    """
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise NotDone(f"{place} is not an empty folder")
    texts = TextFolder(root).texts()
    with tempfile.TemporaryDirectory() as spare:
        python = pyodide if pyodide is not None else _from_npm(Path(spare))
        if lost := [file for file in (*PYTHON, LOCK) if not (python / file).is_file()]:
            raise NotDone(f"{python} does not hold {lost[0]}: it is not the folder of pyodide {PYODIDE}")
        place.mkdir(parents=True, exist_ok=True)
        for file in PYTHON:
            shutil.copyfile(python / file, place / file)
        lock = json.loads((python / LOCK).read_text(encoding="utf-8"))
    # No package is loaded by its name, so none has to be looked up.
    (place / LOCK).write_text(json.dumps({**lock, "packages": {}}), encoding="utf-8")
    for file in ("studio.js", "studio.css"):
        shutil.copyfile(PAGE / "built" / file, place / file)
    for file in ("alone.js", "worker.js"):
        shutil.copyfile(PAGE / "alone" / file, place / file)
    page = (PAGE / "built" / "index.html").read_text(encoding="utf-8")
    rules = f'<meta http-equiv="content-security-policy" content="{POLICY}">'
    page = page.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{rules}', 1)
    page = page.replace(STARTING, f'<script type="module" src="alone.js"></script>\n{STARTING}', 1)
    (place / "index.html").write_text(page, encoding="utf-8")
    site = {"name": name or root.resolve().name, "texts": texts}
    (place / "rules.json").write_text(json.dumps(site, ensure_ascii=False), encoding="utf-8", errors="replace")
    _pack(place / "engine.zip", _sources())
    _pack(place / "zones.zip", _package("tzdata", everything=True))
    is_compiled = _compile(place)
    return Site(sum(file.stat().st_size for file in place.iterdir()), is_compiled)


def _from_npm(spare: Path) -> Path:
    """The browser's Python, by this machine's npm."""
    npm = shutil.which("npm")
    what = f"the browser's Python is missing: --pyodide FOLDER names one that holds pyodide {PYODIDE}"
    if npm is None:
        raise NotDone(f"{what}, or install Node.js, whose npm brings it")
    wanted = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(spare), f"pyodide@{PYODIDE}"]
    done = subprocess.run([npm, *wanted], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        told = (done.stderr.strip().splitlines() or ["it says nothing"])[0]
        raise NotDone(f"{what}; npm could not bring it: {told}")
    return spare / "node_modules" / "pyodide"


def _compile(place: Path) -> bool:
    """Compiles the Python of a site by the Python of that site, under Node.js: two thirds of a start are spent so else."""
    node = shutil.which("node")
    if node is None:
        return False
    archives = [place / "engine.zip", place / "python_stdlib.zip"]
    command = [node, *map(str, (PAGE / "alone" / "compile.mjs", place.absolute(), *archives))]
    done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return not done.returncode


def _pack(place: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """An archive of some files, in the order of their names."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, data in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED, 9)


def _sources() -> Iterator[tuple[str, bytes]]:
    """All the Python that the page's worker needs, as source."""
    yield "babel/__init__.py", b""
    yield "babel/numbers.py", _BABEL.encode()
    for name in PACKAGES:
        yield from _package(name)


def _package(name: str, everything: bool = False) -> Iterator[tuple[str, bytes]]:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise NotDone(f"the package {name} is not installed here")
    yield from _files(Path(found.submodule_search_locations[0]), name, everything)


def _files(folder: Path | Traversable, name: str, everything: bool) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        path = f"{name}/{item.name}"
        if path in _LEFT_OUT or item.name == "__pycache__":
            continue
        if item.is_dir():
            yield from _files(item, path, everything)
        elif everything or item.name.endswith((".py", ".lark", ".md")):
            yield path, item.read_bytes()
