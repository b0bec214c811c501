"""What could be written at a place: words of the language, names of the catalogue and of other cards.

Reads the line up to the cursor and the `Snapshot`; makes `Proposal`s. The editor keeps those that fit what was begun.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from pricing.editor.folder import Snapshot
from pricing.editor.lookup import heads
from pricing.facts import GOODS_WORDS
from pricing.language.text.cards import HEADS
from pricing.language.text.parser import Trouble, parse
from pricing.language.vocabulary import (
    CARD_EXAMPLES,
    DAYS,
    KIND_NAMES,
    KIND_OF,
    SCOPE_WORDS,
    SWITCHES,
    WORDS,
    Word,
    words_for,
)
from pricing.model.kind import HELD, Kind

_PARTED = re.compile(r'[\s,"=]')
_BEGUN_KIND = re.compile(r"[A-Za-z-]+( [A-Za-z]*)?")


@frozen
class Proposal:
    """One thing to write."""

    text: str
    """What is put in the place of what was begun."""
    what: str
    """`word`, `kind`, `name`, `value`: for the sign beside it."""
    says: str = ""
    example: str = ""


@frozen
class Offers:
    """All that fits, and how many characters before the cursor it replaces."""

    begun: int
    offers: tuple[Proposal, ...]


NOTHING = Offers(0, ())


def offers(snapshot: Snapshot, key: str, line: int, before: str) -> Offers:
    """What could stand at the end of `before`, the text of a line (from 0) up to the cursor."""
    if before.count('"') % 2 or "#" in re.sub(r'"[^"]*"', "", before):
        return NOTHING  # in a label or a remark nobody wants to be interrupted
    begun = _last_word(before)
    rest = before[: len(before) - len(begun)]
    said, joined = _logical(snapshot, key, line, rest)
    if not said.strip():
        return _first(snapshot, key, line, before)
    place = _place(snapshot, key, line)
    if not joined and _BEGUN_KIND.fullmatch(before) and any(name.startswith(before.lower()) for name in KIND_NAMES):
        return Offers(len(before), tuple(_kinds()))
    found = list(_next(snapshot, said, place))
    return Offers(len(begun), tuple(dict.fromkeys(found)))


def _last_word(before: str) -> str:
    """What was begun at the end of a line, with the quote before it."""
    backwards = before[::-1]
    parted = _PARTED.search(backwards)
    if parted is None:
        return before
    return before[len(before) - parted.start() - (parted[0] == '"') :]


def _logical(snapshot: Snapshot, key: str, line: int, rest: str) -> tuple[str, bool]:
    """The line up to the cursor with the lines that it goes on from, and whether there are any."""
    lines = [text for text, _ in snapshot.source(key).lines()]
    parts = [rest]
    number = line - 1
    while 0 <= number < len(lines) and lines[number].split("#")[0].rstrip().endswith(","):
        parts.insert(0, lines[number].split("#")[0])
        number -= 1
    return " ".join(parts), len(parts) > 1


def _place(snapshot: Snapshot, key: str, line: int) -> Kind | str:
    """The kind of card, or `file`, `campaign`, `list`, `policy`, that a line stands in."""
    lines = [text for text, _ in snapshot.source(key).lines()][:line]
    for text in reversed(lines):
        words = text.split()[:2]
        if " ".join(words) in KIND_OF:
            return KIND_OF[" ".join(words)]
        if words and words[0] in HEADS and not (words[0] == "list" and text[:1].isspace()):
            return words[0]
    return "file"


def _first(snapshot: Snapshot, key: str, line: int, before: str) -> Offers:
    """The first word of a line."""
    begun = before.lstrip()
    place = _place(snapshot, key, line)
    own = [_offer(word) for word in words_for(place)] if place != "file" else []
    if before[:1].isspace():
        return Offers(len(begun), tuple(own))
    policy = key.rsplit("/", 1)[-1] == "policy.promo"
    if policy:
        top = [_offer(WORDS["policy"])] if place == "file" else []
    elif any(named.block.word == "campaign" for named in heads(snapshot, key)):
        top = [_offer(WORDS["list"]), *_kinds()]
    else:
        top = [_offer(WORDS["campaign"])]
    return Offers(len(begun), (*top, *own))


def _kinds() -> Iterator[Proposal]:
    for name in KIND_NAMES:
        yield Proposal(name, "kind", f"begins a {name}", CARD_EXAMPLES[KIND_OF[name]])


def _offer(word: Word) -> Proposal:
    text = "at most" if word.word == "at" else word.word
    return Proposal(text, "word", word.says, word.example)


def _next(snapshot: Snapshot, said: str, place: Kind | str) -> Iterator[Proposal]:
    """What follows the words of a line."""
    words = said.replace(",", " , ").split()
    first = words[0]
    if first == "except":
        if len(words) == 1:
            yield from (_offer(WORDS[word]) for word in SCOPE_WORDS)
            return
        yield from _names(snapshot, words[1], words)
    elif first in SCOPE_WORDS:
        yield from _names(snapshot, first, words)
    elif first == "counts":
        if len(words) == 1 or words[1:] == ["except"]:
            more = ("everything", "except") if len(words) == 1 else ()
            yield from (Proposal(word, "word") for word in more)
            yield from (_offer(WORDS[word]) for word in SCOPE_WORDS if word in GOODS_WORDS)
            yield from _names(snapshot, "list", [*words, "list"][:-1])
        else:
            yield from _names(snapshot, words[2 if words[1] == "except" else 1], words)
    elif first == "layer" and place != "policy":
        yield from (Proposal(layer.name, "name") for layer in snapshot.loaded.partial.policy.order if layer.name)
    elif first == "group" or words[-1] == "group":
        groups = {group for rule in snapshot.loaded.partial.rules for group in rule.groups}
        yield from (Proposal(group, "name") for group in sorted(groups))
    elif first in ("never", "combines"):
        yield from _others(snapshot, words, place)
    elif first == "order" and place == "policy":
        yield from (Proposal(name, "value") for name in KIND_NAMES if name != Kind.COIN_EXCHANGE)
    elif first == "days":
        yield from (Proposal(day, "value") for day in DAYS)
    elif first == "set":
        yield from _switches(words)
    elif first == "price" and len(words) == 1:
        yield from _names(snapshot, "skus", words)
    elif first == "trade" and words[-2:-1] == ["for"]:
        coupons = (rule for rule in snapshot.loaded.partial.rules if rule.given == HELD)
        yield from (Proposal(rule.name, "name", rule.label) for rule in coupons)
    elif first == "limit" and len(words) > 1:
        yield from _limits(words, place)
    else:
        yield from _grammar(said)


def _grammar(said: str) -> Iterator[Proposal]:
    """The words of the language that the grammar takes next."""
    found: set[str] = set()
    # The second asks what may follow a line that is complete: a sign that never fits makes the parser tell.
    for text in (said, f"{said} ="):
        tree = parse(text.strip())
        if isinstance(tree, Trouble) and tree.start >= len(said.strip()):
            found |= set(tree.expected)
    ends = {
        "ladder": ("store", "order", "sku"),
        "budget": ("day",),
        "at": ("item", "store", "order"),
        "funded": ("platform", "seller"),
    }
    words = said.split()
    if words[-1] in ("per", "by"):
        yield from (Proposal(end, "value") for end in ends.get(words[0], ()))
    yield from (Proposal(word, "word") for word in sorted(found - {"=", ","}))


ALL_TOGETHER = "by all customers together"


def _limits(words: list[str], place: Kind | str) -> Iterator[Proposal]:
    if place == "policy":
        if len(words) == 2:
            yield from (Proposal(name, "kind") for name in KIND_NAMES)
        elif words[-1] == "per":
            yield from (Proposal(per, "value") for per in ("order", "store"))
        else:
            yield Proposal("per", "word")
        return
    number = "use" if words[1] == "1" else "uses"
    if len(words) == 2:
        ends = [f"{number} per customer", f"{number} per order", f"{number} per day", f"{number} in total"]
        says = {f"{number} per day": ALL_TOGETHER}
        yield from (
            Proposal(end, "value", says.get(end, "")) for end in (*ends, "items per order", "items per customer")
        )
    elif words[-1] == "per":
        pers = ("customer", "order", "day", "customer and day")
        yield from (Proposal(per, "value", ALL_TOGETHER if per == "day" else "") for per in pers)
    elif words[-1] == "in":
        yield Proposal("total", "word")
    else:
        yield from (Proposal(word, "word") for word in ("per", "in total"))


def _switches(words: list[str]) -> Iterator[Proposal]:
    if len(words) == 1:
        yield from (Proposal(f"{switch} to", "value", " or ".join(values)) for switch, values in SWITCHES.items())
    elif len(words) == 2:
        yield Proposal("to", "word")
    elif words[1] in SWITCHES:
        yield from (Proposal(value, "value") for value in SWITCHES[words[1]])


def _names(snapshot: Snapshot, word: str, words: Iterable[str]) -> Iterator[Proposal]:
    """Names that can follow a scope word: those of the catalogue, else those that cards use; and lists."""
    used = set(words)
    if words and list(words)[-1] != "list":
        known = snapshot.catalogue.names.get(word)
        names = known if known is not None else _used_names(snapshot, word)
        for name in sorted(names):
            if name not in used:
                yield Proposal(_quoted(name), "name", snapshot.catalogue.title(word, name))
    listed = sorted({named.name.text for key in snapshot.blocks for named in heads(snapshot, key)
                     if named.block.word == "list"})  # fmt: skip
    prefix = "" if list(words)[-1] == "list" else "list "
    yield from (Proposal(prefix + name, "name") for name in listed)


def _used_names(snapshot: Snapshot, word: str) -> set[str]:
    rules = snapshot.loaded.partial.rules
    scopes = [scope for rule in rules for scope in (rule.scope, rule.audience)]
    clauses = [clause for scope in scopes for clause in (*scope.only, *scope.never)]
    return {name for clause in clauses if clause.word == word for name in clause.values}


def _quoted(name: str) -> str:
    return f'"{name}"' if name in WORDS or name in KIND_OF or name == "list" else name


def _others(snapshot: Snapshot, words: list[str], place: Kind | str) -> Iterator[Proposal]:
    """What follows `never` and `combines`: kinds, and in a card the names of others."""
    if "with" not in words:
        if place == "policy" and words[0] == "never":
            yield from (Proposal(name, "kind") for name in KIND_NAMES)
        yield Proposal("with", "word")
        return
    if words[0] == "never" or place == "policy":
        yield from (Proposal(name, "kind") for name in KIND_NAMES)
        if place != "policy":
            yield Proposal("anything", "word")
    if place == "policy":
        return
    for rule in snapshot.loaded.partial.rules:
        if words[0] == "never" or rule.kind == place:
            yield Proposal(_quoted(rule.name), "name", rule.label)
