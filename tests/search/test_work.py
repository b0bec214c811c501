"""What work is counted as, and problems of which only some applications are kept, on a few applications."""

from __future__ import annotations

import pytest

from pricing.engine.problem import Group
from pricing.engine.search.renumbered import Renumbering, kept_of
from pricing.engine.search.work import MANY_PLACES, cutting, heads_of, incidence, looking_at, settling
from tests.hand import bare, over

# A step is one decision, and sixteen places looked at


@pytest.mark.parametrize(("places", "steps"), [(1, 1), (15, 1), (16, 2), (31, 2), (32, 3)])
def test_looking_at_an_application_grows_with_its_places(places: int, steps: int) -> None:
    assert looking_at(over(bare(*[100] * 40), "a", list(range(places)), (0, 1))) == steps


def test_who_takes_from_other_lines_than_it_counts_looks_at_both() -> None:
    app = over(bare(*[100] * 40), "a", list(range(8)), (0, 1))
    app.targets = list(range(8, 16))
    assert (looking_at(app), incidence([app])) == (2, 17)
    app.targets = app.lines
    assert (looking_at(app), incidence([app])) == (1, 9)


def test_each_layer_copies_the_amounts() -> None:
    problem = bare(*[100] * 32)
    over(problem, "a", [0], (0, 1)), over(problem, "b", [1], (0, 1))
    assert settling(problem) == 1 + (2 + 32 >> 4)
    over(problem, "c", [1], (0, 1), layer=1)
    assert settling(problem) == 1 + (3 + 64 >> 4)


def test_cutting_grows_with_the_places_of_all_and_with_the_cart() -> None:
    problem = bare(*[100] * 32)
    assert cutting(problem) == 32 >> 3
    over(problem, "a", list(range(31)), (0, 1))
    assert cutting(problem) == 32 + 32 >> 3


def test_of_those_on_the_very_same_list_of_many_places_the_first_stands_for_all() -> None:
    problem = bare(*[100] * MANY_PLACES)
    many, few = list(range(MANY_PLACES)), [0, 1]
    names = [(many, 0), (many, 0), (few, 0), (few, 0), (list(many), 0), (many, 1)]
    apps = [over(problem, "a", places, (0, 1), layer=layer) for places, layer in names]
    assert heads_of(apps) == [0, 0, 2, 3, 4, 5]  # few places, an equal list and another layer stand for themselves


# Counted anew


def test_numbers_become_places_run_by_run() -> None:
    renumbering = Renumbering([0, 1, 4, 5, 6, 9])
    assert len(renumbering.runs) == 3
    assert [renumbering.of(1 << number) for number in range(10)] == [1, 2, 0, 0, 4, 8, 16, 0, 0, 32]
    assert renumbering.of(0b10_0111_0011) == 0b11_1111
    assert Renumbering([]).of(0b111) == 0


def test_a_problem_without_some_of_its_applications() -> None:
    problem = bare(1000, 1000)
    apps = [over(problem, name, [0], (0, 100)) for name in "abcd"]
    for app in apps:
        app.clash = 0b1111 & ~(1 << app.index)
        app.groups = [0]
    problem.groups = [Group([0, 1, 2, 3], 1, 2, by_rule=True)]
    twin, numbers = kept_of(problem, 0b0101)
    assert numbers == [1, 3]
    assert [(app.name, app.index, app.clash) for app in twin.applications] == [("b", 0, 0b10), ("d", 1, 0b01)]
    (group,) = twin.groups
    assert (group.members, group.weight, group.most, group.by_rule) == ([0, 1], 1, 2, True)
    assert [app.index for app in problem.applications] == [0, 1, 2, 3]  # who is kept is a copy
    assert twin.item is problem.item
