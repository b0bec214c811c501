"""Sense between rules that meet on the same goods: thresholds that cancel each other, coins for a coupon that does not
hold, two campaigns that want the same item.

Reads resolved `Card`s of all files; called by `book`. Comparing is bounded: of a folder of more than `MOST_CARDS` cards only
what coins buy is looked at, for thresholds and campaigns ask for every card of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

from pricing.facts import CHARGE, FACTS
from pricing.forms import amount_of, share_of
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.loading.catalogue import Catalogue
from pricing.language.meaning.resolve import Card, of
from pricing.language.sense.checks_between import is_named
from pricing.language.sense.checks_rule import lines_at, plain, scope_of, worth
from pricing.language.text.syntax import TradeLine
from pricing.model.kind import AUTOMATIC, ITEM_KINDS, Kind
from pricing.model.ladder import Step
from pricing.model.policy import Layer, Policy
from pricing.model.rule import Rule
from pricing.model.scope import Scope
from pricing.model.window import Window
from pricing.money import show

MOST_CARDS = 10_000
"""In a folder of more cards, thresholds and campaigns are not compared."""
MOST_PAIRS = 50_000
"""So many pairs of rules are looked at by each of the two checks."""
_ONE_VALUED = frozenset(fact.word for fact in FACTS if fact.single and fact.values and fact.of != CHARGE)
_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


def run(cards: Sequence[Card], policy: Policy, catalogue: Catalogue, findings: Mapping[str, Findings]) -> None:
    """Thresholds and campaigns, over all cards of a folder."""
    sound = [item for item in cards if item.sound]
    shelf = _Shelf(catalogue)
    _cancelled(sound, policy, shelf, findings)
    _undecided(sound, policy, shelf, findings)


class _Shelf:
    """Which goods of the catalogue each rule is for, found when asked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.items = catalogue.items
        self.known: dict[str, frozenset[int]] = {}

    def of(self, rule: Rule) -> frozenset[int]:
        if rule.name not in self.known:
            in_scope = scope_of(rule)
            own = frozenset(place for place, sku in enumerate(self.items) if in_scope(sku))
            self.known[rule.name] = own
        return self.known[rule.name]

    def meet(self, rule: Rule, other: Rule) -> bool:
        """Whether both can hold for one item of one customer at one moment."""
        same = rule.currency == other.currency and _overlap(rule.valid, other.valid)
        if not same or (rule.days and other.days and not set(rule.days) & set(other.days)):
            return False
        if _apart(rule.audience, other.audience) or _apart(rule.scope, other.scope):
            return False
        return not self.items or bool(self.of(rule) & self.of(other))


def _overlap(one: Window, other: Window) -> bool:
    return max(one.start or _EVER, other.start or _EVER) < min(one.end or _NEVER, other.end or _NEVER)


def _apart(one: Scope, other: Scope) -> bool:
    """Whether two scopes name different values of a word of which a line has one."""
    if not one.only or not other.only:
        return False
    return any(
        mine.word == theirs.word and mine.word in _ONE_VALUED and not set(mine.values) & set(theirs.values)
        for mine in one.only
        for theirs in other.only
    )


# Coins


def traded(item: Card, names: Mapping[str, Card], findings: Mapping[str, Findings]) -> None:
    """A card whose coins buy a coupon that does not hold."""
    for line in of(item.block, TradeLine):
        coupon = names.get(line.coupon.text)
        if coupon is not None and not _overlap(item.rule.valid, coupon.rule.valid):
            findings[item.source.name].add(
                "P0410", line.coupon, f"{coupon.rule.name} does not hold at any time at which coins can buy it.",
                caret="nobody can use it", notes=(f"it stands at {_place(coupon, findings)}",),
                helps=("Compare the valid lines of the two cards, or the dates of their campaigns.",),
            )  # fmt: skip


# Thresholds


def _cancelled(cards: Sequence[Card], policy: Policy, shelf: _Shelf, findings: Mapping[str, Findings]) -> None:
    """Steps of automatic rules that take so much off that a step of a later layer is lost, and more with it."""
    if policy.measured_on != "running" or policy.automatic != "always":
        return
    order = {layer: place for place, layer in enumerate(policy.order)}
    first = [item for item in cards if takes_base(item.rule)]
    groups: dict[object, list[Card]] = {}
    for item in cards:
        rule = item.rule
        if _by_money(rule):
            key = (rule.kind, rule.layer, rule.currency, rule.scope, rule.audience, rule.ladder_per)
            groups.setdefault(key, []).append(item)

    def place(rule: Rule) -> int:
        return order[Layer(rule.kind, rule.layer)]

    small = [(place(group[0].rule), group) for group in groups.values() if len(group) <= 50]
    after = {at: [group for other, group in small if at < other] for at in {place(item.rule) for item in first}}
    pairs = ((item, group) for item in first for group in after[place(item.rule)])
    for item, group in islice(pairs, MOST_PAIRS):
        rule, all_of_it = item.rule, group[0].rule  # one scope and audience
        if _apart(rule.scope, all_of_it.scope) or _apart(rule.audience, all_of_it.audience):
            continue
        later = [other for other in group if shelf.meet(rule, other.rule) and not _never(rule, other.rule, policy)]
        if later:
            _tell_cancelled(item, later, findings)


def takes_base(rule: Rule) -> bool:
    """Whether the steps of a rule may cost a customer another one; they are told at the lines of its steps."""
    return rule.given == AUTOMATIC and _by_money(rule)


