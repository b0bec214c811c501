"""Characters to shapes: files cut into cards, lines parsed, slips told."""
