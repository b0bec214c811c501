"""Versions: `constraints.txt` pins what the tests need, within the bounds, and names no place to get it from."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.pages import read

OURS = "promotion-pricing"


def wanted(extra: str = "test") -> list[Requirement]:
    """What an extra needs, with what the library does."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    found = [*project["dependencies"]]
    for each in project["optional-dependencies"][extra]:
        if each.startswith(OURS):
            found += [str(one) for name in Requirement(each).extras for one in wanted(name)]
        else:
            found.append(each)
    return [Requirement(each) for each in found]


def test_each_is_pinned_within_its_bounds() -> None:
    pins = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", read("constraints.txt"), re.MULTILINE))
    for one in wanted():
        assert one.specifier.contains(pins[canonicalize_name(one.name)]), one


def test_nothing_but_names_versions_and_systems_stands_there() -> None:
    pins = [line for line in read("constraints.txt").splitlines() if not line.startswith("#")]
    names = [line.partition("==")[0] for line in pins]
    assert names == sorted(names)
    for line in pins:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+( ; [a-z_ '\"0-9.=!<>-]+)?", line, re.IGNORECASE), line
