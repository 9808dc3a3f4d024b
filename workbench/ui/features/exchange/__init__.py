"""Bringing in what was run elsewhere, and taking runs away as files."""
