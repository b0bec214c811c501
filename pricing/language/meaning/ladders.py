"""What a card gives: its steps, caps and limits, from syntax to model, with the rules about which may stand together.

Reads the step, `at most` and `limit` lines of one card; makes `Step`s sorted by reach, `Caps` and `Limit`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import evolve

from pricing.forms import AmountOff, Get, ShareOff, ShipFree
from pricing.language.meaning.home import Home
from pricing.language.meaning.values import amount, amount_or_percentage, count, percentage
from pricing.language.text.syntax import AtMost, LimitLine, Off, StepLine
from pricing.language.vocabulary import a
from pricing.model.kind import ITEM_KINDS, Kind
from pricing.model.ladder import Caps, Limit, Step

Read = tuple[StepLine, Step]


def ladder(lines: Iterable[StepLine], kind: Kind, home: Home) -> tuple[tuple[Step, ...], bool]:
    """The steps of a card sorted by reach, and whether all its lines could be read."""
    lines = list(lines)
    found: list[Read] = []
    for line in lines:
        step = _step(line, kind, home)
        if step is not None:
            found.append((line, step))
    good = len(found) == len(lines) and not _mixed(lines, home)
    if any(line.word.text == "buy" for line, _ in found):
        # An unconditional `take` beside steps by number is reached by any number.
        found = [(line, evolve(step, measure="units") if not step.reach else step) for line, step in found]
    good = not _doubled(found, home) and good
    return tuple(sorted((step for _, step in found), key=lambda step: step.reach)), good


def _step(line: StepLine, kind: Kind, home: Home) -> Step | None:
    word = line.word.text
    if word == "take":
        return _with_gain(Step(), line, home)
    if word == "ship":
        return Step(gives=ShipFree())
    if word == "spend" and line.free and kind is not Kind.FREE_SHIPPING:
        home.findings.add(
            "P0301", line, f"Only a free shipping card can ship free, not {a(kind)}.",
            helps=('Make a card of its own: free shipping home-ships-free "Free shipping over 35"',),
        )  # fmt: skip
        return None
    assert line.threshold is not None
    if word == "buy" and line.given is not None:
        return _given(line, kind, home)
    units = word == "buy" or line.items
    reach = count(line.threshold, home.findings, "number of items") if units else _threshold(line, home)
    if line.off is None:
        return None if reach is None else Step("units" if units else "money", reach, gives=ShipFree())
    blank = Step(measure="units" if units else "money", reach=reach or 0, repeats=word == "every")
    step = _with_gain(blank, line, home)
    return None if reach is None else step


def _threshold(line: StepLine, home: Home) -> int | None:
    """The amount of a `spend` or `every` line; zero has its own message."""
    assert line.threshold is not None
    reach = amount(line.threshold, home.currency, home.findings, zero=True)
    if reach != 0:
        return reach
    word = line.word.text
    home.findings.add(
        "P0309", line.threshold, f"{word} {line.threshold.text} is reached by every order.",
        caret="must be more than nothing",
        helps=(
            "A saving without a condition is written: take 10% off, at most 10.00"
            if word == "spend"
            else "Say after how much it comes again, such as: every 30.00 take 3.00 off",
        ),
    )  # fmt: skip
    return None


def _given(line: StepLine, kind: Kind, home: Home) -> Step | None:
    assert line.threshold is not None and line.given is not None
    if kind is not Kind.STORE_DISCOUNT:
        home.findings.add(
            "P0301", line, f"buy … get belongs in a store discount, not in {a(kind)}.",
            helps=('Make it a card such as: store discount two-plus-one "Buy 2, get 1 free"',),
        )  # fmt: skip
        return None
    bought = count(line.threshold, home.findings, "number of items")
    given = count(line.given, home.findings, "number of items")
    share: Fraction | None = Fraction(1)
    if line.off is not None:
        share = percentage(line.off.value, home.findings)
        if line.off.at_most is not None:
            home.findings.add(
                "P0324", line.off.at_most, "A buy … get line has no cap of its own.",
                helps=(f"Write on a line of its own: at most {line.off.at_most.text} per order",),
            )  # fmt: skip
            return None
    if bought is None or given is None or share is None:
        return None
    return Step(measure="units", reach=bought, gives=Get(given, share))


def _with_gain(step: Step, line: StepLine, home: Home) -> Step | None:
    off = line.off
    assert off is not None
    if off.off is None:
        _off_missing(off, home)
    gain = amount_or_percentage(off.value, home.currency, home.findings)
    at_most = amount(off.at_most, home.currency, home.findings) if off.at_most else None
    if gain is None or off.off is None or (off.at_most and at_most is None):
        return None
    return evolve(step, gives=ShareOff(gain[1]) if gain[1] else AmountOff(gain[0]), at_most=at_most)


def _off_missing(off: Off, home: Home) -> None:
    home.findings.add(
        "P0123", off.value, f'The word "off" is missing after {off.value.text}.', caret="off comes after this",
        # An amount could also be meant as a price, so that only a percentage is safe to complete.
        fix=home.findings.replace(off.value, f"{off.value.text} off", safe=off.value.text.endswith("%")),
    )  # fmt: skip


def _mixed(lines: Sequence[StepLine], home: Home) -> bool:
    """Tell steps that cannot stand in one card; at most one finding."""
    get = [line for line in lines if line.given is not None]
    every = [line for line in lines if line.word.text == "every"]
    spend = [line for line in lines if line.word.text == "spend"]
    buy = [line for line in lines if line.word.text == "buy" and line.given is None]
    if get and len(lines) > 1:
        home.findings.add(
            "P0310", get[-1], "A buy … get line stands alone in its card.", caret="with other steps in the same card",
            helps=("Make two cards of it; each has its own name.",),
        )  # fmt: skip
    elif every and len(lines) > 1:
        home.findings.add(
            "P0304", every[-1], "An every line stands alone in its card.", caret="with other steps in the same card",
            helps=("Make two cards of it; each has its own name.",),
        )  # fmt: skip
    elif spend and buy:
        home.findings.add(
            "P0303", buy[0], "One card counts either money or items, not both.",
            caret=f"but there is a spend line: {home.findings.place(spend[0])}",
            helps=("Make two cards of it; each has its own name.",),
        )  # fmt: skip
    else:
        return False
    return True


def _doubled(found: Sequence[Read], home: Home) -> bool:
    seen: dict[int, StepLine] = {}
    doubled = False
    for line, step in found:
        first = seen.setdefault(step.reach, line)
        if first is not line and not step.repeats and not isinstance(step.gives, Get):
            doubled = True
            where = line.threshold or line
            what = "Two steps begin at the same point" if step.reach else "Two lines give something without a condition"
            home.findings.add(
                "P0306", where, f"{what}; only one of them can count.",
                notes=(f"the other one is at {home.findings.place(first)}",),
            )  # fmt: skip
    return doubled


def caps(lines: Iterable[AtMost], kind: Kind, ladder_per: str, home: Home) -> Caps:
    """The `at most` lines of a card."""
    found: dict[str, int | Fraction] = {}
    for line in lines:
        per = line.per.text if line.per else ""
        if not _cap_fits(line, per, kind, ladder_per, home):
            continue
        if line.value.text.endswith("%") and per != "item":
            home.findings.add(
                "P0312", line.value, "A cap in percent is only understood per item.",
                helps=(f"Write an amount, such as: at most 20.00 per {per}",),
            )  # fmt: skip
            continue
        if line.value.text.endswith("%") and kind in ITEM_KINDS:
            home.findings.add(
                "P0312", line.value, f"A cap of {a(kind)} is an amount.", helps=("Write: at most 5.00 per item",),
            )  # fmt: skip
            continue
        value = amount_or_percentage(line.value, home.currency, home.findings)
        if value is None:
            continue
        key = f"{per}_share" if value[1] else per
        if key in found:
            home.findings.add("P0112", line, f"There are two lines with at most … per {per}.", caret="the second one")
            continue
        found[key] = value[1] or value[0]
    item, store, order = (found.get(key) for key in ("item", "store", "order"))
    share = found.get("item_share")
    return Caps(
        item if isinstance(item, int) else None,
        share if isinstance(share, Fraction) else None,
        store if isinstance(store, int) else None,
        order if isinstance(order, int) else None,
    )


def _cap_fits(line: AtMost, per: str, kind: Kind, ladder_per: str, home: Home) -> bool:
    if per not in ("item", "store", "order"):
        helps = ["Write at most 20.00 per order, per store or per item."]
        if line.value.text.endswith("%"):
            helps = [f"Write at most {line.value.text} per item: a share is understood of each item only."]
        if per in ("customer", "day"):
            helps.append("How often a rule can be used is said by limit: limit 1 use per customer")
        home.findings.add(
            "P0124",
            line.per or line.value,
            "A cap says per what: item, store or order.",
            caret="per what?",
            helps=helps,
        )
        return False
    assert line.per is not None
    if kind in ITEM_KINDS and per != "item":
        home.findings.add(
            "P0319",
            line.per,
            f"{a(kind).capitalize()} is capped per item only.",
            helps=(f"Write: at most {line.value.text} per item",),
        )
        return False
    if per == "store" and ladder_per == "order":
        right = "Write: at most 5.00 per order" if kind is Kind.COIN_PAYMENT else "Add the line: ladder per store"
        home.findings.add(
            "P0311", line.per, f"This {kind} looks at the whole order, so it has no cap per store.", helps=(right,)
        )
        return False
    return True


_UNITS = {"use": "uses", "uses": "uses", "item": "items", "items": "items"}


def limits(lines: Iterable[LimitLine], kind: Kind, home: Home) -> tuple[Limit, ...]:
    """The `limit` lines of a card, sorted."""
    found: dict[tuple[str, str], Limit] = {}
    for line in lines:
        limit = _limit(line, kind, home)
        if limit is None:
            continue
        key = (limit.unit, limit.per)
        if key in found:
            home.findings.add(
                "P0112", line, f"There are two limits on {limit.unit} per {limit.per}.", caret="the second one"
            )
            continue
        found[key] = limit
    return tuple(found[key] for key in sorted(found))


def _limit(line: LimitLine, kind: Kind, home: Home) -> Limit | None:
    number = count(line.count, home.findings, "limit")
    unit = _UNITS.get(line.unit.text)
    per = "total" if line.per is not None and line.per.text == "in" else line.per.text if line.per else ""
    forms = "Write limit 1 use per customer, per order, per day or in total."
    counted = "item" if kind in ITEM_KINDS else "use"
    if kind in ITEM_KINDS:
        forms = "Write limit 2 items per customer or per order, or limit 1 use per customer, per day or in total."
    if line.unit.text.startswith("per "):
        home.findings.add(
            "P0125", line.count, "This limit does not say what it counts: uses or items.", helps=(forms,),
            fix=home.findings.replace(line.count, f"{line.count.text} {counted}{'' if number == 1 else 's'}"),
        )  # fmt: skip
        return None
    if unit is None:
        home.findings.add(
            "P0125", line.unit, f'A card limits uses or items, not "{line.unit.text[:40]}".', helps=(forms,),
            fix=home.findings.replace(line.unit, "uses"),
        )  # fmt: skip
        return None
    if per not in ("customer", "order", "day", "total"):
        home.findings.add(
            "P0125", line.per or line.unit, "A limit says per what: customer, order, day, or in total.",
            caret="per what?", helps=(forms,),
        )  # fmt: skip
        return None
    if unit == "items" and (kind not in ITEM_KINDS or per not in ("order", "customer")):
        why = (
            f"Items are counted per order or per customer, not {'in total' if per == 'total' else 'per day'}."
            if kind in ITEM_KINDS
            else f"Only flash sales and item discounts limit items, not {a(kind)}."
        )
        home.findings.add("P0314", line.unit, why, helps=(forms,))
        return None
    return None if number is None else Limit(number, unit, per)
