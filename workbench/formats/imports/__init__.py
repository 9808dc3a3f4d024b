"""Formats of files that come from elsewhere, one module each."""
