"""What one selection costs, layer by layer: the meaning of SPEC section 4, in one place.

`take` settles a single application; `settle` runs a whole selection. The search calls `take` at each of its steps, and
what it claims is settled once more by `settle` before anybody sees it.
"""

from __future__ import annotations

from typing import Final

from pricing.engine.problem import NO_CAP, Application, Gift, Problem, Rung
from pricing.engine.settling.allocate import allocate_over

NOTHING: Final[list[int]] = []
"""No caps."""


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


def whole_of(problem: Problem, app: Application, start: list[int]) -> int:
    """What its targets cost: a percentage is of this sum. Charges are read as they stand when the layer begins."""
    amounts = problem.item if problem.measured_on_item and not app.is_shipping else start
    whole = 0
    for place in app.targets:
        whole += amounts[place]
    return whole


def rung_of(app: Application, base: int) -> Rung | None:
    """SPEC 4.2: the highest step reached."""
    found: Rung | None = None
    for rung in app.rungs:
        if base < rung.reach:
            break
        found = rung
    return found


def times_of(rung: Rung, base: int) -> int:
    """How often a step is reached: `every` as often as it goes into the base, at most its `at most m times`; others once."""
    if not rung.every:
        return 1
    times = base // rung.every
    return rung.most_times if rung.most_times != NO_CAP and rung.most_times < times else times


def worth_of(problem: Problem, app: Application, rung: Rung, base: int, start: list[int]) -> int:
    """SPEC 4.3 up to the step's own cap: what the step gives on this base, in minor units."""
    gift = rung.gift
    if gift is not None:
        worth = gift(times_of(rung, base)).amount
    elif rung.beyond != NO_CAP:
        worth = max(0, whole_of(problem, app, start) - rung.beyond)
    elif rung.numerator:
        of = base
        if rung.every:
            of = times_of(rung, base) * rung.every
        elif app.targets is not app.lines:
            of = whole_of(problem, app, start)
        worth = rounded(of * rung.numerator, rung.denominator, problem.rounds_down)
    else:
        worth = times_of(rung, base) * rung.amount
    if rung.at_most != NO_CAP and worth > rung.at_most:
        worth = rung.at_most
    return worth


def gift_of(problem: Problem, app: Application, start: list[int]) -> Gift | None:
    """The units that its benefit falls on in this layer; None when it is on amounts, or no step is reached."""
    if not app.has_gift:
        return None
    base = 0 if _gives_always(app) else base_of(problem, app, start)
    rung = rung_of(app, base)
    return None if rung is None or rung.gift is None else rung.gift(times_of(rung, base))


def _gives_always(app: Application) -> bool:
    """Whether it has one benefit on units, whatever its base is: nobody need add that up."""
    return app.has_gift and len(app.rungs) == 1 and app.rungs[0].reach == 0 and app.rungs[0].every == 0


def room_of(problem: Problem, now: list[int], place: int) -> int:
    """SPEC 1: what a place can still give, less than it costs where it has a floor."""
    if not problem.floors:
        return now[place]
    room = now[place] - problem.floors[place]
    return room if room > 0 else 0


def item_cap(problem: Problem, app: Application, place: int, start: list[int]) -> int:
    """What `at most ... per item` lets one target give; only for applications that have such a cap.

    An amount holds for each unit, a percentage is of the line's base.
    """
    amounts = problem.item if problem.measured_on_item and not app.is_shipping else start
    return _cap_on(app, problem.units[place], amounts[place])


def _cap_on(app: Application, units: int, cost: int) -> int:
    """The same for so many units, which the benefit falls on, and what they cost."""
    cap = NO_CAP
    if app.cap_item != NO_CAP:
        cap = app.cap_item * units
    if app.cap_item_numerator != NO_CAP:
        share = cost * app.cap_item_numerator // app.cap_item_denominator
        if cap == NO_CAP or share < cap:
            cap = share
    return cap


def _caps_of(problem: Problem, app: Application, start: list[int], gift: Gift | None) -> list[int]:
    """For each target what `at most ... per item` lets it give."""
    if gift is None:
        return [item_cap(problem, app, place, start) for place in app.targets]
    return [_cap_on(app, units, cost) for units, cost in zip(gift.units, gift.costs, strict=True)]


def has_item_cap(app: Application) -> bool:
    """Whether the application takes from each line no more than an `at most ... per item`."""
    return app.cap_item != NO_CAP or app.cap_item_numerator != NO_CAP


