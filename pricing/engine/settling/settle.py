"""What one selection costs, layer by layer: the meaning of SPEC section 4, in one place.

`take` settles a single application; `settle` runs a whole selection. The search calls `take` at each of its steps, and
what it claims is settled once more by `settle` before anybody sees it.
"""

from __future__ import annotations

from pricing.engine.problem import NO_CAP, Application, Problem, Rung
from pricing.engine.settling.allocate import allocate_over


def rounded(numerator: int, denominator: int, down: bool) -> int:
    """The fraction as a whole number: half up, or truncated. Both parts are not negative."""
    if down:
        return numerator // denominator
    return (2 * numerator + denominator) // (2 * denominator)


def base_of(problem: Problem, app: Application, start: list[int]) -> int:
    """SPEC 4.1: the money its steps are measured on."""
    amounts = problem.item if problem.measured_on_item else start
    base = 0
    for place in app.lines:
        base += amounts[place]
    return base


def rung_of(app: Application, base: int) -> Rung | None:
    """SPEC 4.2: the highest step reached."""
    found: Rung | None = None
    for rung in app.rungs:
        if (app.units if rung.units else base) < rung.reach:
            break
        found = rung
    return found


def worth_of(problem: Problem, app: Application, rung: Rung, base: int, start: list[int]) -> int:
    """SPEC 4.3 up to the step's own cap: what the step gives on this base, in minor units."""
    times = 1
    if rung.repeats:
        times = (app.units if rung.units else base) // rung.reach
    if rung.given_units:
        worth = rounded(app.given_total * rung.numerator, rung.denominator, problem.rounds_down)
    elif rung.numerator:
        if app.is_shipping:
            base = 0
            for place in app.targets:
                base += start[place]
        worth = rounded(times * base * rung.numerator, rung.denominator, problem.rounds_down)
    else:
        worth = times * rung.amount
    if rung.at_most != NO_CAP and worth > rung.at_most:
        worth = rung.at_most
    return worth


def item_cap(problem: Problem, app: Application, place: int, start: list[int]) -> int:
    """What `at most ... per item` lets one target give; only for applications that have such a cap."""
    cap = app.cap_item
    if app.cap_item_numerator != NO_CAP:
        amounts = problem.item if problem.measured_on_item else start
        share = amounts[place] * app.cap_item_numerator // app.cap_item_denominator
        if cap == NO_CAP or share < cap:
            cap = share
    return cap


def has_item_cap(app: Application) -> bool:
    """Whether the application takes from each line no more than an `at most ... per item`."""
    return app.cap_item != NO_CAP or app.cap_item_numerator != NO_CAP


def take(
    problem: Problem,
    app: Application,
    count: int,
    start: list[int],
    now: list[int],
    cap_left: int,
    coins_left: int,
) -> list[int]:
    """Settle one application (SPEC 4.1 to 4.6): the share of each of its targets; empty when it is not usable.

    `start` holds the amounts at the start of its layer and `now` what is still to pay; neither is changed.
    `cap_left` is what its cap per order has left (NO_CAP: none), `coins_left` the balance for a coin payment.
    """
    benefit = benefit_of(problem, app, count, start, now, cap_left, coins_left)
    return shares_of(problem, app, benefit, start, now) if benefit else []


def benefit_of(
    problem: Problem,
    app: Application,
    count: int,
    start: list[int],
    now: list[int],
    cap_left: int,
    coins_left: int,
) -> int:
    """SPEC 4.1 to 4.4: the benefit that is to be shared; 0 when the application is not usable. See `take`."""
    benefit = coin_worth(app, coins_left) if app.is_coins else _uncapped(problem, app, count, start)
    cost = 0
    for place in app.targets:
        cost += now[place]
    if has_item_cap(app):
        most = 0
        for place in app.targets:
            cap = item_cap(problem, app, place, start)
            most += min(cap, now[place]) if app.is_coins else cap
        benefit = min(benefit, most)
    elif app.is_coins:
        benefit = min(benefit, cost)
    if app.cap_store != NO_CAP and benefit > app.cap_store and not app.piece:
        benefit = app.cap_store
    if cap_left != NO_CAP and benefit > cap_left:
        benefit = cap_left
    if benefit > cost:
        if problem.void:
            return 0
        benefit = cost
    return max(benefit, 0)


