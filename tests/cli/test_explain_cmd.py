"""`pricing explain`: cards as paragraphs, codes as pages, suggestions for what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing.cli import run
from pricing.cli.telling import SWITCH_SAYS
from pricing.editor.words import INNER_WORDS as EVERY_INNER_WORD
from pricing.language.diagnostics.codes import severity_of
from pricing.language.vocabulary import CARD_EXAMPLES, INNER_WORDS, SWITCHES, WORDS

RULES = """campaign week-1 "Week"
  owner marketing
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30

store discount ten-off "From a hundred"
  stores nova-home
  spend 100.00 take 10.00 off

promo code SUMMER10 "Ten"
  spend 50.00 take 10.00 off
"""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "a.promo").write_text(RULES)
    return str(tmp_path)


def test_a_card_is_told_with_its_place(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "ten-off", "--rules", folder]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    place, blank, *lines = told.out.splitlines()
    assert (place, blank) == (f"{folder}/a.promo:7", "")
    text = " ".join(lines)
    assert "From 100.00" in text and "10.00 off" in text and "nova-home" in text
    assert all(len(line) <= 84 for line in lines)


def test_a_code_is_found_in_small_letters(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "summer10", "--rules", folder]) == 0
    assert "SUMMER10" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "meant"),
    [("ten-of", "ten-off"), ("SUMMERlO", "SUMMER10"), ("sumer10", "SUMMER10"), ("zzz", "takes the name")],
)
def test_a_name_that_is_not_there_is_met_with_a_suggestion(
    folder: str, name: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", name, "--rules", folder]) == 2
    told = capsys.readouterr()
    assert f"There is no card called '{name}'." in told.err
    assert meant in told.err
    assert told.out == ""


def test_a_card_is_told_although_another_is_wrong(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    (Path(folder) / "b.promo").write_text("campain b\n")
    assert run(["explain", "ten-off", "--rules", folder]) == 0
    assert "`pricing check`" in capsys.readouterr().err


def test_a_page_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "p0305"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"P0305 ({severity_of('P0305')}): ")
    assert "```" not in told
    assert "Instead of:\n\n    " in told
    assert "Write:\n\n    " in told


def test_a_code_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "P0399"]) == 2
    assert "There is no code P0399. Did you mean P03" in capsys.readouterr().err


def test_no_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["explain", "ten-off"]) == 2
    assert "There is no folder called rules" in capsys.readouterr().err


def test_the_shell_is_told_the_names(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    from click.shell_completion import ShellComplete

    from pricing.cli import commands

    found = ShellComplete(commands, {}, "pricing", "_PRICING_COMPLETE").get_completions(
        ["explain", "--rules", folder], "summer"
    )
    assert [item.value for item in found] == ["SUMMER10"]


MORE = (
    RULES
    + "\nlist friends\n  stores nova-home, luma-lights\n\nstore discount for-friends\n  stores list friends\n  take 1% off\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> str:
    (tmp_path / "a.promo").write_text(MORE)
    later = (
        RULES.replace("week-1", "week-2").replace("2026-06", "2026-09").replace("ten-off", "x").replace("SUMMER10", "y")
    )
    (tmp_path / "b.promo").write_text(later)
    return str(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(["explain", *args]) == 0
    said = capsys.readouterr().out
    assert all(len(line) <= 80 or line.startswith("/") for line in said.splitlines())
    return said


def test_without_a_name_all_there_is_and_what_holds_is_told(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "--rules", shop, "--at", "2026-06-20").splitlines()
    assert " ".join(said[:2]).split(": ")[-1].split() == ["2", "campaigns,", "5", "cards"]
    assert said[said.index("week-2 “Week”") :] == [
        "week-2 “Week”",
        "  2026-09-01 through 2026-09-30 (UTC): still to come",
        "  none of its 2 cards holds",
        "",
        "week-1 “Week”",
        "  2026-06-01 through 2026-06-30 (UTC): holds",
        "  3 of 3 cards hold:",
        "    SUMMER10 – promo code, “Ten”",
        "    for-friends – store discount",
        "    ten-off – store discount, “From a hundred”",
    ]
    assert "week-1 “Week”\n  2026-06-01 through 2026-06-30 (UTC): over\n  none of its 3 cards holds" in told(
        capsys, "--rules", shop, "--at", "2026-07-01T00:00:00Z"
    )


def test_a_list_is_shown_with_the_lines_that_name_it(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "friends", "--rules", shop)
    assert said.startswith(f"{shop}/a.promo:14\n") and "    list friends\n      stores nova-home, luma-lights\n" in said
    assert said.replace("\n", " ").rstrip().endswith(f"It is named at {shop}/a.promo:18.") or "a.promo:18" in said


def test_a_campaign_the_policy_and_a_switch(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(told(capsys, "week-1", "--rules", shop, "--at", "2026-06-20").split())
    assert "week-1, “Week”, is a campaign in USD (times in UTC), its owner is marketing." in said
    assert "3 cards:" in said and "ten-off – store discount, “From a hundred”" in said
    said = told(capsys, "policy", "--rules", shop)
    assert "The policy house: the one that holds where a folder has no policy.promo." in said
    assert "At most 1 promo code per order." in said and "rounding is half-up" in said
    Path(shop, "policy.promo").write_text("policy ours\n  set rounding to down\n")
    assert "The policy ours.\n" in told(capsys, "ours", "--rules", shop)
    assert "Here it is down." in told(capsys, "rounding", "--rules", shop)


@pytest.mark.parametrize("word", [*WORDS, *CARD_EXAMPLES, *SWITCHES, *INNER_WORDS])
def test_every_word_is_told_with_an_example(word: str, shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, *word.split(), "--rules", shop)
    assert said.startswith(word) or word in said.splitlines()[0]
    assert any(line.startswith("    ") for line in said.splitlines())


@pytest.mark.parametrize("word", sorted({*EVERY_INNER_WORD} - {"and", "of", "to"}))
def test_every_word_in_the_middle_of_a_line_is_told(word: str, shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert word in told(capsys, word, "--rules", shop).splitlines()[-1]


def test_every_switch_has_its_sentence() -> None:
    assert set(SWITCH_SAYS) == set(SWITCHES)


def test_words_need_no_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "spend 60.00 take 6.00 off" in told(capsys, "spend")
    assert run(["explain"]) == 2
    assert "There is no folder called rules" in capsys.readouterr().err


def test_uses_per_day_are_those_of_all_customers(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "by all customers together" in " ".join(told(capsys, "per", "day", "--rules", shop).split())


def test_a_card_with_a_broken_line_is_not_told_as_if_whole(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(shop, "a.promo")
    file.write_text(
        file.read_text().replace("  spend 50.00 take 10.00 off\n", "  spend 50.00 take 10.00 off\n  tkae 2\n")
    )
    assert "This card has a mistake" in told(capsys, "SUMMER10", "--rules", shop)
    assert "This card has a mistake" not in told(capsys, "ten-off", "--rules", shop)
