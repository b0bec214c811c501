-- Who holds what: coins and pieces of coupons, with the journal that every balance follows from.
-- Instants are text in UTC to the microsecond; what never expires has '9999-12-31T23:59:59.999999Z'.

CREATE TABLE entry (
    id       {serial},
    at       TEXT   NOT NULL,
    call     TEXT   NOT NULL,             -- pick-up, grant, exchange, reserve, commit, release, refund, dispute
    what     TEXT   NOT NULL,             -- which balance it moves: coins, pieces, picked, handed, ...
    customer TEXT   NOT NULL,
    rule     TEXT   NOT NULL DEFAULT '',
    expires  TEXT   NOT NULL DEFAULT '',  -- of pieces
    many     BIGINT NOT NULL,             -- how many more, or fewer
    why      TEXT   NOT NULL DEFAULT '',
    key      TEXT   NOT NULL
);
CREATE INDEX entry_customer ON entry (customer, rule);
CREATE INDEX entry_rule ON entry (rule, what);

-- Calls that were answered: the same key gets the same answer.
CREATE TABLE answered (
    key    TEXT NOT NULL PRIMARY KEY,
    call   TEXT NOT NULL,
    asked  TEXT NOT NULL,                 -- fingerprint of the arguments
    at     TEXT NOT NULL,
    answer TEXT NOT NULL
);

CREATE TABLE coin_balance (
    customer TEXT   NOT NULL PRIMARY KEY,
    coins    BIGINT NOT NULL CHECK (coins >= 0)
);

CREATE TABLE lot (
    customer TEXT   NOT NULL,
    rule     TEXT   NOT NULL,
    expires  TEXT   NOT NULL,
    pieces   BIGINT NOT NULL CHECK (pieces >= 0),
    PRIMARY KEY (customer, rule, expires)
);

-- Pieces of a coupon that a customer picked up so far.
CREATE TABLE picked (
    customer TEXT   NOT NULL,
    rule     TEXT   NOT NULL,
    pieces   BIGINT NOT NULL CHECK (pieces >= 0),
    PRIMARY KEY (customer, rule)
);
