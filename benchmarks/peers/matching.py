"""Rule matching alone: which rules could this cart use? No prices, no choice.

The task, alike for all: a rule of one store matches when the cart spends at least its lowest threshold there; a rule
over everything when the cart in all does. Steps by units count as a threshold of a cent. Facts are the sums per store.

Fair set-up, one engine each:

- *zen-engine* (GoRules, Rust): one decision table with hit policy "collect", compiled once (`create_decision`), one
  row a rule, a cell on the store's sum, evaluated on a dictionary.
- *business-rules* (Venmo): its `run_all` over one numeric variable per store, prepared once.
- *cel-python*: one compiled program a rule, all run over one activation.
- *index*: a dictionary from store to rules, which is what an engine of its own would have.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.cards import Book, Card, Cart
from benchmarks.peers.amounts import list_amounts
from benchmarks.peers.peer import Answer

Row = tuple[str, str, int]
"""Rule, store (empty: all of them), least sum in cents."""


def rows_of(book: Book) -> list[Row]:
    """What the rules ask for, one row per rule and store."""
    return [
        (card.name, store, _least(card))
        for card in book.cards
        if card.kind != "coin payment"
        for store in card.stores or ("",)
    ]


def sums_of(cart: Cart) -> dict[str, int]:
    """Cents spent per store, and in all under the empty name."""
    sums = {"": 0}
    for line, amount in zip(cart["lines"], list_amounts(cart["lines"]), strict=True):
        sums[line["store"]] = sums.get(line["store"], 0) + amount
        sums[""] += amount
    return sums


def variable(store: str) -> str:
    """The store as an identifier."""
    return "sum_" + (store.replace("-", "_") or "all")


class Matching:
    """What the four have in common."""

    def load(self, book: Book) -> None:
        self.load_rows(rows_of(book))

    def load_rows(self, rows: list[Row]) -> None:
        """Take the rules as rows."""
        raise NotImplementedError

    def answer(self, result: int) -> Answer:
        return Answer(matched=result)


class Index(Matching):
    """Rules by store, sorted by threshold."""

    def load_rows(self, rows: list[Row]) -> None:
        self.rules: dict[str, list[tuple[int, str]]] = {}
        for name, store, least in rows:
            self.rules.setdefault(store, []).append((least, name))

    def ready(self, cart: Cart) -> dict[str, int]:
        return sums_of(cart)

    def run(self, ready: dict[str, int]) -> int:
        rules = self.rules
        return len([name for store, total in ready.items() for least, name in rules.get(store, ()) if total >= least])


class Zen(Matching):
    """zen-engine."""

    def load_rows(self, rows: list[Row]) -> None:
        import zen

        stores = sorted({store for _, store, _ in rows})
        table = [
            {"_id": str(number), "when": f"{variable(store)} >= {least}", "name": f'"{name}"'}
            for number, (name, store, least) in enumerate(rows)
        ]
        content = {
            "hitPolicy": "collect",
            "inputs": [{"id": "when", "name": "when", "type": "expression"}],
            "outputs": [{"id": "name", "field": "name", "name": "name", "type": "expression"}],
            "rules": table,
        }
        graph = {
            "nodes": [
                {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
                {
                    "id": "table",
                    "name": "t",
                    "type": "decisionTableNode",
                    "position": {"x": 0, "y": 0},
                    "content": content,
                },
                {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
            ],
            "edges": [
                {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
                {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
            ],
        }
        self.zero = {variable(store): 0 for store in stores}
        self.decision = zen.ZenEngine().create_decision(json.dumps(graph))

    def ready(self, cart: Cart) -> dict[str, int]:
        return {variable(store): total for store, total in sums_of(cart).items()}

    def run(self, ready: dict[str, int]) -> int:
        return len(self.decision.evaluate(ready)["result"])


class BusinessRules(Matching):
    """business-rules."""

    def load_rows(self, rows: list[Row]) -> None:
        from business_rules import run_all
        from business_rules.actions import BaseActions, rule_action
        from business_rules.fields import FIELD_TEXT
        from business_rules.variables import BaseVariables, numeric_rule_variable

        class Actions(BaseActions):  # type: ignore[misc]
            """Notes the rules that match."""

            def __init__(self) -> None:
                self.found: list[str] = []

            @rule_action(params={"name": FIELD_TEXT})  # type: ignore[untyped-decorator]
            def note(self, name: str) -> None:
                """Note one."""
                self.found.append(name)

        def reader(store: str) -> Any:
            def read(self: Any) -> int:
                return self.sums.get(store, 0)  # type: ignore[no-any-return]

            read.__name__ = variable(store)
            return numeric_rule_variable(read)

        members: dict[str, Any] = {variable(store): reader(store) for _, store, _ in rows}
        members["__init__"] = lambda self, sums: setattr(self, "sums", sums)
        self.variables = type("Variables", (BaseVariables,), members)
        self.actions, self.run_all = Actions, run_all
        self.rules = [
            {
                "conditions": {
                    "all": [{"name": variable(store), "operator": "greater_than_or_equal_to", "value": least}]
                },
                "actions": [{"name": "note", "params": {"name": name}}],
            }
            for name, store, least in rows
        ]

    def ready(self, cart: Cart) -> dict[str, int]:
        return sums_of(cart)

    def run(self, ready: dict[str, int]) -> int:
        actions = self.actions()
        self.run_all(
            rule_list=self.rules,
            defined_variables=self.variables(ready),
            defined_actions=actions,
            stop_on_first_trigger=False,
        )
        return len(actions.found)


class Cel(Matching):
    """cel-python."""

    def load_rows(self, rows: list[Row]) -> None:
        import celpy

        environment = celpy.Environment()
        self.rules = [
            (name, environment.program(environment.compile(f"{variable(store)} >= {least}")))
            for name, store, least in rows
        ]
        self.zero = {variable(store): 0 for _, store, _ in rows}
        self.number = celpy.celtypes.IntType

    def ready(self, cart: Cart) -> dict[str, Any]:
        sums = {variable(store): total for store, total in sums_of(cart).items()}
        return {name: self.number(total) for name, total in (self.zero | sums).items()}

    def run(self, ready: dict[str, Any]) -> int:
        return sum(1 for _, program in self.rules if program.evaluate(ready))


def _least(card: Card) -> int:
    return min((step.reach if step.word == "spend" else 1 for step in card.steps), default=1)
