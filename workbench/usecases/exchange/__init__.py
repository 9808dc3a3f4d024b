"""Importing runs from other programs, and exporting runs."""
