"""Around everything: host, token, decision id, what is counted and logged, and problems for all that goes wrong."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pricing.service import tracing
from pricing.service.access import SCOPES, is_our_host, scopes_of
from pricing.service.problems import MEDIA, Refused
from pricing.service.routes import ROUTES, Route

if TYPE_CHECKING:
    from pricing.service.front import Front

LOG = logging.getLogger("pricing.service")
EVERYTHING = frozenset(SCOPES)
QUOTE_ROUTE = next(route for route in ROUTES if route.path == "/v1/quote")
_FINGERPRINT = re.compile(rb"sha256:[0-9a-f]+")


class PlainAnswer:
    """A whole answer: what Starlette's Response does, and nothing more."""

    def __init__(self, body: bytes, status: int, headers: list[tuple[bytes, bytes]], media: str) -> None:
        self.body = body
        self.status_code = status
        length = (b"content-length", b"%d" % len(body))
        self.raw_headers = [*headers, length, (b"content-type", media.encode())]

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


class Inquiry:
    """One request, until it is counted and logged."""

    __slots__ = ("decision", "front", "scope", "span", "start", "state")

    def __init__(self, front: Front, scope: Scope) -> None:
        self.front = front
        self.scope = scope
        self.start = time.perf_counter()
        self.decision = secrets.token_hex(12)
        self.state: dict[str, Any] = scope.setdefault("state", {})
        self.state["decision"] = self.decision
        self.span = tracing.begun(scope)

    def check(self) -> None:
        """Refuses a foreign host, and whoever may not ask this."""
        scope, settings = self.scope, self.front.settings
        self.state["scopes"] = EVERYTHING
        if scope["path"].startswith("/health/"):
            return
        if not is_our_host(settings.hosts, header(scope, b"host")):
            raise Refused(421, "other-host", [("this service is called by another name", "")])
        for name, value in scope["headers"]:
            if name == b"pricing-rules" and not _FINGERPRINT.fullmatch(value):
                raise Refused(400, "wrong-header", [("Pricing-Rules is a fingerprint, as in sha256:0f…", "")])
        if not settings.tokens:
            return
        scopes = scopes_of(settings.tokens, header(scope, b"authorization"))
        if scopes is None:
            raise Refused(401, "no-token", [("needs Authorization: Bearer with a token of this service", "")])
        self.state["scopes"] = scopes

    def headers(self, known: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of an answer, with the decision id and the rules' fingerprint."""
        found = [*known, (b"pricing-decision", self.decision.encode())]
        if not any(name == b"pricing-rules" for name, _ in known):
            found.append((b"pricing-rules", self.front.fingerprint.encode()))
        return found

    def refused(self, refused: Refused) -> Response:
        """A problem as an answer."""
        self.state["problem"] = refused.code
        return answer_of(refused)

    def fault(self, error: Exception) -> Response:
        """The answer to a fault of the program, which is told in the log."""
        LOG.error("a fault of the program, decision %s", self.decision, exc_info=error)
        return self.refused(Refused(500, "fault"))

    def over(self, status: int) -> None:
        """Counts and logs the request: its route, never its path, which may name a customer."""
        seconds = time.perf_counter() - self.start
        method, route = self.scope["method"], getattr(self.scope.get("route"), "path", None) or "none"
        self.front.figures.took(route, status, seconds)
        problem = self.state.get("problem", "")
        if problem:
            self.front.figures.problems.labels(problem).inc()
        more = {"problem": problem} if problem else {}
        milliseconds = round(seconds * 1000, 2)
        self.front.log.say(decision=self.decision, method=method, route=route, status=status, ms=milliseconds, **more)
        if self.span is not None:
            tracing.ended(self.span, method, route, status, self.decision, self.front.fingerprint)


class Guard:
    """The ASGI application around the application."""

    def __init__(self, app: ASGIApp, front: Front) -> None:
        self.app = app
        self.front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        inquiry, status = Inquiry(self.front, scope), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = inquiry.headers(list(message["headers"]))
            await send(message)

        try:
            inquiry.check()
            if scope["path"] == QUOTE_ROUTE.path and scope["method"] == QUOTE_ROUTE.method:
                await self.front.quote(scope, receive, sent)
            else:
                await self.app(scope, receive, sent)
        except Refused as refused:
            await inquiry.refused(refused)(scope, receive, sent)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:  # noqa: BLE001  # told in `fault`
            told = inquiry.fault(error)
            if not status:
                await told(scope, receive, sent)
        finally:
            inquiry.over(status)


def open_to(scope: Scope, route: Route) -> None:
    """Refuses whoever has no token for the route, which is the request's from now on."""
    scope["route"] = route
    if route.scope and route.scope not in scope["state"]["scopes"]:
        raise Refused(403, "no-scope", [(f"needs a token with the scope {route.scope}", "")])


def header(scope: Scope, wanted: bytes) -> bytes:
    """The value of a header that stands at most once; empty when it is not there."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return b""


def answer_of(refused: Refused) -> Response:
    """A problem as an answer."""
    headers = {"Retry-After": str(refused.retry)} if refused.retry else {}
    if refused.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(refused.body(), refused.status, headers, MEDIA)
