"""A few inputs of every kind with something wrong in them; `python -m tests.mutated` tries as many as are asked for."""

from __future__ import annotations

import pytest

from tests.mutated import KINDS, attempt
from tests.mutated_http import OPEN


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_raised_but_what_is_promised(kind: str) -> None:
    raised = {number: told for number in range(150) if (told := attempt(kind, number)[1])}
    OPEN.close()
    assert raised == {}
