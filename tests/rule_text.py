"""A rule book as rule files, in the words of LANGUAGE: loading them gives the book back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from pricing.forms import Get, ShipFree, amount_of, share_of
from pricing.model.kind import COUPON_KINDS, TRAITS
from pricing.model.ladder import Caps, Step
from pricing.model.policy import Policy
from pricing.model.rule import PLATFORM, Campaign, Rule
from pricing.model.rulebook import RuleBook
from pricing.model.scope import Clause, Scope
from pricing.model.window import Window
from pricing.money import show

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def book_text(book: RuleBook) -> dict[str, str]:
    """Texts by file name: the policy, and one file for each campaign."""
    texts = {"policy.promo": policy_text(book.policy)}
    for campaign in book.campaigns:
        rules = [rule for rule in book.rules if rule.campaign == campaign.name]
        texts[f"campaigns/{campaign.name}.promo"] = campaign_text(campaign, rules)
    return texts


def policy_text(policy: Policy) -> str:
    lines = [f"policy {policy.name}", f"  order {', '.join(layer.kind for layer in policy.order)}"]
    for limit in policy.limits:
        lines.append(f"  limit {limit.count} {limit.kind} per {limit.per}")
    for switch in ("measured_on", "share_by", "remainder", "overflow", "rounding", "refund", "returns", "coins_return"):
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
    if rule.kind in COUPON_KINDS and rule.claim != rule.valid:
        yield from window_text("claim", rule.claim, rule.zone)
    if rule.lasts_days is not None:
        yield f"  lasts {rule.lasts_days} days"
    if rule.days:
        yield f"  days {', '.join(DAYS[day] for day in rule.days)}"
    for hours in rule.hours:
        yield f"  hours from {clock(hours.start)} until {clock(hours.end)}"
    yield from scope_text(rule, rule.audience)
    yield from scope_text(rule, rule.scope)
    for sku, at in rule.prices:
        yield f"  price {sku} at {money(at)}"
    if rule.piece:
        yield f"  piece {money(rule.piece)}"
    if rule.trade:
        yield f"  trade {rule.trade.coins} coins for {rule.trade.pieces} {rule.trade.coupon}"
    if rule.rate:
        yield f"  rate {rule.rate.coins} coins = {money(rule.rate.amount)}"
    if rule.ladder_per != TRAITS[rule.kind].per:
        yield f"  ladder per {rule.ladder_per}"
    for step in rule.ladder:
        yield f"  {step_text(step, rule)}"
    yield from caps_text(rule.caps, rule.currency)
    for limit in rule.limits:
        unit = limit.unit if limit.count > 1 else limit.unit.removesuffix("s")
        yield f"  limit {limit.count} {unit} {'in total' if limit.per == 'total' else 'per ' + limit.per}"
    if rule.budget is not None:
        yield f"  budget {money(rule.budget)} in total"
    share = dict(rule.payers).get(PLATFORM, Fraction(0))
    if share != (0 if TRAITS[rule.kind].seller_pays else 1):
        yield f"  funded {funder(share)}"
    if rule.never:
        yield f"  never with {', '.join(rule.never)}"
    if rule.combines:
        yield f"  combines with {', '.join(rule.combines)}"
    if rule.note:
        yield f'  note "{rule.note}"'


def step_text(step: Step, rule: Rule) -> str:
    if isinstance(step.gives, Get):
        gift = "free" if step.gives.share == 1 else f"at {percent(step.gives.share)} off"
        return f"buy {step.reach} get {step.gives.many} {gift}"
    reach = str(step.reach) if step.measure == "units" else show(step.reach, rule.currency)
    if step.repeats:
        when = f"every {reach} {'items ' if step.measure == 'units' else ''}"
    elif step.reach:
        when = f"{'buy' if step.measure == 'units' else 'spend'} {reach} "
    else:
        when = ""
    if isinstance(step.gives, ShipFree):
        return f"{when}ship free"
    value = show(amount_of(step), rule.currency) if amount_of(step) else percent(share_of(step))
    cap = "" if step.at_most is None else f", at most {show(step.at_most, rule.currency)}"
    return f"{when}take {value} off{cap}"


def caps_text(caps: Caps, currency: str) -> Iterator[str]:
    for amount, per in ((caps.per_item, "item"), (caps.per_store, "store"), (caps.per_order, "order")):
        if amount is not None:
            yield f"  at most {show(amount, currency)} per {per}"
    if caps.per_item_share is not None:
        yield f"  at most {percent(caps.per_item_share)} per item"


def funder(platform_share: Fraction) -> str:
    if platform_share in (0, 1):
        return "by platform" if platform_share else "by seller"
    return f"by platform {percent(platform_share)}"


def percent(share: Fraction) -> str:
    """15%, 12.5%, 33.33%: exact, or it is not a percentage of the language."""
    hundred = share * 100
    for places in range(9):
        if (hundred * 10**places).denominator == 1:
            whole, part = divmod(int(hundred * 10**places), 10**places)
            return f"{whole}.{part:0{places}d}%" if places else f"{whole}%"
    raise ValueError(share)


# --- scope: what a list takes out again needs a list ------------------------------------------------------------------


def clauses(rule: Rule) -> list[Clause]:
    return [clause for scope in (rule.audience, rule.scope) for clause in (*scope.only, *scope.never)]


def list_name(rule: Rule, clause: Clause) -> str:
    return f"list-{rule.name}-{clauses(rule).index(clause)}"


def lists_text(rule: Rule) -> Iterator[str]:
    for clause in clauses(rule):
        if clause.removed:
            yield ""
            yield f"list {list_name(rule, clause)}"
            yield f"  {clause.word} {', '.join(clause.values)}"
            yield f"  except {clause.word} {', '.join(clause.removed)}"


def scope_text(rule: Rule, scope: Scope) -> Iterator[str]:
    for some, prefix in ((scope.only, ""), (scope.never, "except ")):
        for clause in some:
            values = f"list {list_name(rule, clause)}" if clause.removed else ", ".join(clause.values)
            yield f"  {prefix}{clause.word} {values}"


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
