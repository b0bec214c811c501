-- Paying back: units and money of every line, in part and in sequence. From here on nobody can rewrite the journal.

ALTER TABLE entry ADD COLUMN line TEXT NOT NULL DEFAULT '';

ALTER TABLE orders ADD COLUMN cash_back     BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN coins_back    BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN shipping_back BIGINT NOT NULL DEFAULT 0;  -- 1: shipping was paid back

CREATE TABLE returned (
    order_id TEXT   NOT NULL,
    line     TEXT   NOT NULL,
    units    BIGINT NOT NULL CHECK (units >= 0),
    cash     BIGINT NOT NULL CHECK (cash >= 0),
    PRIMARY KEY (order_id, line)
);
