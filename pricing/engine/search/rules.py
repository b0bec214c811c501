"""Which rules that skip work are followed: all of them, unless somebody wants to know what one is worth."""

from __future__ import annotations

from typing import Final, NamedTuple


class Rules(NamedTuple):
    """The switches of docs/search.md. None of them changes an answer that is proved."""

    walked: bool = True
    """Small problems are walked through whole."""
    refused: bool = True
    """Nodes are refused at sight, by their first bound."""
    dominated: bool = True
    """Labels that another beats are dropped."""
    beaten: bool = True
    """So are options of one cell."""
    fixed: bool = True
    """Options that reduced costs rule out are dropped."""
    narrowed: bool = True
    """They are dropped again whenever the best total has fallen."""
    leveled: bool = True
    """Shortfalls that can no longer change a gain are written alike."""
    stretched: bool = True
    """Branches are cut at thresholds."""
    priced: bool = True
    """Prices are moved."""
    swapped: bool = True
    """A dive looks for a good selection before labels are joined."""
    hurried: bool = True
    """Few labels are kept at first."""
    halved: bool = True
    """Exact branches are joined in two halves."""
    windowed: bool = True
    """Of the second half only what may fit is looked at."""
    shelved: bool = True
    """Likewise by a second field."""
    spread: bool = True
    """Where few labels are kept, some of every kind are."""
    climbed: bool = True
    """Stairs find what dominates a label."""


RULES: Final = Rules()
