"""The search for the cart that would hurt: `shelf` lays out what can be bought, `situations` who buys when, `starts`
makes carts that just reach a step, `climb` makes them worse, `worst` runs it all and compares with a floor.

Everything is counted, nothing is drawn or timed: the same rules and catalogue give the same worst cart.
"""
