"""Which cells of a problem are as they were in an earlier one: their outcomes need not be listed again.

Reads two `Parts`; finds for each cell of the later one the cell of the earlier one that is its like. Or reads one whose
amounts have changed, and notes them (`repriced`).

Lemma (kept cells): what a cell can come to is decided by the amounts, units and floors of its places, by its own
applications and where they stand among these places, by the places that each global sees, and by the frame: what is known
of all applications but where they stand, limits, pieces, coins, the policy's switches, and what crosses cells. Where all
of that is alike the outcomes are alike, figure by figure and in the same order, and so are the steps that listing them
takes.
"""

from __future__ import annotations

from pricing.engine.problem import Application, Group, Pool, Problem
from pricing.engine.search.stores.cut import refold
from pricing.engine.search.stores.parts import Cell, Parts


def likes_of(earlier: Parts, later: Parts) -> list[int]:
    """For each cell of the later parts, the number of its like among the earlier ones; -1: it has none. Empty where the
    frames differ."""
    if not _is_same_frame(earlier, later):
        return []
    numbers: dict[int, int] = {}
    for number, cell in enumerate(earlier.cells):
        numbers[_name_of(cell)] = number
    likes: list[int] = []
    for cell in later.cells:
        number = numbers.get(_name_of(cell), -1)
        likes.append(number if number >= 0 and _is_same_cell(earlier.cells[number], cell) else -1)
    return likes


def repriced(parts: Parts) -> None:
    """Amounts and units have changed since the problem was cut: note what each place costs now.

    What is forced, open, local or global does not depend on amounts.
    """
    cut, problem = parts.cut, parts.problem
    refold(cut)
    parts.constant = 0
    for place, amount in enumerate(cut.amounts):
        if parts.cell_of[place] < 0:
            parts.constant += amount
    for cell in parts.cells:
        cell.first = [cut.amounts[place] for place in cell.indexes]
        cell.problem.item = [problem.item[place] for place in cell.indexes]
        cell.problem.units = [problem.units[place] for place in cell.indexes]
        cell.total = sum(cell.first)


def _name_of(cell: Cell) -> int:
    """A cell's first application; each is in one cell only. -1: it has none."""
    return cell.apps[0].index if cell.apps else -1


def _is_same_frame(one: Parts, other: Parts) -> bool:
    """All that the outcomes of every cell depend on."""
    if len(one.globals) != len(other.globals) or one.overlap != other.overlap or one.covers != other.covers:
        return False
    if one.pools != other.pools or one.groups != other.groups or one.caps != other.caps:
        return False
    for place in range(len(one.globals)):
        mine, theirs = one.globals[place], other.globals[place]
        if mine.mask != theirs.mask or mine.is_shipping != theirs.is_shipping or mine.free != theirs.free:
            return False
    return _is_same_problem(one.problem, other.problem)


def _is_same_problem(one: Problem, other: Problem) -> bool:
    """Whether two problems differ in amounts, places and steps only."""
    if one is other:
        return True
    if one.coins != other.coins or one.never_expires != other.never_expires or one.void != other.void:
        return False
    if one.measured_on_item != other.measured_on_item or one.by_item_price != other.by_item_price:
        return False
    if one.moved != other.moved or one.rounds_down != other.rounds_down or bool(one.floors) != bool(other.floors):
        return False
    if len(one.applications) != len(other.applications):
        return False
    if len(one.groups) != len(other.groups) or len(one.pools) != len(other.pools):
        return False
    for place in range(len(one.groups)):
        if not _is_same_group(one.groups[place], other.groups[place]):
            return False
    for place in range(len(one.pools)):
        if not _is_same_pool(one.pools[place], other.pools[place]):
            return False
    for place in range(len(one.applications)):
        if not _is_same_application(one.applications[place], other.applications[place]):
            return False
    return True


def _is_same_group(one: Group, other: Group) -> bool:
    if one.weight != other.weight or one.most != other.most or one.by_rule != other.by_rule:
        return False
    return one.members == other.members


def _is_same_pool(one: Pool, other: Pool) -> bool:
    if one.name != other.name or one.held != other.held:
        return False
    return one.expiries == other.expiries and one.trades == other.trades


def _is_same_application(one: Application, other: Application) -> bool:
    """Whether two applications differ in their places and steps at most."""
    if one.name != other.name or one.store != other.store or one.sku != other.sku or one.layer != other.layer:
        return False
    if one.clash != other.clash or one.groups != other.groups or one.pool != other.pool or one.most != other.most:
        return False
    if one.rule != other.rule or one.automatic != other.automatic or one.free != other.free:
        return False
    if one.counted != other.counted or one.piece != other.piece or one.has_gift != other.has_gift:
        return False
    return one.is_coins == other.is_coins and _has_same_caps(one, other)


def _has_same_caps(one: Application, other: Application) -> bool:
    if one.cap_item != other.cap_item or one.cap_store != other.cap_store or one.cap_order != other.cap_order:
        return False
    if one.cap_item_numerator != other.cap_item_numerator or one.cap_item_denominator != other.cap_item_denominator:
        return False
    if one.cap_order_numerator != other.cap_order_numerator:
        return False
    return one.cap_order_denominator == other.cap_order_denominator


def _is_same_cell(one: Cell, other: Cell) -> bool:
    if one.first != other.first or one.problem.item != other.problem.item or one.problem.units != other.problem.units:
        return False
    if one.problem.floors != other.problem.floors or one.problem.places != other.problem.places:
        return False
    if one.global_lines != other.global_lines or one.global_targets != other.global_targets:
        return False
    if one.dependent != other.dependent or one.pools != other.pools or len(one.apps) != len(other.apps):
        return False
    for place in range(len(one.apps)):
        mine, theirs = one.apps[place], other.apps[place]
        if mine.index != theirs.index or mine.lines != theirs.lines or mine.targets != theirs.targets:
            return False
        if not _has_same_rungs(mine, theirs):
            return False
    return True


def _has_same_rungs(one: Application, other: Application) -> bool:
    """Whether their steps are the very same ones: a rule lowers those by money once for all carts."""
    if one.rungs is other.rungs:
        return True
    if len(one.rungs) != len(other.rungs):
        return False
    for place in range(len(one.rungs)):  # noqa: SIM110  # compiled code runs a loop much faster than a generator
        if one.rungs[place] is not other.rungs[place]:
            return False
    return True
