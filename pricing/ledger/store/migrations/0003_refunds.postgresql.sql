CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE TRIGGER entry_never_changes BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER entry_never_empties BEFORE TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
