"""`python -m pricing.editor`: the language server on standard input and output."""

from pricing.editor.server import main

if __name__ == "__main__":
    main()
