"""Random folders that the checks of sense have much to say about, and random carts to hold what they say against."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

from pricing import Cart

HEAD = 'campaign w "W"\n  currency USD\n  zone UTC\n  valid from 2026-06-01 through 2026-06-30\n\n'
SKUS = {"A": ("nova", "20.00", "home"), "B": ("nova", "9.00", "home/pans"), "C": ("luma", "33.00", "lamps")}
CATALOGUE = {
    "catalogue/skus.csv": "sku,store,price,categories\n"
    + "".join(f"{sku},{store},{price},{category}\n" for sku, (store, price, category) in SKUS.items())
}
KINDS = (
    "store discount", "store discount", "cross-store discount", "seller coupon", "platform coupon", "promo code",
    "item discount", "item discount", "flash sale", "free shipping", "select coupon",
)  # fmt: skip
SWITCHES = {
    "automatic": ("always", "when-better"), "measured-on": ("running", "item-price"), "rounding": ("half-up", "down"),
    "overflow": ("clamp", "void"), "remainder": ("moved", "lost"), "share-by": ("running", "item-price"),
}  # fmt: skip


def folder(rng: Random) -> tuple[dict[str, str], list[str]]:
    """Texts of a folder, and the names of its cards."""
    cards: list[tuple[str, list[str]]] = []
    names: list[str] = []
    for number in range(rng.randint(2, 5)):
        name = f"{rng.choice('abcxyz')}{number}"
        if cards and rng.random() < 0.35:  # nearly the same once more
            kind, lines = rng.choice(cards)
            lines = [_otherwise(rng, line) for line in lines]
        else:
            kind = rng.choice(KINDS)
            lines = _lines(rng, kind, names)
        cards.append((kind, lines))
        names.append(name)
    blocks = [
        "\n".join([f'{kind} {name} "{name}"', *(f"  {line}" for line in lines)])
        for name, (kind, lines) in zip(names, cards, strict=True)
    ]
    texts = {"campaigns/w.promo": HEAD + "\n\n".join(blocks) + "\n"}
    if rng.random() < 0.6:
        texts["policy.promo"] = "policy p\n  floor 30% of list-price\n" if rng.random() < 0.2 else "policy p\n"
        texts["policy.promo"] += (
            "  order flash sale, item discount, store discount, seller coupon, cross-store discount, select coupon,\n"
            "    platform coupon, promo code, free shipping, coin payment\n"
        )
        for switch, values in SWITCHES.items():
            texts["policy.promo"] += f"  set {switch} to {rng.choice(values)}\n"
    return texts, names


def _otherwise(rng: Random, line: str) -> str:
    """A line with another amount, at times."""
    if rng.random() < 0.5:
        return line
    more = {"2.00 off": "5.00 off", "5.00 off": "8.00 off", "10% off": "30% off", "at 8.00": "at 5.00",
            "at 12.00": "at 5.00", "3.00 off": "8.00 off"}  # fmt: skip
    for one, other in more.items():
        if one in line:
            return line.replace(one, other)
    return line


def _lines(rng: Random, kind: str, names: list[str]) -> list[str]:
    if kind == "seller coupon":
        lines = [f"stores {rng.choice(('nova', 'luma'))}"]
    else:
        lines = [rng.choice(("stores nova", "stores luma", "stores nova, luma"))] if rng.random() < 0.5 else []
    if rng.random() < 0.2:
        lines.append(rng.choice(("stores luma", "categories home", "categories home/pans", "except categories home")))
    if rng.random() < 0.25:
        lines += _times(rng)
    if kind in ("item discount", "flash sale") and rng.random() < 0.6:
        lines += [f"price {sku} at {rng.choice(('5.00', '8.00', '12.00', '25.00'))}" for sku in rng.sample("ABC", 2)]
    else:
        lines += _steps(rng, kind)
    if rng.random() < 0.3 and kind not in ("item discount", "flash sale"):
        lines.append(f"at most {rng.choice((3, 6, 10))}.00 per order")
    if rng.random() < 0.15 and kind == "store discount":
        lines.append(f"at most {rng.choice((3, 6, 10))}.00 per store")
    if rng.random() < 0.1 and kind not in ("free shipping", "select coupon"):
        lines.append("at most 2.00 per item")
    if rng.random() < 0.15 and kind != "select coupon":
        lines.append(f"budget {rng.choice((2, 20, 500))}.00 in total")
    if names and rng.random() < 0.3:
        lines.append(f"{rng.choice(('never', 'combines'))} with {rng.choice(names)}")
    return lines


def _times(rng: Random) -> list[str]:
    day = rng.randint(18, 22)
    lines = [f"valid from 2026-06-{day} through 2026-06-{day + rng.choice((0, 0, 1))}"]
    if rng.random() < 0.7:
        lines.append(f"days {', '.join(rng.sample(('fri', 'sat', 'sun', 'mon'), rng.choice((1, 2))))}")
    if rng.random() < 0.5:
        lines.append(f"hours from {rng.choice(('20:00', '10:00'))} until {rng.choice(('02:00', '12:00'))}")
    return lines


def _steps(rng: Random, kind: str) -> list[str]:
    if kind in ("item discount", "flash sale"):
        return [f"take {rng.choice(('10%', '25%', '3.00'))} off{rng.choice(('', ', at most 4.00'))}"]
    if kind == "free shipping":
        return [rng.choice(("ship free", "spend 20.00 ship free", "buy 2 take 3.00 off", "ship at 2.00"))]
    if kind == "select coupon":
        step = rng.choice(("spend 15.00 take 2.00 off", "spend 15.00 take 1.00 off", "spend 20.00 take 5.00 off"))
        return ["piece 2.00", step]
    style = rng.choice(("spend", "spend", "buy", "every", "items", "take", "get"))
    cap = rng.choice(("", "", ", at most 3.00", ", at most 8.00", ", at most 30.00"))
    value = rng.choice(("2.00", "5.00", "8.00", "10%", "50%", "30%"))
    if style in ("spend", "buy"):
        reaches = sorted(rng.sample((1, 2, 3) if style == "buy" else (20, 40, 60), rng.choice((1, 1, 2))))
        more = ".00" if style == "spend" else ""
        values = [value, rng.choice(("2.00", "8.00", "10%"))]
        return [f"{style} {reach}{more} take {v} off{cap}" for reach, v in zip(reaches, values, strict=False)]
    if style == "every":
        return [f"every {rng.choice((10, 20, 30))}.00 take {value} off{rng.choice(('', ', at most 2 times'))}{cap}"]
    if style == "items":
        return [f"every {rng.choice((1, 2, 3))} items take {value} off{rng.choice(('', ', at most 2 times'))}{cap}"]
    if style == "get":
        return [f"buy {rng.choice((1, 2))} get 1 {rng.choice(('free', 'at 50% off', 'at 2.00 off'))}{cap}"]
    return [f"take {value} off{cap}"]


def cart(rng: Random, names: list[str]) -> dict[str, Any]:
    """A basket of what the catalogue sells, with all coupons held and all codes typed, at some hour of some days."""
    at = datetime(2026, 6, rng.randint(17, 24), rng.choice((0, 1, 9, 11, 20, 23)), 30, tzinfo=UTC)
    skus = rng.sample(sorted(SKUS), rng.randint(1, 3))
    lines = [
        {
            "sku": sku, "store": SKUS[sku][0], "price": SKUS[sku][1], "quantity": rng.choice((1, 1, 2, 3, 5, 12)),
            "categories": [SKUS[sku][2]], **({"floor": "6.00"} if rng.random() < 0.15 else {}),
        }
        for sku in skus
    ]  # fmt: skip
    held = [{"rule": name, "pieces": rng.choice((1, 3))} for name in names if rng.random() < 0.8]
    return {
        "currency": "USD", "at": at.isoformat(), "lines": lines,
        "shipping": [{"store": store, "method": "standard", "amount": "4.50"} for store in ("nova", "luma")],
        "customer": {"id": "c-1"}, "wallet": {"coupons": held},
        "codes": [name for name in names if rng.random() < 0.8],
    }  # fmt: skip


def carts(rng: Random, names: list[str], many: int) -> list[Cart]:
    """So many of them."""
    return [Cart.from_dict(cart(rng, names)) for _ in range(many)]


__all__ = ["CATALOGUE", "carts", "folder"]
