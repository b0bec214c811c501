"""`pricing mcp`: the engine as tools of the Model Context Protocol, over stdin and stdout."""

from __future__ import annotations

import click

from pricing.cli.files import RuleFolder
from pricing.cli.loading import engine_of
from pricing.mcp import server


@click.command("mcp")
@click.option("--rules", "folder", metavar="DIR", type=RuleFolder(), default="rules", show_default=True,
              help="The folder of rules.")  # fmt: skip
def command(folder: str) -> None:
    """Offer the tools quote, explain, check and offers to an agent, over stdin and stdout.

    \b
    Example:
      pricing mcp --rules rules
    """
    server(engine_of(folder)).run(transport="stdio")
