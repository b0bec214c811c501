"""What is kept of loaded rules changes no outcome: book, places and messages are those of reading everything anew."""

from __future__ import annotations

import os
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing.engine import Plan
from pricing.forms import amount_of
from pricing.language.loading import kept
from pricing.language.loading.book import STAGES
from pricing.language.loading.kept import Kept
from pricing.language.loading.load import Loaded, load_again, load_folder, load_texts
from pricing.language.loading.rule_file import RuleFile
from pricing.model.packed import each
from pricing.model.rulebook import RuleBook

NAMES = ("red", "RED", "blue-1", "blue-l", "green", "ten", "раy")
"""Few, so that cards collide, look alike and name each other. The last one is half Cyrillic."""
LINES = (
    "stores list shared",
    "stores list other",
    "stores nova, luma",
    "stores nowhere",
    "skus NH-1, NH-2",
    "except stores nova",
    "categories home, home",
    "valid from 2026-06-02 through 2026-06-09",
    "valid from 2027-01-01 through 2027-02-01",
    "days mon, tue",
    "customers new",
    "spend 50.00 take 5.00 off",
    "spend 50.00 take 60.00 off",
    "spend 60.00 take 5.00 off",
    "spend 58.00 take 8.00 off",
    "take 10% off",
    "buy 2 get 1 free",
    "price NH-1 at 5.00",
    "limit 1 use per customer",
    "never with {name}",
    "never with seller coupon",
    "combines with {name}",
    "trade 10 coins for 1 {name}",
    "rate 100 coins = 1.00",
    "piece 2.00",
    "spend 50,00 take 5.00 off",
    "spnd 50.00",
)
KINDS = (
    "store discount", "item discount", "seller coupon", "promo code", "coin exchange", "coin payment", "select coupon",
)  # fmt: skip


@st.composite
def card(draw: st.DrawFn) -> str:
    kind, name = draw(st.sampled_from(KINDS)), draw(st.sampled_from(NAMES))
    label = draw(st.sampled_from(('"Label"', "")))
    lines = draw(st.lists(st.sampled_from(LINES), max_size=4))
    return f"{kind} {name} {label}\n" + "".join(
        f"  {line.format(name=draw(st.sampled_from(NAMES)))}\n" for line in lines
    )


@st.composite
def plain_card(draw: st.DrawFn) -> str:
    """A card without mistakes of its own, so that whole files have none and are kept."""
    name = draw(st.sampled_from((*NAMES, *"abcdefgh")))
    shape = draw(st.integers(0, 9))
    if shape == 0:
        sixty = f'store discount s-{name} "L"\n  stores nova\n  spend 60.00 take 5.00 off\n'
        return sixty + f'platform coupon p-{name} "L"\n  spend 58.00 take 8.00 off\n'
    if shape == 1:
        when = draw(st.sampled_from(("", "  valid from 2027-01-01 through 2027-02-01\n")))
        bought = f'seller coupon q-{name} "L"\n  stores nova\n  spend 50.00 take 5.00 off\n'
        return bought + f'coin exchange x-{name} "L"\n  trade 10 coins for 1 q-{name}\n{when}'
    kind = draw(st.sampled_from(("store discount", "promo code", "seller coupon", "platform coupon")))
    amount = draw(st.integers(1, 9))
    more = draw(
        st.sampled_from(("", "", "  never with {name}\n", "  combines with {name}\n", "  stores list shared\n"))
    )
    more = more.format(name=draw(st.sampled_from((*NAMES, *"abcdefgh"))))
    return f'{kind} {name} "L"\n  spend {amount * 10}.00 take {amount}.00 off\n{more}'


@st.composite
def campaign(draw: st.DrawFn) -> str:
    head = 'campaign c-{0} "C"\n  currency USD\n  zone {1}\n  valid from 2026-06-01 through 2026-06-30\n'
    text = head.format(draw(st.integers(0, 2)), draw(st.sampled_from(("UTC", "Europe/Madrid"))))
    for name in draw(st.sets(st.sampled_from(("shared", "other")))):
        text += f"list {name}\n  stores {draw(st.sampled_from(('nova', 'luma', 'nova, luma', 'nowhere')))}\n"
    cards = draw(st.lists(st.one_of(plain_card(), plain_card(), card()), max_size=4))
    return text + "".join(cards)


