"""What the tests of the join share: a cart of a few stores, cut, with its branches and their prices."""

from __future__ import annotations

from pricing import Lot, Wallet
from pricing.engine.problem import Problem
from pricing.engine.search.judge import Best
from pricing.engine.search.run import Open, Run
from pricing.engine.search.stores.parts import Parts, parts_of
from pricing.engine.search.walk import Walk
from tests.hand import case, line

STORES = ("east", "north", "south", "west")
STEPS = 100_000


def three_off_in_each(threshold: str) -> Problem:
    """40.00 in each of four stores, which take 5.00 or 3.00 off each; and 10.00 off all from a threshold on."""
    cards = f'platform coupon all "All"\n  spend       {threshold}  take 10.00 off\n\n'
    for store in STORES:
        cards += f'store discount {store}-5 "Five"\n  stores      {store}\n  spend       20.00  take 5.00 off\n\n'
        cards += f'store discount {store}-3 "Three"\n  stores      {store}\n  spend       20.00  take 3.00 off\n\n'
    wallet = Wallet(coupons=(Lot("all", 1),))
    return case(cards, *(line(store[0], 4000, store=store) for store in STORES), wallet=wallet).problem


def pieces(held: int) -> Problem:
    """A select coupon of 2.00 a piece, up to two in each of four stores, of which so many are held."""
    cards = 'select coupon piece "Piece"\n  piece       2.00\n  every       20.00  take 2.00 off\n'
    wallet = Wallet(coupons=(Lot("piece", held),))
    return case(cards, *(line(store[0], 4000, store=store) for store in STORES), wallet=wallet).problem


def opened(problem: Problem) -> tuple[Parts, list[Open]]:
    """The cut problem, and its branches, of which nothing has been joined yet."""
    parts = parts_of(problem)
    run = Run(problem, parts, STEPS, Best(True), None)
    run.list_all()
    return parts, run.open_branches


def lowest(problem: Problem) -> int:
    """The least total, by trying every selection."""
    return Walk(problem, STEPS).run().total
