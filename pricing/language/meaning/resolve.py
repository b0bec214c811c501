"""Syntax to model: a file's campaign head, lists and cards become `Campaign` and `Rule`s.

Reads the `Block`s of one file; makes a `Head` and `Card`s, in which names of other rules are still as written (a card
elsewhere may have them); next: `references`, then `checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from pricing.facts import AUDIENCE_WORDS
from pricing.forms import Bundle
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest
from pricing.language.diagnostics.source import Source
from pricing.language.meaning import given, ladders, times, together
from pricing.language.meaning.home import STAND_IN_CURRENCY, Home
from pricing.language.meaning.scopes import as_typed, counted, except_word, never, not_a_name, only
from pricing.language.meaning.values import amount, count
from pricing.language.text.syntax import (
    NAME,
    AtMost,
    Atom,
    Block,
    Budget,
    Clause,
    EarnLine,
    HoursLine,
    Ladder,
    Lasts,
    LimitLine,
    Listed,
    Phrase,
    Piece,
    Price,
    RateLine,
    Setting,
    Span,
    StepLine,
    TradeLine,
)
from pricing.language.vocabulary import KIND_OF, ON_UNITS, SCOPE_WORDS, WORDS, a
from pricing.model.kind import COUPON_KINDS, TRAITS, Kind
from pricing.model.ladder import Rate, Reward, Step, Trade
from pricing.model.rule import Campaign, Place, Rule
from pricing.model.scope import Clause as ScopeClause
from pricing.model.scope import Scope
from pricing.model.window import Hours, Window
from pricing.money import AmountError, decimals

Shape = TypeVar("Shape", bound=Clause)


@frozen
class Card:
    """A rule and the text it was read from."""

    rule: Rule
    block: Block
    source: Source
    sound: bool
    """Every line was read, so that checks of the whole card make sense."""


@frozen
class Head:
    """A campaign and the text of its head; `zone` is what its times are read in."""

    campaign: Campaign
    zone: ZoneInfo
    block: Block | None
    """None: the file has none."""
    alone: bool = False
    """Nothing stands below it."""


def of(block: Block, shape: type[Shape], word: str = "") -> Sequence[Shape]:
    """The lines of a block that have a shape, and perhaps a first word."""
    lines = cast("Sequence[Shape]", block.by_shape.get(shape, ()))
    return [line for line in lines if line.word.text == word] if word else lines


def allowed(block: Block, findings: Findings) -> Block:
    """The block without lines that do not belong in it, each told; likewise second lines where one is allowed."""
    kind = KIND_OF.get(block.kind)
    what = block.kind or block.word
    kept: list[Clause] = []
    seen: dict[str, Clause] = {}
    for line in block.clauses:
        word = WORDS[line.word.text]
        if (kind in word.kinds) if kind else (block.word in word.heads):
            first = seen.setdefault(word.word, line)
            if first is not line and not word.many:
                findings.add(
                    "P0112", line, f"There are two {word.word} lines in this {what}.", caret="the second one",
                    notes=(f"the first one is at {findings.place(first)}",),
                )  # fmt: skip
                continue
            kept.append(line)
            continue
        _misplaced(line, kind, what, findings)
    return block if len(kept) == len(block.clauses) else evolve(block, clauses=tuple(kept), broken=True)


def _misplaced(line: Clause, kind: Kind | None, what: str, findings: Findings) -> None:
    word = WORDS[line.word.text]
    if kind is None:
        code, place = "P0108", {"stray": "before the first card", "list": "in a list"}.get(what, f"in a {what}")
        helps = {
            "campaign": (
                "In a campaign's head stand owner, brief, currency, zone and valid; the rest stands in cards.",
            ),
            "list": ("In a list stand only stores, categories, brands, tags, skus and the like.",),
            "policy": ("In a policy stand order, limit, set and never … with ….",),
        }.get(what, ('A rule file begins with a campaign: campaign summer-week-2026 "Summer Week"',))
        findings.add(code, line.word, f"A line with {word.word} cannot stand {place}.", helps=helps)
        return
    home = [other for other in Kind if other in word.kinds]
    says = f"It belongs in {' or '.join(map(a, home))} card." if len(home) <= 3 else _others(home)
    if not home:
        says = f"It belongs in the head of a {' or a '.join(sorted(word.heads - {'file'}))}."
    if word.word in ("code", "codes") and kind in COUPON_KINDS:
        says = 'A coupon is in the wallet. What customers type is a card of its own: promo code SUMMER15 "15% off"'
    findings.add(
        "P0301", line.word, f"{a(kind).capitalize()} has no {'at most' if word.word == 'at' else word.word} line.",
        caret=f"not in {a(kind)}", helps=(says,),
    )  # fmt: skip


def _others(home: list[Kind]) -> str:
    """The kinds of card that have a line, or those that have not, whichever is shorter."""
    rest = [kind for kind in Kind if kind not in home]
    if len(rest) < len(home):
        return f"All kinds of card have it but {', '.join(rest[:-1])}{' and ' if rest[1:] else ''}{rest[-1]}."
    return f"The kinds of card that have it: {', '.join(home)}."


def campaign(block: Block, source: Source) -> tuple[Head, Findings]:
    """The head of a file. What is missing is told, and stood in for so that the cards can be read all the same."""
    findings = Findings(source)
    block = allowed(block, findings)
    texts = {line.word.text: line for line in of(block, Setting)}
    name = block.name.text if block.name else ""
    if block.name:
        good_name(block.name, findings)
    currencies = _currencies(of(block, Listed, "currency"), block, findings)
    zone = ZoneInfo("UTC")
    if "zone" in texts:
        zone = times.zone_named(texts["zone"].values, findings) or zone
        _without_summer(zone, texts["zone"], findings)
    elif not block.broken:
        findings.add(
            "P0502",
            block,
            "This campaign does not say its time zone.",
            helps=("Add a line such as: zone America/Los_Angeles",),
        )
    valid = Window()
    for line in of(block, Span):
        valid = times.window(line, zone, findings) or valid

    def said(word: str) -> str:
        return " ".join(atom.text for atom in texts[word].values) if word in texts else ""

    made = Campaign(
        name, block.label.text if block.label else "", currencies[0], zone.key, valid, said("owner"), said("brief"),
        currencies if len(currencies) > 1 else (), place=_place(block, source),
    )  # fmt: skip
    return Head(made, zone, block), findings


def _without_summer(zone: ZoneInfo, line: Setting, findings: Findings) -> None:
    """A zone by its letters, which has no summer time or is not that of a place."""
    if "/" not in zone.key and zone.key not in ("UTC", "GMT"):
        findings.add(
            "P0248", Phrase(line.values), f"{zone.key} is not the time of a place: is summer time meant as well?",
            caret="name a city", helps=("Write it like: zone America/New_York",),
        )  # fmt: skip


def _currencies(lines: Sequence[Listed], block: Block, findings: Findings) -> tuple[str, ...]:
    """The currencies of a campaign, in the order written; one at least."""
    if not lines:
        if not block.broken:
            findings.add(
                "P0501", block, "This campaign does not say its currency.", helps=("Add a line such as: currency USD",)
            )
        return (STAND_IN_CURRENCY,)
    found: list[str] = []
    for before, after in pairwise(lines[0].values):
        if "," not in findings.source.text[before.end : after.start]:
            findings.add(
                "P0133", after, "Between currencies there is a comma.", caret="a comma comes before this",
                helps=(f"Write it like: {WORDS['currency'].example}",),
            )  # fmt: skip
    for phrase in lines[0].values:
        code = _currency(phrase.atoms[0], findings)
        if code in found:
            findings.add("P0602", phrase, f"{code} is named twice in this line.", caret="once is enough")
        elif code:
            found.append(code)
    return tuple(found) or (STAND_IN_CURRENCY,)


def _currency(code: Atom, findings: Findings) -> str:
    try:
        decimals(code.text)
    except AmountError:
        upper = code.text.upper()
        known = _is_currency(upper)
        findings.add(
            "P0233", code,
            f'There is no currency called "{code.text[:30]}".',
            helps=("Write its ISO code, such as USD.",),
            fix=findings.replace(code, upper, safe=True) if known else None,
        )  # fmt: skip
        return upper if known else ""
    return code.text


def _is_currency(code: str) -> bool:
    try:
        decimals(code)
    except AmountError:
        return False
    return True


def good_name(atom: Atom, findings: Findings) -> bool:
    """Whether the name of a card, list or campaign is one; told if not."""
    if NAME.fullmatch(atom.text):
        return True
    plain = as_typed(atom.text)
    not_a_name(atom, findings, plain if plain != atom.text and NAME.fullmatch(plain) else "")
    return False


def card(block: Block, home: Home) -> Card | None:
    """One rule, with its amounts in each of the campaign's currencies; None when it has no name."""
    findings = home.findings
    before = len(findings.found)
    block = allowed(block, findings)
    if block.name is None:
        return None
    if block.name.text == "anything":
        # `never with "anything"` could not be told from `never with anything` once it is resolved.
        findings.add("P0209", block.name, 'A card cannot be called "anything": the word stands for all cards.')
    good_name(block.name, findings)
    home.one_for_all = False
    rule = _rule(block, block.name.text, home)
    also: list[Rule] = []
    for place in range(1, len(home.currencies)):
        if findings.full:
            break
        other = evolve(home, findings=Findings(findings.source), place=place, one_for_all=True)
        also.append(_rule(block, block.name.text, other))
        known = {(each.code, each.start) for each in findings.found[before:]}
        findings.again(each for each in other.findings.found if (each.code, each.start) not in known)
    sound = not block.broken and not any(item.is_error for item in findings.found[before:])
    return Card(evolve(rule, also=tuple(also)) if also else rule, block, findings.source, sound)


