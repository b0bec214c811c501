"""Whether rules make sense: alone, beside each other, in time."""
