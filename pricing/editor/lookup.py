"""What stands at a place: which card or list is named there, where it was written, and what there is to tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from attrs import frozen

from pricing.editor.folder import Snapshot
from pricing.language.describe import paragraph
from pricing.language.loading.catalogue import Item
from pricing.language.text.syntax import Atom, Block, Clause, Listed, Never, TradeLine
from pricing.language.vocabulary import INNER_WORDS, SCOPE_WORDS, WORDS, inner_word

_TOKEN = re.compile(r'"[^"\r\n]*"?|[^\s,"=#]+')


@frozen
class Named:
    """The head line of a card, list, campaign or policy."""

    key: str
    """Its file in the folder."""
    block: Block
    name: Atom

    @property
    def what(self) -> str:
        """`seller coupon`, `list`, `campaign`."""
        return self.block.kind or self.block.word


@frozen
class Token:
    """A word or a quoted text of a line."""

    text: str
    """Without quotes."""
    start: int
    end: int
    """Offsets in the file."""
    before: tuple[str, ...]
    """The words before it on its line."""


def heads(snapshot: Snapshot, key: str) -> Iterator[Named]:
    """Everything with a name in one file, in order."""
    for block in snapshot.blocks.get(key, ()):
        if block.name is not None:
            yield Named(key, block, block.name)


def token_at(snapshot: Snapshot, key: str, offset: int) -> Token | None:
    """The word that an offset is in or beside; None in a remark and in empty space."""
    source = snapshot.source(key)
    line, column = source.position(offset)
    text = source.line(line)
    begin = offset - (column - 1)
    before: list[str] = []
    for found in _TOKEN.finditer(_without_remark(text)):
        start, end = begin + found.start(), begin + found.end()
        word = found[0].strip('"')
        if start <= offset <= end:
            return Token(word, start, end, tuple(before))
        before.append(word)
    return None


def _without_remark(text: str) -> str:
    inside = False
    for place, letter in enumerate(text):
        if letter == '"':
            inside = not inside
        elif letter == "#" and not inside:
            return text[:place]
    return text


def definitions(snapshot: Snapshot, key: str, token: Token) -> list[Named]:
    """Where the card or list of a name is written; a list of the same file comes before those of others."""
    everything = (named for other in sorted(snapshot.blocks) for named in heads(snapshot, other))
    found = [named for named in everything if named.name.text == token.text]
    lists = [named for named in found if named.block.word == "list"]
    cards = [named for named in found if named.block.word == "card"]
    if token.before[-1:] == ("list",):
        return [named for named in lists if named.key == key] or lists
    return cards if _names_cards(token) else []


def told(snapshot: Snapshot, key: str, token: Token) -> str:
    """What to show for a word, as Markdown; empty when there is nothing to tell."""
    if not token.before and token.text in WORDS:
        return _of_word(token.text)
    for named in definitions(snapshot, key, token) if _names_cards(token) else ():
        if named.block.word == "list":
            return f"**list {named.name.text}**\n\n```promo\n{_block_text(snapshot, named)}\n```"
    rules = {rule.name: rule for rule in snapshot.loaded.partial.rules}
    if _names_cards(token) and token.text in rules:
        rule = rules[token.text]
        partly = "\n\n*This card has a mistake: what is told here is only what could be read.*"
        broken = any(is_broken(snapshot, named) for named in definitions(snapshot, key, token))
        return f"**{rule.name}** — {rule.kind}\n\n{paragraph(rule)}{partly if broken else ''}"
    return _of_name(snapshot, key, token) or _of_inner_word(token)


def is_broken(snapshot: Snapshot, named: Named) -> bool:
    """Whether a card has a mistake in any of its lines."""
    starts = [block.start for block in snapshot.blocks[named.key]]
    end = min(
        (start for start in starts if start > named.block.start), default=len(snapshot.source(named.key).text) + 1
    )
    return any(item.file == named.key and named.block.start <= item.start < end for item in snapshot.loaded.errors)


def _names_cards(token: Token) -> bool:
    """Whether a word can be the name of a card or list: after a scope word only lists are named, after `list`."""
    if token.before[-1:] == ("list",):
        return True
    return not token.before or token.before[0] not in (*SCOPE_WORDS, "except", "price")


def uses(snapshot: Snapshot, goal: Named) -> Iterator[tuple[str, Atom]]:
    """(file, place) of everything that names a card or list, its own head line included."""
    name, is_list = goal.name.text, goal.block.word == "list"
    for key in sorted(snapshot.blocks):
        own = [named for named in heads(snapshot, key) if named.block.word == "list" and named.name.text == name]
        if is_list and own and key != goal.key:
            continue  # there the name means that file's own list
        for block in snapshot.blocks[key]:
            if block.name is not None and block.name.text == name and block.word == goal.block.word:
                yield key, block.name
            for clause in block.clauses:
                atoms = _listed(clause) if is_list else _carded(clause)
                yield from ((key, atom) for atom in atoms if atom.text == name)


def _listed(clause: Clause) -> Iterator[Atom]:
    """The lists that a line names."""
    for phrase in clause.values if isinstance(clause, Listed) else ():
        if len(phrase.atoms) > 1 and phrase.atoms[-2].text == "list" and not phrase.atoms[-2].quoted:
            yield phrase.atoms[-1]


def _carded(clause: Clause) -> Iterator[Atom]:
    """The cards that a line names."""
    if isinstance(clause, TradeLine):
        yield clause.coupon
    elif isinstance(clause, Never) or (isinstance(clause, Listed) and clause.word.text == "combines"):
        for phrase in clause.values:
            if len(phrase.atoms) == 1:
                yield phrase.atoms[0]


def _of_word(word: str) -> str:
    known = WORDS[word]
    return f"**{word}** — {known.says}\n\n```promo\n{known.example}\n```"


def _of_inner_word(token: Token) -> str:
    """What a word in the middle of a line says, such as `in steps` for `steps`; names of goods and the like are none."""
    if not token.before or any(word in SCOPE_WORDS for word in token.before[:2]):
        return ""
    entry = inner_word(token.text)
    if not entry:
        return ""
    says, example = INNER_WORDS[entry]
    return f"**{entry}** — {says}\n\n```promo\n{example}\n```"


def _of_name(snapshot: Snapshot, key: str, token: Token) -> str:
    """What the catalogue knows of a name in a scope line; what there is to know of a time zone."""
    words = [word for word in token.before if word != "except"]
    word = words[0] if words else ""
    if word == "zone":
        return _of_zone(snapshot, key, token.text)
    if word in ("skus", "price", ""):
        return _of_item(snapshot, token.text)
    names = snapshot.catalogue.names.get(word, frozenset())
    if token.text not in names:
        return ""
    title = snapshot.catalogue.title(word, token.text)
    goods = [item for item in snapshot.catalogue.items if _is_of(item, word, token.text)]
    facts = [title, f"{len(goods)} sku{'' if len(goods) == 1 else 's'}" if word in _COLUMNS and goods else ""]
    said = ", ".join(filter(None, facts))
    return f"**{token.text}** — {said}" if said else f"**{token.text}** is in {snapshot.catalogue.files[word]}"


_COLUMNS = ("stores", "categories", "brands")


def _is_of(item: Item, word: str, name: str) -> bool:
    if word == "categories":
        return any(own == name or own.startswith(f"{name}/") for own in item.categories)
    return (item.store if word == "stores" else item.brand) == name


def _of_zone(snapshot: Snapshot, key: str, name: str) -> str:
    """The offsets from UTC that a zone has when the campaign begins and ends."""
    campaign = next((one for one in snapshot.loaded.partial.campaigns if one.place.file == key), None)
    if campaign is None or campaign.zone != name:
        return ""
    ends = [at.astimezone(ZoneInfo(name)) for at in (campaign.valid.start, campaign.valid.end) if at is not None]
    said = ", ".join(f"on {at.date().isoformat()} UTC{at.strftime('%z')[:3]}:{at.strftime('%z')[3:]}" for at in ends)
    return f"**{name}** — the zone of all times in this file" + (f": {said}" if said else "")


def _of_item(snapshot: Snapshot, name: str) -> str:
    for item in snapshot.catalogue.items:
        if item.sku == name:
            facts = (item.store, item.price, " ".join(item.categories), item.brand, " ".join(item.tags))
            return f"**{name}** — " + ", ".join(fact for fact in facts if fact)
    return ""


def _block_text(snapshot: Snapshot, named: Named) -> str:
    end = max([named.block.end, *(line.end for line in named.block.clauses)])
    text = snapshot.source(named.key).text[named.block.start : end]
    return text if len(text) <= 600 else text[:600] + " …"
