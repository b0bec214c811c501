"""Plain arithmetic of savings, written from the specification for the peers: steps, benefits and shares in whole cents.

Lines are held by position, in order of line id, so that "the smaller line id" is "the smaller position". Only what the
seeded books use: running measure, running shares, moved remainders, clamped benefits, half-up rounding.
"""

from __future__ import annotations

from benchmarks.cards import Card, Cart, Step, cents


def sorted_lines(cart: Cart) -> list[dict[str, object]]:
    """The lines of the cart in order of id."""
    return sorted(cart["lines"], key=lambda line: line["id"])


def list_amounts(lines: list[dict[str, object]]) -> list[int]:
    """Price times quantity of each line."""
    return [cents(str(line["price"])) * int(str(line["quantity"])) for line in lines]


def reached(steps: tuple[Step, ...], base: int, units: int) -> Step | None:
    """The highest step whose threshold is reached."""
    found = None
    for step in steps:
        if (base if step.word == "spend" else units) >= step.reach and (found is None or step.reach >= found.reach):
            found = step
    return found


def benefit(step: Step | None, base: int) -> int:
    """What the step takes off the base: rounded half up once, then capped, never more than the base."""
    if step is None:
        return 0
    amount = (2 * step.percent * base + 100) // 200 if step.percent else step.amount
    if step.at_most is not None:
        amount = min(amount, step.at_most)
    return min(amount, base)


def share(amount: int, running: list[int], places: list[int]) -> None:
    """Take the amount off the lines at these places, in proportion to what they still cost; changes `running`.

    Shares are floored; units left over go one each to the largest remainders, ties to the larger weight, then to the
    smaller place. An amount within the sum of the weights never gives a line more than it still costs.
    """
    total = sum(running[place] for place in places)
    if amount <= 0 or total <= 0:
        return
    left = amount
    remainders = []
    for place in places:
        weight = running[place]
        part, remainder = divmod(amount * weight, total)
        running[place] = weight - part
        left -= part
        remainders.append((-remainder, -weight, place))
    remainders.sort()
    for _, _, place in remainders[:left]:
        running[place] -= 1


def places_of(card: Card, lines: list[dict[str, object]]) -> list[int]:
    """Positions of the lines in the card's scope."""
    return [place for place, line in enumerate(lines) if card.takes(line)]


def units_of(lines: list[dict[str, object]], places: list[int]) -> int:
    """Units at these places."""
    return sum(int(str(lines[place]["quantity"])) for place in places)


def coins_pay(cart: Cart, coin_card: Card | None, running: list[int]) -> int:
    """What coin payment takes at 100 coins a dollar, given what every line still costs."""
    if coin_card is None:
        return 0
    per_item, per_order = coin_caps(coin_card)
    allowed = sum(per_item * amount // 100 for amount in running)
    return min(allowed, per_order, int(cart["wallet"]["coins"]))


def coin_caps(card: Card) -> tuple[int, int]:
    """Percent per item and cents per order of a coin payment."""
    per_item, per_order = 0, 0
    for clause in card.extra:
        words = clause.split()
        if clause.endswith("per item"):
            per_item = int(words[2].rstrip("%"))
        elif clause.endswith("per order"):
            per_order = cents(words[2])
    return per_item, per_order
