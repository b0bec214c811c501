"""Shapes to rules: words, times, amounts, scopes and steps resolved."""
