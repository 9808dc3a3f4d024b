"""Reading what can still be read of a damaged history into a new file.

Invariant: the damaged file and its log are only read. Nothing is made up: what a row refers to and was lost is put in
place as something that says that it was lost.
"""
