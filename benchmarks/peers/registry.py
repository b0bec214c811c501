"""All peers by name; each is imported only in the worker that runs it (HiGHS and OR-Tools cannot share a process)."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from benchmarks.peers.peer import Peer

PEERS = {
    "ours": "benchmarks.peers.ours:Ours",
    "cpsat": "benchmarks.peers.cpsat:CpSat",
    "highs": "benchmarks.peers.highs:Highs",
    "table": "benchmarks.peers.plain:TableBuilding",
    "layers": "benchmarks.peers.plain:LayerByLayer",
    "best-code": "benchmarks.peers.plain:BestCode",
    "greedy": "benchmarks.peers.plain:OneAtATime",
    "oscar": "benchmarks.peers.oscar:Oscar",
    "medusa": "benchmarks.peers.medusa:Medusa",
    "zen": "benchmarks.peers.matching:Zen",
    "business-rules": "benchmarks.peers.matching:BusinessRules",
    "cel": "benchmarks.peers.matching:Cel",
    "index": "benchmarks.peers.matching:Index",
}
NEEDS = {
    "cpsat": "ortools",
    "highs": "highspy",
    "oscar": "oscar",
    "zen": "zen",
    "business-rules": "business_rules",
    "cel": "celpy",
}
"""The module that must be installed; extra `bench`."""


def make(name: str) -> Peer:
    """The peer, or ImportError when its package is not installed."""
    module, _, kind = PEERS[name].partition(":")
    return cast("Peer", getattr(import_module(module), kind)())
