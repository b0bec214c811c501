"""A connection: uvicorn's, with a shorter way for a quote that has come whole.

A cart that arrives at once needs no task, no messages and no waiting for parts; it goes to the workers at its last byte, and
its answer is written in one piece. All else, and what is not whole yet, goes uvicorn's way.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import uvicorn
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pricing.service.asks import Reply
from pricing.service.guard import QUOTE_ROUTE, Guard, Inquiry, PlainAnswer
from pricing.service.problems import Refused

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

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.held is not None:  # there is more to come
            body, self.held = self.held, None
            if not self.transport.is_closing():
                super().on_headers_complete()
                super().on_body(body)

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
        super().connection_lost(exc)

    def _read(self) -> None:
        if self.unread is not None:
            self.unread.cancel()
            self.unread = None

    def _let_go(self) -> None:
        self.scope["state"]["problem"] = "not-read"
        self.transport.abort()

    def on_headers_complete(self) -> None:
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
    return uvicorn.Server(uvicorn.Config(guard, http=line, log_config=None, access_log=False, **more))
