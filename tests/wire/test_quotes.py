"""Quotes in JSON, in the order of INTERFACE."""

from __future__ import annotations

import json

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pricing.model.quote import Earned, NextStep, QuoteLine, Reasons, Refusal, Saving, Unclaimed
from pricing.model.refund import first_units
from pricing.wire import quote_to_json
from tests.quotes import a_quote


def test_a_quote_in_the_interface_order() -> None:
    data = a_quote().to_dict()
    assert list(data) == [
        "currency", "list_total", "item_total", "goods_total", "shipping_total", "savings_total", "total",
        "coins_spent", "lines", "shipping", "used", "bought", "refused", "next_steps", "rules", "optimal", "steps",
        "lower_bound",
    ]  # fmt: skip
    assert list(data["lines"][0]) == ["id", "sku", "store", "quantity", "list", "item", "pays", "savings"]
    assert list(data["shipping"][0]) == ["store", "method", "list", "pays", "savings"]
    assert list(data["used"][0]) == ["rule", "kind", "store", "pieces", "coins", "amount", "label"]


def test_what_the_second_edition_adds_to_a_quote() -> None:
    """Each where INTERFACE has it, and nothing of it where there is nothing to tell."""
    quote = a_quote()
    line = quote.lines[0]._replace(savings=(Saving("gift", 2320, 1000, (("bank-x", 320),)),))
    told = evolve(
        quote,
        lines=(line, quote.lines[1]),
        shipping=(quote.shipping[0]._replace(id="p-1"),),
        used=(quote.used[0]._replace(store="nova-home", sku="NH-1001", because=("1", "2")), *quote.used[1:]),
        unknown_codes=("XYZ",),
        unclaimed=(Unclaimed("gift", "nova-home", 1, ("MUG-1",)),),
        earned=(Earned("club", 12),),
        asked=None,
    ).to_dict()
    assert told["lines"][0]["savings"][0]["funders"] == {"platform": "10.00", "bank-x": "3.20", "seller": "10.00"}
    assert list(told["shipping"][0])[:3] == ["store", "method", "id"]
    assert list(told["used"][0].items()) == [
        ("rule", "SUMMER15"), ("kind", "promo code"), ("store", "nova-home"), ("sku", "NH-1001"), ("pieces", 0),
        ("coins", 0), ("amount", "7.20"), ("label", "15% off, up to 20"), ("because", ["1", "2"]),
    ]  # fmt: skip
    assert told["unknown_codes"] == ["XYZ"]
    assert told["unclaimed"] == [{"rule": "gift", "store": "nova-home", "units": 1, "skus": ["MUG-1"]}]
    assert told["earned"] == [{"rule": "club", "coins": 12}]
    assert not {"unknown_codes", "unclaimed", "earned"} & set(quote.to_dict())
    reasons = Reasons((Refusal("r", "s", "other-payment", sku="K"),), (NextStep("r", "s", None, None, 450, "card-x"),))
    told = quote.to_dict(reasons)
    assert told["refused"] == [{"rule": "r", "store": "s", "sku": "K", "reason": "other-payment"}]
    assert told["next_steps"] == [{"rule": "r", "store": "s", "payment": "card-x", "saves": "4.50"}]


def test_labels_in_another_language() -> None:
    quote = evolve(
        a_quote(), translations=(("SUMMER15", "de", "15 % weniger"), ("SUMMER15", "de-CH", "15 % günstiger"))
    )

    def label(language: str | None) -> str:
        used: list[dict[str, str]] = quote.to_dict(why=False, language=language)["used"]
        return used[0]["label"]

    assert [label(language) for language in ("de-CH", "de-AT-1996", "DE", "fr", "d", None)] == [
        "15 % günstiger", "15 % weniger", "15 % weniger", *["15% off, up to 20"] * 3,
    ]  # fmt: skip


def test_the_units_of_a_line() -> None:
    """SPEC 7: runs of equal units, in the order in which a refund gives them back; their sums are the line's."""
    savings = (Saving("a", 1000, 500), Saving("b", 2, 2))
    quote = a_quote()
    line = quote.lines[0]._replace(quantity=3, list=3000, item=3000, pays=1998, savings=savings)
    data = evolve(quote, lines=(line,)).to_dict(why=False, units=True)["lines"][0]
    assert list(data)[-2:] == ["savings", "units"]
    a, b = {"rule": "a"}, {"rule": "b", "amount": "0.01", "funders": {"platform": "0.01"}}
    assert data["units"] == [
        {"quantity": 1, "pays": "6.66",
         "savings": [a | {"amount": "3.34", "funders": {"platform": "1.67", "seller": "1.67"}}, b]},
        {"quantity": 1, "pays": "6.66",
         "savings": [a | {"amount": "3.33", "funders": {"platform": "1.67", "seller": "1.66"}}, b]},
        {"quantity": 1, "pays": "6.66",
         "savings": [a | {"amount": "3.33", "funders": {"platform": "1.66", "seller": "1.67"}}]},
    ]  # fmt: skip
    assert "units" not in quote.to_dict()["lines"][0]


