"""The studio's page in a real Chromium: `python -m benchmarks.studio keys | large | memory [--minutes N]`.

| what | measures |
|---|---|
| `keys` | from a keystroke to the price, and to its reasons, drawn: a cart M, thirty keystrokes |
| `large` | 10,000 cards, opened twice: until a text and a price are there; the longest task while it is typed in |
| `memory` | typing by script: the page's heap, its elements, the server's memory, once a minute |

Tasks are told twice: as they took on the clock, and as processor time of the page's thread, which other work on the
machine does not lengthen. Needs the extras `studio` and `test`, and a chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from benchmarks import markets
from benchmarks.workloads import workload

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-precise-memory-info",
)  # fmt: skip
WATCHED = """
globalThis.seen = {none: [], all: []};
let key = 0;
addEventListener("keydown", () => (key = performance.now()), true);
const fetched = globalThis.fetch;
globalThis.fetch = async (...given) => {
  const typed = key, reply = await fetched(...given);
  if (!String(given[0]).endsWith("api/price")) return reply;
  const why = JSON.parse(given[1].body).why;
  const json = reply.json.bind(reply);
  reply.json = async () => {
    const answer = await json();
    setTimeout(() => requestAnimationFrame(() => setTimeout(() => seen[why]?.push(performance.now() - typed))));
    return answer;
  };
  return reply;
};
"""
"""In the page: milliseconds from the last key until an answer is drawn, by the reasons asked for."""
TRACED = ("toplevel", "blink.user_timing", "disabled-by-default-devtools.timeline", "devtools.timeline")


@frozen
class Open:
    """A page that is open, and the process that serves it."""

    page: Any
    serving: int
    said: float
    """Seconds from the command to its address."""
    painted: float
    """Seconds of the page until something is drawn."""
    shown: float
    """Seconds of the page until there is a text that can be typed at."""
    priced: float
    """Seconds of the page until there is a price."""


@contextmanager
def studio(
    texts: Mapping[str, str], basket: Mapping[str, Any], trace: Path | None = None, place: Path | None = None
) -> Iterator[Open]:
    """A page on rule texts with a basket in it. `place`: where the folder is, and what was kept of it."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as new:
        root = (place or Path(new)) / "rules"
        for path, text in texts.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pricing.cli", "studio", str(root), "--no-open"]
        kept = {**os.environ, "PRICING_CACHE": str(root.parent / "cache")}
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            began = time.perf_counter()
            serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kept)
            assert serving.stdout is not None
            address = serving.stdout.readline().strip()
            said = time.perf_counter() - began
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(f"localStorage['studio.basket.rules'] = {json.dumps(json.dumps(basket))};{WATCHED}")
            page.set_default_timeout(600_000)
            if trace is not None:
                browser.start_tracing(page=page, path=trace, categories=list(TRACED))
            page.goto(address)
            page.wait_for_selector(".cm-line")
            shown = page.evaluate("performance.now()") / 1000
            page.wait_for_selector(".total .sum .amount")
            priced = page.evaluate("performance.now()") / 1000
            painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0") / 1000
            yield Open(page, serving.pid, said, painted, shown, priced)
            if trace is not None:
                browser.stop_tracing()
            browser.close()
            serving.terminate()
            serving.communicate()


def at_amount(page: Any) -> None:
    """Puts the cursor behind the first amount that a card takes off."""
    page.locator(".cm-line", has_text="take").first.click()
    page.keyboard.press("End")


def keys() -> None:
    """From a keystroke to the price and to its reasons."""
    made = workload("M", "tight", 1)
    with studio(made.book.texts(), made.carts[0]) as opened:
        page = opened.page
        tell("on a cart M", opened)
        at_amount(page)
        page.wait_for_timeout(3000)
        page.evaluate("seen.none.length = seen.all.length = 0")
        for number in range(30):
            before = page.evaluate("seen.all.length")
            page.keyboard.press("Backspace" if number % 2 else "0")
            page.wait_for_function("before => seen.all.length > before", arg=before)
        for why, name in (("none", "price"), ("all", "reasons")):
            told = sorted(page.evaluate(f"seen.{why}"))
            print(
                f"{name}: median {statistics.median(told):.0f} ms, nine of ten below {told[len(told) * 9 // 10]:.0f} ms"
            )


