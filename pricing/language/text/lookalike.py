"""Names that a reader cannot tell apart: capitals, 0 and O, 1 and l and I, foreign letters that look Latin."""

from __future__ import annotations

_LOOKS = {
    "0": "o", "1": "l", "i": "l", "|": "l",
    # Cyrillic
    "а": "a", "в": "b", "е": "e", "ё": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t",
    "у": "y", "х": "x", "і": "l", "ј": "j", "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ь": "b", "п": "n", "г": "r",
    # Greek
    "α": "a", "β": "b", "ε": "e", "ζ": "z", "η": "h", "ι": "l", "κ": "k", "μ": "m", "ν": "v", "ο": "o", "ρ": "p",
    "τ": "t", "υ": "y", "χ": "x", "γ": "y", "ω": "w", "ς": "c", "σ": "o",
}  # fmt: skip
_TABLE = str.maketrans(_LOOKS)
# Only those whose capitals or small letters are drawn alike in most typefaces are put right by a fix.
_LATIN = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo",
)


def skeleton(name: str) -> str:
    """What a name looks like: equal for names that are easily taken for each other."""
    return name.casefold().translate(_TABLE)


def mixed(name: str) -> bool:
    """Whether Latin letters stand beside letters of another script that look like them."""
    latin = any(ch.isascii() and ch.isalpha() for ch in name)
    return latin and name.translate(_LATIN) != name


def latin(name: str) -> str:
    """The name with look-alike letters made Latin."""
    return name.translate(_LATIN)
