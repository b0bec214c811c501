"""What a kind of card cannot do without, told once all its lines were read."""

from __future__ import annotations

from collections.abc import Iterable

from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.meaning.resolve import Card, of
from pricing.language.text.syntax import Block, Listed, Phrase
from pricing.model.kind import ITEM_KINDS, Kind
from pricing.model.rule import Rule


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
    if kind is Kind.COIN_REWARD:
        return None if rule.reward else ("P0347", "A coin reward says what it earns.", "earn 1 coin every 1.00")
    if kind is Kind.SELECT_COUPON and not rule.piece:
        return "P0317", "A select coupon says what one piece is worth.", "piece 2.00"
    if kind in ITEM_KINDS and not any(step.gives for step in rule.ladder) and not rule.prices:
        return "P0302", f"This {kind} gives nothing.", "take 15% off, or: price LL-100 at 19.99"
    if kind not in ITEM_KINDS and not any(step.gives for step in rule.ladder):
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
