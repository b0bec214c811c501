"""The texts of a rule folder to a `RuleBook`: every file for itself, then all that lies between files.

Reads texts, and perhaps `Entry`s of an earlier load, which stand in for files that have not changed; makes the rules, all
there is to say about them, and the entries for the next time. Called by `load`. It goes by `STAGES`, a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice

from attrs import Factory, define, evolve, field, frozen

from pricing.language.diagnostics.diagnostic import MOST, Diagnostic, Findings
from pricing.language.diagnostics.source import Source
from pricing.language.loading import texts
from pricing.language.loading.catalogue import NO_CATALOGUE, Catalogue, read_catalogue, too_fine
from pricing.language.loading.entry import Entry, diagnostics_of, digest, key_of
from pricing.language.loading.rule_file import Names, RuleFile, same_lists, shared_lists
from pricing.language.loading.texts import FolderTexts, Text
from pricing.language.meaning.lists import NamedList
from pricing.language.meaning.references import unique
from pricing.language.meaning.resolve import Card
from pricing.language.sense import checks, checks_between, checks_together
from pricing.model.bulk import CollectorAtRest
from pricing.model.packed import Pack, Rules
from pricing.model.policy import HOUSE_POLICY, Policy
from pricing.model.rule import Campaign
from pricing.model.rulebook import RuleBook

Find = Callable[[str, bytes], Entry | None]
"""Gives the entry of a file by its name in the folder and its key, if there is one."""
Tell = Callable[[int, int], None]
"""Is told how many characters of how many are done."""


@frozen
class Made:
    """What a folder's texts came to."""

    book: RuleBook
    told: list[Diagnostic]
    entries: Mapping[str, Entry] = field(factory=dict)
    """Of every file without mistakes, by its name in the folder."""
    rest: Callable[[], list[Diagnostic]] | None = None
    """Does the last stage, which was put off, and gives all that there is to tell."""


def book_of(
    given: Mapping[str, Text],
    prefix: str,
    find: Find | None,
    keep: bool,
    tell: Tell | None = None,
    hold: bool = False,
    doubts: bool = True,
) -> Made:
    """The rules of texts by their name in the folder. `keep`: packed, and with entries for the next time; `hold`: entries
    hold their cards in memory as well, and the last stage, which doubts and refuses nothing, is put off; without `doubts`
    it is left out."""
    with CollectorAtRest():
        folder = FolderState(given, prefix, find, keep, tell or _nobody, hold)
        for stage in STAGES[:-1] if hold or not doubts else STAGES:
            _done(stage, folder)
        return evolve(folder.made(), rest=lambda: _rest(folder)) if hold else folder.made()


def _done(stage: Stage, folder: FolderState) -> None:
    stage.work(folder)
    for file in folder.kept():
        if stage.stale is not None and stage.stale(folder, file):
            folder.read(file)


def _rest(folder: FolderState) -> list[Diagnostic]:
    with CollectorAtRest():
        _done(STAGES[-1], folder)
        return folder.made().told


def _nobody(done: int, total: int) -> None:
    pass


@define(slots=False)
class FolderState:
    """A folder on its way: what it was given, and what the stages have made of it so far."""

    given: Mapping[str, Text]
    prefix: str
    find: Find | None
    keep: bool
    tell: Tell
    hold: bool = False
    texts: FolderTexts = Factory(lambda: FolderTexts([], {}, {}, {}))
    catalogue: Catalogue = NO_CATALOGUE
    keys: dict[str, bytes] = field(factory=dict)
    """What each file's entry is kept under: its name, its text and all tables."""
    policy: Policy = HOUSE_POLICY
    told: list[Diagnostic] = field(factory=list)
    """About the folder, its tables and its policy."""
    files: dict[str, RuleFile] = field(factory=dict)
    """By name in the folder, in order."""
    shared: Mapping[str, NamedList] = field(factory=dict)
    """The lists that any file may name."""
    twice: Sequence[str] = ()
    """The names that several files have given to lists."""
    walk: bool = False
    """Whether each card is held against all goods of the catalogue."""
    names: Names = Factory(lambda: Names([]))
    book: RuleBook = Factory(RuleBook)
    entries: Mapping[str, Entry] = field(factory=dict)
    work: _Progress = Factory(lambda self: _Progress(0, self.tell), takes_self=True)

    def kept(self) -> list[RuleFile]:
        """The files that still stand as they were kept."""
        return [file for file in self.files.values() if file.facts is not None]

    def findings(self) -> dict[str, Findings]:
        return {file.source.name: file.findings for file in self.files.values()}

    def read(self, file: RuleFile) -> None:
        """The cards of a file from its text; what was kept of it is forgotten."""
        if file.entry is not None:
            file.read_again()
            file.read_lists(self.catalogue)
            self.work.done(file.source)
        file.read_cards(self.shared, self.twice)
        self.work.done(file.source)

    def made(self) -> Made:
        found = [each for file in self.files.values() for each in (*file.apart, *file.findings.found)]
        return Made(self.book, [*self.told, *found], self.entries)


