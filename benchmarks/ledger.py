"""How many reservations a second, and whether the last piece is sold exactly once.

    python -m benchmarks.ledger                  unlimited, limited and hot rules; a plain row lock; django-oscar
    python -m benchmarks.ledger load             16 processes, 1,000 pieces, 50,000 attempts on PostgreSQL
    python -m benchmarks.ledger load --sqlite    the same on SQLite

Each works against a database of its own that is gone afterwards, and ends with `verify`. Figures on shared cores move
by 40 %: compare ratios within one run.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from attrs import frozen
from sqlalchemy import Connection, event, text

from benchmarks.postgres import server
from pricing.forms import AmountOff
from pricing.ledger import Ledger, Shortage
from pricing.model.cart import Cart, Customer, Line
from pricing.model.kind import Kind
from pricing.model.ladder import Limit, Step
from pricing.model.quote import Quote, QuoteLine, Saving, Use
from pricing.model.rule import Rule
from pricing.model.rulebook import RuleBook

AT = datetime(2026, 6, 20, 12, tzinfo=UTC)

_fork = multiprocessing.get_context("fork")


@frozen
class Outcome:
    """What one worker, or all together, did."""

    done: int
    refused: int
    seconds_thousandths: int

    @property
    def rate(self) -> int:
        """Reservations a second."""
        return (self.done + self.refused) * 1000 // max(1, self.seconds_thousandths)


def book(pieces: int, customers: bool = False) -> RuleBook:
    """A code without limits, one limited for each customer, one limited in total, and one with a budget."""

    def code(name: str, *limits: Limit, budget: int | None = None) -> Rule:
        return Rule(name, Kind.PROMO_CODE, ladder=(Step(gives=AmountOff(100)),), limits=limits, budget=budget)

    rules = [
        code("BUDGET", budget=pieces * 100),
        code("FREE"),
        code("HOT", Limit(pieces, "uses", "total")),
        code("MINE", Limit(1_000_000, "uses", "customer")),
        *(code(f"SOME{number}", Limit(pieces, "uses", "total")) for number in range(100)),
    ]
    return RuleBook(tuple(sorted(rules, key=lambda rule: rule.name)))


BENCH = "sha256:bench"
"""The fingerprint of quotes made by hand, for `Ledger(also=)`."""


def quote_with(rule: str, customer: str, amount: int = 100) -> Quote:
    """A quote by hand for one line at 10.00, of which one code takes `amount`."""
    cart = Cart(
        currency="USD",
        at=AT,
        lines=[Line(id="1", sku="A", store="s", price=(1000, "USD"), quantity=1)],
        customer=Customer(customer),
        codes=[rule],
    )
    line = QuoteLine("1", "A", "s", 1, 1000, 1000, 1000 - amount, (Saving(rule, amount, amount),))
    return Quote(
        currency="USD",
        lines=(line,),
        shipping=(),
        used=(Use(rule, Kind.PROMO_CODE, None, 0, 0, amount),),
        bought=(),
        kept=(),
        coins_spent=0,
        rules=BENCH,
        optimal=True,
        steps=0,
        lower_bound_minor=1000 - amount,
        total_minor=1000 - amount,
        cart=cart,
    )


def attempt(
    url: str,
    pieces: int,
    rule: str,
    worker: int,
    attempts: int,
    shards: int | None,
    latency: float = 0,
    row_lock: bool = False,
) -> Outcome:
    """One process: so many reservations of one rule (`SOME`: of a hundred rules in turn), as fast as they go.

    `latency` is slept before each statement, as if the database were that far away, in seconds. `row_lock` does the
    same work as peers do it: the rule's row is locked first and kept until the order is written.
    """
    done = refused = 0
    with Ledger(url, book(pieces), shards=shards, also=BENCH) as ledger:
        ledger.usage("nobody", None, AT)  # the connection is made before the clock starts
        if row_lock:
            _lock_first(ledger, rule)
        if latency:
            event.listen(ledger._database.engine, "before_cursor_execute", lambda *_: time.sleep(latency))
            event.listen(ledger._database.engine, "commit", lambda _: time.sleep(latency))
        ready()
        begin = time.monotonic_ns()
        for number in range(attempts):
            name = f"SOME{(worker * 7 + number) % 100}" if rule == "SOME" else rule
            try:
                ledger.reserve(quote_with(name, f"c-{worker}-{number}"), f"o-{rule}-{worker}-{number}", AT)
                done += 1
            except Shortage:
                refused += 1
        return Outcome(done, refused, (time.monotonic_ns() - begin) // 1_000_000)


def _lock_first(ledger: Ledger, rule: str) -> None:
    """Makes the ledger take a plain row lock instead of its conditional update."""
    lock = text("SELECT lim, used FROM counter WHERE rule = :rule AND what = 'total' FOR UPDATE")
    count = text("UPDATE counter SET used = used + 1 WHERE rule = :rule AND what = 'total'")
    database, counters = ledger._database, ledger._core.counters
    write = database.write

    def locked(work: Callable[[Connection], Any]) -> Any:
        def whole(connection: Connection) -> Any:
            row = connection.execute(lock, {"rule": rule}).one()
            if row.used >= row.lim:
                raise Shortage("uses in total", rule, 1, 0)
            found = work(connection)
            connection.execute(count, {"rule": rule})
            return found

        return write(whole)

    database.write = locked  # type: ignore[method-assign]
    counters.take = lambda *_: None  # type: ignore[method-assign]


class _Start:
    """Lets all workers begin together, once each is connected; made before they are forked."""

    barrier: Any = None


def ready() -> None:
    """Waits for the other workers."""
    if _Start.barrier is not None:
        _Start.barrier.wait(60)


def together(work: Callable[..., Outcome], parts: list[tuple[Any, ...]]) -> Outcome:
    """`work` in as many processes as there are `parts`, its arguments; the time is that of the slowest."""
    _Start.barrier = _fork.Barrier(len(parts))
    with _fork.Pool(len(parts)) as pool:
        outcomes = pool.starmap(work, parts, chunksize=1)
    _Start.barrier = None
    slowest = max(one.seconds_thousandths for one in outcomes)
    return Outcome(sum(one.done for one in outcomes), sum(one.refused for one in outcomes), slowest)


def load(url: str, processes: int, pieces: int, attempts: int, shards: int | None = None) -> Outcome:
    """Many processes on one coupon. Exactly `pieces` uses, and books that are right; raises otherwise."""
    Ledger(url, book(pieces), migrate=True).close()
    each = attempts // processes
    outcome = together(attempt, [(url, pieces, "HOT", worker, each, shards) for worker in range(processes)])
    with Ledger(url, book(pieces)) as ledger:
        findings = ledger.verify()
        uses = {row.rule: row.uses for row in ledger.report()}.get("HOT", 0)
    if findings or uses != min(pieces, attempts) or outcome.done != uses:
        raise AssertionError(f"{uses} uses of {pieces} pieces, {outcome.done} reserved, findings: {findings}")
    return outcome


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Benchmarks of the ledger: `rates` when none is named."""
    if context.invoked_subcommand is None:
        context.invoke(rates_command)


