"""Imports from other histories, packs, and logs of other programs.

Invariant: another file is only read. Things are the same if they have the same uid, and texts if they have the same
hash; numbers are assigned anew. What is in both stays unchanged here, except that verdicts, tags, stars and ends of
answers that are missing here are added. So merging is repeatable, and both directions lead to the same runs.
"""