# The stages


def _sort_out(folder: FolderState) -> None:
    folder.texts = texts.sorted_out(folder.given, folder.prefix)
    folder.work = _Progress(sum(len(source.text) for source in folder.texts.campaigns.values()), folder.tell)


def _read_tables(folder: FolderState) -> None:
    folder.catalogue, unread = read_catalogue(folder.texts.tables)
    folder.told += unread


def _read_policy(folder: FolderState) -> None:
    folder.policy, found = texts.policy_of(folder.texts.policies)
    folder.told += found
    folder.told += [each for several in folder.texts.told.values() for each in several]


def _open_files(folder: FolderState) -> None:
    """A file is what was kept under its key, while its zone's own days and hours are those of then; or its text."""
    tables = [part.encode("utf-8", "surrogatepass") for each in folder.texts.tables.items() for part in each]
    key = digest(*tables)
    for name, source in folder.texts.campaigns.items():
        if folder.keep:
            folder.keys[name] = key_of(folder.prefix + name, texts.bytes_of(folder.given[name]), key)
        entry = folder.find(name, folder.keys[name]) if folder.find and folder.keep else None
        if entry is not None and folder.hold and entry.cards is None:
            entry = evolve(entry, cards={})
        file = folder.files[name] = RuleFile(source, entry if entry is not None and entry.zone_holds() else None)
        if file.entry is None:
            file.read_lists(folder.catalogue)
            folder.work.done(source)


def _share_lists(folder: FolderState) -> None:
    folder.shared, folder.twice = shared_lists(folder.files.values())


def _read_new(folder: FolderState) -> None:
    for file in folder.files.values():
        if file.facts is None:
            folder.read(file)


def _say_whether_to_walk(folder: FolderState) -> None:
    folder.walk = checks.walks(sum(len(file.names) for file in folder.files.values()), folder.catalogue)


def _gather_names(folder: FolderState) -> None:
    folder.names = Names(list(folder.files.values()))


def _other_names(folder: FolderState, file: RuleFile) -> bool:
    assert file.facts is not None
    return any(folder.names.kind_of(name) != kind for name, kind in file.facts.used_names)


def _tell_of_names(folder: FolderState) -> None:
    """What was said of each file before names were known comes first, then which names stand twice."""
    for file in folder.kept():
        assert file.facts is not None
        file.findings.again(diagnostics_of(file.facts.before))
    every = list(folder.files.values())
    unique(_alike(every, [file.names for file in every]), folder.findings())


def _finish(folder: FolderState) -> None:
    for file in folder.files.values():
        if file.facts is not None:
            file.findings.again(diagnostics_of(file.facts.after))
        else:
            file.finish(folder.names, folder.catalogue, folder.walk)
    if not any(file.has_codes for file in folder.files.values()):
        folder.told = [each for each in folder.told if each.code != "P0510"]


def _put_together(folder: FolderState) -> None:
    files = list(folder.files.values())
    if not folder.keep:
        folder.book = _plain(files, folder.policy)
        return
    packs: list[Pack] = []
    entries: dict[str, Entry] = {}
    for name, file in folder.files.items():
        packs.append(file.packed())
        entry = file.entry or file.entry_of(folder.keys[name], packs[-1], folder.names, folder.walk)
        if entry is not None and folder.hold and entry.cards is None:
            entry = evolve(entry, cards=dict(enumerate(file.cards)))
        if entry is not None and name not in folder.texts.told:
            entries[name] = entry
    made = [file.made() for file in files] if folder.hold else ()
    folder.book, folder.entries = RuleBook(Rules(packs, made), folder.policy, _campaigns(files)), entries


def _check_prices(folder: FolderState) -> None:
    currencies = [each for made in folder.book.campaigns for each in (made.currency, *made.currencies)]
    folder.told += islice(too_fine(folder.catalogue, currencies), MOST)


def _plain(files: Sequence[RuleFile], policy: Policy) -> RuleBook:
    rules = {item.rule.name: item.rule for file in files for item in file.cards}
    return RuleBook(tuple(rules[name] for name in sorted(rules)), policy, _campaigns(files))


def _campaigns(files: Sequence[RuleFile]) -> tuple[Campaign, ...]:
    return tuple(sorted((file.head.campaign for file in files if file.head.block), key=lambda made: made.name))


# Between files


