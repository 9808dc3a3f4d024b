"""The search index, and what is found with it."""
