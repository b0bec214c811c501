"""What things are: frozen attrs classes over whole numbers; no files, no clock, no text.

`rule.py` and its parts say what marketing wrote, `policy.py` how rules work together, `cart.py` what a customer wants to
buy, `quote.py` the answer, `refund.py` what is paid back.
"""
