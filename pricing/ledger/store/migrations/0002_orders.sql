-- Orders hold coins, pieces, uses, items and budget before they are paid.

ALTER TABLE entry ADD COLUMN order_id TEXT   NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN day      TEXT   NOT NULL DEFAULT '';  -- of a use, in the rule's zone
ALTER TABLE entry ADD COLUMN money    BIGINT NOT NULL DEFAULT 0;   -- minor units
ALTER TABLE entry ADD COLUMN platform BIGINT NOT NULL DEFAULT 0;   -- the platform's part of it
CREATE INDEX entry_order ON entry (order_id);

ALTER TABLE coin_balance ADD COLUMN held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0);
ALTER TABLE lot          ADD COLUMN held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0);

CREATE TABLE orders (
    order_id   TEXT   NOT NULL PRIMARY KEY,
    customer   TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('reserved', 'verifying', 'committed', 'released')),
    at         TEXT   NOT NULL,
    changed    TEXT   NOT NULL,
    hold_until TEXT   NOT NULL,
    currency   TEXT   NOT NULL,
    total      BIGINT NOT NULL,           -- minor units to pay
    digest     TEXT   NOT NULL,           -- fingerprint of the quote
    document   TEXT   NOT NULL            -- the quote and what it held, JSON
);
CREATE INDEX orders_hold ON orders (hold_until) WHERE state IN ('reserved', 'verifying');
CREATE INDEX orders_customer ON orders (customer);

-- What one customer used of one rule; kept only for rules that limit it.
CREATE TABLE customer_use (
    customer TEXT   NOT NULL,
    rule     TEXT   NOT NULL,
    uses     BIGINT NOT NULL,
    items    BIGINT NOT NULL,
    PRIMARY KEY (customer, rule)
);

-- Uses and money of one rule over all customers; kept only for rules that limit it. The limit is dealt out over shards:
-- a shard never uses more than its `lim`, and the lims of all shards add up to `total`, the limit.
CREATE TABLE counter (
    rule  TEXT   NOT NULL,
    what  TEXT   NOT NULL,                -- total, day, budget or stock
    day   TEXT   NOT NULL DEFAULT '',
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    lim   BIGINT NOT NULL,
    used  BIGINT NOT NULL,
    over  BIGINT NOT NULL DEFAULT 0,      -- so much more was used already when the limit was lowered
    PRIMARY KEY (rule, what, day, shard),
    CHECK (used <= lim + over)
){roomy};
