"""`pricing serve`: answers over HTTP (INTERFACE: "HTTP"); the work is done by worker processes."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import stat
import sys
from datetime import datetime
from pathlib import Path

import click
import starlette  # noqa: F401  # told when it is missing, before anything else happens

from pricing.cli.files import RuleFolder
from pricing.service.access import Pass, tokens_of
from pricing.service.settings import Allowance, Settings
from pricing.wire import instant


def _instant(ctx: click.Context, option: click.Parameter, text: str | None) -> datetime | None:
    try:
        return None if text is None else instant(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an instant; write it like 2026-06-20T18:30:00-07:00") from None


@click.command("serve")
@click.option("--rules", "folder", metavar="DIR", type=RuleFolder(), default="rules", show_default=True,
              help="The folder of rules.")  # fmt: skip
@click.option(
    "--ledger",
    metavar="URL",
    envvar="PRICING_LEDGER",
    default="",
    help="A path (SQLite) or a postgresql:// URL; also $PRICING_LEDGER.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port.")
@click.option(
    "--workers", metavar="N", type=click.IntRange(1, 256), default=1, show_default=True, help="Worker processes."
)
@click.option("--tokens", metavar="FILE", type=click.Path(exists=True, dir_okay=False), envvar="PRICING_TOKENS_FILE",
              help="Bearer tokens, one a line with its scopes: quote, ledger, rules; also $PRICING_TOKENS.")  # fmt: skip
@click.option(
    "--name",
    "names",
    metavar="HOST",
    multiple=True,
    help="A name under which it may be asked. May be repeated; '*' for any.",
)
@click.option("--watch", metavar="SECONDS", type=click.FloatRange(0), default=1.0, show_default=True,
              help="How often to look whether rules have changed; 0: only when called.")  # fmt: skip
@click.option("--spool", metavar="BYTES", type=click.IntRange(1), default=Allowance().spool, show_default=True,
              help="What a temporary file keeps of each NDJSON batch whose answers are not read yet.")  # fmt: skip
@click.option("--decisions", metavar="FILE", type=click.Path(dir_okay=False), envvar="PRICING_DECISIONS", default="",
              help="Append each quote with all that it was made of; also $PRICING_DECISIONS.")  # fmt: skip
@click.option("--decisions-with", metavar="WHAT", type=click.Choice(["customers", "quotes"]), multiple=True,
              help="What stands there besides: customers (their ids), quotes (whole answers). May be repeated.")  # fmt: skip
@click.option("--at", metavar="INSTANT", callback=_instant, help="Let the ledger's clock stand here: for trials.")
def command(
    folder: str,
    ledger: str,
    host: str,
    port: int,
    workers: int,
    tokens: str | None,
    names: tuple[str, ...],
    watch: float,
    spool: int,
    decisions: str,
    decisions_with: tuple[str, ...],
    at: datetime | None,
) -> int:
    """Price carts over HTTP.

    Without tokens it listens on this machine only.

    \b
    Examples:
      pricing serve --rules rules
      pricing serve --rules rules --ledger shop.db --tokens tokens.txt --host 0.0.0.0 --name pricing.example --workers 2
    """
    known = _tokens(tokens)
    if not known and not _is_loopback(host):
        raise click.UsageError(f"Without tokens it listens on loopback only, not on {host}; give --tokens FILE.")
    if ledger:
        from pricing.cli.loading import engine_of
        from pricing.ledger import Ledger, LedgerError

        try:
            Ledger(ledger, engine_of(folder).book).close()  # once, so that workers meet tables that are there
        except LedgerError as error:
            raise click.ClickException(f"the ledger: {error.what}") from None
    hosts = (*Settings("").hosts, *names) if not known or names else ("*",)
    settings = Settings(
        folder, ledger, workers, hosts, known, watch, now=at, decisions=decisions, decisions_with=decisions_with,
        bounds=Allowance(spool=spool),
    )  # fmt: skip
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    from pricing.service import line, tracing
    from pricing.service.front import application

    try:
        tracing.set_up()
    except ImportError:
        raise click.ClickException(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs pip install 'promotion-pricing[traces]'"
        ) from None

    try:
        app = application(settings)
    except OSError as error:
        raise click.ClickException(f"{decisions}: {error.strerror}") from None
    server = line.server(
        app, host=host, port=port, server_header=False, proxy_headers=False, timeout_keep_alive=30
    )  # fmt: skip
    listening = server.config.bind_socket()
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # whoever never reads holds no connection
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1_000 * settings.bounds.unread))
    server.run(sockets=[listening])
    return 0 if server.started else 3


def _tokens(name: str | None) -> tuple[Pass, ...]:
    """The tokens of the file, or of the environment."""
    try:
        if name is None:
            return tokens_of(os.environ.get("PRICING_TOKENS", "").replace(";", "\n"))
        file = Path(name)
        if file.stat().st_mode & (stat.S_IRWXO):
            raise click.UsageError(f"{name} can be read by others; chmod o= {name}")
        return tokens_of(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.UsageError(f"tokens: {error}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
