"""The studio over HTTP, for one person's browser on this machine.

Everything lies below an address that nobody can guess: `http://127.0.0.1:PORT/TOKEN/`. Whoever does not know it, calls this
machine by another name, or sends from another page, gets nothing. `POST api/NAME` asks the desk; `folder`, `read`, `save`
and `revisions` are about files, `report`, `codes`, `mint` and `listed` about a ledger. Bodies and answers are JSON.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pricing.language.loading.kept import Kept
from pricing.studio.asked import WrongQuestion, number_of, text_of
from pricing.studio.books import Books
from pricing.studio.clerk import Clerk
from pricing.studio.desk import QUESTIONS, Workbench
from pricing.studio.folder import Leaf, NotDone, Overtaken, TextFolder
from pricing.studio.overview import words

PAGE = Path(__file__).parent / "page" / "built"
ASSETS = {
    "": ("index.html", "text/html; charset=utf-8"),
    "studio.js": ("studio.js", "text/javascript; charset=utf-8"),
    "studio.css": ("studio.css", "text/css; charset=utf-8"),
}
LARGEST = 64_000_000
"""Bytes of a question."""
LOOKED = 0.5
"""Seconds for which the folder is not looked at again."""
SLOW = frozenset({"examples", "orders", "worst"})
HEADERS = (
    (b"content-security-policy",
     b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
     b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)  # fmt: skip


class Gate:
    """Lets in who knows the address, from this machine, from the studio's own page; all others get nothing."""

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str]) -> None:
        self.app = app
        self.token = token.encode()
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        refusal = self.refused(scope)
        if refusal is not None:
            await PlainTextResponse(f"{refusal[1]}\n", refusal[0])(scope, receive, sent)
            return
        root = f"/{self.token.decode()}"
        await self.app({**scope, "path": scope["path"].removeprefix(root)}, receive, sent)

    def refused(self, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence for a request that is not let in."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "").lower()
        if host not in self.hosts:
            return 421, "The studio is called by another name."
        first, slash, _ = scope["path"].encode("utf-8", "surrogatepass").removeprefix(b"/").partition(b"/")
        if not hmac.compare_digest(first, self.token) or not slash:
            return 403, "Open the address that `pricing studio` has shown, with all its signs."
        if scope["method"] == "POST":
            if headers.get(b"origin", "").lower() != f"http://{host}":
                return 403, "Only the studio's own page may ask."
            if headers.get(b"content-type", "").partition(";")[0].strip().lower() != "application/json":
                return 415, "A question is JSON."
        return None


class Bureau:
    """Answers what the page asks."""

    def __init__(self, folder: TextFolder, name: str, ledger: str, cache: Path | None) -> None:
        self.folder = folder
        self.books = Books(ledger) if ledger else None
        self.name = name
        self.leaves = folder.leaves()
        kept = Kept(cache, folder.root, "studio") if cache is not None else None
        self.desk = Workbench({path: leaf.text for path, leaf in self.leaves.items()}, kept)
        self.clerk = Clerk(self.desk.saved, kept)
        self._turn = asyncio.Lock()
        """For what is worked out; files are read and written meanwhile."""
        self._looked = time.monotonic()

    @asynccontextmanager
    async def life(self, _: Starlette) -> AsyncIterator[None]:
        """Reads the cards while the browser starts; ends the helping process at the end."""
        reading = asyncio.create_task(self._read_cards())
        try:
            yield
        finally:
            reading.cancel()
            self.clerk.close()

    async def _read_cards(self) -> None:
        async with self._turn:
            await asyncio.to_thread(self._quickly, "open", {})
            gc.freeze()  # what was read stays: no collection need walk through it

    async def page(self, request: Request) -> Response:
        """GET: the page and its parts."""
        name, media = ASSETS[request.scope["path"].removeprefix("/")]
        return Response((PAGE / name).read_bytes(), media_type=media)

    async def api(self, request: Request) -> Response:
        """POST: one question."""
        name = request.path_params["name"]
        try:
            asked = json.loads(await _body(request))
            if not isinstance(asked, dict):
                return _answer({"error": "a question is an object"}, 422)
            return await self.answered(request, name, asked)
        except ClientDisconnect:
            return Response(status_code=499)
        except Overtaken as error:
            return _answer({"error": str(error), "theirs": error.theirs, "fingerprint": error.fingerprint}, 409)
        except (NotDone, WrongQuestion, RecursionError, ValueError) as error:
            return _answer({"error": str(error)}, 422)

    async def answered(self, request: Request, name: str, asked: dict[str, Any]) -> Response:
        """The answer to a question about files, or to one of the desk."""
        files = {"folder": self.told, "read": self.read, "save": self.save, "revisions": self.revisions}
        if name in files:
            return _answer(await asyncio.to_thread(files[name], asked))
        books = {"report": self.report, "codes": self.codes, "mint": self.mint, "listed": self.listed}
        if name in books:
            async with self._turn:
                return _answer(await asyncio.to_thread(books[name], asked))
        if name not in QUESTIONS:
            raise WrongQuestion(f"there is no question {name[:40]!r}")
        if "revision" in asked:
            asked["old"] = await asyncio.to_thread(self.folder.revision, text_of(asked, "revision"))
        if name in SLOW or asked.get("why") == "all":
            return await self.slowly(request, name, asked)
        async with self._turn:
            text = await asyncio.to_thread(self._quickly, name, asked)
        return _text(text)

    def _quickly(self, name: str, asked: dict[str, Any]) -> str:
        self.look()
        return self.desk.ask_json(name, json.dumps(asked))

    async def slowly(self, request: Request, name: str, asked: dict[str, Any]) -> Response:
        """By the other process, for as long as somebody waits."""
        self.clerk.save(self.desk.saved)
        work = asyncio.create_task(self.clerk.ask_json(name, json.dumps(asked)))
        while not work.done():
            await asyncio.wait([work], timeout=0.1)
            if not work.done() and await request.is_disconnected():
                work.cancel()
                return Response(status_code=499)
        return _text(work.result())

    # Files

    def look(self, now: bool = False) -> None:
        """Takes over what has changed in the folder, from time to time."""
        if not now and time.monotonic() - self._looked < LOOKED:
            return
        self.leaves = self.folder.leaves()
        self._looked = time.monotonic()
        texts = {path: leaf.text for path, leaf in self.leaves.items()}
        if texts != self.desk.saved:
            self.desk.saved = texts

    def told(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the folder is called, its files with their fingerprints, and what can be done here."""
        self.look(now=True)
        files = {path: _about(leaf) for path, leaf in self.leaves.items()}
        return {
            "name": self.name,
            "words": words(),
            "files": files,
            "can": {"save": True, "revisions": True, "report": self.books is not None},
        }

    def read(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The text of one file."""
        self.look(now=True)
        path = text_of(asked, "path")
        leaf = self.leaves.get(path)
        if leaf is None:
            raise WrongQuestion(f"there is no file {path[:100]!r}")
        return {"path": path, "text": leaf.text, **_about(leaf)}

    def save(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Writes one file; `seen` is the fingerprint of what it takes the place of."""
        path, text = text_of(asked, "path"), asked.get("text")
        if text is not None and not isinstance(text, str):
            raise WrongQuestion("text must be a text, or null to remove the file")
        fingerprint = self.folder.write(path, text, text_of(asked, "seen"))
        self.look(now=True)
        return {"path": path, "fingerprint": fingerprint}

    def revisions(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The last commits that touched the folder."""
        return {"revisions": self.folder.revisions()}

    def report(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the ledger says of the saved cards, by rule, seller and month, and so on."""
        books, bench = self._books(), self.desk.bench(self.desk.saved)
        return books.report(bench.loaded.partial, text_of(asked, "by", "rule"), bench.zone)

    def codes(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The saved cards that have single codes, and how many there are."""
        return self._books().codes(self.desk.bench(self.desk.saved).loaded.partial)

    def mint(self, asked: dict[str, Any]) -> dict[str, Any]:
        """New single codes of a saved card; `key` makes it safe to ask again."""
        books, book = self._books(), self.desk.bench(self.desk.saved).loaded.book
        if book is None:
            raise WrongQuestion("the saved cards have mistakes: codes are made once they are mended")
        many, key = number_of(asked, "many", most=100_000), text_of(asked, "key")
        return books.mint(book, text_of(asked, "rule"), many, datetime.now(UTC), key)

    def listed(self, asked: dict[str, Any]) -> dict[str, Any]:
        """All single codes of a card as CSV."""
        return self._books().listed(self.desk.bench(self.desk.saved).loaded.partial, text_of(asked, "rule"))

    def _books(self) -> Books:
        if self.books is None:
            raise WrongQuestion("no ledger was named: pricing studio --ledger URL")
        return self.books


def _about(leaf: Leaf) -> dict[str, str]:
    return {"fingerprint": leaf.fingerprint, "locked": leaf.locked}


async def _body(request: Request) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST:
            raise WrongQuestion("this is too much for one question")
    return bytes(parts)


def _answer(answer: dict[str, Any], status: int = 200) -> Response:
    return _text(json.dumps(answer, ensure_ascii=False), status)


def _text(text: str, status: int = 0) -> Response:
    status = status or (422 if text.startswith('{"error": ') else 200)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def application(folder: Path, token: str, port: int, ledger: str = "", cache: Path | None = None) -> ASGIApp:
    """The ASGI application of one folder, at `/TOKEN/` of loopback; `ledger` is where its books are, if there are any,
    `cache` a folder to keep cards in that were read."""
    bureau = Bureau(TextFolder(folder), folder.resolve().name, ledger, cache)
    routes = [Route("/api/{name}", bureau.api, methods=["POST"])]
    routes += [Route(f"/{name}", bureau.page, methods=["GET"]) for name in ASSETS]
    app = Starlette(routes=routes, lifespan=bureau.life)
    app.router.redirect_slashes = False
    hosts = frozenset(f"{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]"))
    return Gate(GZipMiddleware(app, minimum_size=1000), token, hosts)