def _rule(block: Block, name: str, home: Home) -> Rule:
    """The rule of a card, in the currency that is read."""
    findings, kind = home.findings, KIND_OF[block.kind]
    valid, claim = _windows(block, home)
    scope, audience = _scopes(block, home)
    lines = of(block, StepLine)
    steps = ladders.ladder(lines, kind, home)
    ladder_per = _ladder_per(block, kind, findings)
    counts = of(block, Listed, "counts")
    together.with_counts(lines, steps, counts, ladder_per, home)
    is_reward = kind is Kind.COIN_REWARD
    caps = ladders.caps(() if is_reward else of(block, AtMost), kind, ladder_per, home)
    piece, trade, rate = _coins_and_pieces(block, home)
    budget, budget_day = _budgets(block, home)
    lasts = [count(line.days, findings, "number of days") for line in of(block, Lasts)]
    note, notes = given.texts(of(block, Setting, "note"), findings)
    _, labels = given.texts(of(block, Setting, "label"), findings)
    way, codes, pattern = given.way(block, kind, home)
    given.picked_up(block, kind, way, findings)
    return Rule(
        name=name,
        kind=kind,
        label=block.label.text if block.label else "",
        currency=home.currency,
        zone=home.campaign.zone,
        valid=valid,
        days=next((times.weekdays(line, findings) for line in of(block, Listed, "days")), ()),
        hours=_hours(block, findings),
        scope=_with_slots(scope, steps),
        counts=counted(counts, home) if counts else None,
        audience=audience,
        given=way,
        pattern=pattern,
        codes=codes,
        public=given.public(block, way, pattern, findings),
        layer=given.layer(block, findings),
        groups=given.groups(block, findings),
        prices=_prices(block, home),
        ladder=steps,
        ladder_per=ladder_per,
        caps=caps,
        limits=ladders.limits(of(block, LimitLine), kind, home),
        budget=budget,
        budget_day=budget_day,
        payers=given.payers(block, kind, home),
        piece=piece,
        trade=trade,
        rate=rate,
        reward=_reward(block, kind, home),
        claim=claim,
        lasts_days=lasts[0] if lasts else None,
        note=note,
        labels=labels,
        notes=notes,
        campaign=home.campaign.name,
        place=_place(block, findings.source),
    )


