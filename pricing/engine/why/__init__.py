"""Reasons, totals of what was not used, next steps: only when somebody asks."""
