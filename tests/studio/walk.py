"""A walk through the studio on the folder `rules/`: `python -m tests.studio.walk [OUT]` takes the pictures of its page.

Also for whoever wants to see what somebody sees for the first time: with OUT, the steps between are written there too.
Needs a chromium.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.pages import ROOT
from tests.studio.conftest import Open, opened
from tests.studio.pictures import typed

PAGES = ROOT / "docs/studio"
BASKET = {
    "currency": "USD", "at": "2026-06-20T18:30", "customer": {"id": "c-1", "segments": ["new"]}, "country": "US",
    "channel": "app",
    "lines": [{"id": "1", "sku": "NH-1001", "store": "nova-home", "price": "45.00", "quantity": 1,
               "categories": ["home/kitchen/kettles"], "brand": "nova"},
              {"id": "2", "sku": "LL-100", "store": "luma-lights", "price": "29.99", "quantity": 3,
               "categories": ["lights/table"], "brand": "brightly"}],
    "shipping": [{"store": "luma-lights", "method": "standard", "amount": "4.20"}],
    "wallet": {"coins": 0, "coupons": [{"rule": "luma-3-off-25", "pieces": 1}]}, "codes": ["SUMMER8", "LANTERN20"],
}  # fmt: skip
"""Two kettles, when the second is in, and three lamps."""
Page = Any


class Walk:
    """Pages of one studio, and where pictures of them go."""

    def __init__(self, browser: Any, studio: Open, out: Path | None) -> None:
        self.browser = browser
        self.studio = studio
        self.out = out

    def page(self, basket: Any, width: int = 1440, height: int = 900, **more: Any) -> Page:
        """The page with a basket in it, or as it is for the first time."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, timezone_id="UTC", reduced_motion="reduce", **more
        )
        made = context.new_page()
        made.set_default_timeout(120_000)
        if basket is not None:
            kept = json.dumps([f"studio.basket.{self.studio.folder.name}", json.dumps(basket)])
            made.add_init_script(f"localStorage.getItem({kept}[0]) ?? localStorage.setItem(...{kept})")
        made.goto(self.studio.url)
        made.wait_for_selector(".total .sum")
        if basket is not None:
            made.wait_for_selector(".entry")
        return made

    def write(self, page: Page, file: Path, **more: Any) -> None:
        page.wait_for_timeout(1500)
        page.screenshot(path=file, **more)
        print(file.name, flush=True)

    def shown(self, page: Page, name: str, **more: Any) -> None:
        """A picture of the page on the studio."""
        self.write(page, PAGES / f"{name}.png", **more)

    def between(self, page: Page, name: str) -> None:
        """A picture of a step, for whoever looks."""
        if self.out is not None:
            self.write(page, self.out / f"{name}.png")


def tried(walk: Walk) -> None:
    """A basket, its price, and what would bring more."""
    page = walk.page(None)
    walk.between(page, "first")
    page.locator(".begin button").first.click()
    page.wait_for_selector(".entry")
    walk.between(page, "example")
    page.context.close()
    page = walk.page(BASKET)
    page.locator(".stepper button").nth(1).click()
    page.wait_for_selector(".total .changed")
    page.wait_for_selector(".used summary")
    walk.shown(page, "try")
    page.set_viewport_size({"width": 1440, "height": 860})
    page.locator(".receipt").evaluate(
        "pane => (pane.scrollTop += pane.querySelector('.totals').getBoundingClientRect().y - 140)"
    )
    walk.shown(page, "why", clip=page.locator(".receipt").bounding_box())
    page.context.close()


def mistaken(walk: Walk) -> None:
    """A mistake, and its fix."""
    page = walk.page(BASKET, color_scheme="dark")
    page.locator(".savings .link", has_text="3 off every 30").first.click()
    typed(page, "30.00  take 3.00 off", "every       30,00  take 3.00 off")
    page.keyboard.press("Escape")
    page.wait_for_selector(".problems li.error")
    walk.shown(page, "mistake-dark")
    page.context.close()


def compared(walk: Walk) -> None:
    """A draft beside what is saved."""
    page = walk.page(BASKET, height=1000)
    page.locator(".savings .link", has_text="3 off every 30").first.click()
    typed(page, "30.00  take 3.00 off", "every       30.00  take 4.00 off")
    page.keyboard.press("Escape")
    page.click("#tab-compare")
    page.wait_for_selector("#view-compare .sum")
    walk.shown(page, "compare")
    page.click("#view-compare button:has-text('Look for it')")
    page.wait_for_selector("#view-compare th:has-text('Still paid')")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    walk.between(page, "worst")
    page.context.close()


def begun(walk: Walk) -> None:
    """A new campaign from nothing."""
    page = walk.page(BASKET)
    page.click("text=New campaign")
    page.fill("dialog input[name=name]", "autumn-2026")
    page.fill("dialog input[name=label]", "Autumn")
    page.fill("dialog input[name=last]", "2026-11-30")
    walk.between(page, "campaign")
    page.click("dialog button.main")
    page.wait_for_selector("dialog", state="detached")
    walk.between(page, "begun")
    page.context.close()


def overseen(walk: Walk) -> None:
    """Campaigns in time, and all cards."""
    page = walk.page(BASKET)
    page.click("#tab-overview")
    page.wait_for_selector(".cardlist li")
    walk.shown(page, "overview")
    page.context.close()


def carried(walk: Walk) -> None:
    """A telephone, in German."""
    page = walk.page(BASKET, 390, 844, locale="de-DE")
    page.locator(".stepper button").nth(1).click()
    page.wait_for_selector(".total .changed")
    page.locator(".receipt").evaluate("pane => pane.scrollIntoView()")
    walk.shown(page, "telephone-german")
    page.context.close()


def main(names: list[str]) -> None:
    """Walks, and writes the pictures."""
    from playwright.sync_api import sync_playwright

    out = Path(names[0]) if names else None
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as started, tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(ROOT / "rules", Path(place) / "rules"))
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        with opened(folder) as studio:
            walk = Walk(browser, studio, out)
            for step in (tried, mistaken, compared, begun, overseen, carried):
                step(walk)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
