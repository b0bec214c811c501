"""The page of the routes: sound by its own schema, and whatever it allows is answered as it says."""

from __future__ import annotations

from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pricing import __version__
from pricing.service.openapi import page

DRAWN = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
"""Cases are drawn while a test runs. Listing one for each keyword of the schemas takes every worker ten seconds before its
first test, and with the oldest supported versions minutes."""

schema = schemathesis.openapi.from_dict(page(__version__), config=DRAWN)


@schema.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_the_page_allows_is_answered_as_it_says(case: schemathesis.Case[Any], http: httpx.Client) -> None:
    case.call_and_validate(
        base_url=str(http.base_url),
        checks=[
            schemathesis.checks.not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
