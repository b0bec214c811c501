"""What people write first, in the words of the shop floor, and the line of the language that says it.

Reads the text of a line that is short enough; makes the right line, or what to do. Every pattern is anchored and has no
two ways to match, so that it takes linear time. Called by `cards` and `build`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from attrs import frozen

from pricing.language.text.parser import Trouble, parse

LONGEST = 200
"""Characters; nobody says more in one breath."""

_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
            "nine": "9", "ten": "10"}  # fmt: skip
_N = r"([0-9]{1,6}|one|two|three|four|five|six|seven|eight|nine|ten)"
_V = r"[$€£¥]?([0-9]{1,9}(?:\.[0-9]{1,3})?%?)"
_NTH = r"(second|third|fourth|fifth|[0-9]{1,3}(?:st|nd|rd|th))"
_NTHS = {"second": "2", "third": "3", "fourth": "4", "fifth": "5"}
_OVER = r"(?:over|from|on|above|for|when you spend|minimum|min)"


@frozen
class Saying:
    """What a line most likely means."""

    says: str
    right: str = ""
    """The line that says it, which can be read; empty when it takes more than a line."""
    helps: tuple[str, ...] = ()
    caret: str = ""


Found = re.Match[str]


def _number(text: str) -> int:
    return int(_NUMBERS.get(text.lower(), text))


def _for(found: Found) -> Saying:
    bought, paid = _number(found[1]), _number(found[2])
    if paid >= bought:
        return Saying("A price for a group of items has decimals.", f"every {bought} items for {paid}.00")
    free = bought - paid
    which = "the cheapest" if free == 1 else f"the {free} cheapest"
    says = f"Of every {bought} items, {free} cost{'s' if free == 1 else ''} nothing."
    helps = (f"For an incomplete group too: buy {paid} get {free} free",)
    return Saying(says, f"every {bought} items take 100% off {which}", helps)


def _nth(nth: str, off: str) -> Saying:
    many = _NTHS.get(nth.lower(), nth[:-2])
    return Saying(
        f"Of every {many} items the cheapest is {off} off.", f"every {many} items take {off} off the cheapest"
    )


def _gift(sku: str, step: str) -> Saying:
    return Saying(
        "A gift is something that gets free when enough of other things is bought.",
        helps=(f"It takes three lines: skus {sku} / counts everything / {step} get 1 free",),
    )


def _get(found: Found, what: str) -> str:
    return f"buy {_number(found[1])} get {_number(found[2])} {what}"


def _spent(amount: str | None) -> str:
    return f"spend {amount} " if amount else ""


def _earned(coins: str, every: str) -> Saying:
    many = _number(coins)
    return Saying("Coins are earned every so much.", f"earn {many} coin{'' if many == 1 else 's'} every {every}")


def _each_day(many: int, each: str) -> Saying:
    uses = f"{many} use{'' if many == 1 else 's'}"
    together = (f"By all customers together: limit {uses} per day",) if each == "day" else ()
    return Saying("How often is counted per something.", f"limit {uses} per customer and {each}", together)


def _limit(count: str | None) -> Saying:
    many = _number(count or "1")
    return Saying("How often is a limit.", f"limit {many} use{'' if many == 1 else 's'} per customer")


_SHARED = r"(?:platform|seller|store|shop)(?: pays)? [0-9]{1,2}(?:\.[0-9]{1,2})?%"
_PART = re.compile(r"(platform|seller|store|shop)(?: pays)? ([0-9.]+)%", re.IGNORECASE)


def _funded(said: str) -> Saying | None:
    """Who pays which part, of two that make a whole; None when they do not."""
    parts = {who.lower(): Fraction(share) for who, share in _PART.findall(said)}
    sellers = [share for who, share in parts.items() if who != "platform"]
    platform = parts.get("platform", 100 - sum(sellers, Fraction(0)))
    if len(sellers) > 1 or (sellers and platform + sellers[0] != 100):
        return None
    return Saying(
        "A card says what part the platform pays; the seller bears the rest.",
        f"funded by platform {_percent(platform)}%",
    )


def _percent(share: Fraction) -> str:
    return str(share.numerator) if share.denominator == 1 else f"{float(share):.2f}"


_SAYINGS: tuple[tuple[re.Pattern[str], Callable[[Found], Saying | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), made)
    for pattern, made in (
        (rf"{_N} for {_N}", _for),
        (
            rf"{_N} for [$€£¥]?([0-9]+\.[0-9]+)",
            lambda found: Saying("Groups of items have a price.", f"every {_number(found[1])} items for {found[2]}"),
        ),
        (rf"{_N} for the price of {_N}", _for),
        (
            rf"(?:buy )?any {_N}(?: items)? for [$€£¥]?([0-9]+(?:\.[0-9]+)?)",
            lambda found: Saying("Groups of items have a price.", f"every {_number(found[1])} items for {found[2]}"),
        ),
        (
            rf"every {_NTH}(?: one| item)?,? (?:at |is |take |for )?{_V}(?: off)?",
            lambda found: _nth(found[1], found[2]),
        ),
        (
            rf"take {_V} off (?:the |every |each ){_NTH}(?: one| item)?",
            lambda found: _nth(found[2], found[1]),
        ),
        (
            rf"buy {_N},? get {_N} (?:at |for )?half(?: price| off)?",
            lambda found: Saying("Half price is 50% off.", _get(found, "at 50% off")),
        ),
        (
            rf"buy {_N} (?:and )?pay(?: for)? {_N}",
            _for,
        ),
        (
            r"(?:the )?third(?: one| item)?(?: is)?(?: for)? free|3rd(?: one| item)?(?: is)?(?: for)? free",
            lambda _: Saying("Of every 3 items the cheapest is free.", "every 3 items take 100% off the cheapest"),
        ),
        (r"bogo|b1g1|bogof", lambda _: Saying("Buy one, get one free.", "buy 1 get 1 free")),
        (
            rf"buy {_N},? get (?:the )?cheapest(?: one)?(?: for)? free",
            lambda found: Saying(
                f"Of every {_number(found[1])} items the cheapest is free.",
                f"every {_number(found[1])} items take 100% off the cheapest",
            ),
        ),
        (
            r"(?:the )?(?:second|2nd)(?: one| item)?(?: at| for)? half(?: price| off)?",
            lambda _: Saying("With each item bought, another one is 50% off.", "buy 1 get 1 at 50% off"),
        ),
        (
            r"every ([0-9]{1,4})(?:st|nd|rd|th) (?:one |item )?(?:is )?free",
            lambda found: Saying(
                f"Of every {found[1]} items one is free.", f"every {found[1]} items take 100% off the cheapest"
            ),
        ),
        (
            r"half(?: price| off)?|(?:take )?half(?: price)? off",
            lambda _: Saying("Half price is 50% off.", "take 50% off"),
        ),
        (r"take (?:a )?half(?: off)?|take 1/2 off", lambda _: Saying("Half is 50%.", "take 50% off")),
        (r"take (?:a )?third off|take 1/3 off", lambda _: Saying("A share is a percentage.", "take 33.33% off")),
        (r"take (?:a )?quarter off|take 1/4 off", lambda _: Saying("A share is a percentage.", "take 25% off")),
        (r"take (?:it )?free|free", lambda _: Saying("Free is 100% off.", "take 100% off")),
        (
            r"(?:the )?cheapest(?: one| item)?(?: is)?(?: for)? free",
            lambda _: Saying("The cheapest costs nothing.", "take 100% off the cheapest"),
        ),
        (
            r"take % ?([0-9]+) off",
            lambda found: Saying("The sign % stands behind the number.", f"take {found[1]}% off"),
        ),
        (
            r"[$€£¥]([0-9]{1,9}(?:\.[0-9]{1,3})?) off",
            lambda found: Saying(
                "What is taken off begins with take, and amounts have no sign.", f"take {found[1]} off"
            ),
        ),
        (
            rf"take {_V} off (?:each of )?(?:the )?([0-9]{{1,4}}) (cheapest|dearest) each",
            lambda found: Saying(
                "Each stands before the items.", f"take {found[1]} off each of the {found[2]} {found[3].lower()}"
            ),
        ),
        (
            rf"(?:take )?{_V} off (?:everything|all|all (?:items|products)|site-?wide|store-?wide"
            r"|(?:the |your )?(?:whole |entire )?(?:order|cart|basket|purchase))",
            lambda found: Saying("What no line narrows falls on everything.", f"take {found[1]} off"),
        ),
        (rf"{_V} off each", lambda found: Saying("What is taken off begins with take.", f"take {found[1]} off each")),
        (
            rf"take {_V} off (?:per|for each|from each|on each|for every|on every) (?:item|unit|piece|product|one)",
            lambda found: Saying("Each stands behind off.", f"take {found[1]} off each"),
        ),
        (rf"take {_V} each", lambda found: Saying("Behind what is taken off stands off.", f"take {found[1]} off each")),
        (
            rf"{_V} off (?:orders? |purchases? )?{_OVER} ?{_V}|{_V} off {_V}",
            lambda found: Saying(
                "The condition comes first, then what is taken off.",
                f"spend {found[2] or found[4]} take {found[1] or found[3]} off",
            ),
        ),
        (
            rf"(spend|buy) {_V}(?: items)?,? (?:get|save) {_V}(?: off)?",
            lambda found: Saying("What comes off is what a step takes.", f"{found[1]} {found[2]} take {found[3]} off"),
        ),
        (
            rf"(spend|buy) {_V}(?: items)?(?:\+|:| ?=| ?=>| ?->| ?→| ?⇒| then),? (?:take |get |save )?{_V}(?: off)?",
            lambda found: Saying(
                "A step says from what on, then what it takes.", f"{found[1]} {found[2]} take {found[3]} off"
            ),
        ),
        (
            rf"(spend|buy) {_V} ?(?:to|till|until|-|–|—|and) ?{_V}(?: items)?,? (?:take |get |save ){_V}(?: off)?",
            lambda found: Saying(
                "A step holds from its beginning on, until the next one begins.",
                f"{found[1]} {found[2]} take {found[4]} off",
                ("If nothing is to come off above that, another step says so, as in: spend 100.00 take nothing",),
            ),
        ),
        (
            rf"(?:spend {_V} )?take {_V} off(?:,? and| plus| \+| &) (?:free (?:shipping|delivery)|ship free)",
            lambda found: Saying(
                "Free shipping is a card of its own.",
                helps=(f'It begins with: free shipping NAME "What customers read", then: {_spent(found[1])}ship free',),
            ),
        ),
        (
            rf"(?:save|discount|minus|get|(?:reduce|lower|cut)(?: the)?(?: prices?)?(?: by)?) {_V}(?: off)?",
            lambda found: Saying("What is taken off begins with take.", f"take {found[1]} off"),
        ),
        (
            rf"(?:max(?:imum)?|up to|only)? ?(?:{_N}|once)(?: (?:use|uses|time|times|x))? per (?:customer|person|user)"
            r"|(?:only )?once(?: only)?",
            lambda found: _limit(found[1]),
        ),
        (
            r"limit to (.+)",
            lambda found: Saying(
                "Behind limit stands the number, then what it counts and per what.",
                f"limit {found[1]}" if " per " in found[1] or " in total" in found[1] else "",
                () if " per " in found[1] or " in total" in found[1] else (f"As in: limit {found[1]} per customer",),
            ),
        ),
        (
            rf"limit {_N}(?: uses?| times?)? (?:a|each|every) (day|week|month)",
            lambda found: _each_day(_number(found[1]), found[2].lower()),
        ),
        (
            rf"price ([^\s,:=]{{1,40}})(?: ?:| ?=|,| to| now| was {_V} now| from {_V} (?:to|down to))? {_V}",
            lambda found: Saying("The price stands behind at.", f"price {found[1]} at {found[4]}"),
        ),
        (
            rf"price {_V} (?:for )?([^\s,]{{1,40}})",
            lambda found: Saying("The sku comes first, then its price.", f"price {found[2]} at {found[1]}"),
        ),
        (
            rf"skus? ([^\s,]{{1,40}}) (?:at|for|=) {_V}",
            lambda found: Saying("An item's own price begins with price.", f"price {found[1]} at {found[2]}"),
        ),
        (
            rf"price [^\s,]{{1,40}} at {_V}(?:,| and|;) [^\s,]{{1,40}} at {_V}",
            lambda _: Saying("Each item has a price line of its own."),
        ),
        (
            r"valid (?:for )?([0-9]{1,4}) days",
            lambda found: Saying(
                "How long a card holds is said by its first and its last day.",
                helps=(f"How long a customer may keep a coupon: lasts {found[1]} days",),
            ),
        ),
        (
            r"(?:except|exclude|excluding|never with|not on|not with|not for|without) (?:all |any )?"
            r"(?:sale|sales|reduced|discounted|clearance|marked[- ]down) (?:items?|goods|products?|prices?|articles?)",
            lambda _: Saying("Goods with a struck price are reduced.", "except reduced"),
        ),
        (
            rf"prices? (?:over|above|at least|of at least|>=|>|from) {_V}(?: on| up| upwards)?",
            lambda found: Saying("Prices begin with from.", f"prices from {found[1]}"),
        ),
        (
            rf"prices? (?:under|below|up to|at most|until|<=|<) {_V}",
            lambda found: Saying("Prices have a lower end too.", f"prices 0.00 to {found[1]}"),
        ),
        (
            rf"prices? (?:between |from )?{_V} ?(?:-|–|—|and|to|until|through) ?{_V}",
            lambda found: Saying("Between two prices stands to.", f"prices {found[1]} to {found[2]}"),
        ),
        (
            rf"budget {_V} (?:a|each|every|per) day",
            lambda found: Saying("A budget of a day is per day.", f"budget {found[1]} per day"),
        ),
        (
            rf"(take {_V} off),? (?:with|using|by|on) (?:the |a )?(?:promo )?(?:code|coupon|voucher) \"?([^\s\"]+)\"?",
            lambda found: Saying(
                "The code has a line of its own.", helps=(f"Write: {found[1]}", f"and below it: code {found[3]}")
            ),
        ),
        (
            rf"take {_V} off,? (?:on |for |of )?(?:all |any )?(?:orders?|purchases?|baskets?|carts?) {_OVER} {_V}",
            lambda found: Saying(
                "The condition comes first, then what is taken off.", f"spend {found[2]} take {found[1]} off"
            ),
        ),
        (
            rf"(take {_V} off),? (?:for|on|in|when|if|to) ([a-z].*)",
            lambda found: Saying(
                "For whom, when and on what stands in lines of their own.",
                helps=(
                    f"Write: {found[1]}",
                    "and below it, as in: stores nova-home / categories home/kitchen / customers vip / days mon",
                ),
            ),
        ),
        (
            rf"rate {_N} coins? (?:is|are|for|worth|equals?|to|-|:) {_V}",
            lambda found: Saying(
                "What coins are worth stands behind =.", f"rate {_number(found[1])} coins = {found[2]}"
            ),
        ),
        (
            rf"rate {_V} (?:=|is|for) {_N} (?:coins?|points?)",
            lambda found: Saying("The coins come first.", f"rate {_number(found[2])} coins = {found[1]}"),
        ),
        (
            rf"earn {_N} coins? (?:per|for|for every|for each|each|on every) {_V}(?: spent)?",
            lambda found: _earned(found[1], found[2]),
        ),
        (rf"every {_V},? (?:earn|get) {_N} coins?", lambda found: _earned(found[2], found[1])),
        (
            rf"spend {_V},? (?:get|take|receive) {_N} coins?",
            lambda found: Saying("Coins are earned.", f"spend {found[1]} earn {_number(found[2])} coins"),
        ),
        (
            rf"ship free (?:over|from|above|for|on|when|if|at)(?: orders?)?(?: over| from| above)? {_V}",
            lambda found: Saying("The condition comes first.", f"spend {found[1]} ship free"),
        ),
        (rf"ship for {_V}", lambda found: Saying("What delivery costs stands behind at.", f"ship at {found[1]}")),
        (
            rf"lasts (?:for )?{_N} weeks?",
            lambda found: Saying("How long is a number of days.", f"lasts {_number(found[1]) * 7} days"),
        ),
        (
            rf"price ([^\s,]{{1,40}}) (?:at )?{_V} off",
            lambda found: Saying(
                "A price is an amount.", helps=(f"A share takes two lines: skus {found[1]} / take {found[2]} off",)
            ),
        ),
        (
            r"(?:for |customers )?(?:the |only |their )?first[- ](?:order|orders|purchase|buyers?|time customers?)(?: only)?"
            r"|customers first[- ]order|(?:for )?new customers(?: only)?|customers new (?:only|customers)",
            lambda _: Saying("Who has never ordered is usually the segment new.", "customers new"),
        ),
        (
            r"(?:on )?weekends?(?: only)?|only (?:on |at )?(?:the )?weekends?",
            lambda _: Saying("The days of the week are listed.", "days sat, sun"),
        ),
        (
            r"(?:only )?(?:in|on|through) (?:the |our )?app(?: only)?|app only",
            lambda _: Saying("Through what customers come is their channel.", "channels app"),
        ),
        (
            r"(?:cannot|can not|can't|may not|not to) be (?:combined|used|stacked)(?: with .*)?"
            r"|not (?:combinable|stackable|combined|valid|to be combined)(?: with .*)?",
            lambda _: Saying(
                "What a card never meets on one line is named.",
                "never with anything",
                ("Or name kinds and cards: never with seller coupon",),
            ),
        ),
        (
            r"stackable|(?:can be |is )?(?:combinable|combined|stacked)(?: with .*)?",
            lambda _: Saying(
                "Cards of different kinds combine anyway.",
                helps=("Name the cards of its own kind that it may meet: combines with NAME",),
            ),
        ),
        (
            r"(?:valid |starts |runs )?from ([0-9]{4}-[0-9]{2}-[0-9]{2}),? (?:to|till|until|-|–|through) "
            r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: inclusive)?",
            lambda found: Saying(
                "Dates are written from … through …, and the last day is included.",
                f"valid from {found[1]} through {found[2]}",
                ("until stops at the beginning of that day.",),
            ),
        ),
        (
            rf"funded by {_SHARED},? and {_SHARED}|(?:the )?{_SHARED}",
            lambda found: _funded(found[0]),
        ),
        (
            rf"(?:minimum|min)(?: spend| order| of)? {_V}",
            lambda found: Saying(
                "The least that must be spent stands in the step.",
                helps=(f"Write: spend {found[1]} take 5.00 off",),
                caret="did you mean spend?",
            ),
        ),
        (
            rf"max(?:imum)? {_V}",
            lambda found: Saying("A cap is written with at most.", f"at most {found[1]} per order"),
        ),
        (r"free gift ([^\s,\"]+)|gift ([^\s,\"]+)", lambda found: _gift(found[1] or found[2], "spend 80.00")),
        (rf"(spend {_V}) get {_N} ([^\s,\"]+) free", lambda found: _gift(found[4], found[1])),
        (
            rf"free (?:shipping|delivery) (?:over|from|above|on|for) {_V}",
            lambda found: Saying(
                "Free shipping is a card of its own.",
                helps=(f'It begins with: free shipping NAME "What customers read", then: spend {found[1]} ship free',),
            ),
        ),
        (
            rf"buy {_N} (?:or more|and more|\+)(?: items)? (.*)",
            lambda found: Saying("A step holds from its number on.", f"buy {_number(found[1])} {found[2]}"),
        ),
        (
            rf"spend {_V} (?:and|or) buy {_N}(?: items)? (.*)",
            lambda found: Saying(
                "A step looks at money or at items, not at both.",
                helps=(f"Write: spend {found[1]} {found[3]}", "or count items: buy 3 take 5.00 off"),
            ),
        ),
        (
            r"(customers|countries|regions|channels|payments|stores|categories|brands|tags|skus) not ([^\s\"].*)",
            lambda found: Saying("What is left out stands behind except.", f"except {found[1]} {found[2]}"),
        ),
    )
)


def meant(text: str) -> Saying | None:
    """What a line means that begins otherwise, or goes on otherwise, than the language has it; None: nothing known.

    A right line is tried: one that cannot be read is not offered."""
    said = " ".join(text.split())
    if len(text) > LONGEST or not said:
        return None
    for pattern, made in _SAYINGS:
        found = pattern.fullmatch(said)
        if found is not None:
            saying = made(found)
            if saying is None:
                continue
            if saying.right and (saying.right == said or isinstance(parse(saying.right), Trouble)):
                return None
            return saying
    return _two_steps(said) or _slots(said)


_BETWEEN = re.compile(r"(?:,| and|,? &) (?=[0-9]{1,4} of )")


def _slots(said: str) -> Saying | None:
    """Slots of a bundle with something else between them than +."""
    right = _BETWEEN.sub(" + ", said) if said.startswith("bundle ") else said
    return Saying("Between the goods of a bundle stands +.", right) if right != said and readable(right) else None


_SECOND = re.compile(r"(?<=[a-z0-9]),? (?=(?:spend|buy|every) [0-9])")


def _two_steps(said: str) -> Saying | None:
    """Two steps on one line."""
    parts = _SECOND.split(said)
    if len(parts) < 2 or not said.startswith(("spend ", "buy ", "every ")) or not all(map(readable, parts)):
        return None
    return Saying("Each step stands on a line of its own.", helps=(f"Write: {parts[0]}", f"and below it: {parts[1]}"))


def readable(text: str) -> bool:
    """Whether a line can be read, or is a remark: asked of a line with its fix applied."""
    return text.lstrip().startswith("#") or not isinstance(parse(text.partition(" #")[0]), Trouble)
