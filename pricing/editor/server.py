"""The language server: findings while typing, fixes, completion, hover, layout, go to a card or list.

Speaks the language server protocol with pygls; everything it says comes from `folder`, `lookup` and `complete`. The
only file that imports pygls. Files are taken as whole texts, for the protocol and Python do not count lines alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from pricing import __version__
from pricing.editor.complete import Proposal, offers
from pricing.editor.folder import Folder, Snapshot, root_of
from pricing.editor.lookup import Named, definitions, heads, token_at, told, uses
from pricing.editor.places import Places
from pricing.language.diagnostics.diagnostic import Diagnostic, Edit, Fix
from pricing.language.diagnostics.fixes import safe_edits
from pricing.language.formatter import fmt
from pricing.language.text.syntax import NAME
from pricing.language.vocabulary import WORDS

PATIENCE = 0.15
"""Seconds without a keystroke before the rules are read again."""

_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "hint": lsp.DiagnosticSeverity.Hint,
}
_KINDS = {
    "word": lsp.CompletionItemKind.Keyword,
    "kind": lsp.CompletionItemKind.Class,
    "name": lsp.CompletionItemKind.Reference,
    "value": lsp.CompletionItemKind.Value,
}
_SYMBOLS = {
    "campaign": lsp.SymbolKind.Package,
    "policy": lsp.SymbolKind.Package,
    "list": lsp.SymbolKind.Array,
}
FIX_ALL = lsp.CodeActionKind.SourceFixAll


class RuleServer(LanguageServer):
    """Knows which folders are open and what was last said about their files."""

    def __init__(self) -> None:
        super().__init__("pricing", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.folders: dict[Path, Folder] = {}
        self.reported: dict[Path, set[Path]] = {}
        """By folder, the files that had findings."""
        self.waiting: dict[Path, asyncio.TimerHandle] = {}

    def folder(self, path: Path) -> Folder:
        root = root_of(path, self.workspaces())
        key = root or path
        if key not in self.folders:
            self.folders[key] = Folder(root or path.parent, None if root else path)
        return self.folders[key]

    def workspaces(self) -> list[Path]:
        """The folders that the editor has opened."""
        uris_ = [*self.workspace.folders, *([self.workspace.root_uri] if self.workspace.root_uri else [])]
        return [path for uri in uris_ if (path := _path(uri)) is not None]

    def typed(self) -> dict[Path, str]:
        """The texts of open files."""
        documents = self.workspace.text_documents
        return {path: document.source for uri, document in documents.items() if (path := _path(uri)) is not None}

    def at(self, uri: str) -> tuple[Snapshot, str] | None:
        """The folder's snapshot and the file's path in it; None for a file that is not one of rules."""
        path = _path(uri)
        if path is None or path.suffix not in (".promo", ".csv"):
            return None
        snapshot = self.folder(path).snapshot(self.typed())
        key = path.relative_to(snapshot.root).as_posix() if path.is_relative_to(snapshot.root) else ""
        return (snapshot, key) if key in snapshot.texts else None

    def cards_at(self, uri: str) -> tuple[Snapshot, str] | None:
        """The same of a file of cards; None for a table of the catalogue too."""
        found = self.at(uri)
        return found if found is not None and found[1].endswith(".promo") else None

    def places(self, snapshot: Snapshot, key: str) -> Places:
        encoding = self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16
        return Places(snapshot.source(key), str(getattr(encoding, "value", encoding)))

    def soon(self, path: Path) -> None:
        """Reads the rules again when the typing pauses."""
        if path in self.waiting:
            self.waiting[path].cancel()
        self.waiting[path] = asyncio.get_running_loop().call_later(PATIENCE, self.report, path)

    def report(self, path: Path) -> None:
        """Publishes the findings of the folder of a file: of open files always, of others when there are any."""
        waiting = self.waiting.pop(path, None)
        if waiting is not None:
            waiting.cancel()
        folder = self.folder(path)
        typed = self.typed()
        snapshot = folder.snapshot(typed)
        found: dict[str, list[Diagnostic]] = {}
        for item in snapshot.loaded.diagnostics:
            found.setdefault(item.file, []).append(item)
        keys = {key: snapshot.path(key) for key in snapshot.texts}
        told = {keys[key] for key in found if key in keys}
        before = self.reported.get(folder.root, set())
        for key, file in keys.items():
            if file in told or file in typed or file in before:
                self.publish(file, [self.diagnostic(snapshot, key, item) for item in found.get(key, ())])
        for gone in before - set(keys.values()):
            self.publish(gone, [])
        self.reported[folder.root] = told

    def uri(self, file: Path) -> str:
        """As the editor spells it, when the file is open."""
        opened = {_path(uri): uri for uri in self.workspace.text_documents}
        return opened.get(file) or uris.from_fs_path(str(file)) or ""

    def publish(self, file: Path, diagnostics: list[lsp.Diagnostic]) -> None:
        uri = self.uri(file)
        document = self.workspace.text_documents.get(uri)
        version = document.version if document is not None else None
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics, version))

    def diagnostic(self, snapshot: Snapshot, key: str, item: Diagnostic) -> lsp.Diagnostic:
        message = "\n".join([item.message, *item.notes, *item.helps])
        return lsp.Diagnostic(
            self.range(snapshot, key, item.start, item.end) if item.line else _range(0, 0, 0, 0),
            message,
            severity=_SEVERITIES[item.severity],
            code=item.code,
            source="pricing",
        )

    def range(self, snapshot: Snapshot, key: str, start: int, end: int) -> lsp.Range:
        places = self.places(snapshot, key)
        one, other = places.at(start), places.at(max(start, end))
        return _range(one.line, one.character, other.line, other.character)

    def changes(self, snapshot: Snapshot, edits: Iterable[Edit]) -> lsp.WorkspaceEdit:
        """Edits of the language as the editor takes them."""
        found: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            if edit.file in snapshot.texts:
                where = self.range(snapshot, edit.file, edit.start, edit.end)
                uri = self.uri(snapshot.path(edit.file))
                found.setdefault(uri, []).append(lsp.TextEdit(where, edit.replacement))
        return lsp.WorkspaceEdit(changes=found)


def _path(uri: str) -> Path | None:
    name = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return Path(name).resolve() if name else None


def _range(line: int, character: int, end_line: int, end_character: int) -> lsp.Range:
    return lsp.Range(lsp.Position(line, character), lsp.Position(end_line, end_character))


server = RuleServer()


# What the editor tells


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: RuleServer, params: lsp.DidOpenTextDocumentParams) -> None:
    _now(ls, params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def saved(ls: RuleServer, params: lsp.DidSaveTextDocumentParams) -> None:
    _now(ls, params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: RuleServer, params: lsp.DidCloseTextDocumentParams) -> None:
    _now(ls, params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
async def changed(ls: RuleServer, params: lsp.DidChangeTextDocumentParams) -> None:
    path = _path(params.text_document.uri)
    if path is not None:
        ls.soon(path)


@server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def watched(ls: RuleServer, params: lsp.DidChangeWatchedFilesParams) -> None:
    for uri in {change.uri for change in params.changes}:
        _now(ls, uri)


def _now(ls: RuleServer, uri: str) -> None:
    path = _path(uri)
    if path is not None and path.suffix in (".promo", ".csv"):
        ls.report(path)


# What the editor asks


@server.feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL]),
)
def fixes(ls: RuleServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    found = ls.at(params.text_document.uri)
    if found is None:
        return []
    snapshot, key = found
    wanted = params.context.only or [lsp.CodeActionKind.QuickFix, FIX_ALL]
    actions: list[lsp.CodeAction] = []
    if any(str(kind) in ("quickfix", "") for kind in map(_text, wanted)):
        actions += _quick_fixes(ls, snapshot, key, params.range)
    if any(FIX_ALL.value.startswith(kind) for kind in map(_text, wanted)):
        edits = safe_edits(snapshot.loaded.diagnostics, key)
        if edits:
            title = "Do all safe fixes in this file"
            actions.append(lsp.CodeAction(title, kind=FIX_ALL, edit=ls.changes(snapshot, edits)))
    return actions


def _text(kind: lsp.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, lsp.CodeActionKind) else kind


def _quick_fixes(ls: RuleServer, snapshot: Snapshot, key: str, where: lsp.Range) -> Iterator[lsp.CodeAction]:
    """The fixes of findings that touch a range; a safe one is preferred."""
    places = ls.places(snapshot, key)
    start = places.offset(where.start.line, where.start.character)
    end = places.offset(where.end.line, where.end.character)
    for item in snapshot.loaded.diagnostics:
        if item.file != key or not item.line or item.start > end or item.end < start:
            continue
        for fix in item.fixes:
            yield _quick_fix(ls, snapshot, key, item, fix)


def _quick_fix(ls: RuleServer, snapshot: Snapshot, key: str, item: Diagnostic, fix: Fix) -> lsp.CodeAction:
    says = " ".join(fix.says.split())
    return lsp.CodeAction(
        says[:1].upper() + says[1:],
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[ls.diagnostic(snapshot, key, item)],
        edit=ls.changes(snapshot, fix.edits),
        is_preferred=fix.safe or None,
    )


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" ", ",", "/", "-"]))
def completion(ls: RuleServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    found = ls.cards_at(params.text_document.uri)
    if found is None:
        return lsp.CompletionList(False, [])
    snapshot, key = found
    places = ls.places(snapshot, key)
    line = params.position.line
    offset = places.offset(line, params.position.character)
    start = places.offset(line, 0)
    made = offers(snapshot, key, line, snapshot.source(key).text[start:offset])
    where = ls.range(snapshot, key, offset - made.begun, offset)
    items = [_item(offer, place, where) for place, offer in enumerate(made.offers)]
    return lsp.CompletionList(False, items)


def _item(offer: Proposal, place: int, where: lsp.Range) -> lsp.CompletionItem:
    example = lsp.MarkupContent(lsp.MarkupKind.Markdown, f"```promo\n{offer.example}\n```") if offer.example else None
    return lsp.CompletionItem(
        offer.text,
        kind=_KINDS[offer.what],
        detail=offer.says or None,
        documentation=example,
        sort_text=f"{place:05d}",
        filter_text=offer.text,
        text_edit=lsp.TextEdit(where, offer.text),
    )


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(ls: RuleServer, params: lsp.HoverParams) -> lsp.Hover | None:
    found = ls.cards_at(params.text_document.uri)
    if found is None:
        return None
    snapshot, key = found
    offset = ls.places(snapshot, key).offset(params.position.line, params.position.character)
    token = token_at(snapshot, key, offset)
    text = told(snapshot, key, token) if token is not None else ""
    if token is None or not text:
        return None
    return lsp.Hover(
        lsp.MarkupContent(lsp.MarkupKind.Markdown, text), range=ls.range(snapshot, key, token.start, token.end)
    )


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def definition(ls: RuleServer, params: lsp.DefinitionParams) -> list[lsp.Location]:
    found = ls.cards_at(params.text_document.uri)
    if found is None:
        return []
    snapshot, key = found
    offset = ls.places(snapshot, key).offset(params.position.line, params.position.character)
    token = token_at(snapshot, key, offset)
    return [_location(ls, snapshot, named) for named in definitions(snapshot, key, token)] if token else []


@server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def references(ls: RuleServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
    snapshot, goal = _goal(ls, params.text_document.uri, params.position)
    if snapshot is None or goal is None:
        return []
    return [
        lsp.Location(ls.uri(snapshot.path(key)), ls.range(snapshot, key, atom.start, atom.end))
        for key, atom in uses(snapshot, goal)
        if params.context.include_declaration or atom is not goal.name
    ]


@server.feature(lsp.TEXT_DOCUMENT_RENAME)
def rename(ls: RuleServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    snapshot, goal = _goal(ls, params.text_document.uri, params.position)
    if snapshot is None or goal is None:
        return None
    new = params.new_name
    if not NAME.fullmatch(new) or new in WORDS:
        raise JsonRpcInvalidParams("A name has letters, digits and the signs - _ . /, and is no word of the language.")
    taken = {named.name.text for key in snapshot.blocks for named in heads(snapshot, key) if named.what != "campaign"}
    if new in taken:
        raise JsonRpcInvalidParams(f"There is a card or list called {new} already.")
    changes: dict[str, list[lsp.TextEdit]] = {}
    for key, atom in uses(snapshot, goal):
        where = ls.range(snapshot, key, atom.start, atom.end)
        text = f'"{new}"' if atom.quoted else new
        changes.setdefault(ls.uri(snapshot.path(key)), []).append(lsp.TextEdit(where, text))
    return lsp.WorkspaceEdit(changes=changes)


def _goal(ls: RuleServer, uri: str, position: lsp.Position) -> tuple[Snapshot | None, Named | None]:
    """The card or list that is named at a position."""
    found = ls.cards_at(uri)
    if found is None:
        return None, None
    snapshot, key = found
    token = token_at(snapshot, key, ls.places(snapshot, key).offset(position.line, position.character))
    goals = definitions(snapshot, key, token) if token else []
    return snapshot, goals[0] if goals else None


def _location(ls: RuleServer, snapshot: Snapshot, named: Named) -> lsp.Location:
    return lsp.Location(
        ls.uri(snapshot.path(named.key)), ls.range(snapshot, named.key, named.name.start, named.name.end)
    )


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def symbols(ls: RuleServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    found = ls.at(params.text_document.uri)
    if found is None:
        return []
    snapshot, key = found
    made: list[lsp.DocumentSymbol] = []
    for named in heads(snapshot, key):
        end = max([named.block.end, *(clause.end for clause in named.block.clauses)])
        made.append(
            lsp.DocumentSymbol(
                named.name.text,
                _SYMBOLS.get(named.what, lsp.SymbolKind.Object),
                ls.range(snapshot, key, named.block.start, end),
                ls.range(snapshot, key, named.name.start, named.name.end),
                detail=named.what,
            )
        )
    return made


@server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
def formatting(ls: RuleServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
    found = ls.cards_at(params.text_document.uri)
    if found is None:
        return []
    snapshot, key = found
    text = snapshot.source(key).text
    made = fmt(text, key)
    if made.problem:
        message = f"Left as it is: {made.problem}."
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, message))
        return []
    if made.text == text:
        return []
    return [lsp.TextEdit(ls.range(snapshot, key, 0, len(text)), made.text)]


def main() -> None:
    """Serves one editor on standard input and output, until it goes away."""
    server.start_io()
