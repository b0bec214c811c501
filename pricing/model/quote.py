"""The answer: what every line pays, who funds each saving, what was used and why the rest was not (SPEC section 7).

Made by `engine`, shown by `wire` (JSON) and `receipt` (text). Amounts are minor units of the quote's currency; `total`
and its sisters give py-money. The rows of which a quote has hundreds are NamedTuples, which are made fastest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from attrs import field, fields, frozen

from pricing.model.cart import Cart, RuleUsage
from pricing.model.doors import doors
from pricing.model.errors import CartError, Problem, shown
from pricing.model.kind import COUPON_KINDS, Kind
from pricing.model.reason import Reason, reason_of
from pricing.model.refund import first_units
from pricing.money import to_money

if TYPE_CHECKING:
    from money.money import Money


class Saving(NamedTuple):
    """Money off one line (or one shipping charge) by one rule."""

    rule: str
    amount: int
    platform: int
    """What the platform pays of it; the seller (the line's store) pays what nobody else does."""
    payers: tuple[tuple[str, int], ...] = ()
    """What others pay of it, as in ("bank-x", 120); in the order written on the card."""

    @property
    def seller(self) -> int:
        """What the seller pays of it."""
        rest = self.amount - self.platform
        return rest - sum([share for _, share in self.payers]) if self.payers else rest


class QuoteLine(NamedTuple):
    """What one line of the cart pays."""

    id: str
    sku: str
    store: str
    quantity: int
    list: int
    """List price times quantity."""
    item: int
    """Item price amount: after flash sales and item discounts."""
    pays: int
    savings: tuple[Saving, ...]
    """In the order in which they were taken; item rules included. list - savings = pays."""

    @property
    def units(self) -> tuple[Units, ...]:
        """Its units as runs of equal ones, in the order in which a refund gives them back (SPEC 7 and 8)."""
        return tuple(_runs(self))


class Units(NamedTuple):
    """Units of a line that came to the same."""

    quantity: int
    pays: int
    """What each of them pays."""
    savings: tuple[Saving, ...]
    """What was taken off each of them."""


def first_of(saving: Saving, quantity: int, units: int) -> Saving:
    """What the first `units` of `quantity` equal units have of a saving, and who pays for it."""
    return shared(saving, lambda amount: first_units(amount, quantity, units))


def shared(saving: Saving, share: Callable[[int], int]) -> Saving:
    """A part of a saving, where `share` says how much of an amount is in it: never less for more.

    Payers are shared as running sums, in their order, so that none ever has less than nothing.
    """
    amounts = [saving.platform]
    for _, part in saving.payers:
        amounts.append(amounts[-1] + part)
    sums = [share(amount) for amount in amounts]
    payers = tuple([(who, sums[at + 1] - sums[at]) for at, (who, _) in enumerate(saving.payers)])
    return Saving(saving.rule, share(saving.amount), sums[0], payers)


def less(one: Saving, other: Saving) -> Saving:
    """What one saving has beyond another of the same rule and payers."""
    payers = [(who, share - taken) for (who, share), (_, taken) in zip(one.payers, other.payers, strict=True)]
    return Saving(one.rule, one.amount - other.amount, one.platform - other.platform, tuple(payers))


def _runs(line: QuoteLine) -> Iterator[Units]:
    """Amounts are shared over units by `first_units`, so that each has at most one place where units differ."""
    quantity = line.quantity
    places = {0, quantity, line.pays % quantity}
    for saving in line.savings:
        places.add(saving.amount % quantity)
        shared = saving.platform
        for share in (0, *[share for _, share in saving.payers]):
            shared += share
            places.add(shared % quantity)
    for first, end in pairwise(sorted(places)):
        pays = first_units(line.pays, quantity, end) - first_units(line.pays, quantity, first)
        savings = [
            less(first_of(saving, quantity, first + 1), first_of(saving, quantity, first)) for saving in line.savings
        ]
        yield Units(end - first, pays // (end - first), tuple([saving for saving in savings if saving.amount]))


class QuoteCharge(NamedTuple):
    """What one shipping charge costs."""

    store: str
    method: str
    list: int
    pays: int
    savings: tuple[Saving, ...]
    id: str = ""
    """Tells charges of one store and method apart."""


class Use(NamedTuple):
    """A used application."""

    rule: str
    kind: Kind
    store: str | None
    """None: over the whole order."""
    pieces: int
    """Pieces used of a coupon, or of another rule that customers hold; 0 for rules that have none."""
    coins: int
    """Coins that a coin payment cost."""
    amount: int
    """Its benefit: the sum of its savings."""
    sku: str | None = None
    """With `ladder per sku`: the one it is over."""
    because: tuple[str, ...] = ()
    """Ids of the lines outside its scope whose units its step counted; sorted."""

    @property
    def pieces_taken(self) -> int:
        """Pieces that leave a wallet: at least one of a coupon, whatever gave the other rules."""
        return max(self.pieces, int(self.kind in COUPON_KINDS))


@frozen
class Bought:
    """Pieces of a coupon bought for coins by the way."""

    coupon: str
    pieces: int
    coins: int
    trades: tuple[tuple[str, int], ...]
    """Which exchange rules, how many times each."""


@frozen
class Refusal:
    """Why a rule was not used, with the numbers that its reason needs."""

    rule: str
    store: str | None
    reason: Reason = field(converter=reason_of)
    short_by: int | None = None
    """`below-threshold`: minor units missing; for steps by units see `short_units`."""
    short_units: int | None = None
    clashes_with: str | None = None
    total_with: int | None = None
    """`beaten`, `clashes`: the best total had the rule been forced in. None: not asked for, or no such selection."""
    sku: str | None = None
    """With `ladder per sku`: of which application."""
    after: tuple[str, ...] = ()
    """`below-threshold`: the used rules, worked off earlier, without which its step would be reached; sorted."""
    total_without: int | None = None
    """The best total without those, when it uses this rule."""


@frozen
class NextStep:
    """What to add to reach the next step of an application, and what that would save in all."""

    rule: str
    store: str | None
    missing: int | None
    """Minor units of goods; None when the step counts units."""
    missing_units: int | None
    saves: int
    payment: str | None = None
    """To be paid with this instead; nothing is missing then."""
    sku: str | None = None
    """With `ladder per sku`: of which application."""


class KeptCoupon(NamedTuple):
    """Pieces left in the wallet after this order."""

    rule: str
    pieces: int
    expires: datetime | None
    known: bool = True
    """Whether there is a coupon of that name in these rules."""


class Unclaimed(NamedTuple):
    """What could still be had at the terms of a `get` (SPEC 7): this is how a gift is told."""

    rule: str
    store: str | None
    units: int
    skus: tuple[str, ...]
    """Which the rule names; sorted. Empty: anything in its scope."""


class Earned(NamedTuple):
    """Coins that a reward brings."""

    rule: str
    coins: int
    lines: tuple[str, ...] = ()
    """Ids of the lines that it is earned on; sorted. Empty: all."""


@frozen
class Reasons:
    """What is worked out only when somebody asks: `Engine.reasons`."""

    refused: tuple[Refusal, ...] = ()
    """Every rule that looked at the cart and was not used, with its reason; sorted by rule, then store."""
    next_steps: tuple[NextStep, ...] = ()
    """What to add to get more; sorted by rule, then store."""
    labels: Mapping[str, str] = field(factory=dict, eq=False, repr=False)
    """What customers call the rules spoken of, by rule name; a rule that is not named has no label."""


class Asked(Protocol):
    """Who works out a quote's reasons."""

    def reasons(self, quote: Quote, why: str) -> Reasons:
        """With `why` "refused" without next steps, which cost the most."""


@frozen
class Quote:
    """The provably best permitted price of one cart: plain data, which holds all that it was priced from but the rules.

    It pickles, copies and travels between processes. The rules stay behind, so that reasons are the engine's to tell:
    `engine.reasons(quote)`, by any engine of the same rules. Where a quote was made it still knows whom to ask, so that
    `reasons`, `refused`, `next_steps`, `to_dict` and `receipt` have them too; that knowledge is no part of its value: it
    is neither compared nor pickled.
    """

    currency: str
    lines: tuple[QuoteLine, ...]
    """Sorted by line id."""
    shipping: tuple[QuoteCharge, ...]
    """Sorted by store, then method."""
    used: tuple[Use, ...]
    """Sorted by rule, then store."""
    bought: tuple[Bought, ...]
    kept: tuple[KeptCoupon, ...]
    coins_spent: int
    rules: str
    """Fingerprint of the rules that priced it."""
    optimal: bool
    """False when the search hit its work limit; then `lower_bound_minor` says how low the best total could be."""
    steps: int
    lower_bound_minor: int
    total_minor: int
    """Goods and shipping, to pay."""
    cart: Cart = field(repr=False)
    usage: tuple[tuple[str, RuleUsage], ...] = field(default=(), eq=False, repr=False)
    """Earlier uses that it was priced with, by rule name; sorted. Answers are compared, not how they were asked for."""
    without: tuple[str, ...] = field(default=(), eq=False)
    """Rules and kinds that the customer declined; sorted."""
    labels: Mapping[str, str] = field(factory=dict, eq=False, repr=False)
    """What customers call the rules used, bought and kept, by rule name; a rule that is not named has no label."""
    translations: tuple[tuple[str, str, str], ...] = field(default=(), eq=False, repr=False)
    """(rule, language, label) of the same rules where cards have labels in other languages (BCP 47)."""
    unknown_codes: tuple[str, ...] = ()
    """What was typed and belongs to no rule; sorted."""
    unclaimed: tuple[Unclaimed, ...] = ()
    """Sorted by rule, then store."""
    earned: tuple[Earned, ...] = ()
    """Sorted by rule."""
    _asked: Asked | None = field(default=None, eq=False, repr=False)
    """Who is asked for reasons. None: nobody; the quote was pickled, kept, or made by hand."""

    @property
    def list_minor(self) -> int:
        """Goods and shipping before any saving."""
        return sum([line.list for line in self.lines]) + sum([charge.list for charge in self.shipping])

    @property
    def total(self) -> Money:
        """What the customer pays for goods and shipping."""
        return to_money(self.total_minor, self.currency)

    @property
    def savings(self) -> Money:
        """What the customer pays less than the list prices of goods and shipping."""
        return to_money(self.list_minor - self.total_minor, self.currency)

    @property
    def knows_reasons(self) -> bool:
        """Whether `reasons` can be asked here: the quote has not been pickled or kept since its engine made it."""
        return self._asked is not None

    def reasons(self, why: str = "all") -> Reasons:
        """Refusals and, unless `why` is "refused", next steps: they cost more than the quote, and are kept once found.

        Raises ValueError when the quote has left its engine (see `knows_reasons`); `engine.reasons(quote)` tells then.
        """
        if self._asked is None:
            raise ValueError(
                "this quote has been pickled, kept or made by hand and holds no rules: ask engine.reasons(quote)"
            )
        return self._asked.reasons(self, why)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Every rule that looked at the cart and was not used, with its reason. Raises ValueError like `reasons`."""
        return self.reasons("refused").refused

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What to add to reach further steps, and what they save. Raises ValueError like `reasons`."""
        return self.reasons().next_steps

    def labels_in(self, language: str | None) -> Mapping[str, str]:
        """What customers call the rules used, bought and kept, in a language: `de-CH` takes the label for it, else that
        for `de`, else the card's own."""
        if language is None:
            return self.labels
        if not isinstance(language, str):
            raise CartError([Problem(f"a language is a text such as 'de', not {shown(language)}", "language")])
        found = dict(self.labels)
        wanted = language.casefold().split("-")
        ranks = {"-".join(wanted[:length]): length for length in range(1, len(wanted) + 1)}
        best: dict[str, int] = {}
        for rule, tag, label in self.translations:
            rank = ranks.get(tag.casefold(), 0)
            if rank > best.get(rule, 0):
                best[rule], found[rule] = rank, label
        return found

    def to_dict(
        self, why: bool | str | Reasons | None = None, units: bool = False, language: str | None = None
    ) -> dict[str, Any]:
        """The JSON object of INTERFACE ("Quote, JSON"); amounts are strings in major units.

        `why`: "none", "refused" (`refused` alone), or "all" (`refused` and `next_steps`); False and True mean none and
        all. What is not asked for is left out: reasons take longer to work out than the price, and an empty list
        would claim that there is nothing to tell. By default all where the quote `knows_reasons`, else none. Of a
        quote that has left its engine, "refused" and "all" raise ValueError; give the Reasons themselves instead:
        `quote.to_dict(engine.reasons(quote))`.

        With `units` each line has its units too, as runs of equal ones: how many, what each pays, and each of its
        savings; in the order in which a refund gives them back (SPEC 7 and 8). `language` (BCP 47) chooses among the
        labels of cards that have several.
        """
        return doors.quote_to_dict(self, why, units, language)

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """JSON Schema 2020-12 of what `to_dict` gives; also the file docs/schemas/quote.json."""
        return doors.quote_schema()

    def receipt(self, why: bool | str | Reasons | None = None, funders: bool = False) -> str:
        """The text a person reads, with the reasons for what was not used and what to add: `why` as in `to_dict`.

        With `funders` it says who pays for the savings, for those who settle them.
        """
        return doors.receipt(self, why, funders)

    def __reduce__(self) -> tuple[Any, ...]:
        """Its value, and nothing of the engine."""
        return _made_again, ({name: getattr(self, name) for name in _VALUE},)

    def __copy__(self) -> Quote:
        return self  # it never changes

    def __deepcopy__(self, memo: object) -> Quote:
        return self


_VALUE = tuple(each.name for each in fields(Quote) if each.name != "_asked")


def _made_again(value: dict[str, Any]) -> Quote:
    return Quote(**value)


def reasons_wanted(quote: Quote, why: bool | str | Reasons | None) -> Reasons | None:
    """The reasons that `why` asks for (see `Quote.to_dict`); None for none. Raises ValueError."""
    if isinstance(why, Reasons):
        return why
    if why is None:
        why = quote.knows_reasons
    if why is False or why == "none":
        return None
    if why is True or why == "all":
        return quote.reasons()
    if why == "refused":
        return quote.reasons("refused")
    raise ValueError(f'why is "none", "refused" or "all", not {shown(why)}')
