"""What comes back from an order, and what it is worth: paid back as it was paid (SPEC 8)."""
