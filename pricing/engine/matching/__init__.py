"""A cart met by rules: which are available, on which lines, at which item prices, and what they forbid each other."""