def large() -> None:
    """A folder of 10,000 cards."""
    texts = markets.texts(10_000)
    cart = markets.carts(10_000, 1)[0]
    with tempfile.TemporaryDirectory() as new:
        place = Path(new)
        trace = place / "trace.json"
        with studio(texts, cart, place=place) as opened:
            tell("for the first time", opened)
            opened.page.wait_for_timeout(5000)
        with studio(texts, cart, trace, place) as opened:
            tell("again", opened)
            page = opened.page
            page.wait_for_timeout(5000)
            at_amount(page)
            page.wait_for_timeout(1000)
            page.evaluate("console.timeStamp('typing'), performance.mark('typing')")
            for number in range(40):
                page.keyboard.press("Backspace" if number % 2 else "0")
                page.wait_for_timeout(150)
            page.wait_for_timeout(5000)
            told = sorted(page.evaluate("seen.none"))
            print(f"price after a key: median {statistics.median(told):.0f} ms")
        tasks(trace)


def tell(when: str, opened: Open) -> None:
    """How long opening took."""
    print(
        f"opened {when}: address after {opened.said:.1f} s; then drawn after {opened.painted:.2f} s, "
        f"a text to type at after {opened.shown:.1f} s, a price after {opened.priced:.1f} s"
    )


def tasks(trace: Path) -> None:
    """The longest tasks of the page's thread since it is typed in, from a trace."""
    events = json.loads(trace.read_text())["traceEvents"]
    marked = [one for one in events if one.get("name") == "typing"]
    main = {(one["pid"], one["tid"]) for one in marked}
    since = min(one["ts"] for one in marked)
    found = [
        (one.get("tdur", 0) / 1000, one["dur"] / 1000)
        for one in events
        if one.get("ph") == "X" and "RunTask" in one.get("name", "") and (one["pid"], one["tid"]) in main
        and one["ts"] >= since
    ]  # fmt: skip
    by_time, by_clock = max(one for one, _ in found), max(one for _, one in found)
    print(f"{len(found)} tasks while typing; longest {by_time:.0f} ms of processor, {by_clock:.0f} ms on the clock")


def memory(minutes: float) -> None:
    """The page's heap and elements and the server's memory while it is typed in, once a minute."""
    made = workload("M", "tight", 1)
    with studio(made.book.texts(), made.carts[0]) as opened:
        page, serving = opened.page, opened.serving
        at_amount(page)
        tools = page.context.new_cdp_session(page)
        tools.send("Performance.enable")
        began = told = time.monotonic()
        typed = 0
        words = ("0", "Backspace", " ", "#", "x", "Backspace", "Backspace", "Backspace", "0", "Backspace")
        while time.monotonic() - began < 60 * minutes:
            page.keyboard.press(words[typed % len(words)])
            typed += 1
            page.wait_for_timeout(120 if typed % 10 else 700)
            if time.monotonic() - told >= 60 or typed == 100:
                told = time.monotonic()
                measured(tools, serving, typed, (told - began) / 60)
        measured(tools, serving, typed, minutes)


def measured(tools: Any, serving: int, typed: int, minutes: float) -> None:
    """One line of `memory`."""
    tools.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    print(
        f"{minutes:5.1f} min, {typed:5} keys: page {found['JSHeapUsedSize'] / 1e6:.1f} MB, {found['Nodes']:.0f} nodes, "
        f"{found['JSEventListeners']:.0f} listeners; server {resident(serving):.0f} MB, "
        f"its helper {sum(map(resident, children(serving))):.0f} MB",
        flush=True,
    )


def resident(process: int) -> float:
    """Megabytes of a process."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def children(process: int) -> list[int]:
    """The processes that one has started."""
    return [
        int(one) for task in Path(f"/proc/{process}/task").iterdir() for one in (task / "children").read_text().split()
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("what", choices=("keys", "large", "memory"))
    reader.add_argument("--minutes", type=float, default=15)
    given = reader.parse_args(arguments)
    ways: dict[str, Callable[[], None]] = {"keys": keys, "large": large, "memory": lambda: memory(given.minutes)}
    ways[given.what]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
