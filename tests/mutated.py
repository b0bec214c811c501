"""Inputs with something wrong in them, by the hundred thousand: nothing may be raised but what is promised.

`python -m tests.mutated --kind carts --count 100000 --first 0` tries that many; `all` is every kind in turn. Each input
comes from its number alone, so a finding is tried again by `--first N --count 1`. It says what was raised, and which input
took longest; slower than `SLOW` seconds of processor is a finding too. `test_mutated.py` tries a few of every kind.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pricing import Cart, CartError, Engine
from pricing.examples import ExampleError, load, run
from pricing.language.diagnostics.render import render
from pricing.language.loading.load import load_texts
from pricing.wire import cart_from_json, usage_from_dict
from tests.markets import market
from tests.pages import ROOT
from tests.rule_text import book_text
from tests.sayable import sayable

SLOW = 1.0
"""Seconds of processor that one input may take."""
CARTS = 60
"""Random carts to begin from."""

NASTY = (
    "", " ", "\t", "\x00", "\n", "\r", "\u2028", "\ufeff", "\u200d", "\u202e", "\ud800", "é", "１", "٣", "²", "½", "∞",
    "-1", "0", "00", "0.0", "1e9", "NaN", "1_000", "1,50", "1.000,00", "999999999999999999999999", "0." + "0" * 40 + "1",
    "101%", "-5%", "0.00001%", "2026-02-30", "2026-06-31", "24:00", "99:99", "2026-03-29T02:30:00+01:00", '"', '""',
    "'", "#", "```", "{", "}", "[", "]", ",", ":", ";", "=", "<script>", "\x1b[31m", "a" * 300, "x/" * 40, "../..",
)  # fmt: skip
"""What may be put anywhere in a text."""
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, 10**12, 10**30, float("inf"), float("nan"), "", " ", "x", "1.00", "-1.00", "1e3",
    "0.001", "9" * 30, [], {}, [[]], [None], {"": ""}, {"rule": None}, "2026-06-18", "2026-06-18T12:00:00Z", "US", "USD",
    "\ud800", "\x00", "a" * 2000,
)  # fmt: skip
"""What may stand anywhere in JSON."""


@cache
def shop() -> dict[str, str]:
    """The shop's own folder by file."""
    root = ROOT / "rules"
    names = [*root.rglob("*.promo"), *root.rglob("*.csv")]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(names)}


@cache
def engine() -> Engine:
    return Engine.from_texts({name: text for name, text in shop().items() if name.endswith(".promo")})


@cache
def files(seed: int) -> dict[str, str]:
    """A random market's rules by file, as far as they can be said."""
    return {**book_text(sayable(market(seed, "words")[0])), "catalogue/payers.csv": "payer\nbank-x\nbrand-y\n"}


@cache
def words() -> tuple[str, ...]:
    """All that stands between blanks in rule files."""
    texts = [text for name, text in shop().items() if name.endswith(".promo")]
    texts += [text for seed in range(CARTS) for text in files(seed).values()]
    return tuple(sorted({word for text in texts for word in text.split()}))


@cache
def cart_data(seed: int) -> tuple[Engine, dict[str, Any]]:
    """A random market's engine and its cart as JSON; the first is the demonstration's."""
    if seed == 0:
        return engine(), json.loads((ROOT / "rules" / "demo" / "cart.json").read_text(encoding="utf-8"))
    book, cart, *_ = market(seed, "words")
    return Engine(book), cart.to_dict()


