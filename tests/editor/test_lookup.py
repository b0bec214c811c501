"""What is told of a word and where it leads; and that no text, however odd, breaks anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.editor.complete import offers
from pricing.editor.folder import Folder, Snapshot, names_in, root_of
from pricing.editor.lookup import definitions, heads, token_at, told, uses

A = """campaign week-a "A"
  currency USD
  zone UTC

list friends
  stores nova-home

store discount ten "Ten"
  stores list friends
  except skus ten
  take 10.00 off
"""
B = """campaign week-b "B"
  currency USD
  zone UTC

list friends
  stores luma-lights

promo code CODE "Code" # not ten
  stores list friends
  never with ten
  take 1.00 off
"""


def snapshot(**files: str) -> Snapshot:
    return Snapshot(Path("/rules"), {f"{name}.promo": text for name, text in files.items()})


def found(text: str, word: str, more: int = 1) -> tuple[Snapshot, str]:
    """What is told at the first such word of file b, and where it leads, as `file:line`."""
    shot = snapshot(a=A, b=text)
    token = token_at(shot, "b.promo", text.index(word) + more)
    if token is None:
        return shot, ""
    goals = definitions(shot, "b.promo", token)
    return shot, " ".join(f"{goal.key}:{shot.source(goal.key).position(goal.name.start)[0]}" for goal in goals)


def test_a_card_of_another_file_is_found() -> None:
    assert found(B, "ten\n  take")[1] == "a.promo:8"


def test_a_list_is_first_looked_for_at_home() -> None:
    assert found(B, "friends\n  never")[1] == "b.promo:5"


def test_remarks_and_scope_lead_nowhere() -> None:
    assert found(B, "ten\n  stores")[1] == ""
    assert found(A.replace("week-a", "week-c").replace("discount ten", "discount eleven"), "ten\n  take")[1] == ""


@pytest.mark.parametrize(
    ("word", "said"),
    [("ten\n  take", "store discount"), ("never", "meet on one line"), ("friends\n  never", "luma-lights"),
     ("CODE", "promo code"), ("1.00", ""), ("ten\n  stores", "")],
)  # fmt: skip
def test_what_is_told(word: str, said: str) -> None:
    shot = snapshot(a=A, b=B)
    token = token_at(shot, "b.promo", B.index(word) + 1)
    text = told(shot, "b.promo", token) if token is not None else ""
    assert (said in text) if said else (text == "")


@pytest.mark.parametrize(
    ("line", "word", "said"),
    [("take 1.00 off each of the 2 dearest", "dearest", "highest price"), ("buy 2 get 1 free", "get", "cheaper or free"),
     ("limit 1 use per customer and week", "week", "Monday"), ("except reduced", "reduced", "struck price"),
     ("stores each, week", "week", ""), ("bundle 1 of skus A + 1 of skus B for 5.00", "for", "all of them together")],
)  # fmt: skip
def test_words_in_the_middle_of_a_line_are_told(line: str, word: str, said: str) -> None:
    text = A.replace("take 10.00 off", line)
    shot = snapshot(a=text)
    token = token_at(shot, "a.promo", text.rindex(f" {word}") + 2)
    assert token is not None
    shown = told(shot, "a.promo", token)
    assert said in shown if said else shown == ""


def test_all_that_names_a_card_or_a_list() -> None:
    third = 'campaign week-c "C"\n\npromo code X "X"\n  stores list friends\n  never with seller coupon,\n    "ten"\n'
    shot = snapshot(a=A, b=B, c=third)
    by_name = {(key, named.name.text): named for key in shot.blocks for named in heads(shot, key)}

    def places(key: str, name: str) -> list[tuple[str, int]]:
        return [(file, shot.source(file).position(atom.start)[0]) for file, atom in uses(shot, by_name[key, name])]

    assert places("a.promo", "ten") == [("a.promo", 8), ("b.promo", 10), ("c.promo", 6)]
    assert places("a.promo", "friends") == [("a.promo", 5), ("a.promo", 9), ("c.promo", 4)]
    assert places("b.promo", "friends") == [("b.promo", 5), ("b.promo", 9), ("c.promo", 4)]


def test_the_folder_is_found_and_read_again_only_when_it_changed(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    file = tmp_path / "campaigns" / "a.promo"
    file.write_text(A)
    assert root_of(file, [tmp_path]) == tmp_path
    folder = Folder(tmp_path)
    first = folder.snapshot({})
    assert folder.snapshot({}) is first
    assert folder.snapshot({file: A}) is first
    typed = folder.snapshot({file: B, tmp_path / "new.promo": A, tmp_path.parent / "other.promo": "x"})
    assert dict(typed.texts) == {"campaigns/a.promo": B, "new.promo": A}
    file.write_text(B + "\n")
    assert folder.snapshot({}).texts == {"campaigns/a.promo": B + "\n"}


def test_a_file_on_its_own_does_not_read_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "a.promo").write_text(A)
    (tmp_path / "b.promo").write_text(B)
    assert root_of(tmp_path / "a.promo", [tmp_path]) is None
    assert list(Folder(tmp_path, tmp_path / "a.promo").snapshot({}).texts) == ["a.promo"]


WORDS = [
    *(
        "campaign",
        "list",
        "policy",
        "store discount",
        "promo code",
        "stores",
        "except",
        "never",
        "with",
        "spend",
        "set",
    ),
    *("limit", "1", "60.00", ",", '"', "#", "\n", "\r\n", "\t", " ", "  ", "=", "x", "\x0b", "\u2028", "é", "💡"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25), st.integers(0, 60))
def test_no_text_breaks_anything(parts: list[str], offset: int) -> None:
    text = " ".join(parts)
    shot = snapshot(a=A, b=text)
    offset = min(offset, len(text))
    token = token_at(shot, "b.promo", offset)
    if token is not None:
        told(shot, "b.promo", token)
        definitions(shot, "b.promo", token)
    line, column = shot.source("b.promo").position(offset)
    made = offers(shot, "b.promo", line - 1, shot.source("b.promo").line(line)[: column - 1])
    assert made.begun <= column - 1
    for named in heads(shot, "b.promo"):
        assert named.name.text


def test_nothing_above_the_workspace_is_looked_at(tmp_path: Path) -> None:
    """A home folder may hold a folder called campaigns, and the language server none of its business there."""
    workspace = tmp_path / "work"
    file = workspace / "deep" / "a.promo"
    file.parent.mkdir(parents=True)
    file.write_text(A)
    (tmp_path / "campaigns").mkdir()
    assert root_of(file, [tmp_path]) == tmp_path
    assert root_of(file, [workspace]) is None
    assert root_of(file, []) is None
    (workspace / "policy.promo").write_text("policy house\n")
    assert root_of(file, [workspace]) == workspace
    assert root_of(file, [workspace / "deep"]) is None
    assert root_of(file, [workspace / "deep", tmp_path / "elsewhere", workspace]) == workspace


def test_a_folder_that_holds_far_more_than_rules_is_not_walked_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricing.editor.folder.MOST_SEEN", 10)
    for name in ("a", "b", "c", ".hidden"):
        (tmp_path / name).mkdir()
        for number in range(10):
            (tmp_path / name / f"{number}.promo").write_text(A)
    assert {path.parent.name for path in names_in(tmp_path)} == {"a"}


SHOP = {
    "catalogue/stores.csv": "store,name\nnova-home,Nova Home\nluma-lights,\n",
    "catalogue/categories.csv": "category,name\nhome/kitchen,Kitchen\n",
    "catalogue/skus.csv": "sku,store,price,categories,name\nA,nova-home,9.00,home/kitchen/pans,Pan\nB,nova-home,5.00,,\n",
    "a.promo": (
        'campaign week-a "A"\n  currency USD\n  zone Europe/Madrid\n  valid from 2026-10-20 through 2026-10-30\n\n'
        'store discount ten "Ten"\n  stores nova-home\n  except categories home/kitchen\n  except stores luma-lights\n'
        '  take 10.00 off\n\nstore discount bad "Bad"\n  stores nova-home\n  take 1.00 off\n  tkae 2\n\n'
        'promo code C "C"\n  never with bad\n  take 1.00 off\n'
    ),
}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nova-home\n  except", "**nova-home** — Nova Home, 2 skus"),
        ("home/kitchen\n", "**home/kitchen** — Kitchen, 1 sku"),
        ("luma-lights", "**luma-lights** is in catalogue/stores.csv"),
        (
            "Europe",
            "**Europe/Madrid** — the zone of all times in this file: on 2026-10-20 UTC+02:00, on 2026-10-31 UTC+01:00",
        ),
    ],
)
def test_names_of_the_catalogue_and_zones_are_told(word: str, said: str) -> None:
    shot = Snapshot(Path("/rules"), SHOP)
    token = token_at(shot, "a.promo", SHOP["a.promo"].index(word) + 1)
    assert token is not None and told(shot, "a.promo", token) == said


def test_a_card_with_a_broken_line_says_so() -> None:
    shot = Snapshot(Path("/rules"), SHOP)
    for word, broken in (("bad\n", True), ('ten "Ten"', False)):
        token = token_at(shot, "a.promo", SHOP["a.promo"].index(word) + 1)
        assert token is not None
        assert ("This card has a mistake" in told(shot, "a.promo", token)) is broken