@main.command("load")
@click.option("--processes", default=16)
@click.option("--pieces", default=1000)
@click.option("--attempts", default=50_000)
@click.option("--sqlite", is_flag=True)
def load_command(processes: int, pieces: int, attempts: int, sqlite: bool) -> None:
    """Many processes, one coupon: exactly as many uses as pieces."""
    with ExitStack() as stack:
        if sqlite:
            url = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "load.db")
        else:
            url = stack.enter_context(server()).database()
        outcome = load(url, processes, pieces, attempts)
    click.echo(
        f"{processes} processes, {outcome.done + outcome.refused} attempts on {pieces} pieces: "
        f"{outcome.done} reserved, {outcome.refused} refused, {outcome.seconds_thousandths / 1000:.1f} s, "
        f"{outcome.rate} attempts a second; verify is clean"
    )


ROWS: tuple[tuple[str, str, int, bool], ...] = (
    ("a rule without limits", "FREE", 16, False),
    ("a hundred limited rules", "SOME", 16, False),
    ("one hot rule, 16 shards", "HOT", 16, False),
    ("one hot rule, 1 shard", "HOT", 1, False),
    ("one hot rule, plain row lock", "HOT", 1, True),
)
"""What is measured: (name, rule, shards, plain row lock)."""


LATENCIES = (0.0, 0.001)
"""How far away the database is, in seconds."""
OSCAR = "django-oscar, one voucher"


