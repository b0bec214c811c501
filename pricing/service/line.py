"""A connection: uvicorn's, with a shorter way for a quote that has come whole.

A cart that arrives at once needs no task, no messages and no waiting for parts; it goes to the workers at its last byte, and
its answer is written in one piece. All else, and what is not whole yet, goes uvicorn's way.

What uvicorn leaves without an end has one here: a head's bytes, the time until it is whole, and that an answer is unread.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import httptools
import uvicorn
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pricing.service.asks import Reply
from pricing.service.guard import QUOTE_ROUTE, Guard, Inquiry, PlainAnswer
from pricing.service.problems import MEDIA, Refused

HEAD = 65_536
"""Bytes of a request's head, without what comes in one piece with its beginning or its end."""
_NEW = -1
_BODY = (b"content-length", b"transfer-encoding")
_METHOD, _PATH = QUOTE_ROUTE.method.encode(), QUOTE_ROUTE.path.encode()


class Short:
    """What uvicorn asks of a request that it is to answer."""

    message_event = asyncio.Event()
    """Nobody waits for it."""

    def __init__(self, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.response_complete = False
        self.disconnected = False


class Connection(HttpToolsProtocol):
    """It."""

    def __init__(self, guard: Guard, *rest: Any, **more: Any) -> None:
        super().__init__(*rest, **more)
        self.guard = guard
        self.held: bytes | None = None
        """The body, so far, of a quote that may take the short way."""
        self.unread: asyncio.TimerHandle | None = None
        self.waiting: asyncio.TimerHandle | None = None
        """For a head to be whole."""
        self.head: int | None = None
        """Bytes of one that is not; `_NEW` when it began in the piece in hand."""
        self.is_again = False
        """It is being read a second time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            self._go_on(data[error.args[0] :])
            return
        except httptools.HttpParserError:
            self._refuse(Refused(400, "no-http", [("this is no request of HTTP/1.1", "")]))
            return
        if self.held is not None:  # there is more to come
            body, self.held = self.held, None
            if not self.transport.is_closing():
                super().on_headers_complete()
                super().on_body(body)
        if self.head is not None:
            self.head = 0 if self.head == _NEW else self.head + len(data)
            if self.head > HEAD:
                self._refuse(Refused(431, "too-large", [(f"the head of a request has at most {HEAD} bytes", "")]))
                return
        if self.cycle is None or self.cycle.response_complete:
            self._wait()

    def _go_on(self, rest: bytes) -> None:
        """Whoever would rather speak another protocol is answered in this one. The parser has lost sight of the body."""
        framing = b"".join([b"%b: %b\r\n" % one for one in self.headers if one[0] in _BODY])
        self.parser = httptools.HttpRequestParser(self)
        self.is_again = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
        self.is_again = False
        self.data_received(rest)

    def _refuse(self, refused: Refused) -> None:
        """Answers what is no request, and ends the connection, unless an answer is being written."""
        if self.cycle is None or self.cycle.response_complete:
            parts = [STATUS_LINE[refused.status]]
            for name, value in (*self.server_state.default_headers, (b"content-type", MEDIA.encode())):
                parts += (name, b": ", value, b"\r\n")
            body = refused.body()
            parts.append(b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body))
            self.transport.write(b"".join((*parts, body)))
        self.transport.close()

    def _wait(self) -> None:
        """Ends the connection unless a request has begun in time."""
        if self.waiting is None and not self.transport.is_closing():
            self.waiting = self.loop.call_later(self.guard.front.settings.bounds.upload, self.transport.abort)

    def on_message_begin(self) -> None:
        if not self.is_again:
            self.head = _NEW
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self.is_again:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_again:
            super().on_header(name, value)

    def pause_writing(self) -> None:
        """The client does not read. Closing would wait for it: it is let go when it has not begun to in time."""
        super().pause_writing()
        if self.unread is None:
            self.unread = self.loop.call_later(self.guard.front.settings.bounds.unread, self._let_go)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        self._read()
        if self.waiting is not None:
            self.waiting.cancel()
        super().connection_lost(exc)

    def _read(self) -> None:
        if self.unread is not None:
            self.unread.cancel()
            self.unread = None

    def _let_go(self) -> None:
        self.scope["state"]["problem"] = "not-read"
        self.transport.abort()

    def on_headers_complete(self) -> None:
        if self.is_again:
            return
        self.head = None
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None
        is_free = self.cycle is None or self.cycle.response_complete
        is_plain = self.url == _PATH and not self.expect_100_continue and not self.flow.write_paused
        if is_free and is_plain and not self.parser.should_upgrade() and self._is_usual():
            self.held = b""
        else:
            super().on_headers_complete()

    def _is_usual(self) -> bool:
        return bool(self.parser.get_method() == _METHOD and self.parser.get_http_version() == "1.1")

    def on_body(self, body: bytes) -> None:
        if self.held is None:
            super().on_body(body)
        else:
            self.held += body

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # its body comes yet
        if self.held is None:
            super().on_message_complete()
            return
        body, self.held = self.held, None
        scope: Scope = {**self.scope, "method": QUOTE_ROUTE.method, "path": QUOTE_ROUTE.path, "query_string": b""}
        inquiry = Inquiry(self.guard.front, scope)
        short = self.cycle = Short(self.parser.should_keep_alive())  # type: ignore[assignment]
        try:
            inquiry.check()
            asked = self.guard.front.asked(scope, body)
        except Refused as refused:
            self._answer(inquiry, short, inquiry.refused(refused))
        except Exception as error:  # noqa: BLE001  # told in `fault`
            self._answer(inquiry, short, inquiry.fault(error))
        else:
            asked.add_done_callback(partial(self._done, inquiry, short))

    def _done(self, inquiry: Inquiry, short: Short, asked: asyncio.Future[Reply]) -> None:
        """A worker has answered, or nobody will."""
        try:
            answer = self.guard.front.answered(inquiry.scope, asked.result())
        except Refused as refused:
            self._answer(inquiry, short, inquiry.refused(refused))
        except Exception as error:  # noqa: BLE001  # told in `fault`
            self._answer(inquiry, short, inquiry.fault(error))
        else:
            self._answer(inquiry, short, answer)

    def _answer(self, inquiry: Inquiry, short: Short, answer: PlainAnswer | Response) -> None:
        """Writes an answer in one piece."""
        short.response_complete = True
        if short.disconnected or self.transport.is_closing():
            inquiry.over(499)
            return
        parts = [STATUS_LINE[answer.status_code]]
        for name, value in (*self.server_state.default_headers, *inquiry.headers(answer.raw_headers)):
            parts += (name, b": ", value, b"\r\n")
        if not short.keep_alive:
            parts.append(b"connection: close\r\n")
        self.transport.write(b"".join((*parts, b"\r\n", answer.body)))
        inquiry.over(answer.status_code)
        if not short.keep_alive:
            self.transport.close()
        self.on_response_complete()


def server(guard: Guard, **more: Any) -> uvicorn.Server:
    """A server of the application, with these connections."""
    line: Any = partial(Connection, guard)
    return uvicorn.Server(uvicorn.Config(guard, http=line, ws="none", log_config=None, access_log=False, **more))
