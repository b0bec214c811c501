"""What one search leaves to the next, and which cells are as they were, on four stores that are worked out by hand."""

from __future__ import annotations

from pricing.engine.problem import Problem
from pricing.engine.search.branches.nodes import Brancher
from pricing.engine.search.keys import Keys
from pricing.engine.search.memory import MOST_REMEMBERED, MOST_STEPS, NOTHING_LISTED, Memories, Memory, Ready
from pricing.engine.search.rules import RULES
from pricing.engine.search.run import Found
from pricing.engine.search.search import search
from pricing.engine.search.stores.kept import likes_of, repriced
from pricing.engine.search.stores.parts import parts_of
from tests.search.joined import STEPS, lowest, three_off_in_each

EAST, NORTH, SOUTH, WEST = range(4)
BEST = 16000 - 2 * 500 - 2 * 300 - 1000
"""Two stores take 3.00 instead of 5.00, so that the step of 10.00 over all at 143.00 is reached."""


def changed(problem: Problem, place: int, amount: int) -> Problem:
    """The same cart, but for one amount."""
    twin = problem.twin()
    twin.item = [*problem.item[:place], amount, *problem.item[place + 1 :]]
    twin.applications = [app.twin() for app in problem.applications]
    for app in twin.applications:
        app.item_base = app.item_whole = -1
    return twin


def searched(problem: Problem, memory: Memory | None) -> Found:
    """By cells, however small the cart is."""
    return search(problem, STEPS, memory, RULES._replace(walked=False))


# Which cells are as they were


def test_each_store_of_the_same_cart_is_as_it_was() -> None:
    problem = three_off_in_each("143.00")
    assert likes_of(parts_of(problem), parts_of(problem)) == [EAST, NORTH, SOUTH, WEST]


def test_a_store_whose_amount_has_changed_is_not() -> None:
    problem = three_off_in_each("143.00")
    assert likes_of(parts_of(problem), parts_of(changed(problem, NORTH, 4100))) == [EAST, -1, SOUTH, WEST]


def test_a_store_whose_steps_are_others_is_not() -> None:
    problem = three_off_in_each("143.00")
    other = changed(problem, NORTH, 4000)
    app = next(app for app in other.applications if app.name == "south-3")
    app.rungs = [*app.rungs, *app.rungs]
    assert likes_of(parts_of(problem), parts_of(other)) == [EAST, NORTH, -1, WEST]


def test_nothing_is_as_it_was_where_all_stores_share_something_else() -> None:
    problem = three_off_in_each("143.00")
    for name, value in (("coins", 100), ("void", True), ("moved", False), ("rounds_down", True), ("never_expires", 7)):
        other = changed(problem, NORTH, 4000)
        setattr(other, name, value)
        assert likes_of(parts_of(problem), parts_of(other)) == [], name
    other = changed(problem, NORTH, 4000)
    other.applications[0].most += 1
    assert likes_of(parts_of(problem), parts_of(other)) == []


def test_a_cut_problem_whose_amounts_change_is_as_if_it_were_cut_anew() -> None:
    problem = changed(three_off_in_each("143.00"), NORTH, 4000)
    parts = parts_of(problem)
    problem.item[NORTH] = 4700
    repriced(parts)
    anew = parts_of(problem)
    assert parts.constant == anew.constant
    assert [(cell.first, cell.total) for cell in parts.cells] == [(cell.first, cell.total) for cell in anew.cells]
    assert parts.cells[NORTH].first == [4700]


# What a search leaves to the next


def test_a_first_search_finds_nothing_and_leaves_its_tables() -> None:
    problem, memory = three_off_in_each("143.00"), Memory(is_warm=False)
    assert memory.kept(parts_of(problem)) == []
    assert searched(problem, memory).total == BEST == lowest(problem)
    assert memory.last is not None and memory.last_counts == [] and memory.prices == {}


def test_of_a_changed_cart_three_stores_are_known() -> None:
    problem, memory = three_off_in_each("143.00"), Memory(is_warm=False)
    searched(problem, memory)
    kept = memory.kept(parts_of(changed(problem, NORTH, 4100)))
    assert [each is NOTHING_LISTED for each in kept] == [False, True, False, False]
    assert memory.last is not None and kept[EAST] is memory.last.cache[EAST]


def test_what_is_known_changes_no_answer_and_no_steps() -> None:
    problem, memory = three_off_in_each("143.00"), Memory(is_warm=False)
    searched(problem, memory)
    later = changed(problem, NORTH, 4100)
    with_it, without = searched(later, memory), searched(later, None)
    assert (with_it.total, with_it.counts, with_it.steps) == (without.total, without.counts, without.steps)
    assert with_it.total == lowest(later) and with_it.optimal


def test_a_warm_one_keeps_the_selection_and_prices_too_and_the_answer_is_the_same() -> None:
    problem, memory = three_off_in_each("143.00"), Memory(is_warm=True)
    first = searched(problem, memory)
    assert memory.last_counts == first.counts and memory.prices
    later = changed(problem, NORTH, 4100)
    warm, cold = searched(later, memory), searched(later, None)
    assert memory.guesses[0] == first.counts
    assert (warm.total, warm.counts, warm.optimal) == (cold.total, cold.counts, True)
    assert warm.steps <= cold.steps


def test_trials_that_differ_from_one_cart_come_back_to_it() -> None:
    """After a trial in the north and one in the south, the north is as it was in the cart that both differ from."""
    problem, memory = three_off_in_each("143.00"), Memory(is_warm=True)
    searched(problem, memory)
    memory.settle_on_last()
    searched(changed(problem, NORTH, 4100), memory)
    kept = memory.kept(parts_of(changed(problem, SOUTH, 4100)))
    assert memory.base is not None and memory.last is not memory.base
    assert kept[NORTH] is memory.base.cache[NORTH] and kept[SOUTH] is NOTHING_LISTED


def test_a_problem_that_was_cut_already_is_not_compared() -> None:
    problem, memory = changed(three_off_in_each("143.00"), NORTH, 4000), Memory(is_warm=True)
    parts = parts_of(problem)
    memory.ready, memory.guess = Ready(parts, Keys(parts)), [0] * len(problem.applications)
    assert memory.kept(parts) == [] and memory.guesses == [memory.guess]
    assert searched(problem, memory).total == BEST


# What the last quotes have listed


def brancher(steps: int = 0) -> Brancher:
    parts = parts_of(three_off_in_each("143.00"))
    made = Brancher(parts, Keys(parts), STEPS, [])
    made.steps = steps
    return made


def noted(memories: Memories, cart: object, steps: int = 0) -> None:
    memory = Memory(is_warm=False)
    memory.last = brancher(steps)
    memories.note(cart, memory)


def test_nothing_is_kept_before_anybody_asks() -> None:
    memories, cart = Memories(), object()
    noted(memories, cart)
    assert memories.of(cart).last is None  # from now on somebody has asked
    noted(memories, cart)
    assert memories.of(cart).last is not None


def test_the_last_few_are_kept_and_none_that_is_large() -> None:
    memories, carts = Memories(), [object() for _ in range(MOST_REMEMBERED + 1)]
    memories.of(carts[0])
    for cart in carts:
        noted(memories, cart)
    assert [memories.of(cart).last is None for cart in carts] == [True] + [False] * MOST_REMEMBERED
    large = object()
    noted(memories, large, MOST_STEPS + 1)
    assert memories.of(large).last is None


def test_an_equal_cart_is_another_one() -> None:
    memories, cart, other = Memories(), [1], [1]
    memories.of(cart)
    noted(memories, cart)
    assert memories.of(other).last is None and memories.of(None).last is None
