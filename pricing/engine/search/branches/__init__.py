"""Decisions on what crosses stores, each with its bound."""
