"""Backups of the history, permanent deletion, integrity checks and size."""
