"""What a checkout engineer and a reviewer met: work that grew with the square of a text, objects that could not travel.

Most of it has its tests where the things are: `ledger/test_checks.py`, `test_faults.py`, `test_orders.py`,
`cli/test_plain_files.py`, `test_streams.py`, `test_patterns.py`, `test_typed.py`; here is what they leave out.
"""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from pricing import Engine, RuleErrors
from pricing.language.diagnostics import diagnostic, nearest
from pricing.language.loading.load import load_texts
from tests.language.rules_text import HEAD
from tests.test_told_of_other_shops import SAVE, cart, engine, line


def test_a_line_of_digits_without_end_is_one_mistake() -> None:
    for many in (1_000, 100_000):
        told = load_texts({"a.promo": f'{HEAD}store discount x "X"\n  take 5% off\n  {"1" * many}\n'}).diagnostics
        assert len(told) == 1


def test_a_ladder_of_ten_thousand_steps_gives_no_more_messages_than_can_be_read() -> None:
    steps = "".join(f"  spend {n}.00 take {n / 200:.2f} off\n" for n in range(1, 10_001))
    told = load_texts({"a.promo": f'{HEAD}store discount x "X"\n{steps}'}).diagnostics
    assert len(told) <= diagnostic.MOST


def test_unknown_names_are_compared_with_known_ones_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the known names: no more of them are looked at."""
    compared: list[int] = []
    real = nearest.nearest

    def counted(word: str, known: list[str], least: float = 0.6) -> str | None:
        compared.append(len(known))
        return real(word, known, least)

    monkeypatch.setattr(diagnostic, "nearest", counted)
    looked = []
    for known in (500, 1_000):
        cards = [f"store discount k{n}\n  take 5% off\n  never with z{n}" for n in range(100)]
        cards += [f"store discount n{n}\n  take 5% off" for n in range(known)]
        compared.clear()
        told = load_texts({"a.promo": HEAD + "\n\n".join(cards) + "\n"}).errors
        assert len(told) == 100
        looked.append(sum(compared))
    assert max(looked) <= diagnostic.MOST_COMPARED


def test_quotes_and_engines_travel_and_a_quote_is_small() -> None:
    rules = engine(SAVE)
    basket = cart(line("a", "20.00"), codes=["SAVE"])
    quote = rules.quote(basket)
    sent = pickle.dumps(quote)
    assert len(sent) < 4_000
    assert pickle.loads(sent) == copy.deepcopy(quote) == quote
    assert pickle.loads(pickle.dumps(rules)).quote(basket) == quote


def test_a_folder_without_rules_sells_nothing_in_silence(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.txt").write_text("garbage")
    with pytest.raises(RuleErrors, match="There are no rules here"):
        Engine.load(tmp_path)
    with pytest.raises(RuleErrors, match="There are no rules here"):
        Engine.from_texts({"campaigns/a.txt": "garbage"})
    assert Engine.load(tmp_path, allow_empty=True).quote(cart(line("a", "20.00"))).total_minor == 2000


def test_the_work_of_a_quote_can_be_set_and_what_was_not_proved_says_so() -> None:
    cards = [f'platform coupon p{n} "P"\n  spend {20 + n}.00 take {3 + 7 * n % 11}.00 off' for n in range(40)]
    texts = {"policy.promo": "policy p\n", "a.promo": HEAD.replace("summer", "c") + "\n\n".join(cards) + "\n"}
    lines = [line(f"l{n}", f"{5 + n}.00") for n in range(12)]
    held = {"coins": 0, "coupons": [{"rule": f"p{n}", "pieces": 1} for n in range(40)]}
    basket = cart(*lines, wallet=held)
    short = Engine.from_texts(texts, work=1).quote(basket)
    whole = Engine.from_texts(texts).quote(basket)
    assert whole.total_minor == whole.lower_bound_minor
    assert short.lower_bound_minor <= whole.total_minor <= short.total_minor
    assert (whole.optimal, short.optimal) == (True, False)
