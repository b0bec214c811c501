"""Masks over applications when only some of them are kept and counted anew."""

from __future__ import annotations


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
