"""The desk: what the page asks about texts and baskets, and what it hears."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pricing import Cart, Engine
from pricing.examples import of_text, run
from pricing.studio.asked import WrongQuestion
from pricing.studio.desk import QUESTIONS, Workbench
from pricing.studio.overview import words
from tests.pages import ROOT
from tests.studio.shop import CARDS, EVENING, SUMMER, TEXTS, basket


def desk() -> Workbench:
    return Workbench(TEXTS)


def drafted(old: str, new: str) -> dict[str, Any]:
    assert old in CARDS
    return {"draft": {SUMMER: CARDS.replace(old, new)}}


def test_the_desk_needs_nothing_but_the_core() -> None:
    """A browser runs it without a server: no web framework, no database, no command line."""
    foreign = (
        "starlette", "uvicorn", "msgspec", "sqlalchemy", "sqlite3", "click", "pygls", "pygments", "pyarrow", "rich",
        "multiprocessing",
    )  # fmt: skip
    code = f"import sys, pricing.studio.desk; print([name for name in {foreign} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_every_question_answers_with_json_and_the_same_each_time() -> None:
    place = {"file": SUMMER, "line": 5, "character": 16, "before": "  sto"}
    more = {"basket": basket(("TEA-1", 3)), "rule": "tea-3", "title": "Three teas", "why": "all", "orders": ["{}"]}
    for name in QUESTIONS:
        asked = {**place, **more, **({"file": "campaigns/summer.examples.md"} if name == "example" else {})}
        answers = {Workbench(TEXTS).ask_json(name, json.dumps(asked)) for _ in range(2)}
        assert len(answers) == 1
        assert "error" not in json.loads(answers.pop())


# Pricing


def test_what_the_catalogue_knows_need_not_be_said_and_the_price_is_the_engines() -> None:
    answer = desk().ask("price", {"basket": basket(("TEA-1", 3), ("POT-1", 1))})
    assert answer["quote"]["total"] == "66.00"  # 27 + 42 - 3
    cart = Cart.from_dict(answer["cart"])
    assert Engine.from_texts(TEXTS).quote(cart).to_dict(why="none", units=True) == answer["quote"]
    assert answer["cart"]["at"] == "2026-06-20T18:30:00-07:00"
    assert answer["titles"] == {"TEA-1": "Green tea", "POT-1": "Tea pot"}
    assert answer["rules"]["tea-3"] == {
        "label": "Tea House: 3 off 25", "kind": "store discount", "file": SUMMER, "line": 5,
    }  # fmt: skip
    assert answer["payers"] == [{"who": "seller", "store": "tea-house", "amount": "3.00"}]


def test_a_draft_prices_as_it_is_being_typed_and_leaves_what_is_saved() -> None:
    bench = desk()
    asked = {"basket": basket(("TEA-1", 3))}
    assert bench.ask("price", {**asked, **drafted("3.00 off", "4.00 off")})["quote"]["total"] == "23.00"
    assert bench.ask("price", asked)["quote"]["total"] == "24.00"
    bench.save({SUMMER: CARDS.replace("3.00 off", "4.00 off")})
    assert bench.ask("price", asked)["quote"]["total"] == "23.00"


def test_a_step_within_reach_names_goods_that_reach_it() -> None:
    answer = desk().ask("price", {"basket": basket(("TEA-1", 2)), "why": "all"})
    assert [step["missing"] for step in answer["quote"]["next_steps"]] == ["7.00"]
    add = answer["adds"][0]
    assert (add["sku"], add["quantity"], add["title"]) == ("TEA-1", 1, "Green tea")  # 9.00; two of the other cost 13.00
    more = desk().ask("price", {"basket": basket(("TEA-1", 3))})
    assert "tea-3" in [use["rule"] for use in more["quote"]["used"]]


def test_why_not_comes_with_the_total_it_would_be_and_whether_it_is_near() -> None:
    wallet = {"coins": 0, "coupons": [{"rule": "nova-5", "pieces": 1}]}
    answer = desk().ask("price", {"basket": basket(("POT-1", 1), wallet=wallet, codes=["SUN"]), "why": "refused"})
    told = {entry["rule"]: entry for entry in answer["quote"]["refused"]}
    assert told["SUN"]["reason"] == "clashes" and told["SUN"]["total_with"] == "37.80"
    assert len(answer["near"]) == len(answer["quote"]["refused"])
    assert answer["near"][[entry["rule"] for entry in answer["quote"]["refused"]].index("SUN")]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"lines": [{"sku": "NOT-THERE", "quantity": 1}]}, "lines[0].price"),
        ({"lines": [{"sku": "TEA-1", "quantity": 0}]}, "lines[0].quantity"),
        ({"at": "2026-03-08T02:30"}, "at"),  # the clocks go forward
        ({"zone": "Mars/Base"}, "at"),
        ({"without": "everything"}, "without"),
        ({"usage": {"tea-3": {"customer": -1}}}, "usage.tea-3.customer"),
    ],
)
def test_a_wrong_basket_is_told_with_its_path(more: dict[str, Any], path: str) -> None:
    answer = desk().ask("price", {"basket": {**basket(("TEA-1", 1)), **more}})
    assert path in [problem["path"] for problem in answer["problems"]]


def test_while_a_card_has_mistakes_there_is_no_price_but_their_number() -> None:
    assert desk().ask("price", {"basket": basket(("TEA-1", 1)), **drafted("25.00", "25,00")}) == {"mistakes": 1}


# Writing


def test_a_finding_has_its_place_as_the_browser_counts_and_a_fix_that_puts_it_right() -> None:
    draft = drafted("25.00", "25,00")
    told = desk().ask("check", draft)
    assert told["errors"] == 1
    problem = told["problems"][0]
    edit = problem["fixes"][0]["edits"][0]
    lines = draft["draft"][SUMMER].split("\n")
    line = lines[edit["from"]["line"]]
    lines[edit["from"]["line"]] = line[: edit["from"]["character"]] + edit["insert"] + line[edit["to"]["character"] :]
    assert desk().ask("check", {"draft": {SUMMER: "\n".join(lines)}})["problems"] == []


def test_places_count_utf_16_behind_signs_that_take_two() -> None:
    draft = drafted("stores      tea-house", 'stores      "𝄞𝄞", tea-hous')
    problems = desk().ask("check", draft)["problems"]
    problem = next(one for one in problems if "tea-hous" in one["message"])
    line = draft["draft"][SUMMER].split("\n")[problem["from"]["line"]]
    assert problem["from"]["character"] == len(line.encode("utf-16-le")) // 2 - len("tea-hous")


def test_completion_hover_and_layout_come_from_the_language() -> None:
    bench = desk()
    offered = bench.ask("complete", {"file": SUMMER, "line": 6, "before": "  stores  tea"})
    assert offered["begun"] == 3
    assert ("tea-house", "Tea House") in [(one["text"], one["says"]) for one in offered["offers"]]
    told = bench.ask("hover", {"file": SUMMER, "line": 5, "character": 17})
    assert "store discount" in told["text"]
    crooked = drafted("  spend       25.00  take", "  spend 25.00 take")
    assert bench.ask("format", {"file": SUMMER, **crooked}) == {"text": CARDS, "problem": "", "changed": True}
    assert bench.ask("format", {"file": "catalogue/skus.csv"})["problem"]


def test_cards_goods_and_coupons_are_found_by_any_of_their_words() -> None:
    bench = desk()
    found = bench.ask("cards", {"search": "tea-house SPEND"})
    assert [(card["name"], card["line"], card["end"]) for card in found["cards"]] == [("tea-3", 5, 7)]
    assert [each["sku"] for each in bench.ask("goods", {"search": "house green"})["goods"]] == ["TEA-1"]
    assert bench.ask("goods", {"most": 1})["total"] == 3
    held = bench.ask("wallet", {"search": "off"})
    assert [each["rule"] for each in held["coupons"]] == ["nova-5"]
    assert [each["code"] for each in held["codes"]] == ["SUN"]
    assert bench.ask("wallet", {"currency": "EUR"})["total"] == 0


def test_an_empty_basket_can_begin_with_an_example() -> None:
    file = "campaigns/summer.examples.md"
    three = basket(("TEA-1", 3))
    made = desk().ask("example", {"basket": three, "title": "Three teas", "file": file})
    (told,) = Workbench({**TEXTS, file: made["text"]}).ask("baskets", {"most": 5})["baskets"]
    assert (told["title"], told["cards"]) == ("Three teas", "campaigns/summer.promo")
    later = made["text"].replace("Three teas", "Tea in winter")
    bench = Workbench({**TEXTS, file: made["text"], "campaigns/winter.examples.md": later})
    for open_now, titles in (("", ["Tea in winter", "Three teas"]), (SUMMER, ["Three teas", "Tea in winter"])):
        found = bench.ask("baskets", {"most": 5, "file": open_now})["baskets"]
        assert [one["title"] for one in found] == titles
    answers = [desk().ask("price", {"basket": one})["quote"]["total"] for one in (three, told["basket"])]
    assert answers == ["24.00", "24.00"]
    assert desk().ask("baskets", {}) == {"baskets": []}


def test_what_there_is_is_told_at_the_start() -> None:
    told = desk().ask("open", {})
    assert (told["zone"], told["currency"]) == ("America/Los_Angeles", "USD")
    assert told["campaigns"][0]["until"] == "2026-07-01T00:00"
    assert {"path": SUMMER, "what": "campaign"} in told["files"]
    assert "stores" in words()["first"]


# Comparing


def test_days_of_a_campaign_on_which_nothing_of_a_kind_holds_are_told() -> None:
    seller = (
        "  stores      nova-home\n  valid       from 2026-06-03 through 2026-06-10\n  days        mon, tue, wed, thu\n"
    )
    told = desk().ask("calendar", drafted("  stores      nova-home\n", seller))
    assert told["gaps"] == [
        {
            "campaign": "summer", "kind": "seller coupon", "days": 25,
            "spans": [{"from": "2026-06-01", "through": "2026-06-02"}, {"from": "2026-06-05", "through": "2026-06-07"},
                      {"from": "2026-06-11", "through": "2026-06-30"}],
        }
    ]  # fmt: skip
    assert desk().ask("calendar", {}) == {"gaps": [], "overlaps": [], "more": 0}


def test_cards_of_one_kind_that_hold_on_a_same_day_for_the_same_goods_are_told() -> None:
    autumn = """\
