"""Scope lines: names checked, lists filled in, one model `Clause` for each line.

Reads `Listed` syntax; makes clauses for `Scope.only` and `Scope.never`; used by `resolve` for cards and lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from unicodedata import normalize

from attrs import evolve

from pricing.facts import AUDIENCE_WORDS, FACT_OF, FACTS, LINE
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.diagnostics.nearest import nearest, surely
from pricing.language.diagnostics.source import HasSpan
from pricing.language.meaning.countries import code_of, countries
from pricing.language.meaning.home import Home
from pricing.language.meaning.lists import NamedList
from pricing.language.meaning.values import amount
from pricing.language.text import sayings
from pricing.language.text.syntax import NAME, Atom, Block, Listed, Phrase
from pricing.language.vocabulary import SCOPE_WORDS, SLIPS
from pricing.model.scope import Clause, Scope

FEW = 12
"""So many names are told, where none is like what was written."""


def only(line: Listed, home: Home) -> Clause | None:
    """The clause of a line that begins with a scope word."""
    if line.word.text == "prices":
        return _prices(line.word, line.values, home)
    return _clause(line.word.text, line.values, home)


def never(line: Listed, home: Home) -> Clause | None:
    """The clause of an `except` line."""
    split = except_word(line, home)
    return None if split is None else _read(split[0], split[1], home)


def _read(word: Atom, phrases: tuple[Phrase, ...], home: Home) -> Clause | None:
    """The clause of a scope word and what follows it: values, the name of a list, a span of prices, nothing."""
    if word.text == "list":
        return _whole_list(phrases, home)
    if word.text == "prices":
        return _prices(word, phrases, home)
    return Clause("reduced") if word.text == "reduced" else _clause(word.text, phrases, home)


def except_word(line: Listed, home: Home) -> tuple[Atom, tuple[Phrase, ...]] | None:
    """The scope word of an `except` line, and its values."""
    first = line.values[0]
    word = first.atoms[0]
    rest = first.atoms[1:]
    if word.text in _HEADS and not word.quoted:
        if not rest and word.text != "reduced":
            home.findings.add(
                "P0119", line, f"This line does not say which {word.text} are left out.",
                helps=("An except line looks like: except categories gift-cards",),
            )  # fmt: skip
            return None
        if word.text == "reduced":
            _nothing_behind(word, Phrase(rest) if rest else None, line.values[1:], home)
        return word, (Phrase(rest), *line.values[1:]) if rest else ()
    saying = sayings.meant(f"except {first.text}") if len(line.values) == 1 else None
    if saying is not None and saying.right:
        right = saying.right.removeprefix("except ")
        home.findings.add(
            "P0119", first, saying.says, caret=f"write except {right}", helps=saying.helps,
            fix=home.findings.replace(first, right),
        )  # fmt: skip
        return None
    meant = SLIPS.get(word.text.lower(), "") or nearest(word.text, _HEADS, 0.7) or ""
    good = meant in SCOPE_WORDS and bool(rest)
    fix = home.findings.replace(word, meant, safe=True) if good else None
    kinds = [known for known, names in home.catalogue.names.items() if word.text in names]
    if not good and len(kinds) == 1:
        good, meant = True, f"{kinds[0]} {word.text}"
        fix = home.findings.replace(word, meant)
    home.findings.add(
        "P0119", word, "After except comes what is left out: stores, categories, skus and so on.",
        caret=f"did you mean {meant}?" if good else "",
        helps=("An except line looks like: except categories gift-cards",), fix=fix,
    )  # fmt: skip
    return None


_HEADS = (*SCOPE_WORDS, "prices", "reduced", "list")
_GOODS = tuple(fact.word for fact in FACTS if fact.of == LINE)
"""What goods can be told by."""


def counted(lines: Sequence[Listed], home: Home) -> Scope | None:
    """What the `counts` lines of a card say; None when there are none, or when they cannot be read."""
    sides: tuple[list[Clause], list[Clause]] = ([], [])
    good = bool(lines)
    for line in lines:
        first = line.values[0]
        atoms = first.atoms
        if first.text == "everything" and not first.quoted and len(line.values) == 1:
            continue
        side = 1 if atoms[0].text == "except" and not atoms[0].quoted else 0
        clause = goods((Phrase(atoms[side:]), *line.values[1:]) if len(atoms) > side else (), line, home, "counts")
        if clause is None:
            good = False
        else:
            sides[side].append(clause)
    return Scope(tuple(sides[0]), tuple(sides[1])) if good else None


def goods(phrases: tuple[Phrase, ...], where: HasSpan, home: Home, what: str) -> Clause | None:
    """Goods as `counts` and the slots of a bundle name them: one scope word with its values, or a list."""
    word = phrases[0].atoms[0] if phrases else None
    if word is None or word.text not in (*_GOODS, "list") or word.quoted:
        meant = SLIPS.get(word.text.lower(), "") if word is not None else ""
        fits = word is not None and meant in _GOODS
        home.findings.add(
            "P0138", word or where, f"This {what} line does not say by what the goods are told.",
            caret=f"did you mean {meant}?" if fits else "",
            helps=(_GOODS_HELP[what],),
            fix=home.findings.replace(word, meant, safe=True) if fits and word is not None else None,
        )  # fmt: skip
        return None
    rest = phrases[0].atoms[1:]
    if word.text == "reduced":
        _nothing_behind(word, Phrase(rest) if rest else None, phrases[1:], home)
        return Clause("reduced")
    if not rest:
        home.findings.add("P0138", word, f"This {what} line breaks off too early.", helps=(_GOODS_HELP[what],))
        return None
    return _read(word, (Phrase(rest), *phrases[1:]), home)


_GOODS_HELP = {
    "counts": "Such a line looks like: counts categories clothes/coats, counts except skus MUG-1, or counts everything",
    "bundle": "It looks like: bundle 1 of list mains + 1 of categories food/snacks + 1 of skus COLA, WATER for 5.00",
}


def _nothing_behind(word: Atom, rest: Phrase | None, more: tuple[Phrase, ...], home: Home) -> None:
    extra = rest or (more[0] if more else None)
    if extra is not None:
        home.findings.add("P0138", extra, f"Behind {word.text} stands nothing more.", caret="leave this out")


def _whole_list(phrases: tuple[Phrase, ...], home: Home) -> Clause | None:
    """`list NAME` for all that it lists."""
    if len(phrases) > 1 or len(phrases[0].atoms) > 1:
        _no_comma("", Phrase(tuple([atom for phrase in phrases for atom in phrase.atoms])), home)
        return None
    name = phrases[0].atoms[0]
    named = _list_called(name, home)
    if named is None:
        return None
    people = sorted({clause.word for clause in (*named.any_of, *named.but_not)} & set(AUDIENCE_WORDS))
    if people:
        home.findings.add(
            "P0234", name, f'The list "{name.text}" has a {people[0]} line, and goods are meant here.',
            caret="not a list of goods", notes=(f"the list is at {named.place}",),
        )  # fmt: skip
        return None
    return named.clause() if named.any_of else None


def _prices(word: Atom, phrases: tuple[Phrase, ...], home: Home) -> Clause | None:
    """`prices from N`, `prices N to M`."""
    atoms = phrases[0].atoms if len(phrases) == 1 else ()
    texts = [atom.text for atom in atoms]
    low = high = None
    if texts[:1] == ["from"] and len(texts) > 1:
        low = _joined(atoms[1:])
    elif "to" in texts[1:]:
        at = texts.index("to")
        low, high = _joined(atoms[:at]), _joined(atoms[at + 1 :])
    if low is None or (high is None and texts[:1] != ["from"]):
        home.findings.add(
            "P0139", phrases[0] if phrases else word, "This prices line cannot be read.",
            helps=("It looks like: prices from 20.00, or: prices 20.00 to 50.00",),
        )  # fmt: skip
        return None
    least = amount(low, home, zero=True)
    most = None if high is None else amount(high, home, zero=True)
    if least is None or (high is not None and most is None):
        return None
    if most is not None and most < least:
        home.findings.add("P0139", phrases[0], "These prices end before they begin.", caret="the other way round?")
        return None
    return Clause("prices", low=least, high=most)


def _joined(atoms: Sequence[Atom]) -> Atom | None:
    """Amounts with `|` between them as one atom."""
    if len(atoms) % 2 == 0 or any(atom.text != "|" for atom in atoms[1::2]):
        return None
    first, *others = atoms[::2]
    return evolve(first, others=tuple(others)) if others else first


def _known(names: Collection[str]) -> tuple[str, ...]:
    """The names there are, when they are few."""
    return (f"There are: {', '.join(sorted(names))}.",) if 0 < len(names) <= FEW else ()


def _dashed(text: str) -> str:
    return re.sub("[\u2010-\u2015\u2212]", "-", text)


def as_typed(text: str) -> str:
    """The text with the signs of other keyboards and of word processors made those of the language."""
    return _dashed(normalize("NFKC", text))


def not_a_name(atom: Atom, findings: Findings, right: str = "", sure: bool = False) -> None:
    """Say that a name is not one, and what was most likely meant: safe when `sure`, or when only its dashes are odd."""
    dashes = right == _dashed(atom.text)
    odd = "these dashes are not the plain one" if dashes else "a comma or letter of another keyboard"
    findings.add(
        "P0209", atom, f'"{atom.text[:40]}" is not a name.', caret=odd if right else "",
        helps=("Names are made of letters, digits and the signs - _ . /, and are at most 100 characters long.",),
        fix=findings.replace(atom, right, safe=sure or dashes) if right else None,
    )  # fmt: skip


def read_list(block: Block, home: Home, seen: dict[str, NamedList]) -> NamedList | None:
    """A `list NAME` block; lists named inside it must stand above it, in `seen`."""
    if block.name is None:
        return None
    values: dict[str, set[str]] = {}
    removed: dict[str, set[str]] = {}
    clauses: tuple[list[Clause], list[Clause]] = ([], [])
    before = len(home.findings.found)
    home.lists = seen
    for line in block.clauses:
        if not isinstance(line, Listed):
            continue
        word = line.word.text
        if word == "except":
            clause, side = never(line, home), 1
        elif word in SCOPE_WORDS or word == "prices":
            clause, side = only(line, home), 0
        else:
            continue
        if clause is None:
            continue
        clauses[side].append(clause)
        if clause.word in SCOPE_WORDS:
            (removed if side else values).setdefault(clause.word, set()).update(clause.values)
        # What an inner list takes out stays out.
        removed.setdefault(clause.word, set()).update(clause.removed if not side else ())
    return NamedList(
        block.name.text,
        {word: frozenset(names) for word, names in values.items()},
        {word: frozenset(names) for word, names in removed.items() if names},
        tuple(clauses[0]),
        tuple(clauses[1]),
        home.findings.place(block.name),
        not block.broken and len(home.findings.found) == before,
    )


def _clause(word: str, phrases: Sequence[Phrase], home: Home) -> Clause | None:
    values: set[str] = set()
    removed: set[str] = set()
    good = True
    for phrase in phrases:
        if home.findings.full:
            return None
        first = phrase.atoms[0]
        if first.text == "list" and not first.quoted and len(phrase.atoms) > 1:
            named = _named_list(word, phrase, home)
            if named is None:
                good = False
            else:
                values |= named.values.get(word, frozenset())
                removed |= named.removed.get(word, frozenset())
            continue
        if first.text == "list" and not first.quoted:
            home.findings.add(
                "P0206", first, "This does not say which list.", helps=("Write its name: stores list select-stores",)
            )
            good = False
            continue
        if len(phrase.atoms) > 1:
            _no_comma(word, phrase, home)
            good = False
            continue
        if not _good_name(word, first, home):
            good = False
            continue
        if first.text in values:
            home.findings.add(
                "P0602", first, f"{first.text} is named twice in this line.", caret="once is enough",
            )  # fmt: skip
        values.add(first.text)
    if not values or not good:
        return None
    # `removed` matters only where it can take something: an exact value, or a category under one of them.
    return Clause(word, tuple(sorted(values)), tuple(sorted(removed)))


def _named_list(word: str, phrase: Phrase, home: Home) -> NamedList | None:
    name = phrase.atoms[1]
    if len(phrase.atoms) > 2:
        _no_comma("", Phrase(phrase.atoms[1:]), home)
        return None
    named = _list_called(name, home)
    if named is None or (not named.values.get(word) and not named.sound):
        return None
    if not named.values.get(word):
        has = ", ".join(sorted(named.values)) or "nothing"
        home.findings.add(
            "P0234", name, f'The list "{name.text}" has no {word} line.', caret=f"it lists {has}",
            notes=(f"the list is at {named.place}",),
        )  # fmt: skip
        return None
    return named


def _list_called(name: Atom, home: Home) -> NamedList | None:
    home.named.add(name.text)
    named = home.lists.get(name.text)
    if named is None and name.text in home.elsewhere_twice:
        home.findings.add(
            "P0206", name, f'Several files have a list called "{name.text}", and this file has none.',
            helps=("Give the lists different names, or put the list into this file.",),
        )  # fmt: skip
        return None
    if named is None:
        meant = home.findings.nearest(name.text, home.lists)
        home.findings.add(
            "P0206", name, f'There is no list called "{name.text[:60]}".',
            helps=(f"Did you mean {meant}?",) if meant else ("A list begins with: list select-stores",),
            fix=home.findings.replace(name, meant, safe=surely(name.text, meant, home.lists)) if meant else None,
        )  # fmt: skip
        return None
    return named


def _no_comma(word: str, phrase: Phrase, home: Home) -> None:
    one = "-".join(atom.text.lower() for atom in phrase.atoms)
    if word in home.catalogue.names and one in home.catalogue.names[word]:
        home.findings.add(
            "P0109", phrase, "A name has no spaces.", caret="is this one name?", helps=(f"Did you mean {one}?",),
            fix=home.findings.replace(phrase, one),
        )  # fmt: skip
        return
    called = home.catalogue.called(word, " ".join(atom.text for atom in phrase.atoms))
    if called:
        home.findings.add(
            "P0109", phrase, "This is what people call it, not its name.", caret=f"its name is {called}",
            helps=(f"Did you mean {called}?",), fix=home.findings.replace(phrase, called),
        )  # fmt: skip
        return
    first, rest = phrase.atoms[0], phrase.atoms[1:]
    if word and first.text in ("not", "except", "without") and not first.quoted:
        right = " ".join([f'"{atom.text}"' if atom.quoted else atom.text for atom in rest])
        home.findings.add(
            "P0109", phrase, "What is left out stands on a line of its own, behind except.",
            caret=f"write except {word} {right}", helps=("Such a line looks like: except categories gift-cards",),
        )  # fmt: skip
        return
    saying = sayings.meant(f"{word} {phrase.text}") if word else None
    if saying is not None and saying.right.startswith(f"{word} "):
        right = saying.right.removeprefix(f"{word} ")
        home.findings.add(
            "P0109", phrase, saying.says, caret=f"write {right}", helps=saying.helps,
            fix=home.findings.replace(phrase, right) if home.catalogue.has(word, right) else None,
        )  # fmt: skip
        return
    values = [
        atom if atom.quoted else evolve(atom, text=atom.text.rstrip(";|"))
        for atom in phrase.atoms
        if atom.quoted or atom.text not in ("and", "or", "&", "+", ";", "|", "/")
    ]
    right = ", ".join(f'"{atom.text}"' if atom.quoted else atom.text for atom in values)
    known = home.catalogue.names.get(word)
    fits = all(atom.text in known for atom in values) if known is not None else _told_apart(values, phrase)
    home.findings.add(
        "P0109", phrase, "Between values there is a comma.", caret="names have no spaces",
        helps=("Commas widen: stores nova-home, luma-lights",),
        fix=home.findings.replace(phrase, right) if fits and values else None,
    )  # fmt: skip


def _told_apart(values: Sequence[Atom], phrase: Phrase) -> bool:
    """Whether words are names rather than everyday speech, where no catalogue says it."""
    return len(values) < len(phrase.atoms) or all(not atom.text.isalpha() for atom in values)


def _shaped(word: str, atom: Atom, home: Home) -> None:
    """Tell a value that is no name of our own and does not look as such values do, and a country that there is not."""
    fact, name = FACT_OF[word], atom.text
    shaped = not fact.shape or re.fullmatch(fact.shape, name) is not None
    if word == "countries" and not (shaped and name in countries()):
        right = code_of(name)
        says = f"No country has the code {name}." if shaped else fact.shaped
        caret = f"did you mean {right}?" if right else f"not a {fact.one}"
    elif not shaped:
        right = name.upper() if re.fullmatch(fact.shape, name.upper()) else ""
        says, caret = fact.shaped, f"not a {fact.one}"
    elif name.lower() in _ALL and not atom.quoted and word not in home.catalogue.names:
        right, says, caret = "", f"{name} is a name here, like any other.", "did you mean all of them?"
    else:
        return
    home.findings.add(
        "P0231" if fact.shape else "P0253", atom, says, caret=caret,
        helps=_instead(word, name),
        fix=home.findings.replace(atom, right) if right else None,
    )  # fmt: skip


def _instead(word: str, name: str) -> tuple[str, ...]:
    if name.lower() in _ALL:
        return (f"For all of them, leave the {word} line out.",)
    if word == "countries" and name.lower() in ("eu", "europe"):
        return ("A group of countries has no code; list them, as in: countries DE, FR, IT",)
    return ()


_ALL = frozenset({"all", "any", "every", "everybody", "everyone", "everything", "everywhere", "none", "nobody"})
"""What people write where no line says it."""


def _good_name(word: str, atom: Atom, home: Home) -> bool:
    name = atom.text
    if not NAME.fullmatch(name) and not (atom.quoted and name.strip() and len(name) <= 100):
        parts = [part.strip() for part in as_typed(name).split(",")]
        right = ", ".join(parts) if all(map(NAME.fullmatch, parts)) else ""
        sure = word in home.catalogue.names and all(home.catalogue.has(word, part) for part in parts)
        not_a_name(atom, home.findings, right, sure)
        return False
    fact = FACT_OF[word]
    _shaped(word, atom, home)
    if home.catalogue.has(word, name):
        return True
    known, file = home.catalogue.names[word], home.catalogue.files[word]
    called = f"list {name}" if name in home.lists else home.catalogue.called(word, name)
    meant = called or home.findings.nearest(name, known)
    home.findings.add(
        fact.unknown, atom, f'There is no {fact.one} called "{name}".', caret=f"not in {file}",
        helps=(f"Did you mean {meant}?",) if meant else _known(known),
        fix=home.findings.replace(atom, meant, safe=surely(name, meant, known)) if meant else None,
    )  # fmt: skip
    return False
