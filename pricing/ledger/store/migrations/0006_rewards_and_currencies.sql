-- Coins that rewards will bring once their order is settled; and those that had to come back and were spent already.
ALTER TABLE coin_balance ADD COLUMN pending BIGINT NOT NULL DEFAULT 0 CHECK (pending >= 0);
ALTER TABLE coin_balance ADD COLUMN owed    BIGINT NOT NULL DEFAULT 0 CHECK (owed >= 0);
ALTER TABLE orders ADD COLUMN settled TEXT NOT NULL DEFAULT '';  -- when; empty: not yet

-- A budget is one of its currency. What was never spent from needs no row.
UPDATE counter SET what = what || ' ' || (
    SELECT min(orders.currency) FROM entry JOIN orders ON orders.order_id = entry.order_id
    WHERE entry.rule = counter.rule AND entry.what = 'use' AND entry.money <> 0
) WHERE what IN ('budget', 'day-budget') AND EXISTS (
    SELECT 1 FROM entry JOIN orders ON orders.order_id = entry.order_id
    WHERE entry.rule = counter.rule AND entry.what = 'use' AND entry.money <> 0
);
DELETE FROM counter WHERE what IN ('budget', 'day-budget');
