"""Medusa's promotion module (JavaScript), without its database, as a figure of time only.

    npm install --prefix DIR @medusajs/promotion
    PRICING_BENCH_MEDUSA=DIR python -m benchmarks.compare

Fair set-up: `computeActions` of the module's own service as shipped; the queries are answered from memory, by code, so
that no database is in the figure; only promotions that the customer may use are asked for, automatic ones among them by
code; Node measures itself (`hrtime`), after warming up on the same cart.

What it cannot express: ladders (each step is a promotion that holds between its threshold and the next, on the list
amounts), one of several coupons, thresholds on what earlier promotions left, pieces, coins, any choice. It applies all
that match, so its totals are of no use here and are not compared.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.cards import Book, Card, Cart, Step
from benchmarks.peers.amounts import list_amounts
from benchmarks.peers.peer import Answer

HOME = "PRICING_BENCH_MEDUSA"


class Medusa:
    """The peer: a Node process beside this one."""

    def __init__(self) -> None:
        home = os.environ.get(HOME)
        if not home or not Path(home, "node_modules/@medusajs/promotion").is_dir():
            raise ImportError(f"{HOME} does not name a folder with @medusajs/promotion")
        script = Path(__file__).with_name("medusa.js")
        self.node = subprocess.Popen(
            ["node", str(script), str(Path(home).resolve())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def load(self, book: Book) -> None:
        self.cards = {card.name: card for card in book.cards}
        self.codes: dict[str, list[str]] = {}
        rules = []
        for card in book.cards:
            for store in card.stores if card.kind != "promo code" and card.stores else ("",):
                for place, step in enumerate(card.steps):
                    rules.append(_promotion(card, store, place, step))
                    self.codes.setdefault(card.name, []).append(rules[-1]["code"])
        self._ask({"rules": rules})

    def ready(self, cart: Cart) -> dict[str, Any]:
        """The cart as a context, and the codes of every step of what is automatic, held or typed."""
        held = {lot["rule"] for lot in cart["wallet"]["coupons"]} | set(cart["codes"])
        names = [name for name, card in self.cards.items() if card.kind == "store discount" or name in held]
        sums: dict[str, int] = {"all": 0}
        items = []
        for line, amount in zip(cart["lines"], list_amounts(cart["lines"]), strict=True):
            sums["all"] += amount
            sums[line["store"]] = sums.get(line["store"], 0) + amount
            items.append(
                {
                    "id": line["id"],
                    "quantity": line["quantity"],
                    "subtotal": amount,
                    "original_total": amount,
                    "store": line["store"],
                    "category": line["categories"][0],
                    "is_discountable": True,
                }
            )
        codes = [code for name in names for code in self.codes.get(name, ())]
        message = {"codes": codes, "context": {"currency_code": "usd", "sums": sums, "items": items}}
        self._ask(message)
        return message

    def run(self, ready: dict[str, Any]) -> dict[str, Any]:
        return self._ask(ready)

    def answer(self, result: dict[str, Any]) -> Answer:
        return Answer(matched=result["actions"], inner_ns=result["ns"])

    def memory(self) -> int:
        """The most bytes that the Node process has held; 0 where the system does not tell."""
        status = Path(f"/proc/{self.node.pid}/status")
        for line in status.read_text().splitlines() if status.exists() else ():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self.node.stdin is not None and self.node.stdout is not None
        self.node.stdin.write(json.dumps(message) + "\n")
        self.node.stdin.flush()
        reply = self.node.stdout.readline()
        if not reply:
            raise RuntimeError("the Node process ended")
        found: dict[str, Any] = json.loads(reply)
        return found


def _promotion(card: Card, store: str, place: int, step: Step) -> dict[str, Any]:
    """One step as a promotion that holds from its threshold up to the next."""
    total = f"sums.{store or 'all'}"
    rules = []
    if step.word == "spend":
        rules.append(_rule(total, "gte", str(step.reach)))
        if place + 1 < len(card.steps) and card.steps[place + 1].word == "spend":
            rules.append(_rule(total, "lt", str(card.steps[place + 1].reach)))
    targets = []
    if store or card.stores:
        targets.append(_rule("items.store", "in", *((store,) if store else card.stores)))
    if card.categories:
        targets.append(_rule("items.category", "in", *card.categories))
    if card.without_categories:
        targets.append(_rule("items.category", "ne", *card.without_categories[:1]))
    return {
        "code": f"{card.name} {store} {place}",
        "type": "standard",
        "status": "active",
        "is_automatic": False,
        "is_tax_inclusive": False,
        "rules": rules,
        "application_method": {
            "type": "percentage" if step.percent else "fixed",
            "target_type": "items",
            "allocation": "across",
            "value": step.percent or step.amount,
            "currency_code": "usd",
            "target_rules": targets,
        },
    }


def _rule(attribute: str, operator: str, *values: str) -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "values": [{"value": value} for value in values]}
