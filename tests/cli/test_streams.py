"""Streams that are closed or full end a command quietly; nothing that a name holds steers a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import command, environment

pytestmark = pytest.mark.slow

ESCAPE = "red\x1b[31m\nx"
"""A name that would colour a terminal and end a line."""


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A command line as a shell runs it; `pricing` stands for this checkout's."""
    program = " ".join(command())
    return subprocess.run(
        ["bash", "-c", line.replace("pricing", program, 1)], cwd=folder, env=environment(), capture_output=True,
        stdin=subprocess.DEVNULL, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("pricing quote cart.json >&-", 0),
        ("pricing quote cart.json --json >&-", 0),
        ("pricing quote cart.json >&- 2>&-", 0),
        ("pricing check rules >&- 2>&- <&-", 0),
        ("pricing fmt rules --diff >&-", 0),
        ("pricing explain TEN >&-", 0),
        ("pricing quote carts.jsonl --jobs 2 >&- 2>&-", 1),
    ],
)
def test_closed_streams_end_quietly(folder: Path, line: str, status: int) -> None:
    done = shell(folder, line)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("line", ["pricing quote - <&-", "pricing fmt - <&-"])
def test_a_closed_standard_input_is_told_when_it_is_asked_for(folder: Path, line: str) -> None:
    done = shell(folder, line)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("Error: The standard input (-) is closed; there is nothing to read.\n")


def test_what_is_printed_never_lands_in_a_file_that_was_opened_meanwhile(folder: Path) -> None:
    """With its stdout closed, a process gives that number to the next file it opens."""
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    shell(folder, "pricing quote cart.json carts.jsonl >&- 2>&-")
    shell(folder, "pricing check rules --fix >&- 2>&-")
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_told_in_one_line(folder: Path) -> None:
    done = shell(folder, "pricing quote cart.json > /dev/full")
    assert (done.returncode, done.stderr) == (
        1, "Error: the output cannot be written: No space left on device\n",
    )  # fmt: skip


def on_a_terminal(folder: Path, *args: str) -> str:
    """All that a command prints on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*args), cwd=folder, env={**environment(), "TERM": "dumb", "NO_COLOR": "1"}, stdin=theirs, stdout=theirs,
        stderr=theirs,
    ) as running:  # fmt: skip
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                more = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not more:
                break
            seen += more
        running.wait(60)
    os.close(ours)
    return seen.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize(
    "args",
    [
        ["quote", f"{ESCAPE}.json"],
        ["quote", f"{ESCAPE}-missing.json"],
        ["quote", "cart.json", "--rules", ESCAPE],
        ["quote", "cart.json", "--rules", f"{ESCAPE}-missing"],
        ["quote", "cart.json", "--without", ESCAPE],
        ["quote", "cart.json", "--usage", f"{ESCAPE}.json"],
        ["quote", "cart.json", f"--{ESCAPE}"],
        ["fmt", f"{ESCAPE}.promo"],
        ["fmt", f"{ESCAPE}.promo", "--check"],
        ["fmt", f"{ESCAPE}.promo", "--diff"],
        ["check", ESCAPE],
        ["check", ESCAPE, "--fix"],
        ["explain", ESCAPE],
        ["new", ESCAPE],
        ["new", "promo", "code", "--name", ESCAPE],
        ["test", f"{ESCAPE}.examples.md"],
        ["diff", ESCAPE, "rules", "--carts", "cart.json"],
        ["ledger", "verify", "--db", f"{ESCAPE}.db"],
        [ESCAPE],
    ],
    ids=" ".join,
)
def test_no_name_steers_a_terminal(folder: Path, args: list[str]) -> None:
    if args[0] == "ledger":
        pytest.importorskip("sqlalchemy")
    (folder / f"{ESCAPE}.json").write_text("{")
    (folder / f"{ESCAPE}.promo").write_text("campaign a\n owner x\n")
    (folder / f"{ESCAPE}.examples.md").write_text("## a\n```cart\n{}\n```\n## a\n```cart\n{}\n```\n")
    (folder / ESCAPE).mkdir()
    (folder / ESCAPE / "a.promo").write_text("campaign a\n  store x\n")
    said = on_a_terminal(folder, *args)
    assert said and "Traceback" not in said
    assert "\x1b[31m" not in said
    assert not any(line.startswith("x") for line in said.splitlines()), "a line of its own"


def test_no_name_in_a_database_steers_a_terminal() -> None:
    tables = pytest.importorskip("pricing.ledger.store.tables")
    shown = tables.Table("t\x1b]0;x\x07", ("who",), (("c\x1b[31m",),)).plain()
    assert "\x1b" not in shown and "\x07" not in shown
