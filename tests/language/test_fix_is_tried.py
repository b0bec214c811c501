"""A fix that is offered works: with it applied, what it was offered for is gone and no new error has come."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from pricing.language.diagnostics.codes import pages
from pricing.language.diagnostics.fixes import applied
from pricing.language.loading.load import load_texts
from pricing.model.diagnostic import Fix
from tests.language.rules_text import HEAD, files
from tests.language.test_twenty_slips import CATALOGUE, SLIPS

CARD = f'{HEAD}store discount x "X"\n  stores nova-home\n  {{}}\n'
LINES = (
    "buy 3 get 2 at 5.00 off", "buy 2 get 1 free, at most 1", "spend 50.00 get 1 free", "take free", "take %15 off",
    "customers first order", "funded by seller 60% and platform 40%", "buy 2, get 1 free", "spend £50 take £5 off",
    "20% off", "save 5.00", "take 10%", "spend 50.00 save 5.00", "once", "max 20", "days weekend", "hours 9am to 5pm",
    "not with seller coupon", "never with anything else", "skus ABC#1", "payment visa", "buy one get one free",
    "limit 1 use per week", "valid from 11 October 2026 through 2026-12-01", "spend 10k take 5.00 off", "half price",
    "customers new, and vip", "customers new and vip", "stores nova-hom", "take 20 percent off", "spends 50 take 5 of",
    "take 5.00 off // summer", "take 5.00 off (summer)", "1. take 5.00 off", "10% off everything", "10% off this",
    "take 5.00 off each item", "buy 2 get 1 for free", "days mon to fri", "limit one per customer", "limit to 2 uses",
    "limit 1 use a day", "limit 100 coupons", "spend 50.00: take 5.00 off", "take 5.00 off every second item",
)  # fmt: skip
TEXTS = [
    *[CARD.format(line) for line in LINES],
    *[f"{HEAD}{text}\n" for text, _, _ in SLIPS],
    *[text for page in pages().values() if page.wrong for text in [files(page.wrong).get("campaigns/summer.promo", "")]],
]  # fmt: skip


OTHERS = frozenset({"P0207", "P0313"})
"""What a line lacks besides, and could not be told before: a coupon of that name, a seller coupon's store."""


@pytest.mark.parametrize("text", [text for text in TEXTS if text])
def test_a_fix_leaves_fewer_errors(text: str) -> None:
    before = load_texts({"a.promo": text}, CATALOGUE)
    errors = Counter(item.code for item in before.errors)
    together: dict[tuple[str, int], list[Fix]] = defaultdict(list)
    for item in before.errors:
        if item.fixes and all(edit.file == "a.promo" for edit in item.fixes[0].edits):
            together[item.code, item.line].append(item.fixes[0])  # such as two quotes of a word processor
    for (code, number), fixes in together.items():
        after = load_texts({"a.promo": applied(text, [edit for fix in fixes for edit in fix.edits])}, CATALOGUE)
        left = Counter(item.code for item in after.errors)
        says = [fix.says for fix in fixes]
        assert left[code] < errors[code] or left.total() < errors.total(), (says, after.report())
        new = [item for item in after.errors if item.line == number and not errors[item.code]]
        assert not [item for item in new if not item.fixes and item.code not in OTHERS], (says, after.report())


def test_an_amount_for_each_currency_is_one_in_each() -> None:
    card = (
        'campaign c "C"\n  currency {}\n  zone UTC\n\nstore discount a "A"\n  stores s\n  spend 90.00{} take {} off\n'
    )
    for currencies, more, shown in (
        ("USD, EUR", " | 90.00", "5.00 | 5.00"), ("USD, KWD, JPY", " | 90.00 | 9000", "5.00 | 5.00 | 500"),
    ):  # fmt: skip
        found = load_texts({"a.promo": card.format(currencies, more, "5.00")}).diagnostics
        (item,) = [one for one in found if one.code == "P0242"]
        assert item.helps == (f"An amount for each stands as {shown}, in the order of the head.",)
        assert load_texts({"a.promo": card.format(currencies, more, shown)}).diagnostics == ()
