"""Pictures of each state of the studio, to be looked at by a person: `python -m tests.studio.pictures [STATE ...]`.

Writes docs/studio/states/STATE.png, each with both themes at three widths, of the shop of the tests. Needs a chromium.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.pages import ROOT
from tests.studio.conftest import BUDGETED, LETTER, Open, opened, used_ledger, written
from tests.studio.shop import EVENING, SUMMER

OUT = ROOT / "docs/studio/states"
SIZES = ((360, 760), (1280, 760), (2560, 1520))
THEMES = ("light", "dark")
TEXT = BUDGETED[SUMMER] + LETTER
SHOWN = 380
"""Pixels that each picture is high on its sheet."""
Page = Any


def empty(page: Page, studio: Open) -> None:
    """Nothing is in the basket."""


def priced(page: Page, studio: Open) -> None:
    """A price, and its reasons."""
    put_in(page, "green", 3)
    put_in(page, "pot", 1)
    page.wait_for_selector(".used summary")
    page.locator(".receipt").evaluate("pane => pane.scrollIntoView()")


def reasons(page: Page, studio: Open) -> None:
    """Why a card was not used."""
    priced(page, studio)
    page.locator(".why summary, .used summary").evaluate_all(
        "all => all.forEach(one => (one.parentElement.open = true))"
    )
    page.locator(".why").first.evaluate("one => one.scrollIntoView()")


def mistake(page: Page, studio: Open) -> None:
    """A mistake, and its fix."""
    put_in(page, "green", 3)
    page.wait_for_selector(".total .sum")
    typed(page, "spend       25.00", "  spend       20,00  take 4.00 off")
    page.keyboard.press("Escape")
    page.wait_for_selector(".problems li.error")
    page.locator(".cards").evaluate("pane => pane.scrollIntoView()")


def completion(page: Page, studio: Open) -> None:
    """What could come next."""
    typed(page, "stores      tea-house", "  stores      ")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".cm-tooltip-autocomplete li")


def campaign(page: Page, studio: Open) -> None:
    """A new campaign."""
    page.click("text=New campaign")
    page.wait_for_selector("dialog")


def example(page: Page, studio: Open) -> None:
    """A basket to be kept."""
    put_in(page, "green", 3)
    page.wait_for_selector(".total .sum")
    page.click("text=Save as example")
    page.wait_for_selector("dialog")


def link(page: Page, studio: Open) -> None:
    """A link that needs no server."""
    put_in(page, "green", 3)
    page.click("text=Share")
    page.wait_for_selector("dialog textarea")


def conflict(page: Page, studio: Open) -> None:
    """Two people have written."""
    typed(page, "spend       25.00", "  spend       25.00  take 4.00 off")
    page.keyboard.press("Escape")
    (studio.folder / SUMMER).write_text(TEXT.replace("take 3.00", "take 6.00"), encoding="utf-8")
    page.wait_for_selector(".said p:has-text('while you are typing')")
    page.click(".bar button.main")
    page.wait_for_selector("dialog .sides")


def compared(page: Page, studio: Open) -> None:
    """A draft beside what is saved, and its worst basket."""
    put_in(page, "green", 3)
    page.wait_for_selector(".total .sum")
    typed(page, "spend       25.00", "  spend       25.00  take 8.00 off")
    page.keyboard.press("Escape")
    page.click("#tab-compare")
    page.wait_for_selector("#view-compare .sum")
    page.click("#view-compare button:has-text('Look for it')")
    page.wait_for_selector("#view-compare th:has-text('Tea House')")
    page.evaluate("scrollTo(0, 0)")


def overview(page: Page, studio: Open) -> None:
    """The calendar and all cards."""
    page.click("#tab-overview")
    page.wait_for_selector(".cardlist li")


def ledger(page: Page, studio: Open) -> None:
    """Budgets, the report and single codes."""
    overview(page, studio)
    page.wait_for_selector("#view-overview td")
    page.locator("#view-overview h2, #view-overview h3").last.evaluate("one => one.scrollIntoView({block: 'center'})")


STATES: tuple[Callable[[Page, Open], None], ...] = (
    empty, priced, reasons, mistake, completion, campaign, example, link, conflict, compared, overview, ledger,
)  # fmt: skip


def put_in(page: Page, word: str, many: int) -> None:
    page.fill("#goods-search", word)
    page.wait_for_selector(".searching .found button")
    for _ in range(many):
        page.locator(".searching .found button").first.click()
    page.fill("#goods-search", "")


def typed(page: Page, line: str, text: str) -> None:
    """Puts a text in the place of the line that has another one."""
    page.locator(".cm-line", has_text=line).first.click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    page.keyboard.type(text)


@contextmanager
def shop() -> Iterator[Open]:
    """The shop of the tests, open, with a ledger."""
    with tempfile.TemporaryDirectory() as place:
        folder = written(Path(place) / "rules")
        (folder / SUMMER).write_text(TEXT, encoding="utf-8")
        with opened(folder, used_ledger({**BUDGETED, SUMMER: TEXT}, Path(place) / "shop.db")) as studio:
            yield studio


def picture(
    browser: Any, studio: Open, state: Callable[[Page, Open], None], size: tuple[int, int], theme: str
) -> bytes:
    """One state at one width in one theme."""
    (studio.folder / SUMMER).write_text(TEXT, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, locale="en-US", timezone_id="UTC",
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(studio.url)
    page.wait_for_selector(".total .sum")
    page.fill("input[type=date]", EVENING[:10])
    page.fill("input[type=time]", EVENING[11:])
    page.keyboard.press("Tab")
    state(page, studio)
    page.wait_for_timeout(1500)
    made: bytes = page.screenshot()
    context.close()
    return made


def sheet(browser: Any, pictures: list[bytes]) -> bytes:
    """All pictures of a state beside each other."""
    shown = "".join(
        f'<img height={SHOWN} src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in pictures
    )
    page = browser.new_page(viewport={"width": 1560, "height": 800})
    page.set_content(
        "<style>body{margin:8px;background:#888;display:flex;flex-wrap:wrap;gap:8px;width:max-content;max-width:1544px}"
        f"</style>{shown}"
    )
    page.wait_for_function("[...document.images].every(one => one.complete)")
    made: bytes = page.locator("body").screenshot()
    page.close()
    return made


def main(names: list[str]) -> None:
    """Writes the sheets."""
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as started, shop() as studio:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for state in STATES:
            if names and state.__name__ not in names:
                continue
            pictures = [picture(browser, studio, state, size, theme) for theme in THEMES for size in SIZES]
            (OUT / f"{state.__name__}.png").write_bytes(sheet(browser, pictures))
            print(state.__name__, flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