def changed_text(rng: random.Random, text: str, more: tuple[str, ...] = ()) -> str:
    """A text with one to four things wrong with it."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        text = rng.choice((_hole, _put, _word, _line, _again))(rng, text, more)
    return text


def _hole(rng: random.Random, text: str, _more: tuple[str, ...]) -> str:
    start = rng.randint(0, len(text))
    return text[:start] + text[start + rng.choice((1, 1, 3, 20)) :]


def _put(rng: random.Random, text: str, _more: tuple[str, ...]) -> str:
    start = rng.randint(0, len(text))
    return text[:start] + rng.choice(NASTY) + text[start:]


def _word(rng: random.Random, text: str, more: tuple[str, ...]) -> str:
    parts = text.split(" ")
    parts[rng.randrange(len(parts))] = rng.choice((*NASTY, *more) if rng.random() < 0.3 or not more else more)
    return " ".join(parts)


def _line(rng: random.Random, text: str, _more: tuple[str, ...]) -> str:
    lines = text.splitlines(keepends=True) or [""]
    here, there = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[here]
        case 1:
            lines[here], lines[there] = lines[there], lines[here]
        case 2:
            lines.insert(there, lines[here])
        case 3:
            lines[here] = lines[here].rstrip("\n") + " "
        case _:
            lines[here] = lines[here].lstrip() if lines[here].startswith(" ") else "  " + lines[here]
    return "".join(lines)


def _again(rng: random.Random, text: str, _more: tuple[str, ...]) -> str:
    start = rng.randint(0, len(text))
    return text[:start] + text[start : start + rng.choice((1, 4, 30))] * rng.choice((2, 3, 50)) + text[start:]


def changed_json(rng: random.Random, data: Any) -> Any:
    """A value of JSON with one to four things wrong with it."""
    data = json.loads(json.dumps(data))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        _change(rng, data)
    return data


def _change(rng: random.Random, data: Any) -> None:
    """Changes one place of an object or array."""
    here, key = data, None
    while isinstance(here, dict | list) and here:
        key = rng.choice(list(here) if isinstance(here, dict) else range(len(here)))
        if not isinstance(here[key], dict | list) or not here[key] or rng.random() < 0.25:
            break
        here = here[key]
    if key is None:
        return
    match rng.randrange(6):
        case 0:
            del here[key]
        case 1 if isinstance(here, list):
            here.extend([here[key]] * rng.choice((1, 3, 200)))
        case 1:
            here[str(key) + rng.choice(NASTY)] = here.pop(key)
        case 2 if isinstance(here[key], str):
            here[key] = changed_text(rng, here[key])
        case 3 if isinstance(here[key], int):
            here[key] = rng.choice((-here[key], here[key] * 10**6, here[key] + 0.5, str(here[key])))
        case _:
            here[key] = rng.choice(VALUES)


def rules(rng: random.Random) -> None:
    """Rule files of the shop, or of a random market with every word: told by diagnostics, nothing else."""
    seed = 0 if rng.random() < 0.3 else rng.randrange(CARTS)
    texts = files(seed)
    if not seed:
        texts = {name: text for name, text in shop().items() if name.endswith(".promo")}
        name = rng.choice(sorted(texts))
        texts = {name: texts[name], "policy.promo": texts["policy.promo"]}
    name = rng.choice(sorted(texts))
    _loaded({**texts, name: changed_text(rng, texts[name], words())}, seed)


def policies(rng: random.Random) -> None:
    seed = rng.randrange(1, CARTS)
    texts = files(seed)
    _loaded({**texts, "policy.promo": changed_text(rng, texts["policy.promo"], words())}, seed)


def catalogues(rng: random.Random) -> None:
    texts = {name: text for name, text in shop().items() if not name.startswith("campaigns/")}
    name = rng.choice([name for name in texts if name.endswith(".csv")])
    few = "".join(texts[name].splitlines(keepends=True)[:12])
    text = changed_text(rng, few.replace(",", ";") if rng.random() < 0.1 else few)
    data: str | bytes = text
    if rng.random() < 0.1:
        data = text.encode(rng.choice(("utf-16", "latin-1", "utf-8-sig")), "replace")
    _loaded({**texts, name: data, "campaigns/a.promo": 'campaign a "A"\n  currency USD\n  zone UTC\n'})


def _loaded(texts: Mapping[str, str | bytes], seed: int = 0) -> None:
    loaded = load_texts(texts)
    if own := [item for item in loaded.diagnostics if item.code == "P0901"]:
        raise AssertionError(own[0].message)
    render(loaded.diagnostics, "text", colour=False)
    if loaded.book is not None:
        _priced(Engine(loaded.book), Cart.from_dict(cart_data(seed)[1]))


def _priced(here: Engine, cart: Cart, usage: Any = None) -> None:
    quote = here.quote(cart, usage)
    json.dumps(quote.to_dict(why="none"))
    quote.receipt()


def carts(rng: random.Random) -> None:
    """Carts as values and as text: a cart that is priced, or CartError."""
    here, data = cart_data(rng.randrange(CARTS))
    try:
        if rng.random() < 0.7:
            cart = Cart.from_dict(changed_json(rng, data))
        else:
            cart = cart_from_json(changed_text(rng, json.dumps(data)))
        _priced(here, cart)
    except CartError:
        pass


def usages(rng: random.Random) -> None:
    here, data = cart_data(rng.randrange(CARTS))
    counts = (
        "customer",
        "today",
        "total",
        "items_customer",
        "customer_day",
        "customer_week",
        "customer_month",
        "items_total",
    )
    usage: Any = {
        rule.name: {
            **{count: rng.randrange(4) for count in counts if rng.random() < 0.5},
            **{spent: f"{rng.randrange(90)}" for spent in ("spent", "spent_today") if rng.random() < 0.5},
        }
        for rule in here.book.rules[:4]
    }
    try:
        read = usage_from_dict(changed_json(rng, usage), data["currency"])
        _priced(here, Cart.from_dict(data), read)
    except CartError:
        pass


EXAMPLES = """# Baskets

