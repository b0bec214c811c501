"""Which build of the engine runs: its hot modules may have been compiled (see setup.py), and with the environment variable
PRICING_PURE=1 their source runs instead, with the same answers. The engine imports this before anything else of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).parent


class _SourceOnly(MetaPathFinder):
    """Finds our modules as source, compiled ones or not, in whichever of our folders they stand."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith("pricing."):
            return None
        found = (FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(fullname) for folder in path or ())
        return next((spec for spec in found if spec is not None), None)


def is_compiled() -> bool:
    """Whether the hot modules run compiled in this process."""
    if os.environ.get("PRICING_PURE"):
        return False
    return any((_HERE / "search" / f"search{suffix}").exists() for suffix in EXTENSION_SUFFIXES)


if os.environ.get("PRICING_PURE"):
    sys.meta_path.insert(0, _SourceOnly())

COMPILED = is_compiled()
