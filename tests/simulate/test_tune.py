"""`pricing tune` finds the value that trying all of them by hand would find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pricing import Cart, Engine
from pricing.cli import run
from pricing.simulate.mapping import WrongOrders
from pricing.simulate.tune import grid, read_open_card
from tests.simulate import shop

CARTS = shop.orders(60)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = shop.folder(tmp_path / "open", **shop.OLD)
    file = folder / "campaigns" / "june.promo"
    text = file.read_text().replace("spend        40.00  take", "spend        ?  take")
    file.write_text(text.replace('"Spend more"', '"Spend more?"  # is this ? right'))
    shop.write(tmp_path / "orders.jsonl", CARTS)
    return tmp_path


def by_hand(place: Path, value: int) -> tuple[int, int]:
    """(what the card saves, orders that use it) at a value."""
    engine = Engine(read_open_card(str(place / "open")).book(f"{value}.00"))
    quotes = [engine.quote(Cart.from_dict(cart)) for cart in CARTS]
    gives = [sum(use.amount for use in quote.used if use.rule == "nova-more") for quote in quotes]
    return sum(gives), sum(map(bool, gives))


def tuned(capsys: pytest.CaptureFixture[str], *goal: str, step: str = "2.00") -> tuple[int, dict[str, object]]:
    status = run(["tune", "open", "--orders", "orders.jsonl", "--from", "20.00", "--to", "98.00", "--by", step,
                  "--usage", "ignored", "--json", *goal])  # fmt: skip
    return status, json.loads(capsys.readouterr().out)


def test_the_most_that_a_budget_allows(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = {value: by_hand(place, value) for value in range(20, 99, 2)}
    budget = (every[20][0] + every[98][0]) // 2
    status, found = tuned(capsys, "--spend-at-most", f"{budget // 100}.{budget % 100:02d}")
    best = max(value for value in every if every[value][0] == max(s for s, _ in every.values() if s <= budget))
    first = min(value for value in every if every[value][0] == every[best][0])
    assert status == 0
    assert found["rule"] == "nova-more"
    assert found["best"] == f"{first}.00"
    points = found["points"]
    assert isinstance(points, list) and len(points) < len(every)
    for point in points:
        saved, orders = every[int(float(point["value"]))]
        assert (round(100 * float(point["saved"])), point["orders"]) == (saved, orders)


def test_the_least_that_reaches_a_share_of_orders(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = {value: by_hand(place, value) for value in range(20, 99, 2)}
    status, found = tuned(capsys, "--reach-at-least", "50%")
    reach = [value for value, (_, orders) in every.items() if orders * 100 >= 50 * len(CARTS)]
    least = min(every[value][0] for value in reach)
    assert status == 0
    assert found["best"] == f"{min(value for value in reach if every[value][0] == least)}.00"


def test_every_value_is_tried_when_asked(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = {value: by_hand(place, value) for value in range(20, 99, 6)}
    status, found = tuned(capsys, "--reach-at-least", "50%", "--every", step="6.00")
    points = found["points"]
    assert status == 0 and isinstance(points, list)
    assert {int(float(one["value"])): (round(100 * float(one["saved"])), one["orders"]) for one in points} == every


def test_a_goal_that_no_value_meets_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = tuned(capsys, "--reach-at-least", "100%", step="20.00")
    assert status == 1 and found["best"] is None


def test_the_curve_is_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tune", "open", "--orders", "orders.jsonl", "--from", "30", "--to", "50", "--by", "10",
                "--keep-at-least", "10%"]) == 0  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "nova-more, amounts in USD"
    assert [line.split()[0] for line in lines[2:]] == ["30", "40", "50"]
    assert sum("<- best" in line for line in lines) == 1


def test_mistakes_of_the_user_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["tune", "open", "--orders", "orders.jsonl", "--from", "1", "--to", "2", "--by", "1"]
    for more, said in (
        ([], "Say what is wanted"),
        (["--reach-at-least", "200%"], "is no share"),
        (["--spend-at-most", "5.001"], "too many decimals"),
        (["--by", "0", "--reach-at-least", "1%"], "by is above zero"),
    ):
        assert run([*base, *more]) == 2
        assert said in capsys.readouterr().err
    with pytest.raises(WrongOrders, match="at most 10,000"):
        grid("0", "1000", "0.01")
    file = place / "open" / "campaigns" / "june.promo"
    file.write_text(file.read_text().replace("spend       30.00", "spend       ?"))
    with pytest.raises(WrongOrders, match=r"here are several: campaigns/june.promo:\d+, campaigns/june.promo:\d+"):
        read_open_card(str(place / "open"))
    shop.folder(place / "open", **shop.OLD)
    with pytest.raises(WrongOrders, match="here is none"):
        read_open_card(str(place / "open"))
