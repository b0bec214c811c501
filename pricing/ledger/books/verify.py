"""The check of the books: every balance is worked out from the journal and compared with the one kept beside it."""

from __future__ import annotations

from sqlalchemy import Connection, text

from pricing.ledger.books.damage import altered, damages
from pricing.ledger.books.findings import Finding
from pricing.ledger.core import Core


def _compared(name: str, keys: str, journal: str, balance: str) -> tuple[str, str]:
    """A query for the rows in which the sums of the journal and the balances differ; missing rows count as zero."""
    return name, (
        f"SELECT {keys}, sum(j) AS j, sum(b) AS b FROM ("
        f" SELECT {keys}, j, 0 AS b FROM ({journal}) AS journal_side"
        f" UNION ALL SELECT {keys}, 0 AS j, b FROM ({balance}) AS balance_side"
        f") AS both_sides GROUP BY {keys} HAVING sum(j) <> sum(b) ORDER BY {keys}"
    )


_COMPARISONS = (
    *(
        _compared(
            f"coin_balance.{column}",
            "customer",
            f"SELECT customer, sum(many) AS j FROM entry WHERE what = '{what}' GROUP BY customer",
            f"SELECT customer, {column} AS b FROM coin_balance",
        )
        for what, column in (
            ("coins", "coins"),
            ("coins-held", "held"),
            ("coins-pending", "pending"),
            ("coins-owed", "owed"),
        )
    ),
    *(
        _compared(
            f"lot.{column}",
            "customer, rule, expires",
            "SELECT customer, rule, expires, sum(many) AS j FROM entry"
            f" WHERE what = '{what}' GROUP BY customer, rule, expires",
            f"SELECT customer, rule, expires, {column} AS b FROM lot",
        )
        for what, column in (("pieces", "pieces"), ("pieces-held", "held"))
    ),
    _compared(
        "picked.pieces",
        "customer, rule",
        "SELECT customer, rule, sum(many) AS j FROM entry WHERE what = 'picked' GROUP BY customer, rule",
        "SELECT customer, rule, pieces AS b FROM picked",
    ),
    *(
        # Kept only for customers and rules with a row; a first use makes the row from the journal.
        _compared(
            f"customer_use.{column}",
            "customer, rule",
            "SELECT entry.customer AS customer, entry.rule AS rule, sum(many) AS j FROM entry JOIN customer_use AS c"
            " ON c.customer = entry.customer AND c.rule = entry.rule"
            f" WHERE what = '{what}' GROUP BY entry.customer, entry.rule",
            f"SELECT customer, rule, {column} AS b FROM customer_use",
        )
        for what, column in (("use", "uses"), ("item", "items"))
    ),
    *(
        _compared(
            f"counter.{counter}",
            "rule, day",
            f"SELECT entry.rule AS rule, c.day AS day, sum({column}) AS j FROM entry"
            f" JOIN (SELECT DISTINCT rule, day FROM counter WHERE what = '{counter}') AS c"
            f" ON c.rule = entry.rule AND c.day = {day} WHERE what = '{what}' GROUP BY entry.rule, c.day",
            f"SELECT rule, day, sum(used) AS b FROM counter WHERE what = '{counter}' GROUP BY rule, day",
        )
        for counter, what, column, day in (
            ("total", "use", "many", "''"),
            ("day", "use", "many", "entry.day"),
            ("items", "item", "many", "''"),
            ("stock", "handed", "many", "''"),
        )
    ),
    *(
        # Money is of the order's currency, which the counter's name ends with.
        _compared(
            f"counter.{counter}",
            "rule, what, day",
            "SELECT entry.rule AS rule, c.what AS what, c.day AS day, sum(entry.money) AS j FROM entry"
            " JOIN orders ON orders.order_id = entry.order_id"
            f" JOIN (SELECT DISTINCT rule, what, day FROM counter WHERE what LIKE '{counter} %') AS c"
            f" ON c.rule = entry.rule AND c.what = '{counter} ' || orders.currency AND c.day = {day}"
            " WHERE entry.what = 'use' GROUP BY entry.rule, c.what, c.day",
            f"SELECT rule, what, day, sum(used) AS b FROM counter WHERE what LIKE '{counter} %' GROUP BY rule, what, day",
        )
        for counter, day in (("budget", "''"), ("day-budget", "entry.day"))
    ),
    _compared(
        "counter.lim",
        "rule, what, day",
        "SELECT rule, what, day, max(total) AS j FROM counter GROUP BY rule, what, day",
        "SELECT rule, what, day, sum(lim) AS b FROM counter GROUP BY rule, what, day",
    ),
    _compared(
        "orders.state (1: holds)",
        "order_id",
        "SELECT order_id, sum(many) AS j FROM entry WHERE what = 'hold' GROUP BY order_id",
        "SELECT order_id, CASE WHEN state IN ('reserved', 'verifying') THEN 1 ELSE 0 END AS b FROM orders",
    ),
    _compared(
        "orders.total",
        "order_id",
        "SELECT order_id, sum(money) AS j FROM entry WHERE what = 'paid' GROUP BY order_id",
        "SELECT order_id, total AS b FROM orders WHERE state = 'committed'",
    ),
    _compared(
        "orders.cash_back",
        "order_id",
        "SELECT order_id, sum(money) AS j FROM entry WHERE what = 'back' GROUP BY order_id",
        "SELECT order_id, cash_back AS b FROM orders",
    ),
    _compared(
        "orders.coins_back",
        "order_id",
        "SELECT order_id, sum(many) AS j FROM entry WHERE what = 'coins' AND rule = ''"
        " AND call = 'refund' GROUP BY order_id",
        "SELECT order_id, coins_back AS b FROM orders",
    ),
    _compared(
        "unique_code (made, and not void)",
        "rule",
        "SELECT rule, sum(many) AS j FROM entry WHERE what = 'codes' GROUP BY rule",
        "SELECT rule, count(*) AS b FROM unique_code WHERE state <> 'void' GROUP BY rule",
    ),
    _compared(
        "unique_code (held or used)",
        "order_id, rule",
        "SELECT order_id, rule, sum(many) AS j FROM entry WHERE what = 'code' GROUP BY order_id, rule",
        "SELECT order_id, rule, count(*) AS b FROM unique_code WHERE state IN ('held', 'used') GROUP BY order_id, rule",
    ),
    *(
        _compared(
            f"returned.{column}",
            "order_id, line",
            f"SELECT order_id, line, sum({source}) AS j FROM entry WHERE what = 'back' AND rule = ''"
            " GROUP BY order_id, line",
            f"SELECT order_id, line, {column} AS b FROM returned",
        )
        for column, source in (("units", "many"), ("cash", "money"))
    ),
)

