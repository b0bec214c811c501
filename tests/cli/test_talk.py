"""The progress bar shows itself only to somebody who waits and looks."""

from __future__ import annotations

import io

import pytest

from pricing.cli import talk


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watch(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Makes stderr a terminal, stdout none, and patience short. Not a fixture: pytest sets both anew for each test."""
    made = Terminal()
    monkeypatch.setattr("sys.stderr", made)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    monkeypatch.setattr(talk, "PATIENCE", 0)
    return made


def test_the_bar_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch)
    with talk.Progress(400) as progress:
        for _ in range(4):
            progress.advance(100)
    assert "Pricing" in terminal.getvalue() and "100%" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")


def test_a_complaint_has_a_line_of_its_own_and_the_bar_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch)
    with talk.Progress(400) as progress:
        progress.advance(100)
        progress.clear()
        talk.complain("carts.jsonl:2", "is empty @ lines[0].sku")
        progress.advance(300)
    assert "\n\x1b[31m\x1b[1merror:\x1b[0m carts.jsonl:2: is empty @ lines[0].sku\n" in terminal.getvalue()
    assert "100%" in terminal.getvalue()


@pytest.mark.parametrize("total", [None, 0])
def test_no_bar_without_a_total(monkeypatch: pytest.MonkeyPatch, total: int | None) -> None:
    terminal = watch(monkeypatch)
    with talk.Progress(total) as progress:
        progress.advance(100)
    assert terminal.getvalue() == ""


def test_no_bar_for_those_who_need_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch)
    monkeypatch.setattr(talk, "PATIENCE", 60)
    with talk.Progress(400) as progress:
        progress.advance(400)
    assert terminal.getvalue() == ""


def test_no_bar_between_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch)
    monkeypatch.setattr("sys.stdout", Terminal())
    with talk.Progress(400) as progress:
        progress.advance(400)
    assert terminal.getvalue() == ""


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody looks at a bar, and where it is not known how much there is."""
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    for total, said in ((4_000_000, ["Pricing: 25% after 10 s", "Pricing: 50% after 20 s"]),
                        (None, ["Pricing: 1.0 MB after 10 s", "Pricing: 2.0 MB after 20 s"])):  # fmt: skip
        log = io.StringIO()
        monkeypatch.setattr("sys.stderr", log)
        monkeypatch.setattr("sys.stdout", io.StringIO())
        clock[0] = 0.0
        with talk.Progress(total) as progress:
            for second in (9, 10, 19, 20):
                clock[0] = second
                progress.advance(1_000_000 if second in (10, 20) else 0)
        assert log.getvalue().splitlines() == said
