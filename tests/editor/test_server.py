"""The language server, spoken to by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

pytestmark = pytest.mark.slow

HEAD = 'campaign week-1 "Week"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n\n'
CARDS = """list friends
  stores nova-home, luma-lights

store discount ten "Ten off a hundred"
  stores list friends
  spend 100.00 take 10.00 off
  never with lamps

promo code LAMP5 "5 off lamps 💡"
  stores luma-lights
  spend 30.00 take 5.00 off
"""


class Client(LanguageClient):
    """Keeps what the server publishes."""

    def __init__(self) -> None:
        super().__init__("tests", "1")
        self.came: dict[str, asyncio.Queue[list[lsp.Diagnostic]]] = {}
        self.messages: list[str] = []

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.of(params.uri).put_nowait(list(params.diagnostics))

        @self.feature(lsp.WINDOW_SHOW_MESSAGE)
        def shown(params: lsp.ShowMessageParams) -> None:
            self.messages.append(params.message)

    async def next(self, uri: str) -> list[lsp.Diagnostic]:
        """What is published next of a file; waits for it."""
        return await asyncio.wait_for(self.of(uri).get(), 30)

    def of(self, uri: str) -> asyncio.Queue[list[lsp.Diagnostic]]:
        return self.came.setdefault(uri, asyncio.Queue())


class Editor:
    """One open file."""

    def __init__(self, client: Client, file: Path) -> None:
        self.client = client
        self.file = file
        self.uri = file.as_uri()
        self.document = lsp.TextDocumentIdentifier(self.uri)
        self.version = 1

    async def open(self) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri, "promo", 1, self.file.read_text())
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.client.next(self.uri)

    async def type(self, text: str) -> list[lsp.Diagnostic]:
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.client.next(self.uri)

    def place(self, text: str, word: str, more: int = 0) -> lsp.Position:
        """The position of the first such word in a text, `more` characters into it; in UTF-16."""
        before = text[: text.index(word) + more]
        last = before.rsplit("\n", 1)[-1]
        return lsp.Position(before.count("\n"), len(last.encode("utf-16-le")) // 2)


def spoken(tmp_path: Path, does: Callable[[Editor], Awaitable[None]], cards: str = CARDS) -> None:
    """Starts a server and a client on a folder with one campaign, opened."""
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "stores.csv").write_text("store\nnova-home\nluma-lights\n")
    (tmp_path / "catalogue" / "skus.csv").write_text("sku,store,price\nLL-1,luma-lights,19.99\n")
    (tmp_path / "policy.promo").write_text("policy house\n")
    (tmp_path / "campaigns").mkdir()
    file = tmp_path / "campaigns" / "a.promo"
    file.write_text(HEAD + cards)

    async def run() -> None:
        client = Client()
        await client.start_io(sys.executable, "-m", "pricing.editor")
        try:
            root = tmp_path.as_uri()
            params = lsp.InitializeParams(lsp.ClientCapabilities(), process_id=None, root_uri=root)
            await asyncio.wait_for(client.initialize_async(params), 30)
            client.initialized(lsp.InitializedParams())
            await does(Editor(client, file))
        finally:
            await asyncio.wait_for(client.shutdown_async(None), 20)
            client.exit(None)
            await asyncio.wait_for(client.stop(), 20)

    asyncio.run(run())


def test_findings_come_when_a_file_is_opened_and_go_when_it_is_mended(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        (found,) = await editor.open()
        text = HEAD + CARDS
        assert (found.code, found.severity, found.source) == ("P0207", lsp.DiagnosticSeverity.Error, "pricing")
        assert found.message.startswith('There is no kind or card called "lamps".')
        assert found.range == lsp.Range(editor.place(text, "lamps"), editor.place(text, "lamps", 5))
        assert await editor.type(text.replace("never with lamps", "never with LAMP5")) == []
        (found,) = await editor.type(text.replace("never with lamps", "budgets 9000.00 in total"))
        assert found.code == "P0104"

    spoken(tmp_path, does)


def test_columns_are_those_of_the_editor(tmp_path: Path) -> None:
    cards = 'list x\n  stores nova-home\n\nstore discount ten "💡💡" extra\n  stores nova-home\n  take 1.00 off\n'

    async def does(editor: Editor) -> None:
        found = next(item for item in await editor.open() if item.code == "P0110")
        assert found.range.start.character == len('store discount ten "') - 1
        assert found.range.end.character == len('store discount ten "xxxx" extra')

    spoken(tmp_path, does, cards)


def test_fixes_are_offered_and_safe_ones_done_at_once(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        text = HEAD + CARDS.replace("never with lamps", "store luma-lights").replace("  spend 100", "  spends 100")
        await editor.open()
        await editor.type(text)
        where = lsp.Range(editor.place(text, "spends"), editor.place(text, "spends"))
        actions = await ask_fixes(editor, where, None)
        quick = [action for action in actions if action.kind == lsp.CodeActionKind.QuickFix]
        assert [(action.title, action.is_preferred) for action in quick] == [("Replace spends with spend", True)]
        assert quick[0].edit is not None and quick[0].edit.changes is not None
        (edit,) = quick[0].edit.changes[editor.uri]
        assert (edit.range.start, edit.new_text) == (editor.place(text, "spends"), "spend")
        (everything,) = await ask_fixes(editor, where, [lsp.CodeActionKind.SourceFixAll])
        assert everything.edit is not None and everything.edit.changes is not None
        assert [edit.new_text for edit in everything.edit.changes[editor.uri]] == ["spend", "stores"]

    spoken(tmp_path, does)


async def ask_fixes(editor: Editor, where: lsp.Range, only: list[Any] | None) -> list[lsp.CodeAction]:
    context = lsp.CodeActionContext([], only=only)
    found = await editor.client.text_document_code_action_async(lsp.CodeActionParams(editor.document, where, context))
    return [action for action in found or [] if isinstance(action, lsp.CodeAction)]


async def complete(editor: Editor, text: str) -> list[str]:
    """What is offered at the sign ¦ of a text."""
    await editor.type(text.replace("¦", ""))
    place = editor.place(text, "¦")
    found = await editor.client.text_document_completion_async(lsp.CompletionParams(editor.document, place))
    assert isinstance(found, lsp.CompletionList)
    for item in found.items:
        assert isinstance(item.text_edit, lsp.TextEdit)
        assert item.text_edit.range.end == place
    return [item.label for item in found.items]


def test_completion_knows_words_and_names(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        await editor.open()
        text = HEAD + CARDS
        assert await complete(editor, text + "  stores ¦\n") == ["luma-lights", "nova-home", "list friends"]
        assert await complete(editor, text + "  never with ¦\n") != []
        assert "spend" in await complete(editor, text + "  ¦\n")
        assert "store discount" in await complete(editor, text + "\n¦\n")

    spoken(tmp_path, does)


def test_hover_tells_the_card(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        text = HEAD + CARDS.replace("with lamps", "with LAMP5")
        await editor.open()
        await editor.type(text)
        for word, said in (("LAMP5", "5.00 off"), ("spend", "a step by money"), ("friends\n  spend", "list friends")):
            place = editor.place(text, word, 1)
            found = await editor.client.text_document_hover_async(lsp.HoverParams(editor.document, place))
            assert found is not None and isinstance(found.contents, lsp.MarkupContent)
            assert said in found.contents.value
        place = editor.place(text, "100.00")
        assert await editor.client.text_document_hover_async(lsp.HoverParams(editor.document, place)) is None

    spoken(tmp_path, does)


def test_going_to_a_card_and_a_list(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        text = HEAD + CARDS.replace("with lamps", "with LAMP5")
        await editor.open()
        await editor.type(text)
        for word, goal in (("LAMP5\n", 'LAMP5 "5'), ("friends\n  spend", "friends\n  stores")):
            place = editor.place(text, word, 2)
            params = lsp.DefinitionParams(editor.document, place)
            places = await editor.client.text_document_definition_async(params)
            assert isinstance(places, list)
            (found,) = places
            assert isinstance(found, lsp.Location)
            assert (found.uri, found.range.start) == (editor.uri, editor.place(text, goal))
        found = await editor.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.document))
        assert [item.name for item in found or ()] == ["week-1", "friends", "ten", "LAMP5"]

    spoken(tmp_path, does)


def test_renaming_a_card(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        text = HEAD + CARDS.replace("with lamps", 'with "LAMP5"')
        await editor.open()
        await editor.type(text)
        place = editor.place(text, 'LAMP5"', 2)
        made = await editor.client.text_document_rename_async(lsp.RenameParams(editor.document, place, "LAMP6"))
        assert made is not None
        assert made.changes is not None
        assert [edit.new_text for edit in made.changes[editor.uri]] == ['"LAMP6"', "LAMP6"]
        context = lsp.ReferenceContext(include_declaration=False)
        params = lsp.ReferenceParams(context, editor.document, place)
        (found,) = await editor.client.text_document_references_async(params) or ()
        assert found.range.start == editor.place(text, '"LAMP5"')
        for wrong in ("two words", "ten", "spend"):
            with pytest.raises(JsonRpcException):
                await editor.client.text_document_rename_async(lsp.RenameParams(editor.document, place, wrong))

    spoken(tmp_path, does)


def test_layout_is_that_of_fmt(tmp_path: Path) -> None:
    from pricing.language.formatter import fmt

    async def does(editor: Editor) -> None:
        await editor.open()
        params = lsp.DocumentFormattingParams(editor.document, lsp.FormattingOptions(2, True))
        (edit,) = await editor.client.text_document_formatting_async(params) or ()
        assert edit.new_text == fmt(HEAD + CARDS).text
        assert edit.range.start == lsp.Position(0, 0)
        await editor.type(edit.new_text)
        assert not await editor.client.text_document_formatting_async(params)
        await editor.type(HEAD + CARDS + "  spnd\n")
        assert not await editor.client.text_document_formatting_async(params)
        assert "Left as it is" in editor.client.messages[-1]

    spoken(tmp_path, does)


def test_a_change_in_one_file_is_told_in_another(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        await editor.open()
        other = editor.file.with_name("b.promo")
        other.write_text(HEAD.replace("week-1", "week-2") + 'promo code lamps "Lamps"\n  take 1.00 off\n')
        editor.client.text_document_did_save(lsp.DidSaveTextDocumentParams(editor.document))
        assert await editor.client.next(editor.uri) == []

    spoken(tmp_path, does)


def test_any_text_is_survived(tmp_path: Path) -> None:
    async def does(editor: Editor) -> None:
        await editor.open()
        for text in ("", "\x00\x0b\x0c\u2028\ud7ff", '"' * 50, "store discount\n" * 30, "# \n,\n,,\r\r\n\tspend ,"):
            await editor.type(text)
            for line in (0, 1, 99):
                place = lsp.Position(line, 3)
                await editor.client.text_document_completion_async(lsp.CompletionParams(editor.document, place))
                await editor.client.text_document_hover_async(lsp.HoverParams(editor.document, place))
                await editor.client.text_document_definition_async(lsp.DefinitionParams(editor.document, place))
            await editor.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.document))

    spoken(tmp_path, does)


def test_without_its_libraries_it_says_what_to_install() -> None:
    hidden = (
        "import sys; sys.modules['pygls'] = None; import runpy; runpy.run_module('pricing.editor', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "The language server needs pygls: pip install 'promotion-pricing[editor]' brings it.\n"


def test_nothing_above_the_workspace_is_read_or_told(tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    workspace.mkdir()
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "secret.promo").write_text("campaign secret\n  nonsense here\n")

    async def does(editor: Editor) -> None:
        await editor.open()
        await editor.type(HEAD + CARDS)
        assert [uri for uri in editor.client.came if "secret" in uri] == []

    spoken(workspace, does)
