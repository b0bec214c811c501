"""A selection made into a quote (SPEC 7)."""
