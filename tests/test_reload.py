"""An engine that was loaded from a cache, or anew while others quote, prices as one that was read from text."""

from __future__ import annotations

import json
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from pricing import Cart, Engine, RuleErrors

pytestmark = pytest.mark.slow

RULES = Path(__file__).parents[1] / "rules"
CART = Cart.from_dict(json.loads((RULES / "demo/cart.json").read_text(encoding="utf-8")))
CAMPAIGN = "campaigns/2026/summer-brand-week.promo"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    shutil.copytree(RULES, tmp_path / "rules")
    return tmp_path / "rules"


def told(engine: Engine, why: bool = False) -> str:
    quote = engine.quote(CART)
    places = [[each.place for each in part.sentences] for part in engine.explain(quote).parts] if why else []
    return json.dumps(quote.to_dict(why)) + quote.receipt(why) + repr(places) + engine.fingerprint


def test_a_cache_changes_no_byte(rules: Path, tmp_path: Path) -> None:
    plain = told(Engine.load(rules), why=True)
    for _ in range(2):
        assert told(Engine.load(rules, cache=tmp_path / "cache"), why=True) == plain
    texts = {path.relative_to(rules).as_posix(): path.read_text() for path in sorted(rules.rglob("*.promo"))}
    assert Engine.from_texts(texts).fingerprint == Engine.load(rules).fingerprint


def test_a_book_travels_to_another_process(rules: Path, tmp_path: Path) -> None:
    Engine.load(rules, cache=tmp_path / "cache")
    engine = Engine.load(rules, cache=tmp_path / "cache")
    assert told(Engine(pickle.loads(pickle.dumps(engine.book)))) == told(engine)


def test_only_rules_that_are_met_are_made(rules: Path) -> None:
    write_many(rules, 200)
    engine = Engine.load(rules)
    engine.quote(CART)
    assert len(engine.plan.rules.ready) < 60 < len(engine.plan.rules)


def write_many(rules: Path, count: int) -> None:
    cards = [
        f'store discount far-{one:03d} "F"\n  stores tea-house\n  spend 50.00 take 5.00 off\n' for one in range(count)
    ]
    head = 'campaign far-away "F"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n'
    (rules / "campaigns/far.promo").write_text(head + "".join(cards))


@pytest.mark.parametrize("kept", [True, False])
def test_the_old_engine_goes_on_while_rules_are_loaded_anew(rules: Path, tmp_path: Path, kept: bool) -> None:
    engine = Engine.load(rules, cache=tmp_path / "cache" if kept else None)
    before = told(engine)
    path = rules / CAMPAIGN
    texts = [path.read_text(), path.read_text().replace("take 3.00 off", "take 4.00 off")]
    stop = Event()

    def quoting() -> int:
        count = 0
        while not stop.is_set():
            assert told(engine) == before
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        busy = [pool.submit(quoting) for _ in range(2)]
        newest = engine
        for turn in range(1, 8):
            path.write_text(texts[turn % 2])
            newest = newest.reload()
            assert (told(newest) == before) == (turn % 2 == 0)
        stop.set()
        assert all(each.result() for each in busy)
    assert told(newest) == told(Engine.load(rules))


def test_threads_that_meet_rules_first_at_once_agree(rules: Path) -> None:
    alone = told(Engine.load(rules))
    for _ in range(5):
        engine = Engine.load(rules)
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _, engine=engine: told(engine), range(4))) == {alone}


def test_wrong_rules_leave_the_old_engine_alone(rules: Path) -> None:
    engine = Engine.load(rules)
    before = told(engine)
    (rules / CAMPAIGN).write_text("campaign x\n  nonsense\n")
    with pytest.raises(RuleErrors) as caught:
        engine.reload()
    with pytest.raises(RuleErrors) as anew:
        Engine.load(rules)
    assert str(caught.value) == str(anew.value)
    assert told(engine) == before


def test_a_reload_puts_doubts_off_until_there_is_a_mistake(rules: Path) -> None:
    """That cards cancel each other is told with a mistake as a load tells it, and keeps no rules from being in force."""
    engine = Engine.load(rules)
    doubtful = (
        'campaign doubt "Doubt"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n\n'
        'store discount sixty "5 off 60"\n  stores nova-home\n  spend 60.00 take 5.00 off\n\n'
        'platform coupon eight "8 off 58"\n  spend 58.00 take 8.00 off\n'
    )
    (rules / "campaigns" / "doubt.promo").write_text(doubtful)
    engine = engine.reload()
    assert told(engine) == told(Engine.load(rules))
    (rules / "campaigns" / "wrong.promo").write_text("campaign x\n  nonsense\n")
    with pytest.raises(RuleErrors, match="P0409") as anew:
        Engine.load(rules)
    with pytest.raises(RuleErrors) as caught:
        engine.reload()
    assert str(caught.value) == str(anew.value)


def test_only_engines_of_folders_reload() -> None:
    with pytest.raises(ValueError, match="not loaded from a folder"):
        Engine.from_texts({}, allow_empty=True).reload()


def test_a_cache_that_others_can_write_to_is_not_used(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    with pytest.warns(UserWarning, match="others can write to it"):
        engine = Engine.load(rules, cache=tmp_path / "cache")
    assert told(engine) == told(Engine.load(rules))
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("files", [{}, {"campaigns/a.txt": "garbage"}, {"policy.promo": "policy house\n"}])
def test_a_folder_without_rules_is_refused_unless_it_may_be_empty(tmp_path: Path, files: dict[str, str]) -> None:
    """From a wrong place, or with misnamed files, a shop would sell everything at its list price in silence."""
    (tmp_path / "campaigns").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for make in (lambda **more: Engine.load(tmp_path, **more), lambda **more: Engine.from_texts(files, **more)):
        with pytest.raises(RuleErrors, match="P0136: There are no rules here"):
            make()
        assert len(make(allow_empty=True).book.rules) == 0
    assert len(Engine.load(tmp_path, allow_empty=True).reload().book.rules) == 0


@pytest.mark.parametrize("texts", [5, None, "campaign a", {"campaigns/a.promo": 5}, {5: "campaign a"}])
def test_what_is_no_mapping_of_texts_is_told(texts: Any) -> None:
    with pytest.raises(TypeError, match="expected texts by the path of their file"):
        Engine.from_texts(texts)


def test_an_engine_keeps_its_rules_when_the_folder_becomes_empty(rules: Path) -> None:
    engine = Engine.load(rules)
    for file in rules.rglob("*.promo"):
        file.unlink()
    with pytest.raises(RuleErrors, match="P0136"):
        engine.reload()
