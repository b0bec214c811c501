"""The best permitted selection, proved (SPEC 5 and 6)."""
