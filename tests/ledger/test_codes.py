"""Single codes: nobody guesses one, every slip shows, and of all orders one gets it."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from pricing import Engine, TypedCode
from pricing.cli import run
from pricing.ledger import Ledger, LedgerError, Shortage, TooManyGuesses
from pricing.ledger.codes.signs import is_sound, random_code
from pricing.model.cart import Customer
from pricing.model.codes import SIGNS
from pricing.model.quote import Quote
from tests.ledger.crash import Crash, crashing
from tests.ledger.shop import BOB, NOON, RULES, at, cart, engine_with, line

CARDS = """
promo code mail "4 off, by letter"
  codes       1000 like MAIL-####-####
  spend       10.00  take 4.00 off

store discount thanks "5 off, once more"
  codes       20 like THX-###
  spend       10.00  take 5.00 off
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_with(CARDS)


def saved(quote: Quote, rule: str = "mail") -> int:
    return sum(use.amount for use in quote.used if use.rule == rule)


def wrong(code: str) -> str:
    """Another code of the same card, with a check sign that fits."""
    return next(
        other
        for one in SIGNS
        for other in (code[:5] + one + code[6:-1] + last for last in SIGNS)
        if other != code and is_sound("MAIL-####-####", other)
    )


@pytest.mark.parametrize("pattern", ["MAIL-####-####", "A##", "#" * 40])
def test_one_wrong_sign_and_two_that_changed_places_show(pattern: str) -> None:
    for number in (0, 1, 12345, 31**9 + 5):
        code = random_code(pattern, number.__mod__)
        assert is_sound(pattern, code) and is_sound(pattern, f" {code.lower()}\n")
        places = [place for place, sign in enumerate(pattern) if sign == "#"]
        for place in places:
            for sign in SIGNS:
                assert is_sound(pattern, code[:place] + sign + code[place + 1 :]) == (sign == code[place])
        for one, other in pairwise(places):
            signs = list(code)
            signs[one], signs[other] = signs[other], signs[one]
            assert is_sound(pattern, "".join(signs)) == (code[one] == code[other])


