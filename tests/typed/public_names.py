"""Every public name as a program uses it: type checkers read this file (`test_typed.py`), nobody runs it."""

from __future__ import annotations

from datetime import UTC, datetime

from money.currency import Currency
from money.money import Money

from pricing import (
    Cart,
    CartError,
    Customer,
    Diagnostic,
    Engine,
    Line,
    Lot,
    Problem,
    Quote,
    Reasons,
    Refund,
    RuleErrors,
    RuleUsage,
    ShippingCharge,
    TypedCode,
    Usage,
    Wallet,
    agreed,
    refund,
)


def engine_of(folder: str) -> Engine:
    try:
        return Engine.load(folder, cache=None, work=400_000)
    except RuleErrors as errors:
        found: tuple[Diagnostic, ...] = errors.diagnostics
        for one in found:
            print(one.code, one.message, one.file, one.line, one.fixes)
        raise


def cart_of(at: datetime) -> Cart:
    price = Money("45.00", Currency.USD)
    line = Line(sku="NH-1001", store="nova-home", price=price, quantity=1)
    full = Line(
        id="1",
        sku="NH-1001",
        store="nova-home",
        price=price,
        quantity=2,
        categories=["home/kitchen"],
        brand="nova",
        tags=["new"],
        title="Kettle",
        was=Money("59.00", Currency.USD),
        floor=Money("20.00", Currency.USD),
    )
    kept: tuple[Money, int, str, str] = (full.price, full.unit_price, full.id, line.currency)
    print(kept)
    return Cart(
        currency="USD",
        at=at,
        lines=[line, full],
        shipping=[ShippingCharge(store="nova-home", method="standard", amount=Money("6.50", Currency.USD), id="1")],
        customer=Customer(id="c-1", segments=["new"]),
        country="US",
        region="US-CA",
        channel="app",
        payment="card-x",
        wallet=Wallet(coins=900, coupons=[Lot(rule="select-summer", pieces=6, expires=at)]),
        codes=["SUMMER15", TypedCode(code="MAIL-7K2F-9QXA", rule="mail")],
    )


def priced(engine: Engine, cart: Cart) -> Quote | None:
    usage: Usage = {"SUMMER15": RuleUsage(customer=1, spent=1250)}
    try:
        first = engine.quote(cart, usage, without=["coin payment"], work=10_000)
        return engine.quote(cart, {"SUMMER15": {"customer": 1, "spent": "12.50"}}) if first.optimal else first
    except CartError as error:
        problems: tuple[Problem, ...] = error.problems
        print([f"{problem.what} @ {problem.path}" for problem in problems])
        return None


def told(engine: Engine, quote: Quote) -> str:
    total: Money = quote.total
    reasons: Reasons = engine.reasons(quote)
    for refusal in reasons.refused:
        print(refusal.rule, refusal.store, refusal.reason, refusal.short_by, refusal.total_with)
    for step in reasons.next_steps:
        print(step.rule, step.missing, step.saves)
    for line in quote.lines:
        print(line.id, line.pays, [(saving.rule, saving.amount, saving.seller) for saving in line.savings], line.units)
    print(quote.to_dict(why="refused", units=True), quote.to_dict(reasons), total, quote.savings)
    print(Cart.from_dict(quote.cart.to_dict()), Cart.json_schema(), Quote.json_schema())
    return quote.receipt() + quote.receipt(why=False) + engine.explain(quote).text()


def paid_back(quote: Quote) -> Money:
    at = datetime(2026, 6, 20, tzinfo=UTC)
    part = {"nova-home/standard/1": Money("2.00", Currency.USD)}
    first: Refund = refund(quote, {"1": 1}, at=at, shipping=part)
    rest: Refund = refund(quote, {"1": 1}, {"1": 1}, at=at)
    dispute: Refund = agreed(quote, Money("1.00", Currency.USD), store="nova-home")
    return first.total + rest.total + dispute.total