def shares_of(problem: Problem, app: Application, benefit: int, start: list[int], now: list[int]) -> list[int]:
    """SPEC 4.5: the share of each target in a benefit that is not zero."""
    weights = problem.item if problem.by_item_price else start
    if app.given_weights:
        weights = start.copy()
        for position, place in enumerate(app.targets):
            weights[place] = app.given_weights[position]
    room = now
    if has_item_cap(app):
        room = now.copy()
        for place in app.targets:
            room[place] = min(room[place], item_cap(problem, app, place, start))
    return allocate_over(benefit, app.targets, weights, room, problem.moved)


def is_shared_whole(problem: Problem, app: Application) -> bool:
    """Whether the shares add up to the benefit, whatever it is, so that it need not be shared to know what it saves.

    Lemma: a benefit is at most what its targets still cost. What does not fit is moved until it fits or nothing that has
    room left has a weight; weights are amounts at the start of the layer, or item price amounts, so what has room has
    a weight. A coin payment is at most the room that caps per item leave; nothing else is held to that.
    """
    return problem.moved and not app.given_weights and (app.is_coins or not has_item_cap(app))


def _uncapped(problem: Problem, app: Application, count: int, start: list[int]) -> int:
    """The benefit before caps, or 0 when no step is reached or the step gives less than the pieces used."""
    base = base_of(problem, app, start)
    rung = rung_of(app, base)
    if rung is None:
        return 0
    worth = worth_of(problem, app, rung, base, start)
    if app.piece:
        value = count * app.piece
        if value > worth or (app.cap_store != NO_CAP and value > app.cap_store):
            return 0
        return value
    return worth


def coin_worth(app: Application, coins: int) -> int:
    """What so many coins pay, in minor units."""
    return coins * app.amount_of_rate // app.coins_of_rate


def coins_for(app: Application, amount: int) -> int:
    """What a coin payment of `amount` minor units costs in coins."""
    return (amount * app.coins_of_rate + app.amount_of_rate - 1) // app.amount_of_rate


class Settlement:
    """A whole selection, settled."""

    def __init__(self, now: list[int], shares: list[list[int]], exchange_coins: int, payment_coins: list[int]) -> None:
        self.now = now
        """What each place pays."""
        self.shares = shares
        """For each application, the share of each of its targets; empty when not used."""
        self.exchange_coins = exchange_coins
        self.payment_coins = payment_coins
        """For each application; zero unless a coin payment."""


def settle(problem: Problem, counts: list[int]) -> Settlement | None:
    """Settle a selection given as one count for each application; None when a used one is not usable, or coins lack."""
    exchange = exchange_coins(problem, counts)
    if exchange < 0:
        return None
    coins_left = problem.coins - exchange
    if coins_left < 0:
        return None
    now = problem.item.copy()
    shares: list[list[int]] = [[] for _ in counts]
    payments = [0] * len(counts)
    used_of_cap: dict[int, int] = {}
    start = now
    layer = -1
    for app in problem.applications:
        if app.layer != layer:
            layer = app.layer
            start = now.copy()
        if not counts[app.index]:
            continue
        cap_left = NO_CAP
        if app.cap_order != NO_CAP:
            cap_left = app.cap_order - used_of_cap.get(app.rule, 0)
        given = take(problem, app, counts[app.index], start, now, cap_left, coins_left)
        amount = sum(given)
        if amount == 0:
            return None
        shares[app.index] = given
        for position, place in enumerate(app.targets):
            now[place] -= given[position]
        if app.cap_order != NO_CAP:
            used_of_cap[app.rule] = used_of_cap.get(app.rule, 0) + amount
        if app.is_coins:
            payments[app.index] = coins_for(app, amount)
            coins_left -= payments[app.index]
    return Settlement(now, shares, exchange, payments)


def pieces_used(problem: Problem, counts: list[int]) -> list[int]:
    """How many pieces of each pool a selection uses."""
    used = [0] * len(problem.pools)
    for app in problem.applications:
        if app.pool >= 0:
            used[app.pool] = used[app.pool] + counts[app.index]
    return used


def exchange_coins(problem: Problem, counts: list[int]) -> int:
    """Coins for the pieces that are used beyond those held; -1 when they cannot be had."""
    if not problem.pools:
        return 0
    coins = 0
    used = pieces_used(problem, counts)
    for place, pool in enumerate(problem.pools):
        cost = pool.cost(used[place])
        if cost < 0:
            return -1
        coins += cost
    return coins
