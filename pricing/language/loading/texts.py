"""The texts of a rule folder, sorted out: what is a campaign's, what a policy's, what a table's, and what is no text at all.

Reads texts and bytes by their name in the folder; makes `FolderTexts`, and the folder's `Policy`. Called by `book`.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pricing.language.diagnostics.diagnostic import Diagnostic, Findings, about_file
from pricing.language.diagnostics.source import Source, Span
from pricing.language.loading.rule_file import blocks_of
from pricing.language.loading.strays import is_table
from pricing.language.meaning.policies import read_policy
from pricing.language.meaning.resolve import allowed
from pricing.language.text.syntax import Block
from pricing.model.policy import HOUSE_POLICY, Policy

POLICY_FILE = "policy.promo"

Text = str | bytes


@frozen
class FolderTexts:
    """The texts of a folder, sorted out."""

    policies: list[Source]
    campaigns: dict[str, Source]
    """By name in the folder, in order."""
    tables: dict[str, str]
    told: dict[str, list[Diagnostic]]
    """Findings about the bytes of a file, by its name in the folder."""


def sorted_out(texts: Mapping[str, Text], prefix: str) -> FolderTexts:
    found = FolderTexts([], {}, {}, {})
    for name in sorted(texts):
        rules = name.endswith(".promo")
        if not rules and not is_table(name):
            continue
        told: list[Diagnostic] = []
        other = _other_program(prefix + name, texts[name])
        if other is not None:
            found.told[name] = [other]
            continue
        source = _source(prefix + name, texts[name], told)
        if rules and not source.text.strip():
            told.append(_nothing_in(source.name))
        if told:
            found.told[name] = told
        if not rules:
            found.tables[prefix + name] = source.text
        elif _is_policy_file(source):
            found.policies.append(source)
        else:
            found.campaigns[name] = source
    return found


def bytes_of(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _is_policy_file(source: Source) -> bool:
    return source.name.rsplit("/", 1)[-1] == POLICY_FILE


def _nothing_in(name: str) -> Diagnostic:
    helps = ("Was it saved? A rule file begins with: campaign NAME, and its currency and zone.",)
    return about_file("P0134", name, "There is nothing in this file.", helps=helps)


_OTHERS = (
    (b"PK\x03\x04", "a document of a word processor or spreadsheet (.docx, .xlsx)"),
    (b"\xd0\xcf\x11\xe0", "a document of a word processor or spreadsheet (.doc, .xls)"),
    (b"{\\rtf", "a document of a word processor (.rtf)"),
    (b"%PDF", "a PDF"),
)


def _other_program(name: str, text: Text) -> Diagnostic | None:
    """The one thing to say about a file that is no plain text in UTF-8, whatever its name says."""
    if isinstance(text, str):
        return None
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or (text[:200].count(0) > len(text[:200]) // 4):
        helps = ("Save the file again and choose UTF-8 as its encoding.",)
        return about_file("P0101", name, "This file is written in UTF-16, not in UTF-8.", helps=helps)
    for start, what in _OTHERS:
        if text.startswith(start):
            kind = "CSV, with commas and in UTF-8" if name.endswith(".csv") else "plain text in UTF-8"
            return about_file("P0137", name, f"This is {what}, not plain text.", helps=(f"Save it as {kind}.",))
    return None


def _source(name: str, text: Text, told: list[Diagnostic]) -> Source:
    """The text of a file; bytes that are not UTF-8 are told once and stood in for."""
    if isinstance(text, str):
        return Source(name, text.removeprefix("\ufeff").encode("utf-8", "replace").decode("utf-8"))
    try:
        return Source(name, text.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError as error:
        good = text[: error.start].removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        source = Source(name, text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
        findings = Findings(source)
        findings.add(
            "P0101", Span(len(good), len(good) + 1), "This file is not written in UTF-8.", caret="the first such place",
            helps=("Save the file again and choose UTF-8 as its encoding.",),
        )  # fmt: skip
        told += findings.found
        return source


def policy_of(sources: list[Source]) -> tuple[Policy, list[Diagnostic]]:
    """The folder's one policy; HOUSE_POLICY when no file has one."""
    told: list[Diagnostic] = []
    policy: Policy | None = None
    place = ""
    for source in sources:
        blocks, found = blocks_of(source)
        told += found
        findings = Findings(source)
        for block in blocks:
            if block.word != "policy":
                _not_in_policy(block, findings)
            elif policy is not None:
                findings.add(
                    "P0117", block, "There are two policies in this folder.", caret="the second one",
                    notes=(f"the first one is at {place}",), helps=("A folder of rules has one policy.",),
                )  # fmt: skip
            else:
                place = findings.place(block)
                policy, more = read_policy(block, source)
                told += more.found
        told += findings.found
    return policy or HOUSE_POLICY, told


def _not_in_policy(block: Block, findings: Findings) -> None:
    if block.word == "stray":
        allowed(block, findings)
        return
    findings.add(
        "P0115", block, f"A {block.kind or block.word} cannot stand in {POLICY_FILE}.",
        helps=("That file holds the policy only; campaigns have files of their own.",),
    )  # fmt: skip
