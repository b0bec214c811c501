-- The newest instant of the journal is asked for; reports read spans of it.
CREATE INDEX entry_at ON entry (at);

-- A fingerprint of the kept document, so that damage shows. Empty: written before there were any.
ALTER TABLE orders ADD COLUMN seal TEXT NOT NULL DEFAULT '';
