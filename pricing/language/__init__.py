"""Rule text to model: load → cards → parser → build → resolve → checks → `RuleBook`.

At each arrow a pair (thing or nothing, diagnostics) moves on. Start reading at `load.py`; the words are in
`vocabulary.py`, the shape of a line in `promo.lark`, how mistakes are said in `diagnostics/`.
"""
