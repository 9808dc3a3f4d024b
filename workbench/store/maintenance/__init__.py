"""Copies of the history, deleting for good, and its soundness and size."""
