"""All campaigns of one rule folder, with that folder's one policy: what `language` makes and `engine.plan` reads."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from pricing.model.policy import HOUSE_POLICY, Policy
from pricing.model.rule import Campaign, Rule


@frozen
class RuleBook:
    """Rules sorted by name; names are unique in the book."""

    rules: Sequence[Rule] = ()
    """A tuple, or the packed `Rules` of a folder, which are made when they are asked for."""
    policy: Policy = HOUSE_POLICY
    campaigns: tuple[Campaign, ...] = ()
