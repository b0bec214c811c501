"""Processes that help with the work, and what they are not to hear."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager


def settle_in() -> None:
    """For a process that prices until it ends: the garbage collector no longer looks at what is there by now.

    Rules are many objects that stay, and every search brings a full collection nearer: without this a small cart pays for
    looking through all of them again and again.
    """
    gc.freeze()


@contextmanager
def deaf_children() -> Iterator[None]:
    """Processes started in here do not hear Ctrl-C: this one does, and ends them in good order."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
