"""Commands keep loaded rules where the user says, say when that cannot be, and show how far reading has come."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pricing.cli import loading, talk
from tests.cli.conftest import Run

pytestmark = pytest.mark.slow


def test_commands_keep_rules_and_say_the_same_again(pricing: Run, folder: Path) -> None:
    env = {"PRICING_CACHE": str(folder / "kept")}
    plain = pricing("quote", "cart.json", "--json")
    for _ in range(2):
        assert pricing("quote", "cart.json", "--json", env=env).stdout == plain.stdout
    assert len(list((folder / "kept").glob("*/folder"))) == 1
    (folder / "rules/campaigns/summer.promo").write_text("campaign x\n  valid\n", encoding="utf-8")
    plain = pricing("check")
    for _ in range(2):
        done = pricing("check", env=env)
        assert (done.stdout, done.returncode) == (plain.stdout, 1)


def test_a_cache_that_others_can_write_to_is_told(pricing: Run, folder: Path) -> None:
    (folder / "kept").mkdir()
    (folder / "kept").chmod(0o777)
    done = pricing("check", env={"PRICING_CACHE": "kept"})
    assert done.returncode == 0
    assert "The cache kept is not used: others can write to it." in done.stderr


def test_where_rules_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICING_CACHE", "")
    assert loading.cache_folder() is None
    monkeypatch.setenv("PRICING_CACHE", "/some/where")
    assert loading.cache_folder() == Path("/some/where")
    monkeypatch.delenv("PRICING_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert loading.cache_folder() == Path("/caches/pricing")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert loading.cache_folder() == Path("/home/somebody/.cache/pricing")


@pytest.mark.parametrize("patience", [0, 60])
def test_a_bar_while_rules_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch, patience: int) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setattr(talk, "PATIENCE", patience)
    loading.load(folder / "rules")
    assert ("Reading rules" in shown.getvalue()) == (patience == 0)
    assert ("100%" in shown.getvalue()) == (patience == 0)
