"""Views of differences.

Invariant: nothing here computes a difference. Removed text is struck through and added text underlined, so that they
can be told apart without colour.
"""
