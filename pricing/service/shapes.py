"""The shapes of bodies and answers beside carts and quotes; OpenAPI is made of them, and bodies are read by them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=200)]


class Asking(Struct, forbid_unknown_fields=True, frozen=True):
    """A body that somebody sends."""


class Texts(Asking, frozen=True):
    """Rule files by their path in the folder."""

    texts: Annotated[dict[str, str], Meta(max_length=1_000)]


class PickUp(Asking, frozen=True):
    rule: Name
    pieces: Count = 1
    segments: list[Name] = []


class Exchange(Asking, frozen=True):
    rule: Name
    times: Count = 1
    segments: list[Name] = []


class Grant(Asking, frozen=True):
    """Pieces of one coupon, or coins."""

    why: Name
    rule: Words = ""
    pieces: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    coins: Annotated[int, Meta(ge=0, le=1_000_000_000_000)] = 0


class Reserve(Asking, frozen=True):
    """The cart of an order, and the total that the customer was shown: another one is refused."""

    cart: dict[str, Any]
    total: Words = ""
    without: list[Name] = []


class CheckOut(Asking, frozen=True):
    """An order with its cart; where something ran out it is quoted again, and the answer says what changed."""

    order: Name
    cart: dict[str, Any]
    without: list[Name] = []


class OrderStep(Asking, frozen=True):
    """A step of an order; `customer`, when given, must be the order's."""

    customer: Name | None = None
    why: Words = ""


class Return(Asking, frozen=True):
    """Returned units by line id; `shipping`: all that is left of it, or amounts by charge (`store/method`)."""

    lines: Annotated[dict[str, Count], Meta(max_length=10_000)] = {}
    shipping: bool | Annotated[dict[str, Name], Meta(max_length=1_000)] = False
    why: Words = ""
    customer: Name | None = None


class Agreement(Asking, frozen=True):
    """An amount in major units that buyer and seller agreed on."""

    amount: Name
    line: Name | None = None
    store: Name | None = None
    why: Words = ""
    customer: Name | None = None


class Typed(Asking, frozen=True):
    """What a customer typed."""

    code: Name


class Mint(Asking, frozen=True):
    """So many new codes."""

    many: Annotated[int, Meta(ge=1, le=10_000)]


class Void(Asking, frozen=True):
    """These codes, or all that are free."""

    codes: Annotated[list[Name], Meta(max_length=10_000)] = []
    all: bool = False


class Resolved(Struct):
    """As it belongs into a cart's `codes`: the pair, or where `rule` is null the code alone."""

    code: str
    rule: str | None


class Minted(Struct):
    rule: str
    codes: list[str]


class Voided(Struct):
    rule: str
    many: int


class CodeRow(Struct):
    code: str
    state: str
    order: str | None
    made: str


class CodePage(Struct):
    """A page of codes; `next` is where the following one begins."""

    rule: str
    codes: list[CodeRow]
    next: int | None


class Fault(Struct):
    detail: str
    pointer: str


class Problem(Struct):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    errors: list[Fault]


class CardNow(Struct):
    """A card that holds now; cards given by a code are told only when they are public."""

    rule: str
    kind: str
    label: str
    campaign: str


class RulesNow(Struct):
    """The rules in force, and what is wrong with those that are not."""

    rules: str
    since: str
    cards: list[CardNow]
    trouble: str | None


class Finding(Struct):
    code: str
    severity: str
    message: str
    file: str
    line: int


class Checked(Struct):
    ok: bool
    diagnostics: list[Finding]


class Told(Struct):
    text: str
    rule: str
    file: str
    line: int


class Chapter(Struct):
    title: str
    sentences: list[Told]


class Explained(Struct):
    """The account of a quote."""

    total: str
    parts: list[Chapter]


class Received(Struct):
    """What a customer received; coins are negative when they were paid."""

    customer: str
    rule: str
    pieces: int
    coins: int
    expires: str | None
    key: str


class Ordered(Struct):
    id: str
    customer: str
    state: str
    hold_until: str
    currency: str
    total: str
    paid_back: str
    coins_back: int
    settled: bool


class Changed(Struct):
    rule: str
    of: str
    left: int
    total_before: str
    total_after: str


class CheckedOut(Struct):
    order: Ordered
    quote: dict[str, Any]
    changes: list[Changed]


class LineBack(Struct):
    id: str
    units: int
    cash: str
    coins: int


class PaidBack(Struct):
    currency: str
    cash: str
    coins: int
    shipping: str
    lines: list[LineBack]
    coupons: dict[str, int]
    charges: dict[str, str]
    """What each charge gets back, where amounts were asked for."""
    earned: dict[str, int]
    """Coins of rewards that go back, by rule."""


class Held(Struct):
    rule: str
    label: str
    state: str
    pieces: int
    when: str | None
    why: str


class Holdings(Struct):
    customer: str
    known: bool
    coins: int
    coins_held: int
    coins_pending: int
    coins_owed: int
    cards: list[Held]


class More(Struct):
    """Units that could be had with this product: a gift."""

    store: str | None
    units: int
    skus: list[str]


class Offered(Struct):
    rule: str
    kind: str
    label: str
    campaign: str
    words: list[str]
    state: str
    starts: str | None
    ends: str | None
    held: int
    left: int | None
    codes: list[str]
    """What to type: only of public cards."""
    unclaimed: list[More]


class Live(Struct):
    status: str
