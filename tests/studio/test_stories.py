"""What somebody in marketing does on the page, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pricing import Engine
from pricing.ledger import Ledger
from pricing.studio.build import PAGE
from tests.studio.conftest import BUDGETED, LETTER, Open, opened, written
from tests.studio.shop import CARDS, EVENING, SUMMER

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 120_000
"""Milliseconds until something that does not come is missing."""
Page = Any


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        made = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield made
        made.close()


@pytest.fixture
def page(browser: Any, studio: Open) -> Iterator[Page]:
    """The page, open; whatever goes wrong in it fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="UTC")
    made = context.new_page()
    made.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on(
        "console", lambda said: wrong.append(said.text) if said.type == "error" and "409" not in said.text else None
    )
    visit(made, studio)
    yield made
    context.close()
    assert wrong == []


def visit(page: Page, studio: Open, fragment: str = "") -> None:
    page.goto(studio.url + fragment)
    page.wait_for_selector(".total .sum")
    page.fill("input[type=date]", EVENING[:10])
    page.fill("input[type=time]", EVENING[11:])
    page.keyboard.press("Tab")


def put_in(page: Page, word: str, many: int = 1) -> None:
    page.fill("#goods-search", word)
    page.wait_for_selector(".searching .found button")
    for _ in range(many):
        page.locator(".searching .found button").first.click()
    page.fill("#goods-search", "")


def pays(page: Page, total: str) -> None:
    page.wait_for_function(
        "t => document.querySelector('.total .sum .amount')?.firstChild.textContent === t", arg=total
    )


def type_at(page: Page, line: str, text: str, *, instead: bool = False) -> None:
    """Types at the end of the line that begins so, or in its place."""
    page.locator(".cm-line", has_text=re.compile(rf"^\s*{re.escape(line)}")).first.click()
    page.keyboard.press("End")
    if instead:
        page.keyboard.press("Shift+Home")
    page.keyboard.type(text)


def no_menu(page: Page) -> None:
    """Closes the list of what could come next."""
    page.keyboard.press("Escape")


def test_why_a_customer_pays_what_they_pay_and_what_would_bring_more(page: Page) -> None:
    put_in(page, "green", 2)
    pays(page, "18.00")
    page.wait_for_selector(".steps li")
    assert "Add 7.00 at Tea House, 5.00 more saved" not in page.inner_text(".steps")
    assert "Add 7.00 at Tea House" in page.inner_text(".steps")
    page.click(".steps button:has-text('Green tea')")
    pays(page, "24.00")
    assert page.inner_text(".paper .savings .link") == "Tea House: 3 off 25"
    page.click(".paper .savings .link")
    assert page.evaluate("document.activeElement.classList.contains('cm-content')")
    assert "tea-3" in page.inner_text(".cm-activeLine")
    assert "used, −3.00" in page.inner_text(".cm-line.cm-fired")
    page.wait_for_selector(".used summary")
    page.click(".used summary")
    page.click(".used button:has-text('Leave out')")
    pays(page, "27.00")


def test_a_mistake_is_told_and_mended_by_its_fix_and_saved(page: Page, studio: Open) -> None:
    put_in(page, "green", 3)
    pays(page, "24.00")
    type_at(page, "spend       25.00", "  spend       20,00  take 4.00 off", instead=True)
    no_menu(page)
    page.wait_for_selector(".problems li.error")
    assert "Below is the price before it." in page.inner_text(".note")
    page.click(".problems .fix:has-text('replace 20,00 with 20.00')")
    pays(page, "23.00")
    assert page.locator(".total .changed").count() == 1
    page.click(".bar button.main")
    page.wait_for_selector(".said p:has-text('Saved')")
    assert "spend       20.00  take 4.00 off" in (studio.folder / SUMMER).read_text(encoding="utf-8")


def test_a_new_campaign_from_nothing_to_an_example(page: Page, studio: Open) -> None:
    page.click("text=New campaign")
    page.fill("dialog [name=name]", "pots")
    page.fill("dialog [name=label]", "Pots")
    page.fill("dialog [name=last]", "2026-06-30")
    page.click("dialog button.main")
    page.wait_for_selector(".cm-line:has-text('campaign pots')")
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(
        'store discount pot-2 "2 off each pot"\n  stores      nova-home\n  take        2.00 off each\n'
    )
    put_in(page, "pot", 2)
    pays(page, "80.00")
    page.click(".bar button.main")
    page.wait_for_selector(".said p:has-text('Saved')")
    page.click("text=Save as example")
    page.fill("dialog [name=title]", "Two pots of 42.00 cost 80.00")
    page.click("dialog button.main")
    page.wait_for_selector(".said p:has-text('examples.md')")
    assert "2 off each pot" in (studio.folder / "campaigns/pots.examples.md").read_text(encoding="utf-8")
    page.click("text=Empty the basket")
    page.click(".begin button:has-text('Two pots of 42.00 cost 80.00')")
    pays(page, "80.00")