def test_a_code_is_found_used_by_one_order_and_gone(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        first, second = ledger.mint_codes("mail", 2, NOON)
        assert engine.quote(cart(codes=(first,))).unknown_codes == (first,)
        found = ledger.resolve_code(f" {first.lower()} ", "ann", NOON)
        assert found == TypedCode(first, "mail")
        done = ledger.checkout(cart(codes=(found,)), "o-1")
        assert saved(done.quote) == 400 and done.changes == ()
        with pytest.raises(LedgerError, match="is held for an order that is not paid yet"):
            ledger.resolve_code(first, "bob", NOON)
        late = ledger.checkout(cart(codes=(found,), customer=BOB), "o-2")
        assert saved(late.quote) == 0 and [(change.of, change.rule) for change in late.changes] == [("code", "mail")]
        ledger.commit("o-1", at(1))
        with pytest.raises(LedgerError, match="has been used"):
            ledger.resolve_code(first, "ann", at(2))
        with pytest.raises(Shortage) as failed:
            ledger.reserve(engine.quote(cart(codes=(TypedCode(first.lower(), "mail"),))), "o-3", at(2))
        assert failed.value.of == "code"
        assert [(one.code, one.state, one.order_id) for one in ledger.codes("mail")] == [
            (first, "used", "o-1"), (second, "free", ""),
        ]  # fmt: skip
        assert ledger.verify() == ()


def test_a_code_comes_back_with_its_order(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("thanks", 1, NOON)
        typed = TypedCode(code, "thanks")
        ledger.checkout(cart(codes=(typed,)), "o-1")
        ledger.release("o-1", at(1))
        assert saved(ledger.checkout(cart(codes=(typed,), when=at(2)), "o-2").quote, "thanks") == 500
        assert ledger.expire_holds(at(60)) == ["o-2"]
        assert ledger.resolve_code(code, "ann", at(61)) == typed
        assert ledger.commit("o-2", at(62)).state == "committed"  # paid late: it is taken again
        ledger.refund("o-2", {"LL-2": 1}, at(63))
        assert [one.state for one in ledger.codes("thanks")] == ["free"]
        assert saved(ledger.checkout(cart(codes=(typed,), when=at(64)), "o-3").quote, "thanks") == 500
        assert ledger.verify() == ()


def test_a_payment_after_another_got_the_code_is_told(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)
        ledger.checkout(cart(codes=(TypedCode(code, "mail"),)), "o-1")
        ledger.expire_holds(at(60))
        ledger.checkout(cart(codes=(TypedCode(code, "mail"),), customer=BOB, when=at(61)), "o-2")
        with pytest.raises(Shortage, match="code of 'mail'"):
            ledger.commit("o-1", at(62))
        assert ledger.verify() == ()


def test_codes_that_nobody_made_are_refused(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)
        forged = engine.quote(cart(codes=(TypedCode(wrong(code), "mail"),)))
        assert saved(forged) == 400
        with pytest.raises(LedgerError, match="the ledger has no such code of 'mail'"):
            ledger.reserve(forged, "o-1", NOON)
        with pytest.raises(LedgerError, match="the ledger has no such code of 'mail'"):
            ledger.checkout(forged.cart, "o-1")
        assert ledger.order("o-1") is None
        assert ledger.void_codes("mail", [code.lower()], NOON) == 1
        with pytest.raises(LedgerError, match=f"{code} is not valid any more"):
            ledger.resolve_code(code, "ann", NOON)
        with pytest.raises(LedgerError, match=f"{code} is not valid any more"):
            ledger.checkout(cart(codes=(TypedCode(code, "mail"),)), "o-1")
        assert ledger.verify() == ()


def test_guesses_are_limited_and_slips_are_not(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)
        guess, slip = wrong(code), code[:-1] + next(sign for sign in SIGNS if sign != code[-1])
        for number in range(30):
            with pytest.raises(LedgerError, match="a sign of it is wrong"):
                ledger.resolve_code(slip, "eve", at(number))
        for number in range(10):
            with pytest.raises(LedgerError, match="there is no such code"):
                ledger.resolve_code(guess, "eve", at(number))
        with pytest.raises(TooManyGuesses, match="the next one is looked up from 2026-06-10T13:00:00") as failed:
            ledger.resolve_code(code, "eve", at(30))
        assert failed.value.until == at(60)
        assert ledger.resolve_code(code, "ann", at(30)) == TypedCode(code, "mail")
        assert ledger.resolve_code("CODE10", "ann", at(30)) == "CODE10"
        with pytest.raises(TooManyGuesses):  # secret codes of cards are no less worth guessing
            ledger.resolve_code("CODE10", "eve", at(30))
        with pytest.raises(LedgerError, match="a sign of it is wrong"):
            ledger.resolve_code(slip, "eve", at(30))
        assert ledger.resolve_code(code, "eve", at(60)) == TypedCode(code, "mail")
        for text in ("", "nothing", "MAIL-1111-1111", 5):
            with pytest.raises(LedgerError):
                ledger.resolve_code(text, "ann", NOON)  # type: ignore[arg-type]


def test_words_and_carts_that_guess_count_too(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)
        for number in range(5):
            with pytest.raises(LedgerError, match="there is no such code"):
                ledger.resolve_code(f"SUMMER{number}", "eve", NOON)
            asked = cart(line(price=3000), codes=(TypedCode(wrong(code), "mail"),), customer=Customer("eve"))
            with pytest.raises(LedgerError, match="the ledger has no such code"):
                ledger.checkout(asked, f"o-{number}")
        asked = cart(line(price=3000), codes=(TypedCode(code, "mail"),), customer=Customer("eve"))
        with pytest.raises(TooManyGuesses):
            ledger.checkout(asked, "o-9")
        assert ledger.checkout(cart(customer=Customer("eve")), "o-10").order.state == "reserved"
        for number in range(12):  # guests are told apart by nobody: they are not counted
            guess = cart(line(price=3000), codes=(TypedCode(wrong(code), "mail"),), customer=Customer())
            with pytest.raises(LedgerError, match="the ledger has no such code"):
                ledger.checkout(guess, f"g-{number}")
        assert ledger.verify() == ()


def test_a_code_of_two_stores_comes_back_when_all_of_it_does(where: str) -> None:
    engine = engine_with(CARDS.replace("  spend", "  ladder      per store\n  spend", 1))
    goods = (line("A", 3000), line("B", 3000, store="kettles"))
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)
        found = ledger.checkout(cart(*goods, codes=(TypedCode(code, "mail"),)), "o-1")
        assert sum(use.rule == "mail" for use in found.quote.used) == 2
        ledger.commit("o-1", NOON)
        ledger.refund("o-1", {"A": 1}, at(1))
        assert [one.state for one in ledger.codes("mail")] == ["used"]
        ledger.refund("o-1", {"B": 1}, at(2))
        assert [one.state for one in ledger.codes("mail")] == ["free"]
        assert ledger.verify() == ()


def test_never_more_codes_than_the_card_says(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        batch = ledger.mint_codes("thanks", 15, NOON, key="june")
        assert ledger.mint_codes("thanks", 15, at(5), key="june") == batch and len(set(batch)) == 15
        with pytest.raises(LedgerError, match="the card says 20 codes, 15 are there: 6 more are too many"):
            ledger.mint_codes("thanks", 6, at(1))
        with pytest.raises(LedgerError, match="no single codes"):
            ledger.mint_codes("CODE10", 1, at(1))
        assert ledger.void_codes("thanks", None, at(2)) == 15
        assert len(ledger.mint_codes("thanks", 20, at(3))) == 20
        assert len(ledger.codes("thanks", ["free"])) == 20
        assert ledger.verify() == ()


def test_two_batches_at_once_do_not_pass_the_card(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:

        def mint(number: int) -> int:
            try:
                return len(ledger.mint_codes("thanks", 6, NOON, key=f"k-{number}"))
            except LedgerError as error:
                assert error.code == "too-many-codes"
                return 0

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(mint, range(6))) == 18
        assert ledger.verify() == ()


def test_of_many_orders_at_once_one_gets_the_code(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)

        def buy(number: int) -> int:
            return saved(ledger.checkout(cart(codes=(TypedCode(code, "mail"),)), f"o-{number}").quote)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(buy, range(8))) == [0] * 7 + [400]
        assert ledger.verify() == ()


def test_a_crash_at_any_statement_loses_no_code(where: str, engine: Engine) -> None:
    with Ledger(where, engine) as ledger:
        (code,) = ledger.mint_codes("mail", 1, NOON)
        asked = cart(codes=(TypedCode(code, "mail"),))
        steps = (
            lambda: ledger.checkout(asked, "o-1"),
            lambda: ledger.commit("o-1", at(1)),
            lambda: ledger.refund("o-1", {"LL-2": 1}, at(2), key="r"),
        )
        for step, state in zip(steps, ("held", "used", "free"), strict=True):
            for number in range(1, 200):
                try:
                    with crashing(ledger, number):
                        step()
                    break
                except Crash:
                    assert ledger.verify() == ()
            assert [one.state for one in ledger.codes("mail")] == [state]


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_hundred_thousand_codes_differ(where: str) -> None:
    engine = engine_with(CARDS.replace("codes       1000 like", "codes       100000 like"))
    with Ledger(where, engine) as ledger:
        made = ledger.mint_codes("mail", 100_000, NOON)
        assert len(set(made)) == 100_000 and all(is_sound("MAIL-####-####", code) for code in made[::1000])


def test_the_command_line_makes_lists_and_voids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, place = tmp_path / "rules", str(tmp_path / "shop.db")
    (rules / "campaigns").mkdir(parents=True)
    (rules / "campaigns" / "fair.promo").write_text(RULES + CARDS)
    Ledger(place, engine_with(CARDS), migrate=True).close()
    where = ["--db", place, "--rules", str(rules)]

    def rows(*args: str) -> list[list[str]]:
        assert run(["codes", *args, *where]) == 0
        return list(csv.reader(io.StringIO(capsys.readouterr().out)))

    head, *made = rows("mint", "thanks", "3", "--key", "june")
    assert head == ["code"] and all(is_sound("THX-###", code) for (code,) in made)
    assert rows("mint", "thanks", "3", "--key", "june")[1:] == made
    assert run(["codes", "void", "thanks", made[0][0].lower(), *where]) == 0
    assert capsys.readouterr().err == "1 code made void\n"
    assert [row[:3] for row in rows("export", "thanks", "--state", "void")[1:]] == [[made[0][0], "void", ""]]
    assert len(rows("export", "thanks")) == 4
    assert run(["codes", "mint", "thanks", "99", *where]) == 1
    assert "the card says 20 codes, 2 are there: 99 more are too many" in capsys.readouterr().err
    assert run(["codes", "mint", "CODE10", "1", *where]) == 1
    assert "its card has no line such as `codes 1000 like MAIL-####-####`" in capsys.readouterr().err
    assert run(["codes", "void", "thanks", *where]) == 2
