"""The command line: finds the command, runs it, and turns whatever happens into an exit status (INTERFACE).

Each command is one file here, `pricing/cli/<name>.py`, with the attribute `command`; it is imported only when it is
called. Exit status: 0 fine, 1 something is wrong with rules, carts or expectations, 2 wrong use; 130 and 141 when
stopped by Ctrl-C or by a reader that went away, as shells count them.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TextIO

import click

from pricing.columns import clean

COMMANDS = {
    "quote": "Price carts and print receipts.",
    "check": "Report every mistake in the rules.",
    "fmt": "Put rule files into their canonical form.",
    "explain": "Tell what a card, a word or a code means; alone, what holds.",
    "calendar": "Show which campaigns and cards hold when.",
    "test": "Run the example carts beside the rules.",
    "audit": "Look for the cart whose savings hurt most.",
    "diff": "Show what a change of rules does to prices.",
    "replay": "Show what a change would have done to past orders.",
    "tune": "Find the number of a card that meets a goal on past orders.",
    "new": "Print a commented card, or a whole campaign, to fill in.",
    "ledger": "Keep and look up what was used.",
    "codes": "Make and keep single codes.",
    "lsp": "Start the language server, for an editor.",
    "serve": "Price carts over HTTP.",
    "studio": "Try cards on a basket, on a page in the browser.",
    "mcp": "Offer the engine's tools to an agent.",
}
"""By name, in the order of the help page. Written here so that the help page need not import them all."""

INTERRUPTED = 130
_OF_STREAMS = (errno.ENOSPC, errno.EIO, errno.EBADF)
BROKEN_PIPE = 141


class Commands(click.Group):
    """A group that imports a command when it is called. A command whose file is not there is not listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if find_spec(f"pricing.cli.{name}") is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        try:
            command = import_module(f"pricing.cli.{cmd_name}").command
        except ModuleNotFoundError as error:
            missing = error.name or "a library"
            if missing.split(".")[0] == "pricing":
                raise
            raise click.UsageError(
                f"`pricing {cmd_name}` needs {missing}, which is not installed; "
                "pip install 'promotion-pricing[ledger,editor,replay,serve,studio,mcp]' brings all that the commands need."
            ) from None
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            near = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


def _version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    from platform import python_implementation, python_version

    from pricing import __version__

    click.echo(f"pricing {__version__} ({_how_built()} search, {python_implementation()} {python_version()})")
    here, ours = Path.cwd() / "pricing", Path(__file__).parents[1]
    if (here / "__init__.py").is_file() and here.resolve() != ours.resolve():
        click.echo(
            f"Installed in {clean(str(ours.parent))}; in this folder `python` takes {clean(str(here))} instead,\n"
            "which may be its source, several times slower. `python -P` takes the installed one.", err=True
        )  # fmt: skip
    ctx.exit()


def _how_built() -> str:
    """Whether the search runs compiled: a failed compilation is silent, so this is where one sees it."""
    found = find_spec("pricing.engine.search.search")
    origin = found.origin if found is not None else None
    return "compiled" if origin is not None and not origin.endswith((".py", ".pyc")) else "pure Python"


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say which version."
)
def commands() -> None:
    """Prices marketplace carts at the best permitted total, to the cent, and says why.

    \b
    Examples:
      pricing check rules
      pricing quote rules/demo/cart.json --rules rules
      pricing COMMAND --help

    \b
    Words that are begun are completed with the Tab key, after this once:
      bash: echo 'eval "$(_PRICING_COMPLETE=bash_source pricing)"' >> ~/.bashrc
      zsh:  echo 'eval "$(_PRICING_COMPLETE=zsh_source pricing)"' >> ~/.zshrc
      fish: _PRICING_COMPLETE=fish_source pricing > ~/.config/fish/completions/pricing.fish
    """


def main(args: Sequence[str] | None = None) -> None:
    """Runs one command line, that of this process when `args` is None, and ends the process with its status."""
    if args is None and "_PRICING_COMPLETE" in os.environ:  # a shell asks how the line might go on
        commands.main(prog_name="pricing")
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: Sequence[str]) -> int:
    """Runs one command line. Returns the exit status; raises nothing that a user's mistake could cause."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a sign that the terminal cannot show must not end the run
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(list(args))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        _forget(sys.stdout)
        _forget(sys.stderr)
        return BROKEN_PIPE
    except OSError as error:  # of the streams themselves: a full disk behind `>`
        _forget(sys.stdout)
        _say(f"Error: the output cannot be written: {error.strerror or error}")
        return 1
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nStopped.", err=True)
        return INTERRUPTED


def _open_closed_streams() -> None:
    """Streams that the caller has closed lead nowhere. First of all, for otherwise the next file that is opened would be
    given their numbers, and what is printed would be written into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the smallest number that is free: this one
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def _say(text: str) -> None:
    """Lines on stderr, without anything that could steer a terminal."""
    for line in text.rstrip("\n").split("\n"):
        click.echo(clean(line), err=True)


def _run(args: list[str]) -> int:
    from pricing.model.errors import CartError, RuleErrors

    try:
        if _asks_nothing(args):
            return 2
        color = False if os.environ.get("NO_COLOR") else None
        with commands.make_context("pricing", args, color=color) as ctx:
            result = commands.invoke(ctx)
            return result if type(result) is int else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except SystemExit as exit_:
        if exit_.code is None or isinstance(exit_.code, int):
            return exit_.code or 0
        _say(str(exit_.code))
        return 1
    except click.ClickException as error:
        said = StringIO()
        error.show(said)
        message = click.unstyle(
            error.format_message()
        )  # cleaned as a whole: a line break in a name makes no line of its own
        _say(said.getvalue().replace(message, clean(message)))
        return error.exit_code
    except (RuleErrors, CartError) as error:
        _say(str(error))
        return 1
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except OSError as error:
        if error.filename is None and error.errno in _OF_STREAMS:
            raise
        name = f"{click.format_filename(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
        _say(f"Error: {clean(name)}{error.strerror or error}")
        return 2


def _asks_nothing(args: list[str]) -> bool:
    """Whether a group of commands is called without one: then its help is shown. Some releases of click call that fine."""
    if len(args) > 1:
        return False
    with click.Context(commands, info_name="pricing") as ctx:
        group = commands.get_command(ctx, args[0]) if args else commands
        if not isinstance(group, click.Group):
            return False
        with click.Context(group, parent=ctx if args else None, info_name=args[0] if args else "pricing") as inner:
            click.echo(group.get_help(inner), err=True)
    return True


def _forget(stream: TextIO) -> None:
    """Lets what is still to be written go nowhere; nobody reads it, and Python would complain at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # not a real stream: a test's
