"""Syntax to model: a file's campaign head, lists and cards become `Campaign` and `Rule`s.

Reads the `Block`s of one file; makes a `Head` and `Card`s, in which names of other rules are still as written (a card
elsewhere may have them); next: `references`, then `checks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest
from pricing.language.diagnostics.source import Source
from pricing.language.meaning import ladders, times
from pricing.language.meaning.home import STAND_IN_CURRENCY, Home
from pricing.language.meaning.scopes import NAME, as_typed, except_word, never, not_a_name, only
from pricing.language.meaning.values import amount, count, percentage
from pricing.language.text.syntax import (
    AtMost,
    Atom,
    Block,
    Budget,
    Clause,
    Funded,
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
from pricing.language.vocabulary import AUDIENCE_WORDS, KIND_OF, SCOPE_WORDS, WORDS, a
from pricing.model.kind import ITEM_KINDS, TRAITS, Kind
from pricing.model.ladder import Rate, Trade
from pricing.model.rule import PLATFORM, Campaign, Place, Rule
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


def of(block: Block, shape: type[Shape], word: str = "") -> list[Shape]:
    """The lines of a block that have a shape, and perhaps a first word."""
    return [line for line in block.clauses if type(line) is shape and (not word or line.word.text == word)]


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
    if "currency" in texts:
        _single(texts["currency"], findings)
    name = block.name.text if block.name else ""
    if block.name:
        good_name(block.name, findings)
    currency = _currency(texts.get("currency"), block, findings)
    zone = ZoneInfo("UTC")
    if "zone" in texts:
        zone = times.zone_named(texts["zone"].values, findings) or zone
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
        name, block.label.text if block.label else "", currency, zone.key, valid, said("owner"), said("brief"),
        place=_place(block, source),
    )  # fmt: skip
    return Head(made, zone, block), findings


def _single(line: Setting, findings: Findings) -> None:
    if len(line.values) > 1:
        findings.add(
            "P0133", Phrase(line.values[1:]), f"After {line.word.text} stands one word.", caret="leave this out",
            helps=(f"Write it like: {WORDS[line.word.text].example}",),
        )  # fmt: skip


def _note(line: Setting, findings: Findings) -> str:
    where = Phrase(line.values)
    if len(line.values) > 1 or not line.values[0].quoted:
        right = '"' + where.text + '"'
        findings.add(
            "P0110", where, "A note stands in quotes.", caret="put this in quotes",
            fix=findings.replace(where, right, safe=True),
        )  # fmt: skip
    return where.text


def _currency(line: Setting | None, block: Block, findings: Findings) -> str:
    if line is None:
        if not block.broken:
            findings.add(
                "P0501", block, "This campaign does not say its currency.", helps=("Add a line such as: currency USD",)
            )
        return STAND_IN_CURRENCY
    code = line.values[0]
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
        return upper if known else STAND_IN_CURRENCY
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
    """One rule; None when it has no name."""
    findings = home.findings
    before = len(findings.found)
    kind = KIND_OF[block.kind]
    block = allowed(block, findings)
    if block.name is None:
        return None
    if block.name.text == "anything":
        # `never with "anything"` could not be told from `never with anything` once it is resolved.
        findings.add("P0209", block.name, 'A card cannot be called "anything": the word stands for all cards.')
    good_name(block.name, findings)
    valid, claim = _windows(block, home)
    scope, audience = _scopes(block, home)
    steps, _ = ladders.ladder(of(block, StepLine), kind, home)
    ladder_per = _ladder_per(block, kind, findings)
    caps = ladders.caps(of(block, AtMost), kind, ladder_per, home)
    piece, trade, rate = _coins_and_pieces(block, home)
    budgets = [_budget(line, home) for line in of(block, Budget)]
    lasts = [count(line.days, findings, "number of days") for line in of(block, Lasts)]
    notes = [_note(line, findings) for line in of(block, Setting, "note")]
    rule = Rule(
        name=block.name.text,
        kind=kind,
        label=block.label.text if block.label else "",
        currency=home.currency,
        zone=home.campaign.zone,
        valid=valid,
        days=next((times.weekdays(line, findings) for line in of(block, Listed, "days")), ()),
        hours=_hours(block, findings),
        scope=scope,
        audience=audience,
        prices=_prices(block, home),
        ladder=steps,
        ladder_per=ladder_per,
        caps=caps,
        limits=ladders.limits(of(block, LimitLine), kind, home),
        budget=budgets[0] if budgets else None,
        payers=_funded(block, kind, findings),
        piece=piece,
        trade=trade,
        rate=rate,
        claim=claim,
        lasts_days=lasts[0] if lasts else None,
        note=notes[0] if notes else "",
        campaign=home.campaign.name,
        place=_place(block, findings.source),
    )
    sound = not block.broken and not any(item.is_error for item in findings.found[before:])
    return Card(rule, block, findings.source, sound)


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
        if word in SCOPE_WORDS:
            clause, side = only(line, home), 0
        elif word == "except" and _except_fits(line, block, home):
            clause, side = never(line, home), 1
        else:
            continue
        if clause is not None:
            (people if clause.word in AUDIENCE_WORDS else goods)[side].append(clause)
    return Scope(tuple(goods[0]), tuple(goods[1])), Scope(tuple(people[0]), tuple(people[1]))


def _except_fits(line: Listed, block: Block, home: Home) -> bool:
    """Whether the scope word after `except` belongs in this kind; a missing one is told by `never`."""
    word = line.values[0].atoms[0]
    kind = KIND_OF[block.kind]
    if word.text not in SCOPE_WORDS or kind in WORDS[word.text].kinds:
        return True
    if except_word(line, home) is not None:
        home.findings.add(
            "P0301", word, f"{a(kind).capitalize()} has no {word.text} line, and nothing to except from it."
        )
    return False


def _ladder_per(block: Block, kind: Kind, findings: Findings) -> str:
    for line in of(block, Ladder):
        if line.per.text in ("store", "order"):
            return line.per.text
        meant = nearest(line.per.text, ("store", "order"))
        findings.add(
            "P0126", line.per, "A ladder is per store or per order.",
            fix=findings.replace(line.per, meant, safe=True) if meant else None,
        )  # fmt: skip
    return TRAITS[kind].per


def _prices(block: Block, home: Home) -> tuple[tuple[str, int], ...]:
    found: dict[str, tuple[int, Price]] = {}
    for line in of(block, Price):
        value = amount(line.amount, home.currency, home.findings, zero=True)
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
        piece = amount(line.value, home.currency, home.findings) or 0
    for bought in of(block, TradeLine):
        coins = count(bought.coins, home.findings, "number of coins")
        pieces = count(bought.pieces, home.findings, "number of coupons")
        if coins and pieces:
            trade = Trade(coins, pieces, bought.coupon.text)
    for worth in of(block, RateLine):
        coins = count(worth.coins, home.findings, "number of coins")
        value = amount(worth.amount, home.currency, home.findings)
        if coins and value:
            rate = Rate(coins, value)
    return piece, trade, rate


def _budget(line: Budget, home: Home) -> int | None:
    if not line.in_total:
        home.findings.add(
            "P0127", line.value, "A budget is in total.", caret="in total comes after this",
            fix=home.findings.replace(line.value, f"{line.value.text} in total", safe=True),
        )  # fmt: skip
    return amount(line.value, home.currency, home.findings)


def _funded(block: Block, kind: Kind, findings: Findings) -> tuple[tuple[str, Fraction], ...]:
    default = () if TRAITS[kind].seller_pays else ((PLATFORM, Fraction(1)),)
    for line in of(block, Funded):
        if line.by.text not in ("platform", "seller"):
            meant = nearest(line.by.text, ("platform", "seller"))
            findings.add(
                "P0128", line.by, "A rule is funded by platform or by seller.",
                helps=("Shared costs are written: funded by platform 40%",),
                fix=findings.replace(line.by, meant, safe=True) if meant else None,
            )  # fmt: skip
            continue
        share = Fraction(1) if line.share is None else percentage(line.share, findings)
        if share is not None:
            share = share if line.by.text == PLATFORM else 1 - share
            return ((PLATFORM, share),) if share else ()
    return default


def needs(cards: Iterable[Card], findings: Findings) -> None:
    """Tell what a kind of card cannot do without; only where all lines were read."""
    for item in cards:
        rule, block = item.rule, item.block
        if not item.sound:
            continue
        if rule.kind is Kind.SELLER_COUPON:
            _one_store(item, findings)
        what = _lack(rule, block)
        if what:
            code, says, example = what
            findings.add(code, block, says, helps=(f"Add a line such as: {example}",))


def _lack(rule: Rule, block: Block) -> tuple[str, str, str] | None:
    kind = rule.kind
    if kind is Kind.COIN_PAYMENT:
        return None if rule.rate else ("P0315", "A coin payment says what coins are worth.", "rate 100 coins = 1.00")
    if kind is Kind.COIN_EXCHANGE:
        return (
            None
            if rule.trade
            else ("P0316", "A coin exchange says what it trades.", "trade 10 coins for 1 select-summer")
        )
    if kind is Kind.SELECT_COUPON and not rule.piece:
        return "P0317", "A select coupon says what one piece is worth.", "piece 2.00"
    if kind in ITEM_KINDS and not rule.ladder and not rule.prices:
        return "P0302", f"This {kind} gives nothing.", "take 15% off, or: price LL-100 at 19.99"
    if kind not in ITEM_KINDS and not rule.ladder:
        example = "spend 35.00 ship free" if kind is Kind.FREE_SHIPPING else "spend 60.00 take 6.00 off"
        return "P0302", f"This {kind} gives nothing.", example
    return None


def _one_store(item: Card, findings: Findings) -> None:
    """Tell a seller coupon that names no store, or several."""
    stores = [clause for clause in item.rule.scope.only if clause.word == "stores"]
    if len(stores) == 1 and len(stores[0].values) == 1 and not stores[0].removed:
        return
    lines = of(item.block, Listed, "stores")
    if not lines:
        findings.add(
            "P0313", item.block, "A seller coupon names exactly one store.",
            helps=("Add a line such as: stores nova-home",),
        )  # fmt: skip
        return
    more = Phrase(tuple(atom for phrase in lines[0].values for atom in phrase.atoms)) if len(lines) == 1 else lines[1]
    many = f", not {len(stores[0].values)}" if len(stores) == 1 and len(stores[0].values) > 1 else ""
    findings.add(
        "P0313", more, f"A seller coupon names exactly one store{many}.", caret="leave one of them",
        helps=(
            "Make a card for each store; each has its own name.",
            "A saving over the goods of several stores is a platform coupon or a cross-store discount.",
        ),
    )  # fmt: skip