def _reward(block: Block, kind: Kind, home: Home) -> Reward | None:
    """What a coin reward earns; coins on any other card are told."""
    earned = of(block, EarnLine)
    if kind is Kind.COIN_REWARD:
        return ladders.reward(earned, of(block, AtMost), home)
    for line in earned:
        home.findings.add(
            "P0301", line, f"Only a coin reward earns coins, not {a(kind)}.",
            helps=('Make a card of its own: coin reward earn "A coin for every 1.00"',),
        )  # fmt: skip
    return None


def _place(block: Block, source: Source) -> Place:
    return Place(source.name, source.position(block.start)[0])


def _windows(block: Block, home: Home) -> tuple[Window, Window]:
    valid = claim = None
    for line in of(block, Span):
        window = times.window(line, home.zone, home.findings)
        if line.word.text == "valid":
            valid = window
        else:
            claim = window
    valid = valid or home.campaign.valid
    return valid, claim or valid


def _hours(block: Block, findings: Findings) -> tuple[Hours, ...]:
    read = (times.hours(line, findings) for line in of(block, HoursLine))
    return tuple(hours for hours in read if hours is not None)


def _scopes(block: Block, home: Home) -> tuple[Scope, Scope]:
    """What goods and which customers a card is for."""
    goods: tuple[list[ScopeClause], list[ScopeClause]] = ([], [])
    people: tuple[list[ScopeClause], list[ScopeClause]] = ([], [])
    for line in of(block, Listed):
        word = line.word.text
        if word in SCOPE_WORDS or word == "prices":
            clause, side = only(line, home), 0
        elif word == "except" and _except_fits(line, block, home):
            clause, side = never(line, home), 1
        else:
            continue
        if clause is not None:
            (people if clause.word in AUDIENCE_WORDS else goods)[side].append(clause)
    return _scope_of(goods), _scope_of(people)


_EVERYTHING = Scope()


