"""Examples in Markdown: those of `tests/scenarios` and those beside the rules, and the runner that they share.

`pytest --update` rewrites what they expect. Read what changed: a receipt is right because a person says so.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pricing import Engine
from pricing.examples import SUFFIX, Example, ExampleError, find, load, run, update

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "tests" / "scenarios").rglob("*.md"), *(ROOT / "rules").rglob(f"*{SUFFIX}")])


@cache
def engine_of(folder: Path | None) -> Engine | None:
    return Engine.load(folder) if folder is not None else None


def all_examples() -> list[Any]:
    return [
        pytest.param(example, id=f"{path.relative_to(ROOT).as_posix()}: {example.title}")
        for path in FILES
        for example in load(path)
    ]


@pytest.mark.parametrize("example", all_examples())
def test_example(example: Example, request: pytest.FixtureRequest) -> None:
    folder = (
        None if example.texts else next((up for up in example.path.parents if (up / "policy.promo").is_file()), None)
    )
    outcome = run(example, engine_of(folder))
    if request.config.getoption("--update") and not outcome.problem:
        standing = next(now for now in load(example.path) if now.title == example.title)  # lines above may have moved
        update(example.path, [run(standing, engine_of(folder))])
        return
    assert outcome.ok, outcome.report()


def test_there_are_examples_on_both_sides() -> None:
    assert any("scenarios" in path.parts for path in FILES)
    assert any(path.name.endswith(SUFFIX) for path in FILES)


# The runner

CART = {
    "currency": "USD",
    "at": "2026-06-20T12:00:00Z",
    "lines": [{"sku": "A", "store": "s", "price": "50.00", "quantity": 2}],
}
RULES = """campaign c "C"
  currency    USD
  zone        UTC

store discount five "5 off 100"
  stores      s
  spend       100.00  take 5.00 off
