"""Makes the page's bundle anew, with node and npm: `python -m pricing.studio.build [OUT]`. Users need neither.

The bundle lies in `page/built/` and is part of the repository, so that what is sent to a browser is what was looked at.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent / "page"


def build(out: str | Path = PAGE / "built") -> None:
    """Writes the bundle into a folder; fetches the packages first where they are not there. Raises CalledProcessError."""
    if not (PAGE / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-fund", "--no-audit"], cwd=PAGE, check=True)
    subprocess.run(["node", "build.mjs", str(Path(out).absolute())], cwd=PAGE, check=True)


if __name__ == "__main__":
    build(*sys.argv[1:2])
