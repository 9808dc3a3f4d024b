"""The search index, and searches with it."""
