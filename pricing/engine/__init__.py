"""Model in, quote out; whole numbers only. A cart goes match -> search -> settle -> answer; `explain` only when asked.

The engine knows no text, no files, no clock and no database: the instant and earlier uses are inputs. This file is its
only face: nobody outside imports from deeper inside (`tests/test_levels.py`).

    Plan(book)                                 rules made ready
    price, still_holds                         a cart's quote, and whether it is still that
    reasons, explain, steps_ahead, units_at    what was asked of a quote
    refund, agreed                             what is paid back
    Situation, rules_met, ...                  the same conditions, for whoever shows offers or looks for carts
"""

from pricing.engine import compiled  # before all others: it says whether they are taken from their source
from pricing.engine.matching.conditions import earlier_uses, is_typed, limit_refusal, refusal_before_scope, used_up
from pricing.engine.matching.scoping import places_within, rules_met, scope_of
from pricing.engine.matching.situation import Situation
from pricing.engine.questions import StepAhead, explain, price, reasons, steps_ahead, still_holds, units_at
from pricing.engine.returning.refund import Earlier, Price, agreed, expiry_of_piece, refund, used_lots
from pricing.engine.returning.returned import State, charge_name, charges_back
from pricing.engine.rules.plan import Plan, code_key
from pricing.engine.rules.planned import PlannedRule
from pricing.engine.search.memory import Memories
from pricing.engine.search.search import STEP_LIMIT
from pricing.engine.why.account import Account

COMPILED = compiled.COMPILED
"""Whether the hot modules run compiled in this process."""

__all__ = [
    "COMPILED",
    "STEP_LIMIT",
    "Account",
    "Earlier",
    "Memories",
    "Plan",
    "PlannedRule",
    "Price",
    "Situation",
    "State",
    "StepAhead",
    "agreed",
    "charge_name",
    "charges_back",
    "code_key",
    "earlier_uses",
    "expiry_of_piece",
    "explain",
    "is_typed",
    "limit_refusal",
    "places_within",
    "price",
    "reasons",
    "refund",
    "refusal_before_scope",
    "rules_met",
    "scope_of",
    "steps_ahead",
    "still_holds",
    "units_at",
    "used_lots",
    "used_up",
]
