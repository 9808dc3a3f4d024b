"""Model access: the wire protocol, the client that owns the child processes, the children, and the model catalogue.

Invariant: no module that the window imports from here imports litellm, xllamacpp or httpx; only the children do
(`engine.child`, `engine.runtime`). A key travels in a `run` message to one endpoint and is stored nowhere.
"""
