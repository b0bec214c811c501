-- Single codes: each is free, held for an order, used by one, or void. `code` is spelled as codes are compared.
CREATE TABLE unique_code (
    code     TEXT NOT NULL PRIMARY KEY,
    shown    TEXT NOT NULL,               -- as it was printed
    rule     TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('free', 'held', 'used', 'void')),
    order_id TEXT NOT NULL DEFAULT '',    -- that holds or has used it
    batch    TEXT NOT NULL,               -- the key of the call that made it
    at       TEXT NOT NULL
);
CREATE INDEX unique_code_rule ON unique_code (rule, state);
CREATE INDEX unique_code_batch ON unique_code (batch);
CREATE INDEX unique_code_order ON unique_code (order_id) WHERE order_id <> '';

-- Codes that a customer tried and that do not exist, since an instant.
CREATE TABLE guess (
    customer TEXT   NOT NULL PRIMARY KEY,
    since    TEXT   NOT NULL,
    many     BIGINT NOT NULL
);
