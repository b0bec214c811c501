"""One promotion as marketing wrote it, with every name resolved (SPEC section 2).

Made by `language`, read by `engine.rules`.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import Factory, field, frozen

from pricing.model.kind import CODE, TRAITS, Kind
from pricing.model.ladder import Caps, Limit, Rate, Reward, Step, Trade
from pricing.model.scope import Scope
from pricing.model.window import Hours, Window

PLATFORM = "platform"
"""How the platform is called among payers."""


@frozen
class Place:
    """Where in the rule files something stands: for messages only, never for meaning."""

    file: str = ""
    line: int = 0


@frozen
class CodePattern:
    """`codes N like PATTERN`: so many codes, each of which one customer can use once."""

    count: int
    pattern: str
    """`#` stands for one of 31 signs; the last one is a check sign."""


def _given(rule: Rule) -> str:
    return TRAITS[rule.kind].given


def _per(rule: Rule) -> str:
    return TRAITS[rule.kind].per


def _payers(rule: Rule) -> tuple[tuple[str, Fraction], ...]:
    return () if TRAITS[rule.kind].seller_pays else ((PLATFORM, Fraction(1)),)


def _codes(rule: Rule) -> tuple[str, ...]:
    return (rule.name,) if rule.given == CODE and rule.pattern is None else ()


@frozen
class Rule:
    """A card. Money is whole minor units of `currency`; an empty tuple says that the card has no such clause."""

    name: str
    kind: Kind
    label: str = ""
    currency: str = "USD"
    zone: str = "UTC"
    """IANA name of the zone in which `days`, `hours` and limits per day count."""
    valid: Window = Window()
    days: tuple[int, ...] = ()
    """Days of the week, Monday 0; sorted. Empty: every day."""
    hours: tuple[Hours, ...] = ()
    """All of these must hold. Empty: all day."""
    scope: Scope = Scope()
    """What a saving is taken from: words that a line of the cart answers, and `methods` of shipping charges."""
    counts: Scope | None = None
    """What steps look at, where it is not the scope; None: the scope. An empty scope: everything."""
    audience: Scope = Scope()
    """Words `customers`, `countries`, `regions`, `channels`, `payments`."""
    given: str = field(default=Factory(_given, takes_self=True))
    """`automatic`, `held` or `code` (`pricing.model.kind`)."""
    pattern: CodePattern | None = None
    """Single codes out of many; a cart names them with the rule that the ledger found for them."""
    codes: tuple[str, ...] = field(default=Factory(_codes, takes_self=True))
    """The codes that give it, as the card writes them; sorted. A promo code without others: its name."""
    public: bool = False
    """Whether its codes may be told to who has not typed them."""
    layer: str = ""
    """The further layer of its kind that it is in; empty: the kind's own."""
    groups: tuple[str, ...] = ()
    """Names that `never`, `combines` and limits of the policy can use; sorted."""
    prices: tuple[tuple[str, int], ...] = ()
    """`price SKU at N`: sku and minor units; sorted by sku."""
    ladder: tuple[Step, ...] = ()
    """Sorted by `reach`. Item rules: at most one step with reach 0, per unit."""
    ladder_per: str = field(default=Factory(_per, takes_self=True))
    """`store`, `order` or `sku`."""
    caps: Caps = Caps()
    limits: tuple[Limit, ...] = ()
    """Sorted."""
    budget: int | None = None
    """In total."""
    budget_day: int | None = None
    """For each day."""
    payers: tuple[tuple[str, Fraction], ...] = field(default=Factory(_payers, takes_self=True))
    """Who pays which share of each saving besides the seller, who bears the rest; in the order written."""
    piece: int = 0
    """Select coupon: minor units one piece is worth."""
    trade: Trade | None = None
    rate: Rate | None = None
    reward: Reward | None = None
    claim: Window = Window()
    """Coupons: when a piece can be picked up; the rule's `valid` when the card has no `claim`."""
    lasts_days: int | None = None
    never: tuple[str, ...] = ()
    """Names of rules, kinds as the language spells them, `group NAME`, or `anything`; sorted."""
    combines: tuple[str, ...] = ()
    """Names of rules, or `group NAME`; sorted."""
    note: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    """The label in other languages: (BCP 47 tag, text); sorted."""
    notes: tuple[tuple[str, str], ...] = ()
    """Likewise the note."""
    campaign: str = ""
    """Name of the campaign."""
    also: tuple[Rule, ...] = ()
    """The same card in the campaign's other currencies, in the order of the head: only amounts and `currency` differ."""
    place: Place = field(default=Place(), eq=False, repr=False)


@frozen
class Campaign:
    """The head of a rule file."""

    name: str
    label: str
    currency: str
    """The first of its currencies."""
    zone: str
    valid: Window
    owner: str = ""
    brief: str = ""
    currencies: tuple[str, ...] = ()
    """All of them, in the order written; empty: only `currency`."""
    place: Place = field(default=Place(), eq=False, repr=False)
