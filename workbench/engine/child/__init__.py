"""The engine process: receives calls over the wire, queries providers and sends back events.

Invariant: only modules of this package import httpx or litellm, and only the child imports this package.
"""
