"""Whether a figure can be cut at all: asked of each, where a policy would make it void, or clamp it to less than its base.

Lemma (room): all applications together take from some places no more than the sum, over the cells that these are in, of what
the cell's own can save at most, and what globals can. While what is left after that covers the benefit, it is never above
what its targets still cost: it is not clamped, not void, and its shares by running amounts fit their lines.
"""

from __future__ import annotations

from pricing.engine.problem import Application
from pricing.engine.search.stores.parts import Parts
from pricing.engine.search.walk import clique_sum, largest_benefit


class Certificates:
    """What the savings of a cut problem leave at the least; worked out when somebody asks."""

    __slots__ = ("inside", "known", "parts")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.known: dict[int, bool] = {}
        self.inside: list[int] = []
        """For each cell, what its own applications can save at most."""

    def leaves_room(self, app: Application) -> bool:
        """Whether a global can always give its benefit in full."""
        answer = self.known.get(app.index)
        if answer is None:
            self.known[app.index] = answer = self._room(app) >= largest_benefit(self.parts.problem, app)
        return answer

    def _room(self, app: Application) -> int:
        parts = self.parts
        if not self.inside:
            self.inside = [clique_sum(cell.problem, cell.apps) for cell in parts.cells]
        room = 0
        touched = [False] * len(parts.cells)
        targets = [False] * len(parts.cell_of)
        for place in app.targets:
            room += parts.cut.amounts[place]
            touched[parts.cell_of[place]] = True
            targets[place] = True
        for number, most in enumerate(self.inside):
            if touched[number]:
                room -= most
        others: list[Application] = []
        for gauge in parts.globals:
            if gauge.layer > app.layer or gauge.is_coins or gauge.mask >> app.index & 1:
                continue
            for place in gauge.targets:
                if targets[place]:
                    others += gauge.apps
                    break
        return room - clique_sum(parts.problem, others)
