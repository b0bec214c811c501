"""`pricing studio`: a page on which cards are tried on a basket; opens in the browser of this machine."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from pathlib import Path

import click
import starlette  # noqa: F401  # told when it is missing, before anything else happens
import uvicorn

from pricing.cli.files import RuleFolder
from pricing.cli.loading import cache_folder
from pricing.cli.talk import remark

HOST = "127.0.0.1"


@click.command("studio")
@click.argument("folder", default="rules", metavar="[DIR]", type=RuleFolder())
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="PORT",
              help="The port; by default one that is free.")  # fmt: skip
@click.option("--ledger", metavar="URL", envvar="PRICING_LEDGER", default="",
              help="Show budgets, reports and single codes of this ledger; also $PRICING_LEDGER.")  # fmt: skip
@click.option("--open/--no-open", "opens", default=True, help="Whether to open the page in the browser.")
@click.option("--export", "place", metavar="DIR", type=click.Path(file_okay=False),
              help="Write the studio as plain files instead, with these rules and the engine in them.")  # fmt: skip
@click.option("--pyodide", metavar="DIR", type=click.Path(exists=True, file_okay=False),
              help="With --export: where the browser's Python is; by default npm brings it.")  # fmt: skip
def command(folder: str, port: int, ledger: str, opens: bool, place: str | None, pyodide: str | None) -> int:
    """Open the studio: try cards of DIR (default: rules) on a basket, see why, compare, and save.

    It is for this machine only; the address holds a secret that is new each time. With --export it becomes a folder of
    plain files that any web server can show: the engine then runs in the browser, and nothing is saved.

    \b
    Examples:
      pricing studio
      pricing studio rules --port 8100 --no-open
      pricing studio rules --ledger shop.db
      pricing studio rules --export site
    """
    if place is not None:
        return _written(Path(folder), Path(place), Path(pyodide) if pyodide else None)
    if pyodide is not None:
        raise click.UsageError("--pyodide goes with --export")
    from pricing.studio.app import application

    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise click.ClickException(f"port {port} cannot be used: {error.strerror}") from None
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(24)
        address = f"http://{HOST}:{port}/{token}/"
        app = application(Path(folder), token, port, ledger, cache_folder())
        click.echo(address)
        remark("The studio is open at this address, on this machine only. Ctrl-C ends it.")
        if opens:
            webbrowser.open(address)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def _written(folder: Path, place: Path, pyodide: Path | None) -> int:
    """The site, and how large it is."""
    from pricing.studio.export import export
    from pricing.studio.folder import NotDone

    try:
        site = export(folder, place, pyodide=pyodide)
    except (NotDone, OSError) as error:
        raise click.ClickException(str(error)) from None
    if not site.is_compiled:
        remark(
            "Without a Node.js that can run it, its Python is not compiled: the page takes some seconds more to start."
        )
    remark(f"Wrote {place}: {site.size / 1e6:.1f} MB. To look at it here: python -m http.server --directory {place}")
    return 0
