"""Work handed out to processes and taken back in order: here, in a pool of this machine, or on a Dask cluster.

Each way gives a `submit`: orders in, a future of rows out. `in_order` keeps few batches in hand at any time, so memory
stays flat, and the order of the results is that of the orders, whoever worked on them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from pricing.processes import deaf_children, settle_in
from pricing.simulate.price import Task, price_batch


class CrewLost(RuntimeError):
    """Those who worked went away; the message says who."""


class Promise(Protocol):
    """What will be there later: a future of the pool, or of Dask."""

    def result(self) -> Any: ...


class Done:
    """What is there already."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def result(self) -> Any:
        return self._value


Submit = Callable[[Any], Promise]
Key = TypeVar("Key")


def in_order(
    batches: Iterable[tuple[Key, Any | None, Any | None]], submit: Submit, most: int
) -> Iterator[tuple[Key, Any, bool]]:
    """(key, rows, whether they are new) of (key, orders, rows that are known already), at most `most` at once."""
    waiting: deque[tuple[Key, Promise, bool]] = deque()
    for key, orders, known in batches:
        waiting.append((key, Done(known), False) if known is not None else (key, submit(orders), True))
        while len(waiting) > most or (waiting and not waiting[0][2]):
            first, promise, new = waiting.popleft()
            yield first, promise.result(), new
    for first, promise, new in waiting:
        yield first, promise.result(), new


@contextmanager
def crew(task: Task, jobs: int, dask: str | None) -> Iterator[tuple[Submit, int]]:
    """(submit, how many batches to have in hand). Raises CrewLost."""
    if dask is not None:
        with _cluster(task, dask) as found:
            yield found
    elif jobs == 1:
        yield (lambda orders: Done(price_batch(task, orders))), 0
    else:
        with _pool(task, jobs) as found:
            yield found


# A pool of processes on this machine

_task: Task


def _begin(task: Task) -> None:
    global _task
    _task = task
    settle_in()


def _price(orders: Any) -> Any:
    return price_batch(_task, orders)


@contextmanager
def _pool(task: Task, jobs: int) -> Iterator[tuple[Submit, int]]:
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (task,))

    def submit(orders: Any) -> Future[Any]:
        with deaf_children():
            return pool.submit(_price, orders)

    try:
        yield submit, 2 * jobs
    except BrokenProcessPool:
        raise CrewLost("a process that helped with pricing was ended from outside") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


# A Dask cluster


@contextmanager
def _cluster(task: Task, address: str) -> Iterator[tuple[Submit, int]]:
    """The same function on the workers of a cluster, to which the task goes once."""
    from distributed import Client

    client: Any
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise CrewLost(f"there is no Dask scheduler at {address}: {error}") from None
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise CrewLost(f"the Dask scheduler at {address} has no workers")
        everywhere = client.scatter(task, broadcast=True)

        def submit(orders: Any) -> Promise:
            promise: Promise = client.submit(price_batch, everywhere, orders, pure=False)
            return promise

        yield submit, 3 * threads
    finally:
        client.close()
