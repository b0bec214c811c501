"""Builds the engine's hot modules with mypyc when that is possible; without a compiler the same source runs as it is.

`PRICING_PURE=1` leaves the compiled build out. `pricing --version` tells which one runs.
"""

import os
import sys

from setuptools import find_packages, setup

COMPILED = (
    "problem",
    "answering/answer",
    "answering/told",
    "matching/applications",
    "matching/case",
    "matching/clashes",
    "matching/conditions",
    "matching/items",
    "matching/limits",
    "matching/scoping",
    "matching/situation",
    "rules/plan",
    "rules/planned",
    "search/greedy",
    "search/codes",
    "search/memory",
    "search/judge",
    "search/keys",
    "search/renumbered",
    "search/rescue",
    "search/rules",
    "search/run",
    "search/savings",
    "search/search",
    "search/stacked",
    "search/walk",
    "search/work",
    "search/branches/bounds",
    "search/branches/branch",
    "search/branches/certificates",
    "search/branches/decisions",
    "search/branches/gains",
    "search/branches/nodes",
    "search/joining/beaten",
    "search/joining/halves",
    "search/joining/join",
    "search/joining/labels",
    "search/joining/states",
    "search/joining/swaps",
    "search/stores/cut",
    "search/stores/kept",
    "search/stores/options",
    "search/stores/outcome",
    "search/stores/parts",
    "settling/allocate",
    "settling/settle",
    "why/ahead",
    "why/enlarged",
    "why/forced",
    "why/standing",
    "why/trials",
    "why/within",
)
"""Modules of `pricing/engine` on the hot path, by path: plain whole numbers and lists, and what makes them."""

BESIDE = ("simulate/entries", "wire/quick")
"""The same outside of the engine: what each cart passes on its way in and out."""

UNSHARED = [] if sys.platform == "win32" else ["-fvisibility=hidden", "-fno-semantic-interposition"]
"""No other library may put functions of its own in the place of these, so they call one another directly: 4 % of a quote."""


def extensions() -> list:
    """The compiled modules, each marked optional: a failed compile leaves the pure ones in place."""
    if os.environ.get("PRICING_PURE"):
        return []
    try:
        from mypyc.build import mypycify

        modules = mypycify(
            [*(f"pricing/engine/{name}.py" for name in COMPILED), *(f"pricing/{name}.py" for name in BESIDE)],
            opt_level="3",
        )
    except (Exception, SystemExit) as error:
        print(f"promotion-pricing: building without compiled modules: {error}", file=sys.stderr)
        return []
    for module in modules:
        module.optional = True
        module.extra_compile_args += UNSHARED
    return modules


setup(
    ext_modules=extensions(),
    # py-money brings no types, and a Money stands in most signatures: its stubs come with us, as PEP 561 has it.
    packages=[*find_packages(include=["pricing*"]), "money-stubs"],
    package_dir={"money-stubs": "typings/money"},
)
