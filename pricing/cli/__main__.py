"""`python -m pricing.cli` does what `pricing` does."""

from pricing.cli import main

if __name__ == "__main__":
    main()
