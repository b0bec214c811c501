"""Example carts beside the rules: Markdown that marketing reads and that is run like a test.

Reads `*.examples.md` and scenario files; makes `Example`s, runs them against an `Engine` into `RunExample`s, and rewrites
what they expect. `pricing test` and pytest are both made of this.

An example is a heading of the second level, one sentence about money, and fenced blocks under it:

    ```cart      the cart, as JSON; without it the heading is only text
    ```receipt   what the customer sees: the receipt without its reasons
    ```why SUMMER8, luma-3-off-25    optional: what the receipt says about these rules, used or not; all without names
    ```usage     optional: what earlier orders used, as JSON
    ```without   optional: rules or kinds that the customer declines, one a line
    ```promo campaigns/a.promo    optional: rules of the example's own, instead of a folder

`promo` blocks above the first example hold for all examples of the file. Anything else is prose.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path

from attrs import field, frozen

from pricing.api import Engine
from pricing.language.diagnostics.nearest import nearest
from pricing.language.loading.plain import Unfit, home_of, read_plain, write_whole
from pricing.model.errors import CartError, RuleErrors
from pricing.receipt import answers
from pricing.wire import cart_from_json, json_from_text, usage_from_dict

SUFFIX = ".examples.md"
"""How the names of example files beside rules end."""

OWN_RULES = "campaigns/example.promo"
"""The file that a `promo` block without a name stands for."""

MOST_COMPARED = 1000
"""Lines of a block that are compared one by one in a report."""

_BLANKS = " \t"
_ONCE = ("cart", "receipt", "why", "usage", "without")


class ExampleError(ValueError):
    """A file of examples that cannot be read, or that has changed since; says where and what."""


@frozen
class Block:
    """A fenced block: its text, and where it stands in its file."""

    text: str
    start: int
    """Number of its opening line, from 1."""
    end: int
    """Number of its closing line."""
    rest: str = ""
    """What follows the first word of the opening line."""


@frozen
class Example:
    """One heading with a cart."""

    path: Path = field(eq=False)
    title: str
    line: int
    """Number of the heading's line, from 1."""
    cart: Block
    receipt: Block | None = None
    """None: not written yet; `update` adds it below the cart."""
    why: Block | None = None
    """None: the example says nothing about reasons."""
    usage: Block | None = None
    without: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(factory=dict)
    """Its own rules by file; empty: those of a folder."""

    @property
    def where(self) -> str:
        return f"{self.path.as_posix()}:{self.line}"


@frozen
class RunExample:
    """What became of one example."""

    example: Example
    receipt: str = ""
    why: str = ""
    """Empty when the example does not ask for it."""
    problem: str = ""
    """Why it could not be priced at all; empty when it was."""

    @property
    def ok(self) -> bool:
        """Whether it came out as expected. An example without a `receipt` block expects nothing and fails."""
        return not self.problem and not self.diff

    @property
    def diff(self) -> str:
        """What was expected against what came out, as a unified diff; empty when they are equal."""
        return "".join(
            line
            for name, block, text in self.compared()
            if (block.text if block else "") != text
            for line in _diff(name, block.text if block else "", text)
        )

    def report(self) -> str:
        """What to tell the writer: nothing, or what went wrong and where."""
        if self.ok:
            return ""
        head = f"{self.example.where}: {self.example.title}\n"
        return head + (self.problem.rstrip("\n") + "\n" if self.problem else self.diff)

    def compared(self) -> Iterator[tuple[str, Block | None, str]]:
        """(block's name, what is expected, what came out) of all that the example expects."""
        if self.problem:
            return
        yield "receipt", self.example.receipt, self.receipt
        if self.example.why is not None:
            yield "why", self.example.why, self.why


def _diff(name: str, expected: str, came: str) -> Iterator[str]:
    old, new = expected.splitlines(keepends=True), came.splitlines(keepends=True)
    if max(len(old), len(new)) > MOST_COMPARED:  # to find out what belongs together would take minutes
        return iter([f"{len(old)} lines of {name} are expected, {len(new)} came out, and they differ\n"])
    return unified_diff(old, new, f"expected {name}", f"actual {name}")


# Reading


def find(folder: str | Path) -> list[Path]:
    """The example files of a rule folder, sorted; hidden folders are left alone."""
    root = Path(folder)
    return sorted(
        path
        for path in root.rglob(f"*{SUFFIX}")
        if not path.is_dir() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )


def load(path: str | Path, folder: str | Path | None = None) -> list[Example]:
    """The examples of a file, in order. Raises ExampleError when it cannot be understood, OSError when not read.

    `folder` is the one that links must not lead out of; default: the file's own.
    """
    path = Path(path)
    return _Reader(path, _lines(path, folder)).examples()


