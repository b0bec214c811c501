"""The books: verified, and reported."""
