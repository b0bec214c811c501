"""What a card gives: its steps, caps and limits, from syntax to model.

Reads the step, `at most` and `limit` lines of one card; makes `Step`s sorted by reach, `Caps` and `Limit`s. Which of them
may stand together is in `together`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from pricing.forms import AmountOff, Bundle, Form, GroupsFor, PayInAll, ShareOff, ShipAt, ShipFree, Slot
from pricing.language.meaning import together
from pricing.language.meaning.home import Home
from pricing.language.meaning.scopes import goods
from pricing.language.meaning.values import amount, amount_or_percentage, count
from pricing.language.text.parser import FORM_OF
from pricing.language.text.syntax import AtMost, Atom, EarnLine, LimitLine, SaidGain, StepLine
from pricing.language.vocabulary import ON_UNITS, a
from pricing.model.kind import ITEM_KINDS, Kind
from pricing.model.ladder import DIFFERENT, MONEY, UNITS, Caps, Earning, Limit, Reward, Step
from pricing.model.scope import Scope


def ladder(lines: Iterable[StepLine], kind: Kind, home: Home) -> tuple[Step, ...]:
    """The steps of a card sorted by reach; what cannot be read or cannot stand together is told."""
    found: list[together.Read] = []
    for line in lines:
        step = _step(line, kind, home)
        if step is not None:
            found.append((line, step))
    together.check(found, home)
    return tuple(sorted((step for _, step in found), key=lambda step: step.reach))


def _step(line: StepLine, kind: Kind, home: Home) -> Step | None:
    if line.twice is not None:
        home.findings.add("P0112", line.twice, "This is said twice behind what the line gives.", caret="the second one")
        return None
    form: Form | None = None
    if line.gain is not None:
        if not _fits(FORM_OF[line.gain.form], line, line.gain, kind, home):
            return None
        form = (
            _bundle(line, line.gain, home) if line.slots else FORM_OF[line.gain.form].read(_Said(line, line.gain, home))
        )
    step = _threshold(line, kind, home)
    times = count(line.times, home.findings, "number of times") if line.times else None
    at_most = amount(line.at_most, home) if line.at_most else None
    if step is None or (line.gain is not None and form is None):
        return None
    if (line.times and times is None) or (line.at_most and at_most is None):
        return None
    step = evolve(step, gives=form, most_times=times, at_most=at_most)
    return step if together.tails_fit(step, line, home) else None


@frozen
class _Said:
    """What a line says of a form, for the form to read."""

    line: StepLine
    gain: SaidGain
    home: Home

    def amount(self, *, zero: bool = False) -> int | None:
        assert self.gain.amount is not None
        return amount(self.gain.amount, self.home, zero=zero)

    def value(self) -> tuple[int, Fraction] | None:
        assert self.gain.amount is not None
        return amount_or_percentage(self.gain.amount, self.home)

    def number(self) -> int | None:
        return 1 if self.gain.number is None else count(self.gain.number, self.home.findings, "number of items")

    def has(self, word: str) -> bool:
        return word in self.gain.words or (word == "dearest" and self.line.dearest is not None)

    def off(self) -> bool:
        value = self.gain.amount
        assert value is not None
        if "off" in self.gain.words:
            return True
        self.home.findings.add(
            "P0123", value, f'The word "off" is missing after {value.text}.', caret="off comes after this",
            # An amount could also be meant as a price, so that only a percentage is safe to complete.
            fix=self.home.findings.replace(value, f"{value.text} off", safe=value.text.endswith("%")),
        )  # fmt: skip
        return False


def _fits(form: type[Form], line: StepLine, gain: SaidGain, kind: Kind, home: Home) -> bool:
    """Whether a kind of card can give something in a form; told if not."""
    if kind is Kind.COIN_REWARD:
        says, helps = "A coin reward earns coins and takes nothing off.", "Write: spend 50.00 earn 10 coins"
    elif issubclass(form, (ShipFree, ShipAt)):
        if kind is Kind.FREE_SHIPPING:
            return True
        says = f"Only a free shipping card can ship free, not {a(kind)}."
        helps = 'Make a card of its own: free shipping home-ships-free "Free shipping over 35"'
    elif line.slots or form.on_units or form is PayInAll:
        if kind in ON_UNITS:
            return True
        says = f"{a(kind).capitalize()} cannot say what single items cost or get off."
        helps = 'Make it a card such as: store discount two-plus-one "Buy 2, get 1 free"'
    else:
        return True
    home.findings.add("P0301", line, says, helps=(helps,))
    return False


def _threshold(line: StepLine, kind: Kind, home: Home) -> Step | None:
    """The step of a line, without what it gives; None when its threshold is none."""
    word = line.word.text
    if line.threshold is None:
        return Step(UNITS) if line.slots else Step()
    if word == "buy" or line.items:
        reach = count(line.threshold, home.findings, "number of items")
        measure = DIFFERENT if line.different else UNITS
    else:
        reach = _money_threshold(line, line.threshold, home)
        measure = MONEY
    return None if reach is None else Step(measure, reach, word == "every")


def _money_threshold(line: StepLine, threshold: Atom, home: Home) -> int | None:
    """The amount of a `spend` or `every` line; zero has its own message."""
    reach = amount(threshold, home, zero=True)
    if reach != 0:
        return reach
    word = line.word.text
    home.findings.add(
        "P0309", threshold, f"{word} {threshold.text} is reached by every order.",
        caret="must be more than nothing",
        helps=(
            "A saving without a condition is written: take 10% off, at most 10.00"
            if word == "spend"
            else "Say after how much it comes again, such as: every 30.00 take 3.00 off",
        ),
    )  # fmt: skip
    return None


def _bundle(line: StepLine, gain: SaidGain, home: Home) -> Bundle | None:
    """`bundle a of X + b of Y for v`, `take v off`."""
    slots: list[Slot] = []
    for said in line.slots:
        many = count(said.many, home.findings, "number of items")
        clause = goods(said.values, line, home, "bundle")
        if many is not None and clause is not None:
            slots.append(Slot(many, Scope((clause,))))
    form = FORM_OF[gain.form].read(_Said(line, gain, home))
    if len(slots) < len(line.slots) or form is None:
        return None
    if isinstance(form, GroupsFor):
        return Bundle(tuple(slots), form.price)
    if isinstance(form, ShareOff):
        return Bundle(tuple(slots), share=form.share)
    if isinstance(form, AmountOff):
        return Bundle(tuple(slots), amount=form.amount)
    home.findings.add(
        "P0340", gain, "A bundle is sold for a price, or with something off.",
        helps=("Write: bundle 1 of list mains + 1 of skus COLA, WATER for 5.00, or take 2.00 off",),
    )  # fmt: skip
    return None


def reward(earned: Sequence[EarnLine], caps: Iterable[AtMost], home: Home) -> Reward | None:
    """What a coin reward earns."""
    found: dict[int, tuple[EarnLine, Earning]] = {}
    for line in earned:
        coins = count(line.coins, home.findings, "number of coins")
        reach = amount(line.amount, home)
        if coins is None or reach is None:
            continue
        if reach in found:
            home.findings.add(
                "P0306", line, "Two steps begin at the same point; only one of them can count.",
                notes=(f"the other one is at {home.findings.place(found[reach][0])}",),
            )  # fmt: skip
            continue
        found[reach] = line, Earning(coins, reach, line.every)
    if len(found) > 1 and any(line.every for line in earned):
        home.findings.add(
            "P0304", earned[-1], "An every line stands alone in its card.", caret="with other steps in the same card",
            helps=("Make two cards of it; each has its own name.",),
        )  # fmt: skip
        return None
    most = None
    for cap in caps:
        if not cap.coins or cap.per is None or cap.per.text != "order":
            home.findings.add(
                "P0124", cap.per or cap.value, "A coin reward is capped in coins, per order.",
                helps=(f"Write: at most {cap.value.text} coins per order",),
            )  # fmt: skip
            continue
        if most is not None:
            home.findings.add("P0112", cap, "There are two lines with at most … per order.", caret="the second one")
        most = count(cap.value, home.findings, "number of coins")
    earnings = tuple([found[reach][1] for reach in sorted(found)])
    return Reward(earnings, most) if earnings else None


def caps(lines: Iterable[AtMost], kind: Kind, ladder_per: str, home: Home) -> Caps:
    """The `at most` lines of a card."""
    found: dict[str, int | Fraction] = {}
    for line in lines:
        per = line.per.text if line.per else ""
        if not _cap_fits(line, per, kind, ladder_per, home):
            continue
        if line.value.text.endswith("%") and per != "item" and not (per == "order" and kind is Kind.COIN_PAYMENT):
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
        value = amount_or_percentage(line.value, home)
        if value is None:
            continue
        key = f"{per}_share" if value[1] else per
        if key in found:
            home.findings.add("P0112", line, f"There are two lines with at most … per {per}.", caret="the second one")
            continue
        found[key] = value[1] or value[0]
    item, store, order = (found.get(key) for key in ("item", "store", "order"))
    shares = [found.get(key) for key in ("item_share", "order_share")]
    item_share, order_share = (share if isinstance(share, Fraction) else None for share in shares)
    return Caps(
        item if isinstance(item, int) else None,
        item_share,
        store if isinstance(store, int) else None,
        order if isinstance(order, int) else None,
        order_share,
    )


def _cap_fits(line: AtMost, per: str, kind: Kind, ladder_per: str, home: Home) -> bool:
    if line.coins:
        home.findings.add(
            "P0124", line.value, f"Only a coin reward is capped in coins, not {a(kind)}.",
            helps=("Write at most 20.00 per order, per store or per item.",),
        )  # fmt: skip
        return False
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
_AND = ("day", "week", "month")
"""What may follow `per customer and`."""


def limits(lines: Iterable[LimitLine], kind: Kind, home: Home) -> tuple[Limit, ...]:
    """The `limit` lines of a card, sorted."""
    found: dict[tuple[str, str], Limit] = {}
    for line in lines:
        limit = _limit(line, kind, home)
        if limit is None:
            continue
        key = (limit.unit, limit.per)
        if key in found:
            what = "in total" if limit.per == "total" else f"per {limit.per}"
            home.findings.add("P0112", line, f"There are two limits on {limit.unit} {what}.", caret="the second one")
            continue
        found[key] = limit
    return tuple(found[key] for key in sorted(found))


def _limit(line: LimitLine, kind: Kind, home: Home) -> Limit | None:
    number = count(line.count, home.findings, "limit")
    unit = _UNITS.get(line.unit.text)
    per = _per(line)
    forms = "Write limit 1 use per customer, per customer and day, per order, per day or in total."
    counted = "item" if kind in ITEM_KINDS else "use"
    if kind in ITEM_KINDS:
        forms = (
            "Write limit 2 items per customer, per order or in total, or limit 1 use per customer, per day or in total."
        )
    if line.unit.text.startswith("per "):
        home.findings.add(
            "P0125", line.count, "This limit does not say what it counts: uses or items.", helps=(forms,),
            fix=home.findings.replace(line.count, f"{number} {counted}{'' if number == 1 else 's'}") if number else None,
        )  # fmt: skip
        return None
    if unit is None:
        home.findings.add(
            "P0125", line.unit, f'A card limits uses or items, not "{line.unit.text[:40]}".', helps=(forms,),
            fix=home.findings.replace(line.unit, "uses") if line.per and line.unit.text.isalpha() else None,
        )  # fmt: skip
        return None
    if per not in ("customer", "order", "day", "total", *[f"customer and {each}" for each in _AND]):
        _no_per(line, per, forms, home)
        return None
    if unit == "items" and (kind not in ITEM_KINDS or per not in ("order", "customer", "total")):
        why = (
            f"Items are counted per order, per customer or in total, not per {per}."
            if kind in ITEM_KINDS
            else f"Only flash sales and item discounts limit items, not {a(kind)}."
        )
        home.findings.add("P0314", line.unit, why, helps=(forms,))
        return None
    return None if number is None else Limit(number, unit, per)


def _per(line: LimitLine) -> str:
    """What a limit is per, as the model says it; empty: not said."""
    if line.per is None:
        return ""
    first = "total" if line.per.text == "in" else line.per.text
    return first if line.and_per is None else f"{first} and {line.and_per.text}"


_PERSONS = {"person": "customer", "user": "customer", "buyer": "customer", "shopper": "customer", "head": "customer",
            "week": "customer and week", "month": "customer and month", "cart": "order", "basket": "order",
            "checkout": "order", "purchase": "order"}  # fmt: skip
"""What people write after `per`, and what they mean."""


def _no_per(line: LimitLine, per: str, forms: str, home: Home) -> None:
    """Tell a limit that is per nothing that is counted."""
    meant = _PERSONS.get(per, "")
    where = line.per or line.unit
    home.findings.add(
        "P0125", where, "A limit says per what: customer, order, day, or in total.",
        caret=f"did you mean per {meant}?" if meant else "per what?",
        helps=(
            ("By all customers together only days are counted: limit 100 uses per day", forms)
            if per in ("week", "month")
            else (forms,)
        ),
        fix=home.findings.replace(where, meant) if meant and line.and_per is None else None,
    )  # fmt: skip
