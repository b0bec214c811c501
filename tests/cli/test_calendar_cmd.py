"""`pricing calendar`: which campaigns and cards hold when, as text, picture and JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pricing.cli import run

RULES = """campaign june "June & more"
  currency USD
  zone America/Los_Angeles
  valid from 2026-06-01 through 2026-06-30

store discount all-month "All month"
  stores nova-home
  spend 100.00 take 10.00 off

store discount fridays "Fridays"
  stores nova-home
  days fri, sat
  hours from 18:00 until 22:00
  spend 50.00 take 3.00 off

flash sale one-hour "One hour"
  valid from 2026-06-20 18:00 until 2026-06-20 19:00
  stores nova-home
  price A at 5.00
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "a.promo").write_text(RULES)
    later = RULES
    for old, new in (("june", "july"), ("2026-06", "2026-07"), ("-30", "-31"), ("all-month", "x"), ("fridays", "y"),
                     ("one-hour", "z")):  # fmt: skip
        later = later.replace(old, new)
    (tmp_path / "b.promo").write_text(later)
    monkeypatch.setattr("pricing.cli.calendar.now", lambda: datetime(2026, 6, 17, 4, tzinfo=UTC))
    return str(tmp_path)


def shown(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(["calendar", *args]) == 0
    return capsys.readouterr().out


def test_a_month_as_text(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, shop, "--from", "2026-06-01", "--to", "2026-06-30")
    assert said == (
        "                                                      2026-06-01      2026-06-30\n"
        "june                         2026-06-01 – 2026-06-30  ==========================\n"
        "    1 card as long as it lasts\n"
        "  fridays                    2026-06-01 – 2026-06-30  --------------------------\n"
        "    fri, sat, 18:00 to 22:00\n"
        "  one-hour                   2026-06-20 – 2026-06-20                   =\n"
    )


def test_from_today_as_long_as_anything_is_known(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Today is the day in the zone of the campaigns, not that of the machine."""
    head, *rows = shown(capsys, shop).splitlines()
    assert head.split() == ["2026-06-16", "2026-07-31"]
    assert [row.split()[0] for row in rows if "2026" in row] == ["june", "fridays", "one-hour", "july", "y", "z"]


def test_json_has_every_card(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(shown(capsys, shop, "--from", "2026-06-20", "--to", "2026-06-20", "--json"))
    assert (made["from"], made["until"]) == ("2026-06-20T00:00:00-07:00", "2026-06-21T00:00:00-07:00")
    (june,) = made["campaigns"]
    assert (june["name"], june["until"]) == ("june", "2026-07-01T00:00:00-07:00")
    cards = {card["name"]: card for card in june["cards"]}
    assert cards["one-hour"]["from"] == "2026-06-20T18:00:00-07:00"
    assert cards["fridays"]["hours"] == [{"from": "18:00", "until": "22:00"}] and set(cards) == {
        "all-month", "fridays", "one-hour",
    }  # fmt: skip


def test_a_picture_is_well_formed_and_says_what_holds(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    picture = ET.fromstring(shown(capsys, shop, "--from", "2026-06-01", "--to", "2026-07-31", "--svg"))  # noqa: S314  # our own
    said = [title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert "june: June & more, 2026-06-01 through 2026-06-30" in said
    assert "fridays: Fridays, 2026-06-01 through 2026-06-30 (fri, sat, 18:00 to 22:00)" in said


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--from", "2026-06-31"], "'2026-06-31' is not a day"),
        (["--from", "9999-12-31"], "'9999-12-31' is not a day"),
        (["--from", "2026-06-10", "--to", "2026-06-09"], "comes before the first one"),
        (["--svg", "--json"], "do not go together"),
    ],
)
def test_wrong_use(shop: str, capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    assert run(["calendar", shop, *args]) == 2
    assert said in capsys.readouterr().err


def test_nothing_holds(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calendar", shop, "--from", "2030-01-01"]) == 0
    assert capsys.readouterr() == (
        "",
        "Nothing holds from 2030-01-01 to 2030-01-28; --from and --to name other days.\n",
    )