def is_plain(problem: Problem, app: Application) -> bool:
    """Whether its shares are in proportion to what its targets cost, and nothing is cut from them but by what they cost."""
    return not (has_item_cap(app) or app.has_gift or problem.floors)


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
    if benefit == 0:
        return 0
    gift = gift_of(problem, app, start)
    cost = _room_of_all(problem, app, now, gift, benefit)
    if has_item_cap(app):
        most = 0
        for position, cap in enumerate(_caps_of(problem, app, start, gift)):
            most += min(cap, room_of(problem, now, app.targets[position])) if app.is_coins else cap
        benefit = min(benefit, most)
    elif app.is_coins:
        benefit = min(benefit, cost)
    if app.cap_store != NO_CAP and benefit > app.cap_store and not app.piece:
        benefit = app.cap_store
    if cap_left != NO_CAP and benefit > cap_left:
        benefit = cap_left
    if app.is_coins:
        return _coins_whole(problem, app, max(benefit, 0), start)
    if benefit > cost:
        if problem.void:
            return 0
        benefit = cost
    return max(benefit, 0)


def _coins_whole(problem: Problem, app: Application, benefit: int, start: list[int]) -> int:
    """What a coin payment pays after its cap by a share of the order, and in whole steps where it pays only such."""
    if app.cap_order_numerator != NO_CAP:
        whole = 0
        for place in app.targets:
            whole += start[place]
        benefit = min(benefit, whole * app.cap_order_numerator // app.cap_order_denominator)
    return benefit - benefit % app.amount_of_rate if app.in_steps else benefit


def _room_of_all(problem: Problem, app: Application, now: list[int], gift: Gift | None, enough: int) -> int:
    """What all its targets can still give, added up as far as `enough`; of a benefit on units at most what these cost."""
    room = 0
    if gift is not None:
        targets = app.targets
        for position, cost in enumerate(gift.costs):
            if cost:
                room += min(cost, room_of(problem, now, targets[position]))
                if room >= enough:
                    break
    elif problem.floors:
        for place in app.targets:
            room += room_of(problem, now, place)
            if room >= enough:
                break
    else:
        for place in app.targets:
            room += now[place]
            if room >= enough:
                break
    return room


def shares_of(problem: Problem, app: Application, benefit: int, start: list[int], now: list[int]) -> list[int]:
    """SPEC 4.5: the share of each target in a benefit that is not zero."""
    weights = problem.item if problem.by_item_price and not app.is_shipping else start
    moved = problem.moved or (app.is_coins and app.in_steps)
    if is_plain(problem, app):
        return allocate_over(benefit, app.targets, weights, NOTHING, now, moved)
    gift = gift_of(problem, app, start)
    if gift is not None:
        weights = start.copy()
    room = now.copy()
    most = _caps_of(problem, app, start, gift) if has_item_cap(app) else NOTHING
    caps: list[int] = now.copy() if most and not app.is_coins else NOTHING
    for position, place in enumerate(app.targets):
        room[place] = room_of(problem, now, place)
        if gift is not None:
            weights[place] = gift.weights[position]
            room[place] = min(room[place], gift.costs[position])
        if most and app.is_coins:
            room[place] = min(room[place], most[position])
        elif most:
            caps[place] = most[position]
    return allocate_over(benefit, app.targets, weights, caps, room, moved)


def is_shared_whole(problem: Problem, app: Application) -> bool:
    """Whether the shares add up to the benefit, whatever it is, so that it need not be shared to know what it saves.

    Lemma: a benefit is at most what its targets can still give. What does not fit is moved until it fits or nothing that has
    room left has a weight; weights are amounts at the start of the layer, or item price amounts, so what has room has
    a weight. A coin payment is at most the room that caps per item leave; nothing else is held to that.
    """
    if app.is_coins:
        return problem.moved or app.in_steps
    return problem.moved and not app.has_gift and not has_item_cap(app)


def _uncapped(problem: Problem, app: Application, count: int, start: list[int]) -> int:
    """The benefit before caps, or 0 when no step is reached or the step gives less than the pieces used."""
    base = 0 if app.has_gift and _gives_always(app) else base_of(problem, app, start)
    rung = rung_of(app, base)
    if rung is None:
        return 0
    worth = worth_of(problem, app, rung, base, start)
    return worth_of_pieces(app, count, worth) if app.piece else worth


def worth_of_pieces(app: Application, pieces: int, worth: int) -> int:
    """What pieces of a select coupon come to under a step that gives so much; 0 when they are worth more than may be."""
    value = pieces * app.piece
    if value > worth or (app.cap_store != NO_CAP and value > app.cap_store):
        return 0
    return value


def item_base(problem: Problem, app: Application) -> int:
    """What its counted lines cost at item prices: added up once, for whoever asks."""
    if app.item_base < 0:
        app.item_base = _sum_over(app.lines, problem.item)
    return app.item_base


def item_whole(problem: Problem, app: Application) -> int:
    """The same of its targets."""
    if app.item_whole < 0:
        app.item_whole = item_base(problem, app) if app.targets is app.lines else _sum_over(app.targets, problem.item)
    return app.item_whole


def _sum_over(places: list[int], amounts: list[int]) -> int:
    whole = 0
    for place in places:
        whole += amounts[place]
    return whole


def highest_worth(problem: Problem, app: Application) -> int:
    """The most that a step gives on item prices, before caps and pieces: amounts only fall, so no selection has more."""
    base = item_base(problem, app)
    worth = 0
    for rung in app.rungs:
        if rung.reach <= base:
            worth = max(worth, worth_of(problem, app, rung, base, problem.item))
    return worth


def coin_worth(app: Application, coins: int) -> int:
    """What so many coins pay, in minor units."""
    if app.in_steps:
        return coins // app.coins_of_rate * app.amount_of_rate
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


class Midway:
    """The one pass over the layers: a selection worked off up to one application, and what that one meets.

    `come_to` each application in order, ask what it is `offered`, and `use` it, or do not. Settling, completing decisions
    (`search/judge.py`), the greedy answer and reasons go by it; only the walk has a pass of its own (`search/walk.py`).
    """

    __slots__ = ("caps_used", "coins_left", "given", "layer", "now", "problem", "start")

    def __init__(self, problem: Problem, coins: int) -> None:
        self.problem = problem
        self.now = problem.item.copy()
        """What each place still costs."""
        self.start = self.now
        """What it cost when the layer of the application began."""
        self.layer = -1
        self.caps_used: dict[int, int] = {}
        """By rule, what its applications have given of a cap per order."""
        self.coins_left = coins
        self.given = NOTHING
        """The shares of whoever was offered last; see `take`."""

    def come_to(self, app: Application) -> None:
        """It is the turn of an application; with it a new layer may begin."""
        if app.layer != self.layer:
            self.layer = app.layer
            self.start = self.now.copy()

    def offered(self, app: Application, pieces: int) -> int:
        """What the application would save here with so many pieces; 0 when it is not usable."""
        self.given = take(self.problem, app, pieces, self.start, self.now, self.cap_left(app), self.coins_left)
        amount = 0
        for share in self.given:
            amount += share
        return amount

    def use(self, app: Application, amount: int) -> int:
        """Take off what the application was just offered; the coins that it costs."""
        given = self.given
        for position, place in enumerate(app.targets):
            self.now[place] -= given[position]
        if app.cap_order != NO_CAP:
            self.caps_used[app.rule] = self.caps_used.get(app.rule, 0) + amount
        if not app.is_coins:
            return 0
        coins = coins_for(app, amount)
        self.coins_left -= coins
        return coins

    def cap_left(self, app: Application) -> int:
        """What the cap per order of an application has left; NO_CAP when it has none."""
        return NO_CAP if app.cap_order == NO_CAP else app.cap_order - self.caps_used.get(app.rule, 0)


def till(problem: Problem, counts: list[int], app: Application) -> Midway:
    """The selection worked off layer by layer until an application's turn comes; what is not usable then gives nothing.

    The application need not be one of the problem's. Coins may be below zero when the selection needs more than there are.
    """
    met = Midway(problem, problem.coins - exchange_coins(problem, counts))
    mine = (app.layer, app.name, app.store, app.sku)
    for other in problem.applications:
        pieces = counts[other.index]
        if not pieces:
            continue
        if (other.layer, other.name, other.store, other.sku) >= mine:
            break
        met.come_to(other)
        amount = met.offered(other, pieces)
        if amount:
            met.use(other, amount)
    met.come_to(app)
    return met


def settle(problem: Problem, counts: list[int]) -> Settlement | None:
    """Settle a selection given as one count for each application; None when a used one is not usable, or coins lack."""
    exchange = exchange_coins(problem, counts)
    if exchange < 0 or exchange > problem.coins:
        return None
    met = Midway(problem, problem.coins - exchange)
    shares: list[list[int]] = [[] for _ in counts]
    payments = [0] * len(counts)
    for app in problem.applications:
        met.come_to(app)
        pieces = counts[app.index]
        if not pieces:
            continue
        amount = met.offered(app, pieces)
        if amount == 0:
            return None
        payments[app.index] = met.use(app, amount)
        shares[app.index] = met.given
    return Settlement(met.now, shares, exchange, payments)


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
        if used[place]:
            cost = pool.cost(used[place])
            if cost < 0:
                return -1
            coins += cost
    return coins
