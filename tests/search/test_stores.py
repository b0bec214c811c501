"""A problem cut into stores, and what each store can come to, on carts of two and three stores worked out by hand."""

from __future__ import annotations

from pricing.engine.problem import Problem
from pricing.engine.search.branches.decisions import Decisions
from pricing.engine.search.keys import Keys
from pricing.engine.search.stores.cut import cut_of
from pricing.engine.search.stores.options import CellWalk
from pricing.engine.search.stores.outcome import NO_DOUBT, Option
from pricing.engine.search.stores.parts import Parts, parts_of
from tests.hand import case, line

CART = line("a", 5000, store="north"), line("b", 3000, store="south"), line("c", 2000, store="west")
TWO = """store discount five "Five"
  stores      north
  spend       20.00  take 5.00 off
store discount six "Six"
  stores      north
  spend       50.00  take 6.00 off
"""
ALL = 'cross-store discount over "Over"\n  spend       90.00  take 10.00 off\n'


def problem(cards: str) -> Problem:
    return case(cards, *CART).problem


def options(parts: Parts, number: int) -> list[Option]:
    """What a cell can come to when nothing is decided about what crosses cells."""
    decisions = Decisions(parts)
    assert decisions.run()
    node = decisions.node_of(decisions.choices[0])
    return CellWalk(parts, parts.cells[number], node, Keys(parts), 10_000).run()


def test_a_rule_that_is_used_in_every_selection_is_folded_away() -> None:
    cut = cut_of(problem('store discount five "Five"\n  stores      north\n  spend       20.00  take 5.00 off\n'))
    assert [app.name for app in cut.forced] == ["five"]
    assert cut.live == [] and cut.amounts == [4500, 3000, 2000]


def test_a_rule_that_no_selection_can_use_is_gone() -> None:
    cut = cut_of(problem('store discount far "Far"\n  stores      north\n  spend       60.00  take 5.00 off\n'))
    assert (cut.forced, cut.live) == ([], [])


def test_rules_of_one_store_are_a_choice_inside_it() -> None:
    cut = cut_of(problem(TWO))
    assert [app.name for app in cut.live] == ["five", "six"]
    assert cut.is_global == [False, False]
    assert cut.cells[0] >= 0


def test_what_counts_over_all_stores_crosses_them() -> None:
    cut = cut_of(problem(TWO + ALL))
    assert {app.name: crosses for app, crosses in zip(cut.live, cut.is_global, strict=True)} == {
        "five": False, "six": False, "over": True,
    }  # fmt: skip


def test_each_cell_has_its_lines_and_its_own_rules() -> None:
    parts = parts_of(problem(TWO + ALL))
    north = parts.cells[parts.cell_of[0]]
    assert [app.name for app in north.apps] == ["five", "six"]
    assert [gauge.apps[0].name for gauge in parts.globals] == ["over"]
    assert parts.optional == []  # it clashes with nothing: whenever its step is reached it is used


def test_the_options_of_a_store_are_its_permitted_outcomes() -> None:
    parts = parts_of(problem(TWO + ALL))
    found = options(parts, parts.cell_of[0])
    assert sorted(option.cost for option in found) == [4400, 4500]  # both are reached, and one may not be left out
    assert all(option.doubt == NO_DOUBT for option in found)


def test_an_option_offers_to_the_others_what_it_leaves() -> None:
    parts = parts_of(problem(TWO + ALL))
    assert sorted(option.bases for option in options(parts, parts.cell_of[0])) == [[4400], [4500]]


def test_a_store_without_a_choice_has_one_option() -> None:
    parts = parts_of(problem(TWO + ALL))
    assert [option.cost for option in options(parts, parts.cell_of[1])] in ([3000], [5000])


def test_codes_over_all_are_decisions() -> None:
    cards = "".join(f'promo code {name} "Code"\n  spend       1.00  take 2.00 off\n' for name in ("ONE", "TWO"))
    made = case(TWO + cards, *CART, policy="  limit       1 promo code per order\n", codes=["one", "two"])
    decisions = Decisions(parts_of(made.problem))
    assert decisions.run()
    assert sorted([app.name for app in choice.used] for choice in decisions.choices) == [[], ["ONE"], ["TWO"]]
