"""Replay: what a change of rules would have done to carts that are known.

`compare` prices a few carts under two engines and adds up; `revisions` reads a folder of rules as it stands or stood. For
many orders: `orders` and `mapping` read them as Arrow batches, `price` is the one function from batch to batch, with `watch`
to say which carts a change can touch at all, `crew` hands it out and `keep` keeps what is finished, `carry` and `counters`
go through what earlier orders use up, `sums` and `forecast` answer, `tables`, `text`, `chart`, `page` and `files` show.
"""
