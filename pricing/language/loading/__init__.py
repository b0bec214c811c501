"""A folder of rules read in stages, and kept for the next time."""
