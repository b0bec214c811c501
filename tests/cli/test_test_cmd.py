"""`pricing test`: runs examples, shows what differs side by side, names the rule that moved it, rewrites."""

from __future__ import annotations

from pathlib import Path

import pytest

from pricing.cli import run
from pricing.cli.beside import Move, moves, pairs, rules_in, side_by_side

RULES = """campaign week-1 "Week"
  owner marketing
  currency USD
  zone UTC
  valid from 2026-06-01 through 2026-06-30

store discount hundred "Ten off a hundred"
  stores nova-home
  spend 100.00 take {off} off

promo code EIGHT "Eight off"
  spend 80.00 take 8.00 off
"""
EXAMPLES = """# The week

## A hundred gets ten off

```cart
{"currency": "USD", "at": "2026-06-20T18:30:00Z", "codes": ["EIGHT"],
 "lines": [{"sku": "A", "store": "nova-home", "price": "50.00", "quantity": 2}]}
```

```receipt
```

```why
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "week.promo").write_text(RULES.format(off="10.00"))
    (tmp_path / "campaigns" / "week.examples.md").write_text(EXAMPLES)
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "campaigns" / "week.promo"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_update_writes_and_then_all_is_as_expected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(folder)]) == 1
    capsys.readouterr()
    assert run(["test", str(folder), "--update"]) == 0
    assert "1 example, 1 block rewritten." in capsys.readouterr().err
    assert run(["test", str(folder)]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "1 example, all as expected.\n")
    file = str(folder / "campaigns" / "week.examples.md")
    assert run(["test", file, "--rules", str(folder)]) == 0
    capsys.readouterr()
    assert run(["test", file]) == 1
    assert "no folder was named" in capsys.readouterr().out


def test_a_failing_example_shows_both_receipts_and_the_rule(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["test", str(folder), "--update"])
    change(folder, "take 10.00 off", "take 15.00 off")
    capsys.readouterr()
    assert run(["test", str(folder)]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0] == f"FAILED {folder}/campaigns/week.examples.md:3: A hundred gets ten off"
    (total,) = [line for line in lines if line.startswith("To pay")]
    assert " ".join(total.split()) == "To pay, in USD 100.00 -18.00 82.00 | To pay, in USD 100.00 -23.00 77.00"
    moved = "took 10.00, at nova-home, now takes 15.00, at nova-home."
    assert f"Moved by hundred ({folder}/campaigns/week.promo:7): {moved}" in " ".join(" ".join(lines).split())
    assert not any(line.startswith("Moved by EIGHT") for line in lines)
    assert told.err == "1 example, 1 failed.\n"


def test_a_rule_that_is_gone_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["test", str(folder), "--update"])
    change(folder, "promo code EIGHT", "promo code NINE")
    capsys.readouterr()
    assert run(["test", str(folder)]) == 1
    assert "Moved by EIGHT (no longer in the rules): took 8.00, now takes nothing." in capsys.readouterr().out


def test_a_change_that_no_rule_made_is_called_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["test", str(folder), "--update"])
    file = folder / "campaigns" / "week.examples.md"
    file.write_text(file.read_text().replace('"sku": "A"', '"sku": "B"'))
    capsys.readouterr()
    assert run(["test", str(folder)]) == 1
    assert "No rule moved: " in capsys.readouterr().out


def test_update_leaves_carts_that_cannot_be_priced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "campaigns" / "week.examples.md"
    file.write_text(EXAMPLES.replace('"50.00"', '"fifty"'))
    assert run(["test", str(folder), "--update"]) == 1
    told = capsys.readouterr()
    assert "lines[0].price" in told.out
    assert "1 could not be priced" in told.err


def test_mistakes_of_the_user_are_told(folder: Path, capsys: pytest.CaptureFixture[str],
                                       monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    assert run(["test", str(folder / "nothing")]) == 2
    (folder / "campaigns" / "bad.examples.md").write_text("## One\n```cart\n")
    assert run(["test", str(folder / "campaigns" / "bad.examples.md")]) == 1
    assert "this block is never closed" in capsys.readouterr().err
    change(folder, "store discount", "store discont")
    assert run(["test", str(folder)]) == 1
    assert "error P0104" in capsys.readouterr().err
    monkeypatch.chdir(folder / "campaigns")
    assert run(["test"]) == 2
    assert "There is no folder called rules here" in capsys.readouterr().err


def test_no_examples_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test", str(tmp_path)]) == 0
    assert "There are no examples here" in capsys.readouterr().err


def test_lines_that_belong_together_stand_together() -> None:
    found = list(pairs("a\nb\nc\n", "a\nB\nb2\nc\n"))
    assert [(pair.old, pair.new, pair.same) for pair in found] == [
        ("a", "a", True), ("b", "B", False), (None, "b2", False), ("c", "c", True),
    ]  # fmt: skip


def test_a_narrow_terminal_keeps_the_amounts() -> None:
    row = "To pay, in USD" + " " * 36 + "100.00     -18.00      82.00"
    for one, _, other in side_by_side(row, row.replace("82", "81"), 60, ("before", "now")):
        assert len(one) + 3 + len(other) <= 60
    assert one.endswith("82.00")
    assert other.endswith("81.00")


def test_shortened_names_are_found_again() -> None:
    def receipt(amount: str) -> str:
        head = "Savings, in the order in which they were taken\n  Promo codes\n"
        return f"{head}    Label (very-lo…-end), 2 pieces      -{amount}\n"

    assert moves(receipt("1.00"), receipt("2.00"), ["very-long-name-end", "other"]) == (
        Move("very-long-name-end", ("1.00, 2 pieces",), ("2.00, 2 pieces",)),
    )
    assert rules_in("  - ten: short\n", '  - ten "Ten": shorter\n', ["ten"]) == ("ten",)


def test_a_file_without_a_cart_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "campaigns" / "week.examples.md"
    file.write_text("## A hundred gets ten off\n\nStill to be written.\n")
    assert run(["test", str(folder)]) == 0
    said = capsys.readouterr().err
    assert said == f"{file}: there is no example in it, for no heading (## …) has a cart block (```cart) under it.\n"
    file.unlink()
    assert run(["test", str(folder)]) == 0
    assert "no file ends in .examples.md" in capsys.readouterr().err
