"""What Decide knows of a prompt: the goals that a person set, and counts and figures of its history.

Invariant: reads change nothing. Of held-out cases only totals are read, and none while answers of them are missing.
"""
