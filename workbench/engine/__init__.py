"""Talking to models: the wire, the client that owns the children, the children, and the catalogue read as data.

Invariant: nothing that a person's screen imports from here imports litellm, xllamacpp or httpx; those live in the
children (`engine.child`, `engine.runtime`). A key travels in a run message to one endpoint and is kept nowhere.
"""
