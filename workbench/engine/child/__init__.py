"""The engine's own process: takes calls from the wire, asks providers, tells the wire.

Invariant: only modules of this package import httpx or litellm, and nothing outside the child imports this package.
"""
