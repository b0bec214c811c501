"""Outcomes of stores joined into whole selections, the best first."""
