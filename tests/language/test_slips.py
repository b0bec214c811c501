"""The slips that people make: each has its own message, and `--fix` puts right what has one meaning, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pricing.cli.check import command as check
from pricing.language.loading.load import load_texts
from tests.language.rules_text import HEAD

CATALOGUE = {
    "stores.csv": "store\nnova-home\nluma-lights\n",
    "skus.csv": "sku,store,price,categories\nNH-1,nova-home,45.00,home\nLL-1,luma-lights,9.00,lamps\n",
}
LIST = "list favourites\n  stores nova-home\n\n"
CARD = 'store discount card "Card"\n  stores nova-home\n  {}\n'

SURE = [
    ("store nova-home", "P0104", "stores nova-home"),
    ("Stores nova-home", "P0107", "stores nova-home"),
    ("spend 50,00 take 5.00 off", "P0212", "spend 50.00 take 5.00 off"),
    ("spend 1.000,00 take 5.00 off", "P0212", "spend 1000.00 take 5.00 off"),
    ("spend $50 take 5.00 off", "P0210", "spend 50 take 5.00 off"),
    ("spend 10,000 take 5.00 off", "P0211", "spend 10000 take 5.00 off"),
    ("spend ５０.00 take 5.00 off", "P0214", "spend 50.00 take 5.00 off"),
    ("SPEND 50.00 TAKE 5.00 OFF", "P0107", "spend 50.00 take 5.00 off"),
    ("spend 50.00 take 10 percent off, at most 9.00", "P0121", "spend 50.00 take 10% off, at most 9.00"),
    ("spend 50.00 take 10% off, up to 9.00", "P0122", "spend 50.00 take 10% off, at most 9.00"),
    ("buy one get one free", "P0216", "buy 1 get 1 free"),
    ("stores nova–home", "P0209", "stores nova-home"),
    ("stores nova-home，luma-lights", "P0209", "stores nova-home, luma-lights"),
    ("stores nova-hom", "P0201", "stores nova-home"),
    ("days weekends", "P0229", "days sat, sun"),
    ("days Mon-Fri", "P0229", "days mon, tue, wed, thu, fri"),
    ("15% off", "P0104", "take 15% off"),
    ("never combine with seller coupon", "P0129", "never  with seller coupon"),
    ("days: mon", "P0104", "days mon"),
    ("// staff only", "P0104", "# staff only"),
    ("-stores nova-home", "P0104", "stores nova-home"),
    ("//staff only", "P0104", "#staff only"),
    ("Store: nova-home", "P0104", "stores nova-home"),
    ("spend ٥٠.00 take 5.00 off", "P0214", "spend 50.00 take 5.00 off"),
]
"""Lines whose slip has one meaning: the code, and what --fix makes of the line."""

SHOWN = [
    ("valid from 2026-03-08 02:30 until 2026-03-08 06:00", "P0222", "Write 2026-03-08 01:30 or 2026-03-08 03:30"),
    ("valid from 2026-06-18 until 2026-06-24", "P0225", "replace until with through"),
    ("valid 2026-06-18 to 2026-06-24", "P0105", "write from 2026-06-18 through 2026-06-24"),
    ("spend 50€ take 5.00 off", "P0210", "The currency of this campaign is USD."),
    ("spend 10.000 take 5.00 off", "P0213", "If 10000 is meant, write it so."),
    ("stores Nova Home", "P0109", "Did you mean nova-home?"),
    ("stores nova-home and luma-lights", "P0109", "with nova-home, luma-lights"),
    ("once per customer", "P0104", "write limit 1 use per customer"),
    ("minimum 50.00", "P0104", "did you mean spend?"),
    ("not with seller coupon", "P0104", "did you mean never?"),
    ("spend 50.00 free shipping", "P0105", "write ship free"),
    ("spend 50.00 5.00 off", "P0105", "expected take"),
    ("10% off orders over 50", "P0104", "write spend 50 take 10% off"),
    ("take 10% off over 50.00", "P0105", "The condition comes first"),
    ("spend more than 50.00 take 5.00 off", "P0105", "means that much or more"),
    ("spend >= 50.00 take 5.00 off", "P0105", "remove >="),
    ("every more than 50.00 take 5.00 off", "P0105", "remove more than"),
    ("valid 2026-06-18", "P0105", "put from before it"),
    ("-- staff only", "P0104", "replace -- with #"),
    ("--stores nova-home", "P0104", "replace -- with #"),
    ("stores nova，luma", "P0209", "a comma or letter of another keyboard"),
    ("2 for 1", "P0104", "buy 1 get 1 free"),
    ("buy 2 get 1 half price", "P0105", "buy 2 get 1 at 50% off"),
    ("limit 2 per customer", "P0125", "replace 2 with 2 uses"),
    ("at most 10%", "P0124", "at most 10% per item"),
    ("stores favourites", "P0201", "Did you mean list favourites?"),
    ('"The label"', "P0104", "The label of a card stands on its first line"),
]
"""Lines whose slip may have two meanings: what the message says. --fix leaves them alone."""


def fixed(tmp_path: Path, text: str) -> tuple[str, str]:
    """What `pricing check --fix` says of a file, and what it leaves in it."""
    for name, table in CATALOGUE.items():
        (tmp_path / "catalogue").mkdir(exist_ok=True)
        (tmp_path / "catalogue" / name).write_text(table, "utf-8")
    file = tmp_path / "a.promo"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(check, [str(tmp_path), "--fix"]).output, file.read_text("utf-8")


@pytest.mark.parametrize(("line", "code", "right"), SURE, ids=[line for line, _, _ in SURE])
def test_a_slip_with_one_meaning_is_put_right_and_nothing_else(
    tmp_path: Path, line: str, code: str, right: str
) -> None:
    text, meant = (f"{HEAD}{CARD.format(each)}# the end, with $5 and 1,000\n" for each in (line, right))
    codes = {item.code for item in load_texts({"a.promo": text}, CATALOGUE).diagnostics}
    assert code in codes
    assert codes - {code} <= {"P0302", "P0322"}  # the same slip told twice, or the line is missed elsewhere
    _, left = fixed(tmp_path, text)
    assert left == meant


@pytest.mark.parametrize(("line", "code", "says"), SHOWN, ids=[line for line, _, _ in SHOWN])
def test_a_slip_with_two_meanings_is_shown_and_left_alone(tmp_path: Path, line: str, code: str, says: str) -> None:
    text = HEAD + LIST + CARD.format(line)
    assert code in {item.code for item in load_texts({"a.promo": text}, CATALOGUE).diagnostics}
    told, left = fixed(tmp_path, text)
    assert says in told
    assert left == text


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('coupon c "C"', "Did you mean seller coupon, platform coupon or select coupon?"),
        ('Discount c "C"', "Did you mean store discount, item discount or cross-store discount?"),
        ('code SUMMER "C"', "Did you mean promo code?"),
        ('store nova "C"', "Did you mean store discount?"),
        ('seller voucher c "C"', "Did you mean seller coupon?"),
        ("voucher SUMMER", "Did you mean seller coupon, platform coupon or promo code?"),
    ],
)
def test_half_a_kind_is_one_mistake_and_not_many(head: str, says: str) -> None:
    loaded = load_texts({"a.promo": f"{HEAD}{head}\n  stores nova-home\n  spend 50.00 take 5.00 off\n"})
    assert [item.code for item in loaded.errors] == ["P0104"]
    assert says in loaded.report()
