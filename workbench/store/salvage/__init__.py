"""Recovers the readable rows of a damaged history into a new file.

Invariant: the damaged file and its log are only read. Nothing is invented: a lost row that others refer to is replaced
by a placeholder that says that it was lost.
"""
