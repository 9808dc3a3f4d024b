"""The History view: everything that was ever run, found again.

Invariant: looking changes nothing, and typing waits for nothing; importing this package loads no widget of the view.
"""