def test_a_draft_is_compared_and_its_worst_example_looked_at(page: Page, studio: Open) -> None:
    put_in(page, "green", 3)
    pays(page, "24.00")
    page.click("text=Save as example")
    page.fill("dialog [name=title]", "Three teas")
    page.click("dialog button.main")
    page.wait_for_selector(".said p:has-text('Saved')")
    type_at(page, "spend       25.00", "  spend       25.00  take 1.00 off", instead=True)
    no_menu(page)
    pays(page, "26.00")
    page.click("#tab-compare")
    page.wait_for_selector("text=1 basket: 1 more expensive, 0 cheaper.")
    assert "24.00 → becomes26.00" in page.inner_text("#view-compare .sum").replace("\n", "")
    page.click("#view-compare button:has-text('Look for it')")
    page.wait_for_selector("#view-compare th:has-text('Tea House')")
    orders = studio.folder / "orders.jsonl"
    line = {"sku": "TEA-1", "store": "tea-house", "price": "9.00"}
    carts = [{"currency": "USD", "at": f"{EVENING}:00Z", "lines": [{**line, "quantity": many}]} for many in (1, 3, 4)]
    orders.write_text("".join(f"{json.dumps(cart)}\n" for cart in carts), encoding="utf-8")
    page.set_input_files("#view-compare input[type=file]", orders)
    page.wait_for_selector("text=3 baskets: 2 more expensive, 0 cheaper.")
    page.locator("#view-compare button:has-text('Look at it')").first.click()
    pays(page, "26.00")
    assert page.locator("#view-try").is_visible()


def test_what_somebody_else_changes_is_taken_over_and_never_lost(page: Page, studio: Open) -> None:
    put_in(page, "green", 3)
    pays(page, "24.00")
    (studio.folder / SUMMER).write_text(CARDS.replace("take 3.00", "take 6.00"), encoding="utf-8")
    pays(page, "21.00")
    assert "take 6.00" in page.inner_text(".cm-content")
    type_at(page, "spend       25.00", "  # mine")
    page.evaluate(
        "() => { globalThis.told = []; new MutationObserver(all => all.forEach(one => one.addedNodes.forEach(node => "
        "told.push(node.textContent)))).observe(document.querySelector('.said'), {childList: true}); }"
    )
    (studio.folder / SUMMER).write_text(CARDS.replace("take 3.00", "take 7.00"), encoding="utf-8")
    page.wait_for_function("() => told.length > 0")
    for _ in range(2):  # it is looked at again, and told once
        with page.expect_response("**/api/folder"):
            pass
    assert ["while you are typing" in text for text in page.evaluate("told")] == [True]
    page.click(".bar button.main")
    page.wait_for_selector("dialog .sides")
    assert "take 7.00" in page.inner_text("dialog .sides")
    page.click("dialog [value=theirs]")
    page.click("dialog button.main")
    pays(page, "20.00")
    assert "take 7.00" in (studio.folder / SUMMER).read_text(encoding="utf-8")


def test_a_basket_and_a_draft_travel_in_a_link(page: Page, studio: Open, browser: Any) -> None:
    put_in(page, "green", 3)
    type_at(page, "spend       25.00", "  spend       25.00  take 5.00 off", instead=True)
    no_menu(page)
    pays(page, "22.00")
    page.click("text=Share")
    fragment = page.input_value("dialog textarea")
    assert fragment.startswith("#s1=")
    (studio.folder / SUMMER).write_text(CARDS.replace("take 3.00", "take 6.00"), encoding="utf-8")
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(studio.url + fragment)
    pays(other, "22.00")
    other.click(".bar button.main")  # what was shared began from another text than the folder has now
    other.wait_for_selector("dialog .sides")
    marked = [line.strip() for line in other.locator("dialog mark").all_inner_texts()]
    assert marked == ["spend       25.00  take 5.00 off", "spend       25.00  take 6.00 off"]
    assert "take 6.00" in (studio.folder / SUMMER).read_text(encoding="utf-8")
    other.close()


def test_a_link_that_was_sent_is_pasted_and_what_is_none_is_told(page: Page) -> None:
    put_in(page, "green", 3)
    pays(page, "24.00")
    page.click("text=Share")
    sent = page.input_value("dialog textarea")
    page.click("dialog .buttons button")
    page.click("text=Empty the basket")
    page.wait_for_selector("text=Nothing is in the basket yet.")
    page.click("text=Share")
    page.fill("dialog input", sent[:-9])
    page.click("dialog button:has-text('Open it')")
    page.wait_for_function("document.querySelector('dialog input').validationMessage !== ''")
    page.fill("dialog input", f"Have a look: http://127.0.0.1:1/another/{sent}")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog", state="detached")
    pays(page, "24.00")


HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def test_hostile_names_do_nothing(page: Page, studio: Open) -> None:
    page.on("dialog", lambda box: pytest.fail(f"something ran: {box.message}"))
    (studio.folder / "catalogue/skus.csv").write_text(
        "sku,store,price,categories,brand,tags,name\n"
        f'BAD-1,tea-house,30.00,,,,"{HOSTILE.replace(chr(34), chr(39))}"\n'
        'RTL-1,tea-house,1.00,,,,"שלום עולם"\n',
        encoding="utf-8",
    )
    (studio.folder / SUMMER).write_text(
        CARDS.replace("Tea House: 3 off 25", HOSTILE.replace('"', "'")), encoding="utf-8"
    )
    page.reload()
    visit(page, studio)
    put_in(page, "BAD-1")
    put_in(page, "RTL-1")
    pays(page, "28.00")
    page.wait_for_selector(".why *")
    assert page.locator("main img:not(.cm-widgetBuffer), main script").count() == 0
    assert "<img src=x" in page.inner_text(".paper")
    page.click("#tab-overview")
    page.wait_for_selector(".cardlist li")
    assert page.locator("main img:not(.cm-widgetBuffer), main script").count() == 0


def test_a_hostile_link_does_nothing(page: Page, studio: Open) -> None:
    for fragment in ("#s1=", "#s1=AAAA", "#s1=" + "A" * 1000, "#<script>", "#s1=eyJiYXNrZXQiOjN9"):
        page.goto(studio.url + fragment)
        page.wait_for_selector(".total .sum")


def test_a_second_browser_without_the_address_gets_nothing(browser: Any, studio: Open) -> None:
    other = browser.new_page()
    assert other.goto(f"http://{studio.host}/").status == 403
    assert "Open the address" in other.inner_text("body")
    other.close()


def test_the_keyboard_alone_is_enough_and_tab_leaves_the_editor(page: Page) -> None:
    page.focus("#goods-search")
    page.keyboard.type("green")
    page.wait_for_selector(".searching .found button")
    for _ in range(3):
        page.keyboard.press("Enter")
    pays(page, "24.00")
    page.locator(".cm-content").focus()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.cm-editor')")
    page.focus("#tab-try")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#view-compare .sum")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 900, 1440, 2560])