campaign autumn "Autumn"
  currency    USD
  zone        America/Los_Angeles
  valid       from 2026-06-30 through 2026-07-31

store discount tea-5 "Tea House: 5 off 30"
  stores      tea-house
  spend       30.00  take 5.00 off

store discount pot-5 "Nova Home: 5 off 30"
  stores      nova-home
  spend       30.00  take 5.00 off

promo code FALL "5% off"
  valid       from 2026-07-01 through 2026-07-31
  spend       30.00  take 5% off
"""
    told = desk().ask("calendar", {"draft": {"campaigns/autumn.promo": autumn}})
    assert [[rule["name"] for rule in one["rules"]] for one in told["overlaps"]] == [["tea-3", "tea-5"]]
    assert [(one["kind"], one["from"], one["through"]) for one in told["overlaps"]] == [
        ("store discount", "2026-06-30", "2026-06-30")
    ]
    assert told["overlaps"][0]["rules"][1]["file"] == "campaigns/autumn.promo"


def test_reasons_need_no_catalogue() -> None:
    """A folder without one has nothing to offer for a next step, and prices all the same."""
    line = {"sku": "TEA-1", "store": "tea-house", "price": "9.00", "quantity": 2}
    told = Workbench({SUMMER: CARDS}).ask("price", {"basket": {"at": EVENING, "lines": [line]}, "why": "all"})
    assert told["quote"]["next_steps"] and set(told["adds"]) == {None}


def test_a_draft_beside_what_is_saved_says_what_moved_and_who_pays() -> None:
    answer = desk().ask("compare", {"basket": basket(("TEA-1", 3)), **drafted("3.00 off", "4.50 off")})
    assert (answer["old"]["quote"]["total"], answer["new"]["quote"]["total"]) == ("24.00", "22.50")
    assert answer["change"] == "-1.50"
    assert answer["moves"] == [{"rule": "tea-3", "old": "3.00", "new": "4.50", "change": "1.50"}]
    assert answer["payers"] == [{"who": "seller", "store": "tea-house", "old": "3.00", "new": "4.50"}]


def test_all_example_carts_are_compared_and_one_that_fails_is_told() -> None:
    wrong = "# Wrong\n\n## A cart that is none\n\n```cart\n{}\n```\n"
    bench = desk()
    made = bench.ask("example", {"basket": basket(("TEA-1", 3)), "title": "Three teas", "file": "a.examples.md"})
    bench.save({made["file"]: made["text"], "b.examples.md": wrong})
    told = bench.ask("examples", drafted("3.00 off", "2.00 off"))
    assert (told["carts"], told["more"], told["less"], told["problems"]) == (2, 1, 0, 1)
    assert (told["examples"][0]["title"], told["examples"][0]["change"]) == ("Three teas", "1.00")
    assert told["sums"][0]["rules"][0]["name"] == "tea-3"
    again = bench.ask("price", {"basket": told["examples"][0]["basket"]})
    assert again["quote"]["total"] == "24.00"


def test_past_orders_are_compared_and_those_that_change_most_are_told() -> None:
    tea, pot = (
        json.dumps(desk().ask("price", {"basket": basket(line)})["cart"]) for line in (("TEA-1", 3), ("POT-1", 1))
    )
    told = desk().ask("orders", {"orders": [pot, tea, "none"], **drafted("3.00 off", "2.00 off")})
    assert (told["carts"], told["more"], told["less"], told["problems"], told["left_out"]) == (3, 1, 0, 1, 0)
    assert [(one["title"], one.get("change")) for one in told["examples"]] == [("2", "1.00"), ("3", None)]
    assert desk().ask("price", {"basket": told["examples"][0]["basket"]})["quote"]["total"] == "24.00"


def test_the_worst_basket_is_found_with_what_it_paid_before() -> None:
    told = desk().ask("worst", drafted("spend       25.00  take 3.00 off", "spend       9.00  take 8.50 off"))
    first = told["worst"][0]
    assert (first["store"], first["pays"]) == ("tea-house", "0.50")
    assert first["pays_old"] is not None and first["pays_old"] != first["pays"]
    assert desk().ask("price", {"basket": first["basket"]})["quote"]["goods_total"] == first["pays_old"]


def test_a_basket_saved_as_an_example_comes_out_as_expected() -> None:
    given = basket(("TEA-1", 3), ("POT-1", 1), without=["nova-5"], usage={"tea-3": {"customer": 1}})
    made = desk().ask("example", {"basket": given, "title": "Tea and a pot", "file": "campaigns/summer.examples.md"})
    found = of_text(made["file"], made["text"])
    assert [example.title for example in found] == ["Tea and a pot"]
    outcome = run(found[0], Engine.from_texts(TEXTS))
    assert outcome.ok, outcome.report()


@pytest.mark.parametrize("title", ["", "  ", "# heading", "a\u202eb"])
def test_an_example_needs_a_title_that_can_be_read(title: str) -> None:
    with pytest.raises(WrongQuestion):
        desk().ask("example", {"basket": basket(("TEA-1", 1)), "title": title, "file": "a.examples.md"})


def test_two_examples_of_one_title_are_refused() -> None:
    bench = desk()
    asked = {"basket": basket(("TEA-1", 1)), "title": "One tea", "file": "a.examples.md"}
    made = bench.ask("example", asked)
    bench.save({made["file"]: made["text"]})
    with pytest.raises(WrongQuestion, match="same heading"):
        bench.ask("example", asked)


# What is no question


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("rm", {}),
        ("price", {"basket": 3}),
        ("price", {"basket": {"at": EVENING, "lines": [], "__class__": 1}}),
        ("price", {"why": "everything"}),
        ("hover", {"file": "../etc/passwd", "line": 0, "character": 0}),
        ("hover", {"file": SUMMER, "line": -1, "character": 0}),
        ("goods", {"most": 10**12}),
        ("check", {"draft": {SUMMER: 7}}),
    ],
)
def test_a_question_that_is_none_is_told_in_a_sentence(name: str, asked: dict[str, Any]) -> None:
    with pytest.raises(WrongQuestion):
        desk().ask(name, asked)
    assert json.loads(desk().ask_json(name, json.dumps(asked)))["error"]


@pytest.mark.parametrize("asked", ["", "[]", "3", "{", "[" * 100_000])
def test_text_that_is_no_question_is_told_too(asked: str) -> None:
    assert json.loads(desk().ask_json("price", asked))["error"]


@pytest.mark.parametrize(
    "text", ["", "\x00", "campaign", '<script>alert(1)</script> "', "\ufeffcampaign a\r\n\u2028 x", "a" * 100_000]
)
def test_whatever_is_typed_is_answered(text: str) -> None:
    bench = desk()
    draft = {"draft": {SUMMER: text}}
    bench.ask("check", draft)
    bench.ask("open", draft)
    bench.ask("cards", draft)
    bench.ask("complete", {"file": SUMMER, "line": 0, "before": text[:50], **draft})
    bench.ask("hover", {"file": SUMMER, "line": 9**6, "character": 9**6, **draft})
    bench.ask("format", {"file": SUMMER, **draft})
    bench.ask("price", {"basket": basket(("TEA-1", 1)), **draft})


def test_the_demonstration_folder_prices_as_on_the_command_line() -> None:
    root = ROOT / "rules"
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in _files(root)}
    cart = json.loads((root / "demo/cart.json").read_text(encoding="utf-8"))
    assert Workbench(texts).ask("price", {"basket": cart})["quote"]["total"] == "229.77"


def _files(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*.*")) if path.name.endswith((".promo", ".csv", ".examples.md"))]
