"""A rule book as rule files, in the words of LANGUAGE: loading them gives the book back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from pricing.forms import Bundle
from pricing.forms.form import percent
from pricing.forms.spelled import spelled
from pricing.model.kind import CODE, HELD, TRAITS
from pricing.model.ladder import Caps
from pricing.model.policy import Policy
from pricing.model.rule import PLATFORM, Campaign, Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope
from pricing.model.window import Window
from pricing.money import show

SWITCHES = (
    "measured_on", "share_by", "remainder", "overflow", "rounding", "automatic", "gets", "refund", "returns",
    "coins_return",
)  # fmt: skip
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def book_text(book: RuleBook) -> dict[str, str]:
    """Texts by file name: the policy, and one file for each campaign."""
    texts = {"policy.promo": policy_text(book.policy)}
    for campaign in book.campaigns:
        rules = [rule for rule in book.rules if rule.campaign == campaign.name]
        texts[f"campaigns/{campaign.name}.promo"] = campaign_text(campaign, rules)
    return texts


def policy_text(policy: Policy) -> str:
    lines = [f"policy {policy.name}", f"  order {', '.join(layer.name or layer.kind for layer in policy.order)}"]
    lines += [f"  layer {layer.name} of {layer.kind}" for layer in policy.order if layer.name]
    for limit in policy.limits:
        what = "codes" if limit.codes else f"of group {limit.group}" if limit.group else limit.kind
        lines.append(f"  limit {limit.count} {what} per {limit.per}")
    if policy.floor:
        lines.append(f"  floor {percent(policy.floor)} of list-price")
    for switch in SWITCHES:
        lines.append(f"  set {switch.replace('_', '-')} to {getattr(policy, switch)}")
    for one, other in policy.never:
        lines.append(f"  never {one} with {other}")
    return text_of(lines)


def campaign_text(campaign: Campaign, rules: list[Rule]) -> str:
    lines = [f'campaign {campaign.name} "{campaign.label}"']
    lines += [f"  owner {campaign.owner}"] if campaign.owner else []
    lines += [f"  brief {campaign.brief}"] if campaign.brief else []
    lines += [f"  currency {campaign.currency}", f"  zone {campaign.zone}"]
    lines += window_text("valid", campaign.valid, campaign.zone)
    for rule in rules:
        lines += lists_text(rule)
    for rule in rules:
        lines += ["", *rule_text(rule, campaign)]
    return text_of(lines)


def text_of(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def rule_text(rule: Rule, campaign: Campaign) -> Iterator[str]:
    def money(minor: int) -> str:
        return show(minor, rule.currency)

    label = f' "{rule.label}"' if rule.label else ""
    yield f"{rule.kind} {rule.name}{label}"
    if rule.valid != campaign.valid:
        yield from window_text("valid", rule.valid, rule.zone)
    if rule.given == HELD and rule.claim != rule.valid:
        yield from window_text("claim", rule.claim, rule.zone)
    if rule.lasts_days is not None:
        yield f"  lasts {rule.lasts_days} days"
    if rule.days:
        yield f"  days {', '.join(DAYS[day] for day in rule.days)}"
    for hours in rule.hours:
        yield f"  hours from {clock(hours.start)} until {clock(hours.end)}"
    yield from scope_text(rule, rule.audience)
    yield from scope_text(rule, rule.scope)
    yield from counts_text(rule)
    yield from given_text(rule)
    for sku, at in rule.prices:
        yield f"  price {sku} at {money(at)}"
    if rule.piece:
        yield f"  piece {money(rule.piece)}"
    if rule.trade:
        yield f"  trade {rule.trade.coins} coins for {rule.trade.pieces} {rule.trade.coupon}"
    if rule.rate:
        steps = ", in steps" if rule.rate.in_steps else ""
        yield f"  rate {rule.rate.coins} coins = {money(rule.rate.amount)}{steps}"
    for earning in rule.reward.earnings if rule.reward else ():
        every = f"earn {earning.coins} coins every {money(earning.reach)}"
        yield f"  {every}" if earning.repeats else f"  spend {money(earning.reach)} earn {earning.coins} coins"
    if rule.reward and rule.reward.at_most is not None:
        yield f"  at most {rule.reward.at_most} coins per order"
    if rule.ladder_per != TRAITS[rule.kind].per:
        yield f"  ladder per {rule.ladder_per}"
    for step in rule.ladder:
        yield f"  {spelled(step, money)}"
    yield from caps_text(rule.caps, rule.currency)
    for limit in rule.limits:
        unit = limit.unit if limit.count > 1 else limit.unit.removesuffix("s")
        yield f"  limit {limit.count} {unit} {'in total' if limit.per == 'total' else 'per ' + limit.per}"
    if rule.budget is not None:
        yield f"  budget {money(rule.budget)} in total"
    if rule.budget_day is not None:
        yield f"  budget {money(rule.budget_day)} per day"
    if rule.payers != (() if TRAITS[rule.kind].seller_pays else ((PLATFORM, Fraction(1)),)):
        yield f"  funded by {funders(rule)}"
    if rule.never:
        yield f"  never with {', '.join(rule.never)}"
    if rule.combines:
        yield f"  combines with {', '.join(rule.combines)}"
    if rule.note:
        yield f'  note "{rule.note}"'


def caps_text(caps: Caps, currency: str) -> Iterator[str]:
    for amount, per in ((caps.per_item, "item"), (caps.per_store, "store"), (caps.per_order, "order")):
        if amount is not None:
            yield f"  at most {show(amount, currency)} per {per}"
    if caps.per_item_share is not None:
        yield f"  at most {percent(caps.per_item_share)} per item"
    if caps.per_order_share is not None:
        yield f"  at most {percent(caps.per_order_share)} per order"


def funders(rule: Rule) -> str:
    if not rule.payers:
        return "seller"
    return ", ".join([f"{who} {percent(share)}" for who, share in rule.payers])


def given_text(rule: Rule) -> Iterator[str]:
    """How a card is given, where its kind does not say it already."""
    if rule.given == HELD and TRAITS[rule.kind].given != HELD:
        yield "  held"
    if rule.pattern is not None:
        yield f"  codes {rule.pattern.count} like {rule.pattern.pattern}"
    elif rule.given == CODE and rule.codes != ((rule.name,) if TRAITS[rule.kind].given == CODE else ()):
        yield f"  code {', '.join([quoted(code) for code in rule.codes])}"
    if rule.public:
        yield "  public"
    if rule.layer:
        yield f"  layer {rule.layer}"
    if rule.groups:
        yield f"  group {', '.join(rule.groups)}"


def quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


# --- scope: what a list takes out again needs a list ------------------------------------------------------------------


def clauses(rule: Rule) -> list[Clause]:
    scopes = [rule.audience, rule.scope, *([rule.counts] if rule.counts else [])]
    scopes += [slot.scope for step in rule.ladder if isinstance(step.gives, Bundle) for slot in step.gives.slots]
    return [clause for scope in scopes for clause in (*scope.only, *scope.never)]


def list_name(rule: Rule, clause: Clause) -> str:
    return f"list-{rule.name}-{clauses(rule).index(clause)}"


def lists_text(rule: Rule) -> Iterator[str]:
    seen: list[Clause] = []
    for clause in clauses(rule):
        if clause in seen:
            continue
        seen.append(clause)
        if clause.removed:
            yield ""
            yield f"list {list_name(rule, clause)}"
            yield f"  {clause.word} {', '.join(clause.values)}"
            yield f"  except {clause.word} {', '.join(clause.removed)}"
        elif clause.word == "list" and clause.values:
            yield ""
            yield f"list {clause.values[0]}"
            yield from (f"  {clause_text(rule, each)}" for each in clause.any_of)
            yield from (f"  except {clause_text(rule, each)}" for each in clause.but_not)


def clause_text(rule: Rule, clause: Clause) -> str:
    if clause.word == "list":
        return f"list {clause.values[0]}"
    if clause.word == "reduced":
        return "reduced"
    if clause.word == "prices":
        low = show(clause.low, rule.currency)
        return f"prices from {low}" if clause.high is None else f"prices {low} to {show(clause.high, rule.currency)}"
    values = f"list {list_name(rule, clause)}" if clause.removed else ", ".join(clause.values)
    return f"{clause.word} {values}"


def scope_text(rule: Rule, scope: Scope) -> Iterator[str]:
    for some, prefix in ((scope.only, ""), (scope.never, "except ")):
        for clause in some:
            if clause.word != "list" or clause.values:  # else the goods of a bundle, which its slots say
                yield f"  {prefix}{clause_text(rule, clause)}"


def counts_text(rule: Rule) -> Iterator[str]:
    if rule.counts is None:
        return
    if not rule.counts.only and not rule.counts.never:
        yield "  counts everything"
    yield from (f"  counts {clause_text(rule, clause)}" for clause in rule.counts.only)
    yield from (f"  counts except {clause_text(rule, clause)}" for clause in rule.counts.never)


# --- times ------------------------------------------------------------------------------------------------------------


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def window_text(word: str, window: Window, zone: str) -> Iterator[str]:
    if window.start is None or window.end is None:
        return
    start, end = window.start.astimezone(ZoneInfo(zone)), window.end.astimezone(ZoneInfo(zone))
    begins = f"{start:%Y-%m-%d}" if (start.hour, start.minute) == (0, 0) else f"{start:%Y-%m-%d %H:%M}"
    if (end.hour, end.minute) == (0, 0):
        yield f"  {word} from {begins} through {end - timedelta(days=1):%Y-%m-%d}"
    else:
        yield f"  {word} from {begins} until {end:%Y-%m-%d %H:%M}"
