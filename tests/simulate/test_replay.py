"""A replay gives the sums of pricing every order twice in a plain loop: in one process, in many, stopped and gone on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from attrs import evolve

from pricing import Cart, Engine
from pricing.simulate import orders
from pricing.simulate.files import as_csv, as_dict
from pricing.simulate.keep import KeptBatches
from pricing.simulate.mapping import WrongOrders
from pricing.simulate.price import Replayer, ReplayWishes, Task
from pricing.simulate.receipts import shown
from pricing.simulate.run import ReplayPlan, replay, task_of
from pricing.simulate.sums import Answer
from tests.simulate import shop

ROOT = Path(__file__).parents[2]
IGNORED = ReplayWishes(carried=False)


def task(wishes: ReplayWishes = IGNORED) -> Task:
    return task_of(shop.book(**shop.OLD), shop.book(**shop.NEW), wishes)


def whole(answer: Answer, done: Task) -> str:
    """Everything that it says, as text."""
    shown_orders = {name: shown(Replayer(done), sums) for name, sums in answer.by_currency.items()}
    return json.dumps(as_dict(answer, shown_orders)) + as_csv(answer)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(orders, "ORDERS", 25)
    return shop.write(tmp_path / "orders.jsonl", shop.orders(120))


def test_the_sums_are_those_of_a_plain_loop(file: Path) -> None:
    answer = replay(task(), ReplayPlan((str(file),)))
    old, new = Engine(shop.book(**shop.OLD)), Engine(shop.book(**shop.NEW))
    pays: list[tuple[int, int]] = []
    saved: dict[str, list[int]] = {}
    platform = [0, 0]
    for cart in map(Cart.from_dict, shop.orders(120)):
        quotes = old.quote(cart), new.quote(cart)
        pays.append((quotes[0].total_minor, quotes[1].total_minor))
        for place, quote in enumerate(quotes):
            for savings in [each.savings for each in quote.lines] + [each.savings for each in quote.shipping]:
                for saving in savings:
                    saved.setdefault(saving.rule, [0, 0])[place] += saving.amount
                    platform[place] += saving.platform
    sums = answer.by_currency["USD"]
    assert (sums.orders, sums.old, sums.new) == (120, sum(one for one, _ in pays), sum(two for _, two in pays))
    assert sums.pay_more == sum(new > old for old, new in pays)
    assert sums.more - sums.less == sums.new - sums.old
    for name, amounts in saved.items():
        assert [sums.rules[name].saved_old, sums.rules[name].saved_new] == amounts
    assert [sums.payers["platform"].saved_old, sums.payers["platform"].saved_new] == platform


def test_each_way_of_cutting_the_sums_gives_the_whole(file: Path) -> None:
    sums = replay(task(), ReplayPlan((str(file),))).by_currency["USD"]
    for rows in (sums.sellers, sums.categories, sums.days):
        assert sum(row.paid_old for row in rows.values()) == sums.old
        assert sum(row.paid_new for row in rows.values()) == sums.new
        assert sum(row.listed for row in rows.values()) == sums.listed
    for rows in (sums.rules, sums.campaigns, sums.payers, sums.categories):
        assert sum(row.saved_old for row in rows.values()) == sums.listed - sums.old
        assert sum(row.saved_new for row in rows.values()) == sums.listed - sums.new


def test_a_cart_that_no_changed_rule_touches_is_priced_once(file: Path) -> None:
    """`nova-more` alone has changed: it wants goods of one store."""
    books = shop.book(**shop.OLD), shop.book(**{**shop.OLD, "off": "5.00"})
    once = replay(task_of(*books, IGNORED), ReplayPlan((str(file),))).by_currency["USD"]
    at_nova = [cart for cart in shop.orders(120) if any(line["store"] == "nova" for line in cart["lines"])]
    assert 0 < once.twice == len(at_nova) < once.orders
    engines = [Engine(book) for book in books]
    for place, total in ((0, once.old), (1, once.new)):
        assert total == sum(engines[place].quote(Cart.from_dict(cart)).total_minor for cart in shop.orders(120))
    same = replay(task_of(books[0], books[0], IGNORED), ReplayPlan((str(file),))).by_currency["USD"]
    assert same.twice == 0 and same.old == same.new == once.old


@pytest.mark.parametrize("gone", [rule.name for rule in shop.book(**shop.OLD).rules])
def test_whichever_card_goes_no_price_is_taken_for_unmoved(gone: str, tmp_path: Path) -> None:
    """Coupons, codes, exchanges and item prices alike: a cart priced once costs the same without the card."""
    book = shop.book(**shop.OLD)
    without = evolve(book, rules=tuple(rule for rule in book.rules if rule.name != gone))
    carts = shop.orders(40, seed=7)
    file = shop.write(tmp_path / "orders.jsonl", carts)
    rows: list[Any] = []
    replay(task_of(book, without, ReplayWishes(carried=False, near=False)), ReplayPlan((str(file),)), each=rows.append)
    engine = Engine(without)
    assert rows[0].column("new").to_pylist() == [engine.quote(Cart.from_dict(cart)).total_minor for cart in carts]
    assert rows[0].column("old").to_pylist() != rows[0].column("new").to_pylist()
    assert not all(rows[0].column("twice").to_pylist()) or gone in EVERYWHERE


EVERYWHERE = {"every-30", "select", "coins-for-select"}
"""What looks at every cart: a discount over all goods, and a coupon for all goods that coins buy."""


@pytest.mark.parametrize("carried", [False, True])
def test_any_number_of_workers_gives_the_same_bytes(carried: bool, file: Path) -> None:
    made = task(ReplayWishes(carried=carried))
    rows: list[list[Any]] = [[], []]
    answers = [
        whole(replay(made, ReplayPlan((str(file),), jobs=jobs), each=rows[place].append), made)
        for place, jobs in enumerate((1, 2))
    ]
    assert answers[0] == answers[1]
    first, second = (pa.Table.from_batches(each) for each in rows)
    assert first == second


def test_a_replay_that_was_killed_goes_on(tmp_path: Path) -> None:
    """Killed from outside, without a chance to tidy up; then finished batches are taken as they are."""
    file = shop.write(tmp_path / "orders.jsonl", shop.orders(120))
    long = file.read_text(encoding="utf-8").replace("{", "{" + 100_000 * " ", 1).replace("\n{", "\n{" + 100_000 * " ")
    file.write_text(long, encoding="utf-8")  # so that few orders make more than one batch
    work = tmp_path / "work"
    old, new = shop.folder(tmp_path / "old", **shop.OLD), shop.folder(tmp_path / "new", **shop.NEW)
    command = [sys.executable, "-m", "pricing.cli", "replay", str(old), str(new), "--orders", str(file), "--jobs", "2",
               "--work", str(work), "--json"]  # fmt: skip
    killed = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    end = time.monotonic() + 600  # of a machine with much to do
    while not list(work.glob("pure/*.arrow")) and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before = {name.name: name.stat().st_mtime_ns for name in work.glob("pure/*.arrow")}
    assert before
    again = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert before.items() <= {name.name: name.stat().st_mtime_ns for name in work.glob("pure/*.arrow")}.items()
    made = task(ReplayWishes())
    answer = replay(made, ReplayPlan((str(file),)))
    orders_shown = {name: shown(Replayer(made), sums) for name, sums in answer.by_currency.items()}
    assert json.loads(again.stdout) == as_dict(answer, orders_shown)


def test_a_kept_batch_that_is_damaged_is_made_again(file: Path, tmp_path: Path) -> None:
    plan = ReplayPlan((str(file),), work=str(tmp_path / "work"))
    first = replay(task(), plan)
    kept = sorted((tmp_path / "work" / "pure").glob("*.arrow"))
    data = bytearray(kept[2].read_bytes())
    data[len(data) // 2] ^= 1
    kept[2].write_bytes(bytes(data))
    kept[3].unlink()
    assert replay(task(), plan) == first
    assert sorted((tmp_path / "work" / "pure").glob("*.arrow")) == kept


def test_a_work_folder_is_of_one_replay(file: Path, tmp_path: Path) -> None:
    plan = ReplayPlan((str(file),), work=str(tmp_path / "work"))
    replay(task(), plan)
    with pytest.raises(WrongOrders, match="another replay"):
        replay(task(ReplayWishes(carried=False, top=3)), plan)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("of mine")
    with pytest.raises(WrongOrders, match="holds other things"):
        replay(task(), ReplayPlan((str(file),), work=str(tmp_path / "mine")))


def test_orders_that_changed_are_priced_again(file: Path, tmp_path: Path) -> None:
    plan = ReplayPlan((str(file),), work=str(tmp_path / "work"))
    replay(task(), plan)
    shop.write(file, shop.orders(60, seed=2))
    assert replay(task(), plan) == replay(task(), ReplayPlan((str(file),)))
    assert len(KeptBatches(tmp_path / "work" / "pure")._names) == 3


def test_wrong_orders_are_told_and_the_others_replayed(file: Path) -> None:
    lines = file.read_text().splitlines()
    lines[7] = lines[7].replace('"quantity": ', '"quantity": -')
    lines[30] = "{"
    file.write_text("\n".join(lines))
    answer = replay(task(), ReplayPlan((str(file),)))
    assert (answer.orders, answer.wrong, answer.by_currency["USD"].orders) == (120, 2, 118)
    assert [where for where, _ in answer.problems] == [f"{file}:8", f"{file}:31"]
    assert "quantity" in answer.problems[0][1] and "not JSON" in answer.problems[1][1]


def test_orders_of_several_currencies_are_never_added_up(file: Path) -> None:
    yen = [{**cart, "currency": "JPY", "lines": [{**cart["lines"][0], "price": "500"}], "shipping": []}
           for cart in shop.orders(10)]  # fmt: skip
    file.write_text(file.read_text() + "".join(json.dumps(cart) + "\n" for cart in yen))
    found = replay(task(), ReplayPlan((str(file),))).by_currency
    assert sorted(found) == ["JPY", "USD"]
    assert found["USD"].orders == 120
    assert found["JPY"].old == sum(500 * cart["lines"][0]["quantity"] for cart in yen)


def test_steps_that_orders_fell_short_of(tmp_path: Path) -> None:
    """`nova-more` wants 40.00: 38.00 is short by 2.00, 22.00 is not near, 41.00 has reached it."""
    carts = [
        {"currency": "USD", "at": "2026-06-12T12:00:00Z",
         "lines": [{"sku": "N", "store": "nova", "price": price, "quantity": 1}]}
        for price in ("38.00", "22.00", "41.00", "39.50")
    ]  # fmt: skip
    file = shop.write(tmp_path / "orders.jsonl", carts)
    sums = replay(task(), ReplayPlan((str(file),))).by_currency["USD"]
    assert sums.short == {("nova-more", 4000, False): [2, 250]}
