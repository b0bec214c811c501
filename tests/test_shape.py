"""The shape of the source: no long files, no long or branching functions, no class name with two meanings.

What does not hold yet stands on a list with its reason. The lists only get shorter: an entry that is no longer needed fails
too, and is to be struck off.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache

from tests.pages import ROOT

MOST_LINES = 500
MOST_LINES_OF_A_FUNCTION = 50
MOST_BRANCHES = 12
TREES = ("pricing", "tests", "benchmarks")

LONG_FUNCTIONS = {
    "pricing/editor/complete.py: _next": "what may stand next, word by word of the language",
    "pricing/language/meaning/resolve.py: _rule": "a rule filled in field by field: a record, not a procedure",
    "pricing/engine/problem.py: __init__": "an application laid out field by field: a record, not a procedure",
    "pricing/engine/rules/planned.py: __init__": "a rule laid out field by field: a record, not a procedure",
    "pricing/engine/search/walk.py: _decide": "the innermost step of the walk: a call a step is what it would cost",
    "pricing/wire/schema.py: _quote_parts": "a table of fields, as the interface page has it",
    "tests/ledger/model.py: reserve": "a reservation in one piece, to be read beside the page",
    "tests/oracle.py: quote": "SPEC 7 in its order",
    "tests/oracle_match.py: __init__": "SPEC 2 in its order",
    "tests/rule_text.py: rule_text": "a card, line by line in the order of the language",
}

DOUBLES = {
    "Asked": "a quote asked for its reasons, and whoever works them out; what was asked beside a cart, in the ledger",
    "Block": "a card or a head with its lines; a fenced block of an example page",
    "Card": "a rule and the text it was read from; pieces of one coupon in one state",
    "Change": "another option for a store; why a price is not the quoted one; one cart under two versions",
    "Clause": "any line of a card as text; a scope word and its values",
    "Entry": "a rule file as it is kept; one change of one balance",
    "Finding": "a balance that the journal does not give; what the service says of a rule text",
    "Kept": "what is kept of a folder of rules; an order's row with what it holds",
    "Problem": "a cart as plain numbers; something that is wrong with a cart",
    "Row": "an option as plain numbers; savings by one rule in two versions",
    "Rules": "all rules of some packs; a rule book as the ledger looks at it",
    "Shelf": "all goods in one currency; labels that draw the same on one field",
    "Span": "a stretch of a file's text; the line `valid` or `claim`",
    "Table": "a file of rows of the catalogue; headings and rows of text",
    "_Reader": "private to each of its files",
}
"""Class names of pricing/ that stand for two things."""


@cache
def modules(trees: tuple[str, ...]) -> list[tuple[str, str, ast.Module]]:
    """The name, the text and the tree of every module."""
    return list(_read(trees))


def _read(trees: tuple[str, ...]) -> Iterator[tuple[str, str, ast.Module]]:
    for tree in trees:
        for path in sorted((ROOT / tree).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield str(path.relative_to(ROOT)), text, ast.parse(text)


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Of its body, below the docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def branches(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Ways to go on: each `if`, `elif`, `else`, loop, handler and case, but for those of functions inside."""
    many = 0
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.If | ast.For | ast.While | ast.AsyncFor):
            chained = isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
            many += 1 + (bool(node.orelse) and not chained)
        elif isinstance(node, ast.Try):
            many += 1 + bool(node.orelse) + bool(node.finalbody)
        elif isinstance(node, ast.ExceptHandler | ast.match_case):
            many += 1
        left += ast.iter_child_nodes(node)
    return many


def test_no_file_is_long() -> None:
    assert [name for name, text, _ in modules(TREES) if len(text.splitlines()) > MOST_LINES] == []


def test_no_function_is_long_or_has_many_branches() -> None:
    found = set()
    for name, _, tree in modules(TREES):
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if lines(node) > MOST_LINES_OF_A_FUNCTION or branches(node) > MOST_BRANCHES:
                found.add(f"{name}: {node.name}")
    assert found == set(LONG_FUNCTIONS)


def test_a_class_name_has_one_meaning() -> None:
    names = Counter(
        node.name
        for name, _, tree in modules(TREES)
        if name.startswith("pricing/")
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, many in names.items() if many > 1} == set(DOUBLES)
