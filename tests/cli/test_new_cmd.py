"""`pricing new`: every card loads as it stands, without a word from the checks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner, Result

from pricing import Cart, Engine
from pricing.cli.blanks import list_text, policy_text
from pricing.cli.new import command
from pricing.cli.templates import KINDS, NamesThere, campaign_text, card_text
from pricing.language.formatter import fmt
from pricing.language.loading.load import load_folder, load_texts
from pricing.language.vocabulary import SWITCHES
from pricing.model.kind import Kind
from pricing.model.policy import HOUSE_POLICY

HEAD = """campaign week-1 "Week"
  owner marketing
  currency {currency}
  zone UTC
  valid from 2026-06-01 through 2026-06-30

"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for cards in a rule folder, so that nobody looks for one further up."""
    (tmp_path / "campaigns").mkdir()
    return tmp_path / "campaigns" / "a.promo"


def invoke(*args: str) -> Result:
    return CliRunner().invoke(command, list(args))


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
@pytest.mark.parametrize("kind", [Kind(kind) for kind in KINDS])
def test_every_card_loads_quietly(kind: Kind, currency: str) -> None:
    text = card_text(kind, "", NamesThere(currency=currency))
    loaded = load_texts({"a.promo": HEAD.format(currency=currency) + text})
    assert fmt(text).text == text
    assert loaded.diagnostics == ()
    assert kind in {rule.kind for rule in loaded.partial.rules}


def test_the_campaign_loads_quietly_and_begins_next_monday() -> None:
    text = campaign_text("autumn-2026", NamesThere(), date(2026, 9, 3))
    loaded = load_texts({"a.promo": text})
    assert fmt(text).text == text
    assert loaded.diagnostics == ()
    (campaign,) = loaded.partial.campaigns
    assert campaign.name == "autumn-2026"
    assert campaign.valid.start is not None
    assert campaign.valid.start.isoformat() == "2026-09-07T07:00:00+00:00"


def test_names_that_are_taken_get_a_number() -> None:
    taken = frozenset({"my-seller-coupon", "my-seller-coupon-2"})
    assert "my-seller-coupon-3 " in card_text(Kind.SELLER_COUPON, "", NamesThere(taken=taken))


def test_a_card_is_printed(tmp_path: Path) -> None:
    made = invoke("promo", "code", "--name", "SUMMER15", "--rules", str(tmp_path))
    assert made.exit_code == 0
    assert 'promo code SUMMER15 "What customers read"' in made.stdout
    assert made.stderr == ""


def test_a_hyphen_is_as_good_as_a_space() -> None:
    assert invoke("promo-code").stdout == invoke("promo code").stdout == invoke("promo", "code").stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_in_a_campaign_uses_its_names(tmp_path: Path, kind: str) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "stores.csv").write_text("store\nalba\nbrio\n")
    (tmp_path / "catalogue" / "categories.csv").write_text("category\nbooks/comics\n")
    (tmp_path / "catalogue" / "segments.csv").write_text("segment\nvip\n")
    (tmp_path / "catalogue" / "skus.csv").write_text("sku,store,price,categories\nA-1,alba,1200,books/comics\n")
    file = tmp_path / "campaigns" / "a.promo"
    file.parent.mkdir()
    file.write_text(HEAD.format(currency="JPY").rstrip("\n"))
    for _ in range(2):
        made = invoke(*kind.split(), "--in", str(file), "--rules", str(tmp_path))
        assert made.exit_code == 0, made.output
        assert made.stdout == ""
    loaded = load_folder(tmp_path)
    mine = [item for item in loaded.diagnostics if item.severity == "error" or item.code.startswith("P02")]
    assert mine == []
    assert len([rule for rule in loaded.partial.rules if rule.kind == kind]) == 2


def test_what_stands_in_the_file_stays(file: Path) -> None:
    file.write_bytes(HEAD.format(currency="USD").replace("\n", "\r\n").encode() + b"# last word")
    before = file.read_bytes()
    assert invoke("promo-code", "--in", str(file)).exit_code == 0
    assert file.read_bytes().startswith(before + b"\r\n\r\n# A promo code")
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")
    assert [path.name for path in file.parent.iterdir()] == ["a.promo"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["seler", "coupon"], "Did you mean seller coupon?"),
        (["thing"], "The kinds are: campaign, cart, list, policy, flash sale"),
        (["promo-code", "--name", "a b"], "Names are made of letters"),
        ([], "Missing argument"),
    ],
)
def test_wrong_use_is_told(args: list[str], said: str) -> None:
    made = invoke(*args)
    assert made.exit_code == 2
    assert said in made.stderr


