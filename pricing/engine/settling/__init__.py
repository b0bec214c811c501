"""What one selection costs, layer by layer: the meaning of SPEC 4, to the last minor unit."""
