"""Every combination of options, codes and pieces: the truth on tiny carts, for checking the other peers."""

from __future__ import annotations

from itertools import product

from benchmarks.peers.table import Table


def solve(table: Table) -> int:
    """The smallest total."""
    return (
        min(
            sum(option.net for option in chosen)
            - code_worth(table, [sum(x) for x in zip(*(o.bases for o in chosen), strict=True)])
            for chosen in product(*table.stores)
            if all(sum(option.pieces[pool] for option in chosen) <= limit for pool, limit in enumerate(table.pools))
        )
        - table.coins
    )


def code_worth(table: Table, bases: list[int]) -> int:
    """What the best code takes off."""
    worth = [
        amount for code, base in zip(table.codes, bases, strict=True) for reach, amount in code.steps if base >= reach
    ]
    return max(worth, default=0)
