"""Editors: a language server (`pricing lsp`), a Pygments lexer and a TextMate grammar.

`folder` loads what is on disk with what is being typed, `places` turns offsets into an editor's positions, `lookup`
finds names and tells what they are, `complete` says what could come next, `server` speaks the protocol. Only `server`
needs pygls, only `lexer` needs Pygments.
"""
