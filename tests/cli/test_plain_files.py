"""No command reads or rewrites a pipe, a device, or a file that a link leads to outside the folder of rules."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pricing.examples import ExampleError
from pricing.examples import load as load_examples
from pricing.language.loading.load import load_folder
from pricing.language.loading.plain import Unfit, read_plain, write_whole
from tests.cli.conftest import RULES, Run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with a name"),
]

BAD = RULES.replace("  stores      nova-home", "stores: nova-home")
"""Has a safe fix, and a layout to put right."""


@pytest.fixture
def odd(folder: Path) -> Path:
    """The folder, with a pipe, a device and a link out of it among its rules and examples."""
    (folder / "outside.promo").write_text(BAD.replace("summer", "outside"), encoding="utf-8")
    (folder / "outside.examples.md").write_text("## A\n\n```cart\n{}\n```\n", encoding="utf-8")
    campaigns = folder / "rules" / "campaigns"
    for ending in ("promo", "examples.md"):
        os.mkfifo(campaigns / f"pipe.{ending}")
        (campaigns / f"zero.{ending}").symlink_to("/dev/zero")
        (campaigns / f"link.{ending}").symlink_to(folder / f"outside.{ending}")
    return folder


def texts(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.glob("outside.*")}


def test_fmt_leaves_them_as_they_are(odd: Path, pricing: Run) -> None:
    before = texts(odd)
    done = pricing("fmt", "rules")
    assert done.returncode == 1
    assert done.stderr.splitlines()[:3] == [
        "rules/campaigns/link.promo: left as it is: it is a link that leads out of its folder",
        "rules/campaigns/pipe.promo: left as it is: it is not a regular file",
        "rules/campaigns/zero.promo: left as it is: it is a link that leads out of its folder",
    ]
    assert texts(odd) == before
    assert "left as it is" in pricing("fmt", "rules/campaigns/link.promo").stderr
    assert texts(odd) == before


def test_check_and_quote_tell_them(odd: Path, pricing: Run) -> None:
    before = texts(odd)
    for args in (["check", "rules"], ["check", "rules", "--fix"], ["quote", "cart.json"]):
        done = pricing(*args)
        assert done.returncode == 1
        assert (done.stdout + done.stderr).count("P0131") == 3
    assert texts(odd) == before


def test_examples_are_not_read_through_them(odd: Path, pricing: Run) -> None:
    before = texts(odd)
    for args in (["test", "rules"], ["test", "rules", "--update"]):
        done = pricing(*args)
        assert done.returncode == 1
        assert done.stderr.count("not read, for it is") == 3
    assert texts(odd) == before


def test_a_card_is_not_put_behind_a_link_that_leads_out(odd: Path, pricing: Run) -> None:
    before = texts(odd)
    done = pricing("new", "promo", "code", "--in", "rules/campaigns/link.promo")
    assert done.returncode == 2 and "leads out of its folder" in done.stderr
    assert texts(odd) == before


def test_links_inside_the_folder_are_followed(folder: Path, pricing: Run) -> None:
    """As where a cluster shows a folder: each name is a link to the version of the day."""
    inside = folder / "rules" / "campaigns"
    (inside / "..today").mkdir()
    (inside / "summer.promo").rename(inside / "..today" / "summer.promo")
    (inside / "summer.promo").symlink_to("..today/summer.promo")
    (folder / "linked").symlink_to("rules")
    for name in ("rules", "linked"):
        loaded = load_folder(folder / name)
        assert loaded.report() == "" and len(loaded.partial.rules) == 2
    (inside / "..today" / "summer.promo").write_text(RULES.replace("    currency", "  currency"), encoding="utf-8")
    assert pricing("fmt", "rules").returncode == 0
    assert (inside / "summer.promo").is_symlink()


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.promo").write_bytes(b"x" * 2_000_001)
    with pytest.raises(Unfit, match="it is larger than 2 MB"):
        read_plain(tmp_path / "a.promo", largest=2_000_000)
    assert len(read_plain(tmp_path / "a.promo")) == 2_000_001
    (tmp_path / "device.examples.md").symlink_to("/dev/zero")
    with pytest.raises(ExampleError, match="leads out"):
        load_examples(tmp_path / "device.examples.md")


def test_a_device_as_a_cart_is_refused(pricing: Run) -> None:
    done = pricing("quote", "/dev/zero")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: /dev/zero: this is larger than 100 MB, which no cart is\n"


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "a.promo"
    file.write_text("old")
    file.chmod(0o640)
    write_whole(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "no folder" / "a.promo", b"new")
    assert [found.name for found in tmp_path.iterdir()] == ["a.promo"]
