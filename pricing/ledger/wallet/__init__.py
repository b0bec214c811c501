"""What customers hold and may get: balances, offers, pick-ups, exchanges."""
