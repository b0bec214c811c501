"""Carts and cards small enough to be worked out by hand, for the tests of single modules of the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pricing import Cart, Engine, Line
from pricing.engine.matching.case import Case, case_of
from pricing.engine.problem import NO_CAP, Application, Problem, Rung

HEAD = """campaign hand "By hand"
  currency    USD
  zone        UTC
  valid       from 2026-06-01 through 2026-06-30

"""
AT = datetime(2026, 6, 20, 12, tzinfo=UTC)


def line(id: str, price: int, quantity: int = 1, store: str = "s", **more: Any) -> Line:
    """A line at so many cents a unit."""
    return Line(id, store, (price, "USD"), quantity, **more)


def case(cards: str, *lines: Line, policy: str = "", usage: dict[str, Any] | None = None, **more: Any) -> Case:
    """A cart met by cards."""
    texts = {"hand.promo": HEAD + cards} | ({"policy.promo": f"policy house\n{policy}"} if policy else {})
    cart = Cart("USD", more.pop("at", AT), lines, **more)
    return case_of(Engine.from_texts(texts).plan, cart, usage or {}, frozenset())


def app_of(made: Case, name: str, store: str = "") -> Application:
    """The application of a rule, in a store or over all."""
    (found,) = [
        app for app in made.problem.applications if app.name == name and (not store or app.store in ("", store))
    ]
    return found


def bare(*amounts: int) -> Problem:
    """A problem of goods at these item amounts, one unit each, and no rules."""
    problem = Problem()
    problem.item = list(amounts)
    problem.units = [1] * len(amounts)
    problem.places = len(amounts)
    problem.moved = True
    return problem


def over(problem: Problem, name: str, places: list[int], *rungs: tuple[int, int], layer: int = 0) -> Application:
    """An application of `spend reach take amount off` steps, put into the problem."""
    app = Application(len(problem.applications), name, "", "", layer, places)
    app.rungs = [step(reach, amount) for reach, amount in rungs]
    app.index = len(problem.applications)
    problem.applications.append(app)
    return app


def step(reach: int, amount: int) -> Rung:
    """`spend reach take amount off`."""
    return Rung(reach, amount, 0, 1, NO_CAP, 0, NO_CAP, NO_CAP, None)
