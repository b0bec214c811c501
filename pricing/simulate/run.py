"""A whole replay: orders read, priced in parallel, carried along where something is counted, added up.

Reads files of orders and two rule books; makes an `Answer`. Finished batches are kept in a work folder (`keep`), so that
a replay that was killed goes on; without one they are kept for as long as it takes.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import frozen

from pricing import __version__
from pricing.api import Engine
from pricing.model.rulebook import RuleBook
from pricing.simulate.carry import carry
from pricing.simulate.crew import crew, in_order
from pricing.simulate.keep import KeptBatches, open_folder, orders_digest
from pricing.simulate.mapping import Columns
from pricing.simulate.orders import Tell, batches
from pricing.simulate.price import FORMAT, Replayer, ReplayWishes, Task, wishes_text
from pricing.simulate.sums import Answer, answer_of

TOGETHER = 8
"""So many batches are added up at once: what adding costs is mostly one for each batch."""


@frozen
class ReplayPlan:
    """What is to be replayed, and with whom."""

    files: tuple[str, ...]
    columns: Columns | None = None
    jobs: int = 1
    dask: str | None = None
    """Address of a Dask scheduler."""
    work: str | None = None
    """The folder in which finished batches are kept; None: one that goes when it is done."""


def task_of(
    old: RuleBook, new: RuleBook, wishes: ReplayWishes, log: str = "", known: Mapping[str, RuleBook] | None = None
) -> Task:
    """The task of pricing orders under two versions of the rules.

    `log`, `OLD` or `NEW`, says which of them is a decision log; `known` are then the rules that it names, by fingerprint.
    """
    books = tuple(sorted((known or {}).items(), key=lambda one: one[0]))
    prints = f"{__version__} {FORMAT} {Engine(old).fingerprint} {Engine(new).fingerprint} {wishes_text(wishes)}"
    prints += f" {log} {' '.join(name for name, _ in books)}"
    return Task(old, new, wishes, hashlib.sha256(prints.encode()).hexdigest(), log, books)


def replay(
    task: Task, plan: ReplayPlan, tell: Tell = lambda _: None, each: Callable[[Any], None] | None = None
) -> Answer:
    """The answer; `each` is given all rows, batch by batch in the order of the orders.

    Raises WrongOrders, CrewLost, OSError.
    """
    known = [book for _, book in task.known]
    answer = answer_of(task.old, task.new, task.wishes.top, known, log=bool(task.log))
    with _work_folder(plan, task) as folder:
        waiting: list[Any] = []
        for rows in _rows(task, plan, folder, tell):
            waiting.append(rows)
            if len(waiting) == TOGETHER:
                answer.add(_one(waiting))
                waiting = []
            if each is not None:
                each(rows)
        if waiting:
            answer.add(_one(waiting))
    return answer


def _one(several: list[Any]) -> Any:
    """Batches of rows as one."""
    (made,) = pa.Table.from_batches(several).combine_chunks().to_batches()
    return made


def _rows(task: Task, plan: ReplayPlan, folder: Path, tell: Tell) -> Iterator[Any]:
    """All rows in the order of the orders.

    What no earlier order can change is priced in parallel. Where uses are counted, a second pass goes through the orders
    in order of time, alone, and prices anew those whose price earlier orders do change.
    """
    carried = task.wishes.carried
    pure = KeptBatches(folder / "pure") if carried or plan.work is not None else None
    priced = _priced(task, plan, pure, tell)
    if not carried or pure is None:
        yield from priced
        return
    count = sum(1 for _ in priced)
    yield from carry(Replayer(task), pure, count, folder)


def _priced(task: Task, plan: ReplayPlan, kept: KeptBatches | None, tell: Tell) -> Iterator[Any]:
    """The rows of every batch, priced or found."""

    def known() -> Iterator[tuple[tuple[int, str], Any, Any | None]]:
        for number, orders in enumerate(batches(plan.files, plan.columns, tell)):
            name = "" if kept is None else orders_digest(orders)
            yield (number, name), orders, None if kept is None else kept.find(number, name)

    count = 0
    with crew(task, plan.jobs, plan.dask) as (submit, most):
        for (number, name), rows, new in in_order(known(), submit, most):
            if new and kept is not None:
                kept.put(number, name, rows)
            count += 1
            yield rows
    if kept is not None:
        kept.cut(count)


@contextmanager
def _work_folder(plan: ReplayPlan, task: Task) -> Iterator[Path]:
    if plan.work is not None:
        folder = Path(plan.work)
        open_folder(folder, task.digest)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="pricing-replay-") as name:
        yield Path(name)