@main.command("rates")
@click.option("--processes", default=8)
@click.option("--attempts", default=100, help="By each process, for each figure.")
@click.option("--rounds", default=3, help="The figure is the median of so many.")
def rates_command(processes: int, attempts: int, rounds: int) -> None:
    """Reservations a second on PostgreSQL, beside the application and a millisecond away from it.

    All rows are measured in turn, again and again, so that a machine that gets busier does so for all of them.
    """
    rates: dict[tuple[str, float], list[int]] = {}
    with server() as running:
        with_oscar = find_spec("oscar") is not None
        if with_oscar:
            from benchmarks import oscar

            oscar.set_up(running.database(), (2 * rounds + 1) * processes * attempts)
        for number in range(rounds):
            for latency in LATENCIES:
                for name, rule, shards, row_lock in ROWS:
                    found = _ours(running.database(), rule, shards, row_lock, latency, processes, attempts)
                    rates.setdefault((name, latency), []).append(found.rate)
                if with_oscar:
                    parts = [(f"{number}-{latency}-{worker}", attempts, latency) for worker in range(processes)]
                    rates.setdefault((OSCAR, latency), []).append(together(_oscar_attempt, parts).rate)
        over = _oscar_over_its_limit(processes, attempts) if with_oscar else "django-oscar is not installed"
    click.echo(f"{processes} processes, {attempts} reservations each, durable commits; reservations a second:")
    click.echo(f"median (lowest to highest) of {rounds} rounds")
    click.echo(f"{'':32}{'0 ms away':>22}{'1 ms away':>22}")
    for name in dict.fromkeys(name for name, _ in rates):
        cells = (sorted(rates[name, latency]) for latency in LATENCIES)
        spelled = (f"{cell[len(cell) // 2]} ({cell[0]} to {cell[-1]})" for cell in cells)
        click.echo(f"{name:32}" + "".join(f"{cell:>22}" for cell in spelled))
    click.echo(over)


def _ours(url: str, rule: str, shards: int, row_lock: bool, latency: float, processes: int, attempts: int) -> Outcome:
    """One figure of ours, on a database of its own whose books must be right in the end."""
    with Ledger(url, book(1_000_000), migrate=True, shards=shards, also=BENCH) as ledger:
        for warm in (rule.name for rule in book(1).rules):  # so that the counters' rows are there
            ledger.reserve(quote_with(warm, "warm"), f"warm-{warm}", AT)
    parts = [(url, 1_000_000, rule, worker, attempts, shards, latency, row_lock) for worker in range(processes)]
    outcome = together(attempt, parts)
    with Ledger(url, book(1_000_000), shards=shards, also=BENCH) as ledger:
        assert row_lock or not ledger.verify()
    return outcome


def _oscar_over_its_limit(processes: int, attempts: int) -> str:
    """How often django-oscar's voucher is used when it is limited to half of the orders that are tried."""
    from benchmarks import oscar

    limit = processes * attempts // 2
    before = oscar.uses()
    oscar.limit_to(limit)
    together(_oscar_attempt, [(f"limit-{number}", attempts, 0.0) for number in range(processes)])
    return f"django-oscar, limited to {limit}: {oscar.uses() - before} uses"


def _oscar_attempt(worker: str, attempts: int, latency: float) -> Outcome:
    from benchmarks import oscar

    return Outcome(*oscar.attempt(worker, attempts, latency, ready))


if __name__ == "__main__":
    sys.exit(main())