def of_text(path: str, text: str) -> list[Example]:
    """The examples of a text that stands, or will stand, at a path. Raises ExampleError."""
    return _Reader(Path(path), _cut(text.removeprefix("\ufeff"))).examples()


def _lines(path: Path, folder: str | Path | None) -> list[str]:
    """The lines with their ends. Raises ExampleError when they are not UTF-8, or in no file that may be read."""
    try:
        text = read_plain(path, home_of(path, folder or path.parent)).decode("utf-8-sig")
    except Unfit as error:
        raise ExampleError(f"{path.as_posix()}: not read, for {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ExampleError(f"{path.as_posix()}: not UTF-8 text, at byte {error.start + 1}") from None
    return _cut(text)


def _cut(text: str) -> list[str]:
    return [line for line in re.split(r"(?<=\n)", text) if line]


@frozen
class _Fenced:
    """A block as it stands: its first word and the block."""

    word: str
    block: Block


_SAID = {
    "carts": "cart", "basket": "cart", "order": "cart", "codes": "cart", "coupons": "cart", "total": "receipt",
    "expected": "receipt", "result": "receipt", "output": "receipt", "reasons": "why", "used": "usage", "rules": "promo",
    "decline": "without",
}  # fmt: skip
"""What people call a block, and the one that is meant."""


def _meant(item: _Fenced) -> str:
    """The block that one is meant to be which is called otherwise; empty where it is for people only."""
    word = item.word.lower()
    known = (*_ONCE, "promo")
    if item.word in known or not word:
        return ""
    if word in known:
        return word
    if word == "json" and '"lines"' in item.block.text:
        return "cart"
    return _SAID.get(word) or nearest(word, known, 0.75) or ""


class _Reader:
    """Cuts one file into headings and blocks."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        self.path = path
        self.lines = [line.rstrip("\r\n") for line in lines]

    def wrong(self, line: int, what: str) -> ExampleError:
        return ExampleError(f"{self.path.as_posix()}:{line}: {what}")

    def examples(self) -> list[Example]:
        shared: dict[str, str] = {}
        found: list[Example] = []
        titles: dict[str, int] = {}
        for line, title, blocks in self.sections():
            for item in blocks:
                self.check(item, title)
            own = {item.block.rest or OWN_RULES: item.block.text for item in blocks if item.word == "promo"}
            if not title:
                shared.update(own)
                continue
            example = self.example(line, title, blocks, {**shared, **own})
            if example is None:
                continue
            if title in titles:
                raise self.wrong(line, f"line {titles[title]} has the same heading; each example needs its own")
            titles[title] = line
            found.append(example)
        return found

    def check(self, item: _Fenced, title: str) -> None:
        """A block that nobody would read: one under no heading, and one that is called almost like those that are read."""
        if item.word in _ONCE and not title:
            raise self.wrong(
                item.block.start, f"this {item.word} block stands under no heading; an example begins with ##"
            )
        meant = _meant(item)
        if meant:
            said = f'a block called "{item.word[:30]}" is not read; did you mean {meant}?'
            raise self.wrong(item.block.start, said)

    def example(self, line: int, title: str, blocks: list[_Fenced], texts: dict[str, str]) -> Example | None:
        one: dict[str, Block] = {}
        for item in blocks:
            if item.word in _ONCE:
                if item.word in one:
                    raise self.wrong(item.block.start, f"a second {item.word} block under the same heading")
                one[item.word] = item.block
        if "cart" not in one:
            if one:
                word, block = next(iter(one.items()))
                raise self.wrong(block.start, f"a {word} block, but there is no cart block under this heading")
            return None
        declined = one["without"].text.split("\n") if "without" in one else []
        return Example(
            self.path, title, line, one["cart"], one.get("receipt"), one.get("why"), one.get("usage"),
            tuple(name.strip() for name in declined if name.strip()), texts,
        )  # fmt: skip

    def sections(self) -> Iterator[tuple[int, str, list[_Fenced]]]:
        """(line, heading, blocks) of each heading of the second level; the first has no heading, above all of them."""
        line, title, blocks = 1, "", list[_Fenced]()
        number = 0
        while number < len(self.lines):
            text = self.lines[number]
            number += 1
            fence = _fence(text)
            if fence is not None:
                item, number = self.fenced(fence, number)
                blocks.append(item)
                continue
            depth, heading = _heading(text)
            if 1 <= depth <= 2:
                yield line, title, blocks
                line, blocks = number, []
                title = heading if depth == 2 else ""
        yield line, title, blocks

    def fenced(self, fence: tuple[str, str], number: int) -> tuple[_Fenced, int]:
        """The block whose opening line is `number`, and the number of the line that closes it."""
        sign, length = fence[0][0], len(fence[0])
        word, _, rest = fence[1].partition(" ")
        for end in range(number, len(self.lines)):
            closing = _fence(self.lines[end])
            if closing is not None and closing[0][0] == sign and len(closing[0]) >= length and not closing[1]:
                text = "".join(f"{line}\n" for line in self.lines[number:end])
                return _Fenced(word, Block(text, number, end + 1, rest.strip())), end + 1
        raise self.wrong(number, "this block is never closed; it ends with a line of ```")


def _fence(line: str) -> tuple[str, str] | None:
    """The signs that open or close a block, and what stands behind them; None for any other line."""
    text = line.lstrip(" ")
    signs = text[: len(text) - len(text.lstrip(text[:1]))] if text[:1] in ("`", "~") else ""
    info = text[len(signs) :].strip(_BLANKS)
    return (signs, info) if len(signs) >= 3 and len(line) - len(text) <= 3 and "`" not in info else None


def _heading(line: str) -> tuple[int, str]:
    """The level of a heading, and its text without the signs that may close it; level 0 for any other line."""
    depth = len(line) - len(line.lstrip("#"))
    if not 1 <= depth <= 6 or line[depth : depth + 1] not in (" ", "\t"):
        return 0, ""
    return depth, line[depth:].rstrip(_BLANKS).rstrip("#").strip(_BLANKS)


# Running


def run(example: Example, engine: Engine | None = None) -> RunExample:
    """Price the example: with its own rules when it has any, else with `engine`. Raises nothing that it could cause."""
    try:
        if example.texts:
            engine = Engine.from_texts(example.texts, allow_empty=True)
        if engine is None:
            return RunExample(
                example, problem="there are no rules to price it with: no folder was named, and no promo block"
            )
        return _priced(example, engine)
    except RuleErrors as error:
        return RunExample(example, problem=str(error))
    except CartError as error:
        problems = "".join(f"  {problem}\n" for problem in error.problems)
        return RunExample(example, problem=f"this cart cannot be priced:\n{problems}")


def _priced(example: Example, engine: Engine) -> RunExample:
    cart = cart_from_json(example.cart.text)
    usage = usage_from_dict(json_from_text(example.usage.text), cart.currency) if example.usage else None
    quote = engine.quote(cart, usage=usage, without=example.without)
    short = quote.receipt(why=False)
    if example.why is None:
        return RunExample(example, short)
    names = [name.strip() for name in example.why.rest.split(",") if name.strip()]
    unknown = [name for name in names if engine.plan.rules.find(name) is None]
    if unknown:
        return RunExample(example, problem=f"the why block asks about {unknown[0]!r}, but there is no such rule")
    return RunExample(example, short, answers(quote, names))


# Rewriting


def update(path: str | Path, outcomes: Iterable[RunExample], folder: str | Path | None = None) -> int:
    """Write what came out into the expected blocks of a file; how many blocks changed.

    An example without a `receipt` block gets one below its cart; a `why` block is only filled where there is one, for
    not every example is about reasons. Examples that could not be priced are left alone. Raises ExampleError when the
    file is no longer the one that was run.
    """
    path = Path(path)
    lines = _lines(path, folder)
    standing = _Reader(path, lines).examples()
    changes: list[tuple[int, int, list[str]]] = []
    for outcome in outcomes:
        if outcome.example not in standing:
            raise ExampleError(f"{outcome.example.where}: the file has changed since this was run")
        for name, block, text in outcome.compared():
            if block is None:
                changes.append((outcome.example.cart.end, outcome.example.cart.end, ["", *_fenced(name, text)]))
            elif block.text != text:
                changes.append((block.start - 1, block.end, _fenced(f"{name} {block.rest}".rstrip(), text)))
    if not changes:
        return 0
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if not lines[-1].endswith("\n"):
        lines[-1] += ending
    for start, end, new in sorted(changes, reverse=True):
        lines[start:end] = [line + ending for line in new]
    mark = codecs.BOM_UTF8 if read_plain(path).startswith(codecs.BOM_UTF8) else b""
    write_whole(path, mark + "".join(lines).encode("utf-8"))
    return len(changes)


def _fenced(info: str, text: str) -> list[str]:
    """The lines of a block; its fence is longer than any in the text."""
    longest = max((len(found[0]) for line in text.splitlines() if (found := _fence(line))), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{info}", *text.splitlines(), fence]