def _between(folder: FolderState) -> None:
    """What cards say about each other. Only those that can have something to do with each other are looked at."""
    files, names, policy, findings = list(folder.files.values()), folder.names, folder.policy, folder.findings()
    checks_between.look_alike(_alike(files, [file.looks for file in files], [file.odd for file in files]), findings)
    for file in files:
        for place in file.combining:
            checks_between.contradicted(file.card(place), names, policy, file.findings)
    known = {name for file in files for name in file.groups_of}
    for file in files:
        for place in file.layered:
            checks_between.layered(file.card(place), policy, file.findings)
        for place, named in file.meeting:
            if named not in known:
                checks_between.no_group(file.card(place), named, known, file.findings)
    groups: dict[bytes, list[tuple[RuleFile, int]]] = {}
    for file in files:
        for place, group in enumerate(file.groups):
            if group:
                groups.setdefault(group, []).append((file, place))
    some = (group for group in groups.values() if 1 < len(group) <= checks_between.MOST_COMPARED)
    checks_between.beaten(([file.card(place) for file, place in group] for group in some), findings)
    checks.campaigns({file.source.name: file.head for file in files}, findings)


def _together(folder: FolderState) -> None:
    """What becomes of cards that meet on the same goods. Not all cards of a huge folder are made for it."""
    files, findings = list(folder.files.values()), folder.findings()
    catalogue = folder.catalogue if folder.walk else NO_CATALOGUE
    for file in files:
        for place in file.trading:
            checks_together.traded(file.card(place), folder.names, findings)
    if sum(len(file.names) for file in files) <= checks_together.MOST_CARDS:
        cards = [file.card(place) for file in files for place in range(len(file.names))]
        checks_together.run(cards, folder.policy, catalogue, findings)


def _alike(files: Sequence[RuleFile], texts: Sequence[Sequence[str]], more: Sequence[Sequence[int]] = ()) -> list[Card]:
    """In order, the cards whose text (a name, or what it looks like) is that of another one, and `more` of each file."""
    count = Counter(chain.from_iterable(texts))
    if len(count) == sum(map(len, texts)) and not any(more):
        return []
    found: list[Card] = []
    for number, file in enumerate(files):
        also = set(more[number]) if more else set()
        found += [file.card(at) for at, text in enumerate(texts[number]) if count[text] > 1 or at in also]
    return found


class _Progress:
    """How far reading has come; a file counts when it has been cut into lines and when its cards have been made."""

    def __init__(self, size: int, tell: Tell) -> None:
        self.total = 2 * size
        self.so_far = 0
        self.tell = tell

    def done(self, source: Source) -> None:
        self.so_far += len(source.text)
        self.tell(min(self.so_far, self.total), self.total)


# The list


@frozen
class Stage:
    """One thing that is done with a folder, when all before it has been done."""

    name: str
    reads: str
    holds: str
    """What is kept of its result, and until when that holds; empty when nothing is: then it is done at every load."""
    work: Callable[[FolderState], None]
    stale: Callable[[FolderState, RuleFile], bool] | None = None
    """Whether, by what this stage has found, a file that stands as it was kept must be read from its text after all."""


STAGES = (
    Stage("texts", "the bytes of all files", "", _sort_out),
    Stage("tables", "the texts of all tables", "", _read_tables),
    Stage("policy", "the text of policy.promo", "", _read_policy),
    Stage(
        "files",
        "each campaign's text, or its entry",
        "head, lists and cards of a file, while its name, its text, all tables and the days of its zone are the same",
        _open_files,
    ),
    Stage("lists", "the lists of all files", "", _share_lists),
    Stage(
        "cards",
        "the texts of files that are new or have changed, and all lists",
        "the cards of a file, while each list of another file that they name holds what it held",
        _read_new,
        lambda folder, file: not same_lists(file, folder.shared),
    ),
    Stage(
        "goods",
        "how many cards there are, and how many goods",
        "what was said of a file's cards, while they are held against all goods, or are not, as they were then",
        _say_whether_to_walk,
        lambda folder, file: file.facts is not None and file.facts.walked != folder.walk,
    ),
    Stage(
        "names",
        "the name and kind of every card",
        "what was said of a file's cards, while each card of another file that they name is of the same kind",
        _gather_names,
        _other_names,
    ),
    Stage("twice", "the names of all cards, and what was kept to be said before them", "", _tell_of_names),
    Stage("sense", "each new card with all names and goods; of others, what was kept to be said", "", _finish),
    Stage(
        "book", "all cards", "what each file without mistakes came to is kept here, for the next load", _put_together
    ),
    Stage("prices", "the goods of the catalogue and all currencies", "", _check_prices),
    Stage("between", "pairs of cards that can have to do with each other, and the policy", "", _between),
    Stage("together", "cards that meet on the same goods, the policy and the catalogue", "", _together),
)
"""All that is done with a folder, in order. What is kept of a file stands until the first stage that finds it stale."""