FILES = ("campaigns/a.promo", "campaigns/b.promo", "campaigns/c.promo")
POLICIES = (
    "",
    "policy p\n  limit 1 promo code per order\n  never store discount with promo code\n",
    "policy p\n  set x to y\n",
)
TABLES = ("store\nnova\nluma\n", "store\nluma\n")
GOODS = ("sku,store,price\nNH-1,nova,4.00\n", "sku,store,price\nNH-1,luma,40.00\nNH-2,nova,3.00\n")

edit = st.one_of(
    st.tuples(st.sampled_from(FILES), campaign()),
    st.tuples(st.sampled_from(FILES), st.none()),
    st.tuples(st.just("policy.promo"), st.sampled_from(POLICIES)),
    st.tuples(st.just("catalogue/stores.csv"), st.one_of(st.none(), st.sampled_from(TABLES))),
    st.tuples(st.just("catalogue/skus.csv"), st.one_of(st.none(), st.sampled_from(GOODS))),
)


def write(folder: Path, name: str, text: str | None) -> None:
    path = folder / name
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def same(one: Loaded, other: Loaded) -> None:
    assert one.diagnostics == other.diagnostics
    assert one.report() == other.report()
    assert (one.book is None) == (other.book is None)
    assert one.partial == other.partial
    for kind in ("rules", "campaigns"):
        assert [each.place for each in getattr(one.partial, kind)] == [x.place for x in getattr(other.partial, kind)]
    assert Plan(one.partial).fingerprint == Plan(other.partial).fingerprint


