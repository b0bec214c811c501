"""What there is in a folder of rules, and what each thing of it means: cards, lists, campaigns, the policy, words.

Reads a loaded folder; makes lines of text, which may be longer than a terminal is wide. Used by `pricing explain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pricing.cli.templates import KINDS
from pricing.editor.folder import Snapshot, names_in
from pricing.editor.lookup import Named, heads, uses
from pricing.language.loading.load import Loaded
from pricing.language.vocabulary import CARD_EXAMPLES, INNER_WORDS, KIND_OF, SWITCHES, WORDS, a, words_for
from pricing.model.kind import Kind
from pricing.model.policy import Policy
from pricing.model.rule import Campaign, Rule
from pricing.model.window import Window

SWITCH_SAYS = {
    "measured-on": "what steps by money look at: what is left to pay when their layer begins, or the item price",
    "share-by": "by what a saving is shared over the lines: by what is left to pay, or by the item price",
    "remainder": "what becomes of a share that a line has no room for: the other lines get it, or it is lost",
    "overflow": "what becomes of a piece that is worth more than what is left to pay: it is cut, or it does not count",
    "rounding": "how a percentage is rounded to whole cents: half a cent up, or always down",
    "automatic": "whether what is given by itself is always deducted, or left out where the total is lower without it",
    "gets": "who shares what a free item saves: the items given alone, or those bought with them too",
    "refund": "what is given back for goods that come back: the share that was paid, or what the rest would have cost less",
    "returns": "when a coupon comes back to the wallet: with the whole order only, by the share of it, or never",
    "coins-return": "when coins come back: by the share of what comes back, with the whole order only, or never",
}


def holds(window: Window, at: datetime) -> bool:
    """Whether an instant lies in a window."""
    return (window.start is None or window.start <= at) and (window.end is None or at < window.end)


def dates(window: Window, zone: str) -> str:
    """As in `2026-06-18 through 2026-06-24`, with times where a day does not begin or end."""
    place = ZoneInfo(zone)

    def said(at: datetime) -> str:
        local = at.astimezone(place)
        return local.strftime("%Y-%m-%d" if (local.hour, local.minute) == (0, 0) else "%Y-%m-%d %H:%M")

    start = said(window.start) if window.start else "ever"
    if window.end is None:
        return f"{start} on, without an end"
    end = window.end.astimezone(place)
    if (end.hour, end.minute) == (0, 0):
        return f"{start} through {said(window.end - _MOMENT)[:10]}"
    return f"{start} until {said(window.end)}"


_MOMENT = datetime.resolution


def snapshot_of(folder: Path) -> Snapshot:
    """The texts of a folder as they stand, with their places."""
    from pricing.language.loading.plain import read_plain

    texts: dict[str, str] = {}
    for path in names_in(folder):
        try:
            texts[path.relative_to(folder).as_posix()] = read_plain(path, folder).decode("utf-8-sig", "replace")
        except OSError:
            continue
    return Snapshot(folder, texts)


# All there is


def overview(loaded: Loaded, folder: Path, at: datetime) -> Iterator[str]:
    """The campaigns of a folder, and which cards hold at a moment."""
    rules = loaded.partial.rules
    by_campaign: dict[str, list[Rule]] = {}
    for rule in rules:
        by_campaign.setdefault(rule.campaign, []).append(rule)
    yield f"{folder.as_posix()}: {_count(len(loaded.partial.campaigns), 'campaign')}, {_count(len(rules), 'card')}"
    for campaign in sorted(loaded.partial.campaigns, key=lambda one: (one.valid.start or at, one.name), reverse=True):
        cards = by_campaign.get(campaign.name, [])
        yield ""
        yield f"{campaign.name} “{campaign.label}”" if campaign.label else campaign.name
        yield f"  {dates(campaign.valid, campaign.zone)} ({campaign.zone}): {_state(campaign.valid, at)}"
        today = [rule for rule in cards if holds(rule.valid, at)]
        if today:
            yield f"  {len(today)} of {_count(len(cards), 'card')} hold:"
            yield from (f"    {rule.name} – {rule.kind}{_labelled(rule)}" for rule in today)
        else:
            yield f"  none of its {_count(len(cards), 'card')} holds"


def _state(window: Window, at: datetime) -> str:
    if window.end is not None and window.end <= at:
        return "over"
    return "still to come" if window.start is not None and at < window.start else "holds"


def _labelled(rule: Rule) -> str:
    return f", “{rule.label}”" if rule.label else ""


# One thing


def campaign_lines(campaign: Campaign, cards: Sequence[Rule], at: datetime) -> Iterator[str]:
    """A campaign: its head, its dates, its cards."""
    place = f"{campaign.place.file}:{campaign.place.line}" if campaign.place.file else ""
    yield from filter(None, [place])
    yield ""
    label = f", “{campaign.label}”," if campaign.label else ""
    facts = [f"{campaign.name}{label} is a campaign in {campaign.currency} (times in {campaign.zone})"]
    facts += [f"its owner is {campaign.owner}"] if campaign.owner else []
    facts += [f"its brief {campaign.brief}"] if campaign.brief else []
    yield f"{', '.join(facts)}. Dates: {dates(campaign.valid, campaign.zone)}; today: {_state(campaign.valid, at)}."
    yield ""
    yield f"{_count(len(cards), 'card')}:"
    for rule in cards:
        yield f"  {rule.name} – {rule.kind}{_labelled(rule)}{'' if holds(rule.valid, at) else ' (does not hold now)'}"


def list_lines(snapshot: Snapshot, named: Named) -> Iterator[str]:
    """A list: its lines as they stand, and which lines name it."""
    source = snapshot.source(named.key)
    end = max([named.block.end, *(clause.end for clause in named.block.clauses)])
    yield f"{(snapshot.root / named.key).as_posix()}:{source.position(named.block.start)[0]}"
    yield ""
    yield f"{named.name.text} is a list: what stands in it can be named in cards as list {named.name.text}."
    yield ""
    yield from (f"    {line}".rstrip() for line in source.text[named.block.start : end].splitlines())
    places = [
        f"{(snapshot.root / key).as_posix()}:{snapshot.source(key).position(atom.start)[0]}"
        for key, atom in uses(snapshot, named)
        if atom is not named.name
    ]
    yield ""
    yield f"It is named at {', '.join(places)}." if places else "No card names it."


def lists_called(snapshot: Snapshot, name: str) -> list[Named]:
    """All lists of a name, by file."""
    every = (named for key in sorted(snapshot.blocks) for named in heads(snapshot, key))
    return [named for named in every if named.what == "list" and named.name.text == name]


def policy_lines(policy: Policy, given: bool) -> Iterator[str]:
    """How rules work together here."""
    yield f"The policy {policy.name}" + ("." if given else ": the one that holds where a folder has no policy.promo.")
    yield ""
    yield f"Layers, first to last: {', '.join(map(str, policy.order))}."
    for limit in policy.limits:
        yield f"At most {limit.count} {limit} per {limit.per}."
    for one, other in policy.never:
        yield f"{one} and {other} never meet on one line.".capitalize()
    yield ""
    for switch in SWITCHES:
        yield f"{switch} is {_set(policy, switch)}: {SWITCH_SAYS.get(switch, 'a switch of the policy')}."


def switch_lines(policy: Policy, switch: str) -> Iterator[str]:
    """One switch of the policy."""
    values = SWITCHES[switch]
    yield f"{switch} is a switch of the policy: {SWITCH_SAYS.get(switch, 'see the specification')}."
    yield f"It can be {' or '.join(values)}; without the line it is {values[0]}. Here it is {_set(policy, switch)}."
    yield ""
    yield f"    set {switch} to {_set(policy, switch)}"


def _set(policy: Policy, switch: str) -> str:
    return str(getattr(policy, switch.replace("-", "_"), SWITCHES[switch][0]))


def word_lines(word: str) -> Iterator[str]:
    """A word of the language: what it says, where it stands, an example."""
    if word in INNER_WORDS:
        says, example = INNER_WORDS[word]
        yield f"{word} says: {says}."
    elif word in KIND_OF:
        kind = KIND_OF[word]
        example = CARD_EXAMPLES[kind]
        yield f"{a(word).capitalize()} is a kind of card. It begins like this:"
        yield ""
        yield f"    {example}"
        yield ""
        new = f" `pricing new {word}` prints one." if word in KINDS else ""
        yield f"Its lines begin with: {', '.join(one.word for one in words_for(kind))}.{new}"
        return
    else:
        known = WORDS[word]
        example = known.example
        kinds = [kind.value for kind in Kind if kind in known.kinds]
        where = "every card" if len(kinds) == len(Kind) else ", ".join(kinds)
        places = [where, *(f"a {head}" if head != "file" else "the head of a file" for head in sorted(known.heads))]
        yield f"{word} says {known.says}. It stands in {' and in '.join(filter(None, places))}."
    yield ""
    yield f"    {example}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