## A basket of the {n} kind

Somebody buys something.

```cart
{cart}
```

```usage
{{"welcome": {{"customer": 1}}}}
```

```without
SUMMER12
```

```receipt
To pay 1.00
```

```why
```
"""


def examples(rng: random.Random) -> None:
    here, data = cart_data(rng.randrange(CARTS))
    text = changed_text(rng, EXAMPLES.format(n=rng.randrange(9), cart=json.dumps(data, indent=1)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.examples.md")
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            for example in load(path):
                run(example, here).report()
        except ExampleError:
            pass


def http(rng: random.Random) -> None:
    """Requests to a service: answered as HTTP has it, and with problems that say what is wrong."""
    from tests import mutated_http as door

    *_, front = door.service()
    request, whole = door.asked(rng, changed_json, changed_text)
    before = door.processor(front)
    wrong = door.told(*door.answered(request, whole=whole), whole=whole)
    took = door.processor(front) - before
    if wrong or took > SLOW:
        raise AssertionError(f"{wrong or f'{took:.2f} s'}: {request[:3000]!r}")


KINDS: dict[str, Callable[[random.Random], None]] = {
    "rules": rules, "carts": carts, "catalogues": catalogues, "examples": examples, "policies": policies, "usages": usages,
    "http": http,
}  # fmt: skip


def attempt(kind: str, number: int) -> tuple[float, str]:
    """Tries one input. Gives the seconds of processor that it took, and what was raised, if anything."""
    if kind == "http":
        from tests.mutated_http import service

        service()  # takes its own time to begin
    rng = random.Random(f"{kind} {number}")
    start = time.process_time()
    try:
        KINDS[kind](rng)
    except Exception:  # whatever it is, it is what is looked for
        return time.process_time() - start, traceback.format_exc()
    return time.process_time() - start, ""


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kind", default="all", choices=("all", *KINDS))
    asked.add_argument("--count", type=int, default=1000)
    asked.add_argument("--first", type=int, default=0)
    given = asked.parse_args(arguments)
    wrong = 0
    for kind in KINDS if given.kind == "all" else (given.kind,):
        attempt(kind, given.first)  # imports and reads what all share, which would be held against the first one
        longest, slowest, found = 0.0, given.first, 0
        for number in range(given.first, given.first + given.count):
            took, raised = attempt(kind, number)
            if took > longest:
                longest, slowest = took, number
            if raised or took > SLOW:
                found += 1
                print(f"{kind} {number}: {raised or f'{took:.2f} s'}", flush=True)
        print(f"{kind}: {given.count} tried, {found} found; the longest {longest:.3f} s ({slowest})", flush=True)
        wrong += found
    if "tests.mutated_http" in sys.modules:
        sys.modules["tests.mutated_http"].OPEN.close()
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
