"""Help with writing cards: findings with their fixes, what could come next, what a word means, the one layout.

Reads a `Bench` and a place in one of its files; makes plain JSON. Places are {"line": from 0, "character": in UTF-16}.
"""

from __future__ import annotations

from typing import Any

from pricing.editor.complete import offers
from pricing.editor.lookup import heads, token_at, told
from pricing.editor.places import units
from pricing.language.diagnostics.diagnostic import Diagnostic, Fix
from pricing.language.formatter import fmt
from pricing.studio.bench import Bench

MOST_TOLD = 500
"""Findings of one answer; the page says how many more there are."""


def findings(bench: Bench) -> dict[str, Any]:
    """All that is wrong with the texts, in order of place: see `desk` (check)."""
    told = bench.loaded.every()
    return {
        "errors": sum(item.severity == "error" for item in told),
        "warnings": sum(item.severity == "warning" for item in told),
        "hints": sum(item.severity == "hint" for item in told),
        "problems": [_finding(bench, item) for item in told[:MOST_TOLD]],
    }


def _finding(bench: Bench, item: Diagnostic) -> dict[str, Any]:
    here = item.file in bench.snapshot.texts
    return {
        "file": item.file if here else "",
        "code": item.code,
        "severity": item.severity,
        "message": item.message,
        "caret": item.caret,
        "notes": list(item.notes),
        "helps": list(item.helps),
        "from": place(bench, item.file, item.start) if here else None,
        "to": place(bench, item.file, max(item.start, item.end)) if here else None,
        "fixes": [_fix(bench, fix) for fix in item.fixes],
    }


def _fix(bench: Bench, fix: Fix) -> dict[str, Any]:
    edits = [
        {
            "file": edit.file,
            "from": place(bench, edit.file, edit.start),
            "to": place(bench, edit.file, edit.end),
            "insert": edit.replacement,
        }
        for edit in fix.edits
        if edit.file in bench.snapshot.texts
    ]
    return {"says": " ".join(fix.says.split()), "safe": fix.safe, "edits": edits}


def place(bench: Bench, file: str, offset: int) -> dict[str, int]:
    """An offset as the page counts."""
    at = bench.places(file).at(offset)
    return {"line": at.line, "character": at.character}


def completion(bench: Bench, file: str, line: int, before: str) -> dict[str, Any]:
    """What could stand at the end of `before`, the line up to the cursor: see `desk` (complete)."""
    if file not in bench.snapshot.texts or not file.endswith(".promo"):
        return {"begun": 0, "offers": []}
    made = offers(bench.snapshot, file, line, before)
    begun = before[len(before) - made.begun :]
    return {
        "begun": units(begun, "utf-16"),
        "offers": [
            {"text": one.text, "what": one.what, "says": one.says, "example": one.example} for one in made.offers
        ],
    }


def hover(bench: Bench, file: str, line: int, character: int) -> dict[str, Any]:
    """What there is to tell of a word, as Markdown; empty when there is nothing: see `desk` (hover)."""
    if file not in bench.snapshot.texts or not file.endswith(".promo"):
        return {}
    token = token_at(bench.snapshot, file, bench.places(file).offset(line, character))
    text = told(bench.snapshot, file, token) if token is not None else ""
    if token is None or not text:
        return {}
    return {"from": place(bench, file, token.start), "to": place(bench, file, token.end), "text": text}


def layout(bench: Bench, file: str) -> dict[str, Any]:
    """The file in its one layout, or as it is and why: see `desk` (format)."""
    text = bench.snapshot.texts[file]
    made = fmt(text, file)
    return {"text": made.text, "problem": made.problem, "changed": made.text != text}


def card_list(bench: Bench, search: str, file: str, most: int) -> dict[str, Any]:
    """Cards and lists whose name, label, kind or text has what is looked for: see `desk` (cards)."""
    wanted = search.casefold().split()
    found: list[dict[str, Any]] = []
    total = 0
    for key in sorted(bench.snapshot.blocks):
        if file not in ("", key):
            continue
        for named in heads(bench.snapshot, key):
            start = named.block.start
            end = max([named.block.end, *(clause.end for clause in named.block.clauses)])
            text = bench.snapshot.source(key).text[start:end]
            if not all(word in text.casefold() for word in wanted):
                continue
            total += 1
            if len(found) < most:
                found.append(
                    {
                        "name": named.name.text,
                        "what": named.what,
                        "label": _label_of(text),
                        "file": key,
                        "line": place(bench, key, start)["line"],
                        "end": place(bench, key, end)["line"],
                    }
                )
    return {"total": total, "cards": found}


def _label_of(text: str) -> str:
    """The label in quotes on the head line of a card."""
    head = text.partition("\n")[0].partition("\r")[0]
    return head.split('"')[1] if head.count('"') >= 2 else ""
