"""The page of the routes: sound by its own schema, and whatever it allows is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pricing import __version__
from pricing.ledger import Ledger
from pricing.service.openapi import page
from pricing.service.settings import Settings
from tests.ledger.shop import ENGINE, NOON
from tests.service.conftest import running

DRAWN = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
"""Cases are drawn while a test runs. Listing one for each keyword of the schemas takes every worker ten seconds before its
first test, and with the oldest supported versions minutes."""

schema = schemathesis.openapi.from_dict(page(__version__), config=DRAWN)


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = str(tmp_path_factory.mktemp("ledger") / "ledger.db")
    Ledger(place, ENGINE).close()
    with running(Settings(str(folder), place, now=NOON, watch=0)) as (http, _):
        yield str(http.base_url)


@schema.parametrize()
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_the_page_allows_is_answered_as_it_says(case: schemathesis.Case[Any], url: str) -> None:
    case.call_and_validate(
        base_url=url,
        checks=[
            schemathesis.checks.not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
