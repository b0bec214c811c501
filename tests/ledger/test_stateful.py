"""Any order of calls, crashes in between, calls repeated, clocks moved: the ledger is the book in memory throughout."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from benchmarks.postgres import Server
from pricing.ledger import Ledger, LedgerError
from pricing.model.cart import Customer, TypedCode
from tests.ledger.crash import Crash, crashing
from tests.ledger.model import Book, Refused
from tests.ledger.shop import NOON, cart, engine_with, line

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

ENGINE = engine_with(
    """
coin reward earn "2 coins for every 1.00"
  earn        2 coins every 1.00

coin reward first "20 coins for the first order"
  spend       10.00 earn 20 coins
  limit       1 use per customer

promo code mail "4 off, by letter"
  codes       6 like MAIL-####-####
  spend       10.00  take 4.00 off

store discount thanks "5 off, for who was patient"
  codes       3 like THX-####
  spend       10.00  take 5.00 off
""",
    **{
        "10 coins for 1 select": "10 coins for 3 select",
        "  piece       2.00\n": "  lasts       3 days\n  piece       2.00\n",
    },
)
"""A trade brings more than most orders need, and pieces of one coupon expire at different times."""

CUSTOMERS = ("ann", "bob", "")
PEOPLE = st.sampled_from(CUSTOMERS[:2])
GETTING = st.sampled_from(
    [
        ("grant", ""),
        ("grant", "select"),
        ("grant", "one-each"),
        ("pick_up", "one-each"),
        ("pick_up", "welcome"),
        ("pick_up", "select"),
        ("exchange", "coins-for-select"),
    ]
)
STEPS = st.sampled_from(["verifying", "commit", "release"])
CRASHES = st.integers(0, 14)
"""Before which statement the first attempt dies; most calls have fewer, and then it does not."""
CODES = st.sampled_from([(), ("CODE10",), ("TODAY3",), ("POT",)])
SINGLE = st.integers(-1, 6)
"""Which of the single codes that were made; below 0 or too large: none."""
LINES = st.sampled_from(
    [
        (line(),),
        (line(units=3), line("LL-1", 1000, 2)),
        (line("LL-1", 1000, 3),),
        (line("X", 777, 3), line("K", 4999, store="kettles")),
    ]
)


class Story(RuleBasedStateMachine):
    """The ledger and the book side by side."""

    new_place: ClassVar[Callable[[], str]]

    @initialize()
    def open(self) -> None:
        self.ledger = Ledger(type(self).new_place(), ENGINE, migrate=True, shards=4)
        self.book = Book(ENGINE.book)
        self.now = NOON
        self.calls = 0
        self.single: list[TypedCode] = []
        for who in CUSTOMERS[:2]:
            # Enough for trades in the first orders: otherwise few are drawn.
            self.ledger.grant(who, NOON, "game", coins=40)
            self.book.coins[who] += 40
        for of, many in (("mail", 2), ("thanks", 2)):
            made = self.ledger.mint_codes(of, many, NOON)
            self.book.mint(of, made, many)
            self.single += [TypedCode(code, of) for code in made]

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert self.ledger.verify() == ()
            self.ledger.close()

    def both(self, crash: int, twice: bool, real: Callable[[], Any], model: Callable[[Book], Any]) -> Any:
        """Does the call in the book and in the ledger: after a crash, and perhaps once more."""
        try:
            with crashing(self.ledger, crash):
                answer = real()
        except Crash:
            answer = self._answer(real)
        except LedgerError as error:
            answer = error
        expected = self._in_book(model)
        assert isinstance(answer, LedgerError) == isinstance(expected, Refused), (answer, expected)
        if twice:
            again = self._answer(real)
            assert isinstance(again, LedgerError) == isinstance(answer, LedgerError), (answer, again)
        return answer, expected

    def _answer(self, real: Callable[[], Any]) -> Any:
        try:
            return real()
        except LedgerError as error:
            return error

    def _in_book(self, model: Callable[[Book], Any]) -> Any:
        """The call in the book; one that fails changes nothing there either, whoever's holds are overdue."""
        copy = self.book.trying()
        try:
            answer = model(copy)
            copy.check()
        except Refused as refused:
            return refused
        self.book = copy
        return answer

    def typed(self, number: int, but: str = "") -> tuple[TypedCode, ...]:
        """One of the single codes, or none; with `but` none that is in this state."""
        found = self.single[number : number + 1] if number >= 0 else []
        return tuple(one for one in found if self.book.codes[one.code][1] != but)

    def key(self) -> str:
        self.calls += 1
        return f"call-{self.calls}"

    @rule(minutes=st.sampled_from([-90, 1, 2, 5, 20, 29, 31, 400]))
    def clock_moves(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(days=st.integers(-2, 4))
    def days_pass(self, days: int) -> None:
        self.now = max(NOON - timedelta(days=4), min(NOON + timedelta(days=9), self.now + timedelta(days=days)))

    @rule(who=PEOPLE, what=GETTING, times=st.integers(1, 2), crash=CRASHES, twice=st.booleans())
    def get(self, who: str, what: tuple[str, str], times: int, crash: int, twice: bool) -> None:
        key, at, (call, name) = self.key(), self.now, what

        def real() -> Any:
            if call == "pick_up":
                return self.ledger.pick_up(who, name, at, key=key)
            if call == "exchange":
                return self.ledger.exchange(who, name, at, times, key=key)
            if not name:
                return self.ledger.grant(who, at, "game", coins=times * 25, key=key)
            return self.ledger.grant(who, at, "game", rule=name, pieces=times, key=key)

        def model(book: Book) -> None:
            if call == "pick_up":
                book.pick_up(who, name, at)
            elif call == "exchange":
                book.exchange(who, name, at, times)
            elif not name:
                book.coins[who] += times * 25
            else:
                book.hand(who, book.rules[name], times, at)

        self.both(crash, twice, real, model)

    @rule(of=st.sampled_from(["mail", "thanks"]), many=st.integers(1, 2), crash=CRASHES, twice=st.booleans())
    def mint(self, of: str, many: int, crash: int, twice: bool) -> None:
        made: list[str] = []
        key, at = self.key(), self.now

        def real() -> Any:
            made[:] = self.ledger.mint_codes(of, many, at, key=key)
            return made

        self.both(crash, twice, real, lambda book: book.mint(of, tuple(made), many))
        self.single += [TypedCode(code, of) for code in sorted(made)]

    @rule(number=SINGLE, crash=CRASHES, twice=st.booleans())
    def void(self, number: int, crash: int, twice: bool) -> None:
        if not (found := self.typed(number)):
            return
        key, at, (code, of) = self.key(), self.now, (found[0].code, found[0].rule)
        self.both(crash, twice, lambda: self.ledger.void_codes(of, [code], at, key=key), lambda book: book.void(code))

    @rule(number=SINGLE, who=PEOPLE)
    def resolve(self, number: int, who: str) -> None:
        if not (found := self.typed(number)):
            return
        code = found[0].code
        said = f" {code.lower()}\n"
        answer, expected = self.both(
            0, True, lambda: self.ledger.resolve_code(said, who, self.now), lambda book: book.resolve(code)
        )
        assert isinstance(expected, Refused) or answer == expected

    @rule(who=st.sampled_from(CUSTOMERS), lines=LINES, codes=CODES, one=SINGLE, crash=CRASHES, twice=st.booleans())
    def reserve(self, who: str, lines: Any, codes: Any, one: int, crash: int, twice: bool) -> None:
        order = f"o-{self.key()}"
        codes = (*codes, *self.typed(one))
        asked = cart(*lines, customer=Customer(who), codes=codes, when=self.now, shipping=495)
        asked = evolve(asked, wallet=self.book.wallet(who, self.now))
        quote = ENGINE.quote(asked, self.book.usage(who, self.now))

        def real() -> Any:
            return self.ledger.reserve(quote, order, self.now)

        self.both(crash, twice, real, lambda book: book.reserve(quote, order, self.now))

    @rule(who=st.sampled_from(CUSTOMERS), lines=LINES, one=SINGLE, crash=CRASHES, twice=st.booleans())
    def checkout(self, who: str, lines: Any, one: int, crash: int, twice: bool) -> None:
        self._checkout(who, lines, one, crash, twice)

    @rule(who=PEOPLE, lines=LINES, one=SINGLE, crash=CRASHES)
    def checkout_and_pay(self, who: str, lines: Any, one: int, crash: int) -> None:
        self._step(self._checkout(who, lines, one, 0, False), "commit", crash, False)

    def _checkout(self, who: str, lines: Any, one: int, crash: int, twice: bool) -> str:
        """Never fails: when something ran out, or another order has the single code, the next best price is taken."""
        order = f"o-{self.key()}"
        codes: tuple[str | TypedCode, ...] = ("POT", *self.typed(one, but="void"))
        asked = cart(*lines, customer=Customer(who), codes=codes, when=self.now)
        try:
            with crashing(self.ledger, crash):
                checked = self.ledger.checkout(asked, order)
        except Crash:
            checked = self.ledger.checkout(asked, order)
        if twice:
            assert self.ledger.checkout(asked, order).quote == checked.quote
        answer = self._in_book(lambda book: book.reserve(checked.quote, order, self.now))
        assert not isinstance(answer, Refused)
        return order

    @rule(data=st.data(), what=STEPS, crash=CRASHES, twice=st.booleans())
    def step(self, data: st.DataObject, what: str, crash: int, twice: bool) -> None:
        order = data.draw(st.sampled_from(sorted(self.book.orders) or ["nobody-s"]))
        self._step(order, what, crash, twice)

    @rule(data=st.data(), crash=CRASHES, twice=st.booleans())
    def settle(self, data: st.DataObject, crash: int, twice: bool) -> None:
        order = data.draw(st.sampled_from(sorted(self.book.orders) or ["nobody-s"]))
        self.both(crash, twice, lambda: self.ledger.settled(order, self.now), lambda book: book.settle(order))

    @rule(data=st.data(), crash=CRASHES, twice=st.booleans())
    def commit(self, data: st.DataObject, crash: int, twice: bool) -> None:
        order = data.draw(st.sampled_from(sorted(self.book.orders) or ["nobody-s"]))
        self._step(order, "commit", crash, twice)

    def _step(self, order: str, what: str, crash: int, twice: bool) -> None:
        def real() -> Any:
            return getattr(self.ledger, what)(order, self.now)

        self.both(crash, twice, real, lambda book: book.step(order, what, self.now))

    @rule(crash=CRASHES)
    def expire(self, crash: int) -> None:
        try:
            with crashing(self.ledger, crash):
                self.ledger.expire_holds(self.now)
        except Crash:
            self.ledger.expire_holds(self.now)
        self.book.expire(self.now)

    @rule(data=st.data(), shipping=st.booleans(), crash=CRASHES, twice=st.booleans())
    def refund(self, data: st.DataObject, shipping: bool, crash: int, twice: bool) -> None:
        able = sorted(name for name, order in self.book.orders.items() if order["state"] != "released")
        if not able:
            return
        order = data.draw(st.sampled_from(able))
        if self.book.orders[order]["state"] != "committed":
            self._step(order, "commit", 0, False)
        lines = self.book.orders[order]["quote"].lines
        returned = {one.id: data.draw(st.integers(0, one.quantity)) for one in lines}
        key = self.key()

        def real() -> Any:
            return self.ledger.refund(order, returned, self.now, key=key, shipping=shipping)

        def model(book: Book) -> Any:
            return book.refund(order, returned, self.now, shipping)

        answer, expected = self.both(crash, twice, real, model)
        if not isinstance(expected, Refused):
            assert answer == expected

    @rule(data=st.data(), amount=st.integers(1, 3000), crash=CRASHES, twice=st.booleans())
    def dispute(self, data: st.DataObject, amount: int, crash: int, twice: bool) -> None:
        able = sorted(name for name, order in self.book.orders.items() if order["state"] == "committed")
        if not able:
            return
        order, key = data.draw(st.sampled_from(able)), self.key()
        lines = [one.id for one in self.book.orders[order]["quote"].lines]
        line = data.draw(st.sampled_from([None, *lines]))
        store = data.draw(st.sampled_from([None, "lamps"]))

        def real() -> Any:
            return self.ledger.dispute(order, amount, self.now, key=key, line=line, store=store)

        answer, expected = self.both(crash, twice, real, lambda book: book.dispute(order, amount, line, store))
        if not isinstance(expected, Refused):
            assert answer == expected

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "book"):
            return
        for who in CUSTOMERS[:2]:
            assert self.ledger.wallet_for_cart(who, self.now) == self.book.wallet(who, self.now)
            purse = self.ledger.wallet(who, self.now)
            assert (purse.coins_held, purse.coins_pending) == (self.book.held_coins[who], self.book.pending[who])
            assert purse.coins_owed == max(0, self.book.owed[who] - self.book.coins[who])
        for who in CUSTOMERS:
            real = self.ledger.usage(who, None, self.now)
            for name, expected in self.book.usage(who, self.now).items():
                found = real.get(name)
                for field, per in (("customer", "customer"), ("today", "day"), ("total", "total")):
                    if self.book.limit(name, "uses", per) < 10**18:
                        assert getattr(found, field, 0) == getattr(expected, field), (name, field)
                if self.book.limit(name, "items", "customer") < 10**18:
                    assert getattr(found, "items_customer", 0) == expected.items_customer
                if self.book.rules[name].budget is not None:
                    assert getattr(found, "spent", 0) == expected.spent
        kept = [one for of in ("mail", "thanks") for one in self.ledger.codes(of)]
        assert {one.code: (one.state, one.order_id) for one in kept} == {
            code: (state, order) for code, (_, state, order) in self.book.codes.items()
        }
        for name, order in self.book.orders.items():
            known = self.ledger.order(name)
            assert known is not None and known.state == order["state"]


HOUSE = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_any_order_of_calls(kind: str, request: pytest.FixtureRequest) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            made = iter(range(10**6))

            class Here(Story):
                new_place = staticmethod(lambda: str(Path(folder) / f"{next(made)}.db"))

        else:
            server: Server = request.getfixturevalue("postgres")

            class Here(Story):  # type: ignore[no-redef]  # one of two
                new_place = staticmethod(server.database)

        run_state_machine_as_test(Here, settings=HOUSE)
