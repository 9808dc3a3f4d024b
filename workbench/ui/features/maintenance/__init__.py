"""Looks after the open history: backups, checks, and what takes room."""
