"""What is counted and logged: Prometheus figures without names of rules or people, and one JSON line for each request."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LOG = logging.getLogger("pricing.service.requests")
_JSON = msgspec.json.Encoder()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Figures:
    """All counters of one service."""

    def __init__(self) -> None:
        made = self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "pricing_request_seconds", "Time to answer", ["route", "status"], registry=made, buckets=_SECONDS
        )
        self._series: dict[tuple[str, int], Histogram] = {}
        self.steps = Counter("pricing_search_steps", "Steps of search", registry=made)
        self.unproved = Counter("pricing_unproved_quotes", "Quotes whose total is not proved", registry=made)
        self.refused = Counter(
            "pricing_refusals", "Rules that were not used, where asked why", ["reason"], registry=made
        )
        self.problems = Counter("pricing_problems", "Requests answered with a problem", ["code"], registry=made)
        self.waiting = Gauge("pricing_queue", "Requests that wait for a worker", registry=made)
        self.workers_ended = Gauge("pricing_workers_ended", "Workers that ended before their time", registry=made)
        self.decisions_lost = Gauge("pricing_decisions_lost", "Quotes that the decision log missed", registry=made)
        self.reloads = Counter("pricing_reloads", "Times that rules were read", ["outcome"], registry=made)
        self.rules_wrong = Gauge("pricing_rules_wrong", "1 while the folder's rules are wrong", registry=made)

    def took(self, route: str, status: int, seconds: float) -> None:
        """Counts a request."""
        found = self._series.get((route, status))
        if found is None:
            found = self._series[route, status] = self.seconds.labels(route, str(status))
        found.observe(seconds)

    def text(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self.registry)


class Log:
    """Lines of JSON. Those of one turn of the loop are written together."""

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def say(self, **words: Any) -> None:
        """One line."""
        if not LOG.isEnabledFor(logging.INFO):
            return
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write)
        self._waiting.append(_JSON.encode(words).decode())

    def _write(self) -> None:
        lines, self._waiting = self._waiting, []
        LOG.info("%s", "\n".join(lines))
