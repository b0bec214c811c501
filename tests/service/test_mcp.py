"""The tools for agents, asked by a real client over stdin and stdout."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from pricing.wire import cart_to_dict
from tests.ledger.shop import cart

CART = cart_to_dict(cart(codes=("CODE10",)))


async def _talk(folder: Path) -> dict[str, Any]:
    command = ["-m", "pricing.cli", "mcp", "--rules", str(folder)]
    process = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
    async with stdio_client(process) as (reading, writing), ClientSession(reading, writing) as session:
        await session.initialize()
        found: dict[str, Any] = {"tools": sorted(tool.name for tool in (await session.list_tools()).tools)}
        for name, asked in (
            ("quote", {"cart": CART}),
            ("explain", {"cart": {}}),
            ("check", {"texts": {"campaigns/a.promo": "nonsense"}}),
            ("offers", {"campaign": "fair"}),
        ):
            answer = await session.call_tool(name, asked)
            found[name] = "".join(getattr(part, "text", "") for part in answer.content)
        return found


def test_an_agent_asks_all_tools(folder: Path) -> None:
    found = asyncio.run(_talk(folder))
    assert found["tools"] == ["check", "explain", "offers", "quote"]
    assert json.loads(found["quote"])["total"] == "22.50"
    assert "currency" in found["explain"]
    assert "P0" in found["check"]
    assert "five-off" in found["offers"]
    assert "CODE10" not in found["offers"]
