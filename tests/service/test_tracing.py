"""Traces: one span for each request, a child of the caller's, with nothing of who asked."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.service.test_service import CART, until

CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    found = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    yield found
    provider.shutdown()


def test_a_request_is_a_span_under_its_callers(http: httpx.Client, spans: InMemorySpanExporter) -> None:
    answer = http.post("/v1/quote", json=CART, headers={"traceparent": f"00-{CALLER}-00f067aa0ba902b7-01"})
    until(spans.get_finished_spans)
    (span,) = spans.get_finished_spans()
    assert span.name == "POST /v1/quote"
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == CALLER
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/v1/quote",
        "http.response.status_code": 200,
        "pricing.decision": answer.headers["pricing-decision"],
        "pricing.rules": answer.headers["pricing-rules"],
    }


def test_a_span_has_the_route_and_not_the_customer(http: httpx.Client, spans: InMemorySpanExporter) -> None:
    assert http.get("/v1/wallets/ann@example.org").status_code == 200
    until(spans.get_finished_spans)
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /v1/wallets/{customer}"
    assert "ann" not in span.to_json()
