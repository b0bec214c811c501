"""The desk where no server is: in the browser, over the texts that a site was written with. Nothing can be saved there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pricing.studio.desk import Workbench
from pricing.studio.overview import words


class Alone:
    """Answers what the page asks, also what the server would answer about files."""

    def __init__(self, site: Mapping[str, Any]) -> None:
        self.name = str(site["name"])
        self.desk = Workbench(site["texts"])

    def ask_json(self, name: str, asked: str) -> str:
        """As `Workbench.ask_json`; `folder` and `read` are answered from the texts."""
        if name == "folder":
            files = {path: {"fingerprint": "", "locked": ""} for path in self.desk.saved}
            can = {"save": False, "revisions": False}
            return json.dumps({"name": self.name, "words": words(), "files": files, "can": can})
        if name == "read":
            path = str(json.loads(asked).get("path"))
            if path not in self.desk.saved:
                return json.dumps({"error": f"there is no file {path[:100]!r}"})
            return json.dumps({"path": path, "text": self.desk.saved[path], "fingerprint": "", "locked": ""})
        return self.desk.ask_json(name, asked)
