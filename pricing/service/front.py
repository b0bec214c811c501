"""The front: takes requests in, checks who asks, hands them to the workers, and answers.

`application` makes the ASGI application of some settings. One process runs it; what takes time is done by the pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as Way
from starlette.types import Receive, Scope, Send

from pricing import __version__
from pricing.service import batch, openapi, reading
from pricing.service.asks import Ask, Reply
from pricing.service.decisions import DecisionLog
from pricing.service.guard import QUOTE_ROUTE, Guard, PlainAnswer, answer_of, header, open_to
from pricing.service.pool import Crew
from pricing.service.problems import MEDIA, Refused
from pricing.service.routes import ROUTES, Route
from pricing.service.settings import Settings
from pricing.service.watching import Figures, Log

LOG = logging.getLogger("pricing.service")
KEY = 255
"""Characters of an Idempotency-Key."""
NDJSON = b"application/x-ndjson"
LARGE = 65_536
"""Bytes from which a cart is taken to be costly."""


class Front:
    """What all requests share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = Crew(settings)
        self.figures = Figures()
        self.log = Log()
        self.decisions = DecisionLog(settings.decisions) if settings.decisions else None
        self.fingerprint = ""
        self.since = ""
        self.trouble: str | None = None
        self.writing: dict[str, bytes] = {}
        """Idempotency keys of requests that are being done."""
        page = openapi.page(__version__)
        self.page, self.docs = json.dumps(page).encode(), reading.html_of(page).encode()
        self.chores: list[asyncio.Task[None]] = []

    # Life

    @contextlib.asynccontextmanager
    async def life(self, _: Starlette) -> AsyncIterator[None]:
        """Starts the workers and reads the rules; ends the workers at the end."""
        self.pool.changed = lambda: self.chores.append(asyncio.create_task(self.reload()))
        await self.pool.start()
        try:
            await self.reload()
            if self.settings.watch:
                self.chores.append(asyncio.create_task(self.watch()))
            if self.settings.ledger:
                self.chores.append(asyncio.create_task(self.sweep()))
            yield
        finally:
            for chore in self.chores:
                chore.cancel()
            await self.pool.close()
            if self.decisions is not None:
                await asyncio.to_thread(self.decisions.close)

    async def reload(self) -> None:
        """Reads the folder; wrong rules leave those in force as they are."""
        found = await self.pool.load()
        self.trouble = found.report or None
        if found.fingerprint and found.fingerprint != self.fingerprint:
            self.trouble = await self.pool.swap() or None
            if self.trouble is None:
                self.fingerprint, self.since = found.fingerprint, datetime.now(UTC).isoformat(timespec="seconds")
        self.figures.rules_wrong.set(self.trouble is not None)
        self.figures.reloads.labels("wrong" if self.trouble else "fine").inc()
        self.log.say(event="rules", rules=self.fingerprint, wrong=self.trouble is not None)
        if self.trouble:
            LOG.error("the rules in the folder are wrong; those in force stay: %s", self.trouble)

    async def watch(self) -> None:
        """Looks at the folder from time to time."""
        seen = await asyncio.to_thread(_state, self.settings.rules)
        while True:
            await asyncio.sleep(self.settings.watch)
            now = await asyncio.to_thread(_state, self.settings.rules)
            if now != seen:
                seen = now
                with contextlib.suppress(Refused):
                    await self.reload()

    async def sweep(self) -> None:
        """Has one worker release what held too long."""
        while True:
            await asyncio.sleep(self.settings.sweep)
            with contextlib.suppress(Refused):
                await self.pool.ask("sweep", Ask(), slow=True)

    # Requests

    async def work(self, route: Route, request: Request) -> PlainAnswer:
        """A request that a worker answers."""
        body = await self.body(request.scope, request.receive, self.settings.bounds.body)
        if not body and route.body is not None and not route.optional:
            raise Refused(400, "not-json", [("there is no body", "")])
        ask = Ask(
            body,
            query_of(route, request.scope["query_string"]),
            request.path_params,
            request.headers.get("pricing-rules", ""),
            request.headers.get("idempotency-key", ""),
            f"{route.method} {request.url.path}",
        )
        if not route.writes:
            costly = route.task == "check" or len(body) > LARGE
            answer = await self.pool.ask(route.task, ask._replace(whole=costly), costly=costly)
            return self.answered(request.scope, answer)
        if not ask.key.isprintable() or not 0 < len(ask.key) <= KEY:
            raise Refused(400, "needs-key", [(f"needs an Idempotency-Key of 1 to {KEY} characters", "")])
        if ask.key in self.writing:
            if self.writing[ask.key] != body:
                raise Refused(422, "key-taken", [("this key is being used with another body", "")])
            raise Refused(409, "in-progress", [("the first request with this key is being done", "")], retry=1)
        self.writing[ask.key] = body
        try:
            return self.answered(request.scope, await asyncio.shield(self.pool.ask(route.task, ask)))
        finally:
            del self.writing[ask.key]

    async def quote(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST /v1/quote: as `work`, with nothing between, for this is what a service does most."""
        open_to(scope, QUOTE_ROUTE)
        body = await self.body(scope, receive, self.settings.bounds.body)
        await self.answered(scope, await self.asked(scope, body))(scope, receive, send)

    def asked(self, scope: Scope, body: bytes) -> asyncio.Future[Reply]:
        """The quote of a body that is there. Raises Refused."""
        open_to(scope, QUOTE_ROUTE)
        self.measured(scope, len(body), self.settings.bounds.body)
        if not body:
            raise Refused(400, "not-json", [("there is no body", "")])
        query = query_of(QUOTE_ROUTE, scope["query_string"]) if scope["query_string"] else {}
        pinned = header(scope, b"pricing-rules").decode("latin-1")
        costly = len(body) > LARGE
        return self.pool.put("quote", Ask(body, query, pinned=pinned, whole=costly), costly=costly)

    async def body(self, scope: Scope, receive: Receive, most: int) -> bytes:
        """The body, which must be JSON, arrive in time and be no larger than `most` bytes."""
        if scope["method"] == "GET":
            return b""
        length = header(scope, b"content-length")
        self.measured(scope, int(length) if length.isdigit() else 0, most)
        try:
            async with asyncio.timeout(self.settings.bounds.upload):
                parts, size, more = [], 0, True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    more = message.get("more_body", False)
                    self.measured(scope, size, most)
        except TimeoutError:
            raise Refused(408, "too-slow", [("the body did not arrive in time", "")]) from None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @staticmethod
    def measured(scope: Scope, size: int, most: int) -> None:
        """Refuses what is no JSON, and what is too large."""
        if media_of(scope) not in (b"application/json", NDJSON, b""):
            raise Refused(415, "not-json", [("a body is application/json", "")])
        if header(scope, b"content-encoding").lower() not in (b"", b"identity"):
            raise Refused(415, "not-json", [("a body is not compressed", "")])
        if size > most:
            raise Refused(413, "too-large", [(f"a body has at most {most} bytes", "")])

    def answered(self, scope: Scope, answer: Reply) -> PlainAnswer:
        """A worker's answer, counted."""
        self.note(scope, answer)
        headers = [(b"pricing-rules", answer.rules.encode())]
        if answer.retry:
            headers.append((b"retry-after", b"%d" % answer.retry))
        if answer.problem:
            scope["state"]["problem"] = answer.problem
        return PlainAnswer(answer.body, answer.status, headers, MEDIA if answer.problem else "application/json")

    def note(self, scope: Scope, answer: Reply) -> None:
        """Counts what a worker has done, and logs what it decided."""
        self.figures.steps.inc(answer.steps)
        self.figures.unproved.inc(answer.unproved)
        for reason in answer.refused:
            self.figures.refused.labels(reason).inc()
        if self.decisions is not None and answer.decided:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            known = {"decision": scope["state"]["decision"], "at": now, "route": scope["route"].path}
            opening = json.dumps(known).removesuffix("}").encode() + b", "
            self.decisions.put(opening + line for line in answer.decided)

    async def rules(self, route: Route, request: Request) -> Response:
        """GET /v1/rules, POST /v1/rules/reload."""
        if route.method == "POST":
            await self.reload()
        told = await self.pool.ask("cards", Ask()) if self.fingerprint else None
        cards = json.loads(told.body) if told is not None and told.status == 200 else []
        trouble = self.trouble if "rules" in request.state.scopes or self.trouble is None else "the rules are wrong"
        document = {"rules": self.fingerprint, "since": self.since, "cards": cards, "trouble": trouble}
        return Response(json.dumps(document), media_type="application/json")

    async def quotes(self, route: Route, request: Request) -> Response:
        """POST /v1/quotes."""
        ask = Ask(query=query_of(route, request.scope["query_string"]), pinned=request.headers.get("pricing-rules", ""))
        if ask.pinned and ask.pinned != self.fingerprint:
            raise Refused(409, "other-rules", [(f"the rules in force are {self.fingerprint}", "")])
        note = partial(self.note, request.scope)
        if media_of(request.scope) == NDJSON:
            self.measured(request.scope, 0, 0)
            return batch.Lines(self.pool, ask, note)
        return batch.Array(self.pool, ask, note, partial(self.body, most=self.settings.bounds.batch))

    async def health(self, route: Route, request: Request) -> Response:
        """GET /health/live and /health/ready."""
        fine = route.path.endswith("live") or bool(self.fingerprint)
        status = "live" if route.path.endswith("live") else "ready" if fine else "without rules"
        return Response(json.dumps({"status": status}), 200 if fine else 503, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """GET /metrics."""
        self.figures.waiting.set(self.pool.waiting)
        self.figures.workers_ended.set(self.pool.ended)
        if self.decisions is not None:
            self.figures.decisions_lost.set(self.decisions.lost)
        return Response(self.figures.text(), media_type="text/plain; version=0.0.4")

    async def openapi(self, request: Request) -> Response:
        """GET /openapi.json."""
        return Response(self.page, media_type="application/json")

    async def reading(self, request: Request) -> Response:
        """GET /docs."""
        safe = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return Response(self.docs, headers=safe, media_type="text/html; charset=utf-8")

    def ways(self) -> list[Way]:
        """The routes of the application."""
        fronts = {"/v1/quotes": self.quotes, "/v1/rules": self.rules, "/v1/rules/reload": self.rules}
        fronts |= {"/health/live": self.health, "/health/ready": self.health}
        made = [Way("/metrics", self.metrics), Way("/openapi.json", self.openapi), Way("/docs", self.reading)]
        for route in ROUTES:
            endpoint: Callable[..., Awaitable[Any]] = partial(fronts.get(route.path, self.work), route)
            made.append(Way(route.path, endpoint, methods=[route.method]))
        return made


def application(settings: Settings) -> Guard:
    """The ASGI application."""
    front = Front(settings)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        codes = {404: "no-route", 405: "no-method"}
        told = Refused(error.status_code if error.status_code in codes else 400, codes.get(error.status_code, "bad"))
        request.state.problem = told.code
        response = answer_of(told)
        response.headers.update(error.headers or {})
        return response

    async def fault(request: Request, error: Exception) -> Response:
        """Starlette raises the error again behind this answer, so that it is told in the log."""
        request.state.problem = "fault"
        return answer_of(Refused(500, "fault"))

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        request.state.problem = error.code
        return answer_of(error)

    ways = [_scoped(way) for way in front.ways()]
    handlers = {HTTPException: http_error, Refused: refused, Exception: fault}
    app = Starlette(routes=ways, lifespan=front.life, exception_handlers=handlers)
    app.router.redirect_slashes = False
    app.state.front = front
    return Guard(app, front)


def _scoped(way: Way) -> Way:
    """The way with a look at the token's scopes before it."""
    route = next((one for one in ROUTES if one.path == way.path and one.method in (way.methods or ())), None)
    endpoint = way.endpoint

    async def asked(request: Request) -> Response:
        if route is not None:
            open_to(request.scope, route)
        made: Response = await endpoint(request)
        return made

    return Way(way.path, asked, methods=list(way.methods or ("GET",)))


def media_of(scope: Scope) -> bytes:
    """What a body is said to be."""
    return header(scope, b"content-type").partition(b";")[0].strip().lower()


def query_of(route: Route, text: bytes) -> dict[str, Any]:
    """The query of a request. Raises Refused for what the route does not know."""
    made: dict[str, Any] = {}
    for name, value in parse_qsl(text.decode("latin-1"), keep_blank_values=True):
        schema = route.query.get(name)
        if schema is None:
            raise _wrong(f"does not know {name[:40]!r}")
        if schema.get("type") == "array":
            values = made.setdefault(name, [])
            values.append(_value(schema["items"], name, value))
            if len(values) > schema["maxItems"]:
                raise _wrong(f"{name} stands at most {schema['maxItems']} times")
        elif name in made:
            raise _wrong(f"{name} stands once")
        else:
            made[name] = _value(schema, name, value)
    return made


def _value(schema: dict[str, Any], name: str, text: str) -> Any:
    """One value of a query. Raises Refused."""
    is_flag = schema.get("type") == "boolean"
    known = ["true", "false"] if is_flag else schema.get("enum")
    if known is not None and text not in known:
        raise _wrong(f"{name} is one of {', '.join(known)}")
    if len(text) > schema.get("maxLength", len(text)):
        raise _wrong(f"{name} has at most {schema['maxLength']} characters")
    return text == "true" if is_flag else text


def _wrong(told: str) -> Refused:
    return Refused(400, "wrong-query", [(told, "")])


def _state(folder: str) -> list[tuple[str, int, int]]:
    """Names, times and sizes of all files of a folder."""
    found: list[tuple[str, int, int]] = []
    for place, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                stat = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118  # of many files, every second
                found.append((f"{place}/{name}", stat.st_mtime_ns, stat.st_size))
    return sorted(found)
