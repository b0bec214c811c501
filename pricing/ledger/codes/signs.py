"""How a single code is written: the pattern's own signs, and for each `#` one of 31 that cannot be mistaken.

The last `#` is a check sign. With v the numbers of the others (0 to 30) and c its own, c = Σ w·v mod 31. The weights w are
from 1 to 29, and neighbours have different ones; 31 is prime. So one wrong sign changes the sum, and so do two neighbours
that changed places: also the last two, as no w is -1 mod 31.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import randbelow

from pricing.model.codes import SIGNS, fits, normalised

_WEIGHTS = 29
_VALUES = {sign: value for value, sign in enumerate(SIGNS.casefold())}


def random_code(pattern: str, draw: Callable[[int], int] = randbelow) -> str:
    """A new code of the pattern, as it is printed; nobody can guess it (`secrets`)."""
    free = pattern.count("#") - 1
    number = draw(len(SIGNS) ** free)
    values = [number // len(SIGNS) ** place % len(SIGNS) for place in range(free)]
    signs = iter([SIGNS[value] for value in (*values, _check(values))])
    return "".join(next(signs) if sign == "#" else sign for sign in pattern)


def is_sound(pattern: str, code: str) -> bool:
    """Whether a typed text has the pattern's shape and the right check sign."""
    if not fits(pattern, code):
        return False
    typed = normalised(code)
    values = [_VALUES[sign] for sign, wanted in zip(typed, normalised(pattern), strict=True) if wanted == "#"]
    return values[-1] == _check(values[:-1])


def _check(values: list[int]) -> int:
    return sum((place % _WEIGHTS + 1) * value for place, value in enumerate(values)) % len(SIGNS)
