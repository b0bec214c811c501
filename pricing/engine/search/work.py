"""What work is counted as: a step is one decision, one row or one label, and sixteen places looked at.

Everything whose size a cart decides is counted, from the first look on: a limit in steps then bounds time and memory.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import Application, Problem

MANY_PLACES: Final = 32
"""Of so many places it pays to see that two applications look at the very same ones."""


def looking_at(app: Application) -> int:
    """Steps to work one application off."""
    places = len(app.lines)
    if app.targets is not app.lines:
        places += len(app.targets)
    return 1 + (places >> 4)


def settling(problem: Problem) -> int:
    """Steps to settle a selection: applications of one layer mostly share no places, and each layer copies the amounts."""
    layers = 0
    last = -1
    for app in problem.applications:
        if app.layer != last:
            last = app.layer
            layers += 1
    return 1 + (len(problem.applications) + layers * len(problem.item) >> 4)


def cutting(problem: Problem) -> int:
    """Steps to cut a problem into cells."""
    return incidence(problem.applications) + len(problem.item) >> 3


def incidence(apps: list[Application]) -> int:
    """How many places applications read and take from, all in all."""
    many = 0
    for app in apps:
        many += 1 + len(app.lines)
        if app.targets is not app.lines:
            many += len(app.targets)
    return many


def heads_of(apps: list[Application]) -> list[int]:
    """For each application the position of the first one of its layer that reads and takes from the very same lists of many
    places: what is to be done once for a place need not be done for each of a thousand codes."""
    heads = list(range(len(apps)))
    known: dict[tuple[int, int, int], int] = {}
    for position, app in enumerate(apps):
        if len(app.lines) < MANY_PLACES or app.is_coins:
            continue
        key = app.layer, id(app.lines), id(app.targets)
        head = known.get(key)
        if head is None:
            known[key] = position
        else:
            heads[position] = head
    return heads
