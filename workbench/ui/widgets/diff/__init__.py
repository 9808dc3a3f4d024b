"""Differences on the screen.

Invariant: nothing here computes a difference; what was removed is struck through and what was added is underlined, so
that no colour is needed to tell them apart.
"""
