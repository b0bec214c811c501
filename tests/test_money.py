"""Amounts go both ways without loss, in every currency that py-money knows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from money.currency import Currency
from money.money import Money

from pricing.money import LARGEST, AmountError, decimals, from_money, parse, show, to_money

CURRENCIES = sorted(currency.name for currency in Currency)

PUBLISHED = {
    "USD": 2,
    "EUR": 2,
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "ISK": 0,
    "XOF": 0,
    "KWD": 3,
    "BHD": 3,
    "TND": 3,
    "MGA": 1,
    "MRO": 1,
}
"""Decimals as ISO 4217 lists them; of the last two, what a `Money` can hold."""


@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_both_ways(currency: str) -> None:
    for minor in (0, 1, 9, 10, 99, 100, 101, 999, 1000, 123456, LARGEST - 1):
        text = show(minor, currency)
        assert parse(text, currency) == minor
        money = to_money(minor, currency)
        assert from_money(money) == (minor, currency)
        assert money.amount == Decimal(minor).scaleb(-decimals(currency)) == Decimal(text)
        assert len(text.partition(".")[2]) == decimals(currency)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_one_decimal_too_many_is_refused_never_rounded(currency: str) -> None:
    text = "1." + "0" * decimals(currency) + "0"
    with pytest.raises(AmountError, match="too many decimals"):
        parse(text, currency)


@pytest.mark.parametrize(("currency", "places"), PUBLISHED.items())
def test_decimals_are_those_that_are_published(currency: str, places: int) -> None:
    assert decimals(currency) == places


@given(st.integers(-LARGEST + 1, LARGEST - 1), st.sampled_from(CURRENCIES))
def test_money_and_minor_units_agree(minor: int, currency: str) -> None:
    assert from_money(to_money(minor, currency)) == (minor, currency)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0", 0), ("5", 500), ("5.5", 550), ("5.50", 550), ("0.01", 1), ("9999999999999.99", LARGEST - 1)],
)
def test_amounts_as_people_write_them(text: str, minor: int) -> None:
    assert parse(text, "USD") == minor


@pytest.mark.parametrize(
    "text",
    ["", " ", "5.", ".5", "05", "-1", "+1", "1e3", "1,000", "1_000", "$5", "5 ", " 5", "5\n", "٥", "½", "NaN",
     "Infinity", "0x10", "1.2.3", "10000000000000.00", "9" * 5000],
    ids=range(22),
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(AmountError):
        parse(text, "USD")


@given(st.text(max_size=12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_any_text_is_an_amount_or_refused(text: str, currency: str) -> None:
    try:
        minor = parse(text, currency)
    except AmountError:
        return
    assert Decimal(text).scaleb(decimals(currency)) == minor


@pytest.mark.parametrize("currency", ["", "usd", "XXXX", "US", "Dollar"])
def test_unknown_currencies(currency: str) -> None:
    with pytest.raises(AmountError, match="no currency called"):
        decimals(currency)


@pytest.mark.parametrize("value", ["5.00", 5, 5.0, None, Decimal(5)])
def test_only_money_is_money(value: object) -> None:
    with pytest.raises(AmountError, match="expected a Money"):
        from_money(value)  # type: ignore[arg-type]


def test_money_that_is_too_large() -> None:
    with pytest.raises(AmountError, match="too large"):
        from_money(Money("10000000000000.00", Currency.USD))


def test_negative_amounts_are_shown_with_their_sign() -> None:
    assert [show(-5, "USD"), show(-500, "JPY"), show(-1, "KWD")] == ["-0.05", "-500", "-0.001"]
