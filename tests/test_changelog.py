"""What the next release will say: fragments are gathered, stars first; and one version."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pricing
from tests.pages import ROOT, read

FOLDER = ROOT / "changelog.d"


COLLECT = runpy.run_path(str(FOLDER / "collect.py"))


def test_a_star_begins_its_item() -> None:
    """A heading would break the list, and a star inside an item would be overlooked."""
    for item in COLLECT["items"](FOLDER):
        assert re.match(r"- (★ )?[^\s#★-]", item), item
        assert item.count("★") == item.startswith("- ★ "), item


def test_fragments_are_gathered_under_a_heading(tmp_path: Path) -> None:
    folder, changes = tmp_path / "changelog.d", tmp_path / "CHANGELOG.md"
    folder.mkdir()
    (folder / "README.md").write_text("# Not this one\n", "utf-8")
    (folder / "b.md").write_text("- Colours,\n  of\n  all kinds.\n- Hats.\n", "utf-8")
    (folder / "c.md").write_text("Faster.\n\n★ Half a cent less,\nsometimes.\n", "utf-8")
    changes.write_text("# Changes\n\nA star.\n\n## 1.0\n\n- First.\n", "utf-8")
    COLLECT["collect"]("1.1 (today)", folder, changes)
    assert changes.read_text("utf-8") == (
        "# Changes\n\nA star.\n\n## 1.1 (today)\n\n- ★ Half a cent less,\n  sometimes.\n"
        "- Colours,\n  of\n  all kinds.\n- Hats.\n- Faster.\n\n## 1.0\n\n- First.\n"
    )
    assert [path.name for path in folder.glob("*.md")] == ["README.md"]


def test_the_version_is_said_once() -> None:
    """In `pricing/__init__.py`; the build reads it there, and the editor's extension has the same."""
    assert "\nversion = " not in read("pyproject.toml").split("[tool.")[0]
    assert json.loads(read("pricing/editor/vscode/package.json"))["version"] == pricing.__version__
    assert f"\n## {pricing.__version__} " in read("CHANGELOG.md")
