"""Seeded carts, the engines that price them, and the commands that compare, count and draw. See README.md here."""
