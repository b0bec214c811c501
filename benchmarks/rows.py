"""The rows of the comparison, and which part of it each takes part in."""

from __future__ import annotations

ROWS = {
    "ours, compiled": "ours",
    "ours, pure": "ours",
    "CP-SAT, solve alone": "cpsat",
    "HiGHS, solve alone": "highs",
    "their table of options": "table",
    "Medusa, no database": "medusa",
    "django-oscar": "oscar",
    "layer by layer": "layers",
    "best over all codes": "best-code",
    "naive greedy": "greedy",
    "matching: zen-engine table": "zen",
    "matching: business-rules": "business-rules",
    "matching: cel-python": "cel",
    "matching: an index": "index",
}
"""What the row is called, and its peer."""

OURS = frozenset({"ours, compiled", "ours, pure"})
EXACT = frozenset({"CP-SAT, solve alone", "HiGHS, solve alone"})
POLICIES = frozenset({"layer by layer", "best over all codes", "naive greedy", "django-oscar"})
"""Rows that price without a claim to be best."""
NOT_ON_LARGE = frozenset({"django-oscar"})
"""A cart of 200 lines would take minutes."""
