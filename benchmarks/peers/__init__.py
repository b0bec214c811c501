"""Other ways to price, or to match, the same carts; each says in its docstring how it was set up and what it cannot do.

Nothing here imports our engine (but `ours`), so that agreement of totals means something.
"""
