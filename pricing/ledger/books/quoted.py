"""Who would owe what by a file of quotes, as `pricing quote --json` writes them: one JSON object a line. Nothing is back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pricing.ledger.books.owed import OwedReport, added_up, checked
from pricing.ledger.books.shares import Share
from pricing.ledger.errors import LedgerError
from pricing.ledger.wallet.limits import Rules
from pricing.model.rulebook import RuleBook
from pricing.money import AmountError, parse


def owed_by_quotes(by: Iterable[str], quotes: Iterable[tuple[str, str]], book: RuleBook) -> OwedReport:
    """The report of `owed` for quotes, (where it stands, its JSON), that are taken as paid. Raises LedgerError with the
    place of one that is none."""
    keys = checked(tuple(by))
    if "month" in keys:
        raise LedgerError("bad-report", "a quote does not say when it was paid: leave month out", "by")
    rules = Rules(book)

    def campaign_of(rule: str) -> str:
        card = rules.find(rule)
        return card.campaign if card else ""

    return added_up(keys, _shares(quotes, campaign_of))


def _shares(quotes: Iterable[tuple[str, str]], campaign_of: Callable[[str], str]) -> Iterator[Share]:
    for where, line in quotes:
        try:
            found = list(_of_quote(json.loads(line), where, campaign_of))
        except (AmountError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise LedgerError("bad-quote", "is no quote as `pricing quote --json` writes it", where) from error
        yield from found


def _of_quote(quote: Any, order: str, campaign_of: Callable[[str], str]) -> Iterator[Share]:
    currency = quote["currency"]
    for priced in (*quote["lines"], *quote["shipping"]):
        store = priced["store"]
        yield Share(order, _text(store), "", currency, paid=parse(priced["pays"], currency))
        for saving in priced["savings"]:
            rule = _text(saving["rule"])
            for payer, amount in saving["funders"].items():
                yield Share(
                    order, store, "", currency, campaign_of(rule), rule, payer, given=parse(amount, currency)
                )  # fmt: skip


def _text(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError
    return name
