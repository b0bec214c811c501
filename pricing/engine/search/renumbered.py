"""Problems of which only some applications are kept, counted anew; and masks over them."""

from __future__ import annotations

from pricing.engine.problem import Group, Problem


class Renumbering:
    """From the numbers that applications have to their places among those kept; both rise together."""

    __slots__ = ("runs",)

    def __init__(self, kept: list[int]) -> None:
        """`kept`: the numbers of those kept, rising."""
        self.runs: list[tuple[int, int, int]] = []
        """(first number, its place, mask of the length) of each run of numbers without a gap."""
        first = 0
        for place in range(1, len(kept) + 1):
            if place == len(kept) or kept[place] != kept[place - 1] + 1:
                self.runs.append((kept[first], first, (1 << (place - first)) - 1))
                first = place

    def of(self, mask: int) -> int:
        """A mask over numbers as one over places."""
        found = 0
        if mask:
            for number, place, whole in self.runs:
                found |= (mask >> number & whole) << place
        return found


def kept_of(problem: Problem, out: int) -> tuple[Problem, list[int]]:
    """The problem without the applications of a mask, which may be left out; and the numbers that those kept had."""
    twin = problem.twin()
    twin.applications = []
    numbers: list[int] = []
    for app in problem.applications:
        if out >> app.index & 1:
            continue
        kept = app.twin()
        kept.index = len(numbers)
        numbers.append(app.index)
        twin.applications.append(kept)
    renumbering = Renumbering(numbers)
    for app in twin.applications:
        app.clash = renumbering.of(app.clash)
    places = {old: new for new, old in enumerate(numbers)}
    twin.groups = [
        Group([places[member] for member in group.members if member in places], group.weight, group.most, group.by_rule)
        for group in problem.groups
    ]
    return twin, numbers
