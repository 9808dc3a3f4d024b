"""Foreign file formats, one module each.

Invariant: files come from strangers; reading one runs nothing, and what cannot be read is a sentence.
"""