"""


def text_of(*parts: str, cart: object = CART, receipt: str | None = None, title: str = "Five off a hundred") -> str:
    blocks = [f"## {title}", *parts, f"```cart\n{json.dumps(cart)}\n```"]
    if receipt is not None:
        blocks.append(f"```receipt\n{receipt}```")
    return "\n\n".join(blocks) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / f"a{SUFFIX}"


PROMO = f"```promo campaigns/c.promo\n{RULES}```"


def test_an_example_without_a_receipt_fails_and_update_writes_it(file: Path) -> None:
    file.write_text("# All\n\n" + text_of("Some prose.", PROMO) + "\nMore prose.\n")
    outcome = run(load(file)[0])
    assert not outcome.ok
    assert "To pay" in outcome.report()
    assert update(file, [outcome]) == 1
    after = load(file)[0]
    assert run(after).ok
    assert after.receipt is not None
    assert "95.00" in after.receipt.text
    assert file.read_text().endswith("```\n\nMore prose.\n")
    assert update(file, [run(after)]) == 0


def test_update_rewrites_in_place_and_leaves_everything_else(file: Path) -> None:
    file.write_text(text_of(PROMO, receipt="old\n") + "\n```text\nkept\n```\n\n" + text_of(PROMO, title="Second"))
    outcomes = [run(example) for example in load(file)]
    assert [outcome.ok for outcome in outcomes] == [False, False]
    before = file.read_text()
    assert update(file, outcomes) == 2
    after = file.read_text()
    assert all(run(example).ok for example in load(file))
    assert after.startswith(before[: before.index("old")])
    assert "```text\nkept\n```" in after
    assert "-old" in outcomes[0].diff


def test_windows_line_ends_and_marks_are_kept(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + text_of(PROMO).replace("\n", "\r\n").encode())
    assert update(file, [run(load(file)[0])]) == 1
    text = file.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf## ")
    assert text.count(b"\n") == text.count(b"\r\n")
    assert run(load(file)[0]).ok


def test_a_file_that_changed_meanwhile_is_not_touched(file: Path) -> None:
    file.write_text(text_of(PROMO))
    outcome = run(load(file)[0])
    file.write_text(text_of("New.", PROMO))
    with pytest.raises(ExampleError, match="changed"):
        update(file, [outcome])


def test_promo_blocks_above_the_first_example_hold_for_all_and_can_be_replaced(file: Path) -> None:
    ten = PROMO.replace("take 5.00", "take 10.00")
    file.write_text(f"# Title\n\n{PROMO}\n\n{text_of()}\n{text_of(ten, title='Ten')}")
    five, other = (run(example).receipt for example in load(file))
    assert "95.00" in five
    assert "90.00" in other


def test_the_engine_given_is_used_when_there_are_no_promo_blocks(file: Path) -> None:
    file.write_text(text_of())
    example = load(file)[0]
    assert "no rules" in run(example).problem
    assert "95.00" in run(example, Engine.from_texts({"campaigns/c.promo": RULES})).receipt


def test_usage_and_without_reach_the_quote(file: Path) -> None:
    used = '```usage\n{"five": {"total": 1}}\n```'
    limited = PROMO.replace("off\n", "off\n  limit 1 use in total\n")
    declined = "```without\nstore discount\n```"
    file.write_text(text_of(limited, used) + text_of(PROMO, declined, title="Declined"))
    for example in load(file):
        assert "95.00" not in run(example).receipt


def test_why_is_filled_only_where_it_is_asked_for(file: Path) -> None:
    file.write_text(text_of(PROMO, "```why\n?\n```") + text_of(PROMO, title="No why"))
    asked, silent = (run(example) for example in load(file))
    assert asked.why != "?\n"
    assert "expected why" in asked.diff
    assert silent.why == ""
    update(file, [asked, silent])
    assert all(run(example).ok for example in load(file))


def test_why_can_ask_about_some_rules_and_keeps_their_names(file: Path) -> None:
    two = PROMO.replace(
        "take 5.00 off\n", 'take 5.00 off\n\nstore discount nine "9 off 900"\n  spend 900.00 take 9.00 off\n'
    )
    file.write_text(text_of(two, "```why nine\n```") + text_of(two, "```why five\n```", title="Of the other"))
    of_nine, of_five = (run(example) for example in load(file))
    assert "nine" in of_nine.why
    assert "nine" not in of_five.why
    update(file, [of_nine, of_five])
    assert "\n```why nine\n" in file.read_text()
    assert all(run(example).ok for example in load(file))
    file.write_text(text_of(PROMO, "```why ten\n```"))
    assert "no such rule" in run(load(file)[0]).problem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (text_of(PROMO, cart={**CART, "at": "2026-06-20T12:00:00"}), "@ at"),
        (text_of(PROMO.replace("spend", "spent")), "error P0"),
        (text_of(PROMO).replace('{"currency"', '{currency"'), "not JSON"),
    ],
)
def test_what_cannot_be_priced_says_why_and_is_not_updated(file: Path, text: str, says: str) -> None:
    file.write_text(text)
    outcome = run(load(file)[0])
    assert says in outcome.problem
    assert not outcome.ok
    assert outcome.report().startswith(f"{file.as_posix()}:1: ")
    assert update(file, [outcome]) == 0
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("## A\n\n```cart\n{}\n", 3, "never closed"),
        ("## A\n\n```receipt\n```\n", 3, "no cart block"),
        ("## A\n```cart\n```\n```cart\n```\n", 4, "second cart"),
        ("## A\n```cart\n```\n## A\n```cart\n```\n", 4, "same heading"),
        ("# A\n\n```cart\n```\n", 3, "under no heading"),
        ("## A\n```cart\n```\n```Receipt\n```\n", 4, "did you mean receipt"),
        ("## A\n```cart\n```\n```reciept\n```\n", 4, "did you mean receipt"),
        ("## A\n```cart\n```\n```codes\nX\n```\n", 4, "did you mean cart"),
        ('## A\n\n```json\n{"lines": []}\n```\n', 3, "did you mean cart"),
    ],
)
def test_files_that_cannot_be_understood_say_where(file: Path, text: str, line: int, says: str) -> None:
    file.write_text(text)
    with pytest.raises(ExampleError, match=f":{line}: .*{says}"):
        load(file)


def test_a_file_that_is_not_utf8_is_refused_in_words(file: Path) -> None:
    file.write_bytes(b"## \xff\n")
    with pytest.raises(ExampleError, match="UTF-8"):
        load(file)


def test_headings_inside_blocks_and_sections_without_carts_are_text(file: Path) -> None:
    inside = "````text\n## not a heading\n```cart\n````\n"
    file.write_text(f"# T\n\n## Just words\n\n{inside}\n### deeper\n\n{text_of(PROMO)}")
    assert [example.title for example in load(file)] == ["Five off a hundred"]


def test_example_files_are_found(tmp_path: Path) -> None:
    campaign = tmp_path / "shop" / "campaigns" / "2026"
    campaign.mkdir(parents=True)
    (campaign / f"b{SUFFIX}").write_text("")
    (campaign / f"a{SUFFIX}").write_text("")
    (tmp_path / "shop" / ".old").mkdir()
    (tmp_path / "shop" / ".old" / f"c{SUFFIX}").write_text("")
    assert [path.name for path in find(tmp_path / "shop")] == [f"a{SUFFIX}", f"b{SUFFIX}"]
