"""The command line as a whole: which commands there are, and how a run ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from pricing.cli import BROKEN_PIPE, COMMANDS, INTERRUPTED, commands, run
from pricing.model.errors import CartError, Problem, RuleErrors
from tests.cli.conftest import Run


class Ending(ModuleType):
    """A file of a command that does what a test says."""

    command: click.Command

    @staticmethod
    def does() -> object:
        return None


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Ending:
    """Puts a command `quote` of our own in place, which does what its attribute `does` does."""
    module = Ending("pricing.cli.quote")

    @click.command("quote")
    def command() -> object:
        return module.does()

    module.command = command
    monkeypatch.setitem(sys.modules, "pricing.cli.quote", module)
    monkeypatch.setattr("pricing.cli.find_spec", lambda name: name == "pricing.cli.quote" or None)
    return module


def raises(error: BaseException) -> object:
    raise error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (SystemExit(), 0, ""),
        (SystemExit(1), 1, ""),
        (SystemExit("No."), 1, "No.\n"),
        (click.exceptions.Exit(1), 1, ""),
        (click.ClickException("No."), 1, "Error: No.\n"),
        (click.Abort(), INTERRUPTED, "\nStopped.\n"),
        (KeyboardInterrupt(), INTERRUPTED, "\nStopped.\n"),
        (RuleErrors((), "error P0101: No."), 1, "error P0101: No.\n"),
        (CartError([Problem("is empty", "lines[0].sku")]), 1, "is empty @ lines[0].sku\n"),
        (FileNotFoundError(2, "No such file", "a.json"), 2, "Error: a.json: No such file\n"),
        (OSError("odd"), 2, "Error: odd\n"),
        (BrokenPipeError(), BROKEN_PIPE, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_how_a_run_ends(
    ending: Ending, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    error: BaseException, status: int, said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("pricing.cli._forget", lambda stream: None)  # the test still needs its streams
    monkeypatch.setattr(ending, "does", lambda: raises(error))
    assert run(["quote"]) == status
    assert capsys.readouterr() == ("", said)


def test_what_a_command_returns_is_its_status_when_it_is_a_number(
    ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    for result, status in ((None, 0), (0, 0), (1, 1), (True, 0), ("text", 0)):
        monkeypatch.setattr(ending, "does", lambda result=result: result)
        assert run(["quote"]) == status


def test_a_fault_of_ours_is_not_hidden(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "does", lambda: raises(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        run(["quote"])


def test_a_command_that_is_not_there_is_not_listed(ending: Ending, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    commands = capsys.readouterr().out.partition("Commands:\n")[2]
    assert [line.split()[0] for line in commands.splitlines()] == ["quote"]


def test_a_command_that_lacks_a_library(
    ending: Ending, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacks(name: str) -> object:
        raise ModuleNotFoundError("No module named 'sqlalchemy'", name="sqlalchemy")

    monkeypatch.setattr("pricing.cli.import_module", lacks)
    assert run(["quote"]) == 2
    assert "`pricing quote` needs sqlalchemy, which is not installed; pip install" in capsys.readouterr().err


@pytest.mark.slow
def test_every_listed_command_has_its_file_and_its_help(pricing: Run) -> None:
    listed = pricing("--help").stdout.partition("Commands:\n")[2]
    for line in listed.splitlines():
        name = line.split()[0]
        assert name in COMMANDS
        done = pricing(name, "--help")
        assert done.returncode == 0 and done.stdout.startswith(f"Usage: pricing {name}")


def every_command() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(commands)
    for name in commands.list_commands(context):
        found = commands.get_command(context, name)
        assert found is not None
        yield name, found
        if isinstance(found, click.Group):
            yield from ((f"{name} {below}", each) for below, each in found.commands.items())


def test_the_help_of_every_command_shows_an_example_of_it() -> None:
    for name, found in every_command():
        examples = found.get_help(click.Context(found, info_name=f"pricing {name}")).partition("Example")[2]
        assert f"    pricing {name}" in examples, name


@pytest.mark.parametrize("command", [["check"], ["audit", "--floor", "40%"], ["quote", "cart.json", "--rules"]])
def test_nothing_is_called_well_that_was_not_looked_at(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without rules, or a part of the rules without their catalogue and policy, is wrong use."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules" / "campaigns").mkdir(parents=True)
    (tmp_path / "cart.json").write_text("{}")
    for folder, said in (
        ("nowhere", "no folder called nowhere"),
        ("cart.json", "is a file"),
        ("rules", "holds no rules"),
    ):
        assert run([*command, folder]) == 2
        assert said in capsys.readouterr().err
    (tmp_path / "rules" / "policy.promo").write_text("policy p\n")
    (tmp_path / "rules" / "campaigns" / "a.promo").write_text("campaign a\n  currency USD\n  zone UTC\n")
    assert run([*command, "rules/campaigns"]) == 2
    assert "is only a part of the rules; name the folder rules, which holds all" in capsys.readouterr().err
    assert run([*command, "rules"]) < 2


def test_no_command_is_wrong_use(pricing: Run) -> None:
    done = pricing()
    assert done.returncode == 2
    assert "Commands:" in done.stderr and done.stdout == ""


def test_a_mistyped_command(pricing: Run) -> None:
    done = pricing("qoute")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no command 'qoute'. Did you mean 'quote'?" in done.stderr


def test_the_version_says_how_the_search_was_built(pricing: Run) -> None:
    done = pricing("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("pricing 0") and ("compiled" in done.stdout or "pure Python" in done.stdout)


def test_one_command_does_not_import_the_others() -> None:
    import subprocess

    from tests.cli.conftest import environment

    code = (
        "import sys; from pricing.cli import run; run(['--version']);"
        "sys.exit(any(name in sys.modules for name in ('lark', 'sqlalchemy', 'rich', 'pricing.cli.quote')))"
    )
    assert subprocess.run([sys.executable, "-c", code], env=environment(), check=False).returncode == 0


def test_a_group_that_is_asked_nothing_shows_its_help_and_was_used_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    """Releases of click differ here."""
    pytest.importorskip("sqlalchemy")
    for args, said in (
        ([], "Usage: pricing [OPTIONS] COMMAND"),
        (["ledger"], "Usage: pricing ledger [OPTIONS] COMMAND"),
    ):
        assert run(args) == 2
        shown = capsys.readouterr()
        assert shown.out == "" and shown.err.startswith(said)


def test_the_version_says_when_python_would_take_another_package_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--version"]) == 0
    assert capsys.readouterr().err == ""
    (tmp_path / "pricing").mkdir()
    (tmp_path / "pricing" / "__init__.py").write_text("")
    assert run(["--version"]) == 0
    assert f"in this folder `python` takes {tmp_path}/pricing instead" in capsys.readouterr().err
    monkeypatch.chdir(Path(__file__).parents[2])
    assert run(["--version"]) == 0
    assert capsys.readouterr().err == ""