_NEVER = (
    # What must not be, whatever the journal says: (name, query for place, what is, what may be).
    (
        "counter: used above its limit",
        # `over` is what had been used already when marketing lowered a limit: nothing more is given then.
        "SELECT rule || ' ' || what || ' ' || day AS place, sum(used) AS j, max(total) AS b FROM counter"
        " GROUP BY rule, what, day HAVING sum(used) > max(total) + sum(over)",
    ),
    (
        "orders: settled, and coins still pending",
        "SELECT entry.order_id, sum(many), 0 FROM entry JOIN orders ON orders.order_id = entry.order_id"
        " WHERE what = 'coins-pending' AND settled <> '' GROUP BY entry.order_id HAVING sum(many) <> 0",
    ),
    ("orders: paid back more than was paid", "SELECT order_id, cash_back, total FROM orders WHERE cash_back > total"),
)


def verify(core: Core) -> tuple[Finding, ...]:
    """Every difference between the journal and the balances, and whatever the database's own check and the kept
    documents' fingerprints tell, in one snapshot; empty when the books are right."""

    def work(connection: Connection) -> tuple[Finding, ...]:
        found = list(damages(connection, core.database.is_sqlite))
        for name, query in _COMPARISONS:
            for *keys, journal, balance in connection.execute(text(query)):
                if _is_kept(core, name, keys):
                    found.append(Finding(name, " ".join(str(key) for key in keys), int(journal), int(balance)))
        for name, query in _NEVER:
            for place, journal, balance in connection.execute(text(query)):
                found.append(Finding(name, str(place), int(journal), int(balance)))
        found.extend(Finding("orders.document", order_id, 0, 0, what) for order_id, what in altered(connection))
        return tuple(found)

    return core.database.read(work)


def _is_kept(core: Core, name: str, keys: list[str]) -> bool:
    """False for balances of limits that the card does not have any more: nobody keeps or reads them."""
    table, _, column = name.partition(".")
    if table == "customer_use":
        return core.rules.limits(keys[1]).by_customer
    if table == "counter" and column != "lim":
        limits = core.rules.limits(keys[0])
        if column in ("budget", "day-budget"):
            return keys[1].partition(" ")[2] in dict(limits.budgets if column == "budget" else limits.day_budgets)
        total = limits.uses_total
        kept = {"total": total, "day": limits.uses_day, "items": limits.items_total, "stock": total}
        return kept[column] is not None
    return True


_REPAIRS = (
    # Only balances kept for limits can go wrong without a fault: a limit taken off a card and put back later.
    "UPDATE customer_use SET"
    " uses = (SELECT coalesce(sum(many), 0) FROM entry WHERE what = 'use' AND entry.customer = customer_use.customer"
    " AND entry.rule = customer_use.rule),"
    " items = (SELECT coalesce(sum(many), 0) FROM entry WHERE what = 'item' AND entry.customer = customer_use.customer"
    " AND entry.rule = customer_use.rule)",
    "DELETE FROM counter",
)


def repair(core: Core) -> None:
    """Makes the balances of limits anew from the journal: counters are dealt out again at their next use."""

    def work(connection: Connection) -> None:
        if not core.database.is_sqlite:
            connection.execute(text("LOCK TABLE counter, customer_use IN EXCLUSIVE MODE"))
        for statement in _REPAIRS:
            connection.execute(text(statement))

    core.database.write(work)
