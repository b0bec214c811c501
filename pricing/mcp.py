"""`pricing mcp`: the engine as tools of the Model Context Protocol, over stdio (INTERFACE: "Adapters"; extra `mcp`).

The tools `quote`, `explain`, `check` and `offers` take what the library takes, as JSON, and answer as it answers.
"""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer

from pricing.api import Engine
from pricing.language.loading.load import load_texts
from pricing.model.errors import CartError
from pricing.model.kind import CODE
from pricing.wire import cart_from_dict


def server(engine: Engine) -> MCPServer:
    """A server of one engine's tools."""
    made = MCPServer("pricing")

    @made.tool()
    def quote(cart: dict[str, Any], why: str = "none") -> dict[str, Any]:
        """Price a cart at the best permitted total. `why`: none, refused or all."""
        try:
            return engine.quote(cart_from_dict(cart)).to_dict(why=why)
        except CartError as error:
            return {"problems": [str(problem) for problem in error.problems]}

    @made.tool()
    def explain(cart: dict[str, Any]) -> str:
        """Tell line by line how a cart's price comes about."""
        try:
            return engine.explain(engine.quote(cart_from_dict(cart))).text()
        except CartError as error:
            return str(error)

    @made.tool()
    def check(texts: dict[str, str]) -> list[str]:
        """Say what is wrong with rule files, given as text by their path; nothing when all is well."""
        return [f"{one.file}:{one.line}: {one.code} {one.message}" for one in load_texts(texts).filled().diagnostics]

    @made.tool()
    def offers(campaign: str = "") -> list[dict[str, str]]:
        """List the cards (of one campaign), without secret codes."""
        return [
            {"rule": rule.name, "kind": str(rule.kind), "label": rule.label, "campaign": rule.campaign}
            for rule in engine.book.rules
            if (rule.given != CODE or rule.public) and campaign in ("", rule.campaign)
        ]

    return made
