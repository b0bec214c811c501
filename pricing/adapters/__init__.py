"""The protocols that agents buy over, at the door: their carts become ours, our quotes their discounts, and their sums
are checked (INTERFACE: "Adapters").
"""