def test_nothing_stands_outside_the_page(browser: Any, studio: Open, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visit(page, studio)
    put_in(page, "green", 3)
    pays(page, "24.00")
    for tab in ("try", "compare", "overview"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(f"#view-{tab} *:visible")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
    context.close()


AXE = PAGE / "node_modules/axe-core/axe.min.js"


@pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: npm ci in pricing/studio/page")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(browser: Any, studio: Open, scheme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-US", bypass_csp=True,
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visit(page, studio)
    put_in(page, "green", 3)
    pays(page, "24.00")
    page.wait_for_selector(".used")
    page.add_script_tag(path=str(AXE))
    assert broken_rules(page) == []
    type_at(page, "spend       25.00", "  spend       20,00", instead=True)
    no_menu(page)
    page.wait_for_selector(".note .wrong")
    assert broken_rules(page) == []
    for tab, shown in (("compare", "#view-compare .wrong"), ("overview", ".cardlist li")):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(shown)
        assert broken_rules(page) == [], tab
    context.close()


def broken_rules(page: Page) -> list[str]:
    """What axe says of WCAG 2.2 AA, with the places."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(
        "async tags => (await axe.run(document, {runOnly: tags})).violations.map("
        "one => `${one.id}: ${one.nodes.slice(0, 3).map(node => `${node.target} ${node.failureSummary}`).join(' | ')}`)",
        tags,
    )
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def test_a_new_file_that_somebody_else_makes_meanwhile_is_not_overwritten(page: Page, studio: Open) -> None:
    page.click("text=New campaign")
    page.fill("dialog [name=name]", "pots")
    page.fill("dialog [name=label]", "Pots")
    page.fill("dialog [name=last]", "2026-06-30")
    page.click("dialog button.main")
    page.wait_for_selector(".cm-line:has-text('campaign pots')")
    (studio.folder / "campaigns/pots.promo").write_text("# theirs\n", encoding="utf-8")
    page.wait_for_selector(".said p:has-text('while you are typing')")
    page.click(".bar button.main")
    page.wait_for_selector("dialog .sides:has-text('theirs')")
    assert (studio.folder / "campaigns/pots.promo").read_text(encoding="utf-8") == "# theirs\n"


def test_the_mark_of_a_card_stays_on_its_first_line_while_it_is_typed_at(page: Page) -> None:
    put_in(page, "green", 3)
    pays(page, "24.00")
    page.wait_for_selector(".cm-line.cm-fired")
    type_at(page, "store discount tea-3", "\n  storez")
    no_menu(page)
    page.wait_for_selector(".problems li.error")
    assert "tea-3" in page.inner_text(".cm-line.cm-fired") and "used, −3.00" in page.inner_text(".cm-line.cm-fired")


def test_a_budget_is_watched(browser: Any, place: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "rules")
    (folder / SUMMER).write_text(BUDGETED[SUMMER], encoding="utf-8")
    with opened(folder, place) as studio:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(studio.url)
        page.click("#tab-overview")
        page.wait_for_selector("text=6.00 of 12.00 USD, 50 %")
        page.locator("#view-overview select").select_option("seller,month")
        page.wait_for_selector("td:has-text('2026-06')")
        with page.expect_download() as download:
            page.click("a.download:has-text('CSV')")
        assert "tea-house" in Path(download.value.path()).read_text(encoding="utf-8")
        page.set_viewport_size({"width": 360, "height": 760})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.close()


def test_single_codes_are_made_and_taken_home(browser: Any, tmp_path: Path) -> None:
    folder = written(tmp_path / "rules")
    (folder / SUMMER).write_text(CARDS + LETTER, encoding="utf-8")
    place = str(tmp_path / "new.db")
    Ledger(place, Engine.load(folder)).close()
    with opened(folder, place) as studio:
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(PATIENCE)
        page.goto(studio.url)
        page.click("#tab-overview")
        page.wait_for_selector("text=free 0, held 0, used 0, void 0, of 20")
        page.fill(".codes input", "12")
        page.click(".codes button:has-text('Make them')")
        with page.expect_download() as download:
            page.click(".codes a:has-text('The new codes')")
        new = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
        assert download.value.suggested_filename == "mail-new.csv" and len(new) == 13
        page.wait_for_selector("text=free 12, held 0, used 0, void 0, of 20")
        assert page.get_attribute(".codes input", "max") == "8"
        with page.expect_download() as download:
            page.click(".codes button:has-text('All codes')")
        rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
        assert sorted(row.split(",")[0] for row in rows) == sorted(new)
        page.close()


def test_gaps_and_overlaps_of_the_calendar_are_told_in_words(page: Page, studio: Open) -> None:
    early = CARDS.replace("  stores      tea-house\n", "  stores      tea-house\n  days        sat, sun\n")
    (studio.folder / SUMMER).write_text(early, encoding="utf-8")
    (studio.folder / "campaigns/autumn.promo").write_text(
        CARDS.replace("campaign summer", "campaign autumn").replace("tea-3", "tea-4").replace("nova-5", "nova-6")
        .replace("SUN", "FALL").replace("from 2026-06-01 through 2026-06-30", "from 2026-06-28 through 2026-07-31"),
        encoding="utf-8",
    )  # fmt: skip
    page.wait_for_selector(".said p:has-text('autumn')")
    page.click("#tab-overview")
    page.wait_for_selector(".overlaps")
    assert "store discount: nothing holds on 22 days: 2026-06-01 – 2026-06-05" in page.inner_text(".calendar")
    assert page.locator(".time .gap").count() == 5 and page.locator(".time .overlap").count() == 6
    page.click(".overlaps summary")
    assert "seller coupon · 2026-06-28 – 2026-06-30" in page.inner_text(".overlaps")
    page.locator(".overlaps li:has-text('seller coupon') button").nth(1).click()
    page.wait_for_selector(".cm-line:has-text('nova-6')")


def test_nothing_is_kept_or_shared_before_the_folder_is_read(browser: Any, studio: Open) -> None:
    page = browser.new_page(locale="en-US")
    page.set_default_timeout(PATIENCE)
    waiting: list[Any] = []
    page.route("**/api/open", lambda route: waiting.append(route))  # noqa: PLW0108 - playwright marks its handlers
    page.goto(studio.url)
    page.wait_for_selector(".waiting:has-text('The folder is being read')")
    tools = page.locator("header .tools button[title='The folder is being read …']:disabled")
    assert tools.all_inner_texts() == ["Save as example", "Share", "Print"]
    for _ in range(100):
        if waiting:
            break
        page.wait_for_timeout(20)
    page.wait_for_selector(".cm-line:has-text('campaign')")  # cards can be read and typed at meanwhile
    assert page.inner_text(".cards .state") == "The folder is being read …"
    page.locator(".cm-line", has_text="tea-3").first.click()
    page.keyboard.press("End")
    page.keyboard.type("  # typed early")
    waiting[0].continue_()
    page.wait_for_selector("header .tools button:has-text('Share'):enabled")
    page.wait_for_selector(".cards button.main:enabled")
    page.wait_for_selector(".cm-line:has-text('typed early')")
    assert page.locator(".waiting").count() == 0
    page.close()
