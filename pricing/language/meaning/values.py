"""Amounts, percentages and whole numbers as people write them.

Reads atoms; makes minor units, exact fractions and ints, or None after having told what is wrong and how it is written.
"""

from __future__ import annotations

import re
from fractions import Fraction
from unicodedata import decimal, normalize

from pricing.forms.form import percent
from pricing.language.diagnostics.diagnostic import Findings
from pricing.language.meaning.home import Home
from pricing.language.text.syntax import Atom
from pricing.money import AmountError, decimals, parse, show

_SIGN_OF = {"EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥", "KRW": "₩", "INR": "₹"}
_SIGNS = "$€£¥₩₹"
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}")
_PLAIN_NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_CODE = re.compile(r"([0-9][0-9.,]*)([A-Za-z]{3})|([A-Za-z]{3})([0-9][0-9.,]*)")
_POINTS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+", re.ASCII)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
LARGEST_COUNT = 10**12


def amount(said: Atom, home: Home, *, zero: bool = False) -> int | None:
    """Minor units of an amount, in the currency that is read; zero only where `zero` says so."""
    currency, findings = home.currency, home.findings
    atom = _chosen(said, home)
    if atom is None:
        return None
    text = atom.text
    if text.endswith("%"):
        findings.add(
            "P0217", atom, "An amount of money stands here, not a percentage.", caret="a percentage",
            helps=(f"Write it like {_like(currency)}.",),
        )  # fmt: skip
        return None
    if _slip(atom, currency, findings):
        return None
    try:
        minor = parse(text, currency)
    except AmountError as error:
        _unreadable(atom, currency, str(error), findings)
        return None
    if minor == 0 and not zero:
        findings.add("P0218", atom, "This amount is zero.", caret="must be more than nothing")
        return None
    return minor


def _in(text: str, currency: str) -> str:
    """The amount as an example in another currency: a hundred times as much where it would have too many decimals."""
    try:
        parse(text, currency)
    except AmountError:
        whole, _, part = text.partition(".")
        return (whole + part[:2].ljust(2, "0")).lstrip("0") if whole.isdecimal() and decimals(currency) == 0 else text
    return text


def _chosen(atom: Atom, home: Home) -> Atom | None:
    """Of an amount in several currencies the one that is read; None when they are not as many as the campaign's."""
    many, given = len(home.currencies), 1 + len(atom.others)
    if given == 1:
        if many > 1 and not home.one_for_all and atom.text.strip("0.") and not atom.text.endswith("%"):
            home.one_for_all = True
            each = " | ".join(_in(atom.text, currency) for currency in home.currencies)
            home.findings.add(
                "P0242", atom, f"This amount is the same in {' and '.join(home.currencies)}.", caret="the same number",
                helps=(f"An amount for each stands as {each}, in the order of the head.",),
            )  # fmt: skip
        return atom
    if given != many:
        what = f"one currency, {home.currency}" if many == 1 else f"{many}: {', '.join(home.currencies)}"
        home.findings.add(
            "P0241", atom, f"Here stand {given} amounts, and the campaign has {what}.",
            helps=("Between | stands one amount for each currency of the campaign's head, in the same order.",),
        )  # fmt: skip
        return None
    return (atom, *atom.others)[home.place]


def _unreadable(atom: Atom, currency: str, error: str, findings: Findings) -> None:
    """Tell an amount that is none."""
    text = atom.text
    many = re.fullmatch(r"[0-9]+\.[0-9]+", text) and "decimals" in error
    short = _short(text, currency)
    if short:
        findings.add(
            "P0214", atom, error.split(";", maxsplit=1)[0] + ".", caret=f"write {short}", fix=findings.replace(atom, short),
        )  # fmt: skip
        return
    helps = [] if "write it like" in error else [f"Write it like {_like(currency)}."]
    if many and _POINTS.fullmatch(text):
        whole = text.replace(".", "")
        helps = [f"A point stands before decimals only, as in {_like(currency)}. If {whole} is meant, write it so."]
    findings.add("P0213" if many else "P0214", atom, error + ".", helps=helps)


_THOUSAND = re.compile(r"([0-9]{1,6})(?:\.([0-9]))?[kK]", re.ASCII)
_DASH = re.compile(r"([0-9]{1,9})[.,][-–—]+", re.ASCII)
_MANY_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,4}", re.ASCII)


def _short(text: str, currency: str) -> str:
    """`10k`, `25.-`, `three` and `1.000.000` as the language writes them; empty for anything else."""
    thousand, dash = _THOUSAND.fullmatch(text), _DASH.fullmatch(text)
    if thousand:
        return str(int(thousand[1]) * 1000 + int(thousand[2] or 0) * 100)
    if text.lower() in _WORDS:
        return show((_WORDS.index(text.lower()) + 1) * 10 ** decimals(currency), currency)
    if dash:
        return show(int(dash[1]) * 10 ** decimals(currency), currency)
    return text.replace(".", "") if _MANY_POINTS.fullmatch(text) else ""


def _digits(text: str) -> str:
    """The text with digits and points of other scripts, such as wide ones, made plain."""
    return "".join(str(decimal(sign, sign)) for sign in normalize("NFKC", text))


