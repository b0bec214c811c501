"""What cards mean: text in, `Rule` out."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from pricing.forms import AmountOff, Get, ShareOff, ShipFree
from pricing.language.loading.load import load_folder, load_texts
from pricing.model.kind import LAYERS, Kind
from pricing.model.ladder import Caps, Limit, Rate, Step, Trade
from pricing.model.policy import HOUSE_POLICY, Layer, Policy, PolicyLimit
from pricing.model.rule import Rule
from pricing.model.scope import Clause, Scope
from pricing.model.window import Hours, Window
from tests.language.rules_text import HEAD, files


def rules(text: str, **more: str) -> dict[str, Rule]:
    loaded = load_texts({**files(text), **more})
    assert loaded.book is not None, loaded.report()
    return {rule.name: rule for rule in loaded.book.rules}


def codes(text: str) -> list[str]:
    return [item.code for item in load_texts(files(text)).diagnostics]


def test_the_example_loads_without_a_finding(summer: dict[str, str]) -> None:
    loaded = load_texts(summer)
    assert loaded.diagnostics == (), loaded.report()
    assert loaded.book is not None
    assert {rule.kind for rule in loaded.book.rules} == set(Kind) - {Kind.COIN_REWARD}
    assert [rule.name for rule in loaded.book.rules] == sorted(rule.name for rule in loaded.book.rules)
    assert loaded.book.policy == HOUSE_POLICY
    (campaign,) = loaded.book.campaigns
    assert (campaign.name, campaign.owner, campaign.brief) == ("summer-brand-week-2026", "marketing-us", "MKT-1042")


def test_the_example_as_rules(summer: dict[str, str]) -> None:
    book = load_texts(summer).book
    assert book is not None
    by_name = {rule.name: rule for rule in book.rules}
    more = by_name["nova-spend-more"]
    assert more.ladder == (
        Step(reach=5000, gives=AmountOff(500)),
        Step(reach=10000, gives=AmountOff(1200)),
        Step(reach=20000, gives=ShareOff(Fraction(3, 20)), at_most=6000),
    )
    assert more.scope == Scope(
        (Clause("stores", ("nova-home",)),), (Clause("categories", ("gift-cards",)), Clause("skus", ("NH-2040",)))
    )
    assert more.valid == Window(datetime(2026, 6, 18, 7, tzinfo=UTC), datetime(2026, 6, 25, 7, tzinfo=UTC))
    assert by_name["lamp-hour"].prices == (("LL-100", 1999), ("LL-200", 3450))
    assert by_name["lamp-hour"].limits == (Limit(2, "items", "customer"),)
    assert by_name["peak-three"].ladder == (Step(measure="units", reach=3, gives=ShareOff(Fraction(1, 10))),)
    assert by_name["every-30"].scope.only == (Clause("stores", ("luma-lights", "nova-home", "peak-sport")),)
    assert by_name["every-30"].ladder == (Step(reach=3000, gives=AmountOff(300), repeats=True),)
    assert by_name["nova-follower"].combines == ("nova-6-off-60",)
    assert by_name["coins-for-select"].trade == Trade(10, 1, "select-summer")
    assert by_name["summer-coins"].rate == Rate(100, 100)
    assert by_name["summer-coins"].caps == Caps(per_item_share=Fraction(1, 10), per_order=500)
    assert by_name["home-ships-free"].ladder == (Step(reach=3500, gives=ShipFree()),)
    assert by_name["home-ships-free"].caps == Caps(per_order=800)


@pytest.mark.parametrize(
    ("lines", "step"),
    [
        ("take 5 off", Step(gives=AmountOff(500))),
        ("take 12.5% off, at most 9.5", Step(gives=ShareOff(Fraction(1, 8)), at_most=950)),
        ("take 12.5% off at most 9.50", Step(gives=ShareOff(Fraction(1, 8)), at_most=950)),
        ("spend 50 take 5.0 off", Step(reach=5000, gives=AmountOff(500))),
        ("buy 2 take 5.00 off", Step(measure="units", reach=2, gives=AmountOff(500))),
        ("buy 2 items take 5.00 off", Step(measure="units", reach=2, gives=AmountOff(500))),
        ("every 30 take 3 off, at most 9", Step(reach=3000, gives=AmountOff(300), repeats=True, at_most=900)),
        ("every 3 items take 10% off", Step(measure="units", reach=3, gives=ShareOff(Fraction(1, 10)), repeats=True)),
        ("buy 2 get 1 free", Step(measure="units", reach=2, gives=Get(1, Fraction(1)))),
        ("buy 1 get 1 at 50% off", Step(measure="units", reach=1, gives=Get(1, Fraction(1, 2)))),
    ],
)
def test_steps(lines: str, step: Step) -> None:
    assert rules(f'store discount a "A"\n  {lines}\n')["a"].ladder == (step,)


def test_an_unconditional_take_stands_alone() -> None:
    assert codes('store discount a "A"\n  spend 50 take 5 off\n  take 1 off\n') == ["P0310"]
    assert codes('store discount a "A"\n  buy 3 take 5 off\n  take 1 off\n') == ["P0310"]


def test_shipping() -> None:
    assert rules('free shipping a "A"\n  ship free\n')["a"].ladder == (Step(gives=ShipFree()),)
    found = rules('free shipping a "A"\n  spend 20 take 3 off\n  methods standard\n  ladder per order\n')["a"]
    assert found.ladder == (Step(reach=2000, gives=AmountOff(300)),)
    assert found.ladder_per == "order"
    assert found.scope.only == (Clause("methods", ("standard",)),)


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ("funded by platform", Fraction(1)),
        ("funded by seller", Fraction(0)),
        ("funded by platform 40%", Fraction(2, 5)),
        ("", Fraction(0)),
    ],
)
def test_who_pays(line: str, share: Fraction) -> None:
    assert rules(f'store discount a "A"\n  take 5 off\n  {line}\n')["a"].payers == (
        (("platform", share),) if share else ()
    )


def test_every_kind_of_line_together() -> None:
    found = rules(
        'seller coupon "take" "Label"  # a name that is a word\n'
        "  stores one\n  categories a/b,\n             c\n  brands x\n  tags t\n  skus S.1\n"
        "  except skus S_2, S-3\n  except customers staff\n  customers new, vip\n  countries US\n  channels app\n"
        "  valid from 2026-03-01 10:00 until 2026-03-02 11:30\n  claim from 2026-02-01 through 2026-03-02\n"
        "  lasts 3 days\n  days fri, mon\n  hours from 22:00 until 02:00\n  hours from 21:00 until 01:00\n"
        "  spend 10 take 1 off\n  at most 5 per order\n  at most 4 per store\n  at most 2 per item\n"
        "  limit 1 use per customer\n  limit 2 uses per order\n  limit 3 uses per day\n  limit 9 uses in total\n"
        '  budget 100 in total\n  never with promo code, anything\n  note "Only # today"\n  ladder per store\n'
    )["take"]
    assert found.label == "Label"
    assert [clause.word for clause in found.scope.only] == ["stores", "categories", "brands", "tags", "skus"]
    assert found.scope.only[1].values == ("a/b", "c")
    assert found.scope.never == (Clause("skus", ("S-3", "S_2")),)
    assert found.audience.never == (Clause("customers", ("staff",)),)
    assert len(found.audience.only) == 3
    assert found.days == (0, 4)
    assert found.hours == (Hours(1320, 120), Hours(1260, 60))
    assert found.caps == Caps(per_item=200, per_store=400, per_order=500)
    assert found.limits == (
        Limit(1, "uses", "customer"), Limit(3, "uses", "day"), Limit(2, "uses", "order"), Limit(9, "uses", "total"),
    )  # fmt: skip
    assert found.budget == 10000
    assert found.lasts_days == 3
    assert found.never == ("anything", "promo code")
    assert found.note == "Only # today"
    assert found.valid.start == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert found.claim.end == datetime(2026, 3, 3, 8, tzinfo=UTC)


def test_a_card_without_dates_has_those_of_its_campaign() -> None:
    found = rules('platform coupon a "A"\n  take 5 off\n')["a"]
    assert found.valid == Window(datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC))
    assert found.claim == found.valid


def test_a_campaign_without_dates_holds_always() -> None:
    text = '--- a.promo\ncampaign c "C"\n  currency JPY\n  zone UTC\nstore discount a "A"\n  take 5 off\n'
    assert rules(text)["a"].valid == Window()
    assert rules(text)["a"].ladder[0].gives == AmountOff(5)


def test_a_day_begins_when_the_clock_change_lets_it() -> None:
    text = (
        '--- a.promo\ncampaign c "C"\n  currency USD\n  zone America/Santiago\n'
        "  valid from 2026-09-06 through 2026-09-06\n"
        'store discount a "A"\n  take 5 off\n'
    )  # midnight is skipped there on that day
    assert rules(text)["a"].valid == Window(datetime(2026, 9, 6, 4, tzinfo=UTC), datetime(2026, 9, 7, 3, tzinfo=UTC))


def test_lists_widen_and_take_away() -> None:
    found = rules(
        "list some\n  stores a, b\n  stores c\n  except stores b\n\nlist more\n  stores list some, d\n\n"
        'store discount x "X"\n  stores list more\n  except stores list some\n  take 1 off\n'
    )["x"]
    assert found.scope.only == (Clause("stores", ("a", "b", "c", "d"), ("b",)),)
    assert found.scope.never == (Clause("stores", ("a", "b", "c"), ("b",)),)


def test_lists_of_other_files() -> None:
    other = HEAD.replace("campaign summer", "campaign other") + "list far\n  stores q\n"
    text = 'store discount x "X"\n  stores list far\n  take 1 off\n'
    assert rules(text, **{"b.promo": other})["x"].scope.only == (Clause("stores", ("q",)),)
    third = other.replace("campaign other", "campaign third")
    loaded = load_texts({**files(text), "b.promo": other, "c.promo": third})
    assert [item.code for item in loaded.errors] == ["P0206"]


def test_a_policy() -> None:
    text = (
        "policy mine\n  order flash sale, item discount, promo code, store discount, seller coupon, cross-store discount,\n"
        "        select coupon, platform coupon, free shipping, coin payment\n"
        "  limit 2 seller coupon per store\n"
        "  limit 1 promo code per order\n  never promo code with seller coupon, coin payment\n"
        "  set measured-on to item-price\n  set share-by to item-price\n  set remainder to lost\n"
        "  set overflow to void\n"
        "  set rounding to down\n  set refund to recompute\n  set returns to never\n  set coins-return to full-only\n"
    )
    loaded = load_texts({"policy.promo": text})
    assert loaded.diagnostics == ()
    assert loaded.book is not None
    rest = [
        kind
        for kind in LAYERS
        if kind not in (Kind.FLASH_SALE, Kind.ITEM_DISCOUNT, Kind.STORE_DISCOUNT, Kind.PROMO_CODE)
    ]
    assert loaded.book.policy == Policy(
        "mine",
        tuple(map(Layer, (Kind.FLASH_SALE, Kind.ITEM_DISCOUNT, Kind.PROMO_CODE, Kind.STORE_DISCOUNT, *rest))),
        (PolicyLimit(1, Kind.PROMO_CODE, "order"), PolicyLimit(2, Kind.SELLER_COUPON, "store")),
        ((Kind.COIN_PAYMENT, Kind.PROMO_CODE), (Kind.PROMO_CODE, Kind.SELLER_COUPON)),
        measured_on="item-price", share_by="item-price", remainder="lost", overflow="void", rounding="down",
        refund="recompute", returns="never", coins_return="full-only",
    )  # fmt: skip


def test_a_policy_without_limits_has_none() -> None:
    book = load_texts({"policy.promo": "policy p\n"}).book
    assert book is not None
    assert book.policy == Policy("p")


def test_catalogue_files_are_optional_each() -> None:
    text = 'flash sale a "A"\n  stores x\n  categories home\n  price S1 at 5\n'
    assert codes(text) == []
    loaded = load_texts(
        files(text), {"catalogue/stores.csv": "store\ny\n", "catalogue/categories.csv": "category\nhome/a\n"}
    )
    assert [item.code for item in loaded.diagnostics] == ["P0201"]


def test_a_mistake_stays_on_its_line() -> None:
    text = (
        'store discount a "A"\n  store x\n  take 5\n  foo\n  spend $3 take 1 off\n\n'
        'store discont b "B"\n  limit x\n\nstore discount c "C"\n  stores q\n  take 5 off\n'
    )
    loaded = load_texts(files(text))
    assert [item.code for item in loaded.errors] == ["P0104", "P0123", "P0104", "P0210", "P0104", "P0105"]
    assert [item.line for item in loaded.errors] == [7, 8, 9, 10, 12, 13]
    assert "c" in {rule.name for rule in loaded.partial.rules}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_marks(end: str, summer: dict[str, str]) -> None:
    plain = load_texts(summer)
    other = load_texts({name: b"\xef\xbb\xbf" + text.replace("\n", end).encode() for name, text in summer.items()})
    assert other.diagnostics == ()
    assert other.book == plain.book


def test_a_folder(tmp_path: Path, summer: dict[str, str]) -> None:
    for name, text in summer.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "stores.csv").write_text("store\nnova-home\nluma-lights\n")
    (tmp_path / ".hidden.promo").write_text("nonsense")
    loaded = load_folder(tmp_path)
    assert {item.code for item in loaded.errors} == {"P0201"}
    assert {item.file for item in loaded.errors} == {f"{tmp_path}/campaigns/2026/summer-brand-week.promo"}
    assert [item.code for item in load_folder(tmp_path / "nowhere").diagnostics] == ["P0130"]


def test_places_of_rules() -> None:
    (rule,) = rules('store discount a "A"\n  take 5 off\n').values()
    assert (rule.place.file, rule.place.line) == ("campaigns/summer.promo", 6)


def test_the_catalogue_may_be_given_by_itself() -> None:
    text = 'flash sale a "A"\n  stores x\n  price S1 at 5\n'
    assert [item.code for item in load_texts(files(text), {"stores.csv": b"store\ny\n"}).diagnostics] == ["P0201"]


def test_a_fault_of_our_own_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pricing.language.sense.checks.run", broken)
    loaded = load_texts(files('store discount a "A"\n  take 5 off\n'))
    assert loaded.book is None
    assert [item.code for item in loaded.diagnostics] == ["P0901"]
    assert "ZeroDivisionError at test_load.py" in loaded.report()


@pytest.mark.parametrize(
    "zone", ["localtime", "posixrules", "../etc/passwd", "PDT", "america/los_angeles/x", "Mars/One"]
)
def test_zones_of_no_place(zone: str) -> None:
    text = f'campaign c "C"\n  currency USD\n  zone {zone}\n'
    assert [item.code for item in load_texts({"a.promo": text}).errors] == ["P0227"]


def test_names_that_are_words_of_the_language() -> None:
    found = rules(
        'store discount "take" "T"\n  stores q\n  take 5 off\n\n'
        'promo code "spend" "S"\n  spend 20 take 5 off\n  never with "take", anything\n'
    )
    assert found["spend"].never == ("anything", "take")
    assert codes('store discount "anything" "T"\n  take 5 off\n') == ["P0209"]
