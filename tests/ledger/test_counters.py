"""Limits dealt out over shards: the last unit is found wherever it lies, limits move, nothing is exceeded."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.ledger import AT, BENCH, book, quote_with
from pricing.ledger import Ledger, LedgerError, Shortage


def used(ledger: Ledger, what: str = "total") -> list[Any]:
    rows = ledger._database.ask(
        "SELECT shard, lim, used FROM counter WHERE what = :what ORDER BY shard", {"what": what}
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("shards", [1, 3, 16])
def test_a_limit_is_used_to_the_last_unit_and_no_further(where: str, shards: int) -> None:
    with Ledger(where, book(50), also=BENCH, shards=shards) as ledger:
        for number in range(50):
            ledger.reserve(quote_with("HOT", "ann"), f"o-{number}", AT)
        assert len(used(ledger)) == min(shards, 6)
        for number in range(50, 55):
            with pytest.raises(Shortage) as failed:
                ledger.reserve(quote_with("HOT", "ann"), f"o-{number}", AT)
            assert failed.value.left == 0
        ledger.release("o-7", AT)
        ledger.reserve(quote_with("HOT", "ann"), "again", AT)
        with pytest.raises(Shortage):
            ledger.reserve(quote_with("HOT", "ann"), "once more", AT)
        assert ledger.verify() == ()


def test_a_budget_in_pieces_over_many_shards_is_given_whole(where: str) -> None:
    # 160 cents left on 16 shards; an order that needs 150 of them gets them all together.
    with Ledger(where, book(16), also=BENCH, shards=16) as ledger:
        ledger.reserve(quote_with("BUDGET", "ann", 900), "o-1", AT)
        ledger.reserve(quote_with("BUDGET", "ann", 550), "o-2", AT)
        with pytest.raises(Shortage) as failed:
            ledger.reserve(quote_with("BUDGET", "ann", 151), "o-3", AT)
        assert failed.value.left == 150
        ledger.reserve(quote_with("BUDGET", "ann", 150), "o-4", AT)
        with pytest.raises(Shortage):
            ledger.reserve(quote_with("BUDGET", "ann", 1), "o-5", AT)
        assert ledger.verify() == ()


def test_marketing_raises_and_lowers_a_limit(where: str) -> None:
    def take(pieces: int, *orders: str) -> int:
        with Ledger(where, book(pieces), also=BENCH, shards=4) as ledger:
            done = 0
            for order in orders:
                try:
                    ledger.reserve(quote_with("HOT", "ann"), order, AT)
                    done += 1
                except Shortage:
                    pass
            assert ledger.verify() == ()
            return done

    names = [f"o-{number}" for number in range(200)]
    assert take(40, *names[:50]) == 40
    assert take(60, *names[50:80]) == 20
    # Lowered below what is used: nothing more, until enough was given back.
    assert take(30, *names[80:90]) == 0
    with Ledger(where, book(30), also=BENCH, shards=4) as ledger:
        for name in names[:29]:
            ledger.release(name, AT)
        assert ledger.verify() == ()
    assert take(30, *names[90:100]) == 0
    with Ledger(where, book(30), also=BENCH, shards=4) as ledger:
        ledger.release(names[29], AT)
        ledger.release(names[30], AT)
    assert take(30, *names[100:110]) == 1
    assert take(31, *names[110:120]) == 1


def test_a_limit_put_on_a_rule_in_use_counts_what_was_used(where: str) -> None:
    from attrs import evolve

    from pricing.model.ladder import Limit

    def with_limits(*limits: Limit) -> object:
        base = book(10)
        return evolve(base, rules=tuple(evolve(r, limits=limits) if r.name == "FREE" else r for r in base.rules))

    with Ledger(where, book(10), also=BENCH) as ledger:
        for number in range(4):
            ledger.reserve(quote_with("FREE", "ann"), f"o-{number}", AT)
        assert used(ledger) == []
    limited = with_limits(Limit(5, "uses", "total"), Limit(5, "uses", "customer"))
    with Ledger(where, limited, also=BENCH) as ledger:  # type: ignore[arg-type]
        ledger.reserve(quote_with("FREE", "ann"), "o-4", AT)
        with pytest.raises(Shortage):
            ledger.reserve(quote_with("FREE", "ann"), "o-5", AT)
        with pytest.raises(Shortage):
            ledger.reserve(quote_with("FREE", "bob"), "o-6", AT)
        assert ledger.verify() == ()
        ledger.release("o-0", AT)
        ledger.reserve(quote_with("FREE", "bob"), "o-6", AT)
        assert ledger.verify() == ()


def test_rules_without_limits_touch_no_counter(where: str) -> None:
    from sqlalchemy import event

    asked: list[str] = []
    with Ledger(where, book(10), also=BENCH) as ledger:
        for number in range(2):  # the journal's newest instant is asked for once, when there is one
            ledger.reserve(quote_with("FREE", "ann"), f"first-{number}", AT)
        event.listen(ledger._database.engine, "before_cursor_execute", lambda *parts: asked.append(parts[2]))
        ledger.reserve(quote_with("FREE", "ann"), "o-1", AT)
        assert not any("counter" in statement or "customer_use" in statement for statement in asked)
        assert len([one for one in asked if not one.startswith("BEGIN")]) == 2


def test_the_database_itself_refuses_more_than_the_limit(where: str) -> None:
    with Ledger(where, book(10), also=BENCH) as ledger:
        ledger.reserve(quote_with("HOT", "ann"), "o-1", AT)
        with pytest.raises(LedgerError, match="constraint"):
            ledger._database.write(lambda connection: connection.execute(text("UPDATE counter SET used = 11")))
