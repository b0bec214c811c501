"""How long a task may take: what a process waits for a processor is not its own time."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pricing.service.asks import Ask
from pricing.service.frames import Hello
from pricing.service.hand import Errand, Hand

SPIN = "import os, sys; os.sched_setaffinity(0, {{{core}}}); os.nice({nice}); print(flush=True)\nwhile True: pass"


def spinning(core: int, nice: int) -> subprocess.Popen[bytes]:
    """A process that never rests."""
    made = subprocess.Popen([sys.executable, "-c", SPIN.format(core=core, nice=nice)], stdout=subprocess.PIPE)
    assert made.stdout is not None
    made.stdout.readline()
    return made


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell who waits")
def test_a_process_that_waits_for_a_processor_keeps_its_time() -> None:
    core = min(os.sched_getaffinity(0))
    with spinning(core, 0) as other, spinning(core, 19) as slow:

        async def talk() -> list[bool]:
            hand = Hand(0.1, lambda *_: None, lambda *_: None, lambda _: None)
            mine, _ = socket.socketpair()
            await asyncio.get_running_loop().create_unix_connection(lambda: hand, sock=mine)
            hand.hello = Hello(1, slow.pid)
            hand.give(Errand("quote", Ask(), asyncio.get_running_loop().create_future()))
            await asyncio.sleep(0.5)
            found = [hand.late]
            other.kill()
            await asyncio.to_thread(slow.wait)
            return [*found, hand.late]

        try:
            assert asyncio.run(talk()) == [False, True]
        finally:
            other.kill()
            slow.kill()
