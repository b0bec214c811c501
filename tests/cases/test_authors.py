"""What people who write rules met: files passed over, warnings that were wrong, first words, fixes that failed again.

What has a test elsewhere is not repeated: sayings in `language/test_sayings.py`, fixes in `test_fix_is_tried.py`,
files in `test_catalogue.py` and `test_files.py`, commands in `cli/`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing import Cart, Engine
from pricing.cli import run
from pricing.language.diagnostics.fixes import applied
from pricing.language.loading.load import load_texts
from pricing.model.diagnostic import Diagnostic
from tests.language.rules_text import HEAD

CARD = f'{HEAD}store discount x "X"\n  stores a\n  {{}}\n'
CATALOGUE = {
    "stores.csv": "store,name\na,House A\nb-2,Bazaar\nc,Twin\nd,Twin\n",
    "categories.csv": "category,name\nfood/tea,Tea\nfood/hot,Hot drinks\n",
}


def told(text: str) -> tuple[Diagnostic, ...]:
    return load_texts({"a.promo": text}, CATALOGUE).diagnostics


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("spend 30.00 take 0.15% off", "P0350", "take 15% off"),
        ("take 0.1 off", "P0350", "take 10% off"),
        ("buy 1 get 1 free\n  limit 1 use per order", "P0351", "at most 1 time"),
        ("take 5% off\n  limit 1 use per day", "P0349", "limit 1 use per customer and day"),
        ("take 5% off\n  skus ABC#1", "P0140", '"ABC#1"'),
    ],
    ids=["a percentage below one", "an amount that is a percentage", "a use is no round", "all customers", "a remark"],
)
def test_what_was_passed_over_is_doubted_and_the_line_that_may_be_meant_is_shown(
    line: str, code: str, says: str
) -> None:
    found = [item for item in told(CARD.format(line)) if item.code == code]
    assert [item.severity for item in found] == ["warning"]
    assert says in found[0].message + "".join(found[0].helps)


def test_a_zone_without_summer_time_is_doubted() -> None:
    assert "P0248" in {item.code for item in told(CARD.format("take 5% off").replace("America/Los_Angeles", "EST"))}


def test_groups_of_two_are_full_ones_only() -> None:
    """Five kettles at 10.00: two pairs are cheaper, the fifth is not."""
    engine = Engine.from_texts({"campaigns/a.promo": CARD.format("every 2 items take 10% off")})
    kettles = {"id": "k", "sku": "k", "store": "a", "price": "10.00", "quantity": 5}
    cart = Cart.from_dict({"currency": "USD", "at": "2026-06-15T12:00:00Z", "lines": [kettles]})
    assert engine.quote(cart).to_dict(why="none")["total"] == "46.00"


def test_of_coupons_that_combine_with_one_another_none_is_called_beaten() -> None:
    """The first is worth more than the second, which goes with the third: 8.00 against 7.00."""
    cards = (
        "platform coupon c1\n  spend 10.00 take 7.00 off\n\n"
        "platform coupon c2\n  spend 10.00 take 2.00 off\n  combines with c3\n\n"
        "platform coupon c3\n  spend 10.00 take 6.00 off\n"
    )
    assert "P0404" not in {item.code for item in told(HEAD + cards)}
    engine = Engine.from_texts({"policy.promo": "policy p\n", "campaigns/a.promo": HEAD + cards})
    line = {"id": "k", "sku": "k", "store": "a", "price": "30.00", "quantity": 1}
    held = [{"rule": name, "pieces": 1} for name in ("c1", "c2", "c3")]
    cart = {"currency": "USD", "at": "2026-06-15T12:00:00Z", "lines": [line], "wallet": {"coupons": held}}
    quote = engine.quote(Cart.from_dict(cart))
    assert (quote.total_minor, [use.rule for use in quote.used]) == (2200, ["c2", "c3"])


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("spend 25.- take 5.00 off", "spend 25.00 take 5.00 off"),
        ("spend 1.000.000 take 5.00 off", "spend 1000000 take 5.00 off"),
        ("spend 10k take 5.00 off", "spend 10000 take 5.00 off"),
        ("take half off", "take 50% off"),
        ("payment visa\n  take 5% off", "payments visa\n  take 5% off"),
        ("categories Tea\n  take 5% off", "categories food/tea\n  take 5% off"),
        ("categories hot drinks\n  take 5% off", "categories food/hot\n  take 5% off"),
        ("categories food/tea, TEA\n  take 5% off", "categories food/tea, food/tea\n  take 5% off"),
        ("except stores Bazaar\n  take 5% off", "except stores b-2\n  take 5% off"),
    ],
)
def test_a_first_word_gets_its_own_message_and_its_fix_loads(line: str, right: str) -> None:
    text = CARD.format(line)
    edits = [edit for item in told(text) for fix in item.fixes for edit in fix.edits if item.severity == "error"]
    assert applied(text, edits) == CARD.format(right)
    assert not load_texts({"a.promo": CARD.format(right)}, CATALOGUE).errors


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("12/31/2026", "2026-12-31"),
        ("31.12.2026", "2026-12-31"),
        ("11 October 2026", "2026-10-11"),
        ("October 11, 2026", "2026-10-11"),
        ("1st May, 2026", "2026-05-01"),
        ("Jun. 3rd ,2026", "2026-06-03"),
    ],
)
def test_a_date_with_one_reading_is_put_right(said: str, right: str) -> None:
    text = CARD.format(f"valid from {said} until 2027-01-01\n  take 5% off")
    edits = [edit for item in told(text) if item.severity == "error" for fix in item.fixes for edit in fix.edits]
    assert applied(text, edits) == text.replace(said, right)


def test_a_name_of_two_things_is_not_taken_for_one_of_them() -> None:
    (item,) = told(f'{HEAD}store discount x "X"\n  stores Twin\n  take 5% off\n')
    assert (item.code, item.fixes) == ("P0201", ())


@pytest.mark.parametrize("head", ["store discount", "campaign"])
def test_a_name_of_two_words_becomes_one(head: str) -> None:
    right = CARD.format("take 5% off").replace(f"{head} {'x' if head != 'campaign' else 'summer'}", f"{head} tea-week")
    text = right.replace("tea-week", "tea week")
    (item,) = told(text)
    assert (item.code, [fix.says for fix in item.fixes]) == ("P0110", ["replace tea week with tea-week"])
    assert applied(text, item.fixes[0].edits) == right
    assert not told(right)


def test_words_of_a_label_without_its_quotes_are_not_taken_for_a_name() -> None:
    (item,) = told(f'{HEAD}store discount x Tea "for" two\n  take 5% off\n')
    assert (item.code, item.fixes) == ("P0110", ())


@pytest.mark.parametrize("word", ["code SAVE10", "codes 100 like SAVE-####"])
def test_a_coupon_with_a_code_is_told_which_card_has_one(word: str) -> None:
    (item,) = told(f'{HEAD}seller coupon x "X"\n  stores a\n  {word}\n  spend 20.00 take 2.00 off\n')
    assert (item.code, item.severity) == ("P0301", "error")
    assert item.helps == (
        'A coupon is in the wallet. What customers type is a card of its own: promo code SUMMER15 "15% off"',
    )


def test_examples_without_a_cart_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.promo").write_text(CARD.format("spend 20.00 take 1.00 off"))
    (tmp_path / "a.examples.md").write_text("# Examples\n\nNothing here.\n")
    run(["test", str(tmp_path)])
    assert "a.examples.md: there is no example in it" in capsys.readouterr().err
