"""Foreign file formats, one module each.

Invariant: files are untrusted. Reading one executes nothing, and a file that cannot be read raises an error whose text
is a sentence for the user.
"""
