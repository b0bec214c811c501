"""The database: tables, migrations, the journal and its counters, instants as text."""
