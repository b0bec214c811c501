"""Traces, where OpenTelemetry's packages are there (extra `traces`): a span for each request, a child of the caller's.

Spans go to whatever provider the program that runs the service has set up; `pricing serve` sets one up when the environment
says where to (docs/deployment.md). A span has the route, the status and the decision id, and no personal data.
"""

from __future__ import annotations

import os
from typing import Any

try:
    from opentelemetry import propagate, trace
    from opentelemetry.trace import SpanKind, Status, StatusCode
except ImportError:  # the extra is not there
    trace = None  # type: ignore[assignment]


def begun(scope: Any) -> Any:
    """A span for a request; None where nobody traces: then this must cost nothing."""
    if trace is None or isinstance(provider := trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    tracer = provider.get_tracer("pricing.service")
    caller = propagate.extract({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
    span = tracer.start_span(scope["method"], caller, SpanKind.SERVER)
    return span if span.is_recording() else None


def ended(span: Any, method: str, route: str, status: int, decision: str, rules: str) -> None:
    """Says what became of the request, by OpenTelemetry's names where it has some."""
    span.update_name(f"{method} {route}")
    span.set_attributes({
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "pricing.decision": decision,
        "pricing.rules": rules,
    })  # fmt: skip
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))
    span.end()


def set_up() -> None:
    """Sends spans where the environment says, when it says so. Raises ImportError without the packages."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