def percentage(atom: Atom, findings: Findings) -> Fraction | None:
    """An exact share above 0 and up to 100%."""
    text = atom.text.removesuffix("%")
    if text == atom.text:
        findings.add(
            "P0217", atom, f'"{_cut(text)}" has no % sign; a percentage stands here.', caret="a share, such as 15%",
            fix=findings.replace(atom, text + "%") if _PLAIN_NUMBER.fullmatch(text) else None,
        )  # fmt: skip
        return None
    if _DECIMAL_COMMA.fullmatch(text):
        right = text.replace(",", ".") + "%"
        findings.add(
            "P0212", atom, "Decimals stand after a point, not after a comma.", caret=f"write {right}",
            fix=findings.replace(atom, right, safe=True),
        )  # fmt: skip
        return None
    if not _PLAIN_NUMBER.fullmatch(text) or len(text) > 12:
        findings.add("P0215", atom, f'"{_cut(atom.text)}" is not a percentage.', helps=("Write it like 15% or 12.5%.",))
        return None
    share = Fraction(text) / 100
    if share == 0 or share > 1:
        right = _cut(text)
        findings.add(
            "P0215", atom, f"A percentage is more than 0% and at most 100%, not {right}%.",
            caret="gives more than there is" if share else "gives nothing",
            helps=(f"If an amount is meant, write it without the sign: {right}" if share else "Write it like 15%.",),
        )  # fmt: skip
        return None
    return share


def amount_or_percentage(atom: Atom, home: Home) -> tuple[int, Fraction] | None:
    """`V`: minor units and no share, or no amount and a share."""
    if atom.text.endswith("%") and not atom.others:
        share = percentage(atom, home.findings)
        return None if share is None else (0, share)
    minor = amount(atom, home)
    return None if minor is None else (minor, Fraction(0))


def count(atom: Atom, findings: Findings, what: str = "number") -> int | None:
    """A whole number from 1 up."""
    text = atom.text
    if _WHOLE.fullmatch(text):
        number = int(text)
        if number == 0:
            findings.add("P0218", atom, f"This {what} is zero.", caret="must be 1 or more")
            return None
        if number > LARGEST_COUNT:
            findings.add("P0216", atom, f"This {what} is too large.")
            return None
        return number
    if _THOUSANDS.fullmatch(text) and "." not in text:
        _thousands(atom, findings)
        return None
    digits = str(_WORDS.index(text.lower()) + 1) if text.lower() in _WORDS else _digits(text)
    findings.add(
        "P0216", atom, f'"{_cut(text)}" is not a whole number.', caret=f"a {what}, such as 3",
        helps=("Amounts of money belong in a spend or every line.",) if "." in text or text[:1] in _SIGNS else (),
        fix=findings.replace(atom, digits, safe=True) if digits != text and _WHOLE.fullmatch(digits) else None,
    )  # fmt: skip
    return None


written = percent
"""A share as the language writes it: 3/20 is "15%"."""


def _slip(atom: Atom, currency: str, findings: Findings) -> bool:
    """Tell signs, currency codes, thousands and decimal commas; True when one was told."""
    text = atom.text
    if _PLAIN_NUMBER.fullmatch(text):
        return False
    bare = text.strip(_SIGNS)
    code = _CODE.fullmatch(text)
    if code:
        bare = code[1] or code[4]
    if bare != text and bare:
        right = bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare
        right = right.replace(",", ".") if _DECIMAL_COMMA.fullmatch(right) else right
        # A sign of another currency may be the real mistake, so only the campaign's own is safe to take away.
        own = text.replace(bare, "").upper() in (currency, _SIGN_OF.get(currency, "$"))
        findings.add(
            "P0210", atom, "Amounts are written without a currency sign; the campaign says which currency it is.",
            caret=f"write {right}",
            helps=() if own else (f"The currency of this campaign is {currency}.",),
            fix=findings.replace(atom, right, safe=own and _PLAIN_NUMBER.fullmatch(right) is not None),
        )  # fmt: skip
        return True
    if _THOUSANDS.fullmatch(text):
        _thousands(atom, findings, safe=decimals(currency) != 3)
        return True
    if _DECIMAL_COMMA.fullmatch(text) or _CONTINENTAL.fullmatch(text):
        right = text.replace(".", "").replace(",", ".")
        findings.add(
            "P0212", atom, "Decimals stand after a point, not after a comma.", caret=f"write {right}",
            fix=findings.replace(atom, right, safe=True),
        )  # fmt: skip
        return True
    if text[:1] in "-+−–":
        bare = text[1:]
        findings.add(
            "P0214", atom, "Amounts are written without a plus or minus sign.", caret="leave the sign out",
            fix=findings.replace(atom, bare) if _PLAIN_NUMBER.fullmatch(bare) else None,
        )  # fmt: skip
        return True
    plain = _digits(text)
    if plain != text and _PLAIN_NUMBER.fullmatch(plain):
        findings.add(
            "P0214", atom, "These digits are from a keyboard for another script.", caret=f"write {plain}",
            fix=findings.replace(atom, plain, safe=True),
        )  # fmt: skip
        return True
    return False


def _thousands(atom: Atom, findings: Findings, safe: bool = True) -> None:
    right = atom.text.replace(",", "")
    findings.add(
        "P0211", atom, "Numbers are written without commas between the thousands.", caret=f"write {right}",
        fix=findings.replace(atom, right, safe=safe),
    )  # fmt: skip


def _like(currency: str) -> str:
    try:
        return show(1250, currency)
    except AmountError:
        return "12.50"


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
