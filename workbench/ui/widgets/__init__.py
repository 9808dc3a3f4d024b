"""Reusable widgets.

Invariant: nothing here knows a feature or the window.
"""