@pytest.mark.slow
@pytest.mark.no_cover
@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.tuples(*[campaign() for _ in FILES]), st.lists(edit, min_size=1, max_size=5))
def test_edits_come_out_as_if_everything_was_read_anew(
    texts: tuple[str, ...], edits: list[tuple[str, str | None]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place) / "rules", Path(place) / "cache"
        for name, text in zip(FILES, texts, strict=True):
            write(folder, name, text)
        earlier = load_folder(folder, cache)
        same(earlier, load_folder(folder))
        typed = load_again(dict(zip(FILES, texts, strict=True)))
        for name, edited in edits:
            write(folder, name, edited)
            anew = load_folder(folder)
            same(load_folder(folder, None, earlier), anew)
            earlier = load_folder(folder, cache, earlier)
            same(earlier, anew)
            same(load_folder(folder, cache), anew)
            now = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.*")}
            typed = load_again(now, typed, Kept(cache, folder, "editor"))
            same(evolve(typed, diagnostics=typed.every()), load_texts(now))


HEAD = 'campaign c "C"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n'
SIXTY = 'store discount sixty "5 off 60"\n  stores nova\n  spend 60.00 take 5.00 off\n'
EIGHT = 'platform coupon eight "8 off 58"\n  spend 58.00 take 8.00 off\n'
LATER = 'coin exchange later "Coins"\n  valid from 2027-01-01 through 2027-02-01\n  trade 10 coins for 1 eight\n'
RIVAL = 'store discount rival "9 off 99"\n  stores nova\n  spend 99.00 take 9.00 off\n'


@pytest.mark.parametrize("changed", ["a", "b", "c", "d", "e"])
def test_cards_that_meet_are_told_whichever_of_their_files_is_read(
    tmp_path: Path, changed: str, read: list[str]
) -> None:
    folder, cache = tmp_path / "rules", tmp_path / "cache"
    for name, cards in zip("abcde", (SIXTY, EIGHT, LATER, RIVAL, ""), strict=True):
        write(folder, f"campaigns/{name}.promo", HEAD.replace(" c ", f" {name} ") + cards)
    first = load_folder(folder, cache)
    assert {"P0409", "P0410", "P0511"} <= {item.code for item in first.diagnostics}
    path = folder / f"campaigns/{changed}.promo"
    path.write_text("# A remark, so that places move.\n" + path.read_text())
    read.clear()
    again = load_folder(folder, cache)
    assert read == [f"{changed}.promo"]
    same(again, load_folder(folder))
    assert [item.code for item in again.diagnostics] == [item.code for item in first.diagnostics]


def test_comparing_cards_can_be_put_off_and_is_said_once_and_kept(tmp_path: Path) -> None:
    cards = zip("abcd", (SIXTY, EIGHT, LATER, RIVAL), strict=True)
    texts = {f"campaigns/{name}.promo": HEAD.replace(" c ", f" {name} ") + text for name, text in cards}
    every = load_texts(texts).diagnostics
    assert {item.code for item in every} >= {"P0409", "P0410", "P0511"}

    def on_disk() -> Kept:
        return Kept(tmp_path / "cache", tmp_path, "editor")

    first = load_again(texts, None, on_disk())
    assert not {item.code for item in first.diagnostics} & {"P0409", "P0410", "P0511"}
    assert load_again(texts, None, on_disk()).diagnostics == first.diagnostics  # nobody has asked yet
    assert first.every() == first.every() == every
    assert load_again(texts, None, on_disk()).diagnostics == every
    typed = {**texts, "campaigns/a.promo": "# A remark, so that places move.\n" + texts["campaigns/a.promo"]}
    for earlier in (first, load_again(texts, None, on_disk())):
        assert load_again(typed, earlier).every() == load_texts(typed).diagnostics


def test_a_field_of_all_rules_is_read_without_making_them() -> None:
    texts = {"campaigns/a.promo": HEAD + SIXTY + EIGHT + RIVAL}
    book = load_again(texts).partial
    plain = load_texts(texts).partial
    for name in ("scope", "audience", "ladder", "label"):
        assert sorted(map(repr, each(book.rules, name))) == sorted(map(repr, each(plain.rules, name)))


def test_of_very_many_cards_only_what_coins_buy_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = tmp_path / "rules", tmp_path / "cache"
    for name, cards in zip("abcd", (SIXTY, EIGHT, LATER, RIVAL), strict=True):
        write(folder, f"campaigns/{name}.promo", HEAD.replace(" c ", f" {name} ") + cards)
    monkeypatch.setattr("pricing.language.sense.checks_together.MOST_CARDS", 4)
    codes = {item.code for item in load_folder(folder, cache).diagnostics}
    assert {"P0409", "P0410", "P0511"} <= codes
    write(folder, "campaigns/e.promo", HEAD.replace(" c ", " e ") + 'promo code E "E"\n  take 1.00 off\n')
    more = load_folder(folder, cache)
    same(more, load_folder(folder))
    assert {item.code for item in more.diagnostics} & {"P0409", "P0410", "P0511"} == {"P0410"}


def test_a_policy_survives(tmp_path: Path) -> None:
    write(tmp_path / "rules", "policy.promo", POLICIES[1])
    first = load_folder(tmp_path / "rules", tmp_path / "cache")
    assert load_folder(tmp_path / "rules", tmp_path / "cache").book == first.book
    assert first.book is not None and first.book.policy.never


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    for number in range(4):
        text = HEAD.replace(" c ", f" c-{number} ") + f'store discount d-{number} "D"\n  spend 50.00 take 5.00 off\n'
        write(folder, f"campaigns/c-{number}.promo", text + f"  stores store-{number}\n")
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose text is read."""
    found: list[str] = []
    real = RuleFile._read

    def counting(file: RuleFile) -> None:
        found.append(file.source.name.rsplit("/", 1)[-1])
        real(file)

    monkeypatch.setattr(RuleFile, "_read", counting)
    return found


def test_only_what_changed_is_read(rules: Path, tmp_path: Path, read: list[str]) -> None:
    load_folder(rules, tmp_path / "cache")
    assert len(read) == 4
    read.clear()
    again = load_folder(rules, tmp_path / "cache")
    assert read == []
    path = rules / "campaigns/c-2.promo"
    path.write_text(path.read_text().replace("5.00 off", "6.00 off"))
    changed = load_folder(rules, tmp_path / "cache")
    assert read == ["c-2.promo"]
    assert again.book is not None and changed.book is not None
    assert [amount_of(rule.ladder[0]) for rule in again.book.rules] == [500] * 4
    assert [amount_of(rule.ladder[0]) for rule in changed.book.rules] == [500, 500, 600, 500]


def test_a_mistake_in_one_file_costs_the_others_nothing(rules: Path, tmp_path: Path, read: list[str]) -> None:
    load_folder(rules, tmp_path / "cache")
    (rules / "campaigns/c-1.promo").write_text(HEAD + "store discount x\n  spnd 5\n")
    read.clear()
    loaded = load_folder(rules, tmp_path / "cache")
    assert read == ["c-1.promo"]
    same(loaded, load_folder(rules))
    assert loaded.book is None


def kept_files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.glob("*/*") if path.name != "root")


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "text", "marshal"])
def test_a_damaged_cache_is_passed_over(rules: Path, tmp_path: Path, harm: str, read: list[str]) -> None:
    cache = tmp_path / "cache"
    load_folder(rules, cache)
    for path in kept_files(cache):
        data = path.read_bytes()
        middle = len(data) * 2 // 3
        path.write_bytes({
            "cut": data[:middle], "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :], "empty": b"",
            "text": b"promotion rules 1\n", "marshal": b"\xfb\xff\xff\xff\x7f" + data,
        }[harm])  # fmt: skip
    read.clear()
    same(load_folder(rules, cache), load_folder(rules))
    assert len(read) == 8
    read.clear()
    load_folder(rules, cache)
    assert read == []  # and it has been put right


def test_one_damaged_file_costs_only_itself(rules: Path, tmp_path: Path, read: list[str]) -> None:
    cache = tmp_path / "cache"
    load_folder(rules, cache)
    files = [path for path in kept_files(cache) if path.name != "folder"]
    files[0].write_bytes(b"")
    read.clear()
    load_folder(rules, cache)
    assert len(read) == 1


def test_another_version_of_the_language_reads_anew(
    rules: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_folder(rules, tmp_path / "cache")
    monkeypatch.setattr(kept, "_version", lambda: b"v" * 32)
    read.clear()
    load_folder(rules, tmp_path / "cache")
    assert len(read) == 4


def test_other_rules_of_a_time_zone_are_noticed(
    rules: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_folder(rules, tmp_path / "cache")
    monkeypatch.setattr("pricing.language.loading.entry.zone_digest", lambda zone: "changed")
    read.clear()
    load_folder(rules, tmp_path / "cache")
    assert len(read) == 4


@pytest.mark.parametrize("which", [".", "*", "*/*"])
@pytest.mark.parametrize("mode", [0o020, 0o002])
def test_what_others_can_write_to_is_not_used(
    rules: Path, tmp_path: Path, read: list[str], which: str, mode: int
) -> None:
    cache = tmp_path / "cache"
    load_folder(rules, cache)
    for path in [cache] if which == "." else list(cache.glob(which)):
        path.chmod(path.stat().st_mode | mode)
    read.clear()
    loaded = load_folder(rules, cache)
    assert len(read) == 4
    assert (loaded.cache_trouble == f"The cache {cache} is not used: others can write to it.") == (which != "*/*")


def test_what_is_another_users_is_not_used(
    rules: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_folder(rules, tmp_path / "cache")
    mine = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: mine + 1)
    read.clear()
    assert "it belongs to another user" in load_folder(rules, tmp_path / "cache").cache_trouble
    assert len(read) == 4


def test_a_link_is_not_followed(rules: Path, tmp_path: Path, read: list[str]) -> None:
    cache = tmp_path / "cache"
    load_folder(rules, cache)
    for path in kept_files(cache):
        path.rename(tmp_path / path.name)
        path.symlink_to(tmp_path / path.name)
    read.clear()
    load_folder(rules, cache)
    assert len(read) == 4


def test_only_this_user_can_read_it(rules: Path, tmp_path: Path) -> None:
    load_folder(rules, tmp_path / "cache")
    for path in (tmp_path / "cache", *(tmp_path / "cache").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_cache_that_cannot_be_made_is_told(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    loaded = load_folder(rules, tmp_path / "file" / "cache")
    assert loaded.cache_trouble.endswith("is not used: it cannot be used: Not a directory.")
    assert loaded.book is not None


def test_nothing_is_written_unless_asked(rules: Path) -> None:
    before = sorted(rules.parent.rglob("*"))
    load_folder(rules)
    assert sorted(rules.parent.rglob("*")) == before


def test_many_writers_share_a_cache(rules: Path, tmp_path: Path) -> None:
    """Loads and edits of one folder from several threads: whoever reads sees old or new rules, and no mixture."""
    path = rules / "campaigns/c-0.promo"
    texts = [path.read_text().replace("5.00 off", f"{number}.00 off") for number in range(1, 5)]

    def work(number: int) -> None:
        for turn in range(12):
            if number < 2:
                aside = tmp_path / f"new-{number}"
                aside.write_text(texts[turn % 4])
                aside.replace(path)
            loaded = load_folder(rules, tmp_path / "cache")
            assert loaded.book is not None
            amounts = [amount_of(rule.ladder[0]) for rule in loaded.book.rules]
            assert amounts[0] in (100, 200, 300, 400, 500) and amounts[1:] == [500] * 3

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    same(load_folder(rules, tmp_path / "cache"), load_folder(rules))


def test_what_is_kept_of_lost_folders_goes(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    load_folder(rules, cache)
    write(cache, "mine/root", str(tmp_path / "nowhere"))
    rules.rename(tmp_path / "moved")
    load_folder(tmp_path / "moved", cache)
    assert len(list(cache.iterdir())) == 2 and (cache / "mine/root").exists()


def test_a_fault_while_using_it_is_no_fault(rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_folder(rules, tmp_path / "cache")
    monkeypatch.setattr("pricing.language.loading.entry.Entry.open", lambda entry: 1 / 0)
    (rules / "campaigns/c-0.promo").write_text(HEAD)
    assert [item.code for item in load_folder(rules, tmp_path / "cache").diagnostics] == ["P0504"]


def test_an_empty_book_is_kept(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for _ in range(2):
        assert load_folder(tmp_path / "rules", tmp_path / "cache").book == RuleBook()


def test_a_list_that_changes_reads_those_who_name_it(rules: Path, tmp_path: Path, read: list[str]) -> None:
    lists = HEAD.replace(" c ", " lists ") + "list shared\n  stores one\n"
    write(rules, "campaigns/lists.promo", lists)
    path = rules / "campaigns/c-3.promo"
    path.write_text(path.read_text() + 'store discount more "M"\n  spend 9.00 take 1.00 off\n  stores list shared\n')
    load_folder(rules, tmp_path / "cache")
    (rules / "campaigns/lists.promo").write_text(lists.replace("one", "two"))
    read.clear()
    loaded = load_folder(rules, tmp_path / "cache")
    assert sorted(read) == ["c-3.promo", "lists.promo"]
    same(loaded, load_folder(rules))
    (rules / "campaigns/lists.promo").unlink()
    read.clear()
    assert [item.code for item in load_folder(rules, tmp_path / "cache").diagnostics] == ["P0206"]
    assert read == ["c-3.promo"]


def test_a_card_that_changes_its_kind_reads_those_who_name_it(rules: Path, tmp_path: Path, read: list[str]) -> None:
    path = rules / "campaigns/c-3.promo"
    path.write_text(path.read_text() + "  combines with d-0\n")
    load_folder(rules, tmp_path / "cache")
    other = rules / "campaigns/c-0.promo"
    other.write_text(other.read_text().replace("store discount", "cross-store discount"))
    read.clear()
    assert [item.code for item in load_folder(rules, tmp_path / "cache").diagnostics] == ["P0402"]
    assert sorted(read) == ["c-0.promo", "c-3.promo"]


def test_hints_are_told_again(rules: Path, tmp_path: Path, read: list[str]) -> None:
    path = rules / "campaigns/c-3.promo"
    path.write_text(path.read_text() + "  brands b, b\n")
    load_folder(rules, tmp_path / "cache")
    (rules / "campaigns/c-0.promo").unlink()
    read.clear()
    loaded = load_folder(rules, tmp_path / "cache")
    assert [item.code for item in loaded.diagnostics] == ["P0602"] and read == []
    same(loaded, load_folder(rules))


def test_many_rules_leave_the_catalogue_aside(
    rules: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(rules, "catalogue/skus.csv", GOODS[0])
    codes = [item.code for item in load_folder(rules, tmp_path / "cache").diagnostics]
    assert codes == ["P0321"] * 4
    monkeypatch.setattr("pricing.language.sense.checks.MOST_COMPARISONS", 2)
    (rules / "campaigns/c-0.promo").unlink()
    assert load_folder(rules, tmp_path / "cache").diagnostics == ()


def test_a_pipe_in_the_place_of_an_entry_is_not_waited_for(rules: Path, tmp_path: Path) -> None:
    load_folder(rules, tmp_path / "cache")
    entries = [file for file in (tmp_path / "cache").rglob("*") if file.is_file() and file.name != "root"]
    for entry in entries:
        entry.unlink()
        os.mkfifo(entry, 0o600)
    assert load_folder(rules, tmp_path / "cache").report() == load_folder(rules).report()


def test_a_stage_that_can_find_a_kept_file_stale_says_how_long_it_holds() -> None:
    assert [stage.name for stage in STAGES if stage.stale is not None] == ["cards", "goods", "names"]
    assert [stage.name for stage in STAGES if stage.stale is not None and not stage.holds] == []
    assert len({stage.name for stage in STAGES}) == len(STAGES)