SHARES = st.integers(0, 10**6)


@given(st.integers(1, 50), SHARES, st.lists(st.tuples(SHARES, SHARES, SHARES), max_size=3))
def test_units_add_up_to_their_line_and_come_as_a_refund_gives_them(
    quantity: int, pays: int, parts: list[tuple[int, int, int]]
) -> None:
    savings = tuple(
        Saving(f"r{number}", platform + payer + seller, platform, (("bank-x", payer),))
        for number, (platform, payer, seller) in enumerate(parts)
    )
    line = QuoteLine("1", "a", "s", quantity, pays + sum(one.amount for one in savings), pays, pays, savings)
    runs = line.units
    assert sum(run.quantity for run in runs) == quantity
    assert [run.pays for run in runs for _ in range(run.quantity)] == [
        first_units(pays, quantity, unit + 1) - first_units(pays, quantity, unit) for unit in range(quantity)
    ]
    for saving in savings:
        mine = [(run.quantity, one) for run in runs for one in run.savings if one.rule == saving.rule]
        for part in (lambda one: one.amount, lambda one: one.platform, lambda one: dict(one.payers).get("bank-x", 0)):
            assert sum(many * part(one) for many, one in mine) == part(saving)
        assert all(min(one.seller, one.platform, *dict(one.payers).values()) >= 0 for _, one in mine)


def test_the_numbers_of_a_quote() -> None:
    data = a_quote().to_dict()
    assert {key: data[key] for key in list(data)[:8]} == {
        "currency": "USD", "list_total": "127.46", "item_total": "109.99", "goods_total": "81.79",
        "shipping_total": "0.00", "savings_total": "45.67", "total": "81.79", "coins_spent": 520,
    }  # fmt: skip
    assert data["lines"][0]["savings"] == [
        {"rule": "nova-spend-more", "amount": "12.00", "funders": {"seller": "12.00"}},
        {"rule": "select-summer", "amount": "4.00", "funders": {"platform": "1.60", "seller": "2.40"}},
        {"rule": "SUMMER15", "amount": "7.20", "funders": {"platform": "7.20"}},
    ]
    assert data["bought"] == {"select-summer": {"pieces": 2, "coins": 20}}
    assert [(use["rule"], use["store"]) for use in data["used"]] == [
        ("SUMMER15", None), ("home-ships-free", "nova-home"), ("lamp-hour", None), ("nova-spend-more", "nova-home"),
        ("select-summer", "nova-home"), ("summer-coins", None),
    ]  # fmt: skip
    assert (data["rules"], data["optimal"], data["steps"], data["lower_bound"]) == ("sha256:00", True, 41, "81.79")


def test_reasons_are_sorted_and_hold_only_what_applies() -> None:
    data = a_quote().to_dict()
    assert data["refused"] == [
        {"rule": "home-ships-free", "store": "luma-lights", "reason": "below-threshold", "short_by": "4.04"},
        {"rule": "nova-6-off-60", "store": "nova-home", "reason": "clashes", "with": "SUMMER15", "total_with": "90.98"},
        {"rule": "peak-three", "store": "peak-sport", "reason": "below-threshold", "short_units": 1},
        {"rule": "welcome-4", "store": None, "reason": "not-held"},
    ]
    assert data["next_steps"] == [
        {"rule": "home-ships-free", "store": "luma-lights", "missing": "4.04", "saves": "4.50"},
        {"rule": "peak-three", "store": None, "missing_units": 1, "saves": "4.50"},
    ]


def test_equal_quotes_give_equal_bytes_on_one_line() -> None:
    first, second = quote_to_json(a_quote()), quote_to_json(a_quote())
    assert first == second and "\n" not in first
    assert json.loads(first) == a_quote().to_dict()


def test_reasons_are_worked_out_once_and_only_when_wanted() -> None:
    asked: list[int] = []
    quote = a_quote(on_ask=lambda: asked.append(1))
    short = quote.to_dict(why=False)
    assert asked == []
    full = quote.to_dict()
    assert asked == [1]
    assert short == {key: value for key, value in full.items() if key not in ("refused", "next_steps")}
    assert json.loads(quote_to_json(quote, why=False)) == short
