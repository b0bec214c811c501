"""What all tests share: the switch that rewrites what examples expect."""

from __future__ import annotations

import os

import pytest

# Tests run the engine's source, also where it has been compiled in place: some set its switches from outside, and coverage
# sees source only. `engine/test_compiled.py` compares the compiled build in processes of its own.
os.environ["PRICING_PURE"] = "1"
# Tests leave nothing in this user's cache folder.
os.environ["PRICING_CACHE"] = ""


LONG_RUNS = (
    ("--seeds", 400, "Random markets priced by engine and oracle; one large market more for every eight."),
    ("--first-seed", 0, "The first of these markets."),
    ("--cut-markets", 200, "Random markets of three sizes, cut in several ways and joined."),
    ("--more-markets", 60, "Random markets of two sizes, priced again with one thing less each time."),
    ("--currency-markets", 18, "Random markets of three currencies and three policies, priced by engine and oracle."),
    ("--kills", 6, "Workers of the ledger that are killed at work, an even number."),
    ("--lost-servers", 1, "How often the database server of a ledger at work is lost."),
    ("--all-sets", 300, "Small baskets whose gets and bundles are held against all sets of units."),
    ("--fmt-files", 200, "Rule files printed badly and formatted."),
    (
        "--explain-markets",
        None,
        "Random markets whose reasons are held against the oracle: 300, and 100 for next steps.",
    ),
)
"""What a long run asks for, with what a usual one does (CONTRIBUTING.md)."""


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether to rewrite what is expected."""
    return bool(request.config.getoption("--update"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="Rewrite what is written from the source; then read what changed."
    )
    for name, default, what in LONG_RUNS:
        parser.addoption(name, type=int, default=default, metavar="N", help=what)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Ends what pytest-cov has started too early in a worker of pytest-xdist, before its own for workers is started.

    It would be left below that one, and go on wherever that one rests: `no_cover` would spare nothing.
    """
    plugin = session.config.pluginmanager.getplugin("_cov")
    if hasattr(session.config, "workerinput") and getattr(plugin, "cov_controller", None):
        plugin.cov_controller.cov.stop()
