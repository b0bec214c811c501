"""`pricing lsp`: the language server, for an editor to start. It speaks over standard input and output."""

from __future__ import annotations

import click

from pricing.editor.server import main


@click.command("lsp")
def command() -> None:
    """Start the language server for rule files, for an editor.

    It waits for an editor on the standard input; Ctrl-C stops it.

    \b
    Example:
      pricing lsp
    """
    main()
