"""Single codes of `codes N like PATTERN`: made, found again, used once."""