def _scope_of(sides: tuple[list[ScopeClause], list[ScopeClause]]) -> Scope:
    return Scope(tuple(sides[0]), tuple(sides[1])) if sides[0] or sides[1] else _EVERYTHING


def _with_slots(scope: Scope, steps: Sequence[Step]) -> Scope:
    """The scope of a card; of a bundle's, the goods of its slots only (SPEC 4), as a list without a name."""
    slots = [slot.scope.only[0] for step in steps if isinstance(step.gives, Bundle) for slot in step.gives.slots]
    return Scope((*scope.only, ScopeClause("list", any_of=tuple(slots))), scope.never) if slots else scope


def _except_fits(line: Listed, block: Block, home: Home) -> bool:
    """Whether the scope word after `except` belongs in this kind; a missing one is told by `never`."""
    word = line.values[0].atoms[0]
    kind = KIND_OF[block.kind]
    asked = "stores" if word.text in ("list", "reduced", "prices") else word.text
    if asked not in SCOPE_WORDS or kind in WORDS[asked].kinds:
        return True
    if except_word(line, home) is not None:
        home.findings.add(
            "P0301", word, f"{a(kind).capitalize()} has no {word.text} line, and nothing to except from it."
        )
    return False


def _ladder_per(block: Block, kind: Kind, findings: Findings) -> str:
    for line in of(block, Ladder):
        if line.per.text == "sku" and kind not in ON_UNITS:
            findings.add(
                "P0342", line.per, f"{a(kind).capitalize()} has no ladder per sku.", caret="per store or per order",
                helps=("A ladder per sku stands where single items get something off, as in a store discount.",),
            )  # fmt: skip
            return TRAITS[kind].per
        if line.per.text in ("store", "order", "sku"):
            return line.per.text
        meant = nearest(line.per.text, ("store", "order", "sku"))
        findings.add(
            "P0126", line.per, "A ladder is per store, per order or per sku.",
            fix=findings.replace(line.per, meant, safe=True) if meant else None,
        )  # fmt: skip
    return TRAITS[kind].per


def _prices(block: Block, home: Home) -> tuple[tuple[str, int], ...]:
    found: dict[str, tuple[int, Price]] = {}
    for line in of(block, Price):
        value = amount(line.amount, home, zero=True)
        sku = line.sku.text
        good = good_name(line.sku, home.findings) if not line.sku.quoted else True
        if good and not home.catalogue.has("skus", sku):
            known = home.catalogue.names["skus"]
            meant = home.findings.nearest(sku, known)
            home.findings.add(
                "P0204", line.sku, f'There is no sku called "{sku}".', caret=f"not in {home.catalogue.files['skus']}",
                helps=(f"Did you mean {meant}?",) if meant else (),
                fix=home.findings.replace(line.sku, meant) if meant else None,
            )  # fmt: skip
        if value is None:
            continue
        if sku in found:
            home.findings.add(
                "P0325", line.sku, f"{sku} has two prices in this card.", caret="the second one",
                notes=(f"the first one is at {home.findings.place(found[sku][1])}",),
            )  # fmt: skip
            continue
        found[sku] = (value, line)
    return tuple((sku, found[sku][0]) for sku in sorted(found))


def _coins_and_pieces(block: Block, home: Home) -> tuple[int, Trade | None, Rate | None]:
    piece, trade, rate = 0, None, None
    for line in of(block, Piece):
        piece = amount(line.value, home) or 0
    for bought in of(block, TradeLine):
        coins = count(bought.coins, home.findings, "number of coins")
        pieces = count(bought.pieces, home.findings, "number of coupons")
        if coins and pieces:
            trade = Trade(coins, pieces, bought.coupon.text)
    for worth in of(block, RateLine):
        coins = count(worth.coins, home.findings, "number of coins")
        value = amount(worth.amount, home)
        if coins and value:
            rate = Rate(coins, value, worth.in_steps)
    return piece, trade, rate


def _budgets(block: Block, home: Home) -> tuple[int | None, int | None]:
    """The money of a card in total, and for each day."""
    found: dict[str, int | None] = {}
    for line in of(block, Budget):
        per = "day" if line.per is not None else "total"
        if not line.in_total and (line.per is None or line.per.text != "day"):
            home.findings.add(
                "P0127", line.per or line.value, "A budget is in total, or per day.",
                caret="in total comes after this" if line.per is None else "day stands here",
                fix=home.findings.replace(line.value, f"{line.value.text} in total", safe=not line.value.others)
                if line.per is None and line.value.text[:1].isdigit()
                else None,
            )  # fmt: skip
        if per in found:
            home.findings.add("P0112", line, "There are two such budget lines in this card.", caret="the second one")
            continue
        found[per] = amount(line.value, home)
    return found.get("total"), found.get("day")