def test_a_name_is_not_given_twice(tmp_path: Path) -> None:
    (tmp_path / "a.promo").write_text(HEAD.format(currency="USD") + card_text(Kind.PROMO_CODE, "ONE", NamesThere()))
    made = invoke("promo-code", "--name", "ONE", "--rules", str(tmp_path))
    assert made.exit_code == 2
    assert "There is a card called 'ONE' already." in made.stderr


def test_a_file_without_a_campaign_is_refused(file: Path) -> None:
    file.write_text("# nothing yet\n")
    made = invoke("promo-code", "--in", str(file))
    assert made.exit_code == 2
    assert "has no campaign" in made.stderr


def test_a_list_and_a_policy_load_quietly() -> None:
    text = list_text("", NamesThere(taken=frozenset({"my-list"})))
    card = 'store discount a "A"\n  stores list my-list-2\n  spend 50.00 take 5.00 off\n'
    assert fmt(text).text == text
    assert load_texts({"a.promo": HEAD.format(currency="USD") + text + "\n" + card}).diagnostics == ()
    text = policy_text("ours")
    loaded = load_texts({"policy.promo": text})
    assert fmt(text).text == text
    assert loaded.diagnostics == () and loaded.partial.policy == evolve(HOUSE_POLICY, name="ours")
    assert all(f"set         {switch} to" in text for switch in SWITCHES)


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_a_cart_can_be_priced_as_it_stands(tmp_path: Path, currency: str) -> None:
    (tmp_path / "a.promo").write_text(
        HEAD.format(currency=currency) + 'store discount a "A"\n  stores x\n  take 5% off\n'
    )
    made = invoke("cart", "--rules", str(tmp_path))
    assert made.exit_code == 0 and "SKU-1" in made.stdout
    cart = Cart.from_dict(json.loads(made.stdout))
    assert cart.currency == currency and Engine.load(tmp_path).quote(cart).total_minor > 0
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "skus.csv").write_text(
        "sku,store,price,categories,brand,tags\nA,x,7,c/d;e,b,new\nB,y,abc,,,\n"
    )
    (line,) = Cart.from_dict(json.loads(invoke("cart", "--rules", str(tmp_path)).stdout)).lines
    assert (line.sku, line.store, line.categories, line.brand, line.tags) == ("A", "x", ("c/d", "e"), "b", ("new",))


def test_what_has_a_file_of_its_own_is_not_put_into_another(file: Path) -> None:
    file.write_text(HEAD.format(currency="USD"))
    for what in ("policy", "cart", "campaign"):
        made = invoke(what, "--in", str(file))
        assert made.exit_code == 2 and f"pricing new {what} > FILE" in made.stderr
    assert invoke("list", "--in", str(file), "--name", "friends").exit_code == 0
    assert "\nlist friends\n" in file.read_text()


def test_nothing_above_what_was_named_is_looked_at(tmp_path: Path) -> None:
    """A folder above the file that looks like rules, such as a home with a folder called campaigns, is none of ours."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "theirs.promo").write_text(
        HEAD.format(currency="JPY") + 'store discount my-promo-code "A"\n  take 5% off\n'
    )
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "stores.csv").write_text("store\ntheirs\n")
    file = tmp_path / "mine" / "a.promo"
    file.parent.mkdir()
    file.write_text(HEAD.format(currency="EUR"))
    made = invoke("seller coupon", "--in", str(file), "--rules", str(tmp_path / "no folder"))
    assert made.exit_code == 0
    assert "only its own names are known. Name its folder with --rules DIR." in made.stderr
    assert "theirs" not in file.read_text()
    made = invoke("seller coupon", "--in", str(file), "--rules", str(tmp_path))
    assert "only its own" not in made.stderr
    assert "  stores      theirs" in file.read_text()
