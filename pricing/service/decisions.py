"""The decision log: a file to which one thread appends, so that no request waits for a disk (docs/decision-log.md).

What cannot be written is counted and lost: a full disk, or lines that come faster than they are written. The file may be
moved away at any time, as logrotate does; a new one is then begun.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path

LOG = logging.getLogger("pricing.service")
MOST = 32_000_000
"""Bytes that wait to be written; more is lost."""
_LOOK = 1.0
"""Seconds between two looks whether the file has been moved."""


class DecisionLog:
    """One file. `put` may be called from any thread and never waits for the disk."""

    def __init__(self, place: str, most: int = MOST) -> None:
        """Raises OSError when the file cannot be opened for appending."""
        self.place = Path(place)
        self.most = most
        self.lost = 0
        """Decisions that were not written."""
        self.written = 0
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._wake = threading.Condition()
        self._ending = False
        self._torn = False
        """The file may end in half a line."""
        self._file = self._opened()
        self._thread = threading.Thread(target=self._work, name="decisions", daemon=True)
        self._thread.start()

    def put(self, lines: Iterable[bytes]) -> None:
        """Takes lines, each without its end, to be written soon."""
        with self._wake:
            for line in lines:
                if self._ending or self._bytes + len(line) > self.most:
                    self.lost += 1
                    continue
                self._waiting.append(line)
                self._bytes += len(line)
            self._wake.notify()

    def close(self, seconds: float = 10.0) -> None:
        """Writes what waits, for at most so long."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        self._thread.join(seconds)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._ending, timeout=_LOOK)
                lines, ending = list(self._waiting), self._ending
                self._waiting.clear()
            if lines:
                self._append(lines)
                with self._wake:  # only now, so that what is being written counts as waiting
                    self._bytes -= sum(map(len, lines))
            elif ending:
                os.close(self._file)
                return

    def _append(self, lines: list[bytes]) -> None:
        text = b"".join([b"\n" * self._torn, *[line + b"\n" for line in lines]])
        rest = memoryview(text)
        try:
            self._follow()
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            done = text[: len(text) - len(rest)].count(b"\n") - self._torn
            self._count(lines, max(done, 0))
            self._torn = self._torn or len(rest) < len(text)
            LOG.error("decisions are not written: %s", error.strerror)  # noqa: TRY400  # a full disk is no fault of ours
        else:
            self._count(lines, len(lines))
            self._torn = False

    def _count(self, lines: list[bytes], done: int) -> None:
        with self._wake:
            self.written += done
            self.lost += len(lines) - done

    def _follow(self) -> None:
        """Opens the file anew when another, or none, stands under its name."""
        try:
            now = self.place.stat()
        except FileNotFoundError:
            now = None
        mine = os.fstat(self._file)
        if now is None or (now.st_dev, now.st_ino) != (mine.st_dev, mine.st_ino):
            old, self._file = self._file, self._opened()
            os.close(old)
            self._torn = False

    def _opened(self) -> int:
        return os.open(self.place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
