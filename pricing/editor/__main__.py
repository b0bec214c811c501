"""`python -m pricing.editor`: the language server on standard input and output."""

import sys

if __name__ == "__main__":
    try:
        from pricing.editor.server import main
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pricing"):
            raise
        sys.exit(f"The language server needs {error.name}: pip install 'promotion-pricing[editor]' brings it.")
    main()
