"""Replay: what a change of rules would have done to carts that are known.

`revisions` reads a folder of rules as it stands or stood, `compare` prices carts under two engines and adds up.
"""