def _by_money(rule: Rule) -> bool:
    """Whether a rule has steps by money that give money off goods."""
    kinds = rule.kind not in ITEM_KINDS and rule.kind not in (Kind.FREE_SHIPPING, Kind.COIN_PAYMENT)
    alike = rule.counts is None and rule.ladder_per != "sku" and all(map(plain, rule.ladder))
    alike = alike and rule.caps.per_item is None and rule.caps.per_item_share is None
    return kinds and alike and any(step.measure == "money" and step.reach for step in rule.ladder)


def _tell_cancelled(item: Card, later: Sequence[Card], findings: Mapping[str, Findings]) -> None:
    rule = item.rule
    for step in rule.ladder:
        if not step.reach or step.repeats:
            continue
        below, at = step.reach - 1, step.reach
        saved_below, saved_at = _saves(rule, below), _saves(rule, at)
        rest_below, rest_at = below - saved_below, at - saved_at
        lost = max(later, key=lambda other: _saves(other.rule, rest_below))
        more_below = _saves(lost.rule, rest_below)
        more_at = max(_saves(other.rule, rest_at) for other in later)
        if saved_at + more_at + 1 >= saved_below + more_below:  # one for what is rounded up
            continue
        less = show(saved_below + more_below - saved_at - more_at, rule.currency)
        findings[item.source.name].add(
            "P0409", lines_at(item)[step.reach],
            f"Who reaches this step loses {lost.rule.name}, and saves {less} less by the two.",
            caret=f"it leaves {show(rest_at, rule.currency)} to pay, too little for the other",
            notes=(f"{lost.rule.name} stands at {_place(lost, findings)}",),
            helps=("Each layer measures what is left to pay: move one of the two thresholds.",),
        )  # fmt: skip
        return


def _never(rule: Rule, other: Rule, policy: Policy) -> bool:
    """Whether the two cannot meet on a line: then who reaches both takes the better one."""
    pair = (rule.kind, other.kind) if rule.kind <= other.kind else (other.kind, rule.kind)
    return is_named(other, rule.never) or is_named(rule, other.never) or pair in policy.never


def _saves(rule: Rule, base: int) -> int:
    """What a rule gives on a base of one store, when it is used alone."""
    reached = rule.ladder[: bisect_right(rule.ladder, base, key=lambda step: step.reach)]
    step = next((step for step in reversed(reached) if step.measure == "money"), None)
    if step is None:
        return 0
    amount = _repeated(step, base) if step.repeats else int(worth(step, base))
    for cap in (rule.caps.per_order, rule.caps.per_store):
        amount = amount if cap is None else min(amount, cap)
    return min(amount, base)


def _repeated(step: Step, base: int) -> int:
    times = base // step.reach if step.most_times is None else min(base // step.reach, step.most_times)
    amount = int(times * (amount_of(step) or share_of(step) * step.reach))
    return amount if step.at_most is None else min(amount, step.at_most)


# Campaigns


def _undecided(cards: Sequence[Card], policy: Policy, shelf: _Shelf, findings: Mapping[str, Findings]) -> None:
    """Rules of one kind in two campaigns that want the same item, and nothing written about which counts."""
    decided = {limit.kind for limit in policy.limits if limit.count == 1}
    decided |= {one for one, other in policy.never if one is other}
    told: set[str] = set()
    for item, other in islice(_rivals([each for each in cards if each.rule.kind not in decided]), MOST_PAIRS):
        rule, rival = item.rule, other.rule
        if rule.name in told or _says(rule, rival) or _says(rival, rule) or not shelf.meet(rule, rival):
            continue
        told.add(rule.name)
        assert item.block.name is not None
        findings[item.source.name].add(
            "P0511", item.block.name,
            f"{rule.name} and {rival.name}, of two campaigns, are for the same items at the same time.",
            caret="only one of the two counts on an item",
            notes=(f"{rival.name} stands at {_place(other, findings)}",),
            helps=(
                f"If that is meant, write: never with {rival.name}",
                f"If both shall count, write: combines with {rival.name}",
            ),
        )  # fmt: skip


_CHOSEN_BY_PRICE = ITEM_KINDS | {Kind.COIN_PAYMENT, Kind.COIN_EXCHANGE, Kind.COIN_REWARD}
"""Kinds that settle it among themselves: the lowest price, the best trade."""


def _rivals(cards: Sequence[Card]) -> Iterator[tuple[Card, Card]]:
    """Pairs of one kind from two campaigns that name one store; first the one that begins later, or has no beginning."""
    running: dict[tuple[Layer, str], dict[str, list[Card]]] = {}
    """By layer and store (none: every store), then by campaign."""
    stores: dict[Layer, set[str]] = {}
    for item in sorted(cards, key=lambda each: (each.rule.valid.start or _NEVER, each.rule.name)):
        rule = item.rule
        if rule.kind in _CHOSEN_BY_PRICE or item.block.name is None:
            continue
        own, layer = _stores(rule), Layer(rule.kind, rule.layer)
        known = stores.setdefault(layer, {""})
        for store in sorted({"", *own} if own else known):
            for campaign, others in running.get((layer, store), {}).items():
                if campaign != rule.campaign:
                    yield from ((item, other) for other in others)
        known |= own
        for store in sorted(own or {""}):
            running.setdefault((layer, store), {}).setdefault(rule.campaign, []).append(item)


def _stores(rule: Rule) -> set[str]:
    """The stores that a rule names; none when it is for all."""
    return set().union(*(clause.values for clause in rule.scope.only if clause.word == "stores"))


def _says(rule: Rule, other: Rule) -> bool:
    """Whether a card says anything about meeting another one."""
    return is_named(other, rule.never) or is_named(other, rule.combines)


def _place(item: Card, findings: Mapping[str, Findings]) -> str:
    return findings[item.source.name].place(item.block.name or item.block)
