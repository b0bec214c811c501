"""Objects made by the slots are those that attrs makes."""

from __future__ import annotations

import pickle

import pytest
from attrs import fields

from pricing.engine.answering import answer
from pricing.engine.answering.making import Maker
from pricing.model.quote import Bought, KeptCoupon, Quote, QuoteLine, Saving, Use

MADE = (KeptCoupon, Quote, QuoteLine, Saving, Use)


def test_the_answer_makes_these_classes_so() -> None:
    makers = [each for each in vars(answer).values() if isinstance(each, Maker)]
    assert {maker._made for maker in makers} == set(MADE)


@pytest.mark.parametrize("cls", MADE)
def test_it_is_the_same_object(cls: type) -> None:
    """Equal, with equal text and hash, still frozen; nothing that attrs would do on the way is left out."""
    names = [each.name for each in fields(cls)]
    assert not [each.name for each in fields(cls) if each.converter or each.validator]
    assert not hasattr(cls, "__attrs_post_init__") and not hasattr(cls, "__attrs_pre_init__")
    values = tuple(f"value {name}" for name in names)
    made, usual = Maker(cls).of(values), cls(*values)
    assert made == usual and repr(made) == repr(usual) and hash(made) == hash(usual)
    assert tuple(getattr(made, name) for name in names) == values
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(AttributeError):
        made.rule = "other"  # type: ignore[attr-defined]


def test_a_class_that_no_other_can_become_makes_its_objects_itself() -> None:
    """`Bought` has a slot for weak references: Python 3.11 lets nothing become one."""
    assert Maker(Bought).of(("select", 3, 10, ())) == Bought("select", 3, 10, ())
