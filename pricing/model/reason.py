"""Why a rule was not used: every reason once, with its sentence for a customer (SPEC sections 2 and 7)."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """As JSON writes it. The first ones are asked in this order, and the first that fails is told."""

    sentence: str
    """What a shop assistant would say after the rule's name; `{where}` is " at a store" or nothing, `{currency}` the
    cart's."""
    is_near: bool
    """Whether it says anything to a customer who neither holds the coupon nor typed the code."""

    def __new__(cls, code: str, sentence: str, is_near: bool = True) -> Reason:
        """A reason by its code; the rest is what is said of it."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.sentence = sentence
        made.is_near = is_near
        return made

    DECLINED = "declined", "was left out on request."
    OTHER_CURRENCY = "other-currency", "is not for orders in {currency}.", False
    NOT_YET = "not-yet", "has not begun yet.", False
    EXPIRED = "expired", "is over.", False
    WRONG_DAY_OR_HOUR = "wrong-day-or-hour", "holds on other days or at other hours."
    OTHER_CUSTOMER = "other-customer", "is for other customers."
    OTHER_COUNTRY = "other-country", "is for other countries."
    OTHER_REGION = "other-region", "is for other regions."
    OTHER_CHANNEL = "other-channel", "is not offered on this channel."
    OTHER_PAYMENT = "other-payment", "is for another way to pay."
    NOT_HELD = "not-held", "there is no such coupon in the wallet.", False
    NOT_TYPED = "not-typed", "the code was not typed in.", False
    NEEDS_CUSTOMER = "needs-customer", "is for customers who have signed in."
    NO_ITEM_IN_SCOPE = "no-item-in-scope", "nothing in the cart{where} takes part.", False
    USED_UP = "used-up", "has been used as often as it can be."
    NO_BUDGET = "no-budget", "all its money has been given out."

    # What is known only once the selection is.
    BELOW_THRESHOLD = "below-threshold", "not enough{where}."
    NOTHING_TO_SAVE = "nothing-to-save", "would save nothing{where} on this cart."
    CLASHES = "clashes", "cannot be used{where} together with what is used."
    BEATEN = "beaten", "could be used{where}, but there is a better way to pay less."


def reason_of(code: str) -> Reason:
    """The reason of a code, or itself. Raises ValueError for any other text."""
    return Reason(code)  # type: ignore[call-arg]  # looked up, not made
