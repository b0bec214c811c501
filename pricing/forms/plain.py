"""What a step gives where it is a plain amount or a plain share: for whoever sorts steps by size, and needs no more."""

from __future__ import annotations

from fractions import Fraction

from pricing.forms.amount import AmountOff
from pricing.forms.share import ShareOff
from pricing.forms.ship import ShipFree
from pricing.model.ladder import Step


def amount_of(step: Step) -> int:
    """Minor units of `take v off`; 0 of any other form."""
    return step.gives.amount if isinstance(step.gives, AmountOff) else 0


def share_of(step: Step) -> Fraction:
    """The share of `take p% off` (`ship free`: all); 0 of any other form."""
    if isinstance(step.gives, ShipFree):
        return Fraction(1)
    return step.gives.share if isinstance(step.gives, ShareOff) else Fraction(0)
